"""The only way organisations change, and the scope every query about them needs."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction

from garant.apps.evidence import services as evidence
from garant.apps.organisations.entries import OrganisationConfigured
from garant.apps.organisations.models import Organisation
from garant.apps.scoping import scoped as scoped
from garant.ledger import Entry, LedgerError, OrganisationCreated

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
    organisation = Organisation.objects.create(key=key, name=name, time_zone=time_zone, created_at=now)
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


def keys() -> list[str]:
    """The keys of all organisations here."""
    return list(Organisation.objects.order_by("key").values_list("key", flat=True))


def listing() -> list[Organisation]:
    """All organisations here, by name."""
    return list(Organisation.objects.order_by("name"))


@transaction.atomic
def configure(
    key: str, *, four_eyes: bool | None = None, shows_state: bool | None = None, actor: str = "garant"
) -> Organisation:
    """Change the settings of an organisation: what is not said stays. Raises OrganisationUnknownError."""
    found = organisation(key)
    found.four_eyes = found.four_eyes if four_eyes is None else four_eyes
    found.shows_state = found.shows_state if shows_state is None else shows_state
    found.save(update_fields=["four_eyes", "shows_state"])
    said = OrganisationConfigured(four_eyes=found.four_eyes, shows_state=found.shows_state)
    who = actor if actor == "garant" else evidence.person(key, actor)
    evidence.append(key, [Entry(said, datetime.now(UTC), who)])
    return found


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
