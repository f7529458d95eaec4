"""The only way holds are placed, prolonged, ended and read: each change and its ledger entry together."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db import transaction

from garant.apps.evidence import services as evidence
from garant.apps.holds import refusals
from garant.apps.holds.asked import ASKING
from garant.apps.holds.entries import MOST_PEOPLE, HoldEnded, HoldPeople, HoldPlaced, HoldProlonged
from garant.apps.holds.models import Hold
from garant.apps.organisations import services as organisations
from garant.apps.scoping import for_organisation, scoped
from garant.engine import holds as engine
from garant.engine.holds import HeldRows
from garant.engine.planning.subject import Place, find_subject
from garant.engine.terms import Source
from garant.ledger.commitments import unwrap, wrap
from garant.ledger.entries import Entry, Payload
from garant.policy.loader import LoadedPolicy

_SEAL = ("garant", "holds")
"""Under which the key that seals whom holds are about is filed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A hold to place: who answers for it, why, until when, on what."""

    owner: str
    reason: str
    until: date | None = None
    review: date | None = None
    identities: Mapping[str, str] | None = None
    activity: str | None = None
    rows: HeldRows | None = None

    @property
    def on(self) -> engine.Subject:
        """What it is on."""
        if self.activity is not None:
            return "activity"
        return "rows" if self.rows is not None else "person"


def place(
    policy: LoadedPolicy, sources: Mapping[str, Source], asked: Asked, *, actor: str
) -> tuple[Hold, list[Place]]:
    """Place a hold, and tell where the person it is on is known now; it is looked for again at each plan.

    Raises:
        HoldRefusedError: it has no end, is on nothing, or on what neither policy nor maps know.
        ConnectorError: a system did not answer.
    """
    organisation = policy.document.organisation.key
    today = _today(organisation)
    _check(asked, today)
    _check_subject(policy, sources, asked)
    places = find_subject(sources, asked.identities) if asked.identities else []
    with scoped(organisation), transaction.atomic():
        settle(organisation)
        key = f"h-{secrets.token_hex(4)}"
        hold = Hold.objects.create(
            key=key,
            organisation=organisation,
            on=asked.on,
            owner=asked.owner.strip(),
            reason=asked.reason.strip(),
            until=asked.until,
            review=asked.review,
            activity=asked.activity or "",
            sealed=_seal(organisation, key, asked, places),
            placed_at=_now(),
            placed_by=actor,
        )
        _enter(hold, actor, *_placed(hold, asked, places))
    return hold, places


@for_organisation
def prolong(organisation: str, key: str, *, until: date | None, review: date | None, actor: str) -> Hold:
    """Give a hold in force another end.

    Raises:
        HoldRefusedError: there is no such hold in force, or the day is over already.
    """
    _check_end(until, review, _today(organisation))
    with transaction.atomic():
        hold = _in_force(organisation, key)
        hold.until, hold.review = until, review
        hold.save(update_fields=["until", "review"])
        _enter(hold, actor, HoldProlonged(hold=hold.key, until=until, review=review))
    return hold


@for_organisation
def end(organisation: str, key: str, *, actor: str) -> Hold:
    """End a hold and wipe whom it was about. What it kept follows the ordinary rules from the next plan on.

    Raises:
        HoldRefusedError: there is no such hold in force.
    """
    with transaction.atomic():
        hold = _in_force(organisation, key)
        _end(hold, actor, "decision")
    return hold


@for_organisation
def settle(organisation: str) -> int:
    """Close the holds whose last day is over, wipe whom they were about; how many they were."""
    with transaction.atomic():
        over = Hold.objects.select_for_update().filter(
            organisation=organisation, ended_at=None, until__lt=_today(organisation)
        )
        for hold in over:
            _end(hold, "garant", "term")
    return len(over)


@for_organisation
def in_force(organisation: str) -> tuple[engine.Hold, ...]:
    """The holds in force now, as the engine takes them: for plans, runs and whatever else destroys.

    Raises:
        LedgerError: whom a hold is about cannot be read (its key is lost): nothing may be destroyed.
    """
    rows = list(Hold.objects.filter(organisation=organisation, ended_at=None))
    today = _today(organisation) if rows else date.max
    return tuple(_opened(hold) for hold in rows if hold.until is None or hold.until >= today)


def against_destruction(organisation: str) -> tuple[engine.Hold, ...]:
    """What keeps people from a sweep, or from an erasure that none of their requests asks for: the holds in force, and what
    is restricted or waits for a package at the request of whom it is about.

    Raises:
        LedgerError: as `in_force`.
    """
    return (*in_force(organisation), *(one for asking in ASKING for one in asking(organisation)))


@for_organisation
def on_activities(organisation: str) -> list[tuple[str, str]]:
    """The holds on activities in force now, each with its activity."""
    today = _today(organisation)
    found = Hold.objects.filter(organisation=organisation, ended_at=None, on="activity")
    return [(one.key, one.activity) for one in found if one.until is None or one.until >= today]


@for_organisation
def listing(organisation: str, *, ended: bool = False) -> list[Hold]:
    """The holds in force, in the order they were placed; with ``ended``, those that are over too."""
    settle(organisation)
    found = Hold.objects.filter(organisation=organisation)
    return list(found if ended else found.filter(ended_at=None))


def overdue(hold: Hold) -> bool:
    """Whether the day by which a hold was to be reviewed is over."""
    return not hold.ended and hold.review is not None and hold.review < _today(hold.organisation)


def _check(asked: Asked, today: date) -> None:
    if not asked.owner.strip() or not asked.reason.strip():
        raise refusals.nameless()
    if sum(bool(on) for on in (asked.identities, asked.activity, asked.rows)) != 1:
        raise refusals.not_one_subject()
    _check_end(asked.until, asked.review, today)


def _check_end(until: date | None, review: date | None, today: date) -> None:
    day = until or review
    if day is None:
        raise refusals.no_end()
    if until is not None and review is not None:
        raise refusals.two_ends()
    if day < today:
        raise refusals.past_end(day, today)


def _check_subject(policy: LoadedPolicy, sources: Mapping[str, Source], asked: Asked) -> None:
    """A hold on something unknown would keep nothing, and nobody would notice."""
    activities = policy.document.activities
    if asked.activity is not None and asked.activity not in activities:
        raise refusals.unknown_activity(asked.activity, sorted(activities))
    known = sorted({kind for source in sources.values() for kind in source.data_map.identities})
    for kind in asked.identities or ():
        if kind not in known:
            raise refusals.unknown_identity(kind, known)
    rows = asked.rows
    if rows is not None:
        _check_rows(sources, rows)


def _check_rows(sources: Mapping[str, Source], rows: HeldRows) -> None:
    if not _nameable(sources, rows):
        raise refusals.unknown_table(rows.system, rows.table)
    with sources[rows.system].connector.snapshot() as snapshot:
        missing = engine.missing(snapshot, rows)
    if missing:
        raise refusals.unknown_rows(rows.system, rows.table, missing)


def _nameable(sources: Mapping[str, Source], rows: HeldRows) -> bool:
    if rows.system not in sources:
        return False
    data_map = sources[rows.system].data_map
    roots = any(root.table == rows.table for root in data_map.roots.values())
    return rows.table in data_map.tables and (roots or data_map.tables[rows.table].key is not None)


def _placed(hold: Hold, asked: Asked, places: Sequence[Place]) -> list[Payload]:
    known = [(place.system, place.root, str(key)) for place in places for key in place.keys]
    named = [("identity", kind, value) for kind, value in (asked.identities or {}).items()]
    people = evidence.subject_commitments(hold.organisation, known or named, [HoldPlaced.kind, hold.key])
    parts = [people[start : start + MOST_PEOPLE] for start in range(0, len(people), MOST_PEOPLE)]
    further = [
        HoldPeople(hold=hold.key, part=part, people=chunk) for part, chunk in enumerate(parts[1:], start=1)
    ]
    placed = HoldPlaced(
        hold=hold.key,
        on=asked.on,
        activity=asked.activity,
        system=asked.rows.system if asked.rows else None,
        rows=len(asked.rows.keys) if asked.rows else 0,
        until=asked.until,
        review=asked.review,
        people=people[:MOST_PEOPLE],
        more=len(further),
    )
    return [placed, *further]


def _seal(organisation: str, key: str, asked: Asked, places: Sequence[Place]) -> bytes:
    rows = [[asked.rows.system, asked.rows.table, list(asked.rows.keys)]] if asked.rows else []
    known = [[place.system, place.root, key] for place in places for key in place.keys]
    about = {"identities": list((asked.identities or {}).items()), "rows": rows, "places": known}
    return wrap(evidence.subject_key(organisation, _SEAL), json.dumps(about).encode(), key)


def _opened(hold: Hold) -> engine.Hold:
    about = json.loads(_open(hold.organisation, hold.key, bytes(hold.sealed or b"")))
    return engine.Hold(
        key=hold.key,
        owner=hold.owner,
        reason=hold.reason,
        until=hold.until,
        review=hold.review,
        identities=tuple((kind, value) for kind, value in about["identities"]),
        activity=hold.activity or None,
        rows=tuple(HeldRows(system, table, tuple(keys)) for system, table, keys in about["rows"]),
        places=tuple((system, root, key) for system, root, key in about.get("places", [])),
    )


@lru_cache(maxsize=4096)
def _open(organisation: str, key: str, sealed: bytes) -> bytes:
    """Whom a hold is about; asked before each batch, decrypted once."""
    return unwrap(evidence.subject_key(organisation, _SEAL), sealed, key)


def _in_force(organisation: str, key: str) -> Hold:
    found = Hold.objects.select_for_update().filter(organisation=organisation, key=key, ended_at=None).first()
    if found is None or (found.until is not None and found.until < _today(organisation)):
        raise refusals.unknown_hold(key)
    return found


def _end(hold: Hold, actor: str, by: str) -> None:
    hold.sealed, hold.ended_at, hold.ended_by = None, _now(), actor
    hold.save(update_fields=["sealed", "ended_at", "ended_by"])
    _open.cache_clear()
    _enter(hold, actor, HoldEnded.model_validate({"hold": hold.key, "by": by}))


def _enter(hold: Hold, actor: str, *payloads: Payload) -> None:
    who = actor if actor == "garant" else evidence.person(hold.organisation, actor)
    now = _now()
    evidence.append(hold.organisation, [Entry(payload, now, who) for payload in payloads])
    evidence.checkpoint(hold.organisation)


def _today(organisation: str) -> date:
    return _now().astimezone(ZoneInfo(organisations.organisation(organisation).time_zone)).date()


def _now() -> datetime:
    return datetime.now(UTC)
