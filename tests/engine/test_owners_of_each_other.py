"""People who own each other's own card: a row stays while one owner has a right to be there, and leaves with the last."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from garant.engine.running.execution import Execution
from tests.engine.support.databases import Database
from tests.engine.support.examples import examples
from tests.engine.support.oracle import ends
from tests.engine.support.policies import policy, rule
from tests.engine.support.running import Notebook, carry_out, retention
from tests.engine.support.shop import AS_OF, OLD, RECENT, Shop

LAST = date(2040, 1, 1)
"""Past everybody's term."""

PROMISES = {"odd": "P1Y", "even": "P2Y"}
"""``odd`` counts from an interaction, which goes with the person; ``even`` from an invoice, which stays."""


def friendly(shop: Shop, *roles: str) -> Shop:
    """The shop where a contact's friend owns the contact's card too, with one promise for each role."""
    shop.database.run("ALTER TABLE contact ADD COLUMN friend integer")
    links = shop.document["tables"]["contact"]["links"]
    links.append({"root": "contact", "column": "friend", "relation": "co-owned"})
    marks = {"odd": "(1, 3)", "even": "(2, 3)"}
    (promise,) = shop.document["promises"]
    shop.document["promises"] = []
    for role in roles:
        asked = f"SELECT id AS key FROM contact WHERE customer IN {marks[role]}"
        shop.document["roles"][role] = {"root": "contact", "query": asked}
        event = "last-contact" if role == "odd" else "last-invoice"
        shop.document["promises"].append({**promise, "rule": role, "role": role, "event": event})
    shop.document["duties"] = []
    shop.policy = policy("UTC", **{role: PROMISES[role] for role in roles})
    return shop


def befriend(shop: Shop, **pairs: int) -> None:
    for one, other in pairs.items():
        shop.database.run(f"UPDATE contact SET friend = {other} WHERE id = {one[1:]}")


@pytest.mark.parametrize("size", [1, 1000])
def test_two_promises_end_two_who_own_each_others_card(shop: Shop, size: int) -> None:
    friendly(shop, "odd", "even").people(1, customer=1).people(2, customer=2).invoice(2, at=OLD)
    befriend(shop, _1=2, _2=1)
    plan = shop.plan()
    assert [(s.rule, s.due, s.rows) for s in plan.selections] == [("odd", 1, 1), ("even", 1, 5)]
    _, checked = carry_out(plan, shop.policy, shop.system(), size)
    assert checked.verified, checked
    assert shop.ids("contact") == shop.ids("note") == shop.ids("interaction") == []


def test_who_is_past_one_term_and_not_another_still_owns_what_is_shared(shop: Shop) -> None:
    friendly(shop, "odd", "even").people(1, customer=1).people(2, customer=3).invoice(2, at=RECENT)
    befriend(shop, _1=2, _2=1)
    _, checked = carry_out(shop.plan(), shop.policy, shop.system())
    assert checked.verified, checked
    assert (shop.ids("contact"), shop.ids("interaction")) == ([1, 2], [2])


def test_whose_term_has_ended_early_keeps_nothing_for_another_selection(shop: Shop) -> None:
    """The plan and the look before the run say the same of them."""
    friendly(shop, "odd", "even").people(1, customer=1, at=RECENT).people(2, customer=2)
    shop.policy = policy("UTC", odd=rule("P1Y", sooner="last-invoice"), even="P2Y")
    shop.invoice(1, at=OLD).invoice(2, at=OLD)
    befriend(shop, _2=1)
    plan = shop.plan()
    assert [(s.rule, s.due, s.sooner) for s in plan.selections] == [("odd", 1, 1), ("even", 1, 0)]
    _, checked = carry_out(plan, shop.policy, shop.system())
    assert checked.verified, checked
    assert shop.ids("contact") == []


