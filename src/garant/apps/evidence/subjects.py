"""The keys of people: commitments in the ledger point to someone only as long as these exist."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from django.db import transaction
from django_scopes import scope

from garant.apps.evidence import custody, storage
from garant.apps.evidence.models import Log, SubjectKey
from garant.apps.evidence.writing import append
from garant.ledger import Entry, SubjectKeysDestroyed, commit, new_key, reference, wrap
from garant.ledger.canonical import Json

Person = tuple[str, ...]
"""What finds a person again, such as (system, root, key)."""


def subject_key(organisation: str, who: Person) -> bytes:
    """The key of a person, made when first asked for. Raises LogMissingError, KeyMissingError."""
    with transaction.atomic(), scope(organisation=organisation):
        log = storage.lock_log(organisation)
        filed = reference(_reference_key(log), "subject", *who)
        found = SubjectKey.objects.filter(log=log, reference=filed).first()
        if found is not None:
            return custody.open_wrapped(bytes(found.wrapped), filed)
        key = new_key()
        wrapped = wrap(custody.source().read("subject-commitments"), key, filed)
        SubjectKey.objects.create(log=log, reference=filed, wrapped=wrapped, created_at=datetime.now(UTC))
        return key


def subject_commitment(organisation: str, who: Person, value: Json) -> str:
    """Commit to a value about a person with that person's key."""
    return commit(subject_key(organisation, who), value)


def destroy_subject_keys(organisation: str, people: Iterable[Person], *, actor: str = "garant") -> int:
    """Destroy the keys of people and say in the ledger how many went, not whose.

    Returns how many there were.
    """
    with transaction.atomic(), scope(organisation=organisation):
        log = storage.lock_log(organisation)
        filing = _reference_key(log)
        filed = [reference(filing, "subject", *who) for who in people]
        gone = 0
        for start in range(0, len(filed), storage.ROWS):
            gone += SubjectKey.objects.filter(
                log=log, reference__in=filed[start : start + storage.ROWS]
            ).delete()[0]
        if gone:
            append(organisation, [Entry(SubjectKeysDestroyed(keys=gone), datetime.now(UTC), actor)])
    return gone


def person(organisation: str, name: str) -> str:
    """The actor of an entry for someone whose name stays out of the ledger: `person:` and a keyed
    pseudonym."""
    with transaction.atomic(), scope(organisation=organisation):
        log = storage.lock_log(organisation)
        return f"person:{reference(_reference_key(log), 'actor', name)[:32]}"


def _reference_key(log: Log) -> bytes:
    """The key under which the keys of people are filed; made when first needed, wrapped by the master."""
    if log.reference_key is not None:
        return custody.open_wrapped(bytes(log.reference_key), log.pk)
    key = new_key()
    log.reference_key = wrap(custody.source().read("subject-commitments"), key, log.pk)
    log.save(update_fields=["reference_key"])
    return key
