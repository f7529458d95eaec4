"""What every change of a version does: lock it, hold it against its state and revision, write the ledger."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from garant.apps.evidence import services as evidence
from garant.apps.policies import refusals
from garant.apps.policies.models import State, Version
from garant.ledger.entries import Entry, Payload

_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def locked(key: str, *allowed: str) -> Version:
    """The version, locked until the transaction ends, in one of the states allowed.

    Needs the scope of the organisation. Raises RefusedError.
    """
    found = Version.objects.select_for_update().filter(key=key).first()
    if found is None:
        raise refusals.unknown_version(key)
    if found.state not in allowed:
        if found.state == State.PUBLISHED:
            raise refusals.published_for_good(found.number)
        raise refusals.wrong_state(found.number, found.state, allowed[0])
    return found


def alone(organisation: str, actor: str) -> None:
    """Lock the ledger of an organisation until the transaction ends: nothing is published meanwhile, and nothing is decided
    about a version. Before any version is locked, or two who do both wait for each other.
    """
    evidence.person(organisation, actor)


def keep(version: Version) -> None:
    """Save a changed version, under the next revision."""
    version.revision += 1
    version.save()


def enter(version: Version, actor: str, payload: Payload) -> None:
    """Write what happened to the ledger, and sign its head."""
    who = actor if actor == "garant" else evidence.person(version.organisation, actor)
    evidence.append(version.organisation, [Entry(payload, now(), who)])
    evidence.checkpoint(version.organisation)


def same_person(one: str, other: str) -> bool:
    """Whether two actors are one person: blanks and capitals make nobody else."""
    return one.strip().casefold() == other.strip().casefold()


def plain(words: str) -> str:
    """Words without blanks around them, nor what no database and no page can hold."""
    return _UNPRINTABLE.sub("", words).strip()


def now() -> datetime:
    """This instant."""
    return datetime.now(UTC)