def test_what_stays_for_people_whom_nothing_dates_is_said_and_is_not_verified(shop: Shop) -> None:
    """The first to leave left their card to the other, and is dated by nothing when the other leaves."""
    friendly(shop, "odd").people(1, customer=1).people(2, customer=1, at="2026-10-05 10:00:00")
    befriend(shop, _1=2, _2=1)
    first = shop.plan()
    assert first.selections[0].notes == []
    _, checked = carry_out(first, shop.policy, shop.system())
    assert checked.verified, "the second has a right to both cards"
    later = retention(shop.policy, shop.system(), date(2040, 1, 1))
    assert (later.selections[0].due, later.selections[0].undated) == (1, 1)
    assert "whom nothing dates" in later.selections[0].notes[0].en
    _, checked = carry_out(later, shop.policy, shop.system())
    assert not checked.verified
    (left,) = checked.selections[0].left
    assert (left.table, left.do, left.rows, left.undated) == ("contact", "delete", 2, True)


def test_the_card_of_somebody_undated_stays_and_is_said(shop: Shop) -> None:
    """Nobody can tell it from that of somebody who has left before: nothing dates either."""
    friendly(shop, "odd").people(1, 2, customer=1)
    shop.database.run("DELETE FROM interaction WHERE id = 2")
    befriend(shop, _2=1)
    _, checked = carry_out(shop.plan(), shop.policy, shop.system())
    assert shop.ids("contact") == [2]
    assert [(left.table, left.undated) for left in checked.selections[0].left] == [("contact", True)]


@pytest.mark.parametrize(
    ("keeps", "left"),
    [
        (None, [("delete", 1)]),
        ({"invoice": {"row": True, "columns": "all"}}, [("delete", 1)]),
        ({"contact": {"row": True, "columns": ["name"]}}, [("treat", 1)]),
        ({"contact": {"row": True, "columns": "all"}}, []),
    ],
)
def test_somebody_undated_has_a_right_to_what_a_duty_keeps_of_their_card(
    shop: Shop, keeps: dict[str, Any] | None, left: list[tuple[str, int]]
) -> None:
    """They may have left in an earlier year, leaving their card to whoever leaves now."""
    friendly(shop, "odd").people(1, 2, customer=1).invoice(2)
    shop.database.run("DELETE FROM interaction WHERE id = 2")
    befriend(shop, _2=1)
    if keeps is not None:
        why = {"fr": "devoir", "en": "duty"}
        held = {"rule": "invoices", "root": "contact", "role": "invoiced", "event": "last-invoice"}
        shop.document["duties"] = [{**held, "why": why, "keeps": keeps}]
        shop.document["tables"]["invoice"] = {
            "key": "id",
            "links": [{"root": "contact", "column": "contact_id"}],
        }
        shop.policy = policy("UTC", odd="P1Y", invoices="P10Y")
    plan = shop.plan()
    assert bool(plan.selections[0].notes) == bool(left)
    _, checked = carry_out(plan, shop.policy, shop.system())
    assert [(one.do, one.rows) for one in checked.selections[0].left] == left
    assert shop.ids("contact") == [2]


@pytest.mark.parametrize("stop", [1, 2, 3])
def test_who_left_before_an_interruption_is_no_owner_after_it(shop: Shop, stop: int) -> None:
    """Nothing dates them any more: it is the journal that remembers."""
    friendly(shop, "odd", "even").people(1, 3, customer=1).people(2, customer=2).invoice(2, at=OLD)
    befriend(shop, _1=3, _3=2, _2=1)
    plan, notebook = shop.plan(), Notebook()
    first = Execution(plan, shop.policy, shop.system(), batch_size=1)
    for key in first.batch_keys()[:stop]:
        first.execute(key, notebook)
    again = Execution(plan, shop.policy, shop.system(), batch_size=1, resumed=True)
    for key in again.batch_keys()[stop:]:
        again.execute(key, notebook)
    assert again.verify(notebook).verified
    assert shop.ids("contact") == []


