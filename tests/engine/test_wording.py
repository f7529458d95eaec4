"""What a plan does is said in both languages, whatever its columns become."""

from __future__ import annotations

from typing import get_args

import pytest

from garant.engine.document import Kind
from garant.engine.planning.survey import describe
from garant.engine.wording import KINDS, disposition
from garant.systems.treatments import Constant, Generalise, Prefix, Pseudonym, Pseudonymise


def test_every_kind_of_plan_has_its_words() -> None:
    assert set(KINDS) == set(get_args(Kind))


@pytest.mark.parametrize(
    ("how", "french", "english"),
    [
        ("blank", "vidé", "emptied"),
        ("keep", "gardé", "kept"),
        (Constant(constant="x"), "remplacé par un texte fixe", "replaced by a fixed text"),
        (Generalise(generalise="year"), "réduit à l’année", "reduced to the year"),
        (Generalise(generalise="month"), "réduit au mois", "reduced to the month"),
        (Generalise(generalise=Prefix(prefix=3)), "réduit à 3 caractères", "reduced to 3 characters"),
        (Pseudonymise(pseudonymise=Pseudonym()), "remplacé par un pseudonyme", "replaced by a pseudonym"),
    ],
)
def test_what_the_engine_calls_a_disposition_has_words(how: object, french: str, english: str) -> None:
    said = disposition(describe(how))  # type: ignore[arg-type]
    assert (said.fr, said.en) == (french, english)


def test_what_is_written_is_said_by_what_the_plan_is_for() -> None:
    assert disposition("constant", "rectification").fr == "nouvelle valeur"
    assert disposition("constant", "lifting").en == "mark taken off"
    assert disposition("blank", "rectification").fr == "vidé"
    assert disposition("unheard of").fr == "unheard of"
