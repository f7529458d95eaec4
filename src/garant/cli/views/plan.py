"""A plan, for a person to read before approving it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text as Line

from garant.cli.language import count, plural, say, say_text
from garant.cli.output import table
from garant.engine.document import Block, HeldBy, HeldFor, Kind, Plan, PlannedAction, Selection
from garant.engine.manual import ManualTask
from garant.engine.wording import KINDS, disposition
from garant.policy.text import Text

_NARROW = 80
"""Columns of a terminal under which a table of numbers has no room for words."""

_MOST_COLUMNS = 6
"""Columns named in a row before they are only counted."""


def show_plan(console: Console, plan: Plan) -> None:
    """Print what a plan will do, to how many, what stays and why."""
    console.print(Line(_heading(plan), style="bold"), soft_wrap=True)
    for kind, value in plan.right_values().items():
        console.print(
            Line(f"{say('Nouvelle valeur', 'New value')}{_colon()} {kind} = {value}"), soft_wrap=True
        )
    if plan.people:
        console.print(Line(_asking(plan)), soft_wrap=True)
    for selection in plan.selections:
        console.print()
        console.print(_selection(selection, plan.kind, narrow=console.width < _NARROW))
    for task in plan.tasks:
        console.print()
        console.print(_task(task))
    console.print()
    if plan.unanswered:
        console.print(Line(_unanswered(plan), style="yellow"), soft_wrap=True)
    for line in not_reached(plan.unreached):
        console.print(Line(line, style="yellow"), soft_wrap=True)
    console.print(Line(_total(plan), style="bold"), soft_wrap=True)


def not_reached(unreached: Mapping[str, Sequence[Text]]) -> list[str]:
    """What the maps say they do not reach, one line each."""
    return [
        f"{say('Hors d’atteinte', 'Out of reach')} · {system}{_colon()} {say_text(words)}"
        for system, every in unreached.items()
        for words in every
    ]


def how_to_apply(plan: Plan, file: str) -> str:
    """Say what to type to carry the plan out."""
    return f"garant apply {file} --approve {plan.digest}"


def _heading(plan: Plan) -> str:
    kind, day = say_text(KINDS[plan.kind]), say("au", "as of")
    return f"{say('Plan', 'Plan')} · {plan.organisation} · {kind} · {day} {_day(plan.as_of)}"


def _asking(plan: Plan) -> str:
    """How many asked at once, and how many of them are known somewhere."""
    asked = plural(plan.people, ("personne demande", "personnes demandent"), ("person asks", "people ask"))
    known = plan.people - len(plan.unknown)
    found = plural(known, ("trouvée", "trouvées"), ("found", "found"))
    nowhere = plural(len(plan.unknown), ("introuvable", "introuvables"), ("not found", "not found"))
    return f"{asked} · {found} · {nowhere}"


def _selection(selection: Selection, kind: Kind, *, narrow: bool) -> Group:
    parts: list[RenderableType] = [
        Line(_title(selection), style="bold cyan"),
        _indented(Line(_numbers(selection))),
    ]
    shown = [action for action in selection.actions if _matters(action)]
    if shown:
        parts += [_indented(part) for part in (_blocks(shown, kind) if narrow else [_actions(shown, kind)])]
    if any(action.shared for action in shown):
        parts.append(_indented(Line(_shared(), style="dim")))
    parts += [_indented(Line(_held(duty))) for duty in selection.duties if duty.roots]
    parts += [_indented(Line(_on_hold(hold), style="magenta")) for hold in selection.holds]
    parts += [_indented(Line(_blocked(block), style="red")) for block in selection.blocks]
    parts += [_indented(Line(_cascading(block), style="yellow")) for block in selection.cascades]
    parts += [_indented(Line(_emptied(block), style="yellow")) for block in selection.emptied]
    parts += [_indented(Line(say_text(words), style="dim")) for words in selection.notes]
    parts += [_indented(Line(_advice(statement), style="yellow")) for statement in selection.advice]
    return Group(*parts)


def _task(task: ManualTask) -> Group:
    """What a person will be asked: no count, and nothing is said to be kept."""
    about = task.rule or say("demande d’une personne", "a person’s request")
    days = plural(task.days, ("jour", "jours"), ("day", "days"))
    asked = say(
        f"Tâche pour {task.responsible} ({task.email}), {days} pour répondre.",
        f"Task for {task.responsible} ({task.email}), {days} to answer.",
    )
    unknown = say(
        "Nombre inconnu : non prouvé tant que la réponse signée n’est pas là.",
        "Number unknown: unproven until the signed answer has come.",
    )
    lines = [] if task.still else [Line(asked, style="yellow"), Line(unknown, style="yellow")]
    lines.append(Line(say_text(task.look_for)))
    lines += [Line(say_text(words), style="red") for words in task.holds]
    title = Line(f"{say_text(task.label)} · {task.system} · {about}", style="bold cyan")
    return Group(title, *(_indented(line) for line in lines))


def _indented(shown: RenderableType) -> Padding:
    return Padding(shown, (0, 0, 0, 2))


def _matters(action: PlannedAction) -> bool:
    left = action.kept or action.sealed or action.shared or action.held
    return bool(action.deleted or action.treated or left)


def _title(selection: Selection) -> str:
    promise = say_text(selection.label) if selection.label else (selection.rule or selection.root)
    return f"{promise} · {selection.system} · {selection.root}"


def _numbers(selection: Selection) -> str:
    words = [_how_many(selection)]
    if selection.oldest:
        words.append(f"{say('le plus ancien', 'oldest')}{_colon()} {_day(selection.oldest)}")
    if selection.cutoff:
        since = say("dernier fait au plus tard le", "last event on or before")
        words.append(f"{since} {_day(selection.cutoff)} ({selection.event}, {selection.period})")
    if selection.sooner:
        words.append(
            plural(selection.sooner, ("avant terme", "avant terme"), ("ahead of term", "ahead of term"))
        )
    if selection.settled:
        words.append(
            plural(selection.settled, ("déjà réglé", "déjà réglés"), ("already settled", "already settled"))
        )
    if selection.on_hold:
        words.append(plural(selection.on_hold, ("suspendu", "suspendus"), ("on hold", "on hold")))
    if selection.undated:
        words.append(plural(selection.undated, ("sans date", "sans date"), ("undated", "undated")))
    if selection.unreadable:
        words.append(
            plural(
                selection.unreadable,
                ("date illisible", "dates illisibles"),
                ("unreadable date", "unreadable dates"),
            )
        )
    return " · ".join(words)


def _how_many(selection: Selection) -> str:
    if selection.rule is None:
        found = ("personne trouvée", "personnes trouvées"), ("person found", "people found")
        return plural(selection.population, *found)
    due = plural(selection.due, ("échu", "échus"), ("due", "due"))
    if selection.archive:
        due = plural(selection.due, ("à archiver", "à archiver"), ("to archive", "to archive"))
    return f"{due} {say('sur', 'of')} {count(selection.population)}"


def _blocks(actions: list[PlannedAction], kind: Kind) -> list[RenderableType]:
    """The same as the table, one table of the system after the other, for a narrow terminal."""
    return [Line(words) for action in actions for words in (_sums(action), f"  {_columns(action, kind)}")]


def _sums(action: PlannedAction) -> str:
    numbers = {
        say("supprimées", "deleted"): action.deleted,
        say("traitées", "treated"): action.treated,
        say("gardées", "kept"): sum(rows.rows for rows in action.kept),
        say("scellées", "sealed"): action.sealed,
        say("partagées", "shared"): action.shared,
        say("suspendues", "on hold"): action.held,
    }
    return " · ".join([action.table, *(f"{count(rows)} {what}" for what, rows in numbers.items() if rows)])


def _actions(actions: list[PlannedAction], kind: Kind) -> RenderableType:
    shown = table(
        say("Table", "Table"),
        say("Colonnes traitées", "Columns treated"),
        say("Supprimées", "Deleted"),
        say("Traitées", "Treated"),
        say("Gardées", "Kept"),
        say("Scellées", "Sealed"),
        say("Partagées", "Shared"),
        say("Suspendues", "On hold"),
    )
    shown.columns[0].no_wrap = True
    for column in shown.columns[2:]:
        column.justify, column.no_wrap = "right", True
    for action in actions:
        kept = sum(rows.rows for rows in action.kept)
        numbers = (action.deleted, action.treated, kept, action.sealed, action.shared, action.held)
        shown.add_row(action.table, _columns(action, kind), *(_number(n) for n in numbers))
    return shown


def _columns(action: PlannedAction, kind: Kind) -> str:
    if action.do == "delete" and not action.treated:
        return say("la ligne entière", "the whole row")
    by_disposition: dict[str, list[str]] = {}
    for name, how in action.columns.items():
        by_disposition.setdefault(how, []).append(name)
    return "; ".join(
        f"{say_text(disposition(how, kind))}{_colon()} {_some(names)}"
        for how, names in by_disposition.items()
    )


def _some(names: list[str]) -> str:
    if len(names) <= _MOST_COLUMNS:
        return ", ".join(names)
    more = len(names) - _MOST_COLUMNS
    return ", ".join(names[:_MOST_COLUMNS]) + say(f" et {more} autres", f" and {more} more")


def _number(rows: int) -> str:
    return count(rows) if rows else "·"


def _held(duty: HeldBy) -> str:
    until = _until(duty.until)
    kept = plural(duty.roots, ("gardé", "gardés"), ("kept", "kept"))
    return f"{kept}{_colon()} {say_text(duty.why)} ({duty.rule or say('scellé', 'sealed')}, {until})"


def _shared() -> str:
    """What ends the rows that others own too: their last owner's leaving, or the replay after it."""
    return say(
        "Partagées\u202f: ces lignes restent aux autres, et partent avec le dernier ou au prochain garant replay.",
        "Shared: these rows stay the others’, and go with the last of them or at the next garant replay.",
    )


