"""Tired people at the site: a second tab, a session that is over, an address typed, a text that is too long."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.site.conftest import Persona, sign_in

pytestmark = pytest.mark.django_db


def test_a_form_of_before_somebody_signed_in_again_says_what_to_do(site: str) -> None:
    tab = Client(enforce_csrf_checks=True)
    page = f"/o/{site}/holds/?of=me"
    answer = tab.post(
        f"/o/{site}/holds/", {"owner": "Camille"}, headers={"Referer": f"http://testserver{page}"}
    )
    assert answer.status_code == 403
    words = answer.content.decode()
    assert "Cette page n’était plus à jour" in words
    assert f'href="{page}"' in words
    elsewhere = tab.post("/language/", headers={"Referer": "http://elsewhere.example/trap/"})
    assert "elsewhere.example" not in elsewhere.content.decode()
    assert "Revenir à l’accueil" in elsewhere.content.decode()


def test_a_session_that_is_over_leads_back_to_the_page_and_says_that_nothing_was_done(site: str) -> None:
    browser, page = Client(), f"/o/{site}/plans/"
    sent = browser.post(f"{page}new/", headers={"Referer": f"http://testserver{page}"})
    assert sent["Location"] == f"/account/login/?next={page}"
    assert "rien de ce que vous demandiez n’a été fait" in browser.get(sent["Location"]).content.decode()
    typed = browser.get(page)
    assert typed["Location"] == f"/account/login/?next={page}"
    assert "rien de ce que" not in browser.get(typed["Location"]).content.decode()
    hidden = browser.post(f"{page}new/")  # a browser that does not say where it comes from
    assert hidden["Location"] == "/account/login/?next=/"


def test_an_address_that_only_takes_forms_is_no_blank_page(site: str, persona: Persona) -> None:
    answer = persona("dpo").get(f"/o/{site}/archive/allow/")
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "Il n’y a pas de page ici" in answer.content.decode()


def test_what_is_too_large_or_unreadable_is_said_in_words(site: str, persona: Persona) -> None:
    client = persona("dpo")
    large = client.post(f"/o/{site}/holds/", {"reason": "a" * 3_000_000})
    assert large.status_code == 413
    assert "C’est trop grand" in large.content.decode()
    many = client.post(f"/o/{site}/holds/", {f"f{number}": "" for number in range(10_001)})
    assert many.status_code == 400
    assert "Cette demande ne se lit pas" in many.content.decode()


def test_a_host_that_is_not_ours_is_said_in_words(site: str) -> None:
    answer = Client().get("/", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400
    assert "Cette demande ne se lit pas" in answer.content.decode()


def test_our_own_error_says_that_nothing_was_saved(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("garant.apps.notices.services.publishing", broken)
    answer = Client(raise_request_exception=False).get("/")
    assert answer.status_code == 500
    assert "Garant a rencontré une erreur" in answer.content.decode()
    assert "secret" not in answer.content.decode()


def test_a_hold_badly_filled_says_so_beside_the_fields_and_in_no_words_of_a_terminal(
    company: str,
) -> None:
    officer, page = sign_in("deleguee@demo.example"), f"/o/{company}/holds/"
    whole = {"owner": "Camille", "reason": "Litige", "until": "2099-01-01", "activity": "recruitment"}
    for change, words in (
        ({"until": ""}, "Donnez un dernier jour"),
        ({"review": "2099-01-01"}, "pas les deux"),
        ({"activity": ""}, "Dites sur qui ou sur quoi"),
        ({"email": "a@client.example"}, "Une personne ou une activité, pas les deux"),
    ):
        shown = officer.post(page, whole | change).content.decode()
        assert words in shown, change
        assert "--" not in shown.partition("<main")[2].replace("<!--", ""), change
        assert "Litige" in shown, "what was typed stays"
    assert officer.post(page, whole).status_code == 302
