"""The schema changes between plan and run: refused in words with nothing half done, or done whole and right."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from garant.engine.planning.plan import plan_retention
from garant.engine.running.execution import PlanRefused
from garant.systems.port import ConnectorError
from tests.engine.support.databases import Contents, Database
from tests.engine.support.running import carry_out
from tests.engine.support.shop import AS_OF, RECENT, Shop

Change = dict[str, tuple[str, ...]]

BREAKING: Change = {
    "the column of a link is dropped": ("ALTER TABLE interaction DROP COLUMN contact_id",),
    "the column of a link is renamed": ("ALTER TABLE note RENAME COLUMN res_id TO resource",),
    "the column of a condition is dropped": ("ALTER TABLE note DROP COLUMN model",),
    "the column of an event is renamed": ("ALTER TABLE interaction RENAME COLUMN at TO moment",),
    "the column of a role is renamed": ("ALTER TABLE contact RENAME COLUMN customer TO client",),
    "a child table is dropped": ("DROP TABLE note",),
    "a child table is renamed": ("ALTER TABLE meeting RENAME TO appointment",),
    "a parent table is replaced by a view": (
        "ALTER TABLE interaction RENAME TO interaction_all",
        "CREATE VIEW interaction AS SELECT * FROM interaction_all",
    ),
}
"""What the plan stands on is gone."""

HARMLESS: Change = {
    "a column more": ("ALTER TABLE contact ADD COLUMN nickname varchar(20)",),
    "a table more": ("CREATE TABLE other (id integer)",),
    "an index more": ("CREATE INDEX interaction_contact ON interaction (contact_id)",),
}


NEW_CONTACT = (
    "CREATE TABLE contact_new (id INTEGER PRIMARY KEY, name text, email text NOT NULL, phone text, "
    "customer INTEGER, state text, rid INTEGER)"
)
REFUSE_POSTGRES = (
    "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN IF OLD.id = 4 THEN RAISE EXCEPTION 'no'; END IF; RETURN OLD; END $$"
)
REFUSE_MARIADB = (
    "CREATE TRIGGER no BEFORE DELETE ON note FOR EACH ROW "
    "IF OLD.id = 4 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'; END IF"
)


@pytest.fixture
def filled(shop: Shop) -> Iterator[Shop]:
    shop.people(*range(1, 9)).people(9, 10, at=RECENT).invoice(2, 3).meet(1, 1, 2).meet(2, 4, 9)
    yield shop
    shop.close()


def everything(database: Database) -> Contents:
    """Every row of every table that has hidden numbers, whatever the tables are called now."""
    names = {
        "sqlite": "SELECT group_concat(name) FROM sqlite_master WHERE type = 'table'",
        "postgresql": "SELECT string_agg(table_name, ',') FROM information_schema.tables"
        " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
        "mariadb": "SELECT group_concat(table_name) FROM information_schema.tables"
        " WHERE table_schema = database() AND table_type = 'BASE TABLE'",
    }
    found = [name for name in str(database.scalar(names[database.name])).split(",") if name != "other"]
    return database.contents(sorted(found))


def run(shop: Shop, *changes: str, size: int = 3) -> str:
    """Plan, change the schema, carry out; gives what was refused, or nothing."""
    plan = plan_retention(shop.policy, shop.system(), as_of=AS_OF)
    assert plan.selections[0].due == 8
    shop.close()
    shop.database.run(*changes)
    try:
        results, verification = carry_out(plan, shop.policy, shop.system(), size)
    except (PlanRefused, ConnectorError) as refused:
        return str(refused) or type(refused).__name__
    assert verification.verified
    assert not any(result.blocks for result in results)
    return ""


@pytest.mark.parametrize("change", BREAKING)
def test_what_the_plan_stands_on_is_gone(filled: Shop, change: str) -> None:
    database = filled.database
    plan = plan_retention(filled.policy, filled.system(), as_of=AS_OF)
    filled.close()
    database.run(*BREAKING[change])
    before = everything(database)
    said = ""
    try:
        _, verification = carry_out(plan, filled.policy, filled.system(), 3)
    except (PlanRefused, ConnectorError) as refused:
        said = str(refused)
    if said:
        assert everything(database) == before, "refused, and something had been done"
        return
    assert verification.verified, "not refused: then it is done, whole"
    assert "view" in change


@pytest.mark.parametrize("change", HARMLESS)
def test_what_the_plan_does_not_stand_on_may_change(filled: Shop, change: str) -> None:
    assert run(filled, *HARMLESS[change]) == ""
    assert filled.ids("contact") == [2, 3, 9, 10]


def test_a_key_that_came_after_the_plan_blocks_whom_it_concerns_and_says_so(filled: Shop) -> None:
    plan = plan_retention(filled.policy, filled.system(), as_of=AS_OF)
    filled.close()
    filled.database.run(
        "CREATE TABLE contract (contact_id integer CONSTRAINT signed REFERENCES contact (id), rid integer)"
        if filled.database.name != "mariadb"
        else "CREATE TABLE contract (contact_id integer, rid integer, "
        "CONSTRAINT signed FOREIGN KEY (contact_id) REFERENCES contact (id))",
        "INSERT INTO contract VALUES (5, 1)",
    )
    results, verification = carry_out(plan, filled.policy, filled.system(), 3)
    blocks = [block for result in results for block in result.blocks]
    assert [(block["table"], block["referring_table"], block["roots"]) for block in blocks] == [
        ("contact", "contract", 1)
    ]
    assert filled.ids("contact") == [2, 3, 5, 9, 10]
    assert not verification.verified
    assert filled.ids("interaction") == [5, 9, 10], "who is blocked stays whole"


def test_a_column_that_may_no_longer_be_empty_blocks_who_would_be_blanked_and_says_so(filled: Shop) -> None:
    """Contacts 2 and 3 stay, for their invoices: their addresses are blanked."""
    alter = {
        "postgresql": ("ALTER TABLE contact ALTER COLUMN email SET NOT NULL",),
        "mariadb": ("ALTER TABLE contact MODIFY email text NOT NULL",),
        "sqlite": (
            NEW_CONTACT,
            "INSERT INTO contact_new SELECT * FROM contact",
            "DROP TABLE contact",
            "ALTER TABLE contact_new RENAME TO contact",
        ),
    }
    plan = plan_retention(filled.policy, filled.system(), as_of=AS_OF)
    filled.close()
    before = filled.rows("contact")["contact"]
    filled.database.run(*alter[filled.database.name])
    results, verification = carry_out(plan, filled.policy, filled.system(), 3)
    blocks = [block for result in results for block in result.blocks]
    assert sum(block["roots"] for block in blocks) == 2
    assert {block["table"] for block in blocks} == {"contact"}
    assert not verification.verified, "said to be left"
    assert filled.rows("contact")["contact"] == {rid: before[rid] for rid in (2, 3, 9, 10)}


def test_a_trigger_that_refuses_rolls_everything_of_its_batch_back(filled: Shop) -> None:
    trigger = {
        "sqlite": (
            "CREATE TRIGGER no BEFORE DELETE ON note WHEN OLD.id = 4 BEGIN SELECT RAISE(ABORT, 'no'); END",
        ),
        "postgresql": (
            REFUSE_POSTGRES,
            "CREATE TRIGGER no BEFORE DELETE ON note FOR EACH ROW EXECUTE FUNCTION no()",
        ),
        "mariadb": (REFUSE_MARIADB,),
    }
    plan = plan_retention(filled.policy, filled.system(), as_of=AS_OF)
    filled.close()
    before = filled.rows()
    filled.database.run(*trigger[filled.database.name])
    try:
        results, verification = carry_out(plan, filled.policy, filled.system(), 3)
    except ConnectorError:
        pass
    else:
        assert any(result.blocks for result in results)
        assert not verification.verified
    assert 4 in filled.ids("contact")
    mine = [row for row in filled.rows("note")["note"].values() if str(row["id"]) in ("4", "9", "10")]
    assert mine == [row for row in before["note"].values() if str(row["id"]) in ("4", "9", "10")]
    assert set(filled.ids("note")) == set(filled.ids("interaction")), "no person is half gone"


def test_a_trigger_that_writes_elsewhere_does_not_stop_the_work(filled: Shop) -> None:
    plan = plan_retention(filled.policy, filled.system(), as_of=AS_OF)
    filled.close()
    body = "INSERT INTO audit VALUES (OLD.id)"
    trigger = {
        "sqlite": (f"CREATE TRIGGER t AFTER DELETE ON contact BEGIN {body}; END",),
        "postgresql": (
            f"CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN OLD; END $$",
            "CREATE TRIGGER t AFTER DELETE ON contact FOR EACH ROW EXECUTE FUNCTION t()",
        ),
        "mariadb": (f"CREATE TRIGGER t AFTER DELETE ON contact FOR EACH ROW {body}",),
    }
    filled.database.run("CREATE TABLE audit (id integer)", *trigger[filled.database.name])
    _, verification = carry_out(plan, filled.policy, filled.system(), 3)
    assert verification.verified
    assert filled.ids("contact") == [2, 3, 9, 10]
    assert filled.database.scalar("SELECT count(*) FROM audit") == 6


def test_a_key_retyped_after_the_plan_is_refused_or_obeyed(filled: Shop) -> None:
    retype = {
        "sqlite": (
            "CREATE TABLE c2 (id text, name text, email text, phone text, customer INTEGER, state text, rid INTEGER)",
            "INSERT INTO c2 SELECT 'c' || id, name, email, phone, customer, state, rid FROM contact",
            "DROP TABLE contact",
            "ALTER TABLE c2 RENAME TO contact",
        ),
        "postgresql": ("ALTER TABLE contact ALTER COLUMN id TYPE text USING 'c' || id",),
        "mariadb": (
            "ALTER TABLE contact MODIFY id varchar(20)",
            "UPDATE contact SET id = concat('c', id)",
        ),
    }
    plan = plan_retention(filled.policy, filled.system(), as_of=AS_OF)
    filled.close()
    filled.database.run(*retype[filled.database.name])
    before = filled.rows()
    with pytest.raises((PlanRefused, ConnectorError)):
        carry_out(plan, filled.policy, filled.system(), 3)
    assert filled.rows() == before
