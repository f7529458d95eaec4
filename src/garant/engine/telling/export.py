"""Export: a person's data in one ZIP, streamed (art. 15 and 20 GDPR).

For each system and table: JSON Lines (exact) and CSV (for a spreadsheet); the files that the rows
name; a readable index in HTML; a manifest with the digest of every member. Rows pass through in
small blocks: memory does not grow with the person's data.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import IO, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from garant.engine.identities import roots_found
from garant.engine.planning.subject import reachable
from garant.engine.telling.cells import blocks, encoded
from garant.engine.telling.reading import rows_of
from garant.engine.terms import Source
from garant.policy.text import Language, Text
from garant.systems.finding import RootKey
from garant.systems.model import DataMap, Relation
from garant.systems.paths import Path
from garant.systems.port import Snapshot
from garant.systems.texts import readable

PIECE = 64 * 1024
"""Bytes compressed at a time."""

LEVEL = 2
"""Of compression: twice as fast as the usual one, for a fourteenth more bytes."""

SAMPLE = 20
"""Rows of each table that the HTML index shows."""

UNSAFE = re.compile(r'[\x00-\x1f\x7f:*?"<>|]')
"""Characters that some system refuses, or understands, in a file's name."""


@dataclass(frozen=True, slots=True)
class Share:
    """Rows of a table that go into an export, by the ways that lead to them, and the columns of them that do."""

    ways: Sequence[Path]
    columns: Sequence[str]
    apart: str = ""
    """What sets it apart from another share of the same table."""


Choose = Callable[[DataMap, str, Sequence[Path]], Iterable[Share]]
"""Says which rows and columns of a table go into an export: map, table, the ways to the person."""


def everything(data_map: DataMap, table: str, ways: Sequence[Path]) -> list[Share]:
    """Every row that reaches the person, with the key and every mapped column: what the map does not name is not theirs."""
    return [Share(ways, _columns(data_map, table))]


def without_others(categories: frozenset[str]) -> Choose:
    """All of what is the person's own; of what they share with others or merely see, all but what says who these are.

    Art. 15(4) GDPR: a copy must not harm the rights of others.

    Args:
        categories: the data categories that say who somebody is, besides those of columns marked as identities.
    """

    def choose(data_map: DataMap, table: str, ways: Sequence[Path]) -> list[Share]:
        columns = _columns(data_map, table)
        own = [way for way in ways if way.relation is Relation.OWNED]
        telling = categories | {
            one.category for each in data_map.tables.values() for one in each.columns.values() if one.names
        }
        hidden = {name for name, one in data_map.tables[table].columns.items() if one.category in telling}
        masked = Share(ways, [name for name in columns if name not in hidden], "-shared")
        if len(own) == len(ways):
            return [Share(ways, columns)]
        return [Share(own, columns), masked] if own else [masked]

    return choose


@dataclass
class ExportedTable:
    """One table of the export, for the index."""

    system: str
    label: Text
    table: str
    title: str
    folder: str
    columns: Sequence[str]
    categories: Sequence[str]
    rows: int = 0
    sample: list[list[str]] = field(default_factory=list[list[str]])


@dataclass
class Export:
    """What was exported: tables, files, and the digest of every member of the archive."""

    tables: list[ExportedTable] = field(default_factory=list[ExportedTable])
    files: int = 0
    members: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def rows(self) -> int:
        """All rows of all tables."""
        return sum(table.rows for table in self.tables)


def export_subject(
    sources: Mapping[str, Source],
    identities: Mapping[str, str],
    out: IO[bytes],
    *,
    organisation: str,
    at: datetime,
    language: Language = "fr",
    categories: Mapping[str, Text] | None = None,
    by_hand: Mapping[str, Text] | None = None,
    choose: Choose = everything,
) -> Export:
    """Write the person's data to ``out`` as a ZIP, and say what it holds.

    Args:
        sources: the systems to read.
        identities: kind → value, as for a search.
        out: a binary file open for writing.
        organisation: whose export this is, for the index.
        at: when it is made (aware).
        language: of the index.
        categories: labels of data categories, by key.
        by_hand: labels of the systems that no program reaches, by key: the export says that they are to follow.
        choose: which rows and columns of each table go in; all of them unless given.

    Raises:
        ConnectorError: a system did not answer; ``out`` is then not a whole archive.
    """
    export = Export()
    said = _Said(categories or {}, language, choose)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        writer = _Archive(archive, export)
        for name in sorted(sources):
            source = sources[name]
            with source.connector.snapshot() as snapshot:
                found = roots_found(source.data_map, snapshot, identities.items())
                for root, keys in found.items():
                    _export_root(writer, source, snapshot, root, keys, said)
        apart = [label.say(language) for label in (by_hand or {}).values()]
        writer.text("index.html", _index(export, organisation, at, language, apart))
        manifest: dict[str, Any] = {
            "organisation": organisation,
            "at": at.isoformat(),
            "sha256": export.members,
        }
        if by_hand:
            manifest["by_hand"] = list(by_hand)
        writer.text("manifest.json", json.dumps(manifest, indent=2, ensure_ascii=False))
    return export


