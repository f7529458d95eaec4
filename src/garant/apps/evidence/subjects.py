"""The keys of people: commitments in the ledger point to someone only as long as these exist."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from django.db.models import Subquery

from garant.apps.evidence import custody, filing, storage
from garant.apps.evidence.filing import Person, filing_key
from garant.apps.evidence.gathering import gathering
from garant.apps.evidence.models import SubjectKey
from garant.apps.evidence.turns import in_transaction, turn
from garant.apps.evidence.writing import append
from garant.apps.scoping import scoped
from garant.ledger import Entry, SubjectKeysDestroyed, commit, new_key, reference
from garant.ledger.canonical import Json

FEW = 20
"""People whose keys are asked for, and made, by one statement."""


def subject_key(organisation: str, who: Person) -> bytes:
    """The key of a person, made when first asked for. Raises LogMissingError, KeyMissingError."""
    return subject_keys(organisation, [who])[0]


def subject_keys(
    organisation: str, people: Iterable[Person], *, new: bool = False, mostly_new: bool = False
) -> list[bytes]:
    """The keys of many people, in their order; those of people not met before are made together; by one statement,
    which rewrites those that are there, with `mostly_new` and where they are few.

    Outside a transaction, keys that are there are read without waiting for whoever writes. With `new` it is not asked
    whether they are there: nobody of that name was met before, and the database holds the caller to that, at the end of
    :func:`one_transaction`, where they are written with its entries.

    Raises LogMissingError, KeyMissingError.
    """
    people = list(people)
    waiting = gathering(organisation)
    if waiting is not None:
        if new:
            waiting.make(dict.fromkeys(people))
        made = waiting.keys()
        if all(who in made for who in people):
            return [made[who] for who in people]
    if not new and not in_transaction() and (there := _there(organisation, people)) is not None:
        return there
    with turn(organisation) as mine:
        if waiting is not None:
            filing.file_keys(mine, waiting.take_keys())
        keys, filed_by = mine.keys, filing_key(mine)
        filed = [reference(filed_by, "subject", *who) for who in people]
        if (missing := _missing(keys, filed)) and mostly_new and len(missing) <= FEW:
            filing.meet(mine, missing)
        elif not new:
            keys.update(_filed_keys(organisation, missing))
        if missing := _missing(keys, filed):
            filing.write_keys(mine, {one: new_key() for one in missing})
        return [keys[one] for one in filed]


def _missing(keys: Mapping[str, bytes], filed: Sequence[str]) -> list[str]:
    return [one for one in dict.fromkeys(filed) if one not in keys]


def key_beside(organisation: str, who: Person) -> Subquery | None:
    """What asks for the key of a person with the rows of another room, in the organisation's scope; None where this
    process does not know yet under what it is filed. :func:`key_read` opens it.
    """
    filed_by = filing.remembered(organisation)
    if filed_by is None:
        return None
    filed = reference(filed_by, "subject", *who)
    return Subquery(SubjectKey.objects.filter(log_id=organisation, reference=filed).values("wrapped")[:1])


def key_read(organisation: str, who: Person, wrapped: bytes | None) -> bytes:
    """The key of a person, as it was asked for with other rows; where it was not found so, it is asked for."""
    filed_by = filing.remembered(organisation)
    if filed_by is None or wrapped is None:
        return subject_key(organisation, who)
    return custody.open_wrapped(bytes(wrapped), reference(filed_by, "subject", *who))


def _there(organisation: str, people: Sequence[Person]) -> list[bytes] | None:
    """The keys of people; None where one of them is not there."""
    filed_by = filing.remembered(organisation)
    if filed_by is None:
        return None
    with scoped(organisation):
        filed = [reference(filed_by, "subject", *who) for who in people]
        keys = _filed_keys(organisation, filed)
    return None if set(filed) - set(keys) else [keys[one] for one in filed]


def _filed_keys(organisation: str, filed: Sequence[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for start in range(0, len(filed), storage.ROWS):
        rows = SubjectKey.objects.filter(
            log_id=organisation, reference__in=filed[start : start + storage.ROWS]
        )
        found.update({row.reference: custody.open_wrapped(bytes(row.wrapped), row.reference) for row in rows})
    return found


def subject_commitment(organisation: str, who: Person, value: Json) -> str:
    """Commit to a value about a person with that person's key."""
    return subject_commitments(organisation, [who], value)[0]


def subject_commitments(organisation: str, people: Iterable[Person], value: Json) -> list[str]:
    """Commit to one value about many people, with the key of each, in their order."""
    return [commit(key, value) for key in subject_keys(organisation, people, mostly_new=True)]


def destroy_subject_keys(organisation: str, people: Iterable[Person], *, actor: str = "garant") -> int:
    """Destroy the keys of people and say in the ledger how many went, not whose.

    Returns how many there were.
    """
    waiting = gathering(organisation)
    with turn(organisation) as mine:
        if waiting is not None:
            filing.file_keys(mine, waiting.take_keys())
        log, filed_by = mine.log, filing_key(mine)
        filed = [reference(filed_by, "subject", *who) for who in people]
        for one in filed:
            mine.keys.pop(one, None)
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
    with turn(organisation) as mine:
        return filing.pseudonym(mine, name)
