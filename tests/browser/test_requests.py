"""A person and the data protection officer, in both languages: from the notice to the answer, without a script.

The site is served by the test's own server, and jobs are done here and now, as the worker does them.
"""

from __future__ import annotations

import io
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page, expect

from garant.apps.mails import services as mails
from garant.apps.mails.models import Mail
from garant.apps.organisations.services import scoped
from garant.apps.rights import services
from tests.apps.rights.conftest import ask_system, somebody, unhurried
from tests.apps.rights.conftest import work as jobs_done
from tests.browser.chromium import Eyes, Visit
from tests.site.conftest import sign_in

__all__ = ["unhurried"]
pytestmark = pytest.mark.django_db(transaction=True)

FR = {
    "exercise": "Exercer un droit", "erasure": "Faire effacer mes données", "access": "Voir mes données",
    "name": "Votre nom", "email": "Votre adresse électronique", "send": "Envoyer la demande", "code": "Code reçu",
    "confirm": "Confirmer", "mine": "Votre demande", "approve": "Approuver et exécuter ce plan",
    "package": "Approuver et envoyer le paquet", "read": "J’ai relu ces textes", "answer": "Répondre",
    "outcome": "La demande est",
    "reply": "Envoyer la réponse", "granted": "satisfaite", "download": "Télécharger",
    "rectification": "Faire corriger mes données", "phone": r"^Téléphone\s:.*devient", "propose": "Proposer ces corrections",
    "objection": "Refuser un usage", "restriction": "Mettre mes données de côté",
    "portability": "Emporter mes données", "post-mortem": "Décider pour après ma mort",
    "revoke": "Révoquer ces directives", "revoked": "Vos directives sont révoquées",
}  # fmt: skip
EN = {
    "exercise": "Exercise a right", "erasure": "Have my data erased", "access": "See my data",
    "name": "Your name", "email": "Your e-mail address", "send": "Send the request", "code": "Code received",
    "confirm": "Confirm", "mine": "Your request", "approve": "Approve and carry out this plan",
    "package": "Approve and send the package", "read": "I have read these texts", "answer": "Answer", "outcome": "The request is",
    "reply": "Send the answer", "granted": "granted", "download": "Download",
    "rectification": "Have my data corrected", "phone": r"^Telephone:.*becomes", "propose": "Propose these corrections",
    "objection": "Object to a use", "restriction": "Have my data set aside",
    "portability": "Take my data with me", "post-mortem": "Decide for after my death",
    "revoke": "Revoke these directives", "revoked": "Your directives are revoked",
}  # fmt: skip


def work(company: str, kind: str) -> None:
    """What the worker does, away from the loop that playwright runs in this thread."""

    def done() -> None:
        try:
            jobs_done(company, kind)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as worker:
        worker.submit(done).result()


def letter(company: str, kind: str) -> str:
    """The last letter of a kind, as the person reads it."""
    with scoped(company):
        return str(mails._words(Mail.objects.filter(kind=kind).latest("written_at"))["text"])


def ask(page: Page, company: str, address: str, right: str, language: str, words: dict[str, str]) -> str:
    """From the notice to one's own page; gives the number of the request."""
    page.goto(f"{address}/p/{company}/{language}/")
    page.get_by_role("link", name=words["exercise"]).click()
    page.get_by_role("link", name=re.compile(words[right])).click()
    page.get_by_label(words["name"]).fill("Jeanne Essai")
    page.get_by_label(words["email"]).fill(somebody())
    page.get_by_role("button", name=words["send"]).click()
    code = re.search(r"^ {4}(\d{8})$", letter(company, "code"), re.MULTILINE)
    assert code is not None
    page.get_by_label(words["code"]).fill(code[1])
    page.get_by_role("button", name=words["confirm"]).click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text(words["mine"])
    assert page.context.cookies() == []
    work(company, "request-search")
    return re.sub(r".*(R-\w{4}-\w{4}).*", r"\1", heading.inner_text(), flags=re.DOTALL)


@pytest.mark.parametrize(("language", "words"), [("fr", FR), ("en", EN)])
def test_an_erasure_as_the_person_and_as_the_officer(
    browser: Browser, eyes: Eyes, company: str, language: str, words: dict[str, str]
) -> None:
    email = somebody()
    context = browser.new_context(locale=language, java_script_enabled=False)
    page = context.new_page()
    number = ask(page, company, eyes.address, "erasure", language, words)
    officer = sign_in("deleguee@demo.example")
    with eyes.open(f"/o/{company}/requests/{number}/", client=officer, language=language) as visit:
        visit.page.get_by_role("button", name=words["approve"]).click()
        work(company, "run")
        assert ask_system("GARANT_DEMO_CRM", "SELECT * FROM person WHERE email = ?", email) == []
        visit.page.goto(f"{eyes.address}/o/{company}/requests/{number}/")
        visit.page.get_by_label(words["outcome"]).select_option("fully")
        visit.page.get_by_role("button", name=words["reply"]).click()
        assert visit.wrong == []
    page.reload()
    expect(page.get_by_text(words["granted"])).to_be_visible()
    assert number in letter(company, "answered")
    context.close()


