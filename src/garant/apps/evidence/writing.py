"""Appending entries and signing the head, one writer per log at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import transaction

from garant.apps.evidence import custody, refusals, storage, witnesses
from garant.apps.evidence.gathering import Gathering, Wanted, gathered, gathering
from garant.apps.evidence.models import Checkpoint, LedgerEntry, Log
from garant.apps.evidence.turns import in_transaction, turn
from garant.apps.scoping import scoped
from garant.ledger import Checkpoint as Head
from garant.ledger import (
    Entry,
    KeysCreated,
    Note,
    Payload,
    Problem,
    ProofRefusedError,
    Record,
    SigningKey,
    consistency_proof,
    leaf_hash,
    verify_consistency,
)
from garant.ledger.canonical import canonical_json
from garant.ledger.notes import decode_base64
from garant.ledger.tiles import TileReader, node_reader, split_hashes
from garant.ledger.tree import EMPTY_ROOT, TILE_WIDTH


def open_log(organisation: str, first: Payload, *, at: datetime, actor: str) -> Log:
    """Open the ledger of an organisation with its first entry, and name the key that signs it.

    Raises LogExistsError, and KeyMissingError before `garant init` made the keys.
    """
    with transaction.atomic(), scoped(organisation):
        if Log.objects.filter(pk=organisation).exists():
            raise refusals.log_exists(organisation)
        log = Log.objects.create(pk=organisation, origin=f"garant/{organisation}")
        verifier = str(custody.signer(log).verifier(log.origin))
        append(organisation, [Entry(first, at, actor), Entry(KeysCreated(verifier=verifier), at, actor)])
        checkpoint(organisation)
    return log


@contextmanager
def one_transaction(organisation: str) -> Iterator[None]:
    """A transaction, in the scope of an organisation, whose entries are written at its end, at once.

    Inside of another transaction it is a part of that one (a savepoint), which decides when its entries are written.
    What is wrong with an entry (a key that is there with another content) is said at the end: nothing stays then.
    """
    inside = in_transaction()
    with transaction.atomic(), scoped(organisation):
        if inside:
            yield
            return
        with gathered(organisation) as said:
            yield
            _write_what_waits(organisation, said)


def append(organisation: str, entries: Iterable[Entry], *, first: bool = False) -> list[LedgerEntry]:
    """Append entries, and return their rows in the same order; no rows in :func:`one_transaction`, at whose end they
    are written.

    An entry whose key is there already with the same kind and payload is not written again: its first row is
    returned; with `first` that is not asked: the caller has locked the row that says so, and the database holds it to
    that. The log stays locked until the caller's transaction ends.
    Raises LogMissingError; ConflictingEntryError when a key is there with another content,
    LedgerUnverifiableError when the stored tree does not fit its size: then nothing is written.
    """
    wanted = [Wanted(entry, entry.canonical(), first) for entry in entries]
    waiting = gathering(organisation)
    if waiting is None:
        return _write(organisation, wanted)
    waiting.say(wanted)
    return []


def _write_what_waits(organisation: str, waiting: Gathering | None) -> None:
    if waiting is not None and (entries := waiting.take()):
        _write(organisation, entries)


def _write(organisation: str, wanted: Sequence[Wanted]) -> list[LedgerEntry]:
    with turn(organisation) as mine:
        log = mine.log
        known = _known(log, [one.entry.key for one in wanted if one.entry.key and not one.first])
        edge = mine.edge()
        rows: list[LedgerEntry] = []
        fresh: list[LedgerEntry] = []
        for one in wanted:
            entry, data = one.entry, one.data
            row = known.get(entry.key) if entry.key else None
            if row is None:
                row = _row(log, edge.size + len(fresh), entry, data)
                fresh.append(row)
                if entry.key:
                    known[entry.key] = row
            elif _meaning(bytes(row.data)) != _meaning(data):
                raise refusals.conflict(str(entry.key), row.index)
            rows.append(row)
        if fresh:
            mine.mark()
            LedgerEntry.objects.bulk_create(fresh)
            full = list(edge.extend([row.leaf_hash for row in fresh]))
            storage.save_growth(log, full, edge)
    return rows


def _known(log: Log, keys: Sequence[str]) -> dict[str, LedgerEntry]:
    found: dict[str, LedgerEntry] = {}
    for start in range(0, len(keys), storage.ROWS):
        rows = LedgerEntry.objects.filter(log=log, key__in=keys[start : start + storage.ROWS])
        found.update({str(row.key): row for row in rows})
    return found


def _row(log: Log, index: int, entry: Entry, data: bytes) -> LedgerEntry:
    return LedgerEntry(
        log=log,
        index=index,
        kind=entry.kind,
        key=entry.key,
        at=entry.at.astimezone(UTC),
        data=data,
        leaf_hash=leaf_hash(data),
    )


def _meaning(data: bytes) -> tuple[str, bytes]:
    record = Record.parse(data)
    return record.kind, canonical_json(record.payload)


def checkpoint(organisation: str) -> Note:
    """Sign the head of the log, unless it is signed already.

    What waits for the end of :func:`one_transaction` is written before.
    What was appended since the last checkpoint is read and hashed again first, and the tree is shown to
    continue the signed one (C2SP tlog-checkpoint: a log never signs two heads that are not consistent).
    Raises LogMissingError, LedgerUnverifiableError, SigningKeyForeignError, or what reading the key raises.
    """
    _write_what_waits(organisation, gathering(organisation))
    with turn(organisation) as mine:
        return sign(mine.log, custody.signer(mine.log))


def sign(log: Log, key: SigningKey) -> Note:
    """Sign the head of a locked log with a given key."""
    read = storage.tile_reader(log)
    head = Head(log.origin, log.size, storage.load_edge(log, read).root())
    last = Checkpoint.objects.filter(log=log).last()
    _refuse_rewritten(log, last, head, read)
    key_id = key.verifier(log.origin).id.hex()
    if last is not None and last.size == log.size:  # by this key or another
        signed = Checkpoint.objects.filter(log=log, size=log.size, key_id=key_id).first()
        if signed is not None:
            return Note.parse(signed.note.encode())
    note = head.sign(key)
    Checkpoint.objects.create(
        log=log,
        size=head.size,
        key_id=key_id,
        root=head.root,
        note=note.encode().decode(),
        at=datetime.now(UTC),
    )
    witnesses.remember(log, note, last.note if last is not None else "")
    return note


def _refuse_rewritten(log: Log, last: Checkpoint | None, head: Head, read: TileReader) -> None:
    """Raise LedgerUnverifiableError unless the log continues its last checkpoint and reads as it was
    written."""
    size, root = (last.size, _signed_root(last)) if last else (0, EMPTY_ROOT)
    try:
        if size > head.size:
            raise ProofRefusedError(f"{size} > {head.size}")
        proof = consistency_proof(node_reader(read), size, head.size)
        verify_consistency(size, head.size, root, head.root, proof)
        _reread(log, size, read)
    except ProofRefusedError as error:
        problem = Problem("database", log.origin, str(error))
        raise refusals.LedgerUnverifiableError(log.pk, [problem]) from error


def _signed_root(last: Checkpoint) -> bytes:
    """The root as the signed note says it, not as the column beside it does."""
    return decode_base64(last.note.split("\n")[2])


def _reread(log: Log, start: int, read: TileReader) -> None:
    """Hash again the entries from `start` on.

    Raises ProofRefusedError when one is not what the tree holds.
    """
    for index in range(start // TILE_WIDTH, -(-log.size // TILE_WIDTH)):
        first = index * TILE_WIDTH
        entries = storage.read_entries(log, first, min(first + TILE_WIDTH, log.size))
        if [leaf_hash(entry) for entry in entries] != split_hashes(read(0, index)):
            raise ProofRefusedError(f"entries {first} to {first + TILE_WIDTH - 1}")
