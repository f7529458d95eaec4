"""What a duty is judged by stays as long as it: the queries that read what goes, and those that do not."""

import pytest

from garant.systems.checks import static
from garant.systems.fragments import Ground, grounds
from tests.systems.example_map import example_map, example_policy

DATED = "{root: client, type: date, query: 'SELECT client_id AS key, closed AS at FROM ticket'}"


def found(keeps: str, *, event: str = DATED, role: str = "", over: str = "") -> list[tuple[str, str]]:
    """What the check says of a duty that keeps this and is judged so, in the map with its changes."""
    duty = f"{{rule: invoices, root: client, role: client, event: last, why: {{}}, keeps: {{{keeps}}}}}"
    query = f"roles: {{client: {{query: {role!r}}}}}\n" if role else ""
    loaded = example_map(f"events: {{last: [{event}]}}\nduties: [{duty}]\n{query}{over}")
    told = static.check_map(loaded, example_policy())
    return [(one.severity, one.message.en) for one in told if one.code == "GAR538"]


CLIENT = "client: {columns: all}"


def test_a_date_is_read_from_rows_that_go() -> None:
    told = "The rows of “ticket”, by which the duty says until when, go while it holds."
    assert found(CLIENT) == [("warning", told)]


def test_they_stay_emptied() -> None:
    assert found(f"{CLIENT}, ticket: {{}}") == []
    assert found(f"{CLIENT}, ticket: {{row: false, columns: [closed]}}") != []


def test_a_date_of_somebody_else_is_not_looked_at() -> None:
    other = DATED.replace("root: client", "root: other")
    assert found(CLIENT, event=other, over="roots: {other: {table: ticket, key: id}}\n") == []


def test_a_column_is_changed_before_it_is_read() -> None:
    own = "{root: client, type: date, query: 'SELECT id AS key, ended AS at FROM client'}"
    changed = "tables: {client: {columns: {ended: {category: name, erase: blank}}}}\n"
    told = "client.ended, which says until when, is changed while the duty holds."
    assert found("client: {columns: [name]}", event=own, over=changed) == [("warning", told)]
    assert found("client: {columns: [ended]}", event=own, over=changed) == []
    assert found(CLIENT, event=own, over=changed) == []
    assert found("client: {columns: [name]}", event=own) == []


def test_of_rows_that_go_the_columns_are_not_told_too() -> None:
    changed = "tables: {ticket: {columns: {closed: {category: name, erase: blank}}}}\n"
    assert [en for _, en in found(CLIENT, over=changed)] == [en for _, en in found(CLIENT)]


@pytest.mark.parametrize(
    "role",
    [
        "SELECT client_id AS key FROM ticket",
        "SELECT c.id AS key FROM client c JOIN ticket t ON t.client_id = c.id",
        "SELECT id AS key FROM client WHERE name = 'x' UNION SELECT t.client_id FROM ticket t",
        "SELECT id AS key FROM client WHERE EXISTS (SELECT 1 FROM ticket t WHERE t.client_id = client.id)",
        "SELECT COALESCE(client_id, 0) AS key FROM ticket",
        "SELECT s.who AS key FROM (SELECT client_id AS who FROM ticket) s",
        "WITH s AS (SELECT client_id AS who FROM ticket) SELECT s.who AS key FROM s",
    ],
)
def test_a_role_is_read_from_rows_that_go(role: str) -> None:
    told = "The rows of “ticket”, by which the duty says whom it holds, go while it holds."
    own = "{root: client, type: date, query: 'SELECT id AS key, ended AS at FROM client'}"
    assert found(CLIENT, event=own, role=role) == [("warning", told)]


@pytest.mark.parametrize(
    "role",
    [
        "SELECT id AS key FROM client WHERE NOT EXISTS (SELECT 1 FROM ticket t WHERE t.client_id = client.id)",
        "SELECT id AS key FROM client WHERE NOT id IN (SELECT client_id FROM ticket)",
        "SELECT opened_by AS key FROM ticket",
        "SELECT t.opened_by AS key FROM ticket t JOIN note n ON n.ticket_id = t.id",
        "SELECT id AS",
    ],
    ids=["none-exists", "not-in", "of-another", "by-another", "not-a-query"],
)
def test_a_role_that_loses_nobody_by_it(role: str) -> None:
    """Fewer rows let nobody go; the rows of somebody else, whose column names this person, do not go with them."""
    own = "{root: client, type: date, query: 'SELECT id AS key, ended AS at FROM client'}"
    assert found(CLIENT, event=own, role=role) == []


def test_somebody_named_through_the_row_of_their_root_is_its_owner() -> None:
    through = "tables: {ticket: {links: [{parent: client, column: client_id}]}}\n"
    assert len(found(CLIENT, over=through)) == 1
    seen = "tables: {ticket: {links: [{root: client, column: id}, {root: client, column: client_id, relation: visible}]}}\n"
    assert found(CLIENT, over=seen) == []


def test_a_duty_of_a_root_that_nothing_ends_or_that_is_unknown() -> None:
    assert found(CLIENT, over="dispositions: {erase-client: null}\npromises: []\n") == []
    unknown = "{rule: invoices, root: client, role: nobody, event: never, why: {}, keeps: {client: {}}}"
    loaded = example_map(f"duties: [{unknown}]\n")
    assert not [one for one in static.check_map(loaded) if one.code == "GAR538"]


def test_what_a_query_stands_on() -> None:
    first, second = grounds(
        "SELECT c.id AS key, t.day AS at FROM client c JOIN ticket t ON t.client_id = c.id"
        " UNION SELECT owner, seen FROM visit WHERE NOT EXISTS (SELECT 1 FROM ban) AND seen IS NOT NULL",
        ("key", "at"),
    )
    columns = {("client", "id"), ("ticket", "day"), ("ticket", "client_id")}
    assert first == Ground(("client", "id"), frozenset({"client", "ticket"}), frozenset(columns))
    assert second.key == ("visit", "owner")
    assert second.tables == {"visit"}
    assert second.columns == {("visit", "owner"), ("visit", "seen")}
