"""What a duty keeps, or another owner has, does not go with somebody by a foreign key of the database."""

from __future__ import annotations

import pytest

from garant.engine.document import Plan
from garant.systems.sql.staying import TAKEN
from tests.engine.support.running import carry_out
from tests.engine.support.shop import RECENT, Shop


def belonging(shop: Shop, table: str, column: str, target: str = "contact") -> None:
    """Rows of the table go, by the database itself, with what the column names."""
    key = f"FOREIGN KEY ({column}) REFERENCES {target} (id) ON DELETE CASCADE"
    if shop.database.name != "sqlite":
        shop.database.run(f"ALTER TABLE {table} ADD {key}")
        return
    written = str(shop.database.scalar(f"SELECT sql FROM sqlite_master WHERE name = '{table}'"))
    shop.database.run(f"DROP TABLE {table}", f"{written.rstrip(')')}, {key})")


def invoices_are_kept(shop: Shop) -> None:
    shop.document["tables"]["invoice"] = {
        "key": "id",
        "links": [{"root": "contact", "column": "contact_id"}],
        "columns": {"label": {"category": "identity", "erase": "blank"}},
    }
    shop.document["duties"][0]["keeps"] = {"invoice": {"row": True, "columns": ["label"]}}
    shop.document["dispositions"]["erase"]["actions"].insert(0, {"table": "invoice", "do": "delete"})


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


def carry_out_and_keep(shop: Shop, plan: Plan, *contacts: int, table: str = "invoice") -> None:
    """Invoices come after the plan was made: whoever has one stays with it."""
    shop.add(
        table,
        *({"id": c, "contact_id": c, "at": "2025-01-01 00:00:00", "label": f"L{c}"} for c in contacts),
    )
    results, verification = carry_out(plan, shop.policy, shop.system())
    assert [block["constraint"] for result in results for block in result.blocks] == [TAKEN]
    assert not verification.verified
    assert shop.ids("contact") == shop.ids("invoice") == list(contacts)


@pytest.mark.parametrize("viewed", ["invoice", "contact"])
def test_though_the_map_names_a_view(shop: Shop, viewed: str) -> None:
    """No foreign key is told of a view, and the rows below it have some."""
    invoices_are_kept(shop)
    belonging(shop, "invoice", "contact_id")
    below = f"below_{viewed}"
    shop.people(1, 2).database.run(
        f"ALTER TABLE {viewed} RENAME TO {below}", f"CREATE VIEW {viewed} AS SELECT * FROM {below}"
    )
    if shop.database.name == "sqlite":
        for done, to in ("DELETE", "DELETE FROM {}"), ("UPDATE", "UPDATE {} SET rid = rid"):
            row = f"{to.format(below)} WHERE id = old.id"
            shop.database.run(f"CREATE TRIGGER on_{done} INSTEAD OF {done} ON {viewed} BEGIN {row}; END")
    carry_out_and_keep(shop, shop.plan(), 1, table=below if viewed == "invoice" else "invoice")


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


def test_what_is_between_two_people_goes_with_either(shop: Shop) -> None:
    """A relation that the map shares by its two columns, and the system takes with each: it keeps nobody."""
    shop.database.run(
        "CREATE TABLE relation (id integer PRIMARY KEY, one integer, other integer, rid integer)"
    )
    belonging(shop, "relation", "one")
    belonging(shop, "relation", "other")
    shop.document["tables"]["relation"] = {
        "key": "id",
        "links": [
            {"root": "contact", "column": "one", "relation": "co-owned"},
            {"root": "contact", "column": "other", "relation": "co-owned"},
        ],
    }
    shop.document["dispositions"]["erase"]["actions"].insert(0, {"table": "relation", "do": "delete"})
    shop.people(1).people(2, at=RECENT).add("relation", {"id": 5, "one": 1, "other": 2})
    _, verification = carry_out(shop.plan(), shop.policy, shop.system())
    assert verification.verified
    assert (shop.ids("contact"), shop.ids("relation")) == ([2], [])
