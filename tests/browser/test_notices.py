"""The public pages as people see them: without a script, on a phone, at 400 %, in the dark."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine

from garant.apps.notices import pages, services
from garant.policy import Policy, load_policy
from tests.apps.policies.conftest import FOLDER
from tests.apps.policies.support import changed, in_force
from tests.browser.chromium import Eyes

BASE = "/p/seipra-score"


def smaller(content: dict[str, Any]) -> None:
    content["activities"] = {"recruitment": content["activities"]["recruitment"]}
    content["retention"] = {"candidates": content["retention"]["candidates"]}
    del content["promises"]["no-sensitive-data"], content["measures"]["remote-access"]


def shorter(content: dict[str, Any]) -> None:
    content["retention"]["prospects"]["phases"][0]["period"] = "P2Y"


@pytest.fixture(autouse=True)
def published(site: str) -> None:
    """Two versions of the reference policy, the second in force."""
    pages.SHELF.clear()
    services.forget()
    reference: Policy = load_policy(FOLDER).document
    with time_machine.travel("2026-01-05T12:00:00+00:00", tick=False):
        in_force(changed(reference, smaller), date(2026, 1, 6))
    with time_machine.travel("2026-06-01T12:00:00+00:00", tick=False):
        in_force(changed(reference, shorter), date(2026, 6, 2))


@pytest.mark.parametrize("path", ["", "history/", "history/1/"])
def test_public_pages(pages: Eyes, path: str) -> None:
    pages.assert_accessible(f"{BASE}/{{language}}/{path}")


def test_nothing_here(pages: Eyes) -> None:
    pages.assert_accessible("/p/nobody/{language}/", status=404)


def test_without_a_script(eyes: Eyes) -> None:
    """A reader whose browser runs no script follows the links of the summary and the other language."""
    with eyes.open(f"{BASE}/", script=False) as visit:
        page = visit.page
        assert page.url.endswith(f"{BASE}/fr/")
        page.click("nav.contents >> text=Vos droits")
        assert page.url.endswith("#section.rights")
        page.click("text=Read in English")
        assert page.url.endswith(f"{BASE}/en/")
        assert page.inner_text("h1") == "Your data at SEIPRA Score"
        assert page.context.cookies() == []
        assert visit.wrong == []


def test_one_request_for_style_and_none_elsewhere(eyes: Eyes) -> None:
    asked: list[str] = []
    with eyes.open(f"{BASE}/fr/history/") as visit:
        visit.page.on("request", lambda request: asked.append(request.resource_type))
        visit.page.goto(f"{eyes.address}{BASE}/fr/")
        visit.page.wait_for_load_state("networkidle")
        assert sorted(asked) in (["document", "stylesheet"], ["document"])
        assert visit.wrong == []


def test_the_keyboard_goes_straight_to_the_text(eyes: Eyes) -> None:
    with eyes.open(f"{BASE}/fr/") as visit:
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("document.activeElement.textContent") == "Aller au contenu"
        visit.page.keyboard.press("Enter")
        assert visit.page.evaluate("document.activeElement.id") == "content"


def test_a_permanent_link_shows_its_promise(eyes: Eyes) -> None:
    with eyes.open(f"{BASE}/fr/#retention.prospects") as visit:
        place = visit.page.locator("[id='retention.prospects']").bounding_box()
        assert place is not None
        assert -5 <= place["y"] <= 700


def test_on_paper_the_tables_are_tables(eyes: Eyes) -> None:
    with eyes.open(f"{BASE}/fr/") as visit:
        visit.page.emulate_media(media="print")
        assert visit.page.locator("nav.contents").is_hidden()
        assert visit.page.locator("thead").first.is_visible()
        assert len(visit.page.pdf(format="A4")) > 50_000
