"""What a command answers to the shell: stable numbers, documented."""

from __future__ import annotations

from enum import IntEnum

from garant.policy.text import Text


class Exit(IntEnum):
    """Exit codes of every command."""

    OK = 0
    FINDINGS = 1
    REFUSED = 2
    BLOCKED = 3
    INTERRUPTED = 4
    STOPPED = 130


MEANINGS: dict[Exit, Text] = {
    Exit.OK: Text(
        fr="Tout est fait, ou rien à signaler.",
        en="Everything is done, or nothing to report.",
    ),
    Exit.FINDINGS: Text(
        fr="Des constats ; une promesse n’est pas tenue, ou attend la réponse d’une personne ; "
        "une preuve ne se vérifie pas ; personne n’a été trouvé.",
        en="Findings; a promise is not kept, or awaits a person’s answer; a proof does not verify; nobody was found.",
    ),
    Exit.REFUSED: Text(
        fr="Entrée inutilisable, ou demande refusée : rien n’a été changé.",
        en="Unusable input, or a refused request: nothing was changed.",
    ),
    Exit.BLOCKED: Text(
        fr="Fait en partie : une contrainte d’un système a bloqué des lignes, nommées.",
        en="Done in part: a constraint of a system blocked rows, which are named.",
    ),
    Exit.INTERRUPTED: Text(
        fr="Interrompu (système injoignable, verrou) : la même commande reprend.",
        en="Interrupted (unreachable system, lock): the same command goes on.",
    ),
    Exit.STOPPED: Text(
        fr="Arrêté par l’utilisateur (Ctrl-C) : la même commande reprend.",
        en="Stopped by the user (Ctrl-C): the same command goes on.",
    ),
}
