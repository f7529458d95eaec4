"""What a duty keeps, or another owner has, does not go with somebody by a foreign key of the database."""

from __future__ import annotations

import pytest

from garant.systems.sql import staying
from garant.systems.sql.going import Cascade, Doing, Walked
from garant.systems.sql.losing import UNFOUND
from garant.systems.sql.staying import TAKEN, UNTIED
from tests.engine.support.hanging import belonging, carry_out_and_keep, invoices_are_kept, letting_go, show
from tests.engine.support.running import carry_out
from tests.engine.support.shop import RECENT, Shop


def test_an_invoice_that_a_duty_keeps_stays(shop: Shop) -> None:
    """The plan says that the database refuses for it; who has none leaves beside."""
    belonging(shop, "invoice", "contact_id")
    invoices_are_kept(shop)
    plan = shop.people(1, 2).invoice(1).plan()
    assert [(b.table, b.referring_table, b.rows) for b in plan.selections[0].blocks] == [
        ("contact", "invoice", 1)
    ]
    _, verification = carry_out(plan, shop.policy, shop.system())
    assert not verification.verified
    assert (shop.ids("contact"), shop.ids("invoice")) == ([1], [1])


def test_though_the_map_gives_no_key_of_invoices(shop: Shop) -> None:
    belonging(shop, "invoice", "contact_id")
    invoices_are_kept(shop)
    del shop.document["tables"]["invoice"]["key"]
    plan = shop.people(1, 2).plan()
    carry_out_and_keep(shop, plan, 1)