def _on_hold(hold: HeldFor) -> str:
    """Who holds what, why, and until when."""
    held = plural(hold.roots, ("suspendu", "suspendus"), ("on hold", "on hold"))
    what = held if hold.roots else say("lignes suspendues", "rows on hold")
    return f"{what}{_colon()} {hold.reason} ({hold.hold}, {hold.owner}, {_term(hold)})"


def _term(hold: HeldFor) -> str:
    if hold.until is not None:
        return _until(hold.until)
    if hold.review is None:
        return _until(None)
    return f"{say('tant qu’elle dure, à réexaminer avant le', 'until ended, to be reviewed by')} {_day(hold.review)}"


def _until(day: date | None) -> str:
    if day is None:
        return say("sans terme", "without end")
    return f"{say('jusqu’au', 'until')} {_day(day)}"


def _blocked(block: Block) -> str:
    refers = f" ← {block.referring_table}" if block.referring_table else ""
    rows = f" ({plural(block.rows, ('ligne', 'lignes'), ('row', 'rows'))})" if block.rows is not None else ""
    return f"{say('Bloquera', 'Will block')}{_colon()} {block.table}{refers} · {block.constraint}{rows}"


def _cascading(block: Block) -> str:
    also = say("Partira aussi, par la base elle-même", "Will go too, by the database itself")
    rows = plural(block.rows or 0, ("ligne", "lignes"), ("row", "rows"))
    return f"{also}{_colon()} {block.referring_table} ({rows}, {block.constraint})"


