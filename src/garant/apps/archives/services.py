"""The only way the archive is consulted: by people who are entitled, one record at a time, with a reason.

Each change is one transaction with its ledger entry. A consultation is entered before the record is shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import ParamSpec, TypeVar, cast

from django.db import transaction

from garant.apps.archives.entries import (
    ArchiveAllowed,
    ArchiveConsulted,
    ArchiveRefused,
    ArchiveReleased,
    ArchiveRevoked,
)
from garant.apps.archives.models import Consultation, Entitlement
from garant.apps.archives.reasons import Use as Use
from garant.apps.archives.reasons import keep
from garant.apps.archives.reasons import uses as uses
from garant.apps.archives.rotations import rotate_key as rotate_key
from garant.apps.evidence import services as evidence
from garant.apps.promises.refusals import RefusedError
from garant.apps.scoping import for_organisation, scoped
from garant.ledger import Record
from garant.ledger.entries import Entry, Payload
from garant.policy.text import Text
from garant.systems.archive.archive import RecordArchive
from garant.systems.archive.store import APART, KEPT, LEFT, ArchiveStore, NoSuchRecord, RecordEntry

P = ParamSpec("P")
R = TypeVar("R")

SHORTEST_REASON = 10
"""Characters that a reason has at least: a word is none."""

_NUMBER = re.compile(r"[0-9a-f]{32}")


def _in_one_transaction(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function one transaction, and keep its types."""
    return cast("Callable[P, R]", transaction.atomic(function))


@for_organisation
@_in_one_transaction
def allow(organisation: str, actor: str, *, until: date | None, by: str) -> None:
    """Entitle a person to consult the archive; again, change the last day."""
    values = {"until": until, "given_by": by, "given_at": _now()}
    Entitlement.objects.update_or_create(organisation=organisation, actor=actor, defaults=values)
    _enter(organisation, ArchiveAllowed(person=evidence.person(organisation, actor), until=until), by)


@for_organisation
@_in_one_transaction
def revoke(organisation: str, actor: str, *, by: str) -> bool:
    """Take an entitlement back; whether there was one."""
    gone, _ = Entitlement.objects.filter(actor=actor).delete()
    if gone:
        _enter(organisation, ArchiveRevoked(person=evidence.person(organisation, actor)), by)
    return bool(gone)


def entitled(organisation: str) -> list[tuple[str, date | None]]:
    """Who may consult the archive, and until which day."""
    with scoped(organisation):
        return list(Entitlement.objects.order_by("actor").values_list("actor", "until"))


@for_organisation
def is_entitled(organisation: str, actor: str, today: date) -> bool:
    """Whether a person may consult the archive on that day."""
    return any(who == actor and (until is None or until >= today) for who, until in entitled(organisation))


@for_organisation
def consult(
    organisation: str, store: ArchiveStore, record: str, *, actor: str, reason: str, today: date
) -> RecordEntry:
    """Enter a consultation in the ledger; what the record holds may be shown once this has returned.

    Args:
        organisation: whose archive it is.
        store: the archive.
        record: the number of the record.
        actor: who asks.
        reason: why, in words; kept encrypted in Garant's database, its digest in the ledger.
        today: the day, where the organisation is.

    Raises:
        RefusedError: who asks is not entitled (which is entered too), the reason is none, or there is no such
            record.
    """
    entry = _may_open(organisation, store, record, actor, reason, today)
    if entry.state not in (KEPT, APART, LEFT):
        raise _no_record(record)
    _record_consultation(organisation, store.master, entry, actor, reason.strip())
    return entry


@for_organisation
def release(
    organisation: str,
    archive: RecordArchive,
    record: str,
    *,
    actor: str,
    reason: str,
    today: date,
    seen_by_two: bool = False,
) -> RecordEntry:
    """Destroy a record of values set apart that did not come back: somebody has decided what the system is to hold.

    The decision is in the ledger before the record goes. ``seen_by_two``: who decides has opened it, and so has
    somebody else.

    Raises:
        RefusedError: as for :func:`consult`; or it is not what a lifted restriction left, or has not been seen so.
    """
    store = archive.store
    entry = _may_open(organisation, store, record, actor, reason, today)
    if entry.state != LEFT:
        raise _not_lifted(record)
    if seen_by_two and not (actor in (who := readers(organisation, record)) and len(who) > 1):
        raise _not_seen()
    _record_release(organisation, store.master, entry, actor, reason.strip())
    archive.let_go([record])
    return entry


