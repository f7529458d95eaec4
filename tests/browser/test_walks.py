"""Every right from the notice to the answer, as the person and as the officer, in both languages."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from garant.apps.oppositions import services as oppositions
from garant.apps.oppositions.contacts import contact
from garant.apps.promises.opening.published import policy_in_force
from garant.apps.rights import services
from garant.apps.rights.models import Request
from tests.apps.rights.conftest import ask_system, unhurried
from tests.apps.seen import seen
from tests.browser.chromium import Eyes
from tests.browser.walking import Walk, people
from tests.support.again import again

__all__ = ["unhurried"]
pytestmark = pytest.mark.django_db(transaction=True)

NEW = "+33 1 99 00 12 34"


@pytest.fixture(params=["fr", again("en")])
def walk(request: pytest.FixtureRequest, browser: Browser, eyes: Eyes, company: str) -> Iterator[Walk]:
    walking = Walk(browser, eyes, company, request.param)
    yield walking
    walking.end()


def use_of(company: str, ground: str) -> str:
    """The first use of the policy that rests on a ground, and is no advertising."""
    return next(
        f"{activity.key}/{purpose.key}"
        for activity, purpose in policy_in_force(company).document.purposes()
        if purpose.legal_basis is not None
        and purpose.legal_basis.ground == ground
        and not purpose.direct_marketing
    )


def kinds(walk: Walk) -> set[str]:
    return {one.kind for one in services.sent(services.find(walk.company, walk.number))}


def received(walk: Walk, folder: Path) -> str:
    """All that is in the package, as the person downloads it."""
    walk.page.goto(walk.link("package_ready", "file"))
    with walk.page.expect_download() as download:
        walk.page.get_by_role("main").get_by_role("button").click()
    download.value.save_as(folder / "package.zip")
    with zipfile.ZipFile(io.BytesIO((folder / "package.zip").read_bytes())) as package:
        assert package.testzip() is None
        return "".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())


def test_seen_taken_along_corrected_set_aside_and_erased(walk: Walk, tmp_path: Path) -> None:
    """The rights that a package or a plan answers, of one person after the other."""
    one, two, three = people(3)
    held = "SELECT phone, mobile, full_name, archived FROM person WHERE email = ?"

    walk.ask("access", one)
    walk.press("read", "package", job="request-package")
    walk.reads("granted")
    assert one in received(walk, tmp_path)

    walk.ask("portability", one)
    walk.press("read", "package", job="request-package")
    walk.reads("granted")
    assert '"kind": "portability"' in received(walk, tmp_path)

    (before,) = ask_system("GARANT_DEMO_CRM", held, two)
    walk.ask("rectification", two)
    walk.page.get_by_label(re.compile(walk.says("phone"))).first.fill(NEW)
    walk.page.get_by_role("button", name=walk.says("propose")).click()
    walk.press("approve", job="run")
    walk.answer("fully")
    (after,) = ask_system("GARANT_DEMO_CRM", held, two)
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 1
    assert (NEW in after, "corrected" in kinds(walk)) == (True, True)

    walk.ask("restriction", two)
    walk.press("approve", job="run")
    walk.answer("fully")
    assert ask_system("GARANT_DEMO_CRM", held, two)[0][3] == 1
    lifted(walk)
    assert ask_system("GARANT_DEMO_CRM", held, two)[0][3] == 0

    walk.ask("erasure", three)
    walk.press("approve", job="run")
    walk.answer("fully")
    assert ask_system("GARANT_DEMO_CRM", held, three) == []
    assert walk.number in walk.letter("answered")


def lifted(walk: Walk) -> None:
    """The officer says when the restriction ends, and on that day approves that it does."""
    page, today = walk.desk(), services.today(walk.company)
    page.get_by_label(walk.says("ends-on")).fill((today + timedelta(days=10)).isoformat())
    page.get_by_label(walk.says("why")).fill("Accord trouvé.")
    walk.see("lift", page)
    page.get_by_role("button", name=walk.says("tell-lift")).click()
    seen(Request).filter(key=walk.number).update(lift_on=today)  # the day has come
    assert services.night(walk.company)["lifted"] == 1
    walk.press("lift", job="run")
    assert "Accord trouvé." in walk.letter("lifted")


def test_refused_uses_decisions_looked_at_again_and_what_comes_after_death(walk: Walk) -> None:
    """The rights that a person weighs, or that act at once."""
    one, late, other = people(3)
    policy = policy_in_force(walk.company)

    walk.ask("objection", one)
    assert oppositions.opposed(policy, [contact("email", one)], None) == [True], "before anybody read it"
    walk.answer("fully")

    use = use_of(walk.company, "legitimate-interests")
    walk.ask("objection", one, use=use)
    page = walk.desk()
    page.get_by_text(walk.says("weigh"), exact=True).click()
    page.get_by_label(walk.says("weighed")).fill("Son intérêt l’emporte.")
    walk.see("weigh", page)
    page.get_by_role("button", name=walk.says("stops")).click()
    walk.answer("fully")
    assert oppositions.opposed(policy, [contact("email", one)], use) == [True]

    walk.ask("consent", one, use=use_of(walk.company, "consent"))
    walk.answer("fully")
    assert "consent_withdrawn" in kinds(walk)

    walk.ask("human-review", one)
    walk.answer("refused", ground="no-automated-decision", reason="Une personne avait décidé.")
    assert "Une personne avait décidé." in walk.page.content()

    walk.ask("post-mortem", late)
    walk.see("will", walk.page)
    walk.page.get_by_role("button", name=walk.says("will")).click()
    walk.page.goto(walk.link("directive_registered", "directive"))
    walk.see("directive", walk.page)
    walk.page.get_by_role("button", name=walk.says("revoke")).click()
    expect(walk.page.get_by_role("heading", level=1)).to_contain_text(walk.says("revoked"))

    walk.ask("post-mortem", late)  # again, and this time they stay
    walk.page.get_by_role("button", name=walk.says("will")).click()
    heirs(walk, late)
    walk.press("approve", job="run")
    walk.answer("fully")
    assert ask_system("GARANT_DEMO_CRM", "SELECT * FROM person WHERE email = ?", late) == []

    heirs(walk, other)  # who said nothing in life
    walk.answer("refused", ground="beyond-heirs", reason="Écrivez-nous pour la succession.")
    assert ask_system("GARANT_DEMO_CRM", "SELECT 1 FROM person WHERE email = ?", other) == [(1,)]


def heirs(walk: Walk, late: str) -> None:
    """Somebody writes after a death; the officer saw the proof."""
    walk.ask("post-mortem", "heritiere@essai.example", late=late)
    page = walk.desk()
    page.get_by_text(walk.says("identity"), exact=True).last.click()
    page.get_by_label(walk.says("shown")).select_option("mandate")
    page.get_by_role("button", name=walk.says("accept")).click()
    walk.work("request-search")
