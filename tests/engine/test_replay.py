"""Replay: what was erased and came back with a backup goes again; whoever was given its key stays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

import pytest

from garant.engine.document import Plan
from garant.engine.holds import Hold
from garant.engine.marks import identifying
from garant.engine.planning.replay import Erased, Kin, Replay, Unlooked, plan_replay
from garant.engine.planning.subject import plan_subject
from garant.engine.running.execution import Execution
from garant.engine.running.run import BATCH
from tests.engine.support.databases import Contents
from tests.engine.support.running import Notebook, retention
from tests.engine.support.shop import AS_OF, OLD, SQL_TYPES, TABLES, Shop
from tests.support.again import again

KEY = b"a key for the marks of the erased"


@dataclass
class Listed:
    """A suppression list in memory."""

    erased: dict[Kin, dict[str, list[Erased]]] = field(default_factory=lambda: defaultdict(dict))

    def listed(self) -> Mapping[tuple[str, str], int]:
        return {(kin.system, kin.root): len(marks) for kin, marks in self.erased.items()}

    def kinds(self, system: str) -> Sequence[Kin]:
        return [kin for kin in self.erased if kin.system == system]

    def marks(self, kin: Kin) -> Sequence[str]:
        return list(self.erased[kin])

    def erasures(self, kin: Kin, marks: Sequence[str]) -> Mapping[str, Sequence[Erased]]:
        return {mark: self.erased[kin][mark] for mark in marks}


def carry_out(
    shop: Shop,
    plan: Plan,
    listed: Listed,
    size: int = BATCH,
    holds: Sequence[Hold] = (),
    *,
    verified: bool = True,
) -> None:
    """Run a plan, and put what it marked on the list, as receipts do."""
    execution = Execution(
        plan, shop.policy, shop.system(), batch_size=size, holding=lambda: holds, marking_key=KEY
    )
    journal = Notebook()
    for key in execution.batch_keys():
        execution.execute(key, journal)
        selection = plan.selections[execution.batch(key).selection]
        parts = [counts for part, counts in journal.written.items() if part.rstrip("ab") == key]
        for counts in parts:
            kin = Kin("crm", selection.root, tuple(counts.get("marked_by", ())))
            for mark, before, after in counts.get("marks", ()):
                listed.erased[kin].setdefault(mark, []).append(
                    Erased(selection.rule, before, after, plan.as_of)
                )
    assert execution.verify(journal).verified == verified


@pytest.mark.parametrize("others", [True, False])
def test_cards_that_stayed_for_people_whom_nothing_dates_go_by_the_list(shop: Shop, others: bool) -> None:
    """Two own each other's card: the first to leave left it to the second, and nothing dates either afterwards."""
    shop.database.run("ALTER TABLE contact ADD COLUMN friend integer")
    link = {"root": "contact", "column": "friend", "relation": "co-owned"}
    shop.document["tables"]["contact"]["links"].append(link)
    shop.people(1).people(2, at="2026-10-05 10:00:00").people(3, at=OLD)
    shop.database.run(
        "UPDATE contact SET friend = 3 - id WHERE id < 3", "DELETE FROM interaction WHERE id = 3"
    )
    listed = Listed()
    carry_out(shop, shop.plan(), listed)
    assert replay(shop, listed).clean, "the second has a right to both cards"
    if others:  # somebody undated, whom no erasure has ever let go, keeps one of them
        shop.database.run("UPDATE contact SET friend = 3 WHERE id = 2")
    carry_out(shop, retention(shop.policy, shop.system(), date(2040, 1, 1)), listed, verified=False)
    found = plan_replay(shop.policy, shop.system(), listed, KEY, as_of=date(2040, 1, 1))
    assert [(one.shared, one.root_keys()) for one in found.plan.selections] == [(True, [1, 2])]
    carry_out(shop, found.plan, listed)
    assert shop.ids("contact") == ([2, 3] if others else [3])


def restore(shop: Shop, backup: Contents) -> None:
    """Bring back the rows of a backup."""
    shop.database.run(*(f'DELETE FROM "{table}"' for table in TABLES))
    for table in TABLES:
        shop.database.insert(table, list(backup[table].values()))


def replay(shop: Shop, listed: Listed, *holds: Hold) -> Replay:
    return plan_replay(shop.policy, shop.system(), listed, KEY, as_of=AS_OF, holds=holds)


@pytest.mark.parametrize("size", [1, 1000])
def test_what_a_backup_brings_back_goes_again(shop: Shop, size: int) -> None:
    shop.people(1, 2, 3).people(4, at="2026-10-01 00:00:00").invoice(3).meet(7, 1, 4)
    backup, listed = shop.rows(), Listed()
    carry_out(shop, shop.plan(), listed, size)
    erased = shop.rows()
    assert replay(shop, listed).clean
    restore(shop, backup)
    found = replay(shop, listed)
    assert (found.looked_for, found.found, found.due, found.others, found.doubtful) == (3, 3, 3, (), ())
    assert shop.rows() == backup, "looking writes nothing"
    carry_out(shop, found.plan, listed, size)
    assert shop.rows() == erased
    assert replay(shop, listed).clean


