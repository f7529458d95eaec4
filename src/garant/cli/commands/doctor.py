"""`garant doctor`: what is wrong with the installation, and what to do."""

from __future__ import annotations

import typer
from rich.markup import escape

from garant.cli import state
from garant.cli.exits import Exit
from garant.cli.language import both, say_text
from garant.cli.output import out

MARKS = {"fine": "[green]✔[/]", "warning": "[yellow]![/]", "wrong": "[bold red]✘[/]"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        name="doctor",
        help=both(
            "Vérifie l’installation et dit ce qui ne va pas. Ne change rien.",
            "Check the installation and say what is wrong. Changes nothing.",
        ),
    )(doctor)


def doctor() -> int:
    """Look at everything; 1 where something is wrong."""
    state.wake()
    from garant.site.health import Grade, remarks

    worst = Exit.OK
    for remark in remarks():
        out().print(f"{MARKS[remark.grade]} {escape(say_text(remark.text))}", highlight=False, soft_wrap=True)
        if remark.grade is Grade.WRONG:
            worst = Exit.FINDINGS
    return worst
