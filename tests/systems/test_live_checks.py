"""Each GAR6xx rule finds its bad example on a real system, and only that."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from garant.policy.diagnostics import RULES, Diagnostic, Rule
from garant.systems.catalogue import CatalogueColumn, Family
from garant.systems.checks.live import check_live
from garant.systems.checks.personal_names import looks_personal
from garant.systems.loader import parse_map
from tests.support.spending import spends
from tests.systems.example_map import EXAMPLE, example_map
from tests.systems.live import (
    build,
    codes,
    empty_mariadb,
    empty_postgres,
    engine,
    look,
    mariadb,
    postgres,
    said,
)

__all__ = ["empty_mariadb", "empty_postgres", "engine", "mariadb", "postgres"]

LIVE = [rule for rule in RULES if rule.code.startswith("GAR6")]
Find = Callable[..., list[Diagnostic]]


def test_the_example_fits_its_system(engine: Engine) -> None:
    build(engine)
    assert check_live(parse_map(EXAMPLE), engine) == []


def test_there_are_many_rules() -> None:
    assert len(LIVE) >= 15


ENGINES = {
    "GAR606": ["postgresql", "mariadb"],
    "GAR613": ["sqlite"],
    "GAR614": ["sqlite", "postgresql"],
    "GAR616": ["sqlite", "mariadb"],
    "GAR617": ["mariadb"],
    "GAR618": ["mariadb"],
    "GAR619": ["mariadb"],
    "GAR621": ["postgresql"],
    "GAR622": ["postgresql"],
}
"""Where an example does not run everywhere: enforced lengths, the syntax of triggers and computed columns,
indexes that InnoDB does not let go, what only MariaDB or PostgreSQL has."""

EXAMPLES = [
    pytest.param(engine, rule, kind, id=f"{rule.slug}-{kind}-{engine}")
    for rule in LIVE
    for kind in ("bad", "good")
    for engine in ENGINES.get(rule.code, ["sqlite", "postgresql", "mariadb"])
]


@pytest.mark.parametrize(("engine", "rule", "kind"), EXAMPLES, indirect=["engine"])
def test_examples(engine: Engine, rule: Rule, kind: str) -> None:
    example = rule.bad if kind == "bad" else rule.good
    lines = example.splitlines()
    statements = [line[2:] for line in lines if line.startswith("# ")]
    over = "\n".join(line for line in lines if not line.startswith("# "))
    assert (rule.code in codes(look(engine, over, *statements))) is (kind == "bad")


def test_tables_and_columns_everywhere(engine: Engine) -> None:
    found = look(
        engine,
        "roots: {other: {table: elsewhere, key: id}}\n"
        "roles: {ghost: {root: client, query: SELECT id AS key FROM ghosts WHERE x = 1}}\n"
        "tables: {ticket: {columns: {body: {erase: {refresh: upper(lost)}}}}}\n"
        "dispositions: {erase-client: {actions: [{table: ticket, do: treat, columns: {gone: blank}}]}}\n"
        "seals: [{table: ticket, when: missing = 1, columns: [away], why: {}}]\n"
        "restriction: {client: {table: client, set: {asleep: true}}}\n",
    )
    assert sorted(said(found, "GAR601")) == [
        "The system has no table “elsewhere”.",
        "The system has no table “ghosts”.",
    ]
    columns = [message.split("“")[2].split("”")[0] for message in said(found, "GAR602")]
    assert sorted(columns) == ["asleep", "away", "gone", "lost", "missing"]


def test_a_parent_column_must_be_there(engine: Engine) -> None:
    over = "tables: {note: {links: [{parent: ticket, column: ticket_id, parent_column: number}]}}"
    assert said(look(engine, over), "GAR602") == ["The table “ticket” has no column “number”."]


def listing(table: str = "country", key: str = "id", code: str = "code") -> str:
    """The map where a client has a country of a list."""
    listed = f"{{table: {table}, key: {key}, code: {code}}}"
    column = f"country_id: {{category: address, identity: country, erase: keep, listed: {listed}}}"
    return f"tables: {{client: {{columns: {{{column}}}}}}}"


COUNTRIES = (
    "ALTER TABLE client ADD COLUMN country_id INTEGER",
    "CREATE TABLE country (id INTEGER, code CHAR(2))",
)


@pytest.mark.parametrize(
    ("over", "told"),
    [
        (listing(), []),
        (listing("land"), [("GAR601", "The system has no table “land”.")]),
        (listing(key="pk"), [("GAR602", "The table “country” has no column “pk”.")]),
        (listing(code="iso"), [("GAR602", "The table “country” has no column “iso”.")]),
    ],
)
def test_the_list_of_countries_must_be_there_with_its_columns(
    engine: Engine, over: str, told: list[tuple[str, str]]
) -> None:
    assert [(one.code, one.message.en) for one in look(engine, over, *COUNTRIES)] == told


def test_a_country_is_written_as_its_list_has_it(engine: Engine) -> None:
    reference, _ = COUNTRIES
    wrong = (reference, "CREATE TABLE country (id VARCHAR(9), code INTEGER)")
    told = [message.split(" is of type ")[0] for message in said(look(engine, listing(), *wrong), "GAR603")]
    assert told == ["client.country_id", "country.code"]


@pytest.mark.parametrize(
    ("column", "erase", "fits"),
    [
        ("ended DATE", "{constant: true}", False),
        ("ended DATE", "{constant: 1}", False),
        ("ended DATE", "{constant: '2000-01-01'}", True),
        ("ended DATE", "{generalise: year}", True),
        ("ended DATE", "{generalise: {prefix: 2}}", False),
        ("n INTEGER", "{constant: 1}", True),
        ("n INTEGER", "{constant: a}", False),
        ("n INTEGER", "{generalise: month}", False),
        ("n INTEGER", "{pseudonymise: {}}", False),
        ("t TEXT", "{pseudonymise: {}}", True),
        ("t TEXT", "{generalise: {prefix: 2}}", True),
        ("t TEXT", "blank", True),
        ("t TEXT", "{refresh: upper(email)}", True),
    ],
)
def test_values_fit_their_columns(engine: Engine, column: str, erase: str, fits: bool) -> None:
    name = column.split()[0]
    statements = [] if name == "ended" else [f"ALTER TABLE client ADD COLUMN {column}"]
    over = f"tables: {{client: {{columns: {{{name}: {{category: name, erase: {erase}}}}}}}}}"
    assert ("GAR603" not in codes(look(engine, over, *statements))) is fits


def test_pseudonyms_must_fit(empty_postgres: Engine) -> None:
    over = "tables: {client: {columns: {name: {erase: {pseudonymise: {prefix: anon-, length: 16}}}}}}"
    assert said(look(empty_postgres, over), "GAR606") == ["21 characters for client.name, which takes 20."]


def test_the_ends_of_a_link_hold_the_same(engine: Engine) -> None:
    found = look(
        engine,
        "tables: {ticket: {links: [{root: client, column: body}]}, "
        "note: {links: [{parent: ticket, column: text, parent_column: client_id}]}}",
    )
    assert len(said(found, "GAR603")) == 2


def test_links_that_lead_nowhere_are_left_to_the_static_checks(engine: Engine) -> None:
    found = look(
        engine,
        "tables: {ticket: {key: null, links: [{root: person, column: client_id}]}, note: {links: "
        "[{parent: ticket, column: ticket_id}, {parent: thing, column: ticket_id}]}}",
    )
    assert found == []


def test_numbers_and_dates_may_meet(engine: Engine) -> None:
    found = look(
        engine,
        "tables: {visit: {links: [{root: client, column: client}]}}",
        "CREATE TABLE visit (client NUMERIC)",
    )
    assert said(found, "GAR603") == []


def test_only_what_may_really_be_written_is_held_against_columns(engine: Engine) -> None:
    over = "duties: []\ntables: {client: {columns: {name: {erase: blank}}}}"
    assert "GAR605" not in codes(look(engine, over))


def test_shared_rows_may_stay(engine: Engine) -> None:
    over = (
        "duties: []\n"
        "tables: {client: {links: [{root: client, column: id}, {root: client, column: phone}], "
        "columns: {name: {erase: blank}}}}"
    )
    assert "GAR605" in codes(look(engine, over))


def test_a_declared_reference_that_is_not_treated_blocks_too(engine: Engine) -> None:
    over = "duties: []\ndispositions: {erase-client: {actions: [{table: client, do: delete}]}}"
    (message,) = said(look(engine, over), "GAR607")
    assert message.startswith("ticket (client_id) refers to “client”")


def test_rows_kept_by_a_duty_are_not_blocked(engine: Engine) -> None:
    over = "dispositions: {erase-client: {actions: [{table: client, do: delete}]}}"
    assert said(look(engine, over), "GAR607") == []


def test_a_reference_changed_before_does_not_block(engine: Engine) -> None:
    over = """