def test_each_batch_is_asked_for_its_own_with_what_was_built_for_the_first(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One by one: who has an invoice stays, whoever came before, and who has none leaves."""
    belonging(shop, "invoice", "contact_id")
    invoices_are_kept(shop)
    plan = shop.people(1, 2, 3, 4, 5).plan()
    shop.add(
        "invoice",
        *({"id": c, "contact_id": c, "at": "2025-01-01 00:00:00", "label": f"L{c}"} for c in (2, 4)),
    )
    built: list[Doing] = []

    class Noted(Cascade):
        def __init__(self, doing: Doing, walked: Walked = "all") -> None:
            built.append(doing)
            super().__init__(doing, walked)

    monkeypatch.setattr(staying, "Cascade", Noted)
    results, _ = carry_out(plan, shop.policy, shop.system(), size=1)
    assert [bool(result.blocks) for result in results] == [False, True, False, True, False]
    assert shop.ids("contact") == shop.ids("invoice") == [2, 4]
    assert [doing.in_force for doing in built] == [0, 1]


@pytest.mark.parametrize("viewed", ["invoice", "contact"])
def test_though_the_map_names_a_view(shop: Shop, viewed: str) -> None:
    """No foreign key is told of a view, and the rows below it have some."""
    invoices_are_kept(shop)
    belonging(shop, "invoice", "contact_id")
    shop.people(1, 2)
    below = show(shop, viewed)
    carry_out_and_keep(shop, shop.plan(), 1, table=below if viewed == "invoice" else "invoice")


def test_though_the_foreign_key_names_the_whole_key_of_its_table(sqlite_shop: Shop) -> None:
    """SQLite takes a reference that names no columns for one to the key, of several columns too."""
    shop = sqlite_shop
    invoices_are_kept(shop)
    whole = str(shop.database.scalar("SELECT sql FROM sqlite_master WHERE name = 'invoice'")).rstrip(")")
    shop.database.run(
        "CREATE TABLE sale (contact_id REFERENCES contact ON DELETE CASCADE, no, PRIMARY KEY (contact_id, no))",
        "DROP TABLE invoice",
        f"{whole}, no, FOREIGN KEY (contact_id, no) REFERENCES sale ON DELETE CASCADE)",
    )
    shop.people(1, 2).database.run("INSERT INTO sale VALUES (1, 7)")
    shop.add("invoice", {"id": 1, "contact_id": 1, "no": 7, "at": "2025-01-01 00:00:00", "label": "L"})
    plan = shop.plan()
    assert [(b.table, b.referring_table, b.rows) for b in plan.selections[0].blocks] == [
        ("sale", "invoice", 1)
    ]
    carry_out(plan, shop.policy, shop.system())
    assert (shop.ids("contact"), shop.ids("invoice")) == ([1], [1])


PARTS = {
    "partition": (
        "CREATE TABLE invoice (LIKE old_invoice, PRIMARY KEY (id)) PARTITION BY LIST (id)",
        "CREATE TABLE part PARTITION OF invoice (FOREIGN KEY (contact_id) REFERENCES contact (id) {0}) DEFAULT",
    ),
    "heir": (
        "CREATE TABLE invoice (LIKE old_invoice, PRIMARY KEY (id))",
        "CREATE TABLE part (FOREIGN KEY (contact_id) REFERENCES contact (id) {0}) INHERITS (invoice)",
    ),
    "heir of its own": (
        "CREATE TABLE invoice (LIKE old_invoice, PRIMARY KEY (id))",
        "CREATE TABLE part (payer integer REFERENCES contact (id) {0}) INHERITS (invoice)",
        "CREATE RULE pays AS ON INSERT TO part DO ALSO UPDATE part SET payer = contact_id",
    ),
}


def parted(shop: Shop, part: str, on_delete: str) -> None:
    for statement in ("ALTER TABLE invoice RENAME TO old_invoice", *PARTS[part]):
        shop.database.run(statement.format(on_delete))
    invoices_are_kept(shop)


@pytest.mark.parametrize("part", list(PARTS))
def test_though_the_foreign_key_is_of_a_part_of_the_table(postgres_shop: Shop, part: str) -> None:
    parted(postgres_shop, part, "ON DELETE CASCADE")
    plan = postgres_shop.people(1, 2).plan()
    carry_out_and_keep(postgres_shop, plan, 1, table="part")


@pytest.mark.parametrize("part", ["partition", "heir"])
def test_a_part_that_goes_with_its_table_refuses_nothing(postgres_shop: Shop, part: str) -> None:
    """What has no term any more is deleted by the table’s own step, wherever it is stored."""
    parted(postgres_shop, part, "")
    postgres_shop.people(1).add("part", {"id": 1, "contact_id": 1, "at": "2001-01-01 00:00:00", "label": "L"})
    plan = postgres_shop.plan()
    assert plan.selections[0].blocks == []
    _, verification = carry_out(plan, postgres_shop.policy, postgres_shop.system())
    assert verification.verified
    assert postgres_shop.ids("contact") == postgres_shop.ids("invoice") == []


def test_an_invoice_whose_term_is_over_goes_with_its_contact(shop: Shop) -> None:
    belonging(shop, "invoice", "contact_id")
    invoices_are_kept(shop)
    plan = shop.people(1).invoice(1, at="2001-01-01 00:00:00").plan()
    assert plan.selections[0].blocks == []
    _, verification = carry_out(plan, shop.policy, shop.system())
    assert verification.verified
    assert shop.ids("contact") == shop.ids("invoice") == []


@pytest.mark.parametrize("size", [1, 100])
def test_a_meeting_of_several_does_not_go_with_whoever_called_it(shop: Shop, size: int) -> None:
    shop.database.run("ALTER TABLE meeting ADD COLUMN caller integer")
    belonging(shop, "meeting", "caller")
    shop.people(1, 3, 4).people(2, at=RECENT).meet(5, 1, 2).meet(6, 3, 4)
    shop.database.run(
        "UPDATE meeting SET caller = id - 4 WHERE id = 5", "UPDATE meeting SET caller = 3 WHERE id = 6"
    )
    plan = shop.plan()
    assert [b.rows for b in plan.selections[0].blocks] == [1]
    results, _ = carry_out(plan, shop.policy, shop.system(), size)
    assert (shop.ids("contact"), shop.ids("meeting")) == ([1, 2], [5])
    assert [block["constraint"] for result in results for block in result.blocks] == [TAKEN]


def test_nor_by_a_table_in_between(shop: Shop) -> None:
    shop.database.run(
        "CREATE TABLE room (id integer PRIMARY KEY, contact_id integer, rid integer)",
        "ALTER TABLE meeting ADD COLUMN room integer",
    )
    belonging(shop, "room", "contact_id")
    belonging(shop, "meeting", "room", "room")
    shop.people(1).people(2, at=RECENT).meet(5, 1, 2).add("room", {"id": 7, "contact_id": 1})
    shop.database.run("UPDATE meeting SET room = 7")
    results, _ = carry_out(shop.plan(), shop.policy, shop.system())
    assert [block["constraint"] for result in results for block in result.blocks] == [TAKEN]
    assert (shop.ids("contact"), shop.ids("meeting")) == ([1, 2], [5])


def test_though_the_reference_writes_its_table_in_other_capitals(sqlite_shop: Shop) -> None:
    belonging(sqlite_shop, "invoice", "contact_id", "Contact")
    invoices_are_kept(sqlite_shop)
    plan = sqlite_shop.people(1, 2).invoice(1).plan()
    assert [(b.table, b.referring_table, b.rows) for b in plan.selections[0].blocks] == [
        ("contact", "invoice", 1)
    ]
    carry_out(plan, sqlite_shop.policy, sqlite_shop.system())
    assert (sqlite_shop.ids("contact"), sqlite_shop.ids("invoice")) == ([1], [1])


def test_though_the_tables_are_in_a_later_schema_of_the_search_path(postgres_shop: Shop) -> None:
    belonging(postgres_shop, "invoice", "contact_id")
    invoices_are_kept(postgres_shop)
    plan = postgres_shop.people(1, 2).invoice(1).plan()
    name = str(postgres_shop.database.scalar("SELECT current_database()"))
    postgres_shop.database.run(
        "CREATE SCHEMA before", f'ALTER DATABASE "{name}" SET search_path = before, public'
    )
    again = postgres_shop.plan()
    assert again.selections[0].blocks == plan.selections[0].blocks != []
    carry_out(again, postgres_shop.policy, postgres_shop.system())
    assert (postgres_shop.ids("contact"), postgres_shop.ids("invoice")) == ([1], [1])


def relations(shop: Shop) -> None:
    """Relations that the map shares by their two columns, and the system takes with each; remarks hang on them."""
    shop.database.run(
        "CREATE TABLE relation (id integer PRIMARY KEY, one integer, other integer, rid integer)",
        "CREATE TABLE remark (id integer PRIMARY KEY, relation integer, rid integer)",
    )
    belonging(shop, "relation", "one")
    belonging(shop, "relation", "other")
    shop.document["tables"]["relation"] = {
        "key": "id",
        "links": [
            {"root": "contact", "column": column, "relation": "co-owned"} for column in ("one", "other")
        ],
    }
    shop.document["tables"]["remark"] = {"key": "id", "links": [{"parent": "relation", "column": "relation"}]}
    actions = [{"table": table, "do": "delete"} for table in ("remark", "relation")]
    shop.document["dispositions"]["erase"]["actions"][:0] = actions
    shop.people(1, 3).people(2, at=RECENT)
    shop.add("relation", {"id": 5, "one": 1, "other": 2}, {"id": 6, "one": 3, "other": 1})
    shop.add("remark", {"id": 7, "relation": 5}, {"id": 8, "relation": 6})


@pytest.mark.parametrize("size", [1, 1000])
def test_what_is_between_two_people_goes_with_either(shop: Shop, size: int) -> None:
    """It keeps nobody, and the plan and the receipt say that it goes."""
    relations(shop)
    plan = shop.plan()
    told = {action.table: (action.deleted, action.shared) for action in plan.selections[0].actions}
    assert told["relation"] == told["remark"] == (2, 0)
    assert plan.selections[0].cascades == plan.selections[0].blocks == []
    results, verification = carry_out(plan, shop.policy, shop.system(), size)
    assert verification.verified
    assert (shop.ids("contact"), shop.ids("relation"), shop.ids("remark")) == ([2], [], [])
    assert sum(result.counts["tables"]["relation"]["deleted"] for result in results) == 2


def test_unless_the_map_lets_go_of_who_leaves_first(shop: Shop) -> None:
    relations(shop)
    for link in shop.document["tables"]["relation"]["links"]:
        link["columns"] = [link["column"]]
    shop.document["tables"]["relation"]["columns"] = {
        column: {"category": "identity", "erase": "blank"} for column in ("one", "other")
    }
    plan = shop.plan()
    told = {action.table: (action.deleted, action.shared) for action in plan.selections[0].actions}
    assert told["relation"] == told["remark"] == (1, 1)
    _, verification = carry_out(plan, shop.policy, shop.system())
    assert verification.verified
    assert (shop.ids("contact"), shop.ids("relation"), shop.ids("remark")) == ([2], [5], [7])


def test_nor_what_a_duty_keeps_in_a_table_of_which_nothing_is_deleted(shop: Shop) -> None:
    belonging(shop, "invoice", "contact_id")
    invoices_are_kept(shop)
    shop.document["dispositions"]["erase"]["actions"].pop(0)
    plan = shop.people(1, 2).invoice(1).plan()
    assert [(b.table, b.referring_table, b.rows) for b in plan.selections[0].blocks] == [
        ("contact", "invoice", 1)
    ]
    results, _ = carry_out(plan, shop.policy, shop.system())
    assert [block["constraint"] for result in results for block in result.blocks] == [TAKEN]
    assert (shop.ids("contact"), shop.ids("invoice")) == ([1], [1])


@pytest.mark.parametrize("size", [1, 1000])
def test_nobody_s_own_row_goes_with_somebody_else_s(shop: Shop, size: int) -> None:
    """Who works for a company goes by the database with its row: who stays keeps it, who leaves goes by themselves."""
    shop.database.run("ALTER TABLE contact ADD COLUMN boss integer")
    belonging(shop, "contact", "boss")
    shop.people(1, 3, 4, 5).people(2, at=RECENT)
    shop.database.run("UPDATE contact SET boss = id - 1 WHERE id IN (2, 4, 5)")
    plan = shop.plan()
    assert [(b.referring_table, b.rows) for b in plan.selections[0].blocks] == [("contact", 1)]
    assert plan.selections[0].cascades == []
    for _ in range(3):  # one at a time, the last of a chain goes first
        carry_out(shop.plan(), shop.policy, shop.system(), size)
    assert shop.ids("contact") == shop.ids("interaction") == shop.ids("note") == [1, 2]


@pytest.mark.parametrize("told", [True, False])
def test_an_invoice_that_a_duty_keeps_says_whose_it_is(shop: Shop, told: bool) -> None:
    """Without its reference nobody would find it when the duty is over."""
    letting_go(shop, "invoice", "contact_id")
    invoices_are_kept(shop)
    if not told:
        shop.document["dispositions"]["erase"]["actions"].pop(0)
    plan = shop.people(1, 2).invoice(1).plan()
    assert [(b.table, b.referring_table, b.rows) for b in plan.selections[0].blocks] == [
        ("contact", "invoice", 1)
    ]
    assert plan.selections[0].emptied == []
    results, _ = carry_out(plan, shop.policy, shop.system())
    assert [block["constraint"] for result in results for block in result.blocks] == [UNTIED]
    assert shop.ids("contact") == [1]
    assert str(shop.database.scalar("SELECT contact_id FROM invoice")) == "1"


def test_what_would_lose_its_person_first_is_gathered_before(shop: Shop) -> None:
    """A map may delete the person before what hangs on them: nothing would find that any more."""
    letting_go(shop, "interaction", "contact_id")
    actions = shop.document["dispositions"]["erase"]["actions"]
    actions.insert(0, actions.pop())
    _, verification = carry_out(shop.people(1, 2).plan(), shop.policy, shop.system())
    assert verification.verified
    assert shop.ids("contact") == shop.ids("interaction") == []


@pytest.mark.parametrize("between", [False, True])
def test_what_would_lose_its_person_and_has_no_key_is_refused(shop: Shop, between: bool) -> None:
    """Nothing could gather it: the plan says so, and whoever has such rows stays, with them."""
    if between:
        shop.database.run("CREATE TABLE badge (id integer PRIMARY KEY, contact_id integer, rid integer)")
        belonging(shop, "badge", "contact_id")
        shop.document["tables"]["badge"] = {
            "key": "id",
            "links": [{"root": "contact", "column": "contact_id"}],
        }
        link = {"parent": "badge", "column": "contact_id"}
        shop.document["tables"]["attendee"]["links"] = [link]
        del shop.document["tables"]["meeting"], shop.document["dispositions"]["erase"]["actions"][3]
    else:
        letting_go(shop, "attendee", "contact_id")
    actions = shop.document["dispositions"]["erase"]["actions"]
    actions.insert(0, actions.pop())
    shop.people(1, 2).meet(7, 1)
    if between:
        shop.add("badge", {"id": 1, "contact_id": 1})
    plan = shop.plan()
    assert [(b.table, b.constraint, b.rows) for b in plan.selections[0].blocks] == [("attendee", UNFOUND, 1)]
    carry_out(plan, shop.policy, shop.system())
    assert shop.ids("contact") == shop.ids("interaction") == [1]
    assert len(shop.rows("attendee")["attendee"]) == 1


@pytest.mark.parametrize("acts", [True, False])
def test_a_foreign_key_that_does_nothing_takes_nothing(postgres_shop: Shop, acts: bool) -> None:
    """A session may be set to fire no triggers: ours fires them. Who has disabled those of a table has no foreign key there."""
    shop = postgres_shop
    shop.database.run("CREATE TABLE fan (id integer PRIMARY KEY, contact_id integer, rid integer)")
    belonging(shop, "fan", "contact_id")
    shop.people(1).add("fan", {"id": 1, "contact_id": 1})
    name = str(shop.database.scalar("SELECT current_database()"))
    if acts:
        shop.database.run(f'ALTER DATABASE "{name}" SET session_replication_role = replica')
    else:
        shop.database.run("ALTER TABLE contact DISABLE TRIGGER ALL")
    plan = shop.plan()
    assert [b.rows for b in plan.selections[0].cascades] == ([1] if acts else [])
    _, verification = carry_out(plan, shop.policy, shop.system())
    assert verification.verified
    assert (shop.ids("contact"), shop.ids("fan")) == ([], [] if acts else [1])