def test_who_comes_back_during_an_interruption_owns_again(shop: Shop) -> None:
    friendly(shop, "odd", "even").people(1, customer=1).people(2, customer=2).invoice(2, at=OLD)
    befriend(shop, _1=2, _2=1)
    plan, notebook = shop.plan(), Notebook()
    first = Execution(plan, shop.policy, shop.system())
    first.execute(first.batch_keys()[0], notebook)
    shop.add("interaction", {"id": 9, "contact_id": 1, "at": RECENT, "body": "I am back"})
    again = Execution(plan, shop.policy, shop.system(), resumed=True)
    again.execute(again.batch_keys()[1], notebook)
    assert shop.ids("contact") == [1, 2]


@pytest.mark.parametrize("size", [1, 1000])
def test_what_waits_for_a_later_selection_lets_go_of_who_leaves_first(shop: Shop, size: int) -> None:
    """Its reference to them would refuse that they go."""
    friendly(shop, "odd", "even")
    columns = {f"{who}_id": {"category": "correspondence", "erase": "blank"} for who in ("host", "guest")}
    links = [
        {"root": "contact", "column": name, "relation": "co-owned", "columns": [name]} for name in columns
    ]
    shop.document["tables"]["visit"] = {"key": "id", "links": links, "columns": columns}
    shop.document["dispositions"]["erase"]["actions"].insert(0, {"table": "visit", "do": "delete"})
    shop.database.run(
        "CREATE TABLE visit (id integer PRIMARY KEY, host_id integer, guest_id integer, rid integer,"
        " FOREIGN KEY (host_id) REFERENCES contact (id), FOREIGN KEY (guest_id) REFERENCES contact (id))"
    )
    shop.people(1, customer=1).people(2, customer=2).invoice(2, at=OLD)
    shop.add("visit", {"id": 1, "host_id": 1, "guest_id": 2})
    plan = shop.plan()
    visits = [(a.treated, a.deleted) for s in plan.selections for a in s.actions if a.table == "visit"]
    assert visits == [(1, 0), (0, 1)]
    results, checked = carry_out(plan, shop.policy, shop.system(), size)
    assert checked.verified, checked
    assert [result.blocks for result in results] == [[], []]
    assert (shop.ids("contact"), shop.database.scalar("SELECT count(*) FROM visit")) == ([], 0)


@dataclass
class Person:
    """Somebody, as the oracle knows them."""

    roles: set[str]
    dates: dict[str, date]
    """Promise → the last fact that it counts from."""
    owners: set[int]
    """Of their own card."""
    ever: set[str] = field(default_factory=set)


@dataclass
class People:
    """The oracle: dicts and loops over people, nothing of the engine."""

    here: dict[int, Person]

    def past(self, key: int, promise: str, day: date) -> bool:
        dated = self.here[key].dates.get(promise)
        return dated is not None and ends(dated, PROMISES[promise]) < day

    def leaves(self, key: int, day: date) -> bool:
        """Past one term, and kept by no other; nothing dated is a term that has no end."""
        roles = self.here[key].roles
        return bool(roles) and all(self.past(key, promise, day) for promise in roles)

    def has_no_right(self, key: int, day: date) -> bool:
        """Nothing dates them within any promise that concerns them."""
        one = self.here[key]
        return bool(one.roles) and all(p not in one.dates or self.past(key, p, day) for p in one.roles)

    def sweep(self, day: date) -> bool:
        """What a sweep leaves; whether all that is left has somebody with a right to it."""
        leaving = {key for key in self.here if self.leaves(key, day)}
        staying = {
            key: {owner for owner in one.owners if owner in self.here and owner not in leaving}
            for key, one in self.here.items()
        }
        lost = {
            key
            for key, one in self.here.items()
            if one.owners & leaving
            and staying[key]
            and all(self.has_no_right(owner, day) for owner in staying[key])
        }
        gone = {key for key, one in self.here.items() if one.owners & leaving and not staying[key]}
        for key in leaving:
            self.here[key].dates.pop("odd", None)
        self.here = {key: one for key, one in self.here.items() if key not in gone}
        return not lost


