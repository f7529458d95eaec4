"""A constraint refuses: it is named, with its table and rows; everybody else's rights are served."""

from __future__ import annotations

from typing import Any

import pytest

from garant.engine.running.execution import BatchResult
from garant.engine.running.verify import Verification
from tests.engine.support.running import carry_out
from tests.engine.support.shop import OLD, RECENT, Shop

CONTRACT = (
    "CREATE TABLE contract (contact_id integer, rid integer, "
    "CONSTRAINT signed FOREIGN KEY (contact_id) REFERENCES contact (id) {})"
)
"""A table that the map does not know: nobody told Garant what to do with it."""


ELSEWHERE = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
"""What MariaDB does not have: references that wait for the end, triggers that undo in silence."""


def run(shop: Shop, size: int = 1000) -> tuple[list[BatchResult], Verification]:
    return carry_out(shop.plan(), shop.policy, shop.system(), size)


def blocks(results: list[BatchResult]) -> list[dict[str, Any]]:
    return [dict(block) for result in results for block in result.blocks]


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize("rule", ["ON DELETE RESTRICT", "ON DELETE NO ACTION", ""])
def test_a_reference_from_a_table_nobody_mapped(shop: Shop, rule: str, size: int) -> None:
    shop.database.run(CONTRACT.format(rule))
    shop.people(*range(1, 8)).add("contract", {"contact_id": 3}, {"contact_id": 3}, {"contact_id": 6})
    [foreseen] = shop.plan().selections[0].blocks
    name = foreseen.constraint if shop.database.name == "sqlite" else "signed"
    assert (foreseen.table, foreseen.constraint, foreseen.referring_table, foreseen.rows) == (
        "contact",
        name,
        "contract",
        3,
    )
    results, verification = run(shop, size)
    found = blocks(results)
    assert {(b["table"], b["constraint"], b["referring_table"]) for b in found} == {
        ("contact", name, "contract")
    }
    assert (sum(b["roots"] for b in found), sum(b["rows"] for b in found)) == (2, 3)
    assert shop.ids("contact") == shop.ids("note") == shop.ids("interaction") == [3, 6], (
        "all or nothing, per person"
    )
    assert not verification.verified
    assert verification.selections[0].overdue == 2
    assert sum(r.counts["roots"] for r in results) == 5


@pytest.mark.parametrize("rule", ["ON DELETE CASCADE", "ON DELETE SET NULL"])
def test_references_that_let_go_block_nothing(shop: Shop, rule: str) -> None:
    shop.database.run(CONTRACT.format(rule))
    shop.people(1, 2).add("contract", {"contact_id": 1})
    assert shop.plan().selections[0].blocks == []
    results, verification = run(shop)
    assert (blocks(results), verification.verified, shop.ids("contact")) == ([], True, [])


def test_a_reference_that_another_step_takes_away_first_blocks_nothing(shop: Shop) -> None:
    shop.database.run(
        "CREATE TABLE remark (id integer PRIMARY KEY, contact_id integer REFERENCES contact (id), rid integer)"
    )
    shop.document["tables"]["remark"] = {"key": "id", "links": [{"root": "contact", "column": "contact_id"}]}
    shop.document["dispositions"]["erase"]["actions"].insert(0, {"table": "remark", "do": "delete"})
    shop.people(1, 2).add("remark", {"id": 1, "contact_id": 1})
    assert shop.plan().selections[0].blocks == []
    results, verification = run(shop)
    assert (blocks(results), verification.verified) == ([], True)


def test_a_reference_that_is_taken_away_too_late_blocks(shop: Shop) -> None:
    shop.database.run(
        "CREATE TABLE remark (id integer PRIMARY KEY, contact_id integer REFERENCES contact (id), rid integer)"
    )
    shop.document["tables"]["remark"] = {"key": "id", "links": [{"root": "contact", "column": "contact_id"}]}
    shop.document["dispositions"]["erase"]["actions"].append({"table": "remark", "do": "delete"})
    shop.people(1, 2).add("remark", {"id": 1, "contact_id": 1})
    assert [(b.referring_table, b.rows) for b in shop.plan().selections[0].blocks] == [("remark", 1)]
    results, _ = run(shop)
    assert [(b["referring_table"], b["rows"]) for b in blocks(results)] == [("remark", 1)]
    assert shop.ids("contact") == [1]


@ELSEWHERE
def test_a_deferred_reference_waits_for_the_end(shop: Shop) -> None:
    """What a later step takes away is no obstacle; what stays is, at the commit."""
    deferred = "DEFERRABLE INITIALLY DEFERRED"
    shop.database.run(
        f"CREATE TABLE remark (id integer PRIMARY KEY, contact_id integer REFERENCES contact (id) {deferred}, rid integer)",
        CONTRACT.format(deferred),
    )
    shop.document["tables"]["remark"] = {"key": "id", "links": [{"root": "contact", "column": "contact_id"}]}
    shop.document["dispositions"]["erase"]["actions"].append({"table": "remark", "do": "delete"})
    shop.people(1, 2, 3, 4).add("remark", {"id": 1, "contact_id": 1}).add("contract", {"contact_id": 4})
    assert [(b.table, b.referring_table, b.rows) for b in shop.plan().selections[0].blocks] == [
        ("contact", "contract", 1)
    ]
    results, _ = run(shop)
    [block] = blocks(results)
    assert (block["table"], block["referring_table"], block["rows"], block["roots"]) == (
        "contact",
        "contract",
        1,
        1,
    )
    assert shop.ids("contact") == [4]
    assert shop.ids("remark") == []