def _emptied(block: Block) -> str:
    stays = say(
        "Restera, la base y effaçant le renvoi", "Will stay, the database emptying the reference in it"
    )
    rows = plural(block.rows or 0, ("ligne", "lignes"), ("row", "rows"))
    return f"{stays}{_colon()} {block.referring_table} ({rows}, {block.constraint})"


def _advice(statement: str) -> str:
    return f"{say('Plus rapide avec', 'Faster with')}{_colon()} {statement}"


def _unanswered(plan: Plan) -> str:
    """A promise that no map answers is neither kept nor broken: nothing has looked."""
    unproven = say("Non prouvé, aucune carte n’y répond ici", "Unproven, no map here answers")
    return f"{unproven}{_colon()} {', '.join(plan.unanswered)}"


def _total(plan: Plan) -> str:
    rows = sum(selection.rows for selection in plan.selections)
    due = sum(selection.due for selection in plan.selections)
    asked = sum(not task.still for task in plan.tasks)
    by_hand = f"{plural(asked, ('tâche', 'tâches'), ('task', 'tasks'))} · " if asked else ""
    return (
        f"{plural(due, ('dossier', 'dossiers'), ('root', 'roots'))} · {by_hand}"
        f"{plural(rows, ('ligne à changer', 'lignes à changer'), ('row to change', 'rows to change'))} · "
        f"{say('empreinte', 'digest')} {plan.digest}"
    )


def _day(day: date) -> str:
    """A day as the reader writes it."""
    return say(f"{day:%d/%m/%Y}", day.isoformat())


def _colon() -> str:
    return say("\u202f:", ":")
