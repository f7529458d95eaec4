"""Independent oracle: every row of every table, before and after, compared as text.

``may_change`` says by hand-written SQL, from the keys of the selected people alone, which rows
may differ. Anything else that differs belongs to somebody else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, text

Rows = Mapping[str, Counter[str]]
"""Of each table, its rows as text and how often each is there."""


def all_rows(connection: Connection) -> dict[str, Counter[str]]:
    """Every row of every table of the public schema."""
    tables = connection.execute(
        text(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1"
        )
    ).scalars()
    return {
        table: Counter(connection.execute(text(f'SELECT t::text FROM "{table}" t')).scalars())
        for table in list(tables)
    }


def gone(before: Rows, after: Rows) -> dict[str, Counter[str]]:
    """Rows that are no longer there as they were, by table."""
    lost = {table: rows - after.get(table, Counter()) for table, rows in before.items()}
    return {table: rows for table, rows in lost.items() if rows}


def new(before: Rows, after: Rows) -> dict[str, Counter[str]]:
    """Rows that are there now and were not: new ones, and changed ones as they are now."""
    return gone(after, before)


def row_id(row: str) -> str:
    """The first column of a row written as text; it is the id wherever there is one."""
    return row[1:].split(",", 1)[0]


# Rows of documents: a model's name and a number.
_DOCUMENTS = """
    ({model} = 'res.partner' AND {key} IN (SELECT id FROM t_partner))
 OR ({model} = 'crm.lead' AND {key} IN (SELECT id FROM t_lead))
 OR ({model} = 'hr.candidate' AND {key} IN (SELECT id FROM t_candidate))
 OR ({model} = 'hr.applicant' AND {key} IN (SELECT id FROM t_applicant))
 OR ({model} = 'account.move' AND {key} IN (SELECT id FROM t_invoice))
 OR ({model} = 'sale.order' AND {key} IN (SELECT id FROM t_order))
 OR ({model} = 'calendar.event' AND {key} IN (SELECT id FROM t_meeting))
"""

_SETUP = [
    "CREATE TEMP TABLE t_partner AS SELECT unnest(CAST(:partners AS integer[])) AS id",
    "CREATE TEMP TABLE t_invoice AS SELECT unnest(CAST(:invoices AS integer[])) AS id",
    "CREATE TEMP TABLE t_candidate AS SELECT unnest(CAST(:candidates AS integer[])) AS id",
    (
        "CREATE TEMP TABLE t_lead AS SELECT unnest(CAST(:leads AS integer[])) AS id"
        " UNION SELECT id FROM crm_lead WHERE partner_id IN (SELECT id FROM t_partner)"
    ),
    (
        "CREATE TEMP TABLE t_applicant AS SELECT id FROM hr_applicant"
        " WHERE candidate_id IN (SELECT id FROM t_candidate)"
    ),
    "CREATE TEMP TABLE t_order AS SELECT id FROM sale_order WHERE partner_id IN (SELECT id FROM t_partner)",
    (
        "CREATE TEMP TABLE t_meeting AS SELECT calendar_event_id AS id FROM calendar_event_res_partner_rel"
        " WHERE res_partner_id IN (SELECT id FROM t_partner)"
    ),
    (
        "CREATE TEMP TABLE t_message AS SELECT id FROM mail_message WHERE author_id IN (SELECT id FROM t_partner)"
        f" OR {_DOCUMENTS.format(model='model', key='res_id')}"
    ),
]

_OF_PARTNER = "partner_id IN (SELECT id FROM t_partner)"
_OF_MESSAGE = "mail_message_id IN (SELECT id FROM t_message)"

_MAY_CHANGE = {
    "res_partner": "id IN (SELECT id FROM t_partner)",
    "crm_lead": "id IN (SELECT id FROM t_lead)",
    "hr_candidate": "id IN (SELECT id FROM t_candidate)",
    "hr_applicant": "id IN (SELECT id FROM t_applicant)",
    "hr_applicant_hr_applicant_category_rel": "hr_applicant_id IN (SELECT id FROM t_applicant)",
    "hr_applicant_category_hr_candidate_rel": "hr_candidate_id IN (SELECT id FROM t_candidate)",
    # The parent of a reply that stays is set to NULL by the foreign key.
    "mail_message": "id IN (SELECT id FROM t_message) OR parent_id IN (SELECT id FROM t_message)",
    "mail_tracking_value": _OF_MESSAGE,
    "mail_notification": f"{_OF_MESSAGE} OR res_partner_id IN (SELECT id FROM t_partner)",
    "mail_mail": _OF_MESSAGE,
    "mail_mail_res_partner_rel": "res_partner_id IN (SELECT id FROM t_partner)"
    f" OR mail_mail_id IN (SELECT id FROM mail_mail WHERE {_OF_MESSAGE})",
    "mail_message_res_partner_rel": f"{_OF_MESSAGE} OR res_partner_id IN (SELECT id FROM t_partner)",
    "message_attachment_rel": "message_id IN (SELECT id FROM t_message)",
    "mail_compose_message": "id IN (SELECT wizard_id FROM mail_compose_message_res_partner_rel"
    f" WHERE {_OF_PARTNER})",
    "mail_compose_message_res_partner_rel": _OF_PARTNER,
    "mail_activity": _DOCUMENTS.format(model="res_model", key="res_id"),
    "mail_followers": f"{_OF_PARTNER} OR {_DOCUMENTS.format(model='res_model', key='res_id')}",
    "mail_followers_mail_message_subtype_rel": "mail_followers_id IN (SELECT id FROM mail_followers"
    f" WHERE {_OF_PARTNER} OR {_DOCUMENTS.format(model='res_model', key='res_id')})",
    "ir_attachment": _DOCUMENTS.format(model="res_model", key="res_id"),
    "calendar_event": "id IN (SELECT id FROM t_meeting)",
    "calendar_attendee": "event_id IN (SELECT id FROM t_meeting)",
    "calendar_event_res_partner_rel": "calendar_event_id IN (SELECT id FROM t_meeting)",
    "sale_order": "id IN (SELECT id FROM t_order)",
    "sale_order_line": "order_id IN (SELECT id FROM t_order)",
    "account_payment_register": _OF_PARTNER,
    "account_payment_register_move_line_rel": "wizard_id IN (SELECT id FROM account_payment_register"
    f" WHERE {_OF_PARTNER})",
    "account_payment": _OF_PARTNER,
    "account_move": f"id IN (SELECT id FROM t_invoice) OR {_OF_PARTNER}",
}


def may_change(
    connection: Connection,
    *,
    partners: Iterable[int],
    leads: Iterable[int],
    candidates: Iterable[int],
    invoices: Iterable[int],
) -> dict[str, set[str]]:
    """Of each table, the rows (as text) that a run over these keys may change or delete."""
    bound = {
        "partners": sorted(partners),
        "leads": sorted(leads),
        "candidates": sorted(candidates),
        "invoices": sorted(invoices),
    }
    for statement in _SETUP:
        names = {name: value for name, value in bound.items() if f":{name}" in statement}
        connection.execute(text(statement), names)
    return {
        table: set(connection.execute(text(f"SELECT t::text FROM {table} t WHERE {condition}")).scalars())
        for table, condition in _MAY_CHANGE.items()
    }
