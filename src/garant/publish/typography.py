"""How text is set: the spaces and marks that French and English ask for, whatever was typed.

Source: Imprimerie nationale, *Lexique des règles typographiques*. One space for all: U+202F, the narrow no-break
space, which every form that Garant publishes can show.
"""

import re
from typing import Final

from garant.policy.text import Language

NARROW: Final = "\u202f"

_SPACE: Final = r"[ \t\u00a0\u2009\u202f]"
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
_APOSTROPHE: Final = re.compile(r"(?<=\w)'(?=\w)")
_QUOTED: Final = re.compile(r"(?<![\w\u201d\"])\"([^\"\n]+)\"(?!\w)")
_MARKS: Final = re.compile(rf"{_SPACE}+([:;!?»%€])")
_GLUED: Final = re.compile(r"(?<=[^\W\d_])([:;!?])(?=[\s»]|$)")
_OPENED: Final = re.compile(rf"«{_SPACE}*(?=\S)")
_CLOSED: Final = re.compile(rf"(?<=[^\s{NARROW}])»")
_NUMBERED: Final = re.compile(rf"\b(art\.|n°|no\.|p\.|§|L\.|R\.|D\.){_SPACE}(?=[\dIVXLRD])")
_AFTER_NUMBER: Final = re.compile(
    rf"(?<=\d){_SPACE}(?=(?:ans?|mois|jours?|semaines?|kB|Ko|Mo|years?|months?|days?|weeks?)\b)"
)
_THOUSANDS: Final = re.compile(rf"(?<=\d){_SPACE}(?=\d{{3}}(?!\d))")
_ADDRESS: Final = re.compile(r"\S*(?:://|@)\S*")


def typeset(text: str, language: Language) -> str:
    """The text as it is printed: control characters gone, marks and spaces as `language` asks. Idempotent.

    Web and e-mail addresses are left as they are.
    """
    clean = _UNSEEN.sub("", text)
    setter = _french if language == "fr" else _english
    done: list[str] = []
    last = 0
    for address in _ADDRESS.finditer(clean):
        done += (setter(clean[last : address.start()]), address.group())
        last = address.end()
    return "".join((*done, setter(clean[last:])))


def _french(text: str) -> str:
    text = _APOSTROPHE.sub("’", text)
    text = _QUOTED.sub(r"« \1 »", text)
    text = _MARKS.sub(rf"{NARROW}\1", text)
    text = _GLUED.sub(rf"{NARROW}\1", text)
    text = _OPENED.sub(f"«{NARROW}", text)
    text = _CLOSED.sub(f"{NARROW}»", text)
    return _numbers(text)


def _english(text: str) -> str:
    text = _APOSTROPHE.sub("’", text)
    text = _QUOTED.sub(r"“\1”", text)
    return _numbers(text)


def _numbers(text: str) -> str:
    """A number stays with what it counts, and a reference with its number."""
    text = _THOUSANDS.sub(NARROW, text)
    text = _NUMBERED.sub(rf"\1{NARROW}", text)
    return _AFTER_NUMBER.sub(NARROW, text)
