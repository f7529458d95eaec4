"""Mistyped commands, said in French: the parser's own sentences are English."""

from __future__ import annotations

import errno
import re
from typing import Final

_SENTENCES: Final = tuple(
    (re.compile(pattern, re.DOTALL), french)
    for pattern, french in (
        (r"Missing argument '(.+?)'\.(.*)", "Argument manquant : {0}.{1}"),
        (r"Missing option '(.+?)'\.(.*)", "Option manquante : {0}.{1}"),
        (
            r"No such option: (\S+) \(Possible options: (.+)\)",
            "Option inconnue : {0} (voulez-vous dire {1} ?)",
        ),
        (r"No such option: (.+)", "Option inconnue : {0}"),
        (
            r"No such command '(.+?)'\. Did you mean (.+)\?",
            "Commande inconnue : {0} (voulez-vous dire {1} ?).",
        ),
        (r"No such command '(.+)'\.(.*)", "Commande inconnue : {0}."),
        (r"Got unexpected extra argument(?:s|\(s\))? \((.+)\)", "En trop : {0}"),
        (r"Option '(.+)' requires an argument\.", "L’option {0} attend une valeur."),
        (
            r"'(.*)' is no date for (\S+): write YYYY-MM-DD, (\S+) for example\.",
            "« {0} » n’est pas une date pour {1} : écrivez AAAA-MM-JJ, par exemple {2}.",
        ),
        (
            r"Invalid value for '(.+?)': '(.*)' is not one of (.+)\.",
            "« {1} » ne convient pas à {0} ; au choix : {2}.",
        ),
        (
            r"Invalid value for '(.+?)': Input should be (?:less than or equal to|at most) (\S+)",
            "{0} est un nombre de {1} au plus.",
        ),
        (
            r"Invalid value for '(.+?)': Input should be (?:greater than or equal to|at least) (\S+)",
            "{0} est un nombre de {1} au moins.",
        ),
        (r"Invalid value for '(.+?)': Input should be a valid integer.*", "{0} est un nombre entier."),
        (r"Invalid value for '(.+?)': Input should be a valid number.*", "{0} est un nombre."),
        (r"Invalid value for '(.+?)': (.+)", "Valeur inutilisable pour {0} : {1}"),
    )
)

_NO_DATE: Final = re.compile(
    r"Invalid value for '(.+?)': .*?'(.*)' does not match the formats? '%Y-%m-%d'\.?"
)
_EXAMPLE: Final = "2027-08-31"
_ERRORS: Final = {
    errno.EACCES: "accès refusé",
    errno.EPERM: "action refusée",
    errno.EISDIR: "c’est un dossier",
    errno.ENOTDIR: "une partie du chemin n’est pas un dossier",
    errno.EEXIST: "il y en a déjà un",
    errno.ENOSPC: "plus de place sur le disque",
    errno.EDQUOT: "quota du disque atteint",
    errno.EROFS: "le disque est en lecture seule",
    errno.ENAMETOOLONG: "nom trop long",
}


def plainly(sentence: str) -> str:
    """Give a sentence of the parser without what only a programmer reads."""
    no_date = _NO_DATE.fullmatch(sentence)
    if no_date is None:
        return sentence.replace(": Value error, ", ": ", 1)
    option, value = no_date.groups()
    return f"'{value}' is no date for {option}: write YYYY-MM-DD, {_EXAMPLE} for example."


def system_words(error: OSError) -> str:
    """Give what the system says of a file, in French; as it is where it is not known."""
    return _ERRORS.get(error.errno or 0, error.strerror or str(error))


def in_french(sentence: str) -> str:
    """Give a sentence of the parser in French, or as it is where it is not known."""
    for pattern, french in _SENTENCES:
        match = pattern.fullmatch(sentence)
        if match:
            return french.format(*match.groups())
    return sentence
