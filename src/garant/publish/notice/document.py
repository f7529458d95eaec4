"""The notice as a document: sections of plain blocks, in one language, each promise under a permanent key.

Every form in which a notice is published (page, PDF, JSON) is made from this one document, so that they say the same.
An `id` is a permanent link: it is made of the kind of promise and of its key in the policy, such as
`retention.prospects`, and means the same promise in every version and in both languages.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from garant.policy.text import Language

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
SCHEMA_NAME: Final = "notice-1.json"

PromiseKind = Literal[
    "purpose", "retention", "right", "promise", "measure", "recipient", "processor", "transfer", "cookies"
]
"""What is promised: each is the first part of a permanent link."""

PROMISE_KINDS: Final[dict[str, PromiseKind]] = {str(kind): kind for kind in get_args(PromiseKind)}


class Part(BaseModel):
    """A part of the notice: it takes no unknown field and never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Line(Part):
    """A line of text, which may lead somewhere."""

    text: str
    href: str | None = Field(
        default=None, description="A place in this notice (#…), or an https: or mailto: address."
    )
    quiet: bool = Field(default=False, description="Whether the line only completes the one before.")


class Entry(Part):
    """Something named and explained: a term, a tile, a right, a recipient."""

    id: str | None = Field(default=None, description="Permanent key.")
    title: str
    href: str | None = None
    lines: tuple[Line, ...] = ()
    icon: str | None = Field(default=None, description="Name of a picture that adds nothing to the words.")
    tag: str | None = Field(default=None, description="A short mark, such as the article of law.")


class Paragraph(Part):
    """A paragraph."""

    kind: Literal["paragraph"] = "paragraph"
    id: str | None = None
    text: str
    href: str | None = None


class Entries(Part):
    """Things of one kind, side by side (tiles) or one below the other (list)."""

    kind: Literal["entries"] = "entries"
    style: Literal["list", "tiles", "terms"] = "list"
    label: str | None = None
    entries: tuple[Entry, ...]


class Cell(Part):
    """A cell of a table."""

    lines: tuple[Line, ...] = ()


class Row(Part):
    """A row of a table; its first cell names it."""

    id: str | None = Field(default=None, description="Permanent key.")
    cells: tuple[Cell, ...]


class Table(Part):
    """A table with a caption and one head of columns."""

    kind: Literal["table"] = "table"
    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


Block = Annotated[Paragraph | Entries | Table, Field(discriminator="kind")]


class Section(Part):
    """A part of the notice: a friendly answer first, then the facts, then the law."""

    number: str
    id: str
    title: str
    answer: str = ""
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    references: tuple[Line, ...] = ()


class Promise(Part):
    """A promise of the notice, and where it stands."""

    id: str
    kind: PromiseKind
    section: str = Field(description="Number of the section that says it.")
    text: str


class Publisher(Part):
    """Whose notice it is."""

    key: str
    name: str


class Notice(Part):
    """A whole notice, in one language."""

    format: Literal[1] = 1
    language: Language
    organisation: Publisher
    title: str
    subtitle: str
    digest: str = Field(description="SHA-256 of the policy that the notice says, in hexadecimal.")
    version: str | None = None
    updated: date | None = None
    author: str | None = None
    sections: tuple[Section, ...]
    promises: tuple[Promise, ...] = ()


def notice_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a published notice."""
    return {"$schema": DIALECT, "title": "Garant notice", **Notice.model_json_schema()}


def notice_json(notice: Notice, schema: str | None = None) -> str:
    """The notice as JSON, with the address of its schema where there is one."""
    said = notice.model_dump(mode="json", exclude_none=True)
    return json.dumps({**({"$schema": schema} if schema else {}), **said}, ensure_ascii=False, indent=1)


def promises_of(sections: tuple[Section, ...]) -> Iterator[Promise]:
    """Every promise of the sections, in the order of reading."""
    for section in sections:
        for block in section.blocks:
            for key, text in _named(block):
                if kind := PROMISE_KINDS.get(key.partition(".")[0]):
                    yield Promise(id=key, kind=kind, section=section.number, text=text)
        yield from promises_of(section.sections)


def _named(block: Paragraph | Entries | Table) -> Iterator[tuple[str, str]]:
    match block:
        case Paragraph():
            named = [(block.id, block.text)]
        case Entries():
            named = [(entry.id, entry.title) for entry in block.entries]
        case Table():
            named = [(row.id, _text(row.cells[0])) for row in block.rows]
    yield from ((key, text) for key, text in named if key is not None)


def _text(cell: Cell) -> str:
    return next((line.text for line in cell.lines), "")