def test_a_persons_request_is_replayed_and_columns_are_treated_again(shop: Shop) -> None:
    shop.people(1, 2, at="2026-10-01 00:00:00").invoice(1)
    backup, listed = shop.rows(), Listed()
    asked = {"email": "n1@x.example"}
    carry_out(shop, plan_subject(shop.policy, shop.system(), asked, "erasure", as_of=AS_OF), listed)
    erased = shop.rows()
    assert erased["contact"][1]["email"] is None
    restore(shop, backup)
    found = replay(shop, listed)
    assert [(one.root_keys(), one.rule) for one in found.plan.selections] == [([1], None)]
    carry_out(shop, found.plan, listed)
    assert shop.rows() == erased


@pytest.fixture
def emptied(shop: Shop) -> Shop:
    """People’s rows are emptied in place, and meetings name a host and a guest: they own them together."""
    shop.document["dispositions"]["erase"]["actions"][4]["do"] = "treat"
    hosts = [{"root": "contact", "column": f"{who}_id", "relation": "co-owned"} for who in ("host", "guest")]
    shop.document["tables"]["meeting"]["links"] += hosts
    shop.database.run(*(f"ALTER TABLE meeting ADD COLUMN {who}_id integer" for who in ("host", "guest")))
    return shop.people(1, 2, 3, at="2026-10-01 00:00:00")


def host(shop: Shop, meeting: int, who: int, guest: int | None) -> None:
    shop.add("meeting", {"id": meeting, "title": f"m{meeting}", "host_id": who, "guest_id": guest})


def leave(shop: Shop, listed: Listed, *people: int) -> None:
    """One after the other, each by a request of their own."""
    for n in people:
        asked = {"email": f"n{n}@x.example"}
        carry_out(shop, plan_subject(shop.policy, shop.system(), asked, "erasure", as_of=AS_OF), listed)


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_what_two_left_to_one_another_goes_with_a_replay(emptied: Shop, order: tuple[int, int]) -> None:
    """Each owned the rows with somebody who was still there; nobody is any more, and no request finds them."""
    host(emptied, 1, 1, 2)
    host(emptied, 2, 2, 1)
    host(emptied, 3, 1, 3)
    emptied.meet(4, 1, 2)
    emptied.meet(5, 2, 3)
    listed = Listed()
    leave(emptied, listed, order[0])
    assert replay(emptied, listed).clean, "somebody is still there"
    leave(emptied, listed, order[1])
    assert emptied.ids("meeting") == [1, 2, 3, 5]
    before = emptied.rows()
    found = replay(emptied, listed)
    assert (found.due, found.others, found.doubtful) == (2, (), ())
    (selection,) = found.plan.selections
    assert (selection.shared, selection.rows, [a.deleted for a in selection.actions]) == (True, 2, [2])
    assert "several people" in selection.notes[0].en
    carry_out(emptied, found.plan, listed)
    after = emptied.rows()
    assert emptied.ids("meeting") == [3, 5]
    assert {table: after[table] for table in TABLES if table != "meeting"} == {
        table: before[table] for table in TABLES if table != "meeting"
    }
    assert replay(emptied, listed).clean
    leave(emptied, listed, 3)
    assert emptied.ids("meeting") == [3]
    carry_out(emptied, replay(emptied, listed).plan, listed)
    assert emptied.ids("meeting") == []
    assert replay(emptied, listed).clean


@pytest.mark.parametrize("seed", [1, again(2)])
def test_in_any_order_a_meeting_goes_when_its_last_owner_has_left(emptied: Shop, seed: int) -> None:
    """Random meetings, people leaving one by one and a replay now and then; who owns what is counted by hand."""
    dice = Random(seed)
    emptied.people(4, 5, at="2026-10-01 00:00:00")
    owners: dict[int, set[int]] = {}
    for meeting in range(1, 13):
        who = dice.sample(range(1, 6), dice.choice([1, 2, 2, 3]))
        owners[meeting] = set(who[:2])
        host(emptied, meeting, who[0], who[1] if len(who) > 1 else None)
        for attendee in who[2:]:
            emptied.add("attendee", {"meeting_id": meeting, "contact_id": attendee, "said": "yes"})
            owners[meeting].add(attendee)
    listed, gone = Listed(), set[int]()
    for person in dice.sample(range(1, 6), 5):
        leave(emptied, listed, person)
        gone.add(person)
        if dice.random() < 0.7 or len(gone) == 5:
            carry_out(emptied, replay(emptied, listed).plan, listed)
            assert replay(emptied, listed).clean
            assert emptied.ids("meeting") == [m for m, who in owners.items() if not who <= gone]
    assert emptied.ids("meeting") == []


