"""The only way the opposition list is written and asked.

It holds keyed hashes of addresses and numbers, and nothing that erasing a person would have to erase: it is
because of it that they are not written to again (GDPR art. 21(3); art. 17 would otherwise undo art. 21).
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import Count

from garant.apps.evidence import services as evidence
from garant.apps.oppositions.contacts import Contact, ContactRefusedError, written
from garant.apps.oppositions.entries import OppositionEnded, OppositionRecorded
from garant.apps.oppositions.models import Opposition
from garant.apps.policies import services as policies
from garant.apps.scoping import scoped
from garant.ledger import LedgerError
from garant.ledger.entries import Entry, Payload, write_instant
from garant.policy.loader import LoadedPolicy
from garant.policy.permission import Heirs

_FILED = ("garant", "opposition")
"""Under which the key of the hashes is filed: it outlives a rotation of the installation's keys."""

ROWS = 500
"""Hashes in one question to Garant's own database."""

Line = TypeVar("Line")


class PurposeRefusedError(LedgerError):
    """The policy has no such purpose."""


def record(
    policy: LoadedPolicy, contacts: Iterable[Contact], purpose: str | None, *, actor: str, once: bool = False
) -> int:
    """Put addresses and numbers on the list; how many were not there yet.

    Args:
        purpose: ``activity/purpose``, or the purpose alone where one activity has it; none for all direct
            marketing, whatever the policy adds later.
        once: the person said it when the policy named the purpose so, under its whole name; it may have gone since.

    Raises:
        PurposeRefusedError: the policy has no such purpose.
    """
    organisation, name = _organisation(policy), purpose if once else purpose_of(policy, purpose)
    key = _key(organisation)
    fresh: list[Contact] = []
    with scoped(organisation), transaction.atomic():
        for one in contacts:
            _, made = Opposition.objects.get_or_create(
                organisation=organisation,
                mark=_mark(key, one),
                purpose=name or "",
                defaults={"kind": one.kind, "at": _now()},
            )
            fresh += [one] if made else []
        if fresh:
            people = _people(organisation, fresh, OppositionRecorded.kind)
            _enter(organisation, OppositionRecorded(purpose=name, people=people), actor)
    return len(fresh)


def end(policy: LoadedPolicy, contacts: Iterable[Contact], purpose: str | None, *, actor: str) -> int:
    """Take addresses and numbers off the list for this purpose; how many were there.

    A purpose that the policy names no more is taken off under the whole name that the list has it by.

    Raises:
        PurposeRefusedError: neither the policy nor the list has such a purpose.
    """
    organisation = _organisation(policy)
    name = purpose if purpose and purpose in counted(organisation) else purpose_of(policy, purpose)
    key = _key(organisation)
    gone: list[Contact] = []
    with scoped(organisation), transaction.atomic():
        for one in contacts:
            found = Opposition.objects.filter(
                organisation=organisation, mark=_mark(key, one), purpose=name or ""
            )
            gone += [one] if found.delete()[0] else []
        if gone:
            people = _people(organisation, gone, OppositionEnded.kind)
            _enter(organisation, OppositionEnded(purpose=name, people=people), actor)
    return len(gone)


def follow(organisation: str, old: Iterable[tuple[str, str]], new: Iterable[tuple[str, str]]) -> int:
    """Whoever opposed a use under these addresses and numbers opposes it under their new ones too; how many were not there.

    In the caller's transaction. Everything in its one form.
    """
    key = _key(organisation)
    marks = [_mark(key, Contact(*one)) for one in old]
    contacts = [Contact(*one) for one in new if one[0] in ("email", "phone")]
    with scoped(organisation):
        purposes = Opposition.objects.filter(mark__in=marks).values_list("purpose", flat=True)
        fresh = [
            (purpose, one)
            for purpose in sorted(set(purposes))
            for one in contacts
            if Opposition.objects.get_or_create(
                organisation=organisation,
                mark=_mark(key, one),
                purpose=purpose,
                defaults={"kind": one.kind, "at": _now()},
            )[1]
        ]
        for purpose, one in fresh:
            people = _people(organisation, [one], OppositionRecorded.kind)
            _enter(organisation, OppositionRecorded(purpose=purpose or None, people=people), "garant")
    return len(fresh)


def opposed(policy: LoadedPolicy, contacts: Iterable[Contact], purpose: str | None) -> list[bool]:
    """Whether each of these may not be written to for this purpose; for any direct marketing without one.

    An objection to a purpose that the policy names no more holds as `Heirs` says: nobody knows under which name it goes on.

    Raises:
        PurposeRefusedError: the policy has no such purpose.
    """
    asked = list(contacts)
    organisation, concerned = _organisation(policy), _concerned(policy, purpose)
    key = _key(organisation)
    marks = [_mark(key, one) for one in asked]
    said: list[tuple[str, str]] = []
    with scoped(organisation):
        for start in range(0, len(marks), ROWS):
            rows = Opposition.objects.filter(mark__in=marks[start : start + ROWS])
            said += rows.values_list("mark", "purpose")
    bearing = _going_on({name for _, name in said}, policy, purpose).union(concerned)
    found = {mark for mark, name in said if name in bearing}
    return [mark in found for mark in marks]


