"""Cards with several owners, where promises archive and a duty keeps: people are swept as brute force says."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.support.archives import Vault, archived_rule, archiving_shop
from tests.engine.support.databases import Database
from tests.engine.support.examples import examples
from tests.engine.support.oracle import ends
from tests.engine.support.policies import policy
from tests.engine.support.running import carry_out, retention
from tests.engine.support.shop import AS_OF, OLD, Shop

BETWEEN = "2024-05-05 10:00:00"
"""Past the active year, within the three years of the whole."""


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path)


def with_friends(shop: Shop) -> Shop:
    """The shop where a contact's friend owns the contact's card too."""
    shop.database.run("ALTER TABLE contact ADD COLUMN friend integer")
    links = shop.document["tables"]["contact"]["links"]
    links.append({"root": "contact", "column": "friend", "relation": "co-owned"})
    return shop


@pytest.mark.parametrize("size", [1, 1000])
def test_what_a_duty_of_one_does_not_keep_goes_to_the_archive_with_the_other(
    shop: Shop, vault: Vault, size: int
) -> None:
    """1 is past the whole term and has an invoice; 2, of the archive, owns the card too."""
    archiving_shop(with_friends(shop)).people(1, at=OLD).people(2, at=BETWEEN).invoice(1)
    shop.database.run("UPDATE contact SET friend = 2 WHERE id = 1")
    plan = retention(shop.policy, vault.systems(shop), AS_OF)
    treated = [sum(a.treated for a in s.actions if a.table == "contact") for s in plan.selections]
    assert treated == [0, 1]
    _, checked = carry_out(plan, shop.policy, vault.systems(shop), size)
    assert checked.verified, checked
    (left,) = shop.rows("contact")["contact"].values()
    assert (str(left["name"]), left["email"], left["phone"]) == ("N1", None, None)
    archived = vault.by_key()
    assert {row["email"] for row in archived[2]["contact"]} == {"n1@x.example", "n2@x.example"}


PROMISES = {"odd": (1, 3), "even": (2, 4)}
"""Years in the active base, and years in all: ``odd`` from an interaction, ``even`` from a day of its own table."""


@dataclass
class Person:
    """Somebody, as the oracle knows them."""

    roles: set[str]
    days: dict[str, date]
    """Promise → the fact that it counts from."""
    duty: bool
    """An invoice holds them: their own card keeps its name."""
    owners: set[int]
    """Of their own card."""
    full: bool = True
    """Whether their card has its e-mail address."""

    def past(self, promise: str, day: date, *, archive: bool = False) -> bool:
        years = PROMISES[promise][0 if archive else 1]
        return promise in self.days and ends(self.days[promise], f"P{years}Y") < day

    def course(self, day: date, archiving: set[str]) -> str:
        """Whether they end, are archived, or stay; nothing dated is a term that has no end."""
        if self.roles and all(self.past(promise, day) for promise in self.roles):
            return "end"
        for promise in self.roles & archiving:
            others = self.roles - {promise}
            if self.past(promise, day, archive=True) and all(self.past(one, day) for one in others):
                return "archive"
        return "stay"

    def unknown(self, day: date) -> bool:
        """Whether promises concern them, and nothing dates them within a term."""
        return bool(self.roles) and all(p not in self.days or self.past(p, day) for p in self.roles)


@dataclass
class People:
    """The oracle: loops over people, nothing of the engine."""

    here: dict[int, Person]
    archiving: set[str]

    def sweep(self, day: date) -> bool:
        """What a sweep leaves, and whether it can be called verified."""
        course = {key: one.course(day, self.archiving) for key, one in self.here.items()}
        parting = {key for key, what in course.items() if what != "stay"}
        verified = True
        for one in self.here.values():
            owners = one.owners & self.here.keys()
            leaving, staying = owners & parting, owners - parting
            if leaving and staying and all(self.here[owner].unknown(day) for owner in staying):
                verified &= not self._waits(one, owners, leaving)
            if leaving and not staying and not any(self.here[owner].duty for owner in owners):
                one.full, one.owners = False, set()
            elif leaving and not staying:
                one.full = False
        for key in parting:
            self.here[key].days.pop("odd", None)
        self.here = {key: one for key, one in self.here.items() if one.owners}
        return verified

    def _waits(self, one: Person, owners: set[int], leaving: set[int]) -> bool:
        """Whether something of a card would go if the undated went too; nobody leaves but those a duty holds: its name."""
        kept = any(self.here[owner].duty for owner in owners)
        return one.full or not kept


def draw(chance: Random, shop: Shop, archiving: set[str]) -> People:
    """People of either promise, or of both, with invoices and friends, some of whom nothing dates."""
    people, numbers = People({}, archiving), range(1, chance.randint(2, 6))
    marks = {"odd": "(1, 3)", "even": "(2, 3)"}
    shop.database.run("CREATE TABLE visit (contact_id integer, at date)")
    shop.document["promises"] = []
    for promise, asked in marks.items():
        query = f"SELECT id AS key FROM contact WHERE customer IN {asked}"
        shop.document["roles"][promise] = {"root": "contact", "query": query}
        bound = {"rule": promise, "role": promise, "event": "last-contact", "dispositions": "erase"}
        shop.document["promises"].append({**bound, "archive": promise in archiving})
    shop.document["promises"][1]["event"] = "last-visit"
    visits = {"root": "contact", "type": "date", "query": "SELECT contact_id AS key, at AS at FROM visit"}
    shop.document["events"]["last-visit"] = [visits]
    odd, even = (archived_rule(f"P{active}Y", f"P{whole - active}Y") for active, whole in PROMISES.values())
    shop.policy = policy("UTC", odd=odd, even=even, invoices="P30Y")
    for number in numbers:
        mark, friend = chance.choice((0, 1, 1, 2, 2, 3)), chance.choice((None, *numbers))
        roles = {role for role, bit in (("odd", 1), ("even", 2)) if mark & bit}
        ages = {role: chance.choice((30, 500, 900, 1300, 1700)) for role in marks if chance.random() < 0.85}
        days = {role: AS_OF - timedelta(days=age) for role, age in ages.items()}
        one = Person(roles, days, chance.random() < 0.35, {number} | ({friend} if friend else set()))
        people.here[number] = one
        shop.people(number, customer=mark, at=f"{days.get('odd', AS_OF)} 12:00:00")
        shop.database.run(f"UPDATE contact SET friend = {friend or 'NULL'} WHERE id = {number}")
        if "odd" not in days:
            shop.database.run(f"DELETE FROM interaction WHERE id = {number}")
        if "even" in days:
            shop.database.run(f"INSERT INTO visit VALUES ({number}, '{days['even']}')")
        if one.duty:
            shop.invoice(number)
    return people


def sweep_after_sweep(database: Database, seed: int, size: int, archiving: tuple[str, ...]) -> None:
    """Which cards are there, which are whole, and whether that is called verified: each time what the oracle says."""
    database.clear()
    shop = with_friends(Shop(database).create())
    people = draw(Random(seed), shop, set(archiving))
    drawn = "\n".join(f"{key}: {one}" for key, one in people.here.items())
    with tempfile.TemporaryDirectory() as folder:
        vault = Vault(Path(folder))
        for day in (AS_OF, date(2027, 11, 1), date(2029, 6, 1), date(2040, 1, 1)):
            expected = people.sweep(day)
            systems = {name: one for name, one in vault.systems(shop).items() if name == "crm"}
            plan = retention(shop.policy, systems, day)
            _, checked = carry_out(plan, shop.policy, systems, size)
            cards = {
                int(row["id"]): row["email"] is not None for row in shop.rows("contact")["contact"].values()
            }
            assert cards == {key: one.full for key, one in people.here.items()}, (day, drawn)
            assert checked.verified == expected, (day, drawn, checked)
    shop.close()


@pytest.mark.parametrize(
    ("seed", "size", "archiving"),
    [(1510, 1, ("even",)), (74339, 1, ("even",)), (1000, 1000, ("odd", "even")), (40, 1, ("odd", "even"))],
)
def test_sweeps_leave_what_is_kept_in_worlds_that_once_went_wrong(
    database: Database, seed: int, size: int, archiving: tuple[str, ...]
) -> None:
    sweep_after_sweep(database, seed, size, archiving)


@given(
    st.integers(0, 10**9),
    st.sampled_from([1, 2, 1000]),
    st.sampled_from([("odd",), ("even",), ("odd", "even")]),
)
@examples(6)
def test_sweeps_leave_of_a_card_what_a_right_or_a_duty_keeps(
    database: Database, seed: int, size: int, archiving: tuple[str, ...]
) -> None:
    sweep_after_sweep(database, seed, size, archiving)
