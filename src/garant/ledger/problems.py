"""What can be wrong with a ledger, said to a person in both languages."""

from dataclasses import dataclass
from typing import Final

from garant.ledger.words import Language, Text

MOST: Final = 50

SENTENCES: Final[dict[str, Text]] = {
    "archive": Text(
        fr="L’archive n’est pas, octet pour octet, celle que Garant écrit. "
        "Si elle a été refaite par un autre outil, vérifiez le dossier décompressé.",
        en="The archive is not, byte for byte, as Garant writes it. If another tool made it again, "
        "verify the unpacked folder.",
    ),
    "bundle": Text(fr="Ce paquet d’entrées est altéré.", en="This bundle of entries is damaged."),
    "count": Text(
        fr="Ce paquet n’a pas le bon nombre d’entrées.",
        en="This bundle does not hold the right number of entries.",
    ),
    "database": Text(
        fr="La base de données ne contient plus ce que le registre a inscrit.",
        en="The database no longer holds what the ledger wrote.",
    ),
    "entry": Text(
        fr="Cette entrée a été changée, ajoutée, retirée ou déplacée.",
        en="This entry was changed, added, removed or moved.",
    ),
    "forked": Text(
        fr="Le registre a été réécrit : il ne prolonge pas ce point de contrôle.",
        en="The log was rewritten: it does not continue this checkpoint.",
    ),
    "missing": Text(fr="Ce fichier manque.", en="This file is missing."),
    "note": Text(fr="Ce point de contrôle est mal écrit.", en="This checkpoint is not well written."),
    "origin": Text(
        fr="Ce point de contrôle est celui d’un autre registre.", en="This checkpoint is another log’s."
    ),
    "root": Text(
        fr="Les entrées ne mènent pas à la racine qui a été signée.",
        en="The entries do not lead to the root that was signed.",
    ),
    "rotation": Text(
        fr="Ce remplacement de la clé de signature n’est pas valable.",
        en="This rotation of the signature key is not valid.",
    ),
    "signature": Text(
        fr="Aucune clé en qui vous avez confiance, et qui avait cours alors, n’a signé ceci.",
        en="No key that you trust, and that was current then, signed this.",
    ),
    "size": Text(fr="Ce fichier n’a pas la bonne taille.", en="This file does not have the right size."),
    "sum": Text(
        fr="Ce que compte cette entrée ne s’accorde pas avec les autres entrées du même plan ou de la même demande.",
        en="What this entry counts does not agree with the other entries of the same plan or request.",
    ),
    "tile": Text(fr="Ces empreintes ont été changées.", en="These hashes were changed."),
    "too-many": Text(fr="Il y en a d’autres, non affichés.", en="There are more, not shown."),
    "truncated": Text(
        fr="Le registre a été tronqué : il est plus court que ce point de contrôle.",
        en="The log was cut short: it is shorter than this checkpoint.",
    ),
    "unexpected": Text(fr="Ce fichier n’a rien à faire ici.", en="This file does not belong here."),
    "unknown-signature": Text(
        fr="Une ligne de signature est d’une clé inconnue.", en="A signature line is by an unknown key."
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not fit: a stable code, where, and what was seen."""

    code: str
    place: str
    seen: str = ""

    def describe(self, language: Language) -> str:
        """One line for a person."""
        seen = f" ({self.seen})" if self.seen else ""
        colon = "\u202f:" if language == "fr" else ":"
        return f"{self.code} · {self.place}{colon} {SENTENCES[self.code].to(language)}{seen}"


class Problems:
    """Collects problems, up to a number a person can read."""

    def __init__(self) -> None:
        """Start with none."""
        self._found: list[Problem] = []

    def add(self, code: str, place: str, seen: str = "") -> None:
        """Note one; beyond fifty only that there are more. A name that is not Unicode is shown escaped."""
        place = place.encode(errors="backslashreplace").decode()
        if len(self._found) < MOST:
            self._found.append(Problem(code, place, seen))
        elif len(self._found) == MOST:
            self._found.append(Problem("too-many", place))

    def all(self) -> tuple[Problem, ...]:
        """Those found, in the order of the log."""
        return tuple(self._found)
