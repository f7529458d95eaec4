"""Which commands there are: one module each, registered here."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from typing import Any

import typer
import typer.main

from garant.cli.commands import (
    apply,
    archive,
    backup,
    check,
    demo,
    doctor,
    explain,
    hold,
    imports,
    init,
    keys,
    ledger,
    mail,
    maps,
    may,
    member,
    notice,
    opposition,
    own,
    plan,
    policy,
    register,
    replay,
    residue,
    schema,
    serve,
    subject,
    tasks,
    tokens,
    work,
)
from garant.cli.language import both, one
from garant.policy.text import Language

ABOUT = both(
    "Garant : la politique de protection des données qui se tient toute seule.",
    "Garant: the privacy policy that keeps itself.",
)


def application() -> typer.Typer:
    """Assemble the application, help texts in both languages."""
    app = typer.Typer(
        help=ABOUT,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
    )
    app.callback()(_root)
    for module in (
        init,
        check,
        notice,
        register,
        maps,
        imports,
        policy,
        plan,
        apply,
        subject,
        residue,
        hold,
        tasks,
        archive,
        opposition,
        may,
        replay,
        ledger,
        backup,
        own,
        keys,
        schema,
        explain,
        member,
        tokens,
        mail,
        doctor,
        serve,
        work,
        demo,
    ):
        module.register(app)
    return app


def command(language: Language, asked: Sequence[str] = ()) -> Any:
    """Give the command, speaking one language; where words are asked, no more of it than they name.

    To make every command takes as long as many a command itself: 50 ms.
    """
    app = application()
    _keep(app, asked)
    return spoken(typer.main.get_command(app), language)


def _keep(app: typer.Typer, asked: Sequence[str]) -> None:
    """Drop what was not asked for; nothing where the words name nothing here: help and a slip need the whole."""
    name, rest = (asked[0], asked[1:]) if asked else ("", ())
    commands = [one for one in app.registered_commands if one.name == name]
    groups = [one for one in app.registered_groups if one.name == name]
    if not commands and not groups:
        return
    app.registered_commands, app.registered_groups = commands, groups
    for group in groups:
        if group.typer_instance:
            _keep(group.typer_instance, rest)


def spoken(node: Any, language: Language) -> Any:
    """Keep one language in the help of a command and of everything beneath it."""
    for attribute in ("help", "short_help", "epilog"):
        words = getattr(node, attribute, None)
        if words:
            setattr(node, attribute, one(words, language))
    for parameter in getattr(node, "params", []):
        if getattr(parameter, "help", None):
            parameter.help = one(parameter.help, language)
    for child in getattr(node, "commands", {}).values():
        spoken(child, language)
    return node


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"garant {metadata.version('garant')}")
        raise typer.Exit


def _root(
    language: str = typer.Option(
        "fr",
        "--language",
        metavar="fr|en",
        help=both(
            "Langue des messages ; sinon GARANT_LANGUAGE, puis LANG.",
            "Language of messages; else GARANT_LANGUAGE, then LANG.",
        ),
    ),
    server: str = typer.Option(
        "",
        "--server",
        metavar="URL",
        help=both(
            "Interroge un serveur, avec le jeton de GARANT_TOKEN, au lieu du Garant d’ici ; à écrire avant la commande.",
            "Ask a server, with the token in GARANT_TOKEN, instead of the Garant here; written before the command.",
        ),
    ),
    version: bool = typer.Option(
        False,
        "--version",
        is_eager=True,
        callback=_say_version,
        help=both("Dit la version de Garant.", "Say the version of Garant."),
    ),
) -> None: ...