class _Archive:
    """Writes members one after the other, with the digest of each."""

    def __init__(self, archive: zipfile.ZipFile, export: Export) -> None:
        self._archive = archive
        self.export = export
        self.written: set[tuple[str, str, str]] = set()
        self._taken: set[str] = set()

    def stream(self, name: str, pieces: Iterator[bytes]) -> None:
        digest = hashlib.sha256()
        with self._archive.open(name, "w", force_zip64=True) as member:
            for piece in _gathered(pieces):
                digest.update(piece)
                member.write(piece)
        self.export.members[name] = digest.hexdigest()
        self._taken.add(name.casefold())

    def text(self, name: str, content: str) -> None:
        self.stream(name, iter([encoded(content)]))

    def free(self, name: str) -> str:
        """A member name that is not taken yet, on a machine either that takes capitals and small letters for the same."""
        names = (f"{name} ({number})" if number > 1 else name for number in count(1))
        return next(free for free in names if free.casefold() not in self._taken)


@dataclass(frozen=True, slots=True)
class _Said:
    """How an export is told, and what goes into it."""

    categories: Mapping[str, Text]
    language: Language
    choose: Choose

    def label(self, category: str) -> str:
        return self.categories[category].say(self.language) if category in self.categories else category


def _export_root(
    writer: _Archive, source: Source, snapshot: Snapshot, root: str, keys: Sequence[RootKey], said: _Said
) -> None:
    data_map = source.data_map
    for name, ways in reachable(data_map, root).items():
        for share in said.choose(data_map, name, ways):
            if not share.columns:
                continue
            table, label = data_map.tables[name], data_map.label_of(name)
            kinds = sorted({table.columns[one].category for one in share.columns if one in table.columns})
            exported = ExportedTable(
                data_map.system,
                data_map.label,
                name,
                label.say(said.language) if label else name,
                f"{data_map.system}/{root}/{name}{share.apart}",
                share.columns,
                [said.label(kind) for kind in kinds],
            )
            rows = rows_of(source, snapshot, name, share.columns, share.ways, keys)
            files = _write_table(writer, data_map, exported, rows)
            _write_files(writer, source, files)


def _columns(data_map: DataMap, name: str) -> list[str]:
    """The key and every mapped column: what the map does not name is not the person's."""
    table = data_map.tables[name]
    files = [column for f in data_map.files if f.table == name for column in f.columns]
    named = list(dict.fromkeys([*table.columns, *files]))
    return [table.key, *(c for c in named if c != table.key)] if table.key and named else named


def _write_table(
    writer: _Archive, data_map: DataMap, table: ExportedTable, rows: Iterator[Sequence[Any]]
) -> dict[tuple[str, str], None]:
    """Stream the JSON Lines, keeping the CSV aside on disk: a ZIP takes one member at a time."""
    files: dict[tuple[str, str], None] = {}
    stores = [
        (f, [table.columns.index(column) for column in f.columns])
        for f in data_map.files
        if f.table == table.table and set(f.columns) <= set(table.columns)
    ]
    with tempfile.TemporaryFile() as aside:
        aside.write(codecs.BOM_UTF8 + _sheet([table.columns]))

        def lines() -> Iterator[bytes]:
            for block in blocks(table.columns, rows):
                for f, places in stores:
                    named = (f.name(*(row[n] for n in places)) for row in block.rows)
                    files.update({(f.store.env, name): None for name in named if name is not None})
                aside.write(_sheet(block.cells))
                table.sample += map(list, block.cells[: SAMPLE - table.rows] if table.rows < SAMPLE else ())
                table.rows += len(block.rows)
                yield block.lines

        first = next(content := lines(), None)
        if first is None:
            return files
        writer.stream(f"{table.folder}.jsonl", _chain(first, content))
        aside.seek(0)
        writer.stream(f"{table.folder}.csv", iter(lambda: aside.read(PIECE), b""))
    writer.export.tables.append(table)
    return files


def _sheet(rows: Sequence[Sequence[str]]) -> bytes:
    """Rows of a spreadsheet, as CSV (RFC 4180); where no cell needs quotes, without looking at each."""
    plain = "\r\n".join([*map(";".join, rows), ""])
    ends, between = len(rows), len(rows) * (len(rows[0]) - 1)
    if (
        between
        and '"' not in plain
        and (plain.count(";"), plain.count("\r"), plain.count("\n")) == (between, ends, ends)
    ):
        return encoded(plain)
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows(rows)
    return encoded(text.getvalue())


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces worth compressing: a row is too little."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= PIECE:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _write_files(writer: _Archive, source: Source, files: Mapping[tuple[str, str], None]) -> None:
    system = source.data_map.system
    for env, name in files:
        pieces = source.connector.read_file(env, name)
        first = next(pieces, None)
        if first is not None and (system, env, name) not in writer.written:
            writer.stream(writer.free(f"{system}/files/{_safe(name)}"), _chain(first, pieces))
            writer.written.add((system, env, name))
            writer.export.files += 1


def _safe(name: str) -> str:
    """A member name that stays below its folder when the archive is unpacked, on any system."""
    parts = [part for part in re.split(r"[\\/]+", readable(name)) if part not in ("", ".", "..")]
    return UNSAFE.sub("_", "/".join(parts)) or "_"


def _index(export: Export, organisation: str, at: datetime, language: Language, apart: Sequence[str]) -> str:
    environment = Environment(
        loader=PackageLoader("garant.engine"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    template = environment.get_template("export.html.j2")
    return template.render(
        export=export, organisation=organisation, at=at, lang=language, sample=SAMPLE, apart=apart
    )
