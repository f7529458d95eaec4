"""References written as texts: a prefix, then the key of the row they lead to (“party.party,12”)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from garant.engine.holds import Hold
from garant.engine.planning.asked import Rectification
from garant.engine.planning.steps import steps_of
from garant.engine.planning.subject import find_subject, plan_subject
from garant.systems.changing import ChangeSet
from garant.systems.paths import paths
from tests.engine.support.running import carry_out
from tests.engine.support.shop import AS_OF, RECENT, Shop

JUNK = ["contact,", "contact,abc", "contact,-1", "contact", "", "contact, 1", "contact,01", "xcontact,1"]


@pytest.fixture
def written(shop: Shop) -> Shop:
    """The shop's notes name what they are about by a text: a contact, or an interaction of one."""
    shop.database.run("ALTER TABLE note ADD COLUMN resource text")
    shop.document["tables"]["note"]["links"] = [
        {"root": "contact", "column": "resource", "prefix": "contact,"},
        {"parent": "interaction", "column": "resource", "prefix": "interaction,"},
    ]
    return shop


def notes(shop: Shop, *resources: str) -> Shop:
    return shop.add(
        "note",
        *({"id": 1000 + n, "body": f"about {r}", "resource": r} for n, r in enumerate(resources)),
    )


def left(shop: Shop) -> set[str]:
    return {row["resource"] for row in shop.rows("note")["note"].values() if row["resource"] is not None}


@pytest.mark.parametrize("size", [1, 1000])
def test_a_reference_goes_with_its_own_key_and_no_longer_or_shorter_one(written: Shop, size: int) -> None:
    written.people(1, 12).people(2, 11, 120, at=RECENT)
    notes(written, "contact,1", "contact,2", "contact,12", "contact,11", "contact,120", "interaction,12",
          "interaction,2", "other,1", *JUNK)  # fmt: skip
    plan = written.plan()
    assert plan.selections[0].actions[0].deleted == 3
    _, verification = carry_out(plan, written.policy, written.system(), size)
    assert verification.verified
    assert left(written) == {"contact,2", "contact,11", "contact,120", "interaction,2", "other,1", *JUNK}


def test_what_is_left_to_do_is_known_by_the_reference_too(written: Shop) -> None:
    """People treated in place whose notes alone are still there: asked again, they are found through them."""
    actions: list[dict[str, Any]] = written.document["dispositions"]["erase"]["actions"]
    written.document["dispositions"]["erase"]["actions"] = [actions[0]]
    notes(written.people(1, 12), "contact,12", "interaction,1")
    assert written.plan().selections[0].root_keys() == [1, 12]
    carry_out(written.plan(), written.policy, written.system())
    assert written.plan().selections[0].root_keys() == []


def test_a_note_of_a_note_is_two_texts_away(written: Shop) -> None:
    written.database.run("CREATE TABLE read_mark (id integer, note text, rid integer)")
    written.document["tables"]["read_mark"] = {
        "key": "id",
        "links": [{"parent": "note", "column": "note", "prefix": "note,"}],
    }
    written.document["dispositions"]["erase"]["actions"] = [{"table": "read_mark", "do": "delete"}]
    notes(written.people(1), "contact,1", "contact,2")
    written.add("read_mark", {"id": 1, "note": "note,1000"}, {"id": 2, "note": "note,1001"})
    assert written.plan().selections[0].root_keys() == [1]
    carry_out(written.plan(), written.policy, written.system())
    assert written.ids("read_mark") == [2]


def test_a_person_sees_what_is_referred_to_by_text(written: Shop) -> None:
    notes(written.people(1, 12), "contact,1", "contact,12", "interaction,1", "contact,abc")
    found = find_subject(written.system(), {"email": "n1@x.example"})
    assert {table.table: table.rows for place in found for table in place.tables}["note"] == 2
    with written.system()["crm"].connector.snapshot() as snapshot:
        ways = paths(written.map(), "note", "contact")
        bodies = {row[0] for row in snapshot.read("note", ["body"], ways, [1]).rows}
    assert bodies == {"about contact,1", "about interaction,1"}


def test_a_text_reference_may_be_shared_with_a_key(written: Shop) -> None:
    """A note about one, signed by another: it goes with the last of them."""
    written.document["tables"]["note"]["links"].append({"root": "contact", "column": "res_id"})
    written.people(1, 2).people(3, at=RECENT)
    notes(written, "contact,1", "contact,2")
    written.database.run("UPDATE note SET res_id = NULL WHERE id < 1000")
    written.database.run("UPDATE note SET res_id = 3 WHERE resource = 'contact,1'")
    plan = written.plan()
    assert (plan.selections[0].actions[0].deleted, plan.selections[0].actions[0].shared) == (1, 1)
    carry_out(plan, written.policy, written.system())
    assert left(written) == {"contact,1"}


