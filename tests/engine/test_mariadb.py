"""What MariaDB does that no other database does, and how nothing of it harms anybody."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from garant.engine.planning.subject import find_subject, plan_subject
from garant.systems.catalogue import read_catalogue
from garant.systems.port import ConnectorError
from garant.systems.sql.dialects import Mariadb
from garant.systems.sql.mariadb_engine import open_mariadb
from tests.engine.support.databases import MariadbDatabase
from tests.engine.support.examples import examples
from tests.engine.support.running import carry_out, retention, source
from tests.engine.support.shop import AS_OF, OLD, RECENT, Shop
from tests.engine.test_staying import belonging, invoices_are_kept

MOVING = "ADD COLUMN tms timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp()"
LONG_AGO = "2001-02-03 04:05:06"


@pytest.fixture
def shop(mariadb: MariadbDatabase) -> Any:
    """The shop on MariaDB."""
    shop = Shop(mariadb).create()
    yield shop
    shop.close()


def treat(shop: Shop, columns: dict[str, Any]) -> None:
    """The contacts stay, without these columns."""
    shop.document["dispositions"]["erase"]["actions"] = [
        {"table": "contact", "do": "treat", "columns": columns}
    ]


# ---------------------------------------------------------------- columns that an UPDATE moves

TREATMENTS = (
    "blank", {"constant": "x"}, {"pseudonymise": {}}, {"generalise": {"prefix": 1}}, {"refresh": "upper(state)"},
)  # fmt: skip


@examples(15)
@given(chance=st.randoms(use_true_random=False))
def test_no_write_of_ours_moves_a_date(mariadb: MariadbDatabase, chance: Random) -> None:
    """Whatever is treated, however: ``ON UPDATE`` columns keep what they held."""
    mariadb.clear()
    shop = Shop(mariadb).create(
        f"ALTER TABLE contact {MOVING}, ADD COLUMN Seen datetime(3) NULL ON UPDATE current_timestamp(3)"
    )
    treat(
        shop,
        {
            name: chance.choice(TREATMENTS)
            for name in chance.sample(("name", "email", "phone"), chance.randint(1, 3))
        },
    )
    shop.people(*range(1, 6), state="s")
    mariadb.run(
        f"UPDATE contact SET tms = '{LONG_AGO}', Seen = '{LONG_AGO}.123' WHERE id <> 2",
        f"UPDATE contact SET tms = '{LONG_AGO}', Seen = NULL WHERE id = 2",
    )
    before = shop.rows("contact")["contact"]
    carry_out(shop.plan(), shop.policy, shop.system(), chance.choice((1, 3, 100)))
    after = shop.rows("contact")["contact"]
    assert after != before, "something was treated"
    moments = {(rid, row["tms"], row["Seen"]) for rid, row in after.items()}
    assert moments == {(rid, LONG_AGO, None if rid == 2 else f"{LONG_AGO}.123") for rid in range(1, 6)}
    shop.close()


def test_a_moving_date_that_the_map_treats_is_treated(shop: Shop) -> None:
    shop.database.run("ALTER TABLE contact ADD COLUMN tms datetime NULL ON UPDATE current_timestamp()")
    shop.document["tables"]["contact"]["columns"]["TMS"] = {"category": "identity", "erase": "blank"}
    treat(shop, {"TMS": "blank", "name": "blank"})
    shop.people(1)
    shop.database.run(f"UPDATE contact SET tms = '{LONG_AGO}'")
    _, verification = carry_out(shop.plan(), shop.policy, shop.system())
    assert verification.verified
    assert shop.rows("contact")["contact"][1]["tms"] is None


def test_a_restriction_moves_no_date(shop: Shop) -> None:
    shop.database.run(f"ALTER TABLE contact {MOVING}")
    shop.people(1)
    shop.database.run(f"UPDATE contact SET tms = '{LONG_AGO}'")
    systems = shop.system()
    plan = plan_subject(shop.policy, systems, {"email": "n1@x.example"}, "restriction", as_of=AS_OF)
    carry_out(plan, shop.policy, systems)
    row = shop.rows("contact")["contact"][1]
    assert (row["state"], row["tms"]) == ("restricted", LONG_AGO)


# ---------------------------------------------------------------- tables that cannot roll back


@pytest.mark.parametrize("engine", ["MyISAM", "Aria"])
def test_a_table_that_cannot_roll_back_is_left_alone(shop: Shop, engine: str) -> None:
    shop.database.run(f"ALTER TABLE note ENGINE={engine}")
    shop.people(1, 2)
    with pytest.raises(
        ConnectorError, match=f"crm: table note is stored by {engine}, which cannot roll back"
    ):
        carry_out(shop.plan(), shop.policy, shop.system())
    assert shop.ids("contact") == shop.ids("note") == [1, 2]


def test_a_table_that_keeps_its_former_rows_is_left_alone(shop: Shop) -> None:
    """What a person is erased from would show them to whoever asks it FOR SYSTEM_TIME ALL."""
    shop.database.run("ALTER TABLE note ADD SYSTEM VERSIONING")
    shop.people(1, 2)
    with pytest.raises(ConnectorError, match="crm: table note keeps its former rows"):
        carry_out(shop.plan(), shop.policy, shop.system())
    assert shop.ids("contact") == shop.ids("note") == [1, 2]


@pytest.mark.parametrize(
    ("made", "what"),
    [("ENGINE=MyISAM", "is stored by MyISAM"), ("ADD SYSTEM VERSIONING", "keeps its former rows")],
)
def test_nor_through_a_view_of_a_view(shop: Shop, made: str, what: str) -> None:
    shop.database.run(
        "RENAME TABLE note TO paper",
        f"ALTER TABLE paper {made}",
        "CREATE VIEW sheet AS SELECT p.* FROM paper AS p",
        "CREATE VIEW note AS SELECT * FROM sheet WHERE id > 0",
    )
    shop.people(1, 2)
    with pytest.raises(ConnectorError, match=f"crm: table paper, which note shows, {what}"):
        carry_out(shop.plan(), shop.policy, shop.system())
    assert shop.ids("contact") == shop.ids("note") == [1, 2]
    engine = sa.create_engine(shop.database.url.replace("mysql+", "mariadb+"))
    with engine.connect() as connection:
        table = read_catalogue(connection, ["note"], {}).table("note")
    engine.dispose()
    assert table is not None
    assert (table.lasting, table.remembering) == ("MyISAM" if "MyISAM" in made else None, "ADD" in made)


def test_a_view_that_does_not_say_what_it_shows_is_left_alone(shop: Shop) -> None:
    shop.database.run("RENAME TABLE note TO paper", "CREATE VIEW note AS SELECT * FROM paper")
    shop.people(1, 2)
    url = sa.make_url(shop.database.url)
    shop.database.run(
        "CREATE USER blind IDENTIFIED BY 'blind'",
        f"GRANT SELECT, UPDATE, DELETE, CREATE TEMPORARY TABLES ON {url.database}.* TO blind",
    )
    blind = url.set(username="blind", password="blind").render_as_string(hide_password=False)
    try:
        systems = {"crm": shop.remember(source(shop.map(), blind))}
        plan = retention(shop.policy, systems, AS_OF)
        with pytest.raises(ConnectorError, match=r"crm: note is a view, .* grant SHOW VIEW on it"):
            carry_out(plan, shop.policy, systems)
        shop.database.run(f"GRANT SHOW VIEW ON {url.database}.* TO blind")
        systems = {"crm": shop.remember(source(shop.map(), blind))}
        _, verification = carry_out(plan, shop.policy, systems)
    finally:
        shop.database.run("DROP USER blind")
    assert verification.verified
    assert shop.ids("contact") == shop.ids("note") == []


@pytest.mark.parametrize("between", [False, True])
def test_an_account_of_tables_by_name_sees_their_foreign_keys(shop: Shop, between: bool) -> None:
    """The server lists what foreign keys do for whoever may change the whole schema alone: what a duty keeps went."""
    invoices_are_kept(shop)
    if between:
        shop.database.run(
            "CREATE TABLE sale (id integer PRIMARY KEY, contact_id integer, rid integer)",
            "ALTER TABLE invoice ADD sale integer DEFAULT 1",
        )
        belonging(shop, "sale", "contact_id")
        belonging(shop, "invoice", "sale", "sale")
    else:
        belonging(shop, "invoice", "contact_id")
    shop.people(1, 2)
    if between:
        shop.add("sale", {"id": 1, "contact_id": 1})
    shop.invoice(1)
    url = sa.make_url(shop.database.url)
    tables = [*(table for table in shop.document["tables"]), "invoice"]
    shop.database.run(
        "CREATE USER narrow IDENTIFIED BY 'narrow'",
        f"GRANT CREATE TEMPORARY TABLES ON {url.database}.* TO narrow",
        *(f"GRANT SELECT, UPDATE, DELETE ON {url.database}.{table} TO narrow" for table in tables),
    )
    narrow = url.set(username="narrow", password="narrow").render_as_string(hide_password=False)
    try:
        systems = {"crm": shop.remember(source(shop.map(), narrow))}
        if between:
            with pytest.raises(ConnectorError, match=r"crm: rows of invoice .* grant it SELECT on sale"):
                retention(shop.policy, systems, AS_OF)
            shop.database.run(f"GRANT SELECT ON {url.database}.sale TO narrow")
            systems = {"crm": shop.remember(source(shop.map(), narrow))}
        plan = retention(shop.policy, systems, AS_OF)
        assert [(b.referring_table, b.rows) for b in plan.selections[0].blocks] == [("invoice", 1)]
        carry_out(plan, shop.policy, systems)
    finally:
        shop.database.run("DROP USER narrow")
    assert (shop.ids("contact"), shop.ids("invoice")) == ([1], [1])


# ---------------------------------------------------------------- what it takes for equal


@pytest.mark.parametrize(
    ("how", "value", "expected"),
    [
        ({"constant": "Erased"}, "ERASED", "Erased"),
        ({"constant": "Erased"}, "erased ", "Erased"),
        ({"constant": "Érased"}, "Erased", "Érased"),
        ({"refresh": "lower(state)"}, "A", "a"),
        ({"refresh": "state"}, "a", "A"),
        ({"refresh": "state"}, "A ", "A"),
    ],
)
def test_what_differs_only_by_case_accent_or_space_is_still_to_do(
    shop: Shop, how: Any, value: str, expected: str
) -> None:
    treat(shop, {"name": how})
    shop.people(1, name=value, state="A")
    _, verification = carry_out(shop.plan(), shop.policy, shop.system())
    assert shop.rows("contact")["contact"][1]["name"] == expected
    assert verification.verified


@pytest.mark.parametrize(
    "value", ["ANON-0123456789ABCDEF", "anon-0123456789abcdef\n", "anon-0123456789abcdef "]
)
def test_what_only_looks_like_a_pseudonym_is_replaced(shop: Shop, value: str) -> None:
    treat(shop, {"name": {"pseudonymise": {}}})
    shop.people(1, name=value)
    carry_out(shop.plan(), shop.policy, shop.system())
    assert shop.rows("contact")["contact"][1]["name"] != value


def test_text_keys_compare_as_the_system_compares_them(shop: Shop) -> None:
    """A reference to ``ab`` is one to ``AB`` where the system's own foreign key says so."""
    shop.database.run(
        "CREATE TABLE client (code varchar(20) PRIMARY KEY, rid integer)",
        "CREATE TABLE act (id integer PRIMARY KEY, client varchar(20), at datetime, rid integer, "
        "FOREIGN KEY (client) REFERENCES client (code))",
    )
    shop.database.insert("client", [{"code": "AB", "rid": 1}, {"code": "CD", "rid": 2}])
    shop.database.insert(
        "act",
        [
            {"id": 1, "client": "ab", "at": OLD, "rid": 1},
            {"id": 2, "client": "AB", "at": OLD, "rid": 2},
            {"id": 3, "client": "cd", "at": RECENT, "rid": 3},
        ],
    )
    shop.document |= {
        "roots": {"contact": {"table": "client", "key": "code", "type": "text"}},
        "roles": {"prospect": {"root": "contact", "query": "SELECT code AS key FROM client"}},
        "identities": {},
        "events": {"last-contact": [{"root": "contact", "type": "instant", "query": "SELECT client AS key, at AS at FROM act"}]},
        "tables": {
            "client": {"key": "code", "links": [{"root": "contact", "column": "code"}]},
            "act": {"key": "id", "links": [{"root": "contact", "column": "client"}]},
        },
        "dispositions": {
            "erase": {"root": "contact", "actions": [{"table": "act", "do": "delete"}, {"table": "client", "do": "delete"}]}
        },
        "duties": [], "files": [], "restriction": {},
    }  # fmt: skip
    plan = shop.plan()
    assert plan.selections[0].root_keys() == ["AB"]
    _, verification = carry_out(plan, shop.policy, shop.system())
    assert verification.verified
    assert shop.ids("act") == [3]


