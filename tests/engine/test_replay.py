"""Replay: what was erased and came back with a backup goes again; whoever was given its key stays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pytest

from garant.engine.document import Plan
from garant.engine.execution import Execution
from garant.engine.holds import Hold
from garant.engine.marks import identifying
from garant.engine.replay import Erased, Kin, Replay, plan_replay
from garant.engine.run import BATCH
from garant.engine.subject import plan_subject
from tests.engine.support.databases import Contents
from tests.engine.support.running import Notebook
from tests.engine.support.shop import AS_OF, SQL_TYPES, TABLES, Shop

KEY = b"a key for the marks of the erased"


@dataclass
class Listed:
    """A suppression list in memory."""

    erased: dict[Kin, dict[str, list[Erased]]] = field(default_factory=lambda: defaultdict(dict))

    def kinds(self, system: str) -> Sequence[Kin]:
        return [kin for kin in self.erased if kin.system == system]

    def marks(self, kin: Kin) -> Sequence[str]:
        return list(self.erased[kin])

    def erasures(self, kin: Kin, marks: Sequence[str]) -> Mapping[str, Sequence[Erased]]:
        return {mark: self.erased[kin][mark] for mark in marks}


def carry_out(shop: Shop, plan: Plan, listed: Listed, size: int = BATCH, holds: Sequence[Hold] = ()) -> None:
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
                listed.erased[kin].setdefault(mark, []).append(Erased(selection.rule, before, after))
    assert execution.verify(journal).verified


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