def test_those_whom_a_text_names_own_the_row_too(written: Shop) -> None:
    """Whom rows would stay for, in a batch that they are not of: by a text as by a key."""
    written.document["tables"]["note"]["links"].append({"root": "contact", "column": "res_id"})
    written.people(1, 2, 3, 12)
    notes(written, "contact,1", "contact,2", "interaction,3", "contact,404")
    written.database.run(
        "UPDATE note SET res_id = 12 WHERE id >= 1000", "UPDATE note SET res_id = NULL WHERE id < 1000"
    )
    data_map = written.map()
    steps = steps_of(data_map, data_map.dispositions["erase"], [])
    with written.system()["crm"].connector.snapshot() as snapshot:
        assert snapshot.owners(ChangeSet("contact", [12], steps)) >= {1, 2, 3}


def test_the_plan_names_the_hold_of_whom_a_text_names(written: Shop) -> None:
    """A note about somebody on hold, signed by somebody who leaves, stays; the plan says for whose sake."""
    links: list[dict[str, Any]] = written.document["tables"]["note"]["links"]
    links[0]["relation"] = "visible"
    links.append({"root": "contact", "column": "res_id"})
    written.people(1).people(3, at=RECENT)
    notes(written, "contact,3")
    written.database.run(
        "UPDATE note SET res_id = 1 WHERE id >= 1000", "UPDATE note SET res_id = NULL WHERE id < 1000"
    )
    hold = Hold("h-1", "legal", "dispute", date(2099, 1, 1), identities=(("email", "n3@x.example"),))
    plan = plan_subject(
        written.policy, written.system(), {"email": "n1@x.example"}, "erasure", as_of=AS_OF, holds=[hold]
    )
    assert ([one.hold for one in plan.selections[0].holds], plan.selections[0].held) == (["h-1"], 1)


def test_a_duty_on_one_of_the_referred_keeps_its_own_references(written: Shop) -> None:
    written.document["duties"][0]["keeps"] = {"note": {"row": True, "columns": "all"}}
    notes(written.people(1, 2).invoice(1), "contact,1", "contact,2", "interaction,1")
    carry_out(written.plan(), written.policy, written.system())
    assert left(written) == {"contact,1", "interaction,1"}


def test_prefixes_that_begin_alike_may_mean_the_same_row(written: Shop) -> None:
    """“contact,1” then “2” reads as “contact,” then “12”: such a row has two owners, and waits for both."""
    written.document["tables"]["note"]["links"] = [
        {"root": "contact", "column": "resource", "prefix": "contact,"},
        {"root": "contact", "column": "resource", "prefix": "contact,1"},
    ]
    written.people(12, 3).people(2, at=RECENT)
    notes(written, "contact,12", "contact,3")
    carry_out(written.plan(), written.policy, written.system())
    assert left(written) == {"contact,12"}


def test_different_references_make_no_shared_row(written: Shop) -> None:
    """Each row has one owner: one statement deletes them, whichever way they lead."""
    data_map = written.map()
    steps = steps_of(data_map, data_map.dispositions["erase"], [])
    [step] = [step for step in steps if step.table == "note"]
    assert (step.others, len(step.paths)) == ("any", 2)


# ---------------------------------------------------------------- one column, several kinds of identity


@pytest.fixture
def means(shop: Shop) -> Shop:
    """One column holds an address on some rows and a number on others."""
    shop.database.run(
        "CREATE TABLE means (id integer, contact_id integer, kind text, value text, rid integer)"
    )
    shop.document["tables"]["means"] = {
        "key": "id",
        "links": [{"root": "contact", "column": "contact_id"}],
        "columns": {
            "value": {
                "category": "contact-details",
                "erase": "blank",
                "identity": [
                    {"kind": "email", "when": "kind = 'email'"},
                    {"kind": "phone", "when": "kind = 'phone'"},
                ],
            }
        },
    }
    shop.people(1, 2)
    rows = [
        (1, 1, "email", "n1@x.example"),
        (2, 1, "phone", "+331"),
        (3, 2, "email", "n2@x.example"),
        (4, 1, None, "?"),
    ]
    return shop.add("means", *({"id": i, "contact_id": c, "kind": k, "value": v} for i, c, k, v in rows))


def test_a_correction_changes_only_the_rows_of_its_kind(means: Shop) -> None:
    plan = plan_subject(
        means.policy, means.system(), {"email": "n1@x.example"}, "rectification", as_of=AS_OF,
        rectification=Rectification({"email": "new@x.example"}),
    )  # fmt: skip
    _, verification = carry_out(plan, means.policy, means.system())
    assert verification.verified
    values = {row["id"]: row["value"] for row in means.rows("means")["means"].values()}
    assert {int(key): value for key, value in values.items()} == {
        1: "new@x.example", 2: "+331", 3: "n2@x.example", 4: "?",
    }  # fmt: skip