def test_people_who_refer_to_each_other_leave_together(shop: Shop) -> None:
    """A reference within the table itself: only whoever stays behind blocks; the next plan ends the rest."""
    shop.database.run("ALTER TABLE contact ADD COLUMN boss integer REFERENCES contact (id)")
    shop.people(1, 2, 3, boss=None)
    shop.database.run("UPDATE contact SET boss = 1 WHERE id IN (2, 3)")
    assert shop.plan().selections[0].blocks == []
    results, verification = run(shop)
    assert (blocks(results), verification.verified) == ([], True)

    shop.people(4, 5, 6, boss=None).people(9, boss=None, customer=1)
    shop.database.run(
        "UPDATE contact SET boss = 4 WHERE id IN (5, 9)", "UPDATE contact SET boss = 5 WHERE id = 6"
    )
    assert [(b.referring_table, b.rows) for b in shop.plan().selections[0].blocks] == [("contact", 1)]
    for _ in range(3):
        run(shop, size=1)
    results, _ = run(shop)
    assert [(b["table"], b["referring_table"], b["rows"], b["roots"]) for b in blocks(results)] == [
        ("contact", "contact", 1, 1)
    ]
    assert shop.ids("contact") == [4, 9]


@pytest.mark.parametrize(
    ("name", "how", "column", "constraint"),
    [
        ("check", {"constant": "no address"}, "", ", CONSTRAINT has_at CHECK (email LIKE '%@%')"),
        ("not null", "blank", "NOT NULL", ""),
        ("unique", {"constant": "erased@x.invalid"}, "", ", CONSTRAINT one_each UNIQUE (email)"),
    ],
)
def test_a_constraint_on_a_treated_column(
    shop: Shop, name: str, how: Any, column: str, constraint: str
) -> None:
    shop.database.run(
        "DROP TABLE contact",
        f"CREATE TABLE contact (id integer PRIMARY KEY, name text, email varchar(80) {column}, phone text, "
        f"customer integer, state text, rid integer{constraint})",
    )
    shop.document["tables"]["contact"]["columns"]["email"]["erase"] = how
    shop.document["dispositions"]["erase"]["actions"][4]["do"] = "treat"
    shop.people(1, 2, 3)
    results, verification = run(shop)
    found = blocks(results)
    assert {block["table"] for block in found} == {"contact"}
    assert {block["referring_table"] for block in found} == {None}
    said = " ".join(block["constraint"] for block in found)
    expected = {
        "check": "has_at",
        "not null": "email",
        "unique": "email" if shop.database.name == "sqlite" else "one_each",
    }
    assert expected[name] in said
    assert sum(block["roots"] for block in found) == (2 if name == "unique" else 3)
    assert not verification.verified
    assert not any(value in said for value in ("n1@x.example", "N1", "erased@"))


def test_a_trigger_that_raises(shop: Shop) -> None:
    """Named by its function, by its name, or by its own words where they are all there is; never by a person's data."""
    if shop.database.name == "sqlite":
        shop.database.run(
            "CREATE TRIGGER guard BEFORE DELETE ON contact WHEN old.id = 2 "
            "BEGIN SELECT raise(ABORT, 'a contact under guard'); END"
        )
    elif shop.database.name == "mariadb":
        shop.database.run(
            "CREATE TRIGGER guard BEFORE DELETE ON contact FOR EACH ROW IF old.id = 2 THEN "
            "SIGNAL SQLSTATE '45000' SET message_text = old.name; END IF"
        )
    else:
        shop.database.run(
            "CREATE FUNCTION under_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF old.id = 2 THEN RAISE EXCEPTION 'the contact % is under guard', old.name; END IF; RETURN old; END $$",
            "CREATE TRIGGER guard BEFORE DELETE ON contact FOR EACH ROW EXECUTE FUNCTION under_guard()",
        )
    shop.people(1, 2, 3)
    results, verification = run(shop)
    [block] = blocks(results)
    assert (block["table"], block["roots"]) == ("contact", 1)
    assert "guard" in block["constraint"]
    assert "N2" not in block["constraint"]
    assert shop.ids("contact") == [2]
    assert not verification.verified


def silence(shop: Shop, table: str) -> None:
    """A trigger that makes the deletion of row 2 do nothing, and says nothing."""
    if shop.database.name == "sqlite":
        shop.database.run(
            f"CREATE TRIGGER hush BEFORE DELETE ON {table} WHEN old.id = 2 BEGIN SELECT raise(IGNORE); END"
        )
    else:
        shop.database.run(
            "CREATE FUNCTION hush() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN IF old.id = 2 THEN RETURN NULL; END IF; RETURN old; END $$",
            f"CREATE TRIGGER hush BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION hush()",
        )


