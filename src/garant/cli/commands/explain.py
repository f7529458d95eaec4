"""`garant explain GAR101`: what a rule is, why, and how to mend it."""

from __future__ import annotations

import importlib
from typing import Final

import typer
from rich.markup import escape

from garant.cli.exits import Exit
from garant.cli.language import both, say, say_text
from garant.cli.output import CommandError, out
from garant.policy.diagnostics import RULES, Rule
from garant.policy.text import Text

_HOLDERS: Final = ("garant.policy", "garant.systems")
"""Packages whose import registers their rules."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        name="explain",
        help=both(
            "Explique une règle : ce qu’elle veut, pourquoi, un mauvais et un bon exemple.",
            "Explain a rule: what it wants, why, a bad and a good example.",
        ),
    )(explain)


def explain(
    code: str = typer.Argument(
        "",
        metavar="GARxxx",
        show_default=False,
        help=both("Code de la règle ; sans lui, toutes.", "Code of the rule; without it, all."),
    ),
) -> int:
    """Print one rule, or the list of all."""
    for package in _HOLDERS:
        importlib.import_module(package)
    if not code:
        _list()
        return Exit.OK
    wanted = code.upper()
    if wanted not in RULES:
        raise CommandError(
            Text(fr=f"Règle inconnue : {code}", en=f"Unknown rule: {code}"),
            Text(fr="Tapez : garant explain (la liste)", en="Type: garant explain (the list)"),
        )
    _print(RULES[wanted])
    return Exit.OK


def _list() -> None:
    for rule in RULES:
        out().print(f"[bold]{rule.code}[/] {escape(say_text(rule.title))}", soft_wrap=True)


def _print(rule: Rule) -> None:
    console = out()
    console.print(f"[bold]{rule.code} {rule.slug}[/]\n{escape(say_text(rule.title))}\n", soft_wrap=True)
    for heading, words in (
        (say("Pourquoi", "Why"), say_text(rule.why)),
        (say("Remède", "Mend"), say_text(rule.mend)),
        (say("Mauvais exemple", "Bad example"), rule.bad.strip("\n")),
        (say("Bon exemple", "Good example"), rule.good.strip("\n")),
    ):
        console.print(f"[bold]{heading}[/]\n{escape(words)}\n", soft_wrap=True)
