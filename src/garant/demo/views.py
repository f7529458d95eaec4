"""What the demo shows: promises beside reality, the plan, the receipts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from garant.cli.language import count, plural, say, say_text, spoken
from garant.engine.document import Plan, Selection


@dataclass(frozen=True, slots=True)
class Standing:
    """How one promise stands, all systems and roles together."""

    rule: str
    name: str
    term: str
    systems: str
    population: int
    due: int
    to_archive: int
    sooner: int
    undated: int
    oldest: date | None

    @property
    def kept(self) -> bool:
        return self.due + self.to_archive == 0

    @property
    def title(self) -> str:
        """The promise on two lines: whose data, then until when."""
        return (
            f"[bold]{escape(self.name)}[/]\n[dim]{escape(self.term)}[/]" if self.term else escape(self.name)
        )


def standings(plan: Plan) -> list[Standing]:
    """One line per retention rule, in the plan's order."""
    grouped: dict[str, list[Selection]] = {}
    for selection in plan.selections:
        grouped.setdefault(selection.rule or "", []).append(selection)
    return [_standing(rule, selections) for rule, selections in grouped.items()]


def _standing(rule: str, selections: Sequence[Selection]) -> Standing:
    label = selections[0].label
    name, _, term = (say_text(label) if label is not None else rule).partition(colon())
    return Standing(
        rule,
        name,
        term.strip(),
        ", ".join(dict.fromkeys(s.system for s in selections)),
        sum(s.population for s in selections if not s.archive),
        sum(s.due for s in selections if not s.archive),
        sum(s.due for s in selections if s.archive),
        sum(s.sooner for s in selections),
        sum(s.undated for s in selections),
        min((s.oldest for s in selections if s.oldest is not None), default=None),
    )


def promises_table(found: Sequence[Standing]) -> Table:
    """Each promise, and how far reality is from it."""
    shown = _table(
        say("Promesse", "Promise"),
        say("Système", "System"),
        say("À effacer", "Overdue"),
        say("sur", "of"),
        say("depuis", "since"),
        say("État", "State"),
        right=(2, 3),
    )
    for one in found:
        shown.add_row(
            one.title,
            one.systems,
            _overdue(one),
            count(one.population),
            "·" if one.kept else day(one.oldest),
            _state(one),
        )
    return shown


def _overdue(one: Standing) -> str:
    due = f"[bold red]{count(one.due)}[/]" if one.due else count(0)
    if one.to_archive:
        due += f"\n[red]+ {count(one.to_archive)}\n{say('à archiver', 'to archive')}[/]"
    return due


def _state(one: Standing) -> str:
    state = f"[bold green]✔ {say('tenue', 'kept')}[/]"
    if not one.kept:
        state = f"[bold red]✘ {say('rompue', 'broken')}[/]"
    if one.undated:
        state += f"\n[yellow]{count(one.undated)} {say('sans date', 'undated')}[/]"
    return state


def plan_table(plan: Plan) -> Table:
    """What goes, what is treated in place, what stays and why, promise by promise."""
    shown = _table(
        say("Promesse", "Promise"),
        say("Lignes\neffacées", "Rows\nerased"),
        say("Lignes\narchivées", "Rows\narchived"),
        say("Traitées\nsur place", "Treated\nin place"),
        say("Ce qui reste, et pourquoi", "What stays, and why"),
        right=(1, 2, 3),
    )
    for standing in standings(plan):
        own = [s for s in plan.selections if s.rule == standing.rule]
        treated = sum(a.treated for s in own for a in s.actions)
        stays = [line for s in own for line in (*_held(s), *_shared(s))]
        shown.add_row(
            f"[bold]{escape(standing.name)}[/]",
            count(sum(a.deleted for s in own for a in s.actions if not s.archive)),
            _archived(own),
            count(treated) if treated else "·",
            "\n".join(dict.fromkeys(stays)) or "·",
        )
    return shown


