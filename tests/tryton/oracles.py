"""Independent oracles: hand-written PostgreSQL for the Tryton 8.2 dump, reference date 2026-11-01.

Written from what the rules mean, not from the map, in a different style, so that an error in one is
seen in the other. A period counted from an event ends with a day; the row is due when that day is past.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, text

AS_OF = date(2026, 11, 1)

EXPECTED = {
    "prospects": 36,
    "by-start-date": 78,
    "customers": 36,
    "invoices": 55,
    "posted-invoices": 54,
    "closed-years": 44,
    "frozen-documents": 220,
    "party-history": 904,
}


def keys(connection: Connection, sql: str, **bound: Any) -> set[int]:
    """The single column of a query, as a set."""
    return set(connection.execute(text(sql), bound).scalars())


def years_before(years: int, as_of: date = AS_OF) -> date:
    """The first day from which a dated fact is not yet due."""
    return as_of.replace(year=as_of.year - years)


CLIENTS = "SELECT party FROM account_invoice WHERE state = 'posted' AND type = 'out'"


def prospects_due(connection: Connection, as_of: date = AS_OF) -> set[int]:
    """Parties with an opportunity, never a client, and no opportunity opened or closed for three years: 36."""
    return keys(
        connection,
        f"""
        SELECT party FROM sale_opportunity WHERE party IS NOT NULL AND party NOT IN ({CLIENTS})
        GROUP BY party HAVING max(GREATEST(start_date, end_date)) < :limit
        """,
        limit=years_before(3, as_of),
    )


def prospects_by_start_date(connection: Connection, as_of: date = AS_OF) -> set[int]:
    """The wrong answer, 78: when an opportunity was lost is not seen."""
    return keys(
        connection,
        f"""
        SELECT party FROM sale_opportunity WHERE party IS NOT NULL AND party NOT IN ({CLIENTS})
        GROUP BY party HAVING max(start_date) < :limit
        """,
        limit=years_before(3, as_of),
    )


def customers_due(connection: Connection, as_of: date = AS_OF, years: int = 5) -> set[int]:
    """Clients without invoice or opportunity for five years; the dump has no order, subscription or project."""
    return keys(
        connection,
        """
        SELECT i.party FROM account_invoice i WHERE i.state = 'posted' AND i.type = 'out'
          AND i.party NOT IN (SELECT party FROM company_company UNION SELECT party FROM company_employee)
        GROUP BY i.party
        HAVING GREATEST(max(i.invoice_date), (SELECT max(GREATEST(o.start_date, o.end_date))
                                              FROM sale_opportunity o WHERE o.party = i.party)) < :limit
        """,
        limit=years_before(years, as_of),
    )


def invoices_due(connection: Connection, as_of: date = AS_OF) -> set[int]:
    """Customer invoices dated over ten years ago: 55, of which one was never posted."""
    return keys(
        connection,
        "SELECT id FROM account_invoice WHERE type = 'out' AND invoice_date < :limit",
        limit=years_before(10, as_of),
    )


def closed_years_due(connection: Connection, as_of: date = AS_OF) -> set[int]:
    """The same, counted from the close of the financial year (31 December here), as the law does: 44."""
    return keys(
        connection,
        "SELECT id FROM account_invoice WHERE type = 'out' AND EXTRACT(YEAR FROM invoice_date) < :year",
        year=as_of.year - 10,
    )


def held_by_their_invoices(connection: Connection, parties: set[int], as_of: date = AS_OF) -> set[int]:
    """Those of the parties with an invoice of a financial year closed for less than ten years."""
    return keys(
        connection,
        "SELECT party FROM account_invoice WHERE state = 'posted' AND party = ANY(:ids)"
        " AND EXTRACT(YEAR FROM invoice_date) >= :year",
        ids=sorted(parties),
        year=as_of.year - 10,
    )
