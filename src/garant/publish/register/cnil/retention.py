"""Retention changed in the template's cells: a line for each rule, such as `Clients : 5 ans après la fin du contrat`.

A line changed in every row of data where its rule is shown changes the rule. Changed in some rows only, it makes a rule
of its own for their data. What cannot be understood is not guessed: it is told.
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
        _split(edits, before, group, old)
        _added(edits, before, group, new, model=edits.part("retention", old.key))
    else:
        _rule(edits, old, new)


def _shown(record: Record, rule: Row) -> set[str]:
    return {row for row, lines in record.retention.items() if any(one.key == rule.key for one in lines)}


def _rule(edits: Edits, old: Row, new: Row) -> None:
    """Give the rule itself the periods, and the event, that the line now says."""
    rule = edits.part("retention", old.key)
    phases, said = cast(list[Content], rule.get("phases", [])), periods(new.cells[0])
    if phases and len(phases) != len(said):
        edits.lost(
            new.cells[0],
            f"la règle a {len(phases)} phases, et la ligne {len(said)} durée(s)",
            f"the rule has {len(phases)} phases, and the line {len(said)} period(s)",
        )
        return
    rule["phases"] = _phases(phases, said)
    _trigger(edits, rule, new.cells[0])
    edits.changed(old.cells[0], new.cells[0])
    others = list(cast(list[str], rule.get("activities", [])))
    if len(others) > 1:
        listed = ", ".join(others)
        edits.note(
            "check",
            f"La règle vaut pour plusieurs activités : {listed}.",
            f"The rule serves several activities: {listed}.",
        )
    label = Text(**rule["label"]).say("fr")
    if periods(label) and periods(label) != said:
        edits.note("check", f"La règle s’appelle encore « {label} ».", f"The rule is still called “{label}”.")


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
        "data": _data(edits, before.key, group),
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


def _data(edits: Edits, activity: str, group: list[_Change]) -> list[str]:
    """The categories that the activity now has in these rows."""
    return [key for key in _categories(edits, activity) if edits.row_of(key) in {one.row for one in group}]


def _categories(edits: Edits, activity: str) -> list[str]:
    whole = edits.part("activities", activity)
    purposes = cast(dict[str, Content], whole.get("purposes", {})).values()
    listed: list[Any] = [key for part in (whole, *purposes) for key in part.get("data", [])]
    return list(dict.fromkeys(listed))


def _split(edits: Edits, before: Record, group: list[_Change], old: Row) -> None:
    """Let the old rule go on for the other data of this activity, and for the other activities as it was."""
    rule = edits.part("retention", old.key)
    gone = set(_data(edits, before.key, group))
    tree = edits.policy.data_categories
    wide = cast(list[str], rule.get("data", []))
    rest = [
        key
        for key in _categories(edits, before.key)
        if key not in gone and (not wide or any(tree.covers(one, key) for one in wide))
    ]
    narrow = [one for one in wide if any(tree.covers(key, one) for key in _categories(edits, before.key))]
    rest = rest or [one for one in narrow if one not in gone]
    others = [one for one in cast(list[str], rule.get("activities", [])) if one != before.key]
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
    left = [one for one in cast(list[str], rule.get("activities", [])) if one != before.key]
    if left:
        rule["activities"] = left
    else:
        edits.part("retention").pop(old.key)
    edits.changed(old.cells[0], "")
