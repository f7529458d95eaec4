"""What a package is made of. Whoever reads the systems brings it; nothing here knows how they are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from garant.policy.text import Language, Text

PackageKind = Literal["access", "portability"]
"""GDPR art. 15, or art. 20."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column: what it holds, and whose."""

    name: str
    """As the system names it."""
    label: Text
    """As people say it."""
    category: str | None = None
    """The data category of the policy; none for a technical key."""
    own: bool = False
    """It holds an identity of the person: nothing in it is masked."""
    others: bool = False
    """It speaks of other people: all of it is masked (art. 15(4))."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one table of one system, read while they are written: once, and in order."""

    system: str
    system_label: Text
    root: str
    """What the rows hang on, such as `person`."""
    name: str
    label: Text
    fields: tuple[Field, ...]
    rows: Iterator[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class File:
    """A file that rows name, such as a candidate’s letter."""

    system: str
    name: str
    pieces: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Copied:
    """What came of asking a processor for its copy of the person’s data, and the files that it sent."""

    key: str
    label: Text
    outcome: Literal["received", "nothing", "refused", "left"]
    what: Text
    """The same, as people say it."""
    reason: str = ""
    """Why the answer goes without it, in the words of staff."""
    missing: bool = False
    files: tuple[tuple[str, Iterator[bytes]], ...] = ()
    """Names, and bytes in pieces: read once, in order."""


class Content(Protocol):
    """A person’s data, wherever they are."""

    def tables(self) -> Iterator[Table]:
        """The tables; the rows of each are read before the next is asked for."""
        ...

    def files(self) -> Iterator[File]:
        """The files, asked for once every table was read."""
        ...


@dataclass(frozen=True, slots=True)
class About:
    """Whose package it is, by a number; for whom no name is needed."""

    number: str
    """Of the request: a watermark on every page, and in the data."""
    organisation: str
    language: Language
    at: datetime
    """When it is made (aware)."""
    identities: tuple[str, ...] = ()
    """By what the person is known: what of others looks the same is masked, and this is not."""
    names: tuple[str, ...] = ()
    """Names of other people, masked wherever a sentence has them."""
    by_hand: tuple[Text, ...] = ()
    """Systems that a colleague looks through: what is there follows apart."""
    left_out: int = 0
    """Files that concern other people, and that somebody left out."""
    copies: tuple[Copied, ...] = ()
    """The processors that were asked for their copy."""
