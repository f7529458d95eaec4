"""Identities: by what a person is known, as systems may have written it."""

from __future__ import annotations

from collections.abc import Iterable

import phonenumbers

from garant.systems.model import DataMap
from garant.systems.port import RootKey, Snapshot

REGION = "FR"
"""Where a phone number without country code is from."""


def roots_found(
    data_map: DataMap, snapshot: Snapshot, identities: Iterable[tuple[str, str]]
) -> dict[str, list[RootKey]]:
    """Root → keys that the identities lead to in one system."""
    found: dict[str, set[RootKey]] = {}
    for kind, value in identities:
        for identity in data_map.identities.get(kind, []):
            for variant in variants(kind, value):
                keys = snapshot.find_identity(identity.query, variant)
                found.setdefault(identity.root, set()).update(keys)
    return {root: sorted(keys, key=_order) for root, keys in found.items() if keys}


def variants(kind: str, value: str) -> list[str]:
    """The ways a system may have written an identity: a phone in E.164, national or bare digits."""
    value = value.strip()
    if kind == "email":
        return [value.lower()]
    if kind != "phone":
        return [value]
    try:
        number = phonenumbers.parse(value, REGION)
    except phonenumbers.NumberParseException:
        return [value]
    formats = phonenumbers.PhoneNumberFormat
    written = [
        phonenumbers.format_number(number, f) for f in (formats.E164, formats.NATIONAL, formats.INTERNATIONAL)
    ]
    bare = written[1].replace(" ", "")
    return list(dict.fromkeys([value, *written, bare]))


def _order(key: RootKey) -> tuple[int, str]:
    return (key, "") if isinstance(key, int) else (0, key)