def test_what_a_rule_left_goes_with_a_replay_too(emptied: Shop) -> None:
    """Emptied by the sweep, they have no date any more: no later sweep would ask again."""
    emptied.database.run("UPDATE interaction SET at = '2020-05-05 10:00:00' WHERE id = 1")
    host(emptied, 1, 1, 2)
    listed = Listed()
    carry_out(emptied, emptied.plan(), listed)
    leave(emptied, listed, 2)
    assert emptied.plan().selections[0].due == 0
    assert emptied.ids("meeting") == [1]
    carry_out(emptied, replay(emptied, listed).plan, listed)
    assert emptied.ids("meeting") == []
    assert replay(emptied, listed).clean


def test_a_hold_and_what_is_newly_theirs_are_left_by_it(emptied: Shop) -> None:
    """A note on an emptied card is a question, whatever they own together; a hold keeps what they do."""
    host(emptied, 1, 1, 2)
    listed = Listed()
    leave(emptied, listed, 1, 2)
    held = Hold("h-1", "Legal", "Litigation", activity="crm")
    assert replay(emptied, listed, held).due == 0
    emptied.add("note", {"id": 9, "model": "contact", "res_id": 1, "body": "called again", "file": None})
    found = replay(emptied, listed)
    assert [(q.root, q.keys) for q in found.doubtful] == [("contact", (1,))]
    carry_out(emptied, found.plan, listed)
    assert (emptied.ids("meeting"), 9 in emptied.ids("note")) == ([], True)


def test_a_key_given_to_somebody_else_is_reported_and_never_touched(shop: Shop) -> None:
    shop.people(1, 2)
    listed = Listed()
    carry_out(shop, shop.plan(), listed)
    shop.people(1, at="2026-10-30 00:00:00")
    shop.database.run(
        "UPDATE contact SET name = 'Someone', email = 'else@x.example', phone = '1' WHERE id = 1"
    )
    before = shop.rows()
    found = replay(shop, listed)
    assert (found.due, found.clean) == (0, False)
    assert [(q.system, q.root, q.keys) for q in found.others] == [("crm", "contact", (1,))]
    carry_out(shop, found.plan, listed)
    assert shop.rows() == before


def test_who_comes_back_of_their_own_will_is_not_erased_for_a_rule(shop: Shop) -> None:
    """Their row stayed, kept by a duty, and says the same as before: only the rule's own term can tell."""
    shop.document["duties"][0]["keeps"]["contact"]["columns"] = "all"
    shop.people(1).invoice(1)
    listed = Listed()
    carry_out(shop, shop.plan(), listed)
    assert shop.ids("contact") == [1]
    shop.add("interaction", {"id": 90, "contact_id": 1, "at": "2026-10-30 00:00:00", "body": "hello again"})
    assert replay(shop, listed).clean
    shop.database.run("UPDATE interaction SET at = '2020-01-01 00:00:00'")
    found = replay(shop, listed)
    assert [(one.rule, one.due) for one in found.plan.selections] == [("prospects", 1)]


@pytest.mark.parametrize("asked", [True, False])
def test_who_was_erased_and_has_come_again_is_not_back_from_a_backup(shop: Shop, asked: bool) -> None:
    """The same key and the same address, as where a newsletter knows its readers by these: subscribed again since."""
    shop.people(1)
    backup, listed = shop.rows(), Listed()
    erasure = plan_subject(shop.policy, shop.system(), {"email": "n1@x.example"}, "erasure", as_of=AS_OF)
    carry_out(shop, erasure if asked else shop.plan(), listed)
    assert shop.ids("contact") == []
    restore(shop, backup)
    shop.database.run(f"UPDATE interaction SET at = '{AS_OF + timedelta(days=1)} 00:00:00'")
    before = shop.rows()
    found = replay(shop, listed)
    assert (found.due, [q.keys for q in found.others], found.clean) == (0, [(1,)], False)
    carry_out(shop, found.plan, listed)
    assert shop.rows() == before
    shop.database.run(f"UPDATE interaction SET at = '{AS_OF} 12:00:00'")
    assert (replay(shop, listed).due, replay(shop, listed).others) == (1, ())


