"""What processors hold, and addresses in parts: the pages of the person and of the officer, walked in both languages."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from garant.apps.rights import services
from tests.apps.rights.conftest import ask_system, unhurried
from tests.browser.chromium import Eyes
from tests.browser.walking import Walk, people
from tests.site.conftest import sign_in
from tests.support.again import again

__all__ = ["unhurried"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["fr", again("en")])
def walk(request: pytest.FixtureRequest, browser: Browser, eyes: Eyes, company: str) -> Iterator[Walk]:
    walking = Walk(browser, eyes, company, request.param)
    yield walking
    walking.end()


def test_a_copy_is_asked_for_brought_in_looked_at_and_goes(walk: Walk, tmp_path: Path) -> None:
    (one,) = people(1)
    walk.ask("access", one)
    page = walk.desk()
    page.get_by_text(walk.says("ask-copy"), exact=True).click()
    page.get_by_label(walk.says("processor"), exact=True).select_option("accountant")
    page.get_by_role("button", name=walk.says("ask-its-copy")).click()
    (tmp_path / "fiche.csv").write_text("nom;ville\nEssai;Lyon\n")
    page.get_by_label(walk.says("its-file")).set_input_files(tmp_path / "fiche.csv")
    page.get_by_role("button", name=walk.says("upload")).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="fiche.csv").click()
    assert download.value.suggested_filename == "fiche.csv"
    walk.page.reload()
    walk.see("copies-person", walk.page)
    page = walk.desk()
    walk.see("copies-desk", page)
    walk.press("looked", "read", "package", job="request-package")
    walk.reads("granted")
    walk.page.goto(walk.link("package_ready", "file"))
    with walk.page.expect_download() as package:
        walk.page.get_by_role("main").get_by_role("button").click()
    package.value.save_as(tmp_path / "package.zip")
    with zipfile.ZipFile(io.BytesIO((tmp_path / "package.zip").read_bytes())) as inside:
        assert "Lyon" in inside.read("processors/accountant/fiche.csv").decode()
        inside.extractall(tmp_path / "package")
    walk.page.goto((tmp_path / "package" / "index.html").as_uri())
    expect(walk.page.get_by_role("link", name="processors/accountant/fiche.csv")).to_be_visible()
    walk.see("copies-package", walk.page)


def test_the_pages_of_copies_are_for_everybody(pages: Eyes, company: str, browser: Browser) -> None:
    walk = Walk(browser, pages, company, "fr")
    number = walk.ask("access", *people(1))
    mine = walk.page.url.removeprefix(pages.address)
    walk.end()
    for processor in ("accountant", "it-provider"):
        services.ask_copy(company, number, processor, actor="deleguee@demo.example")
    file = io.BytesIO(b"nom;ville\n")
    services.take_copy(company, number, "accountant", file, "fiche.csv", actor="deleguee@demo.example")
    officer = sign_in("deleguee@demo.example")
    pages.assert_accessible(mine.replace("/fr/", "/{language}/"))
    pages.assert_accessible(f"/o/{company}/requests/{number}/", client=officer)


def candidate() -> str:
    """A candidate whose address is written, and written once."""
    ((email,),) = ask_system(
        "GARANT_DEMO_RECRUITMENT",
        """SELECT email FROM candidate WHERE email LIKE '%@%' AND street <> '' AND zip <> '' AND city <> ''
           GROUP BY lower(email) HAVING count(*) = 1 ORDER BY min(id) LIMIT 1""",
    )
    return email


def instead(walk: Walk, part: str) -> re.Pattern[str]:
    """The label of a part of what is held."""
    return re.compile(f"^{walk.says(part)}{walk.says('instead')}", re.IGNORECASE)


def test_who_moves_house_says_so_part_by_part(walk: Walk) -> None:
    email, held = candidate(), "SELECT street, zip, city FROM candidate WHERE email = ?"
    walk.ask("rectification", email)
    page = walk.page
    moved = {"street": "2 rue Neuve", "postcode": "75011", "town": "Paris"}
    page.get_by_label(instead(walk, "street")).fill(moved["street"])
    walk.see("address-form", page)
    page.get_by_role("button", name=walk.says("propose")).click()
    expect(page.get_by_text(walk.says("this-part-too")).first).to_be_visible()
    for part in ("street", "postcode", "town"):
        page.get_by_label(instead(walk, part)).fill(moved[part])
    page.get_by_role("button", name=walk.says("propose")).click()
    expect(page.get_by_text("2 rue Neuve, 75011, Paris").first).to_be_visible()
    desk = walk.desk()
    expect(desk.get_by_text("2 rue Neuve, 75011, Paris").first).to_be_visible()
    walk.see("address-desk", desk)
    walk.press("approve", job="run")
    walk.answer("fully")
    assert ask_system("GARANT_DEMO_RECRUITMENT", held, email) == [tuple(moved.values())]
    assert "corrected" in {one.kind for one in services.sent(services.find(walk.company, walk.number))}
