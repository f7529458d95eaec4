"""A person takes a file through its link, without a script; then it leads nowhere."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from garant.apps.deliveries import services
from tests.browser.chromium import Eyes


def test_the_page_of_a_link(pages: Eyes, site: str, tmp_path: Path) -> None:
    (language,) = pages.languages
    _, link = services.prepare(site, "R-2026-0001", "donnees.zip", [b"x" * 100_000])
    page = urlsplit(link).path.replace("/fr/", "/{language}/")
    pages.assert_accessible(page)
    with pages.open(page.format(language=language), script=False) as visit:
        with visit.page.expect_download() as coming:
            visit.page.click("main button")
        coming.value.save_as(tmp_path / "taken")
        assert coming.value.suggested_filename == "donnees.zip"
        assert (tmp_path / "taken").read_bytes() == b"x" * 100_000
        assert visit.page.context.cookies() == []
    pages.assert_accessible(page, status=404)
