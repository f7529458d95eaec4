"""The rules a policy is held against: GAR1xx to GAR4xx, one module for each family."""

from datetime import date

from ..diagnostics import Diagnostic, sorted_by_place
from ..loader import LoadedPolicy
from ..places import Place
from . import (
    cookies,
    durations,
    grounds,
    minimisation,
    notice,
    promises,
    references,
    retention,
    rights,
    security,
    sharing,
    transfers,
)
from .base import CHECKS, Check

__all__ = ["CHECKS", "FAMILIES", "Check", "findings", "placed_findings"]

FAMILIES = (
    grounds,
    minimisation,
    retention,
    durations,
    sharing,
    transfers,
    promises,
    rights,
    notice,
    security,
    cookies,
    references,
)
"""The modules that hold the rules; each registers its own when it is imported."""


def findings(loaded: LoadedPolicy, as_of: date) -> list[Diagnostic]:
    """Everything that the rules find in a policy on the day `as_of`, sorted by place."""
    return sorted_by_place(found for _, found in placed_findings(loaded, as_of))


def placed_findings(loaded: LoadedPolicy, as_of: date) -> list[tuple[Place, Diagnostic]]:
    """Everything that the rules find on the day `as_of`, each with its place in the document, for editors."""
    return [
        (found.place, check.rule.at(loaded.positions.of_key(found.place), found.message, found.mend))
        for check in CHECKS
        for found in check.find(loaded.document, as_of)
    ]