# ---------------------------------------------------------------- its UPDATE, its dates, its modes


def test_a_copy_is_computed_from_what_was_there_before(shop: Shop) -> None:
    """MariaDB assigns from left to right unless it is told otherwise."""
    treat(shop, {"email": "blank", "phone": {"refresh": "coalesce(email, 'none')"}})
    shop.people(1)
    carry_out(shop.plan(), shop.policy, shop.system())
    row = shop.rows("contact")["contact"][1]
    assert (row["email"], row["phone"]) == (None, "n1@x.example")


@pytest.mark.parametrize(
    ("kind", "value", "due", "unreadable"),
    [
        ("datetime", "0000-00-00 00:00:00", 0, 1),
        ("datetime", "2020-00-10 00:00:00", 0, 1),
        ("date", "0000-00-00", 0, 1),
        ("date", "2020-05-05", 1, 0),
        ("varchar(60)", "2020-05-05T10:00:00+02:00", 1, 0),
        ("varchar(60)", "2020-05-05 10:00:00Z", 1, 0),
        ("varchar(60)", "2020-05-05", 1, 0),
        ("varchar(60)", "2020-02-30", 0, 1),
        ("varchar(60)", "5 May 2020", 0, 1),
        ("varchar(60)", "", 0, 1),
        ("bigint", "1588672800", 0, 1),
        ("bigint", "20200505", 0, 1),
    ],
)
def test_a_date_that_is_none_makes_nobody_due(
    shop: Shop, kind: str, value: str, due: int, unreadable: int
) -> None:
    shop.database.run(f"ALTER TABLE interaction MODIFY COLUMN at {kind}")
    shop.people(1, at=value)
    [selection] = shop.plan().selections
    assert (selection.due, selection.unreadable) == (due, unreadable)


