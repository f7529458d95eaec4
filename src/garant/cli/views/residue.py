"""What remains of what was erased, in words: nowhere in the bytes, or where, why and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from rich.console import Console
from rich.markup import escape

from garant.cli.language import count, plural, say, say_text
from garant.cli.output import note
from garant.policy.text import Text
from garant.systems.residue_words import CLEANED, PLACES, REASONS

Report = Mapping[str, Any]


def show_residue(console: Console, reports: Sequence[Report]) -> None:
    """Print what each system keeps of what a run took away; nothing when none was searched."""
    for report in reports:
        _head(console, report, *_erased(report))
        _places(console, report)
        _notes(console, report)
    if reports:
        _unread(console)


def warn_of_locks(tables: Mapping[str, Sequence[str]]) -> None:
    """Say, before a full cleaning, which tables of which systems will be locked while they are rewritten."""
    for system, names in tables.items():
        some = ", ".join(names)
        note(
            f"{system}\u202f: nettoyage complet. Verrouillées le temps d’être réécrites\u202f: {some}"
            " (SQLite\u202f: le fichier entier).",
            f"{system}: full cleaning. Locked while they are rewritten: {some} (SQLite: the whole file).",
        )


def show_search(console: Console, reports: Sequence[Report]) -> None:
    """Print where a person still is: in rows, in dead bytes, or nowhere."""
    for report in reports:
        _head(console, report, *_searched(report))
        _places(console, report)
    _unread(console)


def _places(console: Console, report: Report) -> None:
    for place in report["places"]:
        if place["state"] != "clean":
            _line(console, _place(report, place))
    for column in report["elsewhere"]:
        _line(console, _elsewhere(column))


def _unread(console: Console) -> None:
    words = say(
        "Les blocs libérés du disque lui-même ne sont pas lus.",
        "The freed blocks of the disk itself are not read.",
    )
    console.print(f"[dim]{escape(words)}[/]", soft_wrap=True)


def _head(console: Console, report: Report, words: str, style: str) -> None:
    line = say(
        f"{report['system']}\u202f: {words} ({_effort(report)}).",
        f"{report['system']}: {words} ({_effort(report)}).",
    )
    console.print(f"[{style}]{escape(line)}[/]", soft_wrap=True)


def _erased(report: Report) -> tuple[str, str]:
    """The conclusion of a run, and its colour."""
    if report["gone"]:
        return say("effacé, introuvable dans les octets", "erased, nowhere in the bytes"), "bold green"
    if not report["sought"]:
        words = say(
            "effacé de la base\u202f; rien d’assez distinctif à chercher dans les octets",
            "erased from the database; nothing distinctive enough to search the bytes for",
        )
    elif any(place["state"] == "found" for place in report["places"]):
        words = say("effacé de la base\u202f; des copies restent", "erased from the database; copies remain")
    else:
        words = say(
            "effacé de la base\u202f; des copies peuvent rester",
            "erased from the database; copies may remain",
        )
    return words, "bold yellow"


def _searched(report: Report) -> tuple[str, str]:
    """The answer to somebody’s question, and its colour."""
    if report["kept"]:
        return say("encore dans des lignes de la base", "still in rows of the database"), "bold red"
    if report["gone"]:
        return say("introuvable, jusque dans les octets", "nowhere, down to the bytes"), "bold green"
    if report["elsewhere"] or any(place["state"] == "found" for place in report["places"]):
        return say(
            "plus dans les lignes connues, mais ailleurs", "no longer in the rows known, but elsewhere"
        ), "bold yellow"
    return say("introuvable là où Garant a pu lire", "nowhere that Garant could read"), "bold yellow"


def _effort(report: Report) -> str:
    read = sum(place["bytes"] for place in report["places"])
    values = plural(
        report["sought"],
        ("valeur cherchée", "valeurs cherchées"),
        ("value searched for", "values searched for"),
    )
    return f"{values}, {_size(read)}"


def _size(size: int) -> str:
    unit = 1_000_000
    if size < unit:
        return f"{count(max(1, size // 1_000) if size else 0)} {say('ko', 'kB')}"
    return f"{count(size // unit)} {say('Mo', 'MB')}"


def _place(report: Report, place: Report) -> str:
    name = say_text(PLACES[place["place"]])
    if place["label"]:
        label = say_text(Text(**place["label"]))
        name = say(f"{name} «\u202f{label}\u202f»", f"{name} “{label}”")
    if place["table"]:
        name = f"{name} {place['table']}"
    parts = [name, *_found(report, place), *_why(place)]
    return " · ".join(parts)


def _found(report: Report, place: Report) -> list[str]:
    if place["state"] == "found":
        found = plural(place["found"], ("valeur", "valeurs"), ("value", "values"))
        return [say(f"{found} sur {count(report['sought'])}", f"{found} of {count(report['sought'])}")]
    words = {
        "partly": say("lu en partie, rien de trouvé", "read in part, nothing found"),
        "unsearched": say("pas lu", "not read"),
        "copy": say("hors d’atteinte", "out of reach"),
    }
    return [words[place["state"]]]


def _why(place: Report) -> list[str]:
    why = [say_text(REASONS[place["reason"]])] if place["reason"] in REASONS else []
    if place["until"]:
        day = date.fromisoformat(place["until"])
        why.append(say(f"jusqu’au {day:%d/%m/%Y}", f"until {day.isoformat()}"))
    elif place["state"] == "copy":
        why.append(say("durée inconnue", "for an unknown time"))
    return why


def _elsewhere(column: Report) -> str:
    values = plural(column["values"], ("valeur", "valeurs"), ("value", "values"))
    where = f"{column['table']}.{column['column']}"
    return say(
        f"{values} dans {where}, une colonne que la carte ne nomme pas",
        f"{values} in {where}, a column that the map does not name",
    )


def _notes(console: Console, report: Report) -> None:
    notes = [say_text(CLEANED[done]) for done in report["cleaned"]]
    if report["kept"]:
        kept = plural(
            report["kept"],
            ("valeur est encore", "valeurs sont encore"),
            ("value is still", "values are still"),
        )
        notes.append(
            say(f"{kept} dans des lignes qui restent de droit", f"{kept} in rows that stay by right")
        )
    if notes:
        console.print(f"[dim]  {escape(' · '.join(notes))}[/]", soft_wrap=True)


def _line(console: Console, words: str) -> None:
    console.print(f"[yellow]  {escape(words)}[/]", soft_wrap=True)