@pytest.mark.parametrize(("language", "words"), [("fr", FR), ("en", EN)])
def test_an_access_as_the_person_and_as_the_officer(
    browser: Browser, eyes: Eyes, company: str, language: str, words: dict[str, str], tmp_path: Path
) -> None:
    email = somebody()
    context = browser.new_context(locale=language, java_script_enabled=False)
    page = context.new_page()
    number = ask(page, company, eyes.address, "access", language, words)
    officer = sign_in("deleguee@demo.example")
    with eyes.open(f"/o/{company}/requests/{number}/", client=officer, language=language) as visit:
        visit.page.get_by_role("button", name=words["read"]).click()
        visit.page.get_by_role("button", name=words["package"]).click()
        work(company, "request-package")
        assert visit.wrong == []
    assert services.find(company, number).outcome == "fully"
    link = re.search(r"/p/\S+/file/\S+/", letter(company, "package_ready"))
    assert link is not None
    page.goto(f"{eyes.address}{link[0]}")
    with page.expect_download() as download:
        page.get_by_role("main").get_by_role("button").click()
    path = tmp_path / "package.zip"
    download.value.save_as(path)
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as package:
        assert package.testzip() is None
        assert email in read(package)
    context.close()


def read(package: Any) -> str:
    return "".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())


def answered(visit: Visit, address: str, words: dict[str, str]) -> None:
    """The officer reads the page of a request again, and sends the answer."""
    visit.page.goto(address)
    form = visit.page.locator("form[action$='/answer/']")
    if not form.is_visible():
        visit.page.get_by_text(words["answer"], exact=True).click()
    visit.page.get_by_label(words["outcome"]).select_option("fully")
    visit.page.get_by_role("button", name=words["reply"]).click()
    assert visit.wrong == []


@pytest.mark.parametrize(
    ("right", "language"),
    [("rectification", "fr"), ("restriction", "en"), ("objection", "fr"), ("portability", "en")],
)
def test_the_other_rights_as_the_person_and_as_the_officer(
    browser: Browser, eyes: Eyes, company: str, right: str, language: str
) -> None:
    words, email = (FR, EN)[language == "en"], somebody()
    context = browser.new_context(locale=language, java_script_enabled=False)
    page = context.new_page()
    number = ask(page, company, eyes.address, right, language, words)
    if right == "rectification":
        page.reload()
        page.get_by_label(re.compile(words["phone"])).first.fill("+33 1 99 00 12 34")
        page.get_by_role("button", name=words["propose"]).click()
    officer, address = sign_in("deleguee@demo.example"), f"/o/{company}/requests/{number}/"
    with eyes.open(address, client=officer, language=language) as visit:
        if right != "objection":
            button = words["package" if right == "portability" else "approve"]
            visit.page.get_by_role("button", name=button).click()
            work(company, "request-package" if right == "portability" else "run")
        if right != "portability":
            answered(visit, f"{eyes.address}{address}", words)
    page.reload()
    expect(page.get_by_text(words["granted"])).to_be_visible()
    (row,) = ask_system("GARANT_DEMO_CRM", "SELECT phone, archived FROM person WHERE email = ?", email)
    assert (row[0] == "+33 1 99 00 12 34", row[1] == 1) == (right == "rectification", right == "restriction")
    kinds = {one.kind for one in services.sent(services.find(company, number))}
    expected = {"rectification": "corrected", "restriction": "restricted", "objection": "objected"}
    assert expected.get(right, "package_ready") in kinds
    context.close()


@pytest.mark.parametrize(("language", "words"), [("fr", FR), ("en", EN)])
def test_directives_are_registered_and_revoked(
    browser: Browser, eyes: Eyes, company: str, language: str, words: dict[str, str]
) -> None:
    context = browser.new_context(locale=language, java_script_enabled=False)
    page = context.new_page()
    ask(page, company, eyes.address, "post-mortem", language, words)
    link = re.search(r"/p/\S+/directive/\S+/", letter(company, "directive_registered"))
    assert link is not None
    page.goto(f"{eyes.address}{link[0]}")
    page.get_by_role("button", name=words["revoke"]).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(words["revoked"])
    context.close()


@pytest.mark.parametrize("end", ["", "access/", "objection/", "post-mortem/", "erasure/?for=agent"])
def test_the_forms_are_for_everybody(eyes: Eyes, company: str, end: str) -> None:
    eyes.assert_accessible(f"/p/{company}/{{language}}/requests/{end}")


def test_the_pages_of_a_request_are_for_everybody(eyes: Eyes, company: str, browser: Browser) -> None:
    context = browser.new_context(locale="fr")
    page = context.new_page()
    number = ask(page, company, eyes.address, "erasure", "fr", FR)
    mine = page.url.removeprefix(eyes.address)
    context.close()
    officer = sign_in("deleguee@demo.example")
    eyes.assert_accessible(mine.replace("/fr/", "/{language}/"))
    for path in ("", "new/", f"{number}/"):
        eyes.assert_accessible(f"/o/{company}/requests/{path}", client=officer)
