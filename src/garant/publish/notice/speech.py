"""One policy, spoken in one language: what every section of the notice needs to say its part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from garant.policy.document import Address, Contact, DataCategory, Policy
from garant.policy.text import Language, Text
from garant.publish import words
from garant.publish.countries import country
from garant.publish.notice.document import Line
from garant.publish.typography import typeset


class Labelled(Protocol):
    """A part of a policy that has a label, under a key."""

    @property
    def key(self) -> str:
        """Its key."""
        ...

    @property
    def label(self) -> Text:
        """What it is called."""
        ...


@dataclass(frozen=True, slots=True)
class Speech:
    """A policy and the language in which it is told."""

    policy: Policy
    language: Language

    def say(self, text: Text) -> str:
        """A text of the policy."""
        return text.say(self.language)

    def name_of(self, part: Labelled) -> str:
        """What a part of the policy is called: its label, or its key where nothing is written."""
        return self.titled(part.label, part.key)

    def titled(self, text: Text, key: str) -> str:
        """A text that names something, or the key where it holds no word."""
        said = self.say(text)
        return said if typeset(said, self.language).strip() else key

    def tell(self, fr: str, en: str) -> str:
        """Words of our own."""
        return fr if self.language == "fr" else en

    def line(self, text: Text | None) -> tuple[Line, ...]:
        """A text of the policy as a line, or nothing."""
        return (Line(text=self.say(text)),) if text is not None else ()

    def quiet(self, text: Text | None) -> tuple[Line, ...]:
        """A text of the policy as a line that completes the one before, or nothing."""
        return (Line(text=self.say(text), quiet=True),) if text is not None else ()

    def listed(self, items: Iterable[str]) -> str:
        """Items in a sentence."""
        return words.listed(list(items), self.language)

    def counted(self, number: int, one: Text, many: Text) -> str:
        """A number and its noun."""
        return self.say(words.counted(number, one, many))

    @property
    def name(self) -> str:
        """What the organisation is called."""
        organisation = self.policy.organisation
        return organisation.trade_name or organisation.name

    def data(self, key: str) -> str:
        """The label of a data category."""
        known: DataCategory | None = self.policy.data_categories.get(key)
        return self.name_of(known) if known else key

    def subjects(self, keys: Iterable[str]) -> str:
        """The labels of categories of people, side by side."""
        known = self.policy.subject_categories
        return " · ".join(self.name_of(known[key]) if key in known else key for key in keys)

    def activity(self, key: str) -> str:
        """The label of an activity."""
        known = self.policy.activities.get(key)
        return self.name_of(known) if known else key

    def activity_links(self, keys: Sequence[str]) -> tuple[Line, ...]:
        """Where each of these activities is told."""
        return tuple(
            Line(text=self.activity(key), href=f"#activity.{key}" if key in self.policy.activities else None)
            for key in keys
        )

    def contact(self, contact: Contact) -> tuple[Line, ...]:
        """Every way to reach someone, one a line."""
        said: list[Line] = []
        if who := self.who(contact):
            said.append(Line(text=who))
        if contact.email:
            said.append(Line(text=contact.email, href=f"mailto:{contact.email}"))
        if contact.phone:
            said.append(Line(text=contact.phone))
        if contact.address:
            said.append(Line(text=self.address(contact.address)))
        if contact.url:
            said.append(Line(text=contact.url, href=contact.url))
        return tuple(said)

    def who(self, contact: Contact) -> str:
        """A person or a service, as one names it."""
        person = " ".join(part for part in (contact.first_name, contact.name) if part)
        role = self.say(contact.role) if contact.role else ""
        return ", ".join(part for part in (person, role, contact.company or "") if part)

    def address(self, address: Address) -> str:
        """A postal address on one line."""
        return f"{address.street}, {address.postal_code} {address.city}, {self.say(country(address.country))}"
