"""The only way organisations change, and the scope every query about them needs."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.db.models import OuterRef, Subquery

from garant.apps.evidence import services as evidence
from garant.apps.organisations.entries import OrganisationConfigured, OrganisationRenamed
from garant.apps.organisations.models import Organisation
from garant.apps.scoping import scoped as scoped
from garant.ledger import Entry, LedgerError, OrganisationCreated
from garant.ledger.entries import Payload

_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_LONGEST_KEY = 64


class OrganisationRefusedError(LedgerError):
    """An organisation cannot be made as asked."""


class OrganisationUnknownError(LedgerError):
    """No organisation has this key here."""


@transaction.atomic
def create_organisation(key: str, name: str, time_zone: str, *, actor: str = "garant") -> Organisation:
    """Create an organisation and open its ledger, in one transaction.

    The name stays out of the ledger: a sole trader's is personal data.
    Raises OrganisationRefusedError for a key that is taken or ill-formed, or for an unknown time zone.
    """
    _check(key, name, time_zone)
    now = datetime.now(UTC)
    organisation = Organisation(key=key, name=name, time_zone=time_zone, created_at=now)
    organisation.looked_on = night(organisation, now)
    organisation.save(force_insert=True)
    evidence.open_log(key, OrganisationCreated(organisation=key, time_zone=time_zone), at=now, actor=actor)
    return organisation


def ensure_organisation(key: str, name: str, time_zone: str, *, actor: str = "garant") -> Organisation:
    """The organisation of this key, created where it is not there yet."""
    found = Organisation.objects.filter(key=key).first()
    return found or create_organisation(key, name, time_zone, actor=actor)


def organisation(key: str) -> Organisation:
    """The organisation of this key. Raises OrganisationUnknownError."""
    found = Organisation.objects.filter(key=key).first()
    if found is None:
        raise OrganisationUnknownError(
            fr=f"Aucune organisation ne porte la clé {key!r} ici. Tapez : garant init",
            en=f"No organisation has the key {key!r} here. Type: garant init",
        )
    return found


def zone_of(column: str) -> Subquery:
    """The time zone of the organisation that a column of another room's rows names, asked for with them."""
    return Subquery(Organisation.objects.filter(key=OuterRef(column)).values("time_zone")[:1])


def keys() -> list[str]:
    """The keys of all organisations here."""
    return list(Organisation.objects.order_by("key").values_list("key", flat=True))


def is_here(key: str) -> bool:
    """Whether an organisation has this key here."""
    return Organisation.objects.filter(key=key).exists()


def listing() -> list[Organisation]:
    """All organisations here, by name."""
    return list(Organisation.objects.order_by("name"))


@dataclass(frozen=True, slots=True)
class Settings:
    """What an administrator chooses for an organisation; None: as it is."""

    four_eyes: bool | None = None
    shows_state: bool | None = None
    look_hour: int | None = None
    proposes: bool | None = None


@transaction.atomic
def configure(
    key: str,
    wanted: Settings | None = None,
    *,
    four_eyes: bool | None = None,
    shows_state: bool | None = None,
    actor: str = "garant",
) -> Organisation:
    """Change the settings of an organisation: what is not said stays.

    Raises OrganisationUnknownError; OrganisationRefusedError for an hour that no day has.
    """
    wanted = wanted or Settings(four_eyes, shows_state)
    if wanted.look_hour is not None and not 0 <= wanted.look_hour <= 23:
        raise _no_such_hour(wanted.look_hour)
    organisation(key)
    found = Organisation.objects.select_for_update().get(key=key)
    for name, value in asdict(wanted).items():
        if value is not None:
            setattr(found, name, value)
    found.save(update_fields=[one.name for one in fields(Settings)])
    said = OrganisationConfigured(**{one.name: getattr(found, one.name) for one in fields(Settings)})
    _enter(key, said, actor)
    return found


@transaction.atomic
def rename(key: str, *, name: str, time_zone: str, policy: str) -> bool:
    """Take the name and the time zone again from the policy in force; whether they were others before.

    Args:
        policy: the digest of the version that says them.

    Raises OrganisationUnknownError.
    """
    organisation(key)
    found = Organisation.objects.select_for_update().get(key=key)
    if (found.name, found.time_zone) == (name, time_zone):
        return False
    found.name, found.time_zone = name, time_zone
    found.save(update_fields=["name", "time_zone"])
    _enter(key, OrganisationRenamed(time_zone=time_zone, policy=policy), "garant")
    return True


def night(one: Organisation, at: datetime) -> date:
    """The last day of an organisation's own whose hour of the look has begun at an instant."""
    zone = ZoneInfo(one.time_zone)
    day = at.astimezone(zone).date()
    begins = datetime.combine(day, time(one.look_hour), zone)
    return day if at.astimezone(UTC) >= begins.astimezone(UTC) else day - timedelta(days=1)


def begin_night(key: str, at: datetime) -> bool:
    """Whether the look of an organisation's night is still to be asked for; from now on it is not.

    A machine that was off at the hour asks once it is on again. A clock that was wrong delays no look: each day that
    is not the last one is another. Raises OrganisationUnknownError.
    """
    day = night(organisation(key), at)
    return bool(Organisation.objects.filter(key=key).exclude(looked_on=day).update(looked_on=day))


def _enter(key: str, payload: Payload, actor: str) -> None:
    who = actor if actor == "garant" else evidence.person(key, actor)
    evidence.append(key, [Entry(payload, datetime.now(UTC), who)])


def _no_such_hour(hour: int) -> OrganisationRefusedError:
    return OrganisationRefusedError(
        fr=f"Aucun jour n’a d’heure {hour}\u202f: dites une heure de 0 à 23.",
        en=f"No day has an hour {hour}: say one from 0 to 23.",
    )


def _check(key: str, name: str, time_zone: str) -> None:
    if not _KEY.fullmatch(key) or len(key) > _LONGEST_KEY:
        raise OrganisationRefusedError(
            fr=f"Clé {key!r} : attendu des minuscules, des chiffres et des tirets, 64 au plus.",
            en=f"Key {key!r}: expected lower-case letters, digits and hyphens, 64 at most.",
        )
    if not name.strip():
        raise OrganisationRefusedError(
            fr="L’organisation n’a pas de nom.", en="The organisation has no name."
        )
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise OrganisationRefusedError(
            fr=f"Fuseau horaire inconnu : {time_zone!r}. Exemple : Europe/Paris",
            en=f"Unknown time zone: {time_zone!r}. Example: Europe/Paris",
        ) from None
    if Organisation.objects.filter(key=key).exists():
        raise OrganisationRefusedError(
            fr=f"Une organisation porte déjà la clé {key!r}.",
            en=f"An organisation already has the key {key!r}.",
        )
