"""Appending entries and signing the head, one writer per log at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from django.db import transaction

from garant.apps.evidence import custody, filing, refusals, storage, witnesses
from garant.apps.evidence.gathering import Gathering, Wanted, gathered, gathering
from garant.apps.evidence.models import Checkpoint, LedgerEntry, Log
from garant.apps.evidence.turns import Turn, in_transaction, turn
from garant.apps.scoping import scoped
from garant.ledger import Checkpoint as Head
from garant.ledger import (
    Entry,
    KeysCreated,
    KeysRotated,
    Note,
    Payload,
    Record,
    SigningKey,
    leaf_hash,
)
from garant.ledger.canonical import canonical_json
from garant.ledger.tree import Peaks


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


def append(
    organisation: str, entries: Iterable[Entry], *, first: bool = False, staff: str | None = None
) -> list[LedgerEntry]:
    """Append entries, and return their rows in the same order; no rows in :func:`one_transaction`, at whose end they
    are written. Those of one of the staff, named by `staff`, stand under that person's pseudonym.

    An entry whose key is there already with the same kind and payload is not written again: its first row is
    returned; with `first` that is not asked: the caller has locked the row that says so, and the database holds it to
    that. The log stays locked until the caller's transaction ends.
    Raises LogMissingError; ConflictingEntryError when a key is there with another content,
    LedgerUnverifiableError when the stored tree does not fit its size: then nothing is written.
    """
    wanted = [Wanted(entry, entry.canonical(), first, staff) for entry in entries]
    waiting = gathering(organisation)
    if waiting is None:
        return _write(organisation, wanted)
    waiting.say(wanted)
    return []


def _write_what_waits(organisation: str, waiting: Gathering) -> None:
    entries, keys = waiting.take(), waiting.take_keys()
    if entries or keys:
        with turn(organisation) as mine:
            _add(mine, entries)
            filing.file_keys(mine, keys)
            mine.save()


def _write(organisation: str, wanted: Sequence[Wanted]) -> list[LedgerEntry]:
    with turn(organisation) as mine:
        rows = _add(mine, wanted)
        mine.save()
    return rows


def _add(mine: Turn, wanted: Sequence[Wanted]) -> list[LedgerEntry]:
    asked = [one.entry.key for one in wanted if one.entry.key and not one.first]
    known = _known(mine.log, asked) if asked else {}
    rows: list[LedgerEntry] = []
    fresh: list[LedgerEntry] = []
    said: list[Wanted] = []
    for one in wanted:
        entry, data = one.entry, one.data
        row = known.get(entry.key) if entry.key else None
        if row is None:
            row = _row(entry, data)
            fresh.append(row)
            said.append(one)
            if entry.key:
                known[entry.key] = row
        elif _meaning(bytes(row.data)) != _meaning(data):
            raise refusals.conflict(str(entry.key), mine.log.size if row.pk is None else row.index)
        rows.append(row)
    if fresh:
        start = mine.grow(len(fresh))
        _name_staff(mine, said, fresh)
        storage.save_entries(mine.log, start, fresh)
        for one in said:
            _take_key(mine, one.entry.payload)
    return rows


def _name_staff(mine: Turn, said: Sequence[Wanted], fresh: Sequence[LedgerEntry]) -> None:
    """Put the staff's new entries under their pseudonyms, by the key that the locked log has for them."""
    for one, row in zip(said, fresh, strict=True):
        if one.staff is not None:
            row.data = replace(one.entry, actor=filing.pseudonym(mine, one.staff)).canonical()
            row.leaf_hash = leaf_hash(row.data)


def _take_key(mine: Turn, payload: Payload) -> None:
    """The log keeps beside it which key its entries name."""
    if isinstance(payload, KeysCreated):
        mine.change(verifier=payload.verifier)
    elif isinstance(payload, KeysRotated):
        mine.change(verifier=payload.new)


def _known(log: Log, keys: Sequence[str]) -> dict[str, LedgerEntry]:
    found: dict[str, LedgerEntry] = {}
    for start in range(0, len(keys), storage.ROWS):
        rows = LedgerEntry.objects.filter(log=log, key__in=keys[start : start + storage.ROWS])
        found.update({str(row.key): row for row in rows})
    return found


def _row(entry: Entry, data: bytes) -> LedgerEntry:
    return LedgerEntry(
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
    The tree goes on from the one that was signed last (C2SP tlog-checkpoint: a log never signs two heads that are not
    consistent): what was appended since is read and hashed again.
    Raises LogMissingError, LedgerUnverifiableError, SigningKeyForeignError, or what reading the key raises.
    """
    waiting = gathering(organisation)
    with turn(organisation) as mine:
        log = mine.log
        if waiting is not None:
            _add(mine, waiting.take())
        return sign(mine, custody.signer(log))


def sign(mine: Turn, key: SigningKey) -> Note:
    """Sign the head of a locked log with a given key."""
    log, before = mine.log, mine.log.signed
    key_id = key.verifier(log.origin).id.hex()
    peaks = storage.load_peaks(log)
    if before and peaks.size == log.size:  # by this key or another
        signed = Checkpoint.objects.filter(log=log, size=log.size, key_id=key_id).first()
        if signed is not None:
            return Note.parse(signed.note.encode())
    _go_on(log, peaks)
    head = Head(log.origin, log.size, peaks.root())
    note = head.sign(key)
    Checkpoint.objects.create(
        log=log,
        size=head.size,
        key_id=key_id,
        root=head.root,
        note=note.encode().decode(),
        at=datetime.now(UTC),
    )
    mine.change(signed=note.encode().decode(), peaks=b"".join(peaks.hashes))
    mine.save()
    witnesses.remember(log, note, before)
    return note


def _go_on(log: Log, peaks: Peaks) -> None:
    """Hash again what was appended since, up to the size of the log.

    Raises LedgerUnverifiableError when an entry is missing, or is not what it was when it was written.
    """
    while peaks.size < log.size:
        entries = storage.read_hashed(log, peaks.size, min(peaks.size + storage.ROWS, log.size))
        for index, data, stored in entries:
            leaf = leaf_hash(data)
            if index != peaks.size or leaf != stored:
                raise refusals.unfit(log, f"entry {peaks.size}", "")
            peaks.append(leaf)
        if not entries:
            raise refusals.unfit(log, f"entry {peaks.size}", "")
