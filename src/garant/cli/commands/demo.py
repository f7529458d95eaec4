"""`garant demo`: the whole main job on a made-up company, in a minute."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from garant.cli import options
from garant.cli.exits import Exit
from garant.cli.language import both, say, say_text
from garant.cli.output import err, out


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
    serve: Annotated[
        bool,
        typer.Option(
            "--serve", help=both("Finit avec le site, jusqu’à Ctrl-C.", "End with the site, until Ctrl-C.")
        ),
    ] = False,
    port: Annotated[
        int, typer.Option("--port", min=1, max=65535, help=both("Port du site.", "Port of the site."))
    ] = 8000,
    no_input: Annotated[
        bool,
        typer.Option(
            "--no-input",
            help=both(
                "Ne pose aucune question : si le port est pris, le suivant.",
                "Ask nothing: where the port is taken, the next one.",
            ),
        ),
    ] = False,
) -> int:
    """Run the demo and give its exit code."""
    from garant.demo.story import run_demo

    day = options.day(as_of, "Europe/Paris")
    chosen = choose_port(port, ask=not no_input) if serve else port
    code = run_demo(folder, people=people, as_of=day)
    if code == Exit.OK and serve:
        open_site(folder, people, day, chosen)
    return code


def choose_port(port: int, *, ask: bool) -> int:
    """A port that is free: the one wanted, one that is asked for, or the next one."""
    from garant.site import serving

    while not serving.is_free("127.0.0.1", port):
        port = (
            typer.prompt(
                say(f"Le port {port} est pris. Lequel ?", f"Port {port} is taken. Which one?"), type=int
            )
            if (ask and sys.stdin.isatty())
            else port + 1
        )
    return port


def open_site(folder: Path, people: int, as_of: date, port: int) -> None:
    """Build the demo's site, say who may sign in, and serve it until Ctrl-C."""
    from garant.demo import site

    with err().status(say("Préparation du site…", "Preparing the site…")):
        site.prepare(folder / "site", as_of=as_of, people=people, port=port)
    _tell_accounts(port, folder / "site" / "garant" / "outbox")
    command = [sys.executable, "-c", "from garant.cli import main; main()", "serve", "--port", str(port)]
    served = subprocess.Popen(command, env=site.environment(folder / "site", port))  # noqa: S603 - Garant itself
    signal.signal(signal.SIGTERM, lambda *_: served.terminate())
    with suppress(KeyboardInterrupt):
        served.wait()
    served.wait()


def _tell_accounts(port: int, outbox: Path) -> None:
    from garant.apps.accounts.roles import WORDS, Role
    from garant.demo import site

    address = f"http://127.0.0.1:{port}"
    lines = [
        say(
            "Le site de l’entreprise de démonstration, telle qu’au premier jour :",
            "The site of the demo company, as on the first day:",
        )
    ]
    lines += [f"  {address}/   {say('et sa notice', 'and its notice')} {address}/p/{site.ORGANISATION}/"]
    lines += [
        say(
            "Comptes (mot de passe commun, second facteur facultatif ici) :",
            "Accounts (one password, second factor optional here):",
        )
    ]
    lines += [f"  {one.email} · {say_text(WORDS[Role(one.role)])} · {site.PASSWORD}" for one in site.ACCOUNTS]
    lines += [
        say(
            f"Aucune lettre ne part\u202f: elles s’écrivent dans {outbox}, avec leurs codes.",
            f"No letter leaves: they are written to {outbox}, with their codes.",
        )
    ]
    lines += [say("Ctrl-C l’arrête.", "Ctrl-C stops it.")]
    for line in lines:
        out().print(line, markup=False, highlight=False, soft_wrap=True)
