"""A register in the CNIL's template read back as a policy.

With Garant's own sheet, the policy is the one that was exported, and what people changed in the other sheets since
then wins over it. Without it, the policy says what the template says, and what the template cannot say is told.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Final

from pydantic import ValidationError

from garant.policy import Policy, Text
from garant.policy.expectations import expectation

from . import applying, retention, sharing
from .edits import Edits, Note
from .extension import SHEET, read
from .grid import Grid, Refused, read_grids
from .heads import heads
from .parsing import parsed
from .projection import line_of, projected
from .record import Line, Person, Record, Register, same
from .vocabulary import plain

ZONE: Final = "Europe/Paris"
"""The time zone of a register that says none: the template is France's."""

_BY_HAND: Final = Text(
    fr="Cette feuille a été modifiée à la main\u202f; les autres feuilles l’emportent sur elle.",
    en="This sheet was changed by hand; the other sheets win over it.",
)


@dataclass(frozen=True, slots=True)
class Imported:
    """The policy, and what to know about it, in the order of the workbook."""

    policy: Policy
    notes: tuple[Note, ...]
    from_garant: bool
    """Whether the workbook holds Garant's own sheet."""


def import_register(file: BinaryIO) -> Imported:
    """Read a workbook. Raises Refused, with a sentence, for what is none, is hostile, or makes no policy."""
    grids = read_grids(file)
    after = parsed(grids)
    own = next((grid for grid in grids if grid.name == SHEET), None)
    if own is None and not after.records and not after.lines:
        raise Refused(_no_register())
    if own is None:
        return _from_template(after)
    return _from_garant(own, after)


def _from_garant(own: Grid, after: Register) -> Imported:
    rows = [[row.get(column, "") for column in range(max(row) + 1)] for row in own.rows()]
    policy, untouched = read(rows)
    sheets = {row[1]: row[0].removeprefix("sheet ") for row in rows if row[0].startswith("sheet ")}
    taken = merged(policy, after, sheets)
    where = Text(fr=SHEET, en=SHEET)
    changed = () if untouched else (Note("check", where, _BY_HAND),)
    return Imported(taken.policy, (*changed, *taken.notes), from_garant=True)


def merged(policy: Policy, after: Register, sheets: Mapping[str, str]) -> Imported:
    """The policy with what `after` says otherwise than it does; `sheets` names the activity of each sheet.

    Raises Refused where that makes no policy.
    """
    edits = _edits(policy)
    _apply(edits, projected(policy), after, sheets)
    return Imported(_made(edits), tuple(edits.notes), from_garant=True)


def _from_template(after: Register) -> Imported:
    name = after.controller.name or _company(after) or "Organisme"
    start = Policy.model_validate({"organisation": {"key": "x", "name": name[:500], "time_zone": ZONE}})
    edits = _edits(start)
    edits.content["organisation"]["key"] = edits.new_key(name)
    edits.where = Text(fr="Tout le registre", en="The whole register")
    edits.note(
        "complete",
        "Le modèle ne dit ni les bases légales, ni les sources des données, ni les fiches de sous-traitance, et rien "
        "en anglais : à écrire dans la politique.",
        "The template says neither legal bases, nor sources of data, nor processor sheets, and nothing in English: "
        "to be written in the policy.",
    )
    edits.note(
        "check",
        f"Le fuseau horaire est supposé être {ZONE}.",
        f"The time zone is taken to be {ZONE}.",
    )
    _apply(edits, projected(start), replace(after, controller=_head(after, name)), {})
    return Imported(_made(edits), tuple(edits.notes), from_garant=False)


def _edits(policy: Policy) -> Edits:
    content: dict[str, Any] = policy.model_dump(mode="json", exclude_defaults=True)
    return Edits(policy, content)


def _company(after: Register) -> str:
    actors = (row.cells[1] for record in after.records for row in record.actors[:1])
    return next(filter(None, actors), "")


def _head(after: Register, name: str) -> Person:
    """Who is at the head of a plain register: the list sheet's, else the first record's."""
    if after.controller.name or not after.records or not after.records[0].actors:
        return replace(after.controller, name=name)
    _, _, street, code, city, _, phone, email = after.records[0].actors[0].cells
    return Person(name, street=street, postal_code=code, city=city, phone=phone, email=email)


