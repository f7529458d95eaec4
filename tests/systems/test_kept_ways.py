"""What a duty keeps stays somebody's: the shapes of ways that a map may let go of, and those that stay."""

import pytest

from garant.systems.checks import static
from tests.systems.example_map import example_map, example_policy

KEEP_NOTE = "note: {row: true, columns: [text]}"


def found(keeps: str, over: str = "") -> list[tuple[str, str]]:
    """What the check says of a duty that keeps this, in the map with its changes."""
    duty = f"{{rule: invoices, root: client, role: client, event: end, why: {{}}, keeps: {{{keeps}}}}}"
    loaded = example_map(f"duties: [{duty}]\n{over}")
    told = static.check_map(loaded, example_policy())
    return [(one.code, one.message.en) for one in told if one.code in ("GAR536", "GAR537")]


def linked(*links: str) -> str:
    """The notes, by these links."""
    return f"tables: {{note: {{links: [{', '.join(links)}]}}}}\n"


def treated(table: str, columns: str) -> str:
    """This table is treated rather than deleted, and notes are deleted as before."""
    actions = f"{{table: note, do: delete}}, {{table: {table}, do: treat, columns: {columns}}}"
    return f"dispositions: {{erase-client: {{actions: [{actions}]}}}}\n"


GONE = ("GAR536", "“note” is kept, and the row of “ticket” that says whose it is goes.")
DOUBT = ("GAR537", GONE[1])
THROUGH, DIRECT = "{parent: ticket, column: ticket_id}", "{root: client, column: client_id}"


def test_the_only_way_goes() -> None:
    assert found(KEEP_NOTE) == [GONE]


def test_the_way_is_kept() -> None:
    assert found(f"{KEEP_NOTE}, ticket: {{row: true}}") == []


def test_a_way_through_a_parent_that_is_kept_by_its_columns_alone_goes() -> None:
    assert found(f"{KEEP_NOTE}, ticket: {{row: false, columns: [body]}}") == [GONE]


def test_a_row_that_leads_by_its_own_column_has_its_way() -> None:
    assert found("ticket: {row: true, columns: [body]}") == []


def test_a_column_of_the_way_changes() -> None:
    blanked = "tables: {ticket: {columns: {client_id: {category: name, erase: blank}}}}\n"
    told = ("GAR536", "“ticket” is kept, and ticket.client_id, which says whose it is, is changed.")
    assert found("ticket: {row: true}", blanked) == [told]
    assert found("ticket: {row: true, columns: [client_id]}", blanked) == []
    assert found("ticket: {row: true, columns: all}", blanked) == []


def test_a_column_that_the_way_leads_to_changes() -> None:
    by_code = linked("{parent: ticket, column: code, parent_column: code}") + treated(
        "ticket", "{code: blank}"
    )
    told = ("GAR536", "“note” is kept, and ticket.code, which says whose it is, is changed.")
    assert found(KEEP_NOTE, by_code) == [told]
    assert found(f"{KEEP_NOTE}, ticket: {{row: true, columns: [code]}}", by_code) == []


def test_a_column_that_the_condition_of_a_way_reads_changes() -> None:
    when = "{root: client, column: client_id, when: \"text <> ''\"}"
    told = ("GAR536", "“note” is kept, and note.text, which says whose it is, is changed.")
    assert found("note: {row: true}", linked(when)) == [told]
    assert found(KEEP_NOTE, linked(when)) == []


def test_of_two_ways_one_stays() -> None:
    assert found(KEEP_NOTE, linked(THROUGH, DIRECT)) == [DOUBT]
    assert found(f"{KEEP_NOTE}, ticket: {{row: true}}", linked(THROUGH, DIRECT)) == []


@pytest.mark.parametrize(
    "other",
    [
        "{root: client, column: client_id, when: id > 0}",
        "{root: client, column: client, prefix: 'client,'}",
        "{root: client, column: client_id, relation: co-owned}",
        "{root: client, column: client_id, relation: visible}",
    ],
)
def test_a_way_that_some_rows_lack_or_that_leads_to_somebody_else_does_not_stand_in(other: str) -> None:
    assert found(KEEP_NOTE, linked(THROUGH, other)) == [GONE]
    assert found(KEEP_NOTE, linked(other)) == []


def test_no_way_of_one_who_shares_the_row_stands_in_for_another() -> None:
    shared = "{parent: ticket, column: ticket_id, relation: co-owned}"
    assert found(KEEP_NOTE, linked(shared, DIRECT)) == [GONE]


def test_a_column_that_stays_in_a_row_that_is_treated_has_a_way_too() -> None:
    actions = "[{table: note, do: treat}, {table: ticket, do: delete}]"
    over = f"dispositions: {{erase-client: {{actions: {actions}}}}}\n"
    assert found("note: {row: false, columns: [text]}", over) == [GONE]
    assert found("note: {row: true}", over) == []  # and nothing of the note is kept


def test_one_s_own_column_of_a_row_that_stays_for_others_has_a_way_too() -> None:
    own = "{parent: ticket, column: ticket_id, relation: co-owned, columns: [text]}"
    assert found("note: {row: false, columns: [text]}", linked(own)) == [GONE]
    assert found("note: {row: false, columns: [text]}", linked(THROUGH)) == []  # the row goes


def test_each_disposition_of_the_root_is_looked_at_and_told_once() -> None:
    again = "dispositions: {again: {root: client, actions: [{table: note, do: delete}, {table: ticket, do: delete}]}}\n"
    assert found(KEEP_NOTE, again) == [GONE]
    other = "roots: {other: {table: ticket, key: id}}\n"
    elsewhere = "dispositions: {erase-client: {root: other, actions: [{table: note, do: delete}]}}\n"
    assert found(KEEP_NOTE, other + elsewhere) == []


def test_unknown_tables_and_circles_are_said_elsewhere() -> None:
    assert found("notes: {row: true}") == []
    assert found(KEEP_NOTE, "tables: {ticket: {links: [{parent: note, column: note_id}]}}\n") == []
