"""What a letter may say: typed facts. None of it is ever read as a template, a header or a page."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from garant.policy.document.people import RightKind
from garant.policy.text import Language, Text

Asked = RightKind | Literal["consent", "human-review"]
"""A right of the policy, a consent withdrawn (art. 7(3)), or a human who looks again (art. 22(3))."""

_TURNING: Final = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
"""Marks that turn the direction of what follows: they make an address look like another."""


def _printable(text: str, *, lines: bool) -> str:
    """Refuse what hides, turns or breaks a line where there is but one."""
    allowed = "\n\t" if lines else ""
    for one in text:
        if one not in allowed and unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp"):
            raise ValueError(f"the character U+{ord(one):04X} has no place in a letter")
    if _TURNING.search(text):
        raise ValueError("a mark of direction has no place in a letter")
    return text


def one_line(text: str) -> str:
    """A text of one line. Raises ValueError: it breaks the line, or holds what is not seen."""
    return _printable(text, lines=False)


def _prose(text: str) -> str:
    return _printable(text, lines=True)


def _address(url: str) -> str:
    """An address that a reader may follow: https, or http on this machine alone."""
    parts = urlsplit(url)
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise ValueError("a link of a letter begins with https://")
    if not parts.hostname or parts.username is not None or re.search(r"[\s<>\"]", url) or not url.isascii():
        raise ValueError("a link of a letter is a plain address")
    return url


Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300), AfterValidator(one_line)]
"""One line, of 300 characters at most."""
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000), AfterValidator(_prose)]
"""Paragraphs that a person wrote, of 4,000 characters at most."""
Url = Annotated[str, StringConstraints(max_length=500), AfterValidator(_address)]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z-]{4,20}$")]
Number = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9./-]{0,39}$")]


def _words(text: Text) -> Text:
    return Text(fr=_prose(text.fr), en=_prose(text.en))


Words = Annotated[Text, AfterValidator(_words)]
"""Words of the policy, in both languages."""


class Fact(BaseModel):
    """Strict, frozen, and nothing besides what is named."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Kept(Fact):
    """Something that stays: until which day, and which text says so."""

    what: Words
    until: date | None = Field(default=None, description="the last day; none: no end is known")
    article: Words | None = None


class Ground(Fact):
    """Why a request is refused: from a closed list, with its source."""

    words: Words
    source: Words


class Done(Fact):
    """What was done, and where."""

    where: Words
    what: Words


class Copied(Fact):
    """What came of asking a processor for its copy of the person's data."""

    who: Words
    what: Words
    reason: Prose = ""
    """Why the answer goes without it, in the words of staff."""
    missing: bool = False
    """It was not handed over, although it may exist."""


class LetterFacts(Fact):
    """Everything a letter may say. Each kind takes what it needs: `write` raises where a fact is missing."""

    organisation: Line
    contact: Line = ""
    """How to reach whoever answers: an address, a telephone number."""
    number: Number | None = None
    """The number of the request."""
    right: Asked | None = None
    for_other: bool = False
    """Whether whoever asks does so for somebody else."""
    received: date | None = None
    due: date | None = None
    """The last day to answer."""
    was_due: date | None = None
    """The same, before it was put off."""
    reasons: tuple[Prose, ...] = ()
    """What staff wrote to this person, in the letter's language."""
    awaited: tuple[Words, ...] = ()
    """What the person is asked for."""
    done: tuple[Done, ...] = ()
    by_hand: tuple[Done, ...] = ()
    """Where somebody sees to it by hand, and how that stands."""
    copies: tuple[Copied, ...] = ()
    """For each processor that was asked for its copy, what came of it."""
    kept: tuple[Kept, ...] = ()
    ground: Ground | None = None
    purposes: tuple[Words, ...] = ()
    recipients: tuple[Line, ...] = ()
    """Who was told (art. 19), or is."""
    code: Code | None = None
    minutes: int | None = Field(default=None, ge=1, le=100_000)
    """How long a code or a link opens something."""
    link: Url | None = None
    until: date | None = None
    """The last day of a link."""
    days: int | None = None
    """Days left; negative: days late."""
    count: int | None = Field(default=None, ge=0)
    """How many of something."""
    role: Words | None = None
    """Of someone invited."""
    identities: tuple[Line, ...] = ()
    """By what a recipient finds the person; in a letter to a recipient alone."""


class Frame(Fact):
    """The sentences that open and close the letters of an organisation.

    They may name `{organisation}`, `{number}`, `{right}` and `{received}`, and nothing else.
    """

    opening: Words = Text()
    closing: Words = Text()


def said(text: Text, language: Language) -> str:
    """The words of a text in a language."""
    return text.say(language).strip()
