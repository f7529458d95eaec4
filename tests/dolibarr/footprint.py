"""Independent oracle: every row of every table, before and after, compared value by value.

``may_change`` says by hand-written SQL, from the keys of the selected people alone, which rows
may differ. Anything else that differs belongs to somebody else. ``tms`` is compared like the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, text

from tests.dolibarr.oracles import among

Row = tuple[Any, ...]
Rows = Mapping[str, Counter[Row]]
"""Of each table, its rows and how often each is there."""


def tables_of(connection: Connection) -> list[str]:
    """Every table of the database."""
    return sorted(
        connection.execute(
            text("SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()")
        ).scalars()
    )


def all_rows(connection: Connection) -> dict[str, Counter[Row]]:
    """Every row of every table."""
    return {
        table: Counter(tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}")))
        for table in tables_of(connection)
    }


def gone(before: Rows, after: Rows) -> dict[str, Counter[Row]]:
    """Rows that are no longer there as they were, by table."""
    lost = {table: rows - after.get(table, Counter()) for table, rows in before.items()}
    return {table: rows for table, rows in lost.items() if rows}


def new(before: Rows, after: Rows) -> dict[str, Counter[Row]]:
    """Rows that are there now and were not: new ones, and changed ones as they are now."""
    return gone(after, before)


def may_change(
    connection: Connection,
    *,
    thirdparties: Iterable[int],
    candidates: Iterable[int],
    tickets: Iterable[int],
    invoices: Iterable[int],
) -> dict[str, set[Row]]:
    """Of each table, the rows that a run over these keys may change or delete."""
    soc, ticket, invoice = among(set(thirdparties)), among(set(tickets)), among(set(invoices))
    contacts = f"(SELECT rowid FROM llx_socpeople WHERE fk_soc IN ({soc}))"
    events = (
        f"(SELECT id FROM llx_actioncomm WHERE fk_soc IN ({soc})"
        f" OR (elementtype = 'ticket' AND fk_element IN ({ticket})))"
    )
    conditions = {
        "llx_societe": f"rowid IN ({soc})",
        "llx_societe_commerciaux": f"fk_soc IN ({soc})",
        "llx_socpeople": f"fk_soc IN ({soc})",
        "llx_actioncomm": f"id IN {events}",
        "llx_actioncomm_resources": (
            f"fk_actioncomm IN {events} OR (element_type = 'socpeople' AND fk_element IN {contacts})"
        ),
        "llx_recruitment_recruitmentcandidature": f"rowid IN ({among(set(candidates))})",
        "llx_ticket": f"rowid IN ({ticket})",
        "llx_facture": f"rowid IN ({invoice})",
        "llx_facturedet": f"fk_facture IN ({invoice})",
    }
    return {
        table: {tuple(row) for row in connection.execute(text(f"SELECT * FROM {table} WHERE {condition}"))}
        for table, condition in conditions.items()
    }
