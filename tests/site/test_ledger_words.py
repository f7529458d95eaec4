"""Entries are read in words: every field of every kind has a name, every word of a closed list a meaning."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from typing import Any, Literal, get_args, get_origin

import pytest
from django.test import Client

from garant.apps.accounts import services as accounts
from garant.apps.controls import services as controls
from garant.apps.evidence import wording
from garant.apps.rights.services import Asked, Whom, receive
from garant.apps.rights.words import Right
from garant.ledger.entries import KINDS
from tests.site.conftest import sign_in


def literals(annotation: Any) -> Iterator[str]:
    """The words of the closed list that a field holds."""
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    elif get_origin(annotation) is not list:  # lists are not shown
        for one in get_args(annotation):
            yield from literals(one)


FIELDS = [
    (kind, name, field.annotation)
    for kind, each in KINDS.items()
    for name, field in each.model_fields.items()
]


def test_every_field_has_a_name_and_no_name_is_of_no_field() -> None:
    names = {name for _, name, _ in FIELDS}
    assert set(wording.FIELDS) == names
    assert set(wording.OTHERWISE) <= {(kind, name) for kind, name, _ in FIELDS}
    assert set(wording.VALUES) <= names


def test_every_word_of_a_closed_list_has_a_meaning() -> None:
    words = {(name, word) for _, name, annotation in FIELDS for word in literals(annotation)}
    assert words
    assert {one for one in words if wording.value(*one) is None} == set()
    assert {(name, word) for name, each in wording.VALUES.items() for word in each} <= words


@pytest.mark.django_db(transaction=True)
def test_letters_requests_places_and_rules_of_time_are_read_in_words(site: str) -> None:
    asked = Asked(Right.ACCESS, Whom(name="Jeanne", email="jeanne@client.example"))
    request = receive(site, asked).request
    officer = accounts.ensure_user("dpo@demo.example")
    accounts.give(site, officer, accounts.Habilitation("dpo"), actor="garant")
    accounts.looked(site, officer, "opposition-list", people=1)
    shown = unescape(sign_in(officer.email).get(f"/o/{site}/ledger/").content.decode())
    for words in ("la liste d’opposition", "celles du RGPD (2018)", f"demande {request.key}"):
        assert words in shown
    for raw in ("gdpr-2018", f"request/{request.key}", "opposition-list<", "</span> acknowledged"):
        assert raw not in shown


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("language", "told", "untold"),
    [
        (
            "fr",
            (
                "promesse\u202f:</span> La notice publiée",
                "maintenant\u202f:</span> tenue",
                "rôle\u202f:</span> Technicien",
            ),
            ("shows_state", "four_eyes", ">notice<", "person:"),
        ),
        (
            "en",
            ("now:</span> kept", "role:</span> Technician"),
            ("shows_state", "four_eyes", ">notice<", "> person:"),
        ),
    ],
)
def test_the_ledger_is_read_in_words(
    company: str, language: str, told: tuple[str, ...], untold: tuple[str, ...]
) -> None:
    controls.look(company)
    client: Client = sign_in("deleguee@demo.example")
    client.post("/language/", {"language": language})
    page = client.get(f"/o/{company}/ledger/").content.decode().partition("<main")[2]
    page = page.partition("<tbody")[2]
    for words in told:
        assert words in page
    for words in untold:
        assert words not in page
