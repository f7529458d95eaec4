"""A person takes a file through its link, without a script; then it leads nowhere."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from garant.apps.deliveries import services
from tests.browser.chromium import Eyes


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_of_a_link(eyes: Eyes, site: str, tmp_path: Path, language: str) -> None:
    _, link = services.prepare(site, "R-2026-0001", "donnees.zip", [b"x" * 100_000])
    page = urlsplit(link).path.replace("/fr/", "/{language}/")
    eyes.assert_accessible(page)
    with eyes.open(page.format(language=language), script=False) as visit:
        with visit.page.expect_download() as coming:
            visit.page.click("main button")
        coming.value.save_as(tmp_path / "taken")
        assert coming.value.suggested_filename == "donnees.zip"
        assert (tmp_path / "taken").read_bytes() == b"x" * 100_000
        assert visit.page.context.cookies() == []
    eyes.assert_accessible(page, status=404)
