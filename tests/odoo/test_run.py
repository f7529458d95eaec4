"""The run on the dump: what was to go is gone everywhere, and nothing else has moved."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection, text

from garant.engine.document import Plan
from tests.odoo import oracles
from tests.odoo.conftest import Sweep, chosen, selection
from tests.odoo.footprint import gone, may_change, new, row_id
from tests.odoo.scan import Trace, Wanted, traces


def _all_chosen(plan: Plan) -> dict[str, set[int]]:
    roles = ("prospect", "customer", "candidate-contact")
    return {
        "partners": set().union(*(chosen(plan, role) for role in roles)),
        "leads": chosen(plan, "prospect-lead"),
        "candidates": chosen(plan, "unselected-candidate"),
        "invoices": chosen(plan, "customer-invoice"),
    }


def test_zero_left_and_nothing_blocked(swept: Sweep) -> None:
    assert swept.verification.verified
    assert all(check.overdue == 0 and not check.left for check in swept.verification.selections)
    assert all(not result.blocks for result in swept.results)


def test_another_plan_finds_nothing_more_to_do(swept: Sweep) -> None:
    again = swept.odoo.plan()
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
    # Selections meet: an invoice's copied name is treated once, a candidate's message goes with the
    # contact, and the cascade of a meeting takes its own list of participants.
    meeting = {
        "account_move",
        "calendar_event_res_partner_rel",
        "mail_message",
        "mail_notification",
        "mail_followers",
    }
    different = {table for (table, _), n in (planned - done).items() if n}
    assert different <= meeting
    assert not done - planned


def test_other_peoples_rows_are_identical(swept: Sweep) -> None:
    with swept.before.connect() as connection:
        allowed = may_change(connection, **_all_chosen(swept.plan))
    lost = gone(swept.rows_before, swept.rows_after)
    for table, rows in lost.items():
        assert set(rows) <= allowed.get(table, set()), f"{table}: rows of other people changed"
    for table, rows in new(swept.rows_before, swept.rows_after).items():
        changed = {row_id(row) for row in lost.get(table, ())}
        assert {row_id(row) for row in rows} <= changed, f"{table}: rows appeared"


def test_the_chain_of_seals_still_recomputes(swept: Sweep) -> None:
    with swept.odoo.connect() as connection:
        assert oracles.hash_chain(connection) == oracles.ChainReport(490, ())


SEALED = (
    "SELECT m.id, m.name, m.date, m.journal_id, m.company_id, m.inalterable_hash, m.partner_id,"
    " l.id, l.name, l.debit, l.credit, l.account_id, l.partner_id"
    " FROM account_move m JOIN account_move_line l ON l.move_id = m.id"
    " WHERE m.inalterable_hash IS NOT NULL ORDER BY l.id"
)


def test_sealed_columns_are_the_same_bytes(swept: Sweep) -> None:
    with swept.before.connect() as before, swept.odoo.connect() as after:
        assert before.execute(text(SEALED)).all() == after.execute(text(SEALED)).all()


def test_no_write_date_was_touched_on_rows_that_stay(swept: Sweep) -> None:
    query = "SELECT id, create_date, write_date, create_uid, write_uid FROM {} ORDER BY id"
    with swept.before.connect() as before, swept.odoo.connect() as after:
        for table in ("crm_lead", "res_partner", "account_move"):
            then = set(before.execute(text(query.format(table))).all())
            now = set(after.execute(text(query.format(table))).all())
            assert now <= then


# --- the whole database, looked through for each erased person --------------------------------------

PEOPLE = {
    "prospect": "SELECT id, email, phone, mobile, name FROM res_partner WHERE id = ANY(:ids)",
    "customer": "SELECT id, email, phone, mobile, name FROM res_partner WHERE id = ANY(:ids)",
    "prospect-lead": "SELECT id, email_from, phone, mobile, contact_name FROM crm_lead WHERE id = ANY(:ids)",
    "unselected-candidate": "SELECT id, email_from, partner_phone, linkedin_profile, partner_name"
    " FROM hr_candidate WHERE id = ANY(:ids)",
}

# Who else bears the same name or answers at the same address: not the erased person.
NAMESAKES = """
    SELECT name, email, phone FROM res_partner
    UNION ALL SELECT name, NULL, mobile FROM res_partner
    UNION ALL SELECT contact_name, email_from, phone FROM crm_lead
    UNION ALL SELECT partner_name, NULL, mobile FROM crm_lead
    UNION ALL SELECT partner_name, email_from, partner_phone FROM hr_candidate
    UNION ALL SELECT name, email, NULL FROM mailing_contact
    UNION ALL SELECT name, work_email, work_phone FROM hr_employee
