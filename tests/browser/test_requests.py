"""The pages of requests, the person’s and the officer’s: for everybody, in both languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.apps.rights.conftest import unhurried
from tests.browser.chromium import Eyes
from tests.browser.walking import Walk
from tests.site.conftest import sign_in

__all__ = ["unhurried"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("end", ["", "access/", "objection/", "post-mortem/", "erasure/?for=agent"])
def test_the_forms_are_for_everybody(pages: Eyes, company: str, end: str) -> None:
    pages.assert_accessible(f"/p/{company}/{{language}}/requests/{end}")


def test_the_pages_of_a_request_are_for_everybody(pages: Eyes, company: str, browser: Browser) -> None:
    walk = Walk(browser, pages, company, "fr")
    number = walk.ask("erasure", phone="+33 1 99 99 99 99")
    mine = walk.page.url.removeprefix(pages.address)
    pages.assert_accessible(mine.replace("/fr/", "/{language}/"))
    desk = walk.desk()
    desk.get_by_text("Téléphone déclaré").click()
    walk.see("call-asked", desk)
    desk.get_by_role("button", name="Obtenir un code à dicter").click()
    walk.see("call", desk)
    code = desk.locator("code.secret").inner_text()
    walk.page.get_by_label("Code de huit chiffres").fill(code)
    walk.see("call-mine", walk.page)
    walk.page.get_by_role("button", name="Confirmer le téléphone").click()
    expect(walk.page.get_by_text("Ce téléphone est le vôtre")).to_be_visible()
    walk.end()
    officer = sign_in("deleguee@demo.example")
    pages.assert_accessible(mine.replace("/fr/", "/{language}/"))
    for path in ("", "new/", f"{number}/"):
        pages.assert_accessible(f"/o/{company}/requests/{path}", client=officer)