def test_where_nothing_is_dated_whoever_is_back_goes_again(shop: Shop) -> None:
    """No fact of such a root can say that it came again: the plan shows it, and a person approves."""
    shop.people(1)
    backup, listed = shop.rows(), Listed()
    for part in ("promises", "duties", "events", "roles"):
        shop.document.pop(part, None)
    asked = {"email": "n1@x.example"}
    carry_out(shop, plan_subject(shop.policy, shop.system(), asked, "erasure", as_of=AS_OF), listed)
    restore(shop, backup)
    shop.database.run(f"UPDATE interaction SET at = '{AS_OF + timedelta(days=1)} 00:00:00'")
    found = replay(shop, listed)
    assert (found.due, found.others) == (1, ())


def test_erasures_that_no_map_leads_to_any_more_are_told(shop: Shop) -> None:
    shop.people(1, 2)
    listed = Listed()
    carry_out(shop, shop.plan(), listed)
    assert replay(shop, listed).clean
    (kin,) = listed.erased
    for system, root in (("crm", "reader"), ("erp", "contact")):
        other = Listed({Kin(system, root, kin.columns): listed.erased[kin]})
        found = replay(shop, other)
        assert (found.looked_for, found.unlooked, found.clean) == (0, (Unlooked(system, root, 2),), False)
        of_one = plan_replay(shop.policy, shop.system(), other, KEY, as_of=AS_OF, every=False)
        assert of_one.clean == (system == "erp"), "nobody asked about the other system"


def test_where_the_row_cannot_tell_a_request_is_asked_about(shop: Shop) -> None:
    shop.document["duties"][0]["keeps"]["contact"]["columns"] = "all"
    shop.people(1, 2).invoice(1)
    listed = Listed()
    carry_out(
        shop,
        plan_subject(shop.policy, shop.system(), {"email": "n1@x.example"}, "erasure", as_of=AS_OF),
        listed,
    )
    assert replay(shop, listed).clean
    shop.add("interaction", {"id": 90, "contact_id": 1, "at": "2026-10-30 00:00:00", "body": "hello again"})
    found = replay(shop, listed)
    assert (found.due, [q.keys for q in found.doubtful], found.clean) == (0, [(1,)], False)


def test_a_hold_stops_a_replay_too_and_what_it_kept_was_never_listed(shop: Shop) -> None:
    shop.people(1, 2, 3)
    backup, listed = shop.rows(), Listed()
    hold = Hold("h-1", "legal", "a reason", date(2099, 1, 1), identities=(("email", "n1@x.example"),))
    plan = shop.plan()
    carry_out(shop, plan, listed, holds=[hold])
    assert [len(marks) for marks in listed.erased.values()] == [2]
    restore(shop, backup)
    later = Hold("h-2", "legal", "a reason", date(2099, 1, 1), identities=(("email", "n2@x.example"),))
    found = replay(shop, listed, later)
    assert [one.root_keys() for one in found.plan.selections] == [[3]]
    carry_out(shop, found.plan, listed, holds=[hold, later])
    assert shop.ids("contact") == [1, 2]
    assert replay(shop, listed, hold, later).plan.selections == []


def test_a_rule_that_no_map_answers_any_more_is_asked_about(shop: Shop) -> None:
    shop.document["duties"][0]["keeps"]["contact"]["columns"] = "all"
    shop.people(1, 2).invoice(1)
    backup, listed = shop.rows(), Listed()
    carry_out(shop, shop.plan(), listed)
    restore(shop, backup)
    shop.document["promises"] = []
    found = replay(shop, listed)
    assert [(one.rule, one.root_keys()) for one in found.plan.selections] == [(None, [2])]
    assert [q.keys for q in found.doubtful] == [(1,)]


def test_a_root_without_identities_is_known_by_all_its_columns(shop: Shop) -> None:
    data_map = shop.map()
    assert identifying(data_map, "contact") == ("email", "name", "phone")
    for column in shop.document["tables"]["contact"]["columns"].values():
        column.pop("identity")
    assert identifying(shop.map(), "contact") == ("email", "name", "phone")
    del shop.document["tables"]["contact"]["columns"]["phone"]["erase"]
    shop.document["tables"]["contact"]["columns"].pop("name")
    assert identifying(shop.map(), "contact") == ("email", "phone")


def test_a_root_that_a_constraint_keeps_is_not_listed(shop: Shop) -> None:
    whole, _ = SQL_TYPES[shop.database.name]
    shop.people(1, 2)
    shop.database.run(
        f"CREATE TABLE bond (id {whole} PRIMARY KEY, contact_id {whole}, "
        "FOREIGN KEY (contact_id) REFERENCES contact (id))",
        "INSERT INTO bond VALUES (1, 1)",
    )
    listed = Listed()
    execution, journal = Execution(shop.plan(), shop.policy, shop.system(), marking_key=KEY), Notebook()
    result = execution.execute("001/0001", journal)
    assert result.blocks
    marks = [mark for counts in journal.written.values() for mark in counts.get("marks", ())]
    assert len(marks) == 1
    assert listed.kinds("crm") == []
