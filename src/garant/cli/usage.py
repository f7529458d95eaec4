"""Mistyped commands, said in French: the parser's own sentences are English."""

from __future__ import annotations

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
        (r"No such command '(.+)'\.(.*)", "Commande inconnue : {0}."),
        (r"Got unexpected extra argument(?:s|\(s\))? \((.+)\)", "En trop : {0}"),
        (r"Option '(.+)' requires an argument\.", "L’option {0} attend une valeur."),
        (r"Invalid value for '(.+?)': (.+)", "Valeur inutilisable pour {0} : {1}"),
    )
)


def in_french(sentence: str) -> str:
    """Give a sentence of the parser in French, or as it is where it is not known."""
    for pattern, french in _SENTENCES:
        match = pattern.fullmatch(sentence)
        if match:
            return french.format(*match.groups())
    return sentence
