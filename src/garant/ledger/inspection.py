"""Looking into an export: its entries one after the other, and a summary. Looking is not verifying."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from garant.ledger.archive import MalformedArchiveError
from garant.ledger.checkpoints import Checkpoint
from garant.ledger.entries import MalformedEntryError, Record
from garant.ledger.exports import ExportUnusableError, Files, open_export
from garant.ledger.notes import MalformedNoteError, Note
from garant.ledger.tiles import CHECKPOINT_PATH, MalformedBundleError, bundle_path, unpack_bundle
from garant.ledger.tree import TILE_WIDTH


@dataclass(frozen=True, slots=True)
class Summary:
    """What an export holds."""

    head: Checkpoint
    kinds: dict[str, int]
    first: datetime | None
    last: datetime | None


def read_records(path: Path) -> Iterator[Record]:
    """The entries of an export, in order. Raises ExportUnusableError when something cannot be read."""
    with closing(_open(path)) as files:
        yield from _records(files, _head(files, path), path)


def inspect_export(path: Path) -> Summary:
    """Count the entries of an export by kind. Raises ExportUnusableError when something cannot be read."""
    with closing(_open(path)) as files:
        head = _head(files, path)
        kinds: Counter[str] = Counter()
        instants: list[datetime] = []
        for record in _records(files, head, path):
            kinds[record.kind] += 1
            instants = [*instants[:1], record.at]
        return Summary(
            head, dict(sorted(kinds.items())), *((instants[0], instants[-1]) if instants else (None, None))
        )


def _open(path: Path) -> Files:
    try:
        return open_export(path)
    except MalformedArchiveError as error:
        raise _unusable(path) from error


def _head(files: Files, path: Path) -> Checkpoint:
    try:
        return Checkpoint.parse(Note.parse(files.read(CHECKPOINT_PATH)).text)
    except (OSError, KeyError, MalformedNoteError) as error:
        raise _unusable(path) from error


def _records(files: Files, head: Checkpoint, path: Path) -> Iterator[Record]:
    try:
        for start in range(0, head.size, TILE_WIDTH):
            width = min(TILE_WIDTH, head.size - start)
            bundle = files.read(bundle_path(start // TILE_WIDTH, width))
            yield from map(Record.parse, unpack_bundle(bundle))
    except (OSError, KeyError, MalformedBundleError, MalformedEntryError) as error:
        raise _unusable(path) from error


def _unusable(path: Path) -> ExportUnusableError:
    return ExportUnusableError(
        fr=f"L’export {path} est illisible ou altéré. Tapez : garant ledger verify {path}",
        en=f"The export {path} is unreadable or damaged. Type: garant ledger verify {path}",
    )
