"""`garant work`: the worker of the site's jobs."""

from __future__ import annotations

import signal
from typing import Annotated

import typer

from garant.cli import state
from garant.cli.exits import Exit
from garant.cli.language import both
from garant.cli.output import note


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        name="work",
        help=both(
            "Fait les travaux que le site demande, et regarde les promesses chaque nuit. Ctrl-C l’arrête.",
            "Do the jobs that the site asks for, and look at the promises each night. Ctrl-C stops it.",
        ),
    )(work)


def work(
    processes: Annotated[
        int,
        typer.Option("--processes", min=1, help=both("Travaux menés de front.", "Jobs done at a time.")),
    ] = 1,
) -> int:
    """Work until told to stop."""
    state.ready()
    from garant.apps.jobs import worker

    asked: list[int] = []  # an Event would be locked by the very wait that the signal interrupts
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: asked.append(number))
    note("L’exécutant attend des travaux.", "The worker waits for jobs.")
    worker.work(lambda: bool(asked), processes=processes)
    return Exit.OK
