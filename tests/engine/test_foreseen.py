"""What foreign keys of the database do by themselves, the plan tells before: what goes, what is emptied, what refuses."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.engine.support.hanging import belonging, invoices_are_kept, letting_go, show
from tests.engine.support.running import carry_out
from tests.engine.support.shop import RECENT, Shop


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
