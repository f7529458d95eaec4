"""Addresses and numbers, in the one form that is hashed."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import phonenumbers

from garant.engine.identities import REGION
from garant.ledger import LedgerError


class ContactRefusedError(LedgerError):
    """What was given is neither an address nor a number."""


@dataclass(frozen=True, slots=True)
class Contact:
    """An e-mail address in lower case, or a telephone number in E.164."""

    kind: str
    value: str


def contact(kind: str, value: str) -> Contact:
    """An address or a number in its one form.

    Raises:
        ContactRefusedError: it is none. The message does not repeat it: it may name a person.
    """
    if kind == "email":
        return Contact(kind, _address(value))
    if kind == "phone":
        return Contact(kind, _number(value))
    raise ContactRefusedError(
        fr="Une opposition porte sur une adresse (email=…) ou un numéro (phone=…).",
        en="An objection is about an address (email=…) or a number (phone=…).",
    )


def written(text: str) -> Contact:
    """What a line of a file holds: an address where it has an @, else a number."""
    return contact("email" if "@" in text else "phone", text)


def _address(value: str) -> str:
    address = unicodedata.normalize("NFKC", value).strip().lower()
    local, at, domain = address.rpartition("@")
    if not at or not local or "." not in domain or any(c.isspace() for c in address):
        raise ContactRefusedError(fr="Ce n’est pas une adresse.", en="This is not an address.")
    return address


def _number(value: str) -> str:
    try:
        number = phonenumbers.parse(value, REGION)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise ContactRefusedError(fr="Ce n’est pas un numéro.", en="This is not a number.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
