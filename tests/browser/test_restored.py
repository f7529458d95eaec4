"""After a restore, with the keyboard: an export is compared, read, attested."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from garant.apps.backups import unread
from garant.apps.evidence import services as evidence
from tests.browser.chromium import AXE, Eyes, looked_at
from tests.site.conftest import Persona
from tests.site.test_restored import export


def test_the_officer_reads_what_was_forgotten(
    pages: Eyes, site: str, persona: Persona, tmp_path: Path
) -> None:
    export(site, tmp_path, forgotten=3)
    unread.note_shorter(site, "export")
    keys = "\n".join(map(str, evidence.verifier_keys(site)))
    officer, path = persona("dpo"), f"/o/{site}/settings/backups/"
    pages.assert_accessible(path, client=officer)
    pages.assert_accessible(f"{path}restored/", client=officer)
    with pages.open(path, client=officer, language="en") as visit:
        page = visit.page
        page.get_by_role("link", name="Read what was forgotten").press("Enter")
        page.get_by_label("Export of the ledger (.zip)").set_input_files(tmp_path / "kept.zip")
        page.get_by_label("Public keys that you trust").fill(keys)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="What was forgotten")).to_be_visible()
        expect(page.get_by_role("row", name="Garant was backed up. 3")).to_be_visible()
        page.evaluate(AXE)
        assert list(looked_at(page)) == []
        assert visit.wrong == []
        page.set_viewport_size({"width": 1280, "height": 900})
        page.get_by_role("button", name="I have read what was forgotten").press("Enter")
        expect(page.get_by_text("Runs go on.")).to_be_visible()
        expect(page.get_by_role("link", name="Read what was forgotten")).to_have_count(0)
