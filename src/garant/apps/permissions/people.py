"""Who is meant: identities in one form, and the keyed hashes that alone are kept of them."""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from garant.apps.evidence import services as evidence
from garant.apps.oppositions import contacts
from garant.apps.permissions import refusals

Identity = tuple[str, str]
"""A kind (``email``, ``phone``, ``row`` …) and a value."""

ROW: Final = "row"
"""The kind of an identity that is a row of a system: ``SYSTEM/ROOT/KEY``."""

_FILED: Final = ("garant", "permissions")
"""Under which the key of the hashes is filed: it outlives a rotation of the installation's keys."""
_LONGEST: Final = 400


def one_form(identities: Iterable[Identity]) -> list[Identity]:
    """The identities in the form that is hashed. Raises PermissionRefusedError: none, or one that nobody has."""
    found = [_normal(kind, value) for kind, value in identities]
    if not found or not all(value and len(value) <= _LONGEST for _, value in found):
        raise refusals.nobody()
    return found


def readable(identities: Iterable[Identity]) -> list[Identity]:
    """The same, of what systems wrote: what is no address or number is left out."""
    found: list[Identity] = []
    for one in identities:
        try:
            found += one_form([one])
        except refusals.PermissionRefusedError:
            continue
    return found


def row(system: str, root: str, key: int | str) -> Identity:
    """A row of a system as an identity."""
    return ROW, f"{system}/{root}/{key}"


def marks(organisation: str, identities: Iterable[Identity]) -> list[bytes]:
    """The keyed hashes of identities in one form."""
    key = _key(organisation, int(time.monotonic() // 300))
    return [
        hmac.digest(key, f"{kind}\x1f{value}".encode("utf-8", "surrogatepass"), "sha256")
        for kind, value in identities
    ]


def mapping(identities: Mapping[str, str]) -> list[Identity]:
    """Identities as programs write them."""
    return list(identities.items())


def _normal(kind: str, value: str) -> Identity:
    if kind not in {"email", "phone"}:
        return kind, value.strip()
    try:
        found = contacts.contact(kind, value)
    except contacts.ContactRefusedError:
        raise refusals.nobody() from None
    return found.kind, found.value


@lru_cache(maxsize=1000)
def _key(organisation: str, _age: int) -> bytes:
    """Kept for five minutes at most: a key that is destroyed opens nothing soon after."""
    return evidence.subject_key(organisation, _FILED)
