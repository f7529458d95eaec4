"""What a control answers about one promise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from garant.policy.text import Text


class State(StrEnum):
    """How a promise stands. What nobody can show is unproven: it is never guessed."""

    KEPT = "kept"
    BROKEN = "broken"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True)
class Mend:
    """The operation that mends a promise: what to do, and the page where it is done."""

    label: Text
    page: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One promise, and how it stands.

    Args:
        key: stable: the kind of the promise and its key in the policy.
        article: of the published notice, 1 to 12.
        label: the promise, as published.
        why: what was seen, in a sentence.
        measure: the number that the control counts (people overdue, days late …); none where it counts nothing.
        evidence: what it rests on, as plain numbers, keys and days; never personal data.
        mend: what would mend it, or prove it.
    """

    key: str
    article: int
    label: Text
    state: State
    why: Text
    measure: int | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict[str, Any])
    mend: Mend | None = None


ARTICLES: Mapping[int, Text] = {
    4: Text(fr="Responsable de traitement et sous-traitant", en="Controller and processor"),
    5: Text(fr="Quelles données", en="Which data"),
    6: Text(fr="Pour quelles raisons, combien de temps", en="For which reasons, for how long"),
    7: Text(fr="Qui a accès aux données", en="Who has access to the data"),
    8: Text(fr="Vos droits", en="Your rights"),
    9: Text(fr="Les mesures de sécurité", en="Security measures"),
    10: Text(fr="Hors de l’Union européenne", en="Outside the European Union"),
    11: Text(fr="Les cookies", en="Cookies"),
    12: Text(fr="Les mises à jour", en="Updates"),
}
"""The articles of the notice that hold promises, in its order."""


def on(day: date) -> str:
    """A day as evidence holds it."""
    return day.isoformat()
