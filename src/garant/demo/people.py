"""People and firms who do not exist."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from garant.demo import words
from garant.demo.dice import Calendar, Dice

_OTHERS: Final = re.compile(r"[^a-z0-9]+")

ODD_EVERY: Final = 997
"""One person in so many bears a name that breaks careless programs."""


@dataclass(frozen=True, slots=True)
class Person:
    """A name and how to reach it."""

    civility: str
    first: str
    last: str
    full: str
    email: str
    phone: str
    mobile: str | None


@dataclass(frozen=True, slots=True)
class Address:
    street: str
    zip: str
    city: str


@dataclass(frozen=True, slots=True)
class Firm:
    name: str
    form: str
    domain: str
    address: Address


class Crowd:
    """Makes people, firms and texts from one source of chance."""

    def __init__(self, seed: str, calendar: Calendar) -> None:
        self.dice = Dice(seed)
        self.calendar = calendar
        self._met = 0
        self._plain: dict[str, str] = {}

    def person(self, domain: str = "courriel.example") -> Person:
        self._met += 1
        dice = self.dice
        woman = dice.chance(0.49)
        first = dice.pick(words.WOMEN if woman else words.MEN)
        last = dice.pick(words.FAMILIES)
        if self._met % ODD_EVERY == 5:
            first, last = words.ODD_NAMES[self._met // ODD_EVERY % len(words.ODD_NAMES)]
        email = f"{self.plain(first)}.{self.plain(last)}{self._met}@{domain}"
        mobile = self._number(words.MOBILE) if dice.chance(0.6) else None
        return Person(
            "Mme" if woman else "M.",
            first,
            last,
            f"{first} {last}",
            email,
            self._number(dice.pick(words.PHONES)),
            mobile,
        )

    def address(self) -> Address:
        city, department = self.dice.pick(words.TOWNS)
        street = f"{self.dice.between(1, 148)} {self.dice.pick(words.STREETS)}"
        return Address(street, f"{department}{self.dice.upto(90):02d}0", city)

    def firm(self) -> Firm:
        address = self.address()
        pattern, form = self.dice.pick(words.FIRM_KINDS)
        public = form in ("régie", "commune")
        brand = self.dice.pick(words.BRAND_STARTS) + self.dice.pick(words.BRAND_ENDS)
        name = pattern.format(address.city if public else brand)
        return Firm(name, form, f"{self.plain(name)}.example", address)

    def instant(self, ago: int, minute: int | None = None) -> str:
        """An instant of that day, within French office hours unless the minute is given."""
        return self.calendar.instant(ago, minute or self.dice.between(470, 1000))

    def say(self, texts: tuple[str, ...], name: str) -> str:
        return self.dice.pick(texts).replace("{name}", name)

    def bank_account(self) -> str:
        """Shaped like a French IBAN, with control digits no bank can issue (00)."""
        return f"FR00 9999 9{self.dice.upto(10**9):09d} {self.dice.upto(10**6):06d}"

    def ip_address(self) -> str:
        """An address kept for documentation (RFC 5737)."""
        return f"203.0.113.{self.dice.upto(254) + 1}"

    def plain(self, text: str) -> str:
        """Lower-case ASCII letters, digits and hyphens only."""
        known = self._plain.get(text)
        if known is None:
            ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
            known = self._plain[text] = _OTHERS.sub("-", ascii_only.lower()).strip("-") or "x"
        return known

    def _number(self, start: str) -> str:
        digits = f"{start}{self.dice.upto(10_000):04d}"
        return " ".join(digits[i : i + 2] for i in range(0, 10, 2))
