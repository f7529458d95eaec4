"""A question from the person's own data: answered as people write, and worth nothing where several share a number."""

from __future__ import annotations

import pytest

from garant.engine.telling.questions import fits, normal
from garant.systems.model.people import AnswerKind
from tests.engine.support.shop import Shop

PHONE = "+33 1 00 00 00 01"


@pytest.mark.parametrize(
    ("kind", "written", "form"),
    [
        ("text", "  Rue  des\u00a0LILAS ", "rue des lilas"),
        ("digits", "C-00 42", "0042"),
        ("month", "mars 2025", "2025-03"),
        ("month", "1er août 2025", "2025-08"),
        ("month", "aout 2025", "2025-08"),
        ("month", "2025-03-17", "2025-03"),
        ("month", "03/2025", "2025-03"),
        ("month", "March 2025", "2025-03"),
        ("month", "13/2025", ""),
        ("month", "2025", ""),
        ("date", "17 mai 1980", "1980-05-17"),
        ("date", "1st May 1980", "1980-05-01"),
        ("date", "17/05/1980", "1980-05-17"),
        ("date", "1980.5.7", "1980-05-07"),
        ("date", "mai 1980", ""),
        ("date", "31/02/1980", ""),
        ("amount", "1 234,50 €", "123450"),
        ("amount", "1,234.5", "123450"),
        ("amount", "12", "1200"),
        ("amount", "0,05", "5"),
        ("amount", "1.234", "123400"),
        ("amount", "beaucoup", ""),
    ],
)
def test_an_answer_has_one_form(kind: AnswerKind, written: str, form: str) -> None:
    assert normal(kind, written) == form


def asking(shop: Shop) -> Shop:
    """The month of the last exchange."""
    shop.document["questions"] = {
        "last": {
            "label": {"fr": "Le mois", "en": "The month"},
            "answer": "month",
            "matches": [
                {"root": "contact", "query": "SELECT contact_id AS key FROM invoice WHERE label = :identity"}
            ],
        }
    }
    shop.people(1, 2)
    return shop.add("invoice", {"id": 1, "contact_id": 1, "at": "2025-03-05 00:00:00", "label": "2025-03"},
                    {"id": 2, "contact_id": 2, "at": "2025-04-05 00:00:00", "label": "2025-04"})  # fmt: skip


@pytest.mark.parametrize(
    ("declared", "answer", "fitting"),
    [
        ({"phone": PHONE}, "mars 2025", True),
        ({"phone": PHONE}, "avril 2025", False),
        ({"phone": PHONE}, "?", False),
        ({"phone": "+33 1 99 99 99 99"}, "mars 2025", False),
        ({"phone": PHONE, "email": "n1@x.example"}, "2025-03", True),
        ({"phone": PHONE, "email": "n2@x.example"}, "2025-03", False),
        ({}, "mars 2025", False),
    ],
)
def test_what_is_declared_has_to_lead_where_the_answer_leads(
    shop: Shop, declared: dict[str, str], answer: str, fitting: bool
) -> None:
    assert fits(asking(shop).system(), declared, ("crm", "last"), answer) is fitting


def test_a_number_that_several_people_share_shows_nothing(shop: Shop) -> None:
    asking(shop).database.run("UPDATE contact SET phone = '+33100000001' WHERE id = 2")
    assert not fits(shop.system(), {"phone": PHONE}, ("crm", "last"), "mars 2025")


def test_records_of_the_archive_are_not_counted(shop: Shop) -> None:
    sources = asking(shop).system()
    assert fits({**sources, "archive": sources["crm"]}, {"phone": PHONE}, ("crm", "last"), "mars 2025")


def test_a_question_is_put_in_both_languages(shop: Shop) -> None:
    asking(shop).document["questions"]["last"]["label"] = {"fr": "Le mois"}
    with pytest.raises(ValueError, match="both languages"):
        shop.map()
