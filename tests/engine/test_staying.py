"""What a duty keeps, or another owner has, does not go with somebody by a foreign key of the database."""

from __future__ import annotations

from collections import Counter

import pytest

from garant.engine.document import Plan
from garant.systems.sql import staying
from garant.systems.sql.going import Cascade, Doing, Walked
from garant.systems.sql.losing import UNFOUND
from garant.systems.sql.staying import TAKEN, UNTIED
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


def show(shop: Shop, table: str, shown: str = "*") -> str:
    """A view takes the place of a table, that has another name now."""
    below = f"below_{table}"
    shop.database.run(
        f"ALTER TABLE {table} RENAME TO {below}", f"CREATE VIEW {table} AS SELECT {shown} FROM {below}"
    )
    if shop.database.name == "sqlite":
        for done, to in ("DELETE", "DELETE FROM {}"), ("UPDATE", "UPDATE {} SET rid = rid"):
            row = f"{to.format(below)} WHERE id = old.id"
            shop.database.run(f"CREATE TRIGGER {table}_{done} INSTEAD OF {done} ON {table} BEGIN {row}; END")
    return below


@pytest.mark.parametrize("viewed", ["invoice", "contact"])
def test_though_the_map_names_a_view(shop: Shop, viewed: str) -> None:
    """No foreign key is told of a view, and the rows below it have some."""
    invoices_are_kept(shop)
    belonging(shop, "invoice", "contact_id")
    shop.people(1, 2)
    below = show(shop, viewed)
    carry_out_and_keep(shop, shop.plan(), 1, table=below if viewed == "invoice" else "invoice")


def test_what_refuses_behind_views_is_foreseen(shop: Shop) -> None:
    """Views rename columns, show other views; foreign keys know only what is below them."""
    invoices_are_kept(shop)
    belonging(shop, "invoice", "contact_id")
    shop.database.run(
        "CREATE TABLE badge (id integer PRIMARY KEY, contact_id integer, FOREIGN KEY (contact_id) REFERENCES contact (id))"
    )
    shop.people(1, 2, 3).invoice(1)
    shop.database.run("INSERT INTO badge VALUES (1, 2)")
    show(shop, "invoice", "id, contact_id, at, label, rid")
    show(shop, "contact")
    plan = shop.plan()
    assert {b.referring_table: (b.table, b.rows) for b in plan.selections[0].blocks} == {
        "invoice": ("contact", 1),
        "badge": ("contact", 1),
    }
    carry_out(plan, shop.policy, shop.system())
    assert (shop.ids("contact"), shop.ids("invoice")) == ([1, 2], [1])


def test_what_goes_and_what_is_emptied_behind_views_is_told_and_gathered(shop: Shop) -> None:
    """Whoever goes first unties what the map finds by them."""
    shop.document["duties"] = []
    shop.database.run("CREATE TABLE fan (id integer PRIMARY KEY, who integer, rid integer)")
    belonging(shop, "fan", "who")
    letting_go(shop, "interaction", "contact_id")
    actions = shop.document["dispositions"]["erase"]["actions"]
    actions.insert(0, actions.pop())
    shop.people(1, 2).add("fan", {"id": 1, "who": 1})
    show(shop, "interaction", "id, contact_id, at, body, rid")
    show(shop, "contact")
    plan = shop.plan()
    assert {b.referring_table: b.rows for b in plan.selections[0].cascades} == {"fan": 1}
    _, verification = carry_out(plan, shop.policy, shop.system())
    assert shop.ids("contact") == shop.ids("interaction") == shop.ids("fan") == []
    assert verification.verified


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


def test_what_goes_with_what_goes_is_told_once(shop: Shop) -> None:
    """From table to table, around, and down a tree: each row once, by whatever it goes."""
    shop.database.run(
        "CREATE TABLE fan (id integer PRIMARY KEY, contact_id integer, other integer, rid integer)",
        "CREATE TABLE post (id integer PRIMARY KEY, fan integer, above integer, rid integer)",
        "ALTER TABLE fan ADD COLUMN post integer",
    )
    belonging(shop, "fan", "contact_id")
    belonging(shop, "fan", "other")
    belonging(shop, "post", "fan", "fan")
    belonging(shop, "post", "above", "post")
    belonging(shop, "fan", "post", "post")
    shop.people(1, 2).people(3, at=RECENT)
    fans, posts = (
        [(1, 1, 2), (2, 3, None), (3, None, None)],
        [(1, 1, None), (2, None, 1), (3, None, 2), (4, 2, None)],
    )
    shop.add("fan", *({"id": key, "contact_id": one, "other": other} for key, one, other in fans))
    shop.add("post", *({"id": key, "fan": fan, "above": above} for key, fan, above in posts))
    shop.database.run("UPDATE fan SET post = 3 WHERE id = 3", "UPDATE post SET fan = 3 WHERE id = 2")
    told = Counter[str]()
    for one in shop.plan().selections[0].cascades:
        told[str(one.referring_table)] += one.rows or 0
    assert told == {"fan": 2, "post": 3}
    carry_out(shop.plan(), shop.policy, shop.system())
    assert (shop.ids("contact"), shop.ids("fan"), shop.ids("post")) == ([3], [2], [4])