ODD_DATES = (
    "0000-00-00", "2020-00-00", "2020-02-00", "2020-00-10", "2020-02-31", "2020-02-29", "0001-01-01", "9999-12-31",
)  # fmt: skip


def test_dates_known_by_their_type_are_read_as_their_texts_are(mariadb: MariadbDatabase) -> None:
    """The same moment, or the same none, with or without a look at the text; and only dates are known so."""
    mariadb.run(
        "SET sql_mode = 'ALLOW_INVALID_DATES,ANSI_QUOTES'",
        "CREATE TABLE odd (k int, d date, t datetime, u datetime(6), s timestamp NULL, v varchar(60), n bigint, "
        "y year, c time)",
        *(
            f"INSERT INTO odd (k, d, t, u) VALUES (1, '{day}', '{day} 23:59:59', '{day} 23:59:59.999999')"
            for day in ODD_DATES
        ),
        *(
            f"INSERT INTO odd (k, s) VALUES (1, '{moment}')"
            for moment in ("0000-00-00", "2020-03-29 03:30:00", "2020-10-25 02:30:00", "1970-01-02 00:00:00")
        ),
    )
    dialect = Mariadb()
    engine = open_mariadb(sa.make_url(mariadb.url), writing=True, zone="Europe/Paris", wait_seconds=5)
    odd = sa.table("odd", *(sa.column(name) for name in "dtusvnyc"))
    with engine.connect() as connection:
        known = {
            column.name: dialect.holds_dates(connection, sa.select(column.label("at")).subquery())
            for column in odd.c
        }
        for column, kind in product([odd.c[name] for name in "dtus"], ["date", "instant"]):
            by_type, by_text = (
                sa.cast(dialect.readable(column, kind, dates=dates), sa.Text()) for dates in (True, False)
            )
            read = sa.select(by_type, by_text).where(column.is_not(None))
            assert all(one == other for one, other in connection.execute(read)), column.name
    engine.dispose()
    assert known == dict.fromkeys("dtus", True) | dict.fromkeys("vnyc", False)


