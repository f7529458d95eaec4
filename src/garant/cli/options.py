"""Arguments and options that several commands share, and how they are read."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from garant.apps.promises import refusals
from garant.cli.language import both
from garant.cli.output import CommandError
from garant.policy.text import Text
from garant.systems.residue import Cleaning

_FIRST_YEAR = 1900
_LAST_YEAR = 2999
"""Years from which any lawful period can be counted back or forth."""


class Form(StrEnum):
    """How findings are written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


FormOption = Annotated[
    Form,
    typer.Option(
        "--format",
        help=both(
            "text pour les personnes, json pour les programmes, sarif pour les forges et les éditeurs.",
            "text for people, json for programs, sarif for code hosts and editors.",
        ),
    ),
]

PolicyArgument = Annotated[
    Path,
    typer.Argument(metavar="POLICY", help=both("Dossier de la politique.", "Folder of the policy.")),
]

PolicyOption = Annotated[
    Path,
    typer.Option(
        "--policy",
        envvar="GARANT_POLICY",
        metavar="DIR",
        help=both("Dossier de la politique.", "Folder of the policy."),
    ),
]

MapsOption = Annotated[
    Path | None,
    typer.Option(
        "--maps",
        envvar="GARANT_MAPS",
        metavar="DIR",
        help=both(
            "Dossier des cartes ; sinon « maps », à côté de la politique.",
            "Folder of the data maps; else “maps”, beside the policy.",
        ),
    ),
]

SystemOption = Annotated[
    list[str] | None,
    typer.Option(
        "--system",
        metavar="S",
        help=both("Seulement ce système ; peut se répéter.", "Only this system; may be repeated."),
    ),
]

AsOfOption = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        metavar="DATE",
        help=both(
            "Jour de référence (AAAA-MM-JJ) ; sinon aujourd’hui, au fuseau de l’organisation.",
            "Reference day (YYYY-MM-DD); else today, in the organisation’s time zone.",
        ),
    ),
]

ApproveOption = Annotated[
    str | None,
    typer.Option(
        "--approve",
        metavar="DIGEST",
        help=both("Empreinte du plan que vous approuvez.", "Digest of the plan that you approve."),
    ),
]

CleanOption = Annotated[
    Cleaning,
    typer.Option(
        "--clean",
        help=both(
            "Nettoyage avant de fouiller les octets\u202f: none, rien\u202f; light, ce qui ne bloque personne\u202f; "
            "full, réécrit tables et journaux, qui sont verrouillés pendant ce temps.",
            "Cleaning before the bytes are searched: none; light, what locks nobody; "
            "full, rewrites tables and logs, which are locked meanwhile.",
        ),
    ),
]

IdentityOption = Annotated[
    list[str],
    typer.Option(
        "--identity",
        metavar="KIND=VALUE",
        help=both(
            "Comment la personne est connue, par exemple email=… ; peut se répéter.",
            "How the person is known, for instance email=…; may be repeated.",
        ),
    ),
]


AnyIdentityOption = Annotated[
    list[str] | None,
    typer.Option(
        "--identity",
        metavar="KIND=VALUE",
        help=both(
            "Comment la personne est connue, par exemple email=… ; peut se répéter.",
            "How the person is known, for instance email=…; may be repeated.",
        ),
    ),
]

FromOption = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="FILE",
        help=both(
            "Plusieurs personnes : une par ligne (email=…;phone=…), ou un CSV dont l’en-tête nomme les genres.",
            "Many people: one a line (email=…;phone=…), or a CSV whose header names the kinds.",
        ),
    ),
]


def maps_folder(policy: Path, maps: Path | None) -> Path:
    """Give the folder of the maps: as said, else beside the policy."""
    return maps if maps is not None else policy.resolve().parent / "maps"


def day(as_of: datetime | None, zone: str) -> date:
    """Give the reference day: as said, else today where the organisation is.

    Raises:
        CommandError: a year so far away that periods cannot be counted from it.
    """
    if as_of is None:
        return datetime.now(ZoneInfo(zone)).date()
    if not _FIRST_YEAR <= as_of.year <= _LAST_YEAR:
        raise CommandError(
            Text(
                fr=f"--as-of {as_of.date().isoformat()} : ce jour est hors du calendrier de Garant.",
                en=f"--as-of {as_of.date().isoformat()}: this day is outside Garant’s calendar.",
            ),
            Text(
                fr=f"Choisissez un jour entre {_FIRST_YEAR} et {_LAST_YEAR}.",
                en=f"Choose a day between {_FIRST_YEAR} and {_LAST_YEAR}.",
            ),
        )
    return as_of.date()


def past_day(as_of: datetime | None, zone: str) -> date:
    """Give the reference day of a person's request, which is not one to come.

    Raises:
        RefusedError: it is.
        CommandError: a year so far away that periods cannot be counted from it.
    """
    asked, today = day(as_of, zone), day(None, zone)
    if asked > today:
        raise refusals.future_day(asked, today=today)
    return asked


def pairs(values: list[str], option: str) -> dict[str, str]:
    """Read ``kind=value`` options.

    Raises:
        CommandError: one is not written so, or a kind is there twice, of which one would be lost. The
            message does not repeat the value: it may name a person.
    """
    found: dict[str, str] = {}
    for value in values:
        kind, equals, rest = value.partition("=")
        if not equals or not kind or not rest.strip():
            raise CommandError(
                Text(
                    fr=f"{option} s’écrit GENRE=VALEUR ; le signe « = » ou la valeur manque.",
                    en=f"{option} is written KIND=VALUE; the “=” sign or the value is missing.",
                ),
                Text(
                    fr=f"Par exemple : {option} email=jeanne@exemple.example",
                    en=f"For instance: {option} email=jane@example.example",
                ),
            )
        if kind.strip() in found:
            raise CommandError(
                Text(
                    fr=f"{option} donne deux fois le même genre, {kind.strip()} : une seule valeur serait suivie.",
                    en=f"{option} gives the same kind twice, {kind.strip()}: only one value would be followed.",
                ),
                Text(fr="Faites une demande pour chacune.", en="Make one request for each."),
            )
        found[kind.strip()] = rest
    return found


def corrections(values: list[str], option: str) -> list[tuple[str, str, str]]:
    """Read ``kind:wrong=right`` options: kind, the wrong value, the right one.

    Raises:
        CommandError: one is not written so. The message does not repeat the value: it may name a person.
    """
    found: list[tuple[str, str, str]] = []
    for value in values:
        wrong, equals, right = value.rpartition("=")
        kind, colon, was = wrong.partition(":")
        if not (equals and colon and kind.strip() and was.strip() and right.strip()):
            raise CommandError(
                Text(
                    fr=f"{option} s’écrit GENRE:FAUX=JUSTE ; il en manque une partie.",
                    en=f"{option} is written KIND:WRONG=RIGHT; a part of it is missing.",
                ),
                Text(
                    fr=f"Par exemple : {option} 'phone:01 99 00 00 01=01 99 00 12 34' ; "
                    "pour toutes les valeurs d’un genre : --set-all phone=…",
                    en=f"For instance: {option} 'phone:01 99 00 00 01=01 99 00 12 34'; "
                    "for every value of a kind: --set-all phone=…",
                ),
            )
        found.append((kind.strip(), was, right))
    return found