def _may_open(
    organisation: str, store: ArchiveStore, record: str, actor: str, reason: str, today: date
) -> RecordEntry:
    """The record that somebody entitled asks for, with a reason; a refusal is entered."""
    if not _NUMBER.fullmatch(record):
        raise _no_record(record)
    if len(reason.strip()) < SHORTEST_REASON:
        raise _no_reason()
    if not is_entitled(organisation, actor, today):
        _refuse(organisation, record, actor)
        raise _not_entitled(actor)
    try:
        return store.entry(record)
    except NoSuchRecord:
        raise _no_record(record) from None


def refused(organisation: str, number: int = 50) -> list[tuple[int, Record]]:
    """The latest consultations that were refused, the newest first, with their places in the ledger."""
    return evidence.latest(organisation, kind=ArchiveRefused.kind, number=number)


def readers(organisation: str, record: str) -> set[str]:
    """Who has opened a record, however long ago."""
    with scoped(organisation):
        return set(Consultation.objects.filter(record=record).values_list("actor", flat=True))


@_in_one_transaction
def _record_consultation(
    organisation: str, master: bytes, entry: RecordEntry, actor: str, reason: str
) -> None:
    payload = ArchiveConsulted(
        record=entry.id,
        system=entry.system,
        rule=entry.rule,
        rows=entry.rows,
        reason=keep(organisation, master, entry.id, actor, reason),
    )
    _enter(organisation, payload, actor)


@_in_one_transaction
def _record_release(organisation: str, master: bytes, entry: RecordEntry, actor: str, reason: str) -> None:
    digest = keep(organisation, master, entry.id, actor, reason)
    payload = ArchiveReleased(record=entry.id, system=entry.system, rows=entry.rows, reason=digest)
    _enter(organisation, payload, actor)


@_in_one_transaction
def _refuse(organisation: str, record: str, actor: str) -> None:
    _enter(organisation, ArchiveRefused(record=record), actor)


def _enter(organisation: str, payload: Payload, actor: str) -> None:
    who = evidence.person(organisation, actor)
    evidence.append(organisation, [Entry(payload, _now(), who)])
    evidence.checkpoint(organisation)


def _now() -> datetime:
    return datetime.now(UTC)


def _no_record(record: str) -> RefusedError:
    return RefusedError(
        Text(
            fr=f"L’archive n’a pas de dossier {record[:40]}.", en=f"The archive has no record {record[:40]}."
        ),
        Text(
            fr="Cherchez son numéro : garant archive find --identity email=…",
            en="Look for its number: garant archive find --identity email=…",
        ),
    )


def _not_lifted(record: str) -> RefusedError:
    return RefusedError(
        Text(
            fr=f"Le dossier {record} n’est pas ce qu’une limitation levée a laissé : il n’est pas détruit.",
            en=f"Record {record} is not what a lifted restriction left: it is not destroyed.",
        ),
        Text(
            fr="Levez d’abord la limitation : garant subject restrict --lift --identity email=…",
            en="Lift the restriction first: garant subject restrict --lift --identity email=…",
        ),
    )


def _not_seen() -> RefusedError:
    return RefusedError(
        Text(
            fr="Ce dossier n’est pas détruit : deux personnes ne l’ont pas encore vu.",
            en="This record is not destroyed: two people have not seen it yet.",
        ),
        Text(
            fr="Consultez-le, et faites-le consulter par une autre personne habilitée.",
            en="Consult it, and have somebody else who is entitled consult it.",
        ),
    )


def _no_reason() -> RefusedError:
    return RefusedError(
        Text(
            fr="Un dossier archivé ne se consulte pas sans un motif qui se comprenne.",
            en="An archived record is not consulted without a reason that can be understood.",
        ),
        Text(
            fr="Écrivez-le en une phrase : --reason « Litige sur la commande de mars »",
            en="Write it in a sentence: --reason “Dispute about the March order”",
        ),
    )


def _not_entitled(actor: str) -> RefusedError:
    return RefusedError(
        Text(
            fr=f"{actor} n’est pas habilité à consulter l’archive ; le refus est inscrit au registre.",
            en=f"{actor} is not entitled to consult the archive; the refusal is in the ledger.",
        ),
        Text(
            fr="Qui en répond peut l’habiliter : garant archive allow NOM",
            en="Whoever answers for it can entitle them: garant archive allow NAME",
        ),
    )