def _apply(edits: Edits, before: Register, after: Register, sheets: Mapping[str, str]) -> None:
    heads(edits, before, after)
    pairs = _paired(before, after, sheets)
    lines = _changed_lines(before, after)
    for record in before.records:
        found = next((two for one, two in pairs if one is not None and one.key == record.key), None)
        if found is None:
            edits.where = Text(fr=record.sheet, en=record.sheet)
            edits.note(
                "check",
                f"La fiche « {record.name} » n’est plus là ; l’activité reste dans la politique. "
                "Si elle a cessé, retirez-la.",
                f"The record “{record.name}” is gone; the activity stays in the policy. If it has ended, take it out.",
            )
        _record(edits, record, _with_line(record, found or record, lines.get(record.key)))
    for one, new in pairs:
        if one is None:
            _new_record(edits, new)
    for line in _new_lines(before, after):
        _new_record(edits, Record(sheet=line.name, name=line.name, reference=line.reference,
                                  created=line.created, updated=line.updated,
                                  purposes=applying.as_purposes(line.purpose)))  # fmt: skip


def _record(edits: Edits, before: Record, after: Record) -> None:
    for step in (
        applying.describe,
        applying.purposes,
        applying.data,
        applying.people,
        retention.retention,
        sharing.recipients,
        sharing.measures,
        sharing.transfers,
        applying.actors,
    ):
        step(edits, before, after)


def _new_record(edits: Edits, record: Record) -> None:
    activities = edits.part("activities")
    label = record.name or record.sheet
    key = edits.new_key(label, list(activities))
    activities[key] = {"role": "controller", "label": {"fr": label}, "purposes": {}}
    edits.where = Text(fr=record.sheet, en=record.sheet)
    edits.note("added", f"L’activité « {label} » est ajoutée.", f"The activity “{label}” is added.")
    _record(edits, Record(sheet=record.sheet, key=key, name=label, actors=record.actors[:0]), record)


def _paired(
    before: Register, after: Register, sheets: Mapping[str, str]
) -> list[tuple[Record | None, Record]]:
    """Each record read, beside the activity that it is about: by its sheet, its number or its name."""
    left = {record.key: record for record in before.records}
    pairs: list[tuple[Record | None, Record]] = []
    for record in after.records:
        key = sheets.get(record.sheet) if sheets.get(record.sheet) in left else None
        key = key or _found(left.values(), record)
        pairs.append((left.pop(key) if key is not None else None, record))
    return pairs


def _found(records: Iterable[Record], wanted: Record) -> str | None:
    for one in records:
        if wanted.reference and same(one.reference, wanted.reference):
            return one.key
    return next((one.key for one in records if plain(one.name) == plain(wanted.name)), None)


def _changed_lines(before: Register, after: Register) -> dict[str, Line]:
    """The lines of the list sheet by activity, where the list still tells them apart."""
    numbered = {line.reference: line for line in after.lines if line.reference}
    named = {plain(line.name): line for line in after.lines}
    found = {one.key: numbered.get(one.reference) or named.get(plain(one.name)) for one in before.records}
    return {key: line for key, line in found.items() if line is not None}


def _new_lines(before: Register, after: Register) -> list[Line]:
    """Lines of the list for which there is no record."""
    known = [*before.records, *after.records]
    numbers = {one.reference for one in known if one.reference}
    names = {plain(one.name) for one in known}
    return [line for line in after.lines if line.reference not in numbers and plain(line.name) not in names]


def _with_line(before: Record, after: Record, line: Line | None) -> Record:
    """The record, and what was changed in its line of the list alone."""
    if line is None:
        return after
    was = line_of(before)
    changed = {
        name: getattr(line, name)
        for name in ("name", "created", "updated")
        if not same(getattr(line, name), getattr(was, name))
        and same(getattr(after, name), getattr(before, name))
    }
    if line.purpose and not same(line.purpose, was.purpose) and same(line_of(after).purpose, was.purpose):
        first, *rest = after.purposes or applying.as_purposes(line.purpose)
        changed["purposes"] = (replace(first, cells=(line.purpose, *first.cells[1:])), *rest)
    return replace(after, **changed)


def _made(edits: Edits) -> Policy:
    try:
        return Policy.model_validate_json(json.dumps(edits.content), strict=True)
    except ValidationError as problem:
        details = problem.errors(include_url=False)[0]
        place = ".".join(str(step) for step in details["loc"])
        wanted = expectation(details)
        raise Refused(
            Text(
                fr=f"Ce registre ne fait pas une politique : « {place} » n’a pas la bonne forme "
                f"(attendu : {wanted.fr}).",
                en=f"This register does not make a policy: “{place}” does not have the right form "
                f"(expected: {wanted.en}).",
            )
        ) from None


def _no_register() -> Text:
    return Text(
        fr="Ce classeur n’est pas un registre : aucune feuille ne suit le modèle de la CNIL.",
        en="This workbook is no register: no sheet follows the CNIL’s template.",
    )
