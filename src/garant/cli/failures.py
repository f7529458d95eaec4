"""From any exception to one clear message without a secret."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from typer import TyperException

from garant.apps.promises.opening.discretion import brief, scrub
from garant.apps.promises.refusals import RefusedError, RunInterruptedError
from garant.apps.tasks.refusals import RefusedError as TaskRefusedError
from garant.cli.exits import Exit
from garant.cli.output import CommandError
from garant.cli.usage import in_french, plainly, system_words
from garant.ledger.words import LedgerError
from garant.policy.diagnostics import UnusableDocument
from garant.policy.reporters import report
from garant.policy.text import Text

if TYPE_CHECKING:
    from garant.engine.planning.asked import NotSupported
    from garant.systems.port import MalformedUrl


_BESIDE = re.compile(r"(.*)/\.[^/]+\.part")


def explain_failure(error: Exception) -> CommandError:
    """Give the message, the mend and the exit code that an exception deserves."""
    if isinstance(error, CommandError):
        return error
    for kind, explain in _explanations():
        if isinstance(error, kind):
            return explain(error)
    return _unexpected(error)


def _explanations() -> list[tuple[Any, Callable[[Any], CommandError]]]:
    from django.core.exceptions import ImproperlyConfigured
    from django.db import DatabaseError
    from sqlalchemy.exc import SQLAlchemyError

    from garant.engine.planning.asked import NotSupported
    from garant.engine.terms import UnknownRule
    from garant.site.databases import DatabaseUrlError
    from garant.systems.port import ConnectorError, Interrupted, MalformedUrl, SystemUnreachable

    return [
        (UnusableDocument, _unusable),
        (LedgerError, _ledger),
        ((RefusedError, TaskRefusedError), lambda e: CommandError(e.message, e.mend)),
        (RunInterruptedError, _interrupted),
        (TyperException, _usage),
        (MalformedUrl, _malformed_url),
        (SystemUnreachable, _unreachable),
        (Interrupted, _interrupted),
        (ConnectorError, _system),
        (DatabaseError, _own_database),
        (SQLAlchemyError, _system),
        ((ImproperlyConfigured, DatabaseUrlError), _settings),
        (NotSupported, _not_supported),
        (UnknownRule, _map_beside_policy),
        (FileNotFoundError, _no_file),
        (OSError, _file),
    ]


def _unusable(error: UnusableDocument) -> CommandError:
    return CommandError(
        Text(fr=report(error.diagnostics, "text", "fr"), en=report(error.diagnostics, "text", "en")),
        Text(
            fr="Corrigez ces fichiers, puis tapez la même commande.",
            en="Mend these files, then type the same command.",
        ),
    )


def _ledger(error: LedgerError) -> CommandError:
    return CommandError(Text(fr=scrub(error.text.fr), en=scrub(error.text.en)))


def _map_beside_policy(error: Exception) -> CommandError:
    words = brief(error)
    return CommandError(
        Text(
            fr=f"Une carte ne va pas avec la politique : {words}",
            en=f"A map does not go with the policy: {words}",
        ),
        Text(
            fr="Tenez-les l’une contre l’autre : garant map check CARTE --policy POLICY.",
            en="Hold one against the other: garant map check MAP --policy POLICY.",
        ),
    )


def _not_supported(error: NotSupported) -> CommandError:
    return CommandError(
        Text(
            fr=f"Un système ne sait pas répondre à cette demande : {error.text.fr}",
            en=f"A system cannot answer this request: {error.text.en}",
        ),
        Text(
            fr="Complétez sa carte (identities, dispositions, restriction), ou choisissez avec --system.",
            en="Complete its map (identities, dispositions, restriction), or choose with --system.",
        ),
    )


def _interrupted(error: Exception) -> CommandError:
    words = brief(error)
    return CommandError(
        Text(fr=f"Interrompu avant la fin : {words}", en=f"Interrupted before the end: {words}"),
        Text(
            fr="Rien n’est à moitié fait. Tapez la même commande : elle reprend où elle s’est arrêtée.",
            en="Nothing is half done. Type the same command: it goes on where it stopped.",
        ),
        Exit.INTERRUPTED,
    )


def _unreachable(error: Exception) -> CommandError:
    words = brief(error)
    return CommandError(
        Text(fr=f"Système injoignable : {words}", en=f"Unreachable system: {words}"),
        Text(
            fr="Vérifiez l’adresse, le compte et le mot de passe de la connexion (variable d’environnement).",
            en="Check the address, account and password of the connection (environment variable).",
        ),
        Exit.INTERRUPTED,
    )


def _malformed_url(error: MalformedUrl) -> CommandError:
    return CommandError(
        error.text,
        Text(
            fr="Corrigez la variable d’environnement de la connexion, par exemple : postgresql://compte@hote/base",
            en="Mend the environment variable of the connection, for instance: postgresql://account@host/database",
        ),
    )


def _system(error: Exception) -> CommandError:
    words = brief(error)
    return CommandError(
        Text(
            fr=f"Le système a répondu par une erreur : {words}",
            en=f"The system answered with an error: {words}",
        ),
        Text(
            fr="Tenez la carte contre le système : garant map check CARTE.",
            en="Hold the map against the system: garant map check MAP.",
        ),
    )


def _own_database(error: Exception) -> CommandError:
    words = brief(error)
    return CommandError(
        Text(
            fr=f"La base de Garant a répondu par une erreur : {words}",
            en=f"Garant’s own database answered with an error: {words}",
        ),
        Text(
            fr="Si Garant n’est pas encore installé ici, tapez : garant init. Sinon, vérifiez DATABASE_URL.",
            en="If Garant is not set up here yet, type: garant init. Else check DATABASE_URL.",
        ),
    )


def _settings(error: Exception) -> CommandError:
    words = brief(error)
    return CommandError(
        Text(fr=f"Réglage inutilisable : {words}", en=f"Unusable setting: {words}"),
        Text(
            fr="Corrigez la variable d’environnement nommée.",
            en="Mend the environment variable named.",
        ),
    )


def _no_file(error: FileNotFoundError) -> CommandError:
    name = scrub(str(error.filename or error))
    beside = _BESIDE.fullmatch(name)
    if beside:  # written beside its place first: what is missing is the folder
        folder = beside[1] or "/"
        return CommandError(
            Text(fr=f"Dossier introuvable : {folder}", en=f"Folder not found: {folder}"),
            Text(fr="Créez-le, ou choisissez un autre chemin.", en="Make it, or choose another path."),
        )
    return CommandError(
        Text(fr=f"Fichier ou dossier introuvable : {name}", en=f"File or folder not found: {name}"),
        Text(fr="Vérifiez le chemin.", en="Check the path."),
    )


def _file(error: OSError) -> CommandError:
    name, words = scrub(str(error.filename or "")), scrub(error.strerror or str(error))
    french = scrub(system_words(error))
    return CommandError(
        Text(fr=f"Fichier inutilisable : {name} ({french})", en=f"Unusable file: {name} ({words})"),
        Text(fr="Vérifiez le chemin et les droits.", en="Check the path and the permissions."),
    )


def _usage(error: TyperException) -> CommandError:
    words = plainly(scrub(error.format_message()))
    context: Any = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "garant"
    return CommandError(
        Text(fr=f"Commande mal écrite. {in_french(words)}", en=f"Mistyped command. {words}"),
        Text(fr=f"Tapez : {path} --help", en=f"Type: {path} --help"),
    )


def _unexpected(error: Exception) -> CommandError:
    words = f"{type(error).__name__}: {brief(error)}"
    return CommandError(
        Text(fr=f"Erreur inattendue : {words}", en=f"Unexpected error: {words}"),
        Text(
            fr="Rien n’est perdu. Avec GARANT_DEBUG=1, la même commande montre où (sans secret).",
            en="Nothing is lost. With GARANT_DEBUG=1 the same command shows where (without secrets).",
        ),
    )
