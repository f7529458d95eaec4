"""The register of a version of the policy, as pages show it and as files say it. Nothing is kept here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO, Final, Literal

from garant.apps.organisations import services as organisations
from garant.apps.policies import services as policies
from garant.apps.policies.services import RefusedError, Version
from garant.policy import Language, Policy
from garant.policy.document import Activity
from garant.policy.places import Place
from garant.policy.text import Text
from garant.publish import register as made
from garant.publish import words
from garant.publish.register import Missing, Note, Refused, Score, Table
from garant.publish.typography import typeset

FORMS: Final[Mapping[str, str]] = {
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
}
"""Media types by form."""

_PARTS: Final[Mapping[str, str]] = {
    "purposes": "purposes",
    "subjects": "people",
    "data": "data",
    "recipients": "recipients",
    "joint_controllers": "joint-controllers",
    "clients": "clients",
    "operations": "operations",
    "instructions": "instructions",
}
"""The part of a sheet that shows a section of an activity."""

_ENTRIES: Final = frozenset({"activities", "transfers"})


@dataclass(frozen=True, slots=True)
class Taken:
    """A register taken over: the draft that it made, and what to know about it."""

    version: Version
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing missing: what, what asks for it, and the sheet and part where it would stand."""

    label: str
    source: str
    activity: str
    part: str
    section: str
    """The page of the editor where it is written, and the entry of that page where it has entries."""
    key: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One sheet in the list."""

    key: str
    title: str
    role: str
    reference: str
    percent: int
    gaps: int


@dataclass(frozen=True, slots=True)
class Part:
    """One table of a sheet, in the language of the page: cells are lists of lines."""

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], ...], ...]
    empty: str


@dataclass(frozen=True, slots=True)
class Whole:
    """The list of the sheets, and how complete all of it is."""

    percent: int
    controller: tuple[Entry, ...]
    processor: tuple[Entry, ...]
    gaps: tuple[Gap, ...]
    """Of what is said once for the whole register."""


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet."""

    entry: Entry
    parts: tuple[Part, ...]
    gaps: tuple[Gap, ...]


def chosen(organisation: str, version: str = "") -> Version | None:
    """The version asked for, else the one in force, else the latest there is; None where there is none yet.

    Raises RefusedError for a version that is not there.
    """
    if version:
        return policies.find(organisation, version)
    return policies.published(organisation) or next(iter(policies.versions(organisation)), None)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the version of a register stands: in words, which its files say, and at the end of their names; there, the one in
    force has none."""

    state: Literal["in-force", "past", "to-come", "replaced", "draft"]
    said: Text
    end: str = ""


def standing(organisation: str, version: Version) -> Standing:
    """Whether a version is in force, was, will be, never is since another was published for its day, or is not published."""
    number, first = version.number, version.effective_on
    if first is None:
        return Standing("draft", _said(number, _UNPUBLISHED), "-non-publie")
    today, current = policies.published_today(organisation)
    if current is not None and version.key == current.key:
        return Standing("in-force", _said(number, _IN_FORCE, first))
    if version.key in policies.replaced(organisation):
        return Standing("replaced", _said(number, _REPLACED, first), "-remplace")
    if first > today:
        return Standing("to-come", _said(number, _TO_COME, first), "-a-venir")
    return Standing("past", _said(number, _PAST, first), "-ancien")


def _said(number: int, what: Text, first: date | None = None) -> Text:
    """`Version 3, en vigueur depuis le 1er mars 2027`."""
    days = [words.day(first, language) if first is not None else "" for language in ("fr", "en")]
    return Text(
        fr=f"Version {number}, {what.fr.format(day=days[0])}",
        en=f"Version {number}, {what.en.format(day=days[1])}",
    )


_IN_FORCE: Final = Text(fr="en vigueur depuis le {day}", en="in force since {day}")
_UNPUBLISHED: Final = Text(
    fr="qui n’est pas publiée\u202f: ce n’est pas le registre en vigueur",
    en="which is not published: this is not the register in force",
)
_TO_COME: Final = Text(
    fr="en vigueur à partir du {day}\u202f: ce n’est pas encore le registre en vigueur",
    en="in force from {day}: this is not the register in force yet",
)
_REPLACED: Final = Text(
    fr="prévue pour le {day}, remplacée avant ce jour\u202f: elle ne s’applique jamais, ce n’est pas le registre en vigueur",
    en="meant for {day}, replaced before that day: it never applies, this is not the register in force",
)
_PAST: Final = Text(
    fr="en vigueur à partir du {day}, remplacée depuis\u202f: ce n’est plus le registre en vigueur",
    en="in force from {day}, replaced since: this is not the register in force any more",
)


def whole(policy: Policy, language: Language, covers: Callable[[str], bool]) -> Whole:
    """The list of the sheets that the person's habilitation covers."""
    found = made.completeness(policy)
    entries = [
        _entry(activity, found.sheets[activity.key], language)
        for activity in (*policy.controller_activities, *policy.processor_activities)
        if covers(activity.key)
    ]
    first = next((one.key for one in entries), "")
    return Whole(
        found.overall.percent,
        tuple(one for one in entries if one.role == "controller"),
        tuple(one for one in entries if one.role == "processor"),
        tuple(_gap(one, first, language) for one in found.organisation.missing),
    )


