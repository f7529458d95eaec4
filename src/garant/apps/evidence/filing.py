"""Under what the keys of people are filed, and how they are written down, by whoever has locked the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from django.db import connection

from garant.apps.evidence import custody, storage
from garant.apps.evidence.models import SubjectKey
from garant.apps.evidence.turns import Turn
from garant.ledger import new_key, reference, wrap

Person = tuple[str, ...]
"""What finds a person again, such as (system, root, key)."""

_filing: dict[str, bytes] = {}
"""By organisation, the key under which people's keys were last filed: one never changes. It is nobody's; where the
database was put back to another one, nothing is found with it, and the log is asked again."""


def remembered(organisation: str) -> bytes | None:
    """The key under which this process filed last."""
    return _filing.get(organisation)


def filing_key(mine: Turn) -> bytes:
    """The key under which the keys of people are filed; made when first needed, wrapped by the master."""
    log = mine.log
    if log.reference_key is not None:
        _filing[log.pk] = custody.open_wrapped(bytes(log.reference_key), log.pk)
        return _filing[log.pk]
    mine.mark()
    key = _filing[log.pk] = new_key()
    log.reference_key = wrap(custody.source().read("subject-commitments"), key, log.pk)
    log.save(update_fields=["reference_key"])
    return key


def pseudonym(mine: Turn, name: str) -> str:
    """The actor of an entry for someone whose name stays out of the ledger."""
    return f"person:{reference(filing_key(mine), 'actor', name)[:32]}"


def file_keys(mine: Turn, made: Mapping[Person, bytes]) -> None:
    """Write down the keys of people whom nobody met before."""
    if made:
        filing = filing_key(mine)
        write_keys(mine, {reference(filing, "subject", *who): key for who, key in made.items()})


def write_keys(mine: Turn, made: Mapping[str, bytes]) -> None:
    """Write down keys by their references, wrapped by the master as it is while the log is locked."""
    mine.mark()
    mine.keys.update(made)
    SubjectKey.objects.bulk_create(_rows(mine, made), batch_size=storage.ROWS)


def meet(mine: Turn, filed: Sequence[str]) -> None:
    """Have the keys of a few people, by their references: those that are there and those that are made, by one
    statement."""
    mine.mark()
    rows = _rows(mine, {one: new_key() for one in filed})
    fields = [field for field in SubjectKey._meta.concrete_fields if not field.primary_key]
    names = ", ".join(str(field.column) for field in fields)
    marks = ", ".join("({})".format(", ".join("%s" for _ in fields)) for _ in rows)
    values = [
        field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {SubjectKey._meta.db_table} ({names}) VALUES {marks} "  # noqa: S608 - names of our own model
            "ON CONFLICT (log_id, reference) DO UPDATE SET log_id = excluded.log_id RETURNING reference, wrapped",
            values,
        )
        for one, wrapped in cursor.fetchall():
            mine.keys[one] = custody.open_wrapped(bytes(wrapped), one)


def _rows(mine: Turn, made: Mapping[str, bytes]) -> list[SubjectKey]:
    master, now = custody.source().read("subject-commitments"), datetime.now(UTC)
    return [
        SubjectKey(log=mine.log, reference=one, wrapped=wrap(master, key, one), created_at=now)
        for one, key in made.items()
    ]