def draw(chance: Random, shop: Shop) -> People:
    people, numbers = People({}), range(1, chance.randint(2, 7))
    for number in numbers:
        mark, friend = chance.choice((0, 1, 1, 2, 2, 3)), chance.choice((None, *numbers))
        roles = {role for role, bit in (("odd", 1), ("even", 2)) if mark & bit}
        dates: dict[str, date] = {}
        shop.people(number, customer=mark)
        shop.database.run("DELETE FROM interaction")
        for role in ("odd", "even"):
            if chance.random() < 0.8:
                dates[role] = AS_OF - timedelta(days=chance.choice((30, 300, 500, 900, 1200)))
        people.here[number] = Person(roles, dates, {number} | ({friend} if friend else set()))
        if friend:
            befriend(shop, **{f"_{number}": friend})
    for number, one in people.here.items():
        at = {role: f"{day} 12:00:00" for role, day in one.dates.items()}
        if "odd" in at:
            shop.add("interaction", {"id": number, "contact_id": number, "at": at["odd"]})
        if "even" in at:
            shop.invoice(number, at=at["even"])
    return people


@given(st.randoms(use_true_random=False), st.sampled_from([1, 2, 1000]))
@examples(6)
def test_sweeps_leave_what_people_have_a_right_to(database: Database, chance: Random, size: int) -> None:
    """Sweep after sweep: brute force says what is left, and whether that can be called verified."""
    database.clear()
    shop = friendly(Shop(database).create(), "odd", "even")
    people = draw(chance, shop)
    note({key: (one.roles, one.dates, one.owners) for key, one in people.here.items()})
    dated = {key for key, one in people.here.items() if one.roles and one.roles <= one.dates.keys()}
    said: list[bool] = []
    for day in (AS_OF, date(2027, 6, 1), LAST):
        expected = people.sweep(day)
        plan = retention(shop.policy, shop.system(), day)
        _, checked = carry_out(plan, shop.policy, shop.system(), size)
        assert shop.ids("contact") == shop.ids("note") == sorted(people.here), day
        assert checked.verified == expected, (day, checked)
        said.append(checked.verified)
    undated = sum(selection.undated for selection in retention(shop.policy, shop.system(), LAST).selections)
    shop.close()
    silent = {key for key in dated & people.here.keys() if not righted(people, key)}
    assert not silent or undated or not all(said), "whoever is past all their terms has gone, or is counted"


def righted(people: People, key: int) -> bool:
    """Whether somebody with a right to it owns a card."""
    owners = people.here[key].owners & people.here.keys()
    return any(not people.has_no_right(owner, LAST) for owner in owners)


def test_a_rule_that_counts_from_two_events_keeps_whom_either_keeps(shop: Shop) -> None:
    """1 was last written to long ago, and invoiced this year; 2 was invoiced long ago too."""
    friendly(shop, "odd", "even").people(1, 2, customer=3).invoice(1, at=RECENT).invoice(2, at=OLD)
    shop.document["promises"][1]["rule"] = "odd"
    plan = shop.plan()
    assert [(one.event, one.due) for one in plan.selections] == [("last-contact", 1), ("last-invoice", 1)]
    _, checked = carry_out(plan, shop.policy, shop.system())
    assert checked.verified, checked
    assert shop.ids("contact") == shop.ids("note") == [1]


@pytest.mark.parametrize("size", [1, 1000])
def test_two_roles_that_one_rule_dates_by_one_event_end_together(shop: Shop, size: int) -> None:
    """Each owns the other's card; 3, of one role, is kept by it, and keeps the card that is theirs too."""
    friendly(shop, "odd", "even").people(1, 4, customer=1).people(2, customer=2)
    shop.people(3, customer=2, at=RECENT)
    shop.document["promises"][1] |= {"rule": "odd", "event": "last-contact"}
    befriend(shop, _1=2, _2=1, _4=3)
    _, checked = carry_out(shop.plan(), shop.policy, shop.system(), size)
    assert checked.verified, checked
    assert shop.ids("contact") == [3, 4]
