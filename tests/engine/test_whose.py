"""What a person asked for is done to them, however their address is written, and to nobody who has their key since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from unicodedata import normalize

import pytest

from garant.engine.document import Kind, Plan
from garant.engine.planning.subject import plan_subject, plan_subjects
from garant.engine.running.execution import Execution, PlanRefused
from garant.engine.running.gathering import gather
from garant.engine.whose import same_people, whose
from tests.engine.support.databases import MariadbDatabase
from tests.engine.support.running import Notebook, carry_out
from tests.engine.support.shop import AS_OF, OLD, RECENT, Shop


def asked(shop: Shop, email: str, kind: Kind = "erasure", **more: str) -> Plan:
    return plan_subject(shop.policy, shop.system(), {"email": email}, kind, as_of=AS_OF, **more)  # pyright: ignore[reportArgumentType]


def found(shop: Shop, email: str) -> list[int]:
    return sorted(int(key) for one in asked(shop, email).selections for key in one.root_keys())


def given_again(shop: Shop) -> None:
    """The first has gone, and somebody else, of whom as much is known, has been given their key."""
    shop.database.run(
        "UPDATE contact SET name = 'M1', email = 'm1@x.example', phone = '+33900000001' WHERE id = 1"
    )


def test_who_has_been_given_a_key_since_is_not_erased_for_who_asked(shop: Shop) -> None:
    plan = asked(shop.people(1, 2), "n1@x.example")
    given_again(shop)
    with pytest.raises(PlanRefused, match="it may be somebody else: make a new plan"):
        carry_out(plan, shop.policy, shop.system())
    assert shop.ids("contact") == [1, 2]


def test_nor_with_others_and_these_go(shop: Shop) -> None:
    shop.people(1, 2)
    plans = [asked(shop, f"n{number}@x.example") for number in (1, 2)]
    given_again(shop)
    gathered = gather(plans, shop.policy, shop.system())
    assert [plan for plan, _ in gathered.refused] == plans[:1]
    assert gathered.plan is not None
    carry_out(gathered.plan, shop.policy, shop.system())
    assert shop.ids("contact") == [1]


class Killed(Exception):
    """What happens between the journal and the commit."""


class Lost(Notebook):
    """The journal of a process that is killed before a system commits."""

    def prepare(self, batch_key: str, counts: Mapping[str, Any]) -> None:
        super().prepare(batch_key, counts)
        raise Killed


@pytest.mark.parametrize("lost_too", [False, True])
@pytest.mark.parametrize("size", [1, 2])
def test_nor_by_a_run_that_was_interrupted_before(shop: Shop, size: int, lost_too: bool) -> None:
    """The batch that was not done, or whose transaction was lost, asks again whose the key is; and something is left."""
    shop.people(1, 2, 3)
    people = [{"email": f"n{number}@x.example"} for number in (3, 2, 1)]
    plan = plan_subjects(shop.policy, shop.system(), people, "erasure", as_of=AS_OF)
    journal, first = Notebook(), Execution(plan, shop.policy, shop.system(), batch_size=size)
    keys = first.batch_keys()
    first.execute(keys[-1], journal)
    if lost_too:
        with pytest.raises(Killed):
            first.execute(keys[0], Lost(journal.written))
    lost = first.courses[0].keys[0]
    assert sorted([*shop.ids("contact"), first.courses[0].keys[-1]]) == [1, 2, 3]
    shop.database.run(
        f"UPDATE contact SET name = 'M', email = 'm@x.example', phone = '+33900000001' WHERE id = {lost}"
    )
    again = Execution(plan, shop.policy, shop.system(), resumed=True, batch_size=size)
    for key in keys:
        again.execute(key, journal)
    assert shop.ids("contact") == [lost]
    assert shop.ids("interaction") == [lost]
    checked = again.verify(journal)
    assert (checked.verified, checked.unsettled) == (False, (frozenset({lost}),))
    third = Execution(plan, shop.policy, shop.system(), resumed=True, batch_size=size)
    assert not third.verify(journal).verified, "whoever looks again"


def test_a_run_that_resumes_knows_what_it_has_done(shop: Shop) -> None:
    """What it has done already may have emptied their row, and what is left of them goes on."""
    shop.people(1, 2)
    shop.add("invoice", {"id": 1, "contact_id": 1, "at": RECENT, "label": "F1"})
    people = [{"email": f"n{number}@x.example"} for number in (1, 2)]
    plan = plan_subjects(shop.policy, shop.system(), people, "erasure", as_of=AS_OF)
    journal, first = Notebook(), Execution(plan, shop.policy, shop.system(), batch_size=1)
    first.execute("001/0001", journal)
    again = Execution(plan, shop.policy, shop.system(), resumed=True, batch_size=1)
    for key in again.batch_keys():
        again.execute(key, journal)
    assert again.verify(journal).verified
    assert shop.ids("contact") == [1], "an invoice keeps the name"


def test_who_is_known_by_no_column_or_has_no_row_is_nobody_else(shop: Shop) -> None:
    data_map = shop.people(1).map()
    with shop.system()["crm"].connector.snapshot() as snapshot:
        (digest, none) = whose(data_map, snapshot, "contact", [1, 7])
        assert (len(digest), none) == (32, "")
        for column in shop.document["tables"]["contact"]["columns"].values():
            column.pop("identity", None)
        assert whose(shop.map(), snapshot, "contact", [1]) == []
        del shop.document["tables"]["contact"]
        assert whose(shop.map(), snapshot, "contact", [1]) == []
    assert same_people([], [])
    assert same_people(["a", ""], ["", ""])
    assert not same_people(["", "b"], ["a", "b"]), "a row that was not there is somebody’s"


def test_another_row_that_reaches_a_root_is_not_it(shop: Shop) -> None:
    shop.document["tables"]["contact"]["links"].append({"root": "contact", "column": "rid"})
    shop.people(1).people(2, rid=1)
    with shop.system()["crm"].connector.snapshot() as snapshot:
        alone = whose(shop.map(), snapshot, "contact", [1])
    shop.database.run("UPDATE contact SET name = 'other' WHERE id = 2")
    with shop.system()["crm"].connector.snapshot() as snapshot:
        assert whose(shop.map(), snapshot, "contact", [1]) == alone


def test_a_plan_of_a_sweep_says_nothing_of_who_people_are(shop: Shop) -> None:
    (selection,) = shop.people(1).plan().selections
    assert (selection.due, selection.whose) == (1, [])


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("written", ["hélène@x.example", "HÉLÈNE@X.EXAMPLE", "Hélène@x.example"])
def test_an_address_with_accents_is_found_however_it_is_written(shop: Shop, form: str, written: str) -> None:
    """Composed or not; in capitals that SQLite does not fold."""
    shop.people(1, email=normalize(form, written))  # pyright: ignore[reportArgumentType]
    assert found(shop, written) == [1]
    assert shop.database.name == "sqlite" or found(shop, "hélène@x.example") == [1]


@pytest.mark.parametrize(
    "stored", [" a@x.example", "a@x.example ", "a@x.example\r\n", "A@x.example\u00a0", "a@x.example\t"]
)
def test_an_address_with_space_around_is_found(shop: Shop, stored: str) -> None:
    """As pasting and importing leave it; another address is another’s."""
    shop.people(1, email=stored).people(2, email="aa@x.example").people(3, email="a @x.example")
    assert found(shop, "a@x.example") == found(shop, f" {stored}") == [1]


def test_an_accent_makes_another_address(shop: Shop) -> None:
    """To most collations of MariaDB it makes none."""
    shop.people(1, email="helene@x.example").people(2, email="hélène@x.example").people(
        3, email="Helene@X.example"
    )
    assert found(shop, "helene@x.example") == [1, 3]
    assert found(shop, "hélène@x.example") == [2]


def test_addresses_asked_together_are_each_found_to_the_accent(shop: Shop) -> None:
    addresses = [
        "helene@x.example",
        "hélène@x.example",
        "Helene@X.example",
        "élan@x.example",
        "elan@x.example",
    ]
    for number, address in enumerate(addresses[:4], start=1):
        shop.people(number, email=address)
    people = [{"email": one} for one in addresses]
    plan = plan_subjects(shop.policy, shop.system(), people, "erasure", as_of=AS_OF)
    alone = [found(shop, one) for one in addresses]
    assert alone == [[1, 3], [2], [1, 3], [4], []]
    assert plan.selections[0].asked_by() == {1: [0, 2], 2: [1], 3: [0, 2], 4: [3]}
    assert plan.unknown == [4]


def test_a_server_without_such_a_collation_finds_as_it_compares(
    mariadb: MariadbDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("garant.systems.sql.asking.HEEDING_ACCENTS", "utf8mb4_of_tomorrow")
    shop = Shop(mariadb).create().people(1, email="helene@x.example").people(2, email="hélène@x.example")
    assert found(shop, "helene@x.example") == [1, 2]
    people = [{"email": one} for one in ("helene@x.example", "hélène@x.example")]
    plan = plan_subjects(shop.policy, shop.system(), people, "erasure", as_of=AS_OF)
    assert plan.selections[0].root_keys() == [1, 2]
    shop.close()


def test_keys_at_both_ends_of_what_a_system_counts_to(shop: Shop) -> None:
    columns = {
        "contact": ("id", "rid"),
        "interaction": ("id", "contact_id", "rid"),
        "note": ("id", "res_id", "rid"),
    }
    for table, names in columns.items():
        for name in names:
            if shop.database.name == "postgresql":
                shop.database.run(f"ALTER TABLE {table} ALTER COLUMN {name} TYPE bigint")
            if shop.database.name == "mariadb":
                shop.database.run(f"ALTER TABLE {table} MODIFY {name} bigint")
    shop.people(0, -1, -(2**63), 2**63 - 1, at=OLD).people(5, at=RECENT)
    _, checked = carry_out(shop.plan(), shop.policy, shop.system())
    assert checked.verified
    assert shop.ids("contact") == shop.ids("interaction") == shop.ids("note") == [5]


@pytest.mark.parametrize("several", [False, True])
def test_what_is_linked_by_an_address_is_nobody_elses(shop: Shop, several: bool) -> None:
    """Letters know people by their address alone, or by a column besides; a capital is none to MariaDB's columns."""
    shop.database.run(
        "CREATE TABLE letter (id integer PRIMARY KEY, mail varchar(80), contact_id integer, rid integer)"
    )
    mails = ["helene@x.example", "hélène@x.example", "Helene@X.example"]
    for number, mail in enumerate(mails, start=1):
        shop.database.run(f"INSERT INTO letter VALUES ({number}, '{mail}', NULL, {number})")
    links = [{"parent": "contact", "column": "mail", "parent_column": "email", "relation": "co-owned"}]
    besides = [{"root": "contact", "column": "contact_id", "relation": "co-owned"}] if several else []
    shop.document["tables"]["letter"] = {"key": "id", "links": [*links, *besides], "columns": {}}
    shop.document["dispositions"]["erase"]["actions"].insert(0, {"table": "letter", "do": "delete"})
    shop.people(1, email="helene@x.example", at=OLD).people(2, email="hélène@x.example", at=RECENT)
    plan = shop.plan()
    assert plan.selections[0].root_keys() == [1]
    verification = carry_out(plan, shop.policy, shop.system())[1]
    assert verification.verified
    left = [row["mail"] for row in shop.rows("letter")["letter"].values()]
    assert left == mails[1:] if shop.database.name != "mariadb" else left == mails[1:2]
