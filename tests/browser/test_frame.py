"""The pages that every installation has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from garant.apps.accounts import invitations
from garant.apps.accounts import services as accounts
from garant.apps.controls import services as controls
from garant.apps.jobs import services as jobs
from garant.apps.jobs.kinds import propose_today
from garant.apps.organisations import services as organisations
from garant.apps.webhooks import services as webhooks
from garant.site import settings
from tests.browser.chromium import ALIKE, AXE, Eyes, looked_at
from tests.site.conftest import Persona, sign_in
from tests.site.test_archive import NAME, REASON, archive, entitle, kinds, left

__all__ = ["archive", "left"]

PACKAGE = Path(settings.__file__).parents[1]


@pytest.mark.parametrize("path", ["/", "/account/login/", "/account/password/reset/"])
def test_pages_for_strangers(pages: Eyes, path: str, persona: Persona) -> None:
    pages.assert_accessible(path, client=persona("stranger"))


@pytest.mark.parametrize("path", ["/o/", "/o/account/", "/o/demo/people/"])
def test_pages_of_staff(pages: Eyes, path: str, persona: Persona) -> None:
    pages.assert_accessible(path, client=persona("dpo"))


def test_the_first_page_of_whoever_looks_after_the_installation(pages: Eyes, persona: Persona) -> None:
    administrator = persona("administrator")
    pages.assert_accessible("/o/", client=administrator)  # told how to keep Garant itself
    organisations.create_organisation("garant", "Demo (Garant)", "Europe/Paris")
    user = accounts.ensure_user("administrator@demo.example")
    accounts.give("garant", user, accounts.Habilitation("administrator"), actor="garant")
    pages.assert_accessible("/o/", client=administrator)


def test_what_is_not_there(pages: Eyes, persona: Persona) -> None:
    pages.assert_accessible("/nothing/", client=persona("stranger"), status=404)


def test_the_eyes_see_what_is_wrong(eyes: Eyes) -> None:
    """A page that everything is wrong with: each kind of fault is told."""
    with eyes.open("/") as visit:
        visit.page.evaluate("fetch('https://elsewhere.example/').catch(() => 0)")
        visit.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=/none.png width=2000>')")
        visit.page.wait_for_timeout(300)
        assert any(said.startswith("console") and "elsewhere.example" in said for said in visit.wrong)
        assert any(said.startswith("failed: 404") for said in visit.wrong)
        visit.page.evaluate(AXE)
        found = list(looked_at(visit.page))
        assert any("image-alt" in said for said in found)
        assert any("beyond the edge" in said for said in found)


@pytest.mark.parametrize("path", ["/", "/o/demo/people/"])
def test_the_eyes_see_what_is_wrong_in_one_theme_alone_or_in_one_size(
    eyes: Eyes, persona: Persona, path: str
) -> None:
    """Light letters in the light, dark ones in the dark, a link that is small: whatever axe is not asked twice for."""
    with eyes.open(path, client=persona("dpo")) as visit:
        visit.page.evaluate(AXE)
        assert list(looked_at(visit.page)) == []
        visit.page.evaluate(
            """() => ["light-dark(#000, #222)", "light-dark(#eee, #fff)"].forEach((colours, n) => {
            const line = document.createElement("p"), small = document.createElement("a"), beside = document.createElement("a")
            line.textContent = "faint", line.style.color = colours, line.id = "line" + n
            for (const one of [small, beside]) one.textContent = "x", one.href = "#" + n, one.style.font = "4px/4px serif"
            for (const one of [small, beside]) one.style.display = "inline-block", one.style.minHeight = one.style.padding = "0"
            document.querySelector("main").prepend(line, small, beside)
            })"""
        )
        found = list(looked_at(visit.page))
        for theme, line in (("dark", "#line0"), ("light", "#line1")):
            assert any(
                said.startswith(theme) and "color-contrast" in said and line in said for said in found
            ), found
        assert any(said.startswith("light, 320 px: target-size") for said in found), found


def test_what_a_width_does_to_a_page_decides_what_is_asked_twice(eyes: Eyes, persona: Persona) -> None:
    """Pages of staff only move what they hold; those of the notice show tables in another way on a phone."""
    with eyes.open("/o/demo/people/", client=persona("dpo")) as visit:
        assert visit.page.evaluate(ALIKE)
    with eyes.open("/") as visit:
        sheets = visit.page.evaluate("[...document.styleSheets].map(sheet => sheet.href).join()")
        assert visit.page.evaluate(ALIKE) != ("notice" in sheets), sheets


@pytest.mark.parametrize("sheet", sorted(PACKAGE.rglob("*.css")), ids=lambda sheet: sheet.name)
def test_the_dark_theme_changes_colours_alone_and_nothing_asks_how_high_the_window_is(sheet: Path) -> None:
    """What `looked_at` relies on."""
    rules = sheet.read_text(encoding="utf-8")
    queries = re.findall(r"@media\s*([^{]*?)\s*{", rules)
    assert [one for one in queries if re.search("height|aspect|orientation", one)] == []
    assert set(re.findall(r"([a-z-]+):[^;{}]*\d[sdl]?v(?:h|min|max|b)\b", rules)) <= {"min-height"}
    assert [one for one in queries if "color-scheme" in one] == ["(prefers-color-scheme: dark)"]
    (dark,) = re.findall(r"@media \(prefers-color-scheme: dark\) {\s*:root {([^}]*)}\s*}", rules)
    changed = [one.strip() for one in dark.split(";") if one.strip()]
    assert [one for one in changed if not re.fullmatch(r"--[a-z-]+: #[0-9a-f]{3,6}", one)] == []


def test_pages_of_the_dashboard(pages: Eyes, company: str) -> None:
    controls.look(company)
    digest = propose_today(company, actor="garant")
    officer = sign_in("deleguee@demo.example")
    job = jobs.ask(company, "look", actor="deleguee@demo.example")
    for path in (
        "",
        "promises/retention.prospects/",
        "plans/",
        "plans/new/",
        f"plans/{digest}/",
        f"plans/{digest}/sample/",
        "jobs/",
        f"jobs/{job.key}/",
        "ledger/",
        "holds/",
        "archive/",
        "systems/",
        "settings/",
        "settings/tokens/",
        "settings/backups/",
        "settings/lists/",
    ):
        pages.assert_accessible(f"/o/{company}/{path}", client=officer)
    pages.assert_accessible(f"/p/{company}/{{language}}/state/")


def test_an_archived_record_is_read_and_let_go_by_everybody(eyes: Eyes, company: str, left: str) -> None:
    """Asked why, then shown, in both themes and sizes: no address shows it without its reason."""
    for who in ("adjointe@demo.example", "deleguee@demo.example"):
        with eyes.open(f"/o/{company}/archive/{left}/", client=entitle(company, who)) as visit:
            page = visit.page
            page.evaluate(AXE)
            assert list(looked_at(page)) == []
            page.get_by_label("Pourquoi, en une phrase").fill(REASON)
            page.get_by_role("button", name="Consulter le dossier").click()
            expect(page.get_by_text(NAME)).to_be_visible()
            page.evaluate(AXE)
            assert list(looked_at(page)) == []
            assert visit.wrong == []
            with page.expect_download() as whole:
                page.get_by_role("button", name="Télécharger le dossier (ZIP)").click()
            assert whole.value.suggested_filename == f"archive-{left[:8]}.zip"
            if page.get_by_role("button", name="Détruire ces valeurs").is_visible():
                page.get_by_label("Ce qui a été décidé, en une phrase").fill("Le nouveau numéro est le bon")
                page.get_by_label("Le système porte ce qu’il doit porter").check()
                page.get_by_role("button", name="Détruire ces valeurs").click()
                expect(page.get_by_text("Ces valeurs sont détruites")).to_be_visible()
    assert kinds(company)[-1] == "archive.released"


def test_pages_of_an_administrator(pages: Eyes, company: str) -> None:
    administrator = sign_in("administratrice@demo.example")
    invitations.invite(company, "new@demo.example", accounts.Habilitation("staff"), actor="garant")
    made, _ = webhooks.add(company, "https://93.184.216.34/garant", (), actor="garant")
    member = next(one for one in accounts.members(company) if one.role == "technician")
    for path in (
        "settings/",
        "settings/tokens/",
        "settings/webhooks/",
        f"settings/webhooks/{made.key}/",
        "people/",
        f"people/{member.pk}/",
    ):
        pages.assert_accessible(f"/o/{company}/{path}", client=administrator)


def test_what_is_printed_is_not_cut_off(eyes: Eyes, company: str) -> None:
    """On paper nothing scrolls: a table is as wide as the sheet."""
    controls.look(company)
    digest = propose_today(company, actor="garant")
    officer = sign_in("deleguee@demo.example")
    for path in ("", "ledger/", "register/recruitment/", "systems/", "people/", f"plans/{digest}/sample/"):
        with eyes.open(f"/o/{company}/{path}", client=officer) as visit:
            visit.page.emulate_media(media="print")
            visit.page.set_viewport_size({"width": 700, "height": 990})
            cut = visit.page.evaluate(
                """() => [...document.querySelectorAll("main .scroll")]
                .filter(one => getComputedStyle(one).overflowX !== "visible" || one.scrollWidth > one.clientWidth + 1)
                .map(one => one.getAttribute("aria-label") || one.innerText.slice(0, 60))"""
            )
            assert cut == [], path


@pytest.mark.slow
def test_pages_of_who_is_habilitated_to_a_part(pages: Eyes, company: str) -> None:
    controls.look(company)
    digest = propose_today(company, actor="garant")
    held = accounts.Habilitation("dpo", None, ("recruitment",), ("recruitment",))
    accounts.give(company, accounts.ensure_user("part@demo.example"), held, actor="garant")
    part = sign_in("part@demo.example")
    for path in ("", "plans/", f"plans/{digest}/", "settings/tokens/", "people/"):
        pages.assert_accessible(f"/o/{company}/{path}", client=part)
    pages.assert_accessible(f"/o/{company}/ledger/", client=part, status=403)


@pytest.mark.slow
def test_pages_of_a_client_s_contact(pages: Eyes, company: str) -> None:
    controls.look(company)
    held = accounts.Habilitation("client-contact", clients=("maintenance-clients",))
    accounts.give(company, accounts.ensure_user("contact@client.example"), held, actor="garant")
    contact = sign_in("contact@client.example")
    pages.assert_accessible("/o/", client=contact)
    pages.assert_accessible(f"/o/{company}/client/", client=contact)
    pages.assert_accessible(f"/o/{company}/client/remote-maintenance/", client=contact)


def test_an_invitation_is_read_by_who_has_no_account(pages: Eyes, persona: Persona, site: str) -> None:
    sent = invitations.invite(site, "new@demo.example", accounts.Habilitation("staff"), actor="garant")
    visitor = persona("stranger")
    page = visitor.get(sent.link.partition("/account/")[2].join(["/account/", ""]))["Location"]
    pages.assert_accessible(page, client=visitor)
    pages.assert_accessible("/account/invitation/i-0/", client=visitor, status=404)
