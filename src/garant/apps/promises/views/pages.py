"""What the page of a plan says: all that somebody is to know before they approve it, in the words of its kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from garant.apps.promises.opening.naming import Names
from garant.engine.document import Block, HeldBy, HeldFor, Kind, Plan, PlannedAction, Selection
from garant.engine.manual import ManualTask
from garant.engine.wording import KINDS, disposition
from garant.policy.text import Text
from garant.site.words import count, day, plural, said, say

Noun = tuple[tuple[str, str], tuple[str, str]]
"""One and many, in French and in English."""


@dataclass(frozen=True, slots=True)
class _Said:
    """The words of a kind of plan.

    Args:
        title: of the page.
        people: of the number of people, or of records.
        treated: rows that stay and change.
        changed: the same, in a column's head.
        end: what is said last before somebody approves; nothing where there is nothing to add.
    """

    title: Text
    people: Text
    treated: Noun
    changed: Text
    end: Text | None


_PERSON: Final = Text(fr="Dossiers de la personne", en="Records of the person")
_GONE: Final = Text(fr="Ce qui est retiré ne revient pas.", en="What is taken away does not come back.")
_KEPT: Final = Text(fr="Rien n’est détruit.", en="Nothing is destroyed.")
_MASKED: Final[Noun] = (("ligne masquée", "lignes masquées"), ("row masked", "rows masked"))
_MASKED_HEAD: Final = Text(fr="Masquées", en="Masked")
_SAID: Final[dict[Kind, _Said]] = {
    "retention": _Said(
        Text(fr="Plan des durées de conservation", en="Retention plan"),
        Text(fr="Dossiers au terme", en="Records past their term"),
        _MASKED,
        _MASKED_HEAD,
        _GONE,
    ),
    "erasure": _Said(Text(fr="Plan d’un effacement", en="Plan of an erasure"), _PERSON, _MASKED, _MASKED_HEAD, _GONE),
    "rectification": _Said(
        Text(fr="Plan d’une rectification", en="Plan of a rectification"),
        _PERSON,
        (("ligne corrigée", "lignes corrigées"), ("row corrected", "rows corrected")),
        Text(fr="Corrigées", en="Corrected"),
        None,
    ),
    "restriction": _Said(
        Text(fr="Plan d’une limitation", en="Plan of a restriction"),
        _PERSON,
        (("ligne limitée", "lignes limitées"), ("row restricted", "rows restricted")),
        Text(fr="Limitées", en="Restricted"),
        _KEPT,
    ),
    "lifting": _Said(
        Text(fr="Plan de la levée d’une limitation", en="Plan of the end of a restriction"),
        _PERSON,
        (("ligne rendue à l’usage", "lignes rendues à l’usage"), ("row back in use", "rows back in use")),
        Text(fr="Rendues à l’usage", en="Back in use"),
        _KEPT,
    ),
    "replay": _Said(
        Text(fr="Plan d’un rejeu après restauration", en="Plan of a replay after a restored backup"),
        Text(fr="Dossiers revenus", en="Records that came back"),
        _MASKED,
        _MASKED_HEAD,
        _GONE,
    ),
}  # fmt: skip


def page_of(plan: Plan, words_of: Names, *, names: bool) -> dict[str, Any]:
    """What a plan says, as its page shows it, in the page's language.

    Args:
        plan: cut to what whoever looks sees of it.
        words_of: the words of its systems, tables and columns.
        names: whether whoever looks may read names: of who asked for a hold and why, of who is asked by hand.
    """
    words = _SAID[plan.kind]
    people = sum(one.due for one in plan.selections)
    return {
        "title": said(words.title),
        "kind": said(KINDS[plan.kind]),
        "as_of": plan.as_of,
        "people": people,
        "request": plan.request,
        "figures": _figures(plan, words, people),
        "changed": said(words.changed),
        "summary": _summary(plan, words, people),
        "end": said(words.end) if words.end is not None else "",
        "gathers": len(plan.gathers),
        "promises": [_promise(one, plan.kind, words_of, names=names) for one in plan.selections],
        "tasks": [_task(one, names=names) for one in plan.tasks],
        "unanswered": [words_of.rule(rule) for rule in plan.unanswered],
        "unreached": [
            (words_of.system(system), said(why)) for system, every in plan.unreached.items() for why in every
        ],
    }


def _figures(plan: Plan, words: _Said, people: int) -> list[tuple[str, int]]:
    deleted, treated, systems = _sums(plan)
    return [
        (said(words.people), people),
        (say("Lignes retirées", "Rows taken away"), deleted),
        (say(*(noun[1].capitalize() for noun in words.treated)), treated),
        (say("Systèmes", "Systems"), systems),
    ]


def _summary(plan: Plan, words: _Said, people: int) -> str:
    deleted, treated, systems = _sums(plan)
    nouns: Sequence[tuple[int, Noun]] = (
        (people, (("dossier", "dossiers"), ("record", "records"))),
        (deleted, (("ligne retirée", "lignes retirées"), ("row taken away", "rows taken away"))),
        (treated, words.treated),
        (systems, (("système", "systèmes"), ("system", "systems"))),
    )
    return " · ".join(plural(number, *noun) for number, noun in nouns if number)


def rows_of(plan: Plan) -> int:
    """How many rows a plan says that it changes, taken away or not; one that two promises reach counts twice."""
    deleted, treated, _ = _sums(plan)
    return deleted + treated


def _sums(plan: Plan) -> tuple[int, int, int]:
    """Rows that are taken away, rows that change, and the systems where they are."""
    actions = [action for one in plan.selections for action in one.actions]
    systems = {one.system for one in plan.selections if one.due}
    return sum(one.deleted for one in actions), sum(one.treated for one in actions), len(systems)


def _promise(one: Selection, kind: Kind, words_of: Names, *, names: bool) -> dict[str, Any]:
    system, root = words_of.system(one.system), words_of.root(one.system, one.root)
    return {
        "label": said(one.label) if one.label is not None else f"{system.words} · {root.words}",
        "system": system,
        "root": root,
        "rule": one.rule,
        "archive": one.archive,
        "apart": one.apart,
        "many": _many(one),
        "due": one.due,
        "oldest": one.oldest,
        "tables": [
            _action(action, None if one.apart else kind, one.system, words_of)
            for action in one.actions
            if action.deleted or action.treated
        ],
        "stays": _stays(one, names=names),
        "cascades": _by_itself(one, one.cascades, words_of),
        "emptied": _by_itself(one, one.emptied, words_of),
        "blocks": [(words_of.table(one.system, block.table), block.constraint) for block in one.blocks],
        "advice": one.advice,
    }


def _by_itself(one: Selection, blocks: Sequence[Block], words_of: Names) -> list[tuple[str, Any, str]]:
    """What the database does by itself: how many rows, of which table, by which reference."""
    return [
        (
            plural(block.rows or 0, ("ligne", "lignes"), ("row", "rows")),
            words_of.table(one.system, block.referring_table or block.table),
            block.constraint,
        )
        for block in blocks
    ]


def _many(one: Selection) -> str:
    if one.rule is None:
        return plural(
            one.population, ("dossier trouvé", "dossiers trouvés"), ("record found", "records found")
        )
    past = ("dossier au terme", "dossiers au terme"), ("record past its term", "records past their term")
    return f"{plural(one.due, *past)} {say('sur', 'of')} {count(one.population)}"


def _action(action: PlannedAction, kind: Kind | None, system: str, words_of: Names) -> dict[str, Any]:
    """A table: how many rows go or change, and what becomes of each column where they stay."""
    by_disposition: dict[str, list[str]] = {}
    for column, how in (action.columns if action.treated else {}).items():
        by_disposition.setdefault(how, []).append(column)
    return {
        "table": words_of.table(system, action.table),
        "deleted": action.deleted,
        "treated": action.treated,
        "columns": [
            (said(disposition(how, kind)), words_of.columns(system, action.table, every))
            for how, every in by_disposition.items()
        ],
    }


_STAYING: Final[dict[str, Noun]] = {
    "sealed": (
        (
            "ligne scellée, que la loi interdit de changer.",
            "lignes scellées, que la loi interdit de changer.",
        ),
        ("sealed row, which the law forbids to change.", "sealed rows, which the law forbids to change."),
    ),
    "shared": (
        ("ligne est aussi à quelqu’un d’autre.", "lignes sont aussi à quelqu’un d’autre."),
        ("row is somebody else’s too.", "rows are somebody else’s too."),
    ),
    "held": (
        ("ligne est retenue par une suspension.", "lignes sont retenues par une suspension."),
        ("row is kept by a hold.", "rows are kept by a hold."),
    ),
    "on_hold": (
        ("dossier est retenu par une suspension.", "dossiers sont retenus par une suspension."),
        ("record is kept by a hold.", "records are kept by a hold."),
    ),
    "undated": (
        (
            "dossier n’a aucune date lisible : Garant ne devine pas.",
            "dossiers n’ont aucune date lisible : Garant ne devine pas.",
        ),
        (
            "record has no readable date: Garant does not guess.",
            "records have no readable date: Garant does not guess.",
        ),
    ),
}
"""What stays, by its count."""


def _stays(one: Selection, *, names: bool) -> list[str]:
    """What stays, and why, a line each."""
    lines = [_duty(duty) for duty in one.duties if duty.roots]
    lines += [_hold(hold, names=names) for hold in one.holds]
    numbers = {
        name: sum(getattr(action, name) for action in one.actions) for name in ("sealed", "shared", "held")
    }
    numbers |= {"on_hold": one.on_hold, "undated": one.undated + one.unreadable}
    lines += [plural(number, *_STAYING[name]) for name, number in numbers.items() if number]
    return [*lines, *map(said, one.notes)]


def _duty(duty: HeldBy) -> str:
    records = plural(duty.roots, ("dossier", "dossiers"), ("record", "records"))
    until = say("jusqu’au {day} au plus tard", "until {day} at the latest")
    last = f" ({until.format(day=day(duty.until))})" if duty.until else ""
    return f"{records}{_colon()}{said(duty.why)}{last}"


def _hold(hold: HeldFor, *, names: bool) -> str:
    """Which hold, until when; who answers for it and why, where whoever looks may know whom it is about."""
    until = (
        say("jusqu’au {day}", "until {day}"),
        say("à réexaminer avant le {day}", "to be reviewed by {day}"),
    )
    ends = zip(until, (hold.until, hold.review), strict=True)
    last = next((f" ({words.format(day=day(on))})" for words, on in ends if on is not None), "")
    why = f"{_colon()}{hold.reason} ({hold.owner})" if names else ""
    return f"{say('Suspension', 'Hold')} {hold.hold}{last}{why}"


def _colon() -> str:
    return say("\u202f: ", ": ")


def _task(task: ManualTask, *, names: bool) -> dict[str, Any]:
    """What a person is asked where no program reaches."""
    return {
        "label": said(task.label),
        "whom": task.responsible if names else "",
        "within": plural(task.days, ("jour", "jours"), ("day", "days")),
        "look_for": said(task.look_for),
        "still": task.still,
        "holds": [said(one) for one in task.holds],
    }