duties: []
tables: {ticket: {columns: {client_id: {category: name, erase: {constant: 0}}}}}
dispositions: {erase-client: {actions: [{table: ticket, do: treat}, {table: client, do: delete}]}}
"""
    assert said(look(engine, over), "GAR607") == []


def test_what_a_cascade_meets_further_on(engine: Engine) -> None:
    found = look(
        engine,
        "",
        "CREATE TABLE visit (id INTEGER PRIMARY KEY, label TEXT, "
        "client_id INTEGER REFERENCES client (id) ON DELETE CASCADE)",
        "CREATE TABLE step (id INTEGER PRIMARY KEY, visit_id INTEGER REFERENCES visit (id) ON DELETE CASCADE, "
        "again INTEGER REFERENCES visit (id) ON DELETE CASCADE)",
        "CREATE TABLE stop (step_id INTEGER REFERENCES step (id), kind TEXT, "
        "visit_id INTEGER REFERENCES visit (id) ON DELETE SET NULL)",
    )
    assert [message.split(" (")[0] for message in said(found, "GAR608")] == ["visit"]
    assert [message.split(" (")[0] for message in said(found, "GAR607")] == ["stop"]


def test_tables_that_only_join_go_without_a_word(engine: Engine) -> None:
    found = look(
        engine,
        "",
        "CREATE TABLE tag (id INTEGER PRIMARY KEY)",
        "CREATE TABLE client_tag (id INTEGER PRIMARY KEY, tag_id INTEGER REFERENCES tag (id), "
        "client_id INTEGER REFERENCES client (id) ON DELETE CASCADE)",
    )
    assert "GAR608" not in codes(found)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("CREATE TABLE visit (fk_client INTEGER)", True),
        ("CREATE TABLE visit (id_client INTEGER)", True),
        ("CREATE TABLE visit (client_id TEXT)", False),
        ("CREATE TABLE visit (client_id INTEGER REFERENCES client (id))", False),
        ("CREATE VIEW visit AS SELECT client_id FROM ticket", False),
    ],
)
def test_references_nobody_declared(engine: Engine, statement: str, found: bool) -> None:
    assert ("GAR610" in codes(look(engine, "", statement))) is found


def test_roots_that_are_documents_are_not_people(engine: Engine) -> None:
    over = "roots: {client: {kind: record}}"
    found = look(engine, over, "CREATE TABLE visit (client_id INTEGER REFERENCES client (id), phone TEXT)")
    assert not codes(found) & {"GAR610", "GAR612"}


def test_types_of_events_on_postgresql(empty_postgres: Engine) -> None:
    build(empty_postgres, ["ALTER TABLE client ADD COLUMN seen TIMESTAMP"])
    for kind, column, right in (
        ("date", "ended", True),
        ("instant", "ended", False),
        ("instant", "seen", True),
        ("date", "seen", False),
        ("instant", "name", False),
    ):
        query = f"SELECT id AS key, {column} AS at FROM client"
        over = f"events: {{end: [{{root: client, type: {kind}, query: '{query}'}}]}}"
        assert ("GAR603" not in codes(check_live(example_map(over), empty_postgres))) is right


def test_what_the_static_checks_refuse_is_left_to_them(engine: Engine) -> None:
    over = "roles: {ghost: {root: client, query: SELECT pg_sleep(1) AS key}}"
    assert look(engine, over) == []


def test_hidden_columns_of_the_engine_are_there(empty_postgres: Engine) -> None:
    over = "roles: {client: {query: SELECT id AS key FROM client WHERE ctid IS NOT NULL}}"
    assert look(empty_postgres, over) == []


@pytest.mark.parametrize(
    ("name", "family", "personal"),
    [
        ("email", "text", True),
        ("second_email", "text", True),
        ("emailAddress", "text", True),
        ("nom", "text", True),
        ("date_naissance", "date", True),
        ("birth_date", "instant", True),
        ("phone", "integer", False),
        ("mail_template", "text", False),
        ("message_type", "text", False),
        ("colour", "text", False),
        ("IBAN", "text", True),
        ("ip", "other", True),
        ("description", "json", True),
        ("photo", "binary", True),
        ("note_public", "text", True),
    ],
)
def test_personal_names(name: str, family: Family, personal: bool) -> None:
    assert looks_personal(CatalogueColumn(name, "", family)) is personal


def test_the_shipped_odoo_map_fits_odoo(odoo18: str) -> None:
    """Nothing that the map names is missing; the check is quick, and only reads."""
    engine = sa.create_engine(odoo18)
    engine.connect().close()
    statements: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2].strip()))
    loaded = parse_map("use: odoo18\n")
    looks: list[list[Diagnostic]] = []
    spent = spends(lambda: looks.append(check_live(loaded, engine)), 6)
    engine.dispose()
    assert not codes(looks[0]) & {
        "GAR601",
        "GAR602",
        "GAR603",
        "GAR604",
        "GAR605",
        "GAR606",
        "GAR615",
        "GAR616",
    }
    assert statements[0] == "SET TRANSACTION READ ONLY"
    assert all(s.startswith(("SET TRANSACTION", "SELECT", "SAVEPOINT", "RELEASE")) for s in statements)
    assert spent < 6


def test_a_prefixed_link_needs_a_text_and_may_lead_to_any_key(engine: Engine) -> None:
    over = """
tables:
  client: {links: [{root: client, column: id}, {root: client, column: phone, prefix: "client,", relation: visible}]}
  note: {links: [{parent: ticket, column: ticket_id, prefix: "ticket,"}]}
"""
    [found] = said(look(engine, over), "GAR603")
    assert "note.ticket_id" in found


def test_rules_and_heirs_of_a_table_are_seen(empty_postgres: Engine) -> None:
    """A rule is told as a trigger is; an heir’s rows are the table’s too, where no index says that their keys differ."""
    found = look(
        empty_postgres,
        "",
        "CREATE RULE keeps AS ON DELETE TO ticket DO ALSO INSERT INTO note SELECT old.id, old.id, old.body",
        "CREATE TABLE old_ticket (FOREIGN KEY (client_id) REFERENCES client (id) ON DELETE CASCADE) INHERITS (ticket)",
    )
    assert said(found, "GAR613") == ["Triggers of “ticket”: keeps (RULE)."]
    assert said(found, "GAR604") == ["Nothing guarantees that ticket.id is unique."]
    assert codes(found) == {"GAR604", "GAR613"}