def _going_on(names: set[str], policy: LoadedPolicy, purpose: str | None) -> set[str]:
    """Of what is objected to, the purposes that the policy names no more and whose objection bears on this one."""
    gone, name = names - _purposes(policy).keys() - {""}, purpose_of(policy, purpose)
    if not gone or name is None:
        return gone
    heirs = Heirs(policy.document, policies.begun(_organisation(policy)))
    return {one for one in gone if name in heirs.of(one)}


def allowed(
    policy: LoadedPolicy, lines: Iterable[tuple[Line, str]], purpose: str | None
) -> Iterator[tuple[Line, bool | None]]:
    """Of a mailing, line by line and without holding it: may this one be written to? None: unreadable.

    Args:
        lines: each line as it is to be given back, and the address or number in it.

    Raises:
        PurposeRefusedError: the policy has no such purpose.
    """
    remaining = iter(lines)
    while some := list(islice(remaining, ROWS)):
        read = [_read(text) for _, text in some]
        answers = iter(opposed(policy, [one for one in read if one is not None], purpose))
        for (line, _), one in zip(some, read, strict=True):
            yield line, None if one is None else not next(answers)


def counts(policy: LoadedPolicy) -> Mapping[str, int]:
    """How many addresses and numbers oppose each purpose; under no name, all direct marketing."""
    return counted(_organisation(policy))


def counted(organisation: str) -> Mapping[str, int]:
    """The same, of an organisation whose policy is not at hand."""
    with scoped(organisation):
        rows = Opposition.objects.values("purpose").annotate(number=Count("id")).order_by("purpose")
    return {row["purpose"]: row["number"] for row in rows}


@dataclass(frozen=True, slots=True)
class Opposed:
    """A purpose that a contact opposes, since when; under no name, all direct marketing."""

    purpose: str
    at: datetime


def purposes_opposed(organisation: str, asked: Contact) -> list[Opposed]:
    """What is on the list of one contact, whatever the policy says today."""
    mark = _mark(_key(organisation), asked)
    with scoped(organisation):
        rows = Opposition.objects.filter(mark=mark).order_by("purpose")
        return [Opposed(one.purpose, one.at) for one in rows]


def opposed_names(organisation: str, identities: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The purposes that whoever has these addresses and numbers opposes, in their one form; empty: all marketing.

    Asked often: the statement is written out, and the key of the hashes is kept for a few minutes.
    """
    asked = [Contact(kind, value) for kind, value in identities if kind in {"email", "phone"}]
    if not asked:
        return frozenset()
    key = _kept_key(organisation, int(time.monotonic() // 300))
    query = _OPPOSED.format(", ".join(["%s"] * len(asked)))
    with connection.cursor() as cursor:
        cursor.execute(query, [organisation, *(_mark(key, one) for one in asked)])
        return frozenset(purpose for (purpose,) in cursor.fetchall())


_OPPOSED = "SELECT purpose FROM oppositions_opposition WHERE organisation = %s AND mark IN ({})"


@lru_cache(maxsize=1000)
def _kept_key(organisation: str, _age: int) -> bytes:
    return _key(organisation)


def purpose_of(policy: LoadedPolicy, name: str | None) -> str | None:
    """A purpose under its whole name, ``activity/purpose``.

    Raises:
        PurposeRefusedError: the policy has none of this name, or several.
    """
    if name is None:
        return None
    known = _purposes(policy)
    found = [whole for whole in known if name in (whole, whole.partition("/")[2])]
    if len(found) != 1:
        listed = ", ".join(found or known)
        raise PurposeRefusedError(
            fr=f"La finalité {name!r} n’est pas une, et une seule, de la politique\u202f: {listed}",
            en=f"The purpose {name!r} is not one, and only one, of the policy: {listed}",
        )
    return found[0]


def _purposes(policy: LoadedPolicy) -> dict[str, bool]:
    """Whole name → whether it is direct marketing."""
    return {
        f"{key}/{name}": purpose.direct_marketing
        for key, activity in policy.document.activities.items()
        for name, purpose in getattr(activity, "purposes", {}).items()
    }


def _concerned(policy: LoadedPolicy, purpose: str | None) -> list[str]:
    """The names under which an opposition to this purpose may be on the list."""
    name, known = purpose_of(policy, purpose), _purposes(policy)
    if name is None:
        return ["", *(whole for whole, marketing in known.items() if marketing)]
    return [name, ""] if known[name] else [name]


def _read(text: str) -> Contact | None:
    try:
        return written(text)
    except ContactRefusedError:
        return None


def _key(organisation: str) -> bytes:
    return evidence.subject_key(organisation, _FILED)


def _mark(key: bytes, one: Contact) -> str:
    return hmac.new(key, f"{one.kind}\x1f{one.value}".encode(), "sha256").hexdigest()


def _people(organisation: str, contacts: Iterable[Contact], kind: str) -> list[str]:
    about = [kind, write_instant(_now())]
    return [
        evidence.subject_commitment(organisation, ("identity", one.kind, one.value), about)
        for one in contacts
    ]


def _organisation(policy: LoadedPolicy) -> str:
    return policy.document.organisation.key


def _enter(organisation: str, payload: Payload, actor: str) -> None:
    evidence.append(organisation, [Entry(payload, _now(), evidence.person(organisation, actor))])
    evidence.checkpoint(organisation)


def _now() -> datetime:
    return datetime.now(UTC)
