"""A small organisation at random: rights, holds, a terminal, failing systems and restored backups, against a plain model.

Four people in one system, or the same in two; two of them under one telephone, two sharing what both wrote; and a cupboard of
paper. The model knows nothing of plans: who restricts whom, who holds whom, and who is gone.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from garant.ledger.notes import SigningKey
from tests.apps.rights.asking import Answers, Identity
from tests.apps.rights.target import Target

KEY = SigningKey(bytes(range(32)))
SYSTEMS = ("file", "other")
MAP = """
system: file
label: {fr: Fichier 0, en: File}
connection: {env: GARANT_CROSSROADS}
zone: Europe/Paris
roots: {person: {table: person, key: id}}
roles: {person: {root: person, query: SELECT id AS key FROM person}}
identities:
  email: [{root: person, query: SELECT id AS key FROM person WHERE lower(email) = lower(:identity)}]
  phone: [{root: person, query: SELECT id AS key FROM person WHERE phone = :identity}]
events:
  end: [{root: person, type: date, query: "SELECT id AS key, ended AS at FROM person"}]
tables:
  person:
    key: id
    links: [{root: person, column: id}]
    columns:
      email: {category: email-address, erase: blank, identity: email}
      phone: {category: phone-number, erase: blank, identity: phone}
  author:
    links: [{root: person, column: person_id}]
    columns: {}
  text:
    key: id
    links: [{parent: author, column: id, parent_column: text_id, relation: co-owned}]
    columns: {body: {category: correspondence, erase: blank}}
dispositions:
  erase:
    root: person
    actions:
      - {table: text, do: delete}
      - {table: author, do: delete}
      - {table: person, do: delete}
