"""What art. 15(1) has the person told beside their data: why, who receives, how long, from where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from garant.policy import Policy
from garant.policy.document import Activity
from garant.policy.text import Text
from garant.publish.register.phrases import Lines, categories, kept
from garant.publish.register.sheets import Sheet, Table, sheet_of

_TOLD: Final = ("joint-controllers", "purposes", "data", "sources", "recipients", "processors", "transfers")
"""The parts of a sheet of the register that art. 15(1) asks for: points a to d, g, and 15(2)."""


def concerned(policy: Policy, found: Iterable[str]) -> list[Activity]:
    """The activities that use data of the categories found, of which the organisation is the controller, or all of
    them where none is known by its category."""
    wanted = set(found)
    tree = policy.data_categories

    def uses(activity: Activity) -> bool:
        return any(
            tree.covers(key, one) or tree.covers(one, key) for key in categories(activity) for one in wanted
        )

    controlled: list[Activity] = list(policy.controller_activities)
    return [one for one in controlled if uses(one)] or controlled


def told(policy: Policy, activity: Activity) -> Sheet:
    """What is told of one activity."""
    sheet = sheet_of(policy, activity)
    tables = tuple(
        one.compact() for one in sheet.tables if one.key in _TOLD and (one.rows or one.key == "transfers")
    )
    return Sheet(sheet.key, sheet.role, sheet.title, sheet.reference, tables)


def retention_of(policy: Policy, found: Iterable[str]) -> list[Text]:
    """How long data of these categories are kept, in every activity that uses them; each line once."""
    tree, wanted = policy.data_categories, list(found)
    said: dict[str, Text] = {}
    for activity in policy.controller_activities:
        for key in categories(activity):
            if any(tree.covers(key, category) for category in wanted):
                said.update((line.fr, line) for line in kept(policy, activity, key))
    return list(said.values())


def automated(policy: Policy) -> Iterator[tuple[Text, Text, Text]]:
    """The decisions that no person takes (art. 15(1)(h)): for what, how, and what follows."""
    for _, purpose in policy.purposes():
        if purpose.automated_decision is not None:
            yield purpose.label, purpose.automated_decision.logic, purpose.automated_decision.consequences


def cells(table: Table, language: str) -> list[list[list[str]]]:
    """The rows of a part, in one language."""
    return [[_lines(cell, language) for cell in row] for row in table.rows]


def _lines(cell: Lines, language: str) -> list[str]:
    return [one.fr if language == "fr" else one.en for one in cell]