def test_a_value_that_a_column_cannot_hold_is_refused_and_not_cut(shop: Shop) -> None:
    shop.database.run("ALTER TABLE contact MODIFY COLUMN name varchar(10)")
    treat(shop, {"name": {"constant": "longer than ten"}})
    shop.people(1)
    with pytest.raises(ConnectorError, match=r"Data too long for column 'name' at row 1 \(error 1406\)"):
        carry_out(shop.plan(), shop.policy, shop.system())
    assert shop.rows("contact")["contact"][1]["name"] == "N1"


def test_a_text_compared_with_a_number_takes_nobody_elses_row(shop: Shop) -> None:
    """For MariaDB, '1 and more' = 1: not even a plan is made."""
    shop.database.run("ALTER TABLE note MODIFY COLUMN res_id varchar(20)")
    shop.people(1)
    shop.add("note", {"id": 50, "model": "contact", "res_id": "1 and more", "body": "x"})
    with pytest.raises(ConnectorError, match=r"crm: note.res_id holds texts and contact.id numbers"):
        shop.plan()
    assert shop.ids("note") == [1, 50]


@pytest.mark.parametrize(
    ("given", "found"), [("12", [12]), ("12 and more", []), ("12.0", []), ("0", []), ("x", [])]
)
def test_an_identity_that_only_begins_like_a_number_finds_nobody(
    shop: Shop, given: str, found: list[int]
) -> None:
    shop.document["identities"]["number"] = [
        {"root": "contact", "query": "SELECT id AS key FROM contact WHERE id = :identity"}
    ]
    shop.people(1, 12)
    assert [key for place in find_subject(shop.system(), {"number": given}) for key in place.keys] == found