promises: [{rule: prospects, role: person, event: end, dispositions: erase}]
restriction: {person: {table: person, set: {active: false}, lift: {active: true}}}
"""
PAPER = f"""
system: paper
label: {{fr: Archives papier, en: Paper archive}}
connector: manual
responsible: {{name: Camille Exemple, email: camille@archive.example}}
days: 14
key: {KEY.verifier("paper")}
"""


@dataclass
class Restricts:
    """Something that restricts: whose records, by what it named them; whether its run did all of it."""

    by: str
    value: str
    whole: bool
    told: bool = False
    keys: set[int] = field(default_factory=set[int])
    """The records that its runs were about, whatever they are named now."""


@dataclass
class World:
    """The organisation of one story, and what is so of it by the model."""

    organisation: str
    target: Target
    first: int
    dice: random.Random
    requests: dict[str, Restricts] = field(default_factory=dict[str, Restricts])
    terminal: dict[int, str] = field(default_factory=dict[int, str])
    """Record → the identity named at the terminal."""
    paper: set[str] = field(default_factory=set[str])
    """What the terminal named, and somebody set apart on paper: nobody there knows it for another name."""
    held: dict[int, str] = field(default_factory=dict[int, str])
    """Record → the hold on it."""
    gone: set[int] = field(default_factory=set[int])
    lost: set[int] = field(default_factory=set[int])
    """Those of them whom the business software deleted by itself."""
    story: list[str] = field(default_factory=list[str])
    waiting: dict[str, Restricts] = field(default_factory=dict[str, Restricts])
    """The requests that are not answered; those of them that restrict in part are among the others too."""
    now: dict[int, dict[str, str]] = field(default_factory=dict[int, dict[str, str]])
    """Record → by what it is known now."""
    before: dict[int, dict[str, str]] = field(default_factory=dict[int, dict[str, str]])
    renamings: int = 0
    mortal: bool = False
    """Whether processes are killed in the middle of what they do."""
    disturbed: set[int] = field(default_factory=set[int])
    """The records that changed in the system while the last run stood still."""
    another: int = 0
    held_since: set[int] = field(default_factory=set[int])
    """The records that a hold was placed on while the last run stood still, and that were there."""
    freed: set[int] = field(default_factory=set[int])
    """Those whose hold ended meanwhile."""
    drawn: int = 0
    """How often the map was drawn anew."""
    version: int = 0
    """Which of these is in force."""
    redrawn: bool = False
    """Whether it became another while the last run stood still."""
    answers: Answers = field(default_factory=Answers)

    def __post_init__(self) -> None:
        a, b, c, d = self.people
        for key, phone in zip(self.people, ("1", "1", "3", "4"), strict=True):
            self.now[key] = self.before[key] = {
                "email": f"p{key}@x.example",
                "phone": f"+3319{self.first:06d}{phone}",
            }
        lately = datetime.now(UTC).date() - timedelta(
            days=30
        )  # a day to come would tell of whoever came again (ADR 0106)
        rows = [(a, "1"), (b, "1"), (c, "3"), (d, "4")]  # two under one telephone
        for key, phone in rows:
            old = "2015-01-01" if key == d else lately.isoformat()
            active = key not in self.set_aside
            self.tell(
                f"INSERT INTO person VALUES ({key}, 'p{key}@x.example', '+3319{self.first:06d}{phone}', '{old}', {active})"
            )
        for number, owners in enumerate(([a], [b], [a, c], [c, d], [d]), start=self.first):
            self.tell(f"INSERT INTO text VALUES ({number}, 'Text {number}')")
            for one in owners:
                self.tell(f"INSERT INTO author VALUES ({number}, {one})")

    @property
    def set_aside(self) -> set[int]:
        """The records that the business software itself had made inactive, before anything restricted them."""
        return {key for key in self.people if random.Random(key).random() < 0.3}

    @property
    def people(self) -> list[int]:
        return [self.first + number for number in range(4)]

    def ask(self, query: str) -> list[Any]:
        return self.target.ask(query)

    def tell(self, *statements: str) -> None:
        self.target.tell(*statements)

    # ---------------------------------------------------------------- what the model says

    def identities(self, key: int) -> dict[str, str]:
        return self.now[key]

    def named(self, value: str) -> set[int]:
        """The records that somebody's address or number leads to."""
        return {key for key in self.people if value in self.identities(key).values() and key not in self.gone}

    def restricted(self, key: int) -> tuple[bool, bool]:
        """Whether something restricts a record, and whether a run did all of what one that does asked."""
        mine = [one for one in self.requests.values() if key in one.keys]
        return bool(mine) or key in self.terminal, any(one.whole for one in mine)

    # ---------------------------------------------------------------- what is checked

    def check(self) -> None:
        """After each deed: who is marked, who is gone, what is shared, and what is answered."""
        found = {key: bool(active) for key, active in self.ask("SELECT id, active FROM person")}
        for key in self.people:
            assert (key in found) == (key not in self.gone), self.told(f"{key} is there: {key in found}")
            some, whole = self.restricted(key)
            if key in found and (whole or not some):
                active = not some and key not in self.set_aside
                assert found[key] == active, self.told(f"{key} restricted: {some}, active: {found[key]}")
        for wrong in self.answers.wrong(self.organisation):
            raise AssertionError(self.told(wrong))
        self._check_texts()

    def known_as(self, keys: Iterable[int]) -> set[Identity]:
        """All by which whoever these records are of may be asked about."""
        rows = {("row", f"{system}/person/{key}") for key in keys for system in SYSTEMS[: len(self.target)]}
        return rows | {one for key in keys for one in self.identities(key).items()}

    def _check_texts(self) -> None:
        """A text goes with the last who wrote it, and no sooner."""
        a, b, c, d = self.people
        there = {number for (number,) in self.ask("SELECT id FROM text")}
        for number, owners in enumerate(({a}, {b}, {a, c}, {c, d}, {d}), start=self.first):
            assert (number in there) == bool(owners - self.gone), self.told(f"text {number}")

    def told(self, what: str) -> str:
        """The story, for whoever reads a failure."""
        return "\n".join([*self.story, what])
