"""Retention changed in the template's cells: a line for each rule, such as `Clients : 5 ans après la fin du contrat`.

A line changed in every row of data where its rule is shown changes the rule, for this activity. Changed in some rows
only, it makes a rule of its own for their data. What cannot be understood is not guessed: it is told.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final, cast

from garant.policy import Period, Text

from ...words import event
from .edits import Content, Edits, aligned
from .record import Record, Row
from .vocabulary import DATA_ROWS, plain

_NUMBERS: Final = {
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9,
    "dix": 10, "douze": 12, "quinze": 15, "vingt": 20, "trente": 30, "cinquante": 50,
}  # fmt: skip
_PART: Final = re.compile(
    rf"\b(\d{{1,4}}|{'|'.join(_NUMBERS)})\s+(ans?|annees?|mois|semaines?|jours?)\b(\s+et\s+(?=\d|{'|'.join(_NUMBERS)}))?"
)
_SOONER: Final = ", ou dès "
"""What follows ends the retention early, and is not what its period is counted from."""


@dataclass(frozen=True, slots=True)
class _Change:
    """One line of a row of data that became another; nothing on one side where it was put in or taken out."""

    row: str
    old: Row | None
    new: Row | None


def periods(text: str) -> list[Period]:
    """The calendar periods that a text names, in order: `2 ans et 6 mois, puis 5 ans` are two of them."""
    found: list[Period] = []
    going_on = False
    for number, unit, more in _PART.findall(plain(text)):
        amount = _NUMBERS.get(number) or int(number)
        part = _period(amount, unit)
        if part is None:
            return []
        if going_on:
            found[-1] = found[-1] + part
        else:
            found.append(part)
        going_on = bool(more)
    return found


def _period(amount: int, unit: str) -> Period | None:
    try:
        if unit.startswith("an"):
            return Period(years=amount)
        if unit == "mois":
            return Period(months=amount)
        return Period(days=amount * (7 if unit.startswith("semaine") else 1))
    except ValueError:
        return None


def retention(edits: Edits, before: Record, after: Record) -> None:
    """All lines of a record that say how long data are kept."""
    changes: list[_Change] = []
    for row in DATA_ROWS.values():
        if after.data[row.key] and not before.data[row.key] and not after.retention[row.key]:
            continue
        pairs = aligned(before.retention[row.key], after.retention[row.key])
        # Where a row lost its data, its rules are no longer shown there: nobody changed them.
        changes += (_Change(row.key, old, new) for old, new in pairs if new or after.data[row.key])
    for group in _grouped(changes):
        edits.where = Text(
            fr=f"{after.sheet}, durée de conservation ({_rows(group)})",
            en=f"{after.sheet}, retention period ({_rows(group)})",
        )
        _apply(edits, before, group)


def _rows(group: Sequence[_Change]) -> str:
    return ", ".join(DATA_ROWS[one.row].label.split(" (")[0] for one in group)


def _grouped(changes: Iterable[_Change]) -> list[list[_Change]]:
    """The changes that are the same one, in several rows."""
    groups: dict[tuple[str, tuple[str, ...]], list[_Change]] = {}
    for one in changes:
        words = tuple(one.new.cells[0].split()) if one.new else ()
        groups.setdefault((one.old.key if one.old else "", words), []).append(one)
    return list(groups.values())


def _apply(edits: Edits, before: Record, group: list[_Change]) -> None:
    old, new = group[0].old, group[0].new
    if new is None:
        assert old is not None
        _removed(edits, before, group, old)
    elif old is None:
        _added(edits, before, group, new)
    elif not periods(new.cells[0]):
        edits.lost(
            new.cells[0],
            "aucune durée n’y est reconnue, comme « 3 ans » ou « 6 mois »",
            "no period is recognised in it, such as “3 ans” or “6 mois”",
        )
    elif _shown(before, old) - {one.row for one in group}:
        model = dict(edits.part("retention", old.key))
        _split(edits, before, group, old)
        _added(edits, before, group, new, model)
    else:
        _rule(edits, before, old, new)


def _shown(record: Record, rule: Row) -> set[str]:
    return {row for row, lines in record.retention.items() if any(one.key == rule.key for one in lines)}


def _rule(edits: Edits, before: Record, old: Row, new: Row) -> None:
    """Give the rule itself the periods, and the event, that the line now says; for this activity alone."""
    phases = cast(list[Content], edits.part("retention", old.key).get("phases", []))
    said = periods(new.cells[0])
    if phases and len(phases) != len(said):
        edits.lost(
            new.cells[0],
            f"la règle a {len(phases)} phases, et la ligne {len(said)} durée(s)",
            f"the rule has {len(phases)} phases, and the line {len(said)} period(s)",
        )
        return
    rule = _own(edits, before, old)
    rule["phases"] = _phases(phases, said)
    _trigger(edits, rule, new.cells[0])
    edits.changed(old.cells[0], new.cells[0])
    label = Text(**rule["label"]).say("fr")
    if periods(label) and periods(label) != said:
        edits.note("check", f"La règle s’appelle encore « {label} ».", f"The rule is still called “{label}”.")


def _own(edits: Edits, before: Record, old: Row) -> Content:
    """The rule, or a copy of it for this activity where it serves others, for which it stays as it was."""
    rule = edits.part("retention", old.key)
    others = _others(rule, before.key)
    if not others:
        return rule
    rule["activities"] = others
    rules = edits.part("retention")
    key = edits.new_key(f"{old.key} {before.key}", list(rules))
    rules[key] = {**rule, "activities": [before.key]}
    listed = ", ".join(others)
    edits.note(
        "check",
        f"La règle reste comme elle était pour : {listed}.",
        f"The rule stays as it was for: {listed}.",
    )
    return rules[key]


def _others(rule: Content, activity: str) -> list[str]:
    return [one for one in cast(list[str], rule.get("activities", [])) if one != activity]


def _phases(phases: list[Content], said: list[Period]) -> list[Content]:
    return [
        {**(phase or {"kind": "active"}), "period": str(period)}
        for phase, period in zip_longest(phases, said)
        if period is not None
    ]


def _trigger(edits: Edits, rule: Content, line: str) -> None:
    words = f" {plain(line.split(_SOONER)[0])} "
    named = [
        (len(phrase), key)
        for key in edits.policy.events
        if (phrase := plain(event(edits.policy, key).fr)) and f" {phrase} " in words
    ]
    if named:
        rule["trigger"] = max(named)[1]


def _added(
    edits: Edits, before: Record, group: list[_Change], new: Row, model: Content | None = None
) -> None:
    """Make a rule of its own for the data of these rows."""
    said = periods(new.cells[0])
    rules = edits.part("retention")
    copied: Content = dict(model or {})
    phases = cast(list[Content], copied.get("phases", []))
    made: Content = {
        **copied,
        "label": {"fr": new.cells[0]},
        "activities": [before.key],
        "data": _claims(edits, before.key, cast(list[str], copied.get("data", [])), _keys(group)),
        "phases": _phases(phases if len(phases) == len(said) else [], said),
    }
    _trigger(edits, made, new.cells[0])
    rules[edits.new_key(f"{before.key} {group[0].row}", list(rules))] = made
    edits.changed(group[0].old.cells[0] if group[0].old else "", new.cells[0])
    _incomplete(edits, made, new.cells[0])


def _incomplete(edits: Edits, rule: Content, line: str) -> None:
    missing = [
        (fr, en)
        for name, fr, en in (
            ("phases", "la durée", "the period"),
            ("trigger", "l’événement dont elle part", "the event it is counted from"),
            ("fate", "le sort final", "the final fate"),
            ("legal_source", "le texte d’où elle vient", "the law it comes from"),
        )
        if not rule.get(name)
    ]
    if missing:
        fr, en = (", ".join(words) for words in zip(*missing, strict=True))
        edits.note("complete", f"« {line} » : il manque {fr}.", f"“{line}”: {en} is missing.")


def _keys(group: Iterable[_Change]) -> set[str]:
    return {one.row for one in group}


def _claims(edits: Edits, activity: str, wide: list[str], rows: set[str]) -> list[str]:
    """The data of an activity of which a rule about `wide` (all, where it is empty) speaks, in these rows.

    A category counts as a whole where the rule covers it, else by those parts of it that the rule names.
    """
    tree = edits.policy.data_categories
    found: list[str] = []
    for key in _categories(edits, activity):
        if not wide or any(tree.covers(one, key) for one in wide):
            found.append(key)
        else:
            found += (one for one in wide if tree.covers(key, one))
    return [key for key in dict.fromkeys(found) if edits.row_of(key) in rows]


def _categories(edits: Edits, activity: str) -> list[str]:
    whole = edits.part("activities", activity)
    purposes = cast(dict[str, Content], whole.get("purposes", {})).values()
    listed: list[Any] = [key for part in (whole, *purposes) for key in part.get("data", [])]
    return list(dict.fromkeys(listed))


def _split(edits: Edits, before: Record, group: list[_Change], old: Row) -> None:
    """Let the old rule go on for the other data of this activity, and for the other activities as it was."""
    rule = edits.part("retention", old.key)
    wide = cast(list[str], rule.get("data", []))
    rest = _claims(edits, before.key, wide, set(DATA_ROWS) - _keys(group))
    others = _others(rule, before.key)
    if not others:
        rule["data"] = rest
        return
    rule["activities"] = others
    rules = edits.part("retention")
    key = edits.new_key(f"{old.key} {before.key}", list(rules))
    rules[key] = {**rule, "activities": [before.key], "data": rest}


def _removed(edits: Edits, before: Record, group: list[_Change], old: Row) -> None:
    if _shown(before, old) - {one.row for one in group}:
        edits.lost(
            f"{old.cells[0]} (retrait)",
            "la règle vaut encore pour d’autres données de la fiche",
            "the rule still holds for other data of the record",
        )
        return
    rule = edits.part("retention", old.key)
    left = _others(rule, before.key)
    if left:
        rule["activities"] = left
    else:
        edits.part("retention").pop(old.key)
    edits.changed(old.cells[0], "")
