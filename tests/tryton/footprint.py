"""By hand-written SQL, from the keys of the selected people alone: which rows may differ after a run."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, text

_OF_PARTY = "party IN (SELECT id FROM t_party)"
_RESOURCE = """
    resource IN (SELECT 'party.party,' || id FROM t_party)
 OR resource IN (SELECT 'sale.opportunity,' || id FROM sale_opportunity WHERE party IN (SELECT id FROM t_party))
 OR resource IN (SELECT 'account.invoice,' || id FROM t_invoice)
"""

_MAY_CHANGE = {
    "party_party": "id IN (SELECT id FROM t_party)",
    "party_party__history": "id IN (SELECT id FROM t_party)",
    **dict.fromkeys(
        (
            "party_address", "party_address__history", "party_identifier", "party_identifier__history",
            "party_contact_mechanism", "party_party_lang", "party_party_location", "party_party_account",
            "party_party_payment_direct_debit", "party_party_payment_term", "web_user",
            "sale_opportunity", "sale_opportunity__history",
        ),
        _OF_PARTY,
    ),
    "ir_note": _RESOURCE,
    "ir_note_read": f"note IN (SELECT id FROM ir_note WHERE {_RESOURCE})",
    "ir_attachment": _RESOURCE,
    "ir_model_log": _RESOURCE,
    "account_invoice": f"id IN (SELECT id FROM t_invoice) OR {_OF_PARTY}",
    "account_invoice_line": "invoice IN (SELECT id FROM t_invoice)"
    f" OR invoice IN (SELECT id FROM account_invoice WHERE {_OF_PARTY})",
}  # fmt: skip


def may_change(
    connection: Connection, *, parties: Iterable[int], invoices: Iterable[int]
) -> dict[str, set[str]]:
    """Of each table, the rows (as text) that a run over these keys may change or delete."""
    for name, ids in (("t_party", parties), ("t_invoice", invoices)):
        statement = f"CREATE TEMP TABLE {name} AS SELECT unnest(CAST(:ids AS integer[])) AS id"
        connection.execute(text(statement), {"ids": sorted(ids)})
    return {
        table: set(connection.execute(text(f"SELECT t::text FROM {table} t WHERE {condition}")).scalars())
        for table, condition in _MAY_CHANGE.items()
    }
