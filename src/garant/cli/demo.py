"""`garant demo`: the whole main job on a made-up company, in a minute."""

from __future__ import annotations

from datetime import date, datetime

import typer

from garant.cli.language import both


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        name="demo",
        help=both(
            "Montre tout le travail sur une entreprise inventée : rien de vos données n’est touché.",
            "Show the whole job on a made-up company: none of your data is touched.",
        ),
    )(demo)


def demo(
    no_input: bool = typer.Option(False, "--no-input", help=both("Ne rien demander.", "Ask for nothing.")),
    people: int = typer.Option(
        20_000,
        "--people",
        min=100,
        help=both("Combien de personnes inventer.", "How many people to make up."),
    ),
    as_of: datetime | None = typer.Option(
        None,
        "--as-of",
        formats=["%Y-%m-%d"],
        help=both(
            "Jour de référence ; sinon, celui de la démonstration.", "Reference day; else the demo’s own."
        ),
    ),
) -> int:
    """Run the demo and give its exit code."""
    from garant.demo.story import run_demo

    day: date | None = as_of.date() if as_of is not None else None
    return run_demo(no_input=no_input, people=people, as_of=day)