def sheet(policy: Policy, activity: str, language: Language) -> Page | None:
    """The sheet of one activity; None where the policy has no such activity."""
    known = policy.activities.get(activity)
    if known is None:
        return None
    score = made.completeness(policy).sheets[activity]
    shown = made.sheet_of(policy, known)
    return Page(
        _entry(known, score, language),
        tuple(_part(table.compact(), language) for table in shown.tables),
        tuple(_gap(one, activity, language) for one in score.missing),
    )


def file(policy: Policy, form: str, language: Language, status: Text | None = None) -> bytes:
    """The register as a file, which says its `status` where people read it. Raises KeyError for a form not of FORMS."""
    writers: dict[str, Callable[[], bytes]] = {
        "ods": lambda: made.as_ods(policy, status),
        "xlsx": lambda: made.as_xlsx(policy, language, status),
        "csv": lambda: made.as_csv(policy, language, status),
        "pdf": lambda: made.as_pdf(policy, language, status),
    }
    return writers[form]()


def take_over(organisation: str, raw: BinaryIO, *, actor: str) -> Taken:
    """A draft from a workbook in the CNIL's template; one that Garant did not make is taken as this organisation's.

    Raises:
        Refused: the workbook is none, is hostile, or makes no policy.
        RefusedError: it is the register of another organisation.
    """
    found = made.import_register(raw)
    policy = found.policy
    if not found.from_garant:
        own = organisations.organisation(organisation)
        who = policy.organisation.model_copy(update={"key": own.key, "time_zone": own.time_zone})
        policy = policy.model_copy(update={"organisation": who})
    version = policies.import_document(policy, actor=actor, organisation=organisation)
    return Taken(version, found.notes)


def _entry(activity: Activity, score: Score, language: Language) -> Entry:
    title = typeset(activity.label.say(language), language) or activity.key
    number = activity.reference or ""
    return Entry(activity.key, title, activity.role, number, score.percent, len(score.missing))


def _part(table: Table, language: Language) -> Part:
    return Part(
        table.key,
        typeset(table.title.say(language), language),
        tuple(typeset(one.say(language), language) for one in table.columns),
        tuple(
            tuple(tuple(typeset(text.say(language), language) for text in lines) for lines in row)
            for row in table.rows
        ),
        typeset(table.empty.say(language), language),
    )


def _gap(one: Missing, activity: str, language: Language) -> Gap:
    label, source = (typeset(text.say(language), language) for text in (one.label, one.source))
    section, *inside = map(str, one.place)
    entry = inside[0] if section in _ENTRIES and inside else ""
    return Gap(label, source, activity, part_of(one.place), section, entry)


def part_of(place: Place) -> str:
    """The part of a sheet where something missing would stand."""
    if place[0] in ("transfers", "measures"):
        return str(place[0])
    if place[0] == "activities" and len(place) > 2:
        return _PARTS.get(str(place[2]), "general")
    return "general"


__all__ = [
    "FORMS",
    "Entry",
    "Gap",
    "Note",
    "Page",
    "Part",
    "Refused",
    "RefusedError",
    "Standing",
    "Taken",
    "Whole",
    "chosen",
    "file",
    "part_of",
    "sheet",
    "standing",
    "take_over",
    "whole",
]
