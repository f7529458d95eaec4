"""What leaves the database: exports, proofs, records, public keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from django.db import transaction

from garant.apps.evidence import custody, refusals, storage, witnesses
from garant.apps.evidence.models import Checkpoint, LedgerEntry, Log
from garant.apps.evidence.writing import checkpoint
from garant.apps.scoping import scoped
from garant.ledger import Checkpoint as Head
from garant.ledger import (
    InclusionProof,
    KeysRotated,
    Note,
    ProofRefusedError,
    Record,
    VerifierKey,
    leaf_hash,
    make_proof,
    open_sink,
    verify_inclusion,
    write_export,
)
from garant.ledger.rotation import KeyHistory
from garant.ledger.tiles import node_reader, tile_path
from garant.ledger.tree import HASH_BYTES, TILE_WIDTH, range_root

_TILE = re.compile(r"tile/([0-9]{1,2})/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([0-9]{1,3}))?", re.ASCII)


def export(organisation: str, path: Path) -> Note:
    """Sign the head and write the whole ledger to a new folder, or to a new archive where `path` ends in
    `.zip`.

    Returns the signed checkpoint it ends with. Raises what `checkpoint` raises, and ExportUnusableError.
    """
    with scoped(organisation):
        note = checkpoint(organisation)
        log = storage.find_log(organisation)
        with open_sink(path) as sink:
            earlier = _earlier(log, note)
            write_export(
                sink, note, earlier, storage.tile_reader(log), lambda *span: storage.read_entries(log, *span)
            )
    return note


def _earlier(log: Log, head: Note) -> Iterator[Note]:
    size = Head.parse(head.text).size
    for text in Checkpoint.objects.filter(log=log, size__lte=size).values_list("note", flat=True):
        if text.encode() != head.encode():
            yield Note.parse(text.encode())


def unsigned_head(organisation: str) -> Head:
    """The head of the ledger as it is now, signed or not. Raises LogMissingError, LedgerUnverifiableError."""
    with scoped(organisation):
        log = storage.find_log(organisation)
        return Head(log.origin, log.size, storage.load_edge(log).root())


def begins_with(organisation: str, size: int, root: bytes) -> bool:
    """Whether the first entries of the ledger, so many of them, have this root. Raises LogMissingError."""
    with scoped(organisation):
        log = storage.find_log(organisation)
        try:
            return size <= log.size and range_root(node_reader(storage.tile_reader(log)), 0, size) == root
        except ProofRefusedError:
            return False


def prove(organisation: str, *, index: int | None = None, key: str | None = None) -> InclusionProof:
    """Prove that an entry, named by its index or by its idempotency key, is in the ledger.

    Signs the head first when the entry is newer than the last checkpoint. Raises EntryMissingError; LedgerUnverifiableError
    where it is not what was signed.
    """
    with transaction.atomic(), scoped(organisation):
        note = checkpoint(organisation)
        log = storage.find_log(organisation)
        named = {"key": key} if index is None else {"index": index}
        entry = LedgerEntry.objects.filter(log=log, **named).first()
        if entry is None:
            raise refusals.no_entry(organisation, str(key if index is None else index))
        return _proved(log, note, {entry.index: bytes(entry.data)})[0]


def prove_each(organisation: str, keys: Sequence[str]) -> list[InclusionProof]:
    """Prove the entries of these idempotency keys, in the order of the ledger, as :func:`prove` does one; those that it does
    not have are passed over."""
    with transaction.atomic(), scoped(organisation):
        note = checkpoint(organisation)
        log = storage.find_log(organisation)
        found = {
            row.index: bytes(row.data)
            for start in range(0, len(keys), storage.ROWS)
            for row in LedgerEntry.objects.filter(log=log, key__in=keys[start : start + storage.ROWS])
        }
        return _proved(log, note, found)


def _proved(log: Log, note: Note, entries: Mapping[int, bytes]) -> list[InclusionProof]:
    """The proofs of entries, in their order. Raises LedgerUnverifiableError where one does not hold: what is stored is not what
    was signed, and nobody is given what would fail in their hands."""
    read, rotations, head = node_reader(storage.tile_reader(log)), _rotations(log), Head.parse(note.text)
    proofs = [make_proof(index, data, note, read, rotations) for index, data in sorted(entries.items())]
    for one in proofs:
        try:
            verify_inclusion(leaf_hash(one.entry), one.index, head.size, one.path, head.root)
        except ProofRefusedError as error:
            raise refusals.unfit(log, f"entry {one.index}", str(error)) from error
    return proofs


def known_keys(organisation: str, keys: Sequence[str]) -> set[str]:
    """Those of these idempotency keys of which the ledger has an entry."""
    with scoped(organisation):
        log, found = storage.find_log(organisation), set[str]()
        for start in range(0, len(keys), storage.ROWS):
            some = keys[start : start + storage.ROWS]
            found.update(LedgerEntry.objects.filter(log=log, key__in=some).values_list("key", flat=True))
    return found


def _rotations(log: Log) -> list[KeysRotated]:
    rows = LedgerEntry.objects.filter(log=log, kind=KeysRotated.kind).order_by("index")
    return [KeysRotated.model_validate(Record.parse(bytes(row.data)).payload) for row in rows]


def records(organisation: str, *, kind: str | None = None) -> Iterator[Record]:
    """The entries of a ledger in order, all or of one kind, read as they are needed."""
    with scoped(organisation):
        rows = LedgerEntry.objects.filter(log=storage.find_log(organisation)).order_by("index")
        rows = rows if kind is None else rows.filter(kind=kind)
        data = rows.values_list("data", flat=True).iterator(storage.ROWS)
    return (Record.parse(bytes(item)) for item in data)


def entries_from(organisation: str, start: int, number: int) -> list[tuple[int, Record]]:
    """Up to so many entries from a place on, with their places. Raises LogMissingError."""
    with scoped(organisation):
        log = storage.find_log(organisation)
        rows = LedgerEntry.objects.filter(log=log, index__gte=start, index__lt=start + number).order_by(
            "index"
        )
        return [(index, Record.parse(bytes(data))) for index, data in rows.values_list("index", "data")]


def last_checkpoint(organisation: str) -> str:
    """The last signed checkpoint, as C2SP notes are written; nothing before the first. Raises LogMissingError."""
    with scoped(organisation):
        last = Checkpoint.objects.filter(log=storage.find_log(organisation)).last()
        return last.note if last is not None else ""


def tile(organisation: str, path: str) -> bytes:
    """The hashes of a tile, by its C2SP path; nothing where the tree has no such tile. Raises LogMissingError."""
    found = _TILE.fullmatch(path)
    if found is None:
        return b""
    level, groups, width = int(found[1]), found[2], int(found[3] or TILE_WIDTH)
    index = int(groups.replace("x", "").replace("/", ""))
    if not 0 < width <= TILE_WIDTH or tile_path(level, index, width) != path:
        return b""
    with scoped(organisation):
        hashes = storage.tile_reader(storage.find_log(organisation))(level, index)
    return hashes[: width * HASH_BYTES] if len(hashes) >= width * HASH_BYTES else b""


def verifier_keys(organisation: str) -> list[VerifierKey]:
    """Every key that ever signed this ledger, oldest first. Publish them all: old proofs need old keys."""
    with scoped(organisation):
        log = storage.find_log(organisation)
        history = KeyHistory()
        rows = LedgerEntry.objects.filter(log=log, kind__startswith="keys.").order_by("index")
        for row in rows:
            history.read(row.index, bytes(row.data))
        last = history.current or custody.signer(log).verifier(log.origin)
        return [*(rotation.old for rotation in history.rotations), last]


def latest(
    organisation: str, *, kind: str | None = None, before: int | None = None, number: int = 50
) -> list[tuple[int, Record]]:
    """The latest entries with their place, the newest first; those before a place, of one kind, where asked."""
    with scoped(organisation):
        rows = LedgerEntry.objects.filter(log=storage.find_log(organisation)).order_by("-index")
        rows = rows if kind is None else rows.filter(kind=kind)
        rows = rows if before is None else rows.filter(index__lt=before)
        found = list(rows.values_list("index", "data")[:number])
    return [(index, Record.parse(bytes(data))) for index, data in found]


def last_of(organisation: str, kind: str) -> Record | None:
    """The latest entry of a kind; none where there is none."""
    with scoped(organisation):
        rows = LedgerEntry.objects.filter(log_id=organisation, kind=kind).order_by("-index")
        data = rows.values_list("data", flat=True).first()
    return None if data is None else Record.parse(bytes(data))


def last_kind(organisation: str, kinds: Sequence[str]) -> str | None:
    """Which of these kinds the latest entry of any of them is of; none where there is none."""
    with scoped(organisation):
        rows = LedgerEntry.objects.filter(log_id=organisation, kind__in=kinds).order_by("-index")
        return rows.values_list("kind", flat=True).first()


def has_forgotten(organisation: str) -> bool:
    """Whether the checkpoint that was kept beside the database is one that the ledger does not have."""
    with scoped(organisation):
        return witnesses.is_forgotten(storage.find_log(organisation))


def set_witness_aside(organisation: str) -> None:
    """Keep the checkpoint beside the database under another name: somebody answered for a ledger that does not have it."""
    with scoped(organisation):
        witnesses.set_aside(storage.find_log(organisation))


def head(organisation: str) -> tuple[int, str]:
    """How many entries a ledger has, and its last signed checkpoint as C2SP notes are written."""
    with scoped(organisation):
        log = storage.find_log(organisation)
        last = Checkpoint.objects.filter(log=log).last()
        return log.size, last.note if last is not None else ""
