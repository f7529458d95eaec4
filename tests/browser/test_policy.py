"""The pages of the policy, seen in Chromium: versions, editor, review."""

from __future__ import annotations

from typing import Any

import pytest

from garant.apps.policies import services
from garant.policy import load_policy
from tests.apps.policies.support import changed
from tests.browser.chromium import Eyes
from tests.conftest import ROOT
from tests.site.conftest import Persona

BASE = "/o/demo/policy/"


@pytest.fixture
def two_versions(site: str) -> None:
    """The reference policy in force, and a draft that changes it."""

    def ours(content: dict[str, Any]) -> None:
        content["organisation"]["key"] = site

    def later(content: dict[str, Any]) -> None:
        content["retention"]["prospects"]["phases"][0]["period"] = "P4Y"
        content["recipients"]["group"] = {"label": {"fr": "Le groupe", "en": "The group"}, "kind": "partner"}
        content["activities"]["recruitment"]["recipients"].append("group")
        content["activities"]["remote-maintenance"]["processors"].append("accountant")
        content["measures"]["testing"]["label"]["en"] = "Tests, often"

    first = changed(load_policy(ROOT / "examples" / "seipra-score" / "policy").document, ours)
    one = services.import_document(first, actor="Ana")
    services.submit(site, one.key, actor="Ana")
    services.approve(site, one.key, digest=one.digest, actor="Boris")
    services.publish(site, one.key, on=services.today(site), actor="Boris")
    services.import_document(changed(first, later), actor="Ana")


@pytest.mark.parametrize(
    "page",
    [
        "",
        "import/",
        "2/",
        "2/review/",
        "2/edit/retention/",
        "2/edit/retention/prospects/",
        "2/edit/activities/customer-relationship/",
        "2/edit/rights/",
        "1/edit/cookies/",
        "2/edit/recipients/police/delete/",
    ],
)
@pytest.mark.usefixtures("two_versions")
def test_pages_of_the_policy(pages: Eyes, persona: Persona, page: str) -> None:
    pages.assert_accessible(BASE + page, client=persona("dpo"))


@pytest.mark.usefixtures("two_versions")
def test_what_is_wrong_shows_as_one_types(eyes: Eyes, persona: Persona, site: str) -> None:
    with eyes.open(f"{BASE}2/edit/retention/prospects/", client=persona("dpo"), language="en") as visit:
        page = visit.page
        spot = page.locator("#m-p--phases")
        assert "GAR221" in spot.inner_text()
        years = page.locator("[name='p.phases.0.period.years']")
        years.fill("3")
        page.wait_for_function("() => !document.getElementById('m-p--phases').innerText.includes('GAR221')")
        years.fill("9")
        page.wait_for_function(
            "() => document.getElementById('m-p--phases').innerText.includes('9\u202fyears')"
        )
        assert years.input_value() == "9"
        years.press("Enter")
        page.wait_for_load_state()
        assert visit.wrong == []
    kept = services.find(site, "2").policy.retention["prospects"]
    assert str(kept.total_period) == "P9Y"


@pytest.mark.usefixtures("two_versions")
def test_the_editor_works_without_scripts(eyes: Eyes, persona: Persona, site: str) -> None:
    path = f"{BASE}2/edit/retention/prospects/"
    with eyes.open(path, client=persona("dpo"), language="en", script=False) as visit:
        page = visit.page
        page.get_by_role("button", name="Add Phases").click()
        page.locator("[name='p.phases.1.kind']").select_option("intermediate-archive")
        page.locator("[name='p.phases.1.period.years']").fill("1")
        page.get_by_role("button", name="Save the draft").click()
        assert "It is saved" in page.inner_text("main")
        assert visit.wrong == []
    assert len(services.find(site, "2").policy.retention["prospects"].phases) == 2


@pytest.mark.usefixtures("two_versions")
def test_a_link_to_what_is_to_be_mended_leads_there(eyes: Eyes, persona: Persona) -> None:
    with eyes.open(f"{BASE}2/", client=persona("dpo"), language="en") as visit:
        visit.page.get_by_role("link", name="keeps prospects").click()
        visit.page.wait_for_load_state()
        assert visit.page.url.endswith("/edit/retention/prospects/#p--phases")
        assert visit.page.locator("#p--phases").is_visible()
