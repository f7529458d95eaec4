"""What is written, held against the model and the checks: each thing to mend with the place it concerns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from pydantic import ValidationError

from garant.apps.policies.documents import loaded
from garant.apps.policies.editor.pages import Content
from garant.policy import Diagnostic, Policy, Position
from garant.policy.checks import placed_findings
from garant.policy.places import Place, Positions
from garant.policy.validation import placed_problems
from garant.policy.yaml_source import YamlSource

_FORM: Final = Position("")

_FIELDS: Final[Mapping[str, str]] = {
    "GAR101": "legal_basis", "GAR102": "balancing", "GAR103": "interest", "GAR104": "withdrawal",
    "GAR105": "legal_text", "GAR106": "special_ground", "GAR107": "nir_ground", "GAR108": "offences_ground",
    "GAR110": "human_review", "GAR112": "arrangement", "GAR151": "purposes", "GAR153": "data",
    "GAR155": "subjects", "GAR202": "trigger", "GAR203": "phases", "GAR204": "fate", "GAR205": "legal_source",
    "GAR207": "access", "GAR253": "contract", "GAR254": "contract", "GAR255": "guarantees", "GAR256": "clients",
    "GAR257": "instructions", "GAR258": "operations", "GAR259": "contract", "GAR301": "safeguard",
    "GAR305": "assessment", "GAR306": "reference", "GAR361": "offered", "GAR364": "contact", "GAR403": "contact",
    "GAR406": "updated", "GAR412": "test", "GAR424": "exemption",
}  # fmt: skip
"""The field that mends a finding, where the finding is of the part around it: in a file there is nothing to point at."""


@dataclass(frozen=True, slots=True)
class Held:
    """A document held against the rules: the policy, where it is one, and what there is to mend, by place."""

    policy: Policy | None
    found: tuple[tuple[Place, Diagnostic], ...] = field(default=())

    def below(self, place: Place) -> list[tuple[Place, Diagnostic]]:
        """What concerns a part and all that stands inside it; places seen from there, each thing once."""
        inside = [(at[len(place) :], one) for at, one in self.found if at[: len(place)] == place]
        return list(dict.fromkeys(inside))


def hold(content: Content, as_of: date) -> Held:
    """Hold a whole document against the model and, where it fits, against every check on a day."""
    try:
        policy = Policy.model_validate_json(json.dumps(content), strict=True)
    except ValidationError as error:
        source = YamlSource(content, Positions({(): _FORM}, {}))
        return Held(None, _sorted(placed_problems(Policy, source, error)))
    found = placed_findings(loaded(policy), as_of)
    return Held(policy, _sorted((_field(place, one.code), one) for place, one in found))


def _field(place: Place, code: str) -> Place:
    """The place of the field that mends the finding."""
    field_ = _FIELDS.get(code)
    return place if field_ is None or place[-1] == field_ else (*place, field_)


def _sorted(found: Iterable[tuple[Place, Diagnostic]]) -> tuple[tuple[Place, Diagnostic], ...]:
    """Errors first; otherwise as they were found."""
    return tuple(sorted(found, key=lambda one: one[1].severity != "error"))
