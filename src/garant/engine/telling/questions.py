"""A question that only the person can answer, from their own data (GDPR art. 12(6): who asks, in proportion).

Nothing is read: the answer is bound in a query of the map, as an identity is, and the roots that it gives are held against
those of the identity that the person declared. Whoever is known, or not, the same questions are put to the same systems.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Final

from garant.engine.identities import roots_found
from garant.engine.terms import Source
from garant.policy.saying import MONTHS
from garant.systems.archive.data_map import SYSTEM as ARCHIVE
from garant.systems.model.people import AnswerKind


def normal(kind: AnswerKind, text: str) -> str:
    """An answer in the one form in which it is compared; empty where it has no such form.

    A month is ``YYYY-MM``, a day ``YYYY-MM-DD``, an amount its cents; a text is in lower case, on one line.
    """
    text = " ".join(unicodedata.normalize("NFKC", text).split()).lower()
    if kind == "digits":
        return re.sub(r"\D", "", text)
    if kind in ("month", "date"):
        return _day(text, whole=kind == "date")
    return _cents(text) if kind == "amount" else text


def fits(
    sources: Mapping[str, Source], declared: Mapping[str, str], question: tuple[str, str], answer: str
) -> bool:
    """Whether an answer shows that what somebody declares is theirs.

    Each identity that is declared has to lead to one card that the answer leads to as well, and to one alone in every
    system: a number that several people share shows nothing.

    Args:
        sources: the systems, all of them.
        declared: identity kind → value, of what is to be shown; never what is known to be theirs already.
        question: the system whose map puts it, and its key there.
        answer: as the person wrote it.

    Raises:
        ConnectorError: a system did not answer.
    """
    asked, key = question
    known = {kind: _cards(sources, kind, value) for kind, value in declared.items()}
    right = _matching(sources[asked], key, answer)
    return bool(known) and all(
        all(len(cards) == 1 for cards in found.values()) and bool(found.get(asked, set()) & right)
        for found in known.values()
    )


def _cards(sources: Mapping[str, Source], kind: str, value: str) -> dict[str, set[tuple[str, str]]]:
    """System → the roots that one identity leads to, where there are any."""
    found: dict[str, set[tuple[str, str]]] = {}
    for name, source in sources.items():
        if name == ARCHIVE:  # one person may have many records there
            continue
        with source.connector.snapshot() as snapshot:
            for root, keys in roots_found(source.data_map, snapshot, [(kind, value)]).items():
                found.setdefault(name, set()).update((root, str(one)) for one in keys)
    return found


def _matching(source: Source, key: str, answer: str) -> set[tuple[str, str]]:
    question = source.data_map.questions[key]
    written = normal(question.answer, answer)
    with source.connector.snapshot() as snapshot:
        found = [(one.root, snapshot.find_identity(one.query, written)) for one in question.matches]
    return {(root, str(one)) for root, keys in found for one in keys} if written else set()


_YEAR_FIRST: Final = re.compile(r"(\d{4})[-/. ](\d{1,2})(?:[-/. ](\d{1,2}))?")
_YEAR_LAST: Final = re.compile(r"(?:(\d{1,2})[-/. ])?(\d{1,2})[-/. ](\d{4})")


def _plain(text: str) -> str:
    """Without accents: nobody is turned away for *aout*."""
    return "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one))


_NAMES: Final = {
    _plain(month.lower()): number
    for months in MONTHS.values()
    for number, month in enumerate(months.split(), start=1)
}


def _day(text: str, *, whole: bool) -> str:
    """A day or a month however it is written: 03/2025, mars 2025, 17 May 2025, 2025-05-17."""
    text = _plain(text)
    for name, number in _NAMES.items():
        text = re.sub(rf"\b{name}\b", str(number), text)
    text = re.sub(r"(?<=\d)(?:er|st|nd|rd|th)\b", "", text)
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = found[1], found[2], found[3]
    elif found := _YEAR_LAST.fullmatch(text):
        year, month, day = found[3], found[2], found[1]
    else:
        return ""
    try:
        said = date(int(year), int(month), int(day or 1))
    except ValueError:
        return ""
    if whole:
        return said.isoformat() if day else ""
    return said.isoformat()[:7]


def _cents(text: str) -> str:
    """An amount in cents: 1 234,50 €, 1,234.50, 1234.5."""
    figures = re.sub(r"[^\d.,]", "", text)
    found = re.fullmatch(r"(\d{1,3}(?:[.,]?\d{3})*|\d+)(?:[.,](\d{1,2}))?", figures)
    if found is None:
        return ""
    return str(int(re.sub(r"\D", "", found[1])) * 100 + int((found[2] or "").ljust(2, "0")))
