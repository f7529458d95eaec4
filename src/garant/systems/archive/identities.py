"""Identities in one form only: what is hashed when a record is made and when a person is looked for."""

from __future__ import annotations

import unicodedata

import phonenumbers

REGION = "FR"
"""Where a telephone number without country code is from."""


def one_form(kind: str, value: str) -> str:
    """An e-mail in lower case, a telephone in E.164 where it is one; anything else without its blanks."""
    plain = unicodedata.normalize("NFC", value).strip()
    if kind == "email":
        return plain.lower()
    if kind != "phone":
        return "".join(plain.split()).casefold()
    try:
        number = phonenumbers.parse(plain, REGION)
    except phonenumbers.NumberParseException:
        return "".join(plain.split())
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