"""


def _erased_people(swept: Sweep) -> Wanted:
    """Everyone the plan ends, besides those whose record a duty keeps in clear."""
    kept_in_clear = _kept_in_clear(swept)
    wanted = Wanted()
    with swept.before.connect() as connection:
        for role, query in PEOPLE.items():
            for key, email, phone, mobile, name in connection.execute(
                text(query), {"ids": sorted(chosen(swept.plan, role))}
            ):
                if role in ("prospect", "customer") and key in kept_in_clear:
                    continue
                wanted.add(f"{role} {key}", emails=[email], phones=[phone, mobile], names=[name])
    return wanted


def _kept_in_clear(swept: Sweep) -> set[int]:
    """Records whose name the plan says it keeps: companies of living contacts, invoices' customers."""
    with swept.odoo.connect() as connection:
        ids = sorted(chosen(swept.plan, "prospect") | chosen(swept.plan, "customer"))
        return oracles.keys(
            connection,
            "SELECT id FROM res_partner WHERE id = ANY(:ids) AND name <> 'Personne effacée'",
            ids=ids,
        )


def _without_namesakes(connection: Connection, wanted: Wanted) -> None:
    others = Wanted()
    for name, email, phone in connection.execute(text(NAMESAKES)):
        others.add("someone else", emails=[email], phones=[phone], names=[name])
    for mine, theirs in (
        (wanted.emails, others.emails),
        (wanted.phones, others.phones),
        (wanted.names, others.names),
    ):
        for value in set(mine) & set(theirs):
            del mine[value]


def _found(swept: Sweep) -> tuple[Wanted, list[Trace]]:
    wanted = _erased_people(swept)
    with swept.odoo.connect() as connection:
        _without_namesakes(connection, wanted)
        return wanted, traces(connection, wanted)


def test_no_email_phone_or_name_is_left_anywhere_but_in_sealed_labels(swept: Sweep) -> None:
    wanted, found = _found(swept)
    assert len(wanted.emails) > 380
    assert len(wanted.phones) > 380
    assert len(wanted.names) > 280
    with swept.odoo.connect() as connection:
        declared = set(
            connection.execute(
                text(
                    "SELECT l.ctid::text FROM account_move_line l JOIN account_move m ON m.id = l.move_id"
                    " WHERE m.inalterable_hash IS NOT NULL"
                )
            ).scalars()
        )
    undeclared = [t for t in found if not (t.table == "account_move_line" and t.row in declared)]
    assert [t for t in undeclared if t.kind != "name"] == []
    # Some streets of the seed bear a name, as streets do.
    assert [t for t in undeclared if t.column != "street"] == []


def test_the_same_scan_found_them_all_before(swept: Sweep) -> None:
    wanted = _erased_people(swept)
    with swept.before.connect() as connection:
        owners = {trace.owner for trace in traces(connection, wanted)}
    assert owners == {*wanted.emails.values(), *wanted.phones.values(), *wanted.names.values()}


def test_the_cvs_are_gone_and_the_others_stay(swept: Sweep) -> None:
    stored = "SELECT store_fname FROM ir_attachment WHERE res_model IN ('hr.applicant', 'hr.candidate')"
    with swept.before.connect() as before, swept.odoo.connect() as after:
        then = set(before.execute(text(stored)).scalars())
        now = set(after.execute(text(stored)).scalars())
    on_disk = {str(path.relative_to(swept.odoo.files)) for path in swept.odoo.files.rglob("*/*")}
    had = {str(path.relative_to(swept.before.files)) for path in swept.before.files.rglob("*/*")}
    assert len(then - now) == 140
    assert on_disk == had - (then - now)
    assert sum(result.counts["files"] for result in swept.results) == len(had & (then - now))


