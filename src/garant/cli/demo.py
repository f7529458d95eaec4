"""`garant demo`: the whole main job on a made-up company, in a minute."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from garant.cli import options
from garant.cli.language import both


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        name="demo",
        help=both(
            "Montre tout le travail sur une entreprise inventée : rien de vos données n’est touché.",
            "Show the whole job on a made-up company: none of your data is touched.",
        ),
    )(demo)


def demo(
    people: Annotated[
        int,
        typer.Option(
            "--people",
            min=100,
            help=both("Combien de personnes inventer.", "How many people to make up."),
        ),
    ] = 36_000,
    folder: Annotated[
        Path,
        typer.Option(
            "--folder",
            metavar="DIR",
            help=both(
                "Où la jouer ; une démonstration précédente y est remplacée.",
                "Where to play it; an earlier demo there is replaced.",
            ),
        ),
    ] = Path("demo"),
    as_of: options.AsOfOption = None,
) -> int:
    """Run the demo and give its exit code."""
    from garant.demo.story import run_demo

    return run_demo(folder, people=people, as_of=options.day(as_of, "Europe/Paris"))
