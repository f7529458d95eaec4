"""The whole command: assembled once, spoken in one language, never a traceback."""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from typing import Any

import typer

from garant.cli import language, registration, remote
from garant.cli.exits import Exit
from garant.cli.failures import explain_failure
from garant.cli.output import CommandError, complain
from garant.cli.reference import commands_markdown
from garant.policy.text import Text

__all__ = ["commands_markdown", "main"]

_SHORTEST_COMMAND = 2
"""Words without which a group is asked what it does."""

_AGAIN = 0.05
"""Seconds after which a Ctrl-C that was lost is made again."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code."""
    sys.unraisablehook = _heed
    code = run(sys.argv[1:] if arguments is None else arguments)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # nothing is left to do but to end
    sys.exit(code)


def _heed(lost: sys.UnraisableHookArgs) -> None:
    """A Ctrl-C that fell into a finaliser, where Python raises nothing, is made again outside of it."""
    if lost.exc_type is not KeyboardInterrupt:
        sys.__unraisablehook__(lost)
        return
    main_thread = threading.main_thread().ident
    again = threading.Timer(_AGAIN, signal.pthread_kill, [main_thread, signal.SIGINT])
    again.daemon = True
    again.start()


def run(arguments: Sequence[str]) -> int:
    """Run one command and give its exit code; whatever happens, one clear message."""
    try:
        wanted, rest = language.choose(arguments)
    except language.UnknownLanguageError as unknown:
        complain(
            Text(fr=f"Langue inconnue : {unknown}", en=f"Unknown language: {unknown}"),
            Text(
                fr="Choisissez --language fr ou --language en.", en="Choose --language fr or --language en."
            ),
        )
        return Exit.REFUSED
    language.speak(wanted)
    try:
        code = _run(rest)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return Exit.STOPPED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    return code


def _run(arguments: Sequence[str]) -> int:
    server, arguments = remote.choose(arguments)
    command = remote.command(server) if server else registration.command(language.spoken(), arguments)
    if "--help" in arguments or len(arguments) < _SHORTEST_COMMAND:
        _title_help(command)
    try:
        answer = command.main(list(arguments), prog_name="garant", standalone_mode=False)
    except typer.Exit as leave:
        return leave.exit_code
    except typer.TyperException as mistake:
        return _mistyped(mistake)
    except typer.Abort:
        return Exit.STOPPED
    except BrokenPipeError:
        raise
    except Exception as error:
        return _failed(error)
    return answer if isinstance(answer, int) else Exit.OK


def _mistyped(mistake: typer.TyperException) -> int:
    """A group named alone is a question, not a mistake."""
    if type(mistake).__name__ == "NoArgsIsHelpError":
        sys.stdout.write(mistake.format_message() + "\n")
        return Exit.OK
    return _failed(mistake)


def _failed(error: Exception) -> int:
    failure: CommandError = explain_failure(error)
    complain(failure.message, failure.mend)
    if os.environ.get("GARANT_DEBUG"):
        from garant.apps.promises.opening.discretion import scrub

        sys.stderr.write(scrub("".join(traceback.format_exception(error))))
    return failure.code


def _title_help(command: Any) -> None:
    """Say what the library puts on help pages in our language; only then, because loading it takes a while."""
    from typer import rich_utils

    rich_utils.ARGUMENTS_PANEL_TITLE = language.say("Arguments", "Arguments")
    rich_utils.OPTIONS_PANEL_TITLE = language.say("Options", "Options")
    rich_utils.COMMANDS_PANEL_TITLE = language.say("Commandes", "Commands")
    rich_utils.DEFAULT_STRING = language.say("[défaut : {}]", "[default: {}]")
    rich_utils.ENVVAR_STRING = language.say("[variable\u202f: {}]", "[env var: {}]")
    rich_utils.REQUIRED_LONG_STRING = language.say("[obligatoire]", "[required]")
    _explain_help(command)


def _explain_help(node: Any) -> None:
    """Say what --help itself does, and what an option takes, of a command and of everything beneath it."""
    context = typer.Context(node)
    node.get_help_option(context).help = language.say("Montre cette aide.", "Show this help.")
    number = language.say("NOMBRE", "NUMBER")
    kinds = {"<bool>": " ", "<str>": " ", "<int range>": number, "<float range>": number}
    for parameter in node.get_params(context):
        if parameter.param_type_name == "option":
            parameter.metavar = kinds.get(parameter.display_type_rich(context), parameter.metavar)
    for child in getattr(node, "commands", {}).values():
        _explain_help(child)