@ELSEWHERE
def test_a_trigger_that_says_nothing_is_found_out(shop: Shop) -> None:
    """Verified means looked for."""
    silence(shop, "contact")
    shop.people(1, 2, 3)
    results, verification = run(shop)
    assert blocks(results) == []
    assert [(left.table, left.rows) for left in verification.selections[0].left] == [("contact", 1)]


@ELSEWHERE
def test_a_trigger_that_says_nothing_blocks_where_the_way_back_would_be_lost(shop: Shop) -> None:
    """Once the parent has gone, nobody could look for the child again: so it is looked for at once."""
    actions = shop.document["dispositions"]["erase"]["actions"]
    actions.insert(0, actions.pop(4))
    silence(shop, "note")
    shop.people(1, 2, 3)
    results, verification = run(shop)
    assert [(b["table"], b["constraint"], b["rows"], b["roots"]) for b in blocks(results)] == [
        ("note", "rows still there after the statement ran", 1, 1)
    ]
    assert (shop.ids("contact"), shop.ids("note"), verification.verified) == ([2], [2], False)


def test_a_reference_that_names_no_column_means_the_key(sqlite_shop: Shop) -> None:
    shop = sqlite_shop
    shop.database.run(
        "CREATE TABLE team (id integer PRIMARY KEY, contact_id integer, rid integer)",
        "CREATE TABLE member (team_id integer REFERENCES team, rid integer)",
    )
    shop.document["tables"]["team"] = {"key": "id", "links": [{"root": "contact", "column": "contact_id"}]}
    shop.document["dispositions"]["erase"]["actions"].insert(0, {"table": "team", "do": "delete"})
    shop.people(1, 2).add("team", {"id": 1, "contact_id": 1}, {"id": 2, "contact_id": 2})
    shop.add("member", {"team_id": 1})
    assert [(b.referring_table, b.rows) for b in shop.plan().selections[0].blocks] == [("member", 1)]
    run(shop)
    assert shop.ids("team") == [1]


def test_several_obstacles_are_all_named(shop: Shop) -> None:
    shop.database.run(CONTRACT.format(""))
    shop.database.run(
        "CREATE TABLE badge (owner integer CONSTRAINT worn REFERENCES contact (id), rid integer)"
    )
    shop.people(1, 2).add("contract", {"contact_id": 1}).add("badge", {"owner": 1}, {"owner": 1})
    assert {(b.referring_table, b.rows) for b in shop.plan().selections[0].blocks} == {
        ("contract", 1),
        ("badge", 2),
    }
    results, _ = run(shop)
    assert {(b["referring_table"], b["rows"]) for b in blocks(results)} == {("contract", 1), ("badge", 2)}


def test_a_reference_of_two_columns_is_named_when_it_refuses(shop: Shop) -> None:
    shop.database.run(
        "CREATE UNIQUE INDEX pair ON contact (id, customer)",
        "CREATE TABLE pass (a integer, b integer, rid integer, "
        "CONSTRAINT both_of FOREIGN KEY (a, b) REFERENCES contact (id, customer))",
    )
    shop.people(1, 2).add("pass", {"a": 1, "b": 0})
    results, _ = run(shop)
    [block] = blocks(results)
    assert (block["table"], block["roots"]) == ("contact", 1)
    if shop.database.name != "sqlite":
        assert (block["constraint"], block["referring_table"]) == ("both_of", "pass")
    assert shop.ids("contact") == [1]


def test_references_in_another_schema_are_foreseen(postgres_shop: Shop) -> None:
    shop = postgres_shop
    shop.database.run(
        "CREATE SCHEMA legal", CONTRACT.format("").replace("TABLE contract", "TABLE legal.contract")
    )
    shop.people(1, 2, at=OLD)
    shop.database.run("INSERT INTO legal.contract VALUES (1, 1)")
    results, _ = run(shop)
    [block] = blocks(results)
    assert (block["constraint"], block["referring_table"]) == ("signed", "legal.contract")
    assert [b.referring_table for b in shop.plan().selections[0].blocks] == ["legal.contract"]


def test_reserved_names_are_quoted(shop: Shop) -> None:
    shop.database.run('CREATE TABLE "order" ("group" integer REFERENCES contact (id), rid integer)')
    shop.people(1).add("order", {"group": 1})
    assert [(b.referring_table, b.rows) for b in shop.plan().selections[0].blocks] == [("order", 1)]


def test_what_the_database_takes_away_by_itself_is_in_the_plan(shop: Shop) -> None:
    shop.database.run(
        "CREATE TABLE fan (contact_id integer REFERENCES contact (id) ON DELETE CASCADE, rid integer)"
    )
    shop.people(1, 2).people(3, at=RECENT)
    shop.add("fan", {"contact_id": 1}, {"contact_id": 1}, {"contact_id": 3})
    (cascade,) = shop.plan().selections[0].cascades
    assert (cascade.table, cascade.referring_table, cascade.rows) == ("contact", "fan", 2)