def test_no_erased_candidate_is_left_in_the_bytes_of_the_filestore(swept: Sweep) -> None:
    wanted = _erased_people(swept)
    addresses = [a.encode() for a, owner in wanted.emails.items() if owner.startswith("unselected")]
    content = b"\n".join(path.read_bytes().lower() for path in swept.odoo.files.rglob("*/*"))
    assert len(addresses) == 140
    assert [a for a in addresses if a in content] == []


def test_no_document_is_left_without_its_record(swept: Sweep) -> None:
    """References without foreign keys: (model, number) of rows that no longer exist."""
    models = {"res.partner": "res_partner", "hr.applicant": "hr_applicant", "hr.candidate": "hr_candidate",
              "crm.lead": "crm_lead", "sale.order": "sale_order", "calendar.event": "calendar_event"}  # fmt: skip
    tables = {
        "mail_message": "model", "mail_followers": "res_model", "mail_activity": "res_model",
        "ir_attachment": "res_model", "mailing_trace": "model", "ir_model_data": "model",
        "rating_rating": "res_model", "mail_scheduled_message": "model",
    }  # fmt: skip

    def orphans(connection: Connection) -> set[tuple[str, str]]:
        found: set[tuple[str, str]] = set()
        for table, column in tables.items():
            for model, target in models.items():
                sql = (
                    f"SELECT count(*) FROM {table} t WHERE t.{column} = :model AND t.res_id > 0"
                    f" AND NOT EXISTS (SELECT 1 FROM {target} o WHERE o.id = t.res_id)"
                )
                if connection.execute(text(sql), {"model": model}).scalar_one():
                    found.add((table, model))
        return found

    with swept.before.connect() as before, swept.odoo.connect() as after:
        assert orphans(after) <= orphans(before)


def test_a_customer_in_the_books_is_emptied_not_deleted(swept: Sweep) -> None:
    customers = chosen(swept.plan, "customer")
    with swept.odoo.connect() as connection:
        rows = connection.execute(
            text("SELECT * FROM res_partner WHERE id = ANY(:ids)"), {"ids": sorted(customers)}
        ).mappings()
        left = list(rows)
    assert len(left) == 12
    for row in left:
        assert (row["email"], row["phone"], row["mobile"], row["comment"]) == (None,) * 4
        assert row["active"] is False
    emptied = [row for row in left if row["name"] == "Personne effacée"]
    kept = [row for row in left if row["name"] != "Personne effacée"]
    assert len(kept) == 10  # an invoice of the last ten years still needs their name
    assert all(row["complete_name"] == "Personne effacée" and row["city"] is None for row in emptied)


def test_the_copied_name_of_old_invoices_is_gone(swept: Sweep) -> None:
    with swept.odoo.connect() as connection:
        names = oracles.keys(
            connection,
            "SELECT invoice_partner_display_name FROM account_move WHERE id = ANY(:ids)",
            ids=sorted(chosen(swept.plan, "customer-invoice")),
        )
    assert names == {"Personne effacée"}


def test_the_plan_kept_the_companies_of_living_contacts(swept: Sweep) -> None:
    prospects = selection(swept.plan, "prospect")
    with swept.odoo.connect() as connection:
        left = oracles.keys(
            connection,
            "SELECT id FROM res_partner WHERE id = ANY(:ids)",
            ids=sorted(chosen(swept.plan, "prospect")),
        )
        employers = oracles.keys(connection, "SELECT parent_id FROM res_partner WHERE parent_id IS NOT NULL")
    held = next(duty for duty in prospects.duties if duty.why.en.startswith("Company"))
    assert left <= employers
    assert len(left) == held.roots == 24
