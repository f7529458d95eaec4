"""Independent oracles: hand-written MariaDB for the Dolibarr 20 dump, reference date 2026-11-01.

Written from what the rules mean, not from the map, in a different style (``GREATEST`` over correlated
sub-selects; windows of days), so that an error in one is seen in the other.

Boundaries: the dump was written by a server in UTC, and the policy counts in days of Europe/Paris. "Three
years before 2026-11-01" is thus: the event fell before 2023-11-01 00:00 in Paris, 2023-10-31 23:00 UTC.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

AS_OF = date(2026, 11, 1)
PARIS = ZoneInfo("Europe/Paris")

EXPECTED = {
    "prospects": 32,
    "prospects-if-tickets-count": 22,
    "prospects-already-invoiced": 65,
    "customers": 50,
    "invoices": 67,
    "closed-years": 43,
    "candidates": 62,
    "candidates-by-application-date": 66,
    "tickets": 2,
}


def first_moment_kept(years: int, as_of: date = AS_OF) -> datetime:
    """The naive UTC instant from which a row is not yet due."""
    midnight = datetime(as_of.year - years, as_of.month, as_of.day, tzinfo=PARIS)
    return midnight.astimezone(UTC).replace(tzinfo=None)


def keys(connection: Connection, sql: str, **bound: Any) -> set[Any]:
    """The single column of a query, as a set."""
    return set(connection.execute(text(sql), bound).scalars())


def among(ids: set[int]) -> str:
    """A list of numbers for ``IN``; never empty."""
    return ", ".join(str(int(key)) for key in sorted(ids)) or "NULL"


_CALLS = """
(SELECT max(a.datep) FROM llx_actioncomm a LEFT JOIN llx_c_actioncomm c ON c.id = a.fk_action
  WHERE a.fk_soc = s.rowid AND (c.type IS NULL OR c.type <> 'systemauto'))
"""
_TICKETS = "(SELECT max(GREATEST(t.datec, COALESCE(t.date_close, t.datec))) FROM llx_ticket t WHERE t.fk_soc = s.rowid)"
_INVOICES = "(SELECT max(f.datef) FROM llx_facture f WHERE f.fk_soc = s.rowid)"


def _last(*dates: str) -> str:
    """The greatest of the creation of the third party and of what may not be."""
    return f"GREATEST(s.datec, {', '.join(f'COALESCE({one}, s.datec)' for one in dates)})"


def prospects_due(connection: Connection, as_of: date = AS_OF) -> set[int]:
    """Flagged prospects without any invoice, silent for three years: 32 on the reference date."""
    return keys(
        connection,
        "SELECT s.rowid FROM llx_societe s LEFT JOIN llx_facture f ON f.fk_soc = s.rowid"
        f" WHERE s.client = 2 AND f.rowid IS NULL AND {_last(_CALLS)} < :limit",
        limit=first_moment_kept(3, as_of),
    )


def prospects_due_if_tickets_count(connection: Connection, as_of: date = AS_OF) -> set[int]:
    """The same for a company that counts a support ticket as an exchange: 22."""
    return keys(
        connection,
        "SELECT s.rowid FROM llx_societe s LEFT JOIN llx_facture f ON f.fk_soc = s.rowid"
        f" WHERE s.client = 2 AND f.rowid IS NULL AND {_last(_CALLS, _TICKETS)} < :limit",
        limit=first_moment_kept(3, as_of),
    )


def prospects_already_invoiced(connection: Connection) -> set[int]:
    """Flagged prospects that an invoice belies: 65. They are customers."""
    return keys(
        connection,
        "SELECT DISTINCT s.rowid FROM llx_societe s JOIN llx_facture f ON f.fk_soc = s.rowid"
        " WHERE s.client = 2",
    )


def invoices_due(connection: Connection, as_of: date = AS_OF) -> set[int]:
    """Customer invoices over ten years, by invoice date: 67."""
    return keys(
        connection,
        "SELECT rowid FROM llx_facture WHERE fk_statut IN (1, 2, 3) AND datef < :limit",
        limit=as_of.replace(year=as_of.year - 10),
    )


def closed_years_due(connection: Connection, as_of: date = AS_OF) -> set[int]:
    """The same, counted from the close of the financial year (31 December here), as the law does: 43."""
    return keys(
        connection,
        "SELECT rowid FROM llx_facture WHERE fk_statut IN (1, 2, 3) AND YEAR(datef) < :year",
        year=as_of.year - 10,
    )


def customers(connection: Connection) -> set[int]:
    """Flagged customers, and whoever was ever invoiced."""
    return keys(
        connection,
        "SELECT rowid FROM llx_societe WHERE client IN (1, 3) UNION SELECT fk_soc FROM llx_facture",
    )


def ended(connection: Connection, years: int = 5, as_of: date = AS_OF) -> set[int]:
    """Third parties without creation, call, ticket or invoice for so many years."""
    return keys(
        connection,
        f"SELECT s.rowid FROM llx_societe s WHERE {_last(_CALLS, _TICKETS)} < :limit"
        f" AND COALESCE({_INVOICES}, '1970-01-01') < :day"
        " AND NOT EXISTS (SELECT 1 FROM llx_facture f WHERE f.fk_soc = s.rowid AND f.datec >= :limit)",
        limit=first_moment_kept(years, as_of),
        day=as_of.replace(year=as_of.year - years),
    )


def customers_due(connection: Connection, as_of: date = AS_OF) -> set[int]:
    """Customers whose relationship has been over for five years."""
    return customers(connection) & ended(connection, 5, as_of)


def tickets_due(connection: Connection, as_of: date = AS_OF) -> set[int]:
    """Tickets of those whose relationship has been over for five years."""
    gone = among(ended(connection, 5, as_of))
    return keys(connection, f"SELECT rowid FROM llx_ticket WHERE fk_soc IN ({gone})")


def candidates_due(connection: Connection, as_of: date = AS_OF) -> set[int]:
    """Candidates refused for over two years: 62. Only the row's last write dates a refusal."""
    return keys(
        connection,
        "SELECT rowid FROM llx_recruitment_recruitmentcandidature WHERE status = 9 AND tms < :limit",
        limit=first_moment_kept(2, as_of),
    )


def candidates_by_application_date(connection: Connection, as_of: date = AS_OF) -> set[int]:
    """The wrong answer, 66: four of them were refused less than two years ago."""
    return keys(
        connection,
        "SELECT rowid FROM llx_recruitment_recruitmentcandidature WHERE status = 9 AND date_creation < :limit",
        limit=first_moment_kept(2, as_of),
    )
