"""What is overdue in the demo systems, found by hand: plain SQL, plain Python, nothing of Garant."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

PARIS = ZoneInfo("Europe/Paris")
UTC = ZoneInfo("UTC")


def rows(database: Path, sql: str) -> list[tuple]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(sql).fetchall()


def number(database: Path, sql: str) -> int:
    return rows(database, sql)[0][0]


def _day(text: str, zone: ZoneInfo) -> date:
    """The calendar day in Paris of a date, or of an instant stored in `zone`."""
    if len(text) == 10:
        return date.fromisoformat(text)
    if text.startswith("9999"):
        return date.max
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(PARIS).date()


def overdue(
    facts: Iterable[tuple[int, str | None]], period: relativedelta, as_of: date, zone: ZoneInfo
) -> set[int]:
    """Keys whose last fact plus the period ended before `as_of`; those with no fact at all are not."""
    last: dict[int, date] = {}
    for key, text in facts:
        if text is not None:
            last[key] = max(last.get(key, date.min), _day(text, zone))
    return {key for key, day in last.items() if day.year < 9000 and day + period < as_of}


def happened(facts: Iterable[tuple[int, str | None]], as_of: date) -> set[int]:
    """Keys of which a fact that ends retention early is not in the future."""
    return {key for key, text in facts if text is not None and _day(text, PARIS) <= as_of}


_DEALT_WITH = "SELECT account_id FROM contract UNION SELECT account_id FROM invoice"


def prospects(crm: Path, as_of: date) -> set[int]:
    facts = rows(
        crm,
        f"""
        SELECT p.id, p.created_at FROM person p WHERE p.account_id NOT IN ({_DEALT_WITH})
        UNION ALL
        SELECT p.id, x.happened_at FROM person p, interaction x
        WHERE x.person_id = p.id AND x.kind IN ('call', 'email', 'demo')
          AND p.account_id NOT IN ({_DEALT_WITH})
        UNION ALL
        SELECT p.id, m.starts_at FROM person p, meeting m, meeting_attendee a
        WHERE a.person_id = p.id AND a.meeting_id = m.id AND p.account_id NOT IN ({_DEALT_WITH})
        UNION ALL
        SELECT p.id, l.received_at FROM person p, lead l
        WHERE l.person_id = p.id AND p.account_id NOT IN ({_DEALT_WITH})
        UNION ALL
        SELECT p.id, q.issued_on FROM person p, quote q
        WHERE q.person_id = p.id AND p.account_id NOT IN ({_DEALT_WITH})
        UNION ALL
        SELECT p.id, n.last_clicked_at FROM person p, newsletter_subscriber n
        WHERE n.email = p.email AND p.account_id NOT IN ({_DEALT_WITH})
        """,
    )
    return overdue(facts, relativedelta(years=3), as_of, UTC)


def enquirers(crm: Path, as_of: date) -> set[int]:
    facts = rows(crm, "SELECT id, received_at FROM lead WHERE person_id IS NULL")
    return overdue(facts, relativedelta(years=3), as_of, UTC)


def readers(crm: Path, as_of: date) -> set[int]:
    facts = rows(
        crm,
        """
        SELECT n.id, max(n.subscribed_at, n.last_clicked_at) FROM newsletter_subscriber n
        LEFT JOIN person p ON p.email = n.email WHERE p.id IS NULL
        """,
    )
    return overdue(facts, relativedelta(years=3), as_of, UTC)


def _ends_of_customers(crm: Path) -> list[tuple]:
    """People of firms and when their contracts end; without contract or invoice there is no fact."""
    return rows(
        crm,
        """
        WITH ends AS (
          SELECT account_id, coalesce(ends_on, '9999-01-01') AS at FROM contract
          UNION ALL SELECT account_id, issued_on FROM invoice
        )
        SELECT p.id, max(e.at) FROM person p JOIN ends e USING (account_id) GROUP BY p.id
        """,
    )


def former_customers(crm: Path, as_of: date) -> set[int]:
    """People of firms all of whose contracts are over for five years."""
    return overdue(_ends_of_customers(crm), relativedelta(years=5), as_of, UTC)


def left_customers(crm: Path, as_of: date) -> dict[int, date]:
    """People whose relationship is over, for less than five years, and the day it ended: for the archive."""
    return _over(_ends_of_customers(crm), former_customers(crm, as_of), as_of)


def _over(facts: Iterable[tuple[int, str | None]], ended: set[int], as_of: date) -> dict[int, date]:
    days = {key: _day(text, UTC) for key, text in facts if text is not None}
    return {key: day for key, day in days.items() if day < as_of and key not in ended}


def invoices(crm: Path, as_of: date) -> set[int]:
    facts = rows(crm, "SELECT id, substr(issued_on, 1, 4) || '-12-31' FROM invoice")
    return overdue(facts, relativedelta(years=10), as_of, UTC)


def people_on_kept_invoices(crm: Path, as_of: date) -> set[int]:
    """Contacts named on an invoice that is not ten years past the close of its year."""
    kept = {row[0] for row in rows(crm, "SELECT id FROM invoice")} - invoices(crm, as_of)
    return {who for who, which in rows(crm, "SELECT person_id, id FROM invoice") if which in kept}


def people_of_billed_firms(crm: Path, as_of: date) -> set[int]:
    """Contacts of a firm that an invoice not ten years past the close of its year was sent to."""
    kept = {row[0] for row in rows(crm, "SELECT id FROM invoice")} - invoices(crm, as_of)
    of = rows(crm, "SELECT p.id, i.id FROM person p JOIN invoice i ON i.account_id = p.account_id")
    return {who for who, which in of if which in kept}


def candidates(recruitment: Path, as_of: date) -> set[int]:
    unselected = """
        SELECT candidate_id FROM application
        WHERE candidate_id NOT IN (SELECT candidate_id FROM employee)
        GROUP BY 1 HAVING min(stage) = 'refused' AND max(stage) = 'refused'
        """
    facts = rows(
        recruitment,
        f"""
        WITH facts AS (
          SELECT id, created_at AS at FROM candidate
          UNION ALL SELECT candidate_id, applied_at FROM application
          UNION ALL SELECT candidate_id, refused_at FROM application
          UNION ALL SELECT a.candidate_id, m.sent_at FROM message m, application a
                    WHERE m.application_id = a.id
          UNION ALL SELECT g.candidate_id, i.starts_at FROM interview i, interview_candidate g
                    WHERE g.interview_id = i.id
        )
        SELECT id, at FROM facts WHERE id IN ({unselected})
        """,
    )
    withdrawn = rows(
        recruitment, f"SELECT id, consent_withdrawn_at FROM candidate WHERE id IN ({unselected})"
    )
    return overdue(facts, relativedelta(years=2), as_of, PARIS) | happened(withdrawn, as_of)


def _ends_of_clients(maintenance: Path) -> list[tuple]:
    return rows(
        maintenance,
        "SELECT k.id, c.contract_ends_on FROM client_contact k, client c WHERE c.id = k.client_id",
    )


def client_contacts(maintenance: Path, as_of: date) -> set[int]:
    return overdue(_ends_of_clients(maintenance), relativedelta(years=5), as_of, PARIS)


def left_contacts(maintenance: Path, as_of: date) -> dict[int, date]:
    """Contacts whose firm’s contract is over, for less than five years, and the day: for the archive."""
    return _over(_ends_of_clients(maintenance), client_contacts(maintenance, as_of), as_of)


def images(maintenance: Path, as_of: date) -> set[int]:
    facts = rows(maintenance, "SELECT id, received_at FROM image_sequence")
    repaired = rows(
        maintenance, "SELECT s.id, v.ends_at FROM image_sequence s, intervention v USING (ticket_id)"
    )
    return overdue(facts, relativedelta(months=1), as_of, PARIS) | happened(repaired, as_of)
