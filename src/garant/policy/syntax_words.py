"""What the YAML parser says of a broken text, in both languages and in everyday words."""

import re
from typing import Final

from .text import Text

_WORDS: Final[tuple[tuple[str, Text], ...]] = (
    (
        r"mapping values are not allowed here",
        Text(
            fr="un deux-points de trop sur cette ligne, ou un texte à mettre entre guillemets",
            en="one colon too many on this line, or text to put between quotes",
        ),
    ),
    (
        r"could not find expected ':'",
        Text(fr="une clé sans deux-points", en="a key without its colon"),
    ),
    (
        r"expected ',' or '(?P<end>[\]}])'",
        Text(fr="il manque une virgule ou «\u202f{end}\u202f»", en="a comma or “{end}” is missing"),
    ),
    (
        r"expected <block end>",
        Text(
            fr="l’alignement ne suit pas celui des lignes précédentes",
            en="the alignment differs from the lines before",
        ),
    ),
    (
        r"found character '\\t'",
        Text(
            fr="une tabulation\u202f; YAML s’aligne avec des espaces", en="a tab; YAML is aligned with spaces"
        ),
    ),
    (
        r"found character '(?P<sign>[@`%|>])'",
        Text(
            fr="un texte qui commence par «\u202f{sign}\u202f» se met entre guillemets",
            en="text that starts with “{sign}” goes between quotes",
        ),
    ),
    (
        r"found unexpected end of stream",
        Text(fr="un guillemet n’est pas refermé", en="a quote is not closed"),
    ),
    (
        r"found unknown escape character '(?P<sign>.+)'",
        Text(
            fr="entre guillemets doubles, «\u202f\\{sign}\u202f» n’existe pas\u202f; employer des guillemets simples",
            en="between double quotes, “\\{sign}” does not exist; use single quotes",
        ),
    ),
    (
        r"sequence entries are not allowed here",
        Text(fr="un tiret de liste à la mauvaise place", en="a list dash in the wrong place"),
    ),
    (
        r"found undefined tag handle",
        Text(fr="une étiquette («\u202f!…\u202f») inconnue", en="an unknown tag (“!…”)"),
    ),
)


def syntax_words(problem: str) -> Text:
    """The parser's `problem` in both languages; as the parser said it where it is a rare one."""
    for pattern, words in _WORDS:
        match = re.match(pattern, problem)
        if match is not None:
            parts = match.groupdict()
            return Text(fr=words.fr.format(**parts), en=words.en.format(**parts))
    said = problem.partition("\n")[0][:200]
    return Text(fr=said, en=said)
