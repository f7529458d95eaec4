"""The pages of a person's package, opened from the disk: for everyone, in both languages, with nothing fetched."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from garant.policy.text import LANGUAGES, Language
from garant.publish.packages import package
from tests.browser.chromium import AXE, looked_at
from tests.publish.packages.test_packages import POLICY, ROWS_GIVEN, Given, about
from tests.support.again import again


@pytest.mark.parametrize("language", [LANGUAGES[0], *map(again, LANGUAGES[1:])])
def test_pages_of_a_package(
    browser: Browser, tmp_path: Path, language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("garant.publish.packages.ROWS", 5)
    pieces = package(Given(ROWS_GIVEN * 3, [("cv.pdf", b"%PDF")]), about(language), POLICY)
    zipfile.ZipFile(io.BytesIO(b"".join(pieces))).extractall(tmp_path)
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"file://{tmp_path}/index.html")
    wrong: list[str] = []
    for _ in range(2):
        page.evaluate(AXE)
        wrong += looked_at(page)
        if page.url.endswith("index.html"):
            page.click("main table a")
    page.click("text=Lignes suivantes" if language == "fr" else "text=Rows after")
    assert page.url.endswith("001-00002.html")
    assert {url.split(":")[0] for url in asked} == {"file"}
    context.close()
    assert wrong == []
