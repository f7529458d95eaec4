"""The run on the dump: what was to go is gone everywhere, and nothing else has moved."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest
from sqlalchemy import text

from tests.odoo.footprint import gone, new, row_id
from tests.odoo.scan import Trace, Wanted
from tests.tryton import oracles
from tests.tryton.conftest import Sweep, chosen
from tests.tryton.footprint import may_change
from tests.tryton.scan import all_traces


def test_zero_left_and_nothing_blocked(swept: Sweep) -> None:
    assert swept.verification.verified
    assert all(check.overdue == 0 and not check.left for check in swept.verification.selections)
    assert all(not result.blocks for result in swept.results)


def test_another_plan_finds_nothing_more_to_do(swept: Sweep) -> None:
    again = swept.tryton.plan()
    assert [(s.role, s.due) for s in again.selections if s.due] == []


def test_the_run_does_what_the_plan_counted(swept: Sweep) -> None:
    planned: Counter[tuple[str, str]] = Counter()
    done: Counter[tuple[str, str]] = Counter()
    for one in swept.plan.selections:
        for action in one.actions:
            planned[action.table, "deleted"] += action.deleted
            planned[action.table, "treated"] += action.treated
    for result in swept.results:
        for table, counts in result.counts["tables"].items():
            done[table, "deleted"] += counts["deleted"]
            done[table, "treated"] += counts["treated"]
    # An old invoice of a customer who leaves is treated once.
    assert {table for (table, _), n in (planned - done).items() if n} <= {
        "account_invoice",
        "account_invoice_line",
    }
    assert not done - planned


def test_other_peoples_rows_are_identical(swept: Sweep) -> None:
    with swept.before.connect() as connection:
        allowed = may_change(
            connection,
            parties=chosen(swept.plan, "prospect") | chosen(swept.plan, "customer"),
            invoices=chosen(swept.plan, "customer-invoice"),
        )
    lost = gone(swept.rows_before, swept.rows_after)
    for table, rows in lost.items():
        assert set(rows) <= allowed.get(table, set()), f"{table}: rows of other people changed"
    for table, rows in new(swept.rows_before, swept.rows_after).items():
        changed = {row_id(row) for row in lost.get(table, ())}
        assert {row_id(row) for row in rows} <= changed, f"{table}: rows appeared"


BOOKS = (
    "SELECT l.*, m.number, m.date, m.state FROM account_move_line l JOIN account_move m ON m.id = l.move"
    " ORDER BY l.id"
)
INVOICES = (
    "SELECT id, number, party, invoice_address, invoice_date, accounting_date, state, move, type, company,"
    " total_amount_cache, tax_amount_cache, untaxed_amount_cache, numbered_at FROM account_invoice ORDER BY id"
)


def test_the_books_are_the_same_bytes(swept: Sweep) -> None:
    with swept.before.connect() as before, swept.tryton.connect() as after:
        for query in (BOOKS, INVOICES):
            assert before.execute(text(query)).all() == after.execute(text(query)).all()


def test_no_write_date_was_touched_on_rows_that_stay(swept: Sweep) -> None:
    query = "SELECT id, create_date, write_date, create_uid, write_uid FROM {} ORDER BY id"
    with swept.before.connect() as before, swept.tryton.connect() as after:
        for table in ("party_party", "party_party__history", "sale_opportunity", "account_invoice"):
            then = set(before.execute(text(query.format(table))).all())
            now = set(after.execute(text(query.format(table))).all())
            assert now <= then


# --- the whole database, looked through for each erased person --------------------------------------


PEOPLE = (
    "SELECT p.id, p.name, c.type, c.value FROM party_party p"
    " JOIN party_contact_mechanism c ON c.party = p.id WHERE p.id = ANY(:ids)"
    " UNION ALL SELECT u.party, NULL, 'email', u.email FROM web_user u WHERE u.party = ANY(:ids)"
)


@dataclass(frozen=True)
class Looked:
    """The whole database looked through once before and once after, for everybody the plan ends."""

    wanted: Wanted
    invoiced: set[str]
    before: list[Trace]
    after: list[Trace]


@pytest.fixture(scope="module")
def looked(swept: Sweep) -> Looked:
    """Whom the plan ends, where they showed, and where they still do; namesakes are somebody else."""
    ids = sorted(chosen(swept.plan, "prospect") | chosen(swept.plan, "customer"))
    wanted = Wanted()
    with swept.before.connect() as before, swept.tryton.connect() as after:
        invoiced = oracles.held_by_their_invoices(before, chosen(swept.plan, "customer"))
        people = sorted(before.execute(text(PEOPLE), {"ids": ids}), key=lambda one: one[0] in invoiced)
        for key, name, kind, value in people:  # whose name an invoice keeps come last: a namesake is theirs
            wanted.add(str(key), names=[name], **{"emails" if kind == "email" else "phones": [value]})
        for (name,) in before.execute(
            text("SELECT name FROM party_party WHERE NOT id = ANY(:ids)"), {"ids": ids}
        ):
            for _, found, _ in list(wanted.found_in(name)):
                del wanted.names[tuple(found.split())]
        return Looked(
            wanted,
            {str(key) for key in invoiced},
            all_traces(before, wanted),
            [t for t in all_traces(after, wanted) if t.column not in STREETS],
        )


STREETS = ("street_unstructured", "city")
"""Some streets and towns of the seed bear a name, as streets and towns do."""


def test_no_trace_is_left_of_who_is_gone(looked: Looked) -> None:
    assert len(looked.wanted.emails) >= 72
    assert len(looked.wanted.phones) >= 72
    assert len(looked.wanted.names) >= 20
    assert [t for t in looked.after if t.owner not in looked.invoiced] == []


def test_of_who_an_invoice_names_only_what_it_needs_is_left(looked: Looked) -> None:
    kept = [t for t in looked.after if t.owner in looked.invoiced]
    assert {(t.table, t.column) for t in kept} == {
        ("party_party", "name"),
        ("party_party__history", "name"),
        ("account_invoice", "invoice_report_cache"),
    }


def test_the_same_scan_found_them_all_before(looked: Looked) -> None:
    everybody = {
        *looked.wanted.emails.values(),
        *looked.wanted.phones.values(),
        *looked.wanted.names.values(),
    }
    assert {t.owner for t in looked.before} == everybody


def test_frozen_documents_of_closed_years_are_gone_and_the_others_are_the_same_bytes(swept: Sweep) -> None:
    query = "SELECT id, invoice_report_cache FROM account_invoice WHERE invoice_report_cache IS NOT NULL"
    with swept.before.connect() as before, swept.tryton.connect() as after:
        then = {row[0]: bytes(row[1]) for row in before.execute(text(query))}
        now = {row[0]: bytes(row[1]) for row in after.execute(text(query))}
        emptied = chosen(swept.plan, "customer-invoice") | oracles.keys(
            before,
            "SELECT id FROM account_invoice WHERE party = ANY(:ids)",
            ids=sorted(
                chosen(swept.plan, "customer")
                - oracles.held_by_their_invoices(before, chosen(swept.plan, "customer"))
            ),
        )
    assert len(then) == 220
    assert now == {key: data for key, data in then.items() if key not in emptied}


def test_no_reference_by_text_is_left_to_who_is_gone(swept: Sweep) -> None:
    with swept.tryton.connect() as connection:
        for table, column in (
            ("ir_note", "resource"),
            ("ir_attachment", "resource"),
            ("ir_model_log", "resource"),
        ):
            orphans = (
                f"SELECT count(*) FROM {table} t WHERE t.{column} LIKE 'party.party,%' AND NOT EXISTS"
                f" (SELECT 1 FROM party_party p WHERE t.{column} = 'party.party,' || p.id)"
            )
            assert connection.execute(text(orphans)).scalar_one() == 0, table


def test_a_customer_in_the_books_is_emptied_not_deleted(swept: Sweep) -> None:
    customers = chosen(swept.plan, "customer")
    with swept.tryton.connect() as connection:
        rows = connection.execute(
            text("SELECT id, name, code, active FROM party_party WHERE id = ANY(:ids)"),
            {"ids": sorted(customers)},
        ).all()
        means = "SELECT count(*) FROM party_contact_mechanism WHERE party = ANY(:ids)"
        assert connection.execute(text(means), {"ids": sorted(customers)}).scalar_one() == 0
        past = "SELECT DISTINCT id FROM party_party__history WHERE id = ANY(:ids)"
        assert oracles.keys(connection, past, ids=sorted(customers)) == customers
        invoiced = oracles.held_by_their_invoices(connection, customers)
    assert len(rows) == 36
    assert all(not row.active for row in rows)
    assert {row.id for row in rows if row.name != "Personne effacée"} == invoiced
    assert all(row.code.startswith("efface-") for row in rows if row.id not in invoiced)


def test_prospects_leave_no_row_and_no_past(swept: Sweep) -> None:
    ids = sorted(chosen(swept.plan, "prospect"))
    with swept.tryton.connect() as connection:
        for table, column in (
            ("party_party", "id"),
            ("party_party__history", "id"),
            ("party_address", "party"),
            ("party_address__history", "party"),
            ("sale_opportunity", "party"),
            ("sale_opportunity__history", "party"),
            ("web_user", "party"),
        ):
            query = f"SELECT count(*) FROM {table} WHERE {column} = ANY(:ids)"
            assert connection.execute(text(query), {"ids": ids}).scalar_one() == 0, table


def test_their_files_are_gone_and_the_others_stay(swept: Sweep) -> None:
    stored = "SELECT file_id FROM ir_attachment"
    with swept.before.connect() as before, swept.tryton.connect() as after:
        then, now = set(before.execute(text(stored)).scalars()), set(after.execute(text(stored)).scalars())
    on_disk = {path.name for path in swept.tryton.files.rglob("*") if path.is_file()}
    assert on_disk == now
    assert sum(result.counts["files"] for result in swept.results) == len(then - now) == 7
