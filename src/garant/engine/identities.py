"""Identities: by what a person is known, as systems may have written it."""

from __future__ import annotations

from collections.abc import Iterable
from unicodedata import normalize

import phonenumbers

from garant.systems.finding import RootKey
from garant.systems.model import DataMap
from garant.systems.port import Snapshot
from garant.systems.treatments import SEPARATORS, Replace

_AROUND = (" {}", "{} ", "{}\t", "{}\n", "{}\r", "{}\r\n", "{}\u00a0")
"""What pasting and importing leave around an address: whoever is known under it is not overlooked."""
REGION = "FR"
"""Where a phone number without country code is from."""


def roots_found(
    data_map: DataMap, snapshot: Snapshot, identities: Iterable[tuple[str, str]]
) -> dict[str, list[RootKey]]:
    """Root → keys that the identities lead to in one system."""
    found = roots_of_many(data_map, snapshot, [identities])
    return {root: list(keys) for root, keys in found.items()}


def roots_of_many(
    data_map: DataMap, snapshot: Snapshot, people: Iterable[Iterable[tuple[str, str]]]
) -> dict[str, dict[RootKey, list[int]]]:
    """Root → key, in order → the positions of the people whose identities lead to it.

    One question for each query of the map, whatever the number of people.
    """
    asked: dict[str, list[tuple[int, str]]] = {}
    for number, identities in enumerate(people):
        for kind, value in identities:
            asked.setdefault(kind, []).extend((number, variant) for variant in _asked(kind, value))
    found: dict[str, dict[RootKey, set[int]]] = {}
    for kind, given in asked.items():
        for identity in data_map.identities.get(kind, []):
            keys = found.setdefault(identity.root, {})
            for position, key in snapshot.find_identities(identity.query, [value for _, value in given]):
                keys.setdefault(key, set()).add(given[position][0])
            for position, key in snapshot.find_apart(identity.root, kind, [value for _, value in given]):
                keys.setdefault(key, set()).add(given[position][0])
    return {
        root: {key: sorted(keys[key]) for key in sorted(keys, key=_order)}
        for root, keys in found.items()
        if keys
    }


def _asked(kind: str, value: str) -> list[str]:
    """What is asked for: an address with space around it too."""
    written = variants(kind, value)
    if kind != "email":
        return written
    return [*written, *(around.format(one) for one in written for around in _AROUND)]


def variants(kind: str, value: str) -> list[str]:
    """The ways a system may have written an identity: a phone in E.164, national or bare digits."""
    value = value.strip()
    if kind == "email":
        return _addresses(value)
    if kind != "phone":
        return [value]
    try:
        number = phonenumbers.parse(value, REGION)
    except phonenumbers.NumberParseException:
        return [value]
    formats = phonenumbers.PhoneNumberFormat
    numbers = [
        phonenumbers.format_number(number, f) for f in (formats.E164, formats.NATIONAL, formats.INTERNATIONAL)
    ]
    bare = numbers[1].replace(" ", "")
    return list(dict.fromkeys([value, *numbers, bare]))


def _addresses(value: str) -> list[str]:
    """An address in lower case; where it has accents, composed or not, and as capitals that a system does not fold."""
    if value.isascii():
        return [value.lower()]
    cases = (value.lower(), value, value.upper())
    return list(dict.fromkeys(normalize(form, case) for case in cases for form in ("NFC", "NFD")))


def replacing(kind: str, was: str, becomes: str) -> Replace:
    """One value of a kind gives way to another wherever it is written, in any of the ways that people write it.

    An e-mail address is the same in capitals, a telephone number with or without its country and whatever stands
    between its digits; a name or a number is the same to the letter.
    """
    fold = {"email": "case", "phone": "digits"}.get(kind, "exact")
    return Replace.model_validate({"forms": _forms(kind, was), "fold": fold, "by": becomes})


def same(kind: str, one: str, other: str) -> bool:
    """Whether two written values of a kind are one."""
    return _bare(kind, other) in _forms(kind, one)


def _bare(kind: str, value: str) -> str:
    """A value as a comparison folds it."""
    if kind == "email":
        return value.strip().lower()
    if kind != "phone":
        return value.strip(" ")
    return "".join(one for one in value if one not in SEPARATORS)


def _forms(kind: str, value: str) -> tuple[str, ...]:
    """Every form that a value may have once folded."""
    bare = _bare(kind, value)
    if kind != "phone":
        return (bare,)
    try:
        number = phonenumbers.parse(bare, REGION)
    except phonenumbers.NumberParseException:
        return (bare,)
    if not bare.lstrip("+").isdigit():
        return (bare,)
    country = str(number.country_code)
    full = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]
    own = full.removeprefix(country)
    home = [f"0{own}", own] if country == str(phonenumbers.country_code_for_region(REGION)) else []
    return tuple(dict.fromkeys([bare, f"+{full}", full, f"00{full}", f"+{country}0{own}", *home]))


def _order(key: RootKey) -> tuple[int, str]:
    return (key, "") if isinstance(key, int) else (0, key)