@pytest.mark.parametrize("how", ["RESTRICT", "NO ACTION"])
def test_what_refuses_below_a_cascade_is_foreseen(shop: Shop, how: str) -> None:
    """Nothing of the map names the two tables; whoever has no such rows leaves."""
    shop.document["duties"] = []
    shop.database.run(
        "CREATE TABLE fan (id integer PRIMARY KEY, contact_id integer, rid integer)",
        f"CREATE TABLE badge (id integer PRIMARY KEY, fan integer, FOREIGN KEY (fan) REFERENCES fan (id) ON DELETE {how})",
    )
    belonging(shop, "fan", "contact_id")
    shop.people(1, 2).add("fan", {"id": 1, "contact_id": 1}, {"id": 2, "contact_id": 2})
    shop.database.run("INSERT INTO badge VALUES (1, 1)")
    plan = shop.plan()
    assert [(b.table, b.referring_table, b.rows) for b in plan.selections[0].blocks] == [("fan", "badge", 1)]
    results, _ = carry_out(plan, shop.policy, shop.system())
    assert len([block for result in results for block in result.blocks]) == 1
    assert shop.ids("contact") == shop.ids("fan") == [1]


def letting_go(shop: Shop, table: str, column: str, target: str = "contact") -> None:
    """Rows of the table lose, by the database itself, what the column names."""
    key = f"FOREIGN KEY ({column}) REFERENCES {target} (id) ON DELETE SET NULL"
    if shop.database.name != "sqlite":
        shop.database.run(f"ALTER TABLE {table} ADD {key}")
        return
    written = str(shop.database.scalar(f"SELECT sql FROM sqlite_master WHERE name = '{table}'"))
    shop.database.run(f"DROP TABLE {table}", f"{written.rstrip(')')}, {key})")


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


def test_what_the_database_empties_in_rows_that_stay_is_told(shop: Shop) -> None:
    """A neighbour's row, and one of which nobody says anything; not what a step takes, nor what goes anyway."""
    shop.database.run("ALTER TABLE contact ADD COLUMN sponsor integer")
    shop.database.run("CREATE TABLE fan (id integer PRIMARY KEY, contact_id integer, rid integer)")
    letting_go(shop, "contact", "sponsor")
    belonging(shop, "fan", "contact_id")
    letting_go(shop, "invoice", "contact_id", "fan")
    letting_go(shop, "interaction", "contact_id")
    shop.people(1, 3).people(2, at=RECENT).add("fan", {"id": 1, "contact_id": 1})
    shop.database.run("UPDATE contact SET sponsor = 1 WHERE id IN (2, 3)")
    shop.document["duties"] = []
    shop.invoice(1)
    selection = shop.plan().selections[0]
    assert {b.referring_table: b.rows for b in selection.emptied} == {"contact": 1, "invoice": 1}
    assert {b.referring_table: b.rows for b in selection.cascades} == {"fan": 1}
    before = shop.rows()
    _, verification = carry_out(shop.plan(), shop.policy, shop.system())
    assert verification.verified
    after = shop.rows()
    changed = {
        table: sum(row != after[table].get(rid, row) for rid, row in rows.items())
        for table, rows in before.items()
    }
    assert {table: number for table, number in changed.items() if number} == {"contact": 1, "invoice": 1}


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


def named_by_address(shop: Shop, on_update: str) -> None:
    """Letters name their contacts by the address, that a plan writes; contacts stay, without."""
    shop.document["dispositions"]["erase"]["actions"][-1]["do"] = "treat"
    shop.database.run("DROP TABLE contact")
    columns = "id integer PRIMARY KEY, name text, email varchar(90) UNIQUE, phone text, customer integer, state text, rid integer"
    key = f"FOREIGN KEY (mail) REFERENCES contact (email) {on_update}"
    shop.database.run(
        f"CREATE TABLE contact ({columns})",
        f"CREATE TABLE letter (id integer PRIMARY KEY, mail varchar(90), rid integer, {key})",
    )
    shop.people(1, 3).people(2, at=RECENT)
    shop.add("letter", *({"id": n, "mail": f"n{n}@x.example"} for n in (1, 2)))


@pytest.mark.parametrize("how", ["CASCADE", "SET NULL"])
def test_what_is_emptied_by_what_a_plan_writes_is_told(shop: Shop, how: str) -> None:
    shop.document["duties"] = []
    named_by_address(shop, f"ON UPDATE {how}")
    plan = shop.plan()
    assert [(b.table, b.referring_table, b.rows) for b in plan.selections[0].emptied] == [
        ("contact", "letter", 1)
    ]
    _, verification = carry_out(plan, shop.policy, shop.system())
    assert verification.verified
    assert [row["mail"] for row in shop.rows("letter")["letter"].values()] == [None, "n2@x.example"]


def test_what_refuses_that_a_plan_writes_is_foreseen(shop: Shop) -> None:
    shop.document["duties"] = []
    named_by_address(shop, "")
    plan = shop.plan()
    assert [(b.table, b.referring_table, b.rows) for b in plan.selections[0].blocks] == [
        ("contact", "letter", 1)
    ]
    carry_out(plan, shop.policy, shop.system())
    mails = [row["email"] for row in shop.rows("contact")["contact"].values()]
    assert mails == ["n1@x.example", None, "n2@x.example"] or mails == ["n1@x.example", "n2@x.example", None]
