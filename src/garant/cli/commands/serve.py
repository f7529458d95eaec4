"""`garant serve`: the site, for real."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Annotated
from urllib.parse import urlsplit

import typer

from garant.cli import state
from garant.cli.exits import Exit
from garant.cli.language import both
from garant.cli.output import CommandError, note
from garant.policy.text import Text


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        name="serve",
        help=both(
            "Sert le site : notices publiques, tableau de bord, API. Ctrl-C l’arrête.",
            "Serve the site: public notices, dashboard, API. Ctrl-C stops it.",
        ),
    )(serve)


def serve(
    host: Annotated[
        str, typer.Option("--host", help=both("Adresse où écouter.", "Address to listen on."))
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=1, max=65535, help=both("Port où écouter.", "Port to listen on."))
    ] = 8000,
    workers: Annotated[
        int, typer.Option("--workers", min=1, help=both("Processus de service.", "Serving processes."))
    ] = 1,
    worker: Annotated[
        bool,
        typer.Option(
            "--worker/--no-worker",
            help=both(
                "Lance aussi l’exécutant des travaux ; sinon, lancez garant work à part.",
                "Start the worker of the jobs too; else run garant work apart.",
            ),
        ),
    ] = True,
) -> int:
    """Serve until stopped."""
    state.ready()
    refuse_taken(host, port)
    from django.conf import settings

    from garant.site import serving

    if urlsplit(settings.GARANT_URL).hostname in ("127.0.0.1", "localhost") and host not in (
        "127.0.0.1",
        "localhost",
    ):
        note(
            "GARANT_URL n’est pas fixée : le site ne répond qu’au nom de cette machine. Voyez garant doctor.",
            "GARANT_URL is not set: the site answers this machine’s own name only. See garant doctor.",
        )
    note(
        f"Le site est sur http://{host}:{port} — Ctrl-C l’arrête.",
        f"The site is at http://{host}:{port} — Ctrl-C stops it.",
    )
    with serving.working() if worker else nullcontext():
        serving.serve(host, port, workers=workers)
    return Exit.OK


def refuse_taken(host: str, port: int) -> None:
    """Say that a port is taken before anything is started. Raises CommandError."""
    from garant.site import serving

    if not serving.is_free(host, port):
        raise CommandError(
            Text(
                fr=f"Impossible d’écouter sur {host}:{port} : l’adresse n’est pas d’ici, ou le port est pris.",
                en=f"Cannot listen on {host}:{port}: the address is not ours, or the port is taken.",
            ),
            Text(fr="Choisissez un autre port : --port 8001", en="Choose another port: --port 8001"),
        )