def _archived(own: Sequence[Selection]) -> str:
    """Rows that leave for the archive; what stays of them is in the next columns."""
    return count(rows) if (rows := sum(a.deleted for s in own for a in s.actions if s.archive)) else "·"


def _held(selection: Selection) -> list[str]:
    """Rows a duty keeps, with its reason and its end."""
    lines: list[str] = []
    for number, duty in enumerate(selection.duties):
        for action in selection.actions:
            rows = sum(kept.rows for kept in action.kept if kept.duty == number)
            if rows:
                why = say_text(duty.why).rstrip(".")
                until = f" → {day(duty.until)}" if duty.until else ""
                lines.append(f"[yellow]{count(rows)} {action.table}[/]{colon()} {escape(why)}{until}")
    return lines


def _shared(selection: Selection) -> list[str]:
    shared = [f"[yellow]{count(a.shared)} {a.table}[/]" for a in selection.actions if a.shared]
    if not shared:
        return []
    reason = say("partagés avec des personnes qui restent", "shared with people who stay")
    return [f"{', '.join(shared)}, {reason}"]


def receipts_table(receipts: Sequence[Mapping[str, Any]]) -> Table:
    """Rows by system, as the receipts of the batches say."""
    shown = _table(
        say("Système", "System"),
        say("Reçus", "Receipts"),
        say("Lignes parties", "Rows gone"),
        say("Traitées", "Treated"),
        say("Fichiers", "Files"),
        say("Dossiers archivés", "Records archived"),
        right=(1, 2, 3, 4, 5),
    )
    for system in dict.fromkeys(receipt["system"] for receipt in receipts):
        own = [receipt for receipt in receipts if receipt["system"] == system]
        shown.add_row(
            system,
            count(len(own)),
            count(erased(own)),
            count(sum(table["treated"] for receipt in own for table in receipt["tables"])),
            count(sum(receipt["files"] for receipt in own)),
            count(sum(receipt["archived"] for receipt in own)),
        )
    return shown


def erased(receipts: Sequence[Mapping[str, Any]]) -> int:
    """Rows that went, as the receipts say."""
    return sum(table["deleted"] for receipt in receipts for table in receipt["tables"])


def show(console: Console, table: Table) -> None:
    """A table, with some air under it."""
    console.print(Padding(table, (0, 0, 1, 0)))


def heading(console: Console, number: int, fr: str, en: str) -> None:
    """Open one step of the story."""
    console.print()
    console.rule(f"[bold cyan]{number} · {escape(say(fr, en))}[/]", align="left", style="cyan")


def tell(console: Console, fr: str, en: str) -> None:
    """Say one thing, in plain words; markup allowed."""
    console.print(Padding(say(fr, en), (0, 0, 0, 2)))


def fact(console: Console, what: str, words: str) -> None:
    """A line under what was told."""
    console.print(Padding(f"[bold]{escape(what)}[/]{colon()} {escape(words)}", (0, 0, 0, 4)))


def typed(console: Console, *commands: str) -> None:
    """Say what to type to do the same on one's own data."""
    lead = say("Chez vous", "On your data")
    for command in commands:
        console.print(Padding(f"[dim]{lead}{colon()}[/] [green]{escape(command)}[/]", (0, 0, 0, 2)))


def people(number: int) -> str:
    """So many people, in words."""
    return plural(number, ("personne", "personnes"), ("person", "people"))


def day(when: date | None) -> str:
    """A day as the reader writes it."""
    if when is None:
        return "·"
    return when.strftime("%d/%m/%Y") if spoken() == "fr" else when.isoformat()


def colon() -> str:
    """The colon of the language; French sets a narrow space before it."""
    return say("\u202f:", ":")


def _table(*columns: str, right: Sequence[int] = ()) -> Table:
    shown = Table(box=box.SIMPLE_HEAD, header_style="bold", show_edge=False)
    for number, column in enumerate(columns):
        shown.add_column(column, justify="right" if number in right else "left", overflow="fold")
    return shown
