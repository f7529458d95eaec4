"""Packages: a person’s data in one ZIP, for them and for their programs (GDPR art. 15 and 20).

`package` gives the ZIP in pieces as the rows are read. In it: pages that open without a connection, the same rows as JSON
(`data.json`, of a published schema) and as CSV, the files that rows name. Memory does not grow with the person’s data.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Final

from garant.policy import Policy
from garant.policy.text import Text
from garant.publish.packages import information, pages, values
from garant.publish.packages.archive import Aside, Leaving
from garant.publish.packages.content import About, Content, Copied, Field, File, PackageKind, Table
from garant.publish.packages.masking import HIDDEN, Mask
from garant.publish.packages.pages import ROWS, Shown
from garant.publish.packages.schema import ADDRESS, package_schema

__all__ = [
    "ADDRESS",
    "About",
    "Content",
    "Copied",
    "Field",
    "File",
    "Made",
    "PackageKind",
    "Table",
    "package",
    "package_schema",
]

_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f:*?"<>|]')
_written = json.JSONEncoder(ensure_ascii=False).encode


@dataclass
class Made:
    """What a package came to hold, known once its last piece has gone."""

    tables: list[Shown] = field(default_factory=list[Shown])
    files: int = 0
    copies: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """For each processor that sent a copy, where its files are."""
    digest: str = ""
    """The SHA-256 of `data.json`."""

    @property
    def rows(self) -> int:
        """All rows of all tables."""
        return sum(one.rows for one in self.tables)


def package(
    content: Content, about: About, policy: Policy, *, kind: PackageKind = "access", made: Made | None = None
) -> Iterator[bytes]:
    """A person’s data as a ZIP, in pieces.

    Args:
        content: where the rows and files come from.
        about: the request it answers.
        policy: what says why the data are there and for how long.
        kind: `access`, or `portability`: the data alone, for a machine. What belongs in it is for `content` to say.
        made: filled in with what the package holds.

    Raises what reading `content` raises; what was given until then is not a whole ZIP.
    """
    with tempfile.TemporaryFile() as shown, tempfile.TemporaryFile() as sheets:
        maker = _Maker(content, about, policy, kind, made or Made())
        try:
            yield from maker.pieces(Aside(shown), Aside(sheets))
        finally:
            maker.abandon()


class _Maker:
    def __init__(self, content: Content, about: About, policy: Policy, kind: PackageKind, made: Made) -> None:
        self._content, self._about, self._policy, self._kind, self._made = content, about, policy, kind, made
        self._zip = Leaving()
        self._mask = Mask(about.identities, about.names)

    def abandon(self) -> None:
        self._zip.abandon()

    def pieces(self, shown: Aside, sheets: Aside) -> Iterator[bytes]:
        self._pages, self._sheets = shown, sheets
        digest = hashlib.sha256()

        def data() -> Iterator[bytes]:
            for piece in self._data():
                digest.update(piece)
                yield piece

        placed = self._placed()
        yield from self._zip.member("data.json", data())
        self._made.digest = digest.hexdigest()
        yield from self._sheets.into(self._zip)
        if self._kind == "access":
            yield from self._pages.into(self._zip)
        attached: list[str] = []
        for file in self._content.files() if self._kind == "access" else ():
            name = self._zip.free(f"files/{_safe(file.system)}/{_safe(file.name)}")
            attached.append(name)
            yield from self._zip.member(name, file.pieces)
        self._made.files = len(attached)
        for name, inside in placed:
            yield from self._zip.member(name, inside)
        yield from self._whole(
            "schema.json", json.dumps(package_schema(), indent=1, ensure_ascii=False).encode()
        )
        if self._kind == "access":
            yield from self._whole("style.css", pages.style())
            index = pages.index(
                self._about, self._kind, self._policy, self._made.tables, attached, self._made.copies
            )
            yield from self._whole("index.html", index)
        yield from self._zip.end()

    def _placed(self) -> list[tuple[str, Iterator[bytes]]]:
        """The files of processors, each under the name of its own; known before they are read, since the data name them."""
        placed: list[tuple[str, Iterator[bytes]]] = []
        for one in self._about.copies:
            for name, inside in one.files:
                place = self._zip.reserved(f"processors/{_safe(one.key)}/{_safe(name)}")
                placed.append((place, inside))
                self._made.copies.setdefault(one.key, []).append(place)
        return placed

    def _whole(self, name: str, content: bytes) -> Iterator[bytes]:
        return self._zip.member(name, iter([content]))

    def _data(self) -> Iterator[bytes]:
        """`data.json`, written as the rows come; the pages and sheets of the same rows go aside."""
        head = {
            "format": "garant-package/1",
            "kind": self._kind,
            "request": self._about.number,
            "organisation": self._about.organisation,
            "made_at": self._about.at.isoformat(),
        }
        yield _written(head)[:-1].encode() + b', "tables": ['
        between = b"\n"
        for table in self._content.tables():
            kept = self._kept(table)
            if first := list(islice(kept.rows, ROWS)):
                yield between
                yield from self._table(kept, first)
                between = b",\n"
        yield b'\n], "processors": ' + _written(self._processors()).encode()
        yield b', "activities": ' + _written(self._activities()).encode() + b"}\n"

    def _processors(self) -> list[dict[str, Any]]:
        return [
            {
                "key": one.key,
                "label": _both(one.label),
                "outcome": one.outcome,
                "what": _both(one.what),
                "reason": one.reason,
                "files": self._made.copies.get(one.key, []),
            }
            for one in self._about.copies
        ]

    def _activities(self) -> list[dict[str, Any]]:
        if self._kind != "access":
            return []
        found = [key for shown in self._made.tables for key in shown.categories]
        return [
            {
                "key": sheet.key,
                "title": _both(sheet.title),
                "parts": {
                    part.key: [[[_both(line) for line in cell] for cell in row] for row in part.rows]
                    for part in sheet.tables
                },
            }
            for sheet in (
                information.told(self._policy, one) for one in information.concerned(self._policy, found)
            )
        ]

    def _kept(self, table: Table) -> Table:
        """The table, with nothing of others'; a machine elsewhere is not given what is masked whole."""
        places = [at for at, one in enumerate(table.fields) if self._kind == "access" or not one.others]
        fields = tuple(table.fields[at] for at in places)
        return replace(table, fields=fields, rows=(self._row(fields, places, row) for row in table.rows))

    def _row(self, fields: Sequence[Field], places: Sequence[int], row: Sequence[Any]) -> list[Any]:
        return [
            (HIDDEN if row[at] not in (None, "") else row[at])
            if one.others
            else (row[at] if one.own else self._mask(row[at]))
            for one, at in zip(fields, places, strict=True)
        ]

    def _table(self, table: Table, block: list[Sequence[Any]]) -> Iterator[bytes]:
        shown = Shown(table, len(self._made.tables) + 1)
        shown.retention = information.retention_of(self._policy, shown.categories)
        self._made.tables.append(shown)
        names = [one.name for one in table.fields]
        self._sheets.begin(f"csv/{shown.place:03d}-{_safe(table.system)}-{_safe(table.name)}.csv")
        self._sheets.write(codecs.BOM_UTF8 + values.sheet([names]))
        yield _written(_described(table))[:-1].encode() + b', "rows": ['
        before = "\n"
        while block:
            after = list(islice(table.rows, ROWS))
            lines = [_written(dict(zip(names, map(values.plain, row), strict=True))) for row in block]
            yield values.encoded(before + ",\n".join(lines))
            before = ",\n"
            self._aside(shown, block, last=not after)
            block = after
        yield b"\n]}"

    def _aside(self, shown: Shown, block: Sequence[Sequence[Any]], *, last: bool) -> None:
        self._sheets.write(values.sheet(block))
        shown.pages += 1
        if self._kind == "access":
            self._pages.begin(shown.page(shown.pages))
            self._pages.write(pages.table_page(self._about, shown, block, first=shown.rows + 1, last=last))
        shown.rows += len(block)


def _described(table: Table) -> dict[str, Any]:
    return {
        "system": table.system,
        "system_label": _both(table.system_label),
        "root": table.root,
        "name": table.name,
        "label": _both(table.label),
        "fields": [
            {"name": one.name, "label": _both(one.label), "category": one.category, "masked": one.others}
            for one in table.fields
        ],
    }


def _both(text: Text) -> dict[str, str]:
    return {"fr": text.say("fr"), "en": text.say("en")}


def _safe(name: str) -> str:
    """A member name that stays below its folder when the archive is unpacked, on any system."""
    parts = [part.strip(". ") for part in re.split(r"[\\/]+", name)]
    return _UNSAFE.sub("_", "/".join(part for part in parts if part))[:200] or "_"
