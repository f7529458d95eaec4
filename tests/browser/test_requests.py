"""The pages of requests, the person’s and the officer’s: for everybody, in both languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.apps.rights.conftest import unhurried
from tests.browser.chromium import Eyes
from tests.browser.walking import Walk
from tests.site.conftest import sign_in

__all__ = ["unhurried"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("end", ["", "access/", "objection/", "post-mortem/", "erasure/?for=agent"])
def test_the_forms_are_for_everybody(eyes: Eyes, company: str, end: str) -> None:
    eyes.assert_accessible(f"/p/{company}/{{language}}/requests/{end}")


def test_the_pages_of_a_request_are_for_everybody(eyes: Eyes, company: str, browser: Browser) -> None:
    walk = Walk(browser, eyes, company, "fr")
    number = walk.ask("erasure", phone="+33 1 99 99 99 99")
    mine = walk.page.url.removeprefix(eyes.address)
    walk.end()
    officer = sign_in("deleguee@demo.example")
    eyes.assert_accessible(mine.replace("/fr/", "/{language}/"))
    for path in ("", "new/", f"{number}/"):
        eyes.assert_accessible(f"/o/{company}/requests/{path}", client=officer)