def test_columns_in_other_collations_meet(shop: Shop) -> None:
    shop.database.run(
        "ALTER TABLE note MODIFY COLUMN model varchar(40) COLLATE utf8mb4_bin, "
        "ADD COLUMN ref varchar(40) CHARACTER SET latin1"
    )
    shop.document["tables"]["note"]["links"] = [{"root": "contact", "column": "ref", "prefix": "contact,"}]
    shop.document["roles"]["prospect"]["query"] = (
        "SELECT c.id AS key FROM contact c JOIN note n ON n.ref = 'contact,' || CAST(c.id AS TEXT)"
    )
    shop.people(1, 2)
    shop.database.run("UPDATE note SET ref = concat('contact,', id)")
    _, verification = carry_out(shop.plan(), shop.policy, shop.system())
    assert (verification.verified, shop.ids("contact"), shop.ids("note")) == (True, [], [])


def test_an_identity_may_hold_a_backslash(shop: Shop) -> None:
    shop.people(1, email="a\\b'@x.example")
    assert find_subject(shop.system(), {"email": "a\\b'@x.example"})[0].keys == (1,)


def test_nothing_but_temporary_tables_is_made_and_nothing_commits_midway(shop: Shop) -> None:
    """A batch that gathers keys beforehand, and is blocked at its last step, leaves all as it was."""
    actions = shop.document["dispositions"]["erase"]["actions"]
    actions.insert(0, actions.pop(1))
    shop.database.run("CREATE TABLE contract (contact_id integer REFERENCES contact (id), rid integer)")
    shop.people(1).add("contract", {"contact_id": 1})
    before = shop.rows()
    results, _ = carry_out(shop.plan(), shop.policy, shop.system())
    assert len(results[0].blocks) == 1
    assert shop.rows() == before
    tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = database()"
    assert shop.database.scalar(tables) == 7
