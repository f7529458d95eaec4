"""Independent oracles: hand-written PostgreSQL for the Odoo 18 dump, reference date 2026-11-01.

Written from what the rules mean, not from the map, in a different style (one query per
question, ``GREATEST`` over correlated sub-selects), so that an error in one is seen in the other.

Boundaries: a period counted from an event ends with a day of Europe/Paris; the row is due when
that day is past. "Three years before 2026-11-01" is thus: the event fell before
2023-11-01 00:00 in Paris, which Odoo stores as 2023-10-31 23:00 UTC.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

AS_OF = date(2026, 11, 1)
PARIS = ZoneInfo("Europe/Paris")

EXPECTED = {
    "prospect-partners": 127,
    "prospect-leads": 152,
    "by-write-date": 189,
    "customers": 18,
    "invoices": 127,
    "closed-years": 85,
    "invoiced-partners": 101,
    "candidates": 140,
}


def first_moment_kept(years: int, as_of: date = AS_OF) -> datetime:
    """The naive UTC instant from which a row is not yet due."""
    midnight = datetime(as_of.year - years, as_of.month, as_of.day, tzinfo=PARIS)
    return midnight.astimezone(UTC).replace(tzinfo=None)


PROSPECTS = """
FROM res_partner p
WHERE NOT EXISTS (SELECT 1 FROM account_move m
                  WHERE m.state = 'posted' AND m.commercial_partner_id = p.commercial_partner_id)
  AND NOT EXISTS (SELECT 1 FROM hr_candidate c WHERE c.partner_id = p.id)
  AND NOT EXISTS (SELECT 1 FROM res_users u WHERE u.partner_id = p.id)
  AND NOT EXISTS (SELECT 1 FROM res_company k WHERE k.partner_id = p.id)
"""

LAST_CONTACT_OF_PARTNER = """
GREATEST(
  p.write_date,
  (SELECT max(GREATEST(l.create_date, l.date_last_stage_update))
     FROM crm_lead l WHERE l.partner_id = p.id),
  (SELECT max(m.date) FROM mail_message m
     WHERE m.message_type IN ('comment', 'email') AND m.author_id = p.id),
  (SELECT max(m.date) FROM mail_message m
     WHERE m.message_type IN ('comment', 'email')
       AND m.model = 'res.partner' AND m.res_id = p.id),
  (SELECT max(m.date) FROM mail_message m
     JOIN crm_lead l ON m.model = 'crm.lead' AND m.res_id = l.id
     WHERE m.message_type IN ('comment', 'email') AND l.partner_id = p.id),
  (SELECT max(e.start) FROM calendar_event e
     JOIN calendar_event_res_partner_rel r ON r.calendar_event_id = e.id
     WHERE r.res_partner_id = p.id))
"""


def keys(connection: Connection, sql: str, **bound: Any) -> set[int]:
    """The single column of a query, as a set."""
    return set(connection.execute(text(sql), bound).scalars())


def prospect_partners_due(connection: Connection, as_of: date = AS_OF) -> set[int]:
    """Prospects silent for three years: 127 on the reference date."""
    return keys(
        connection,
        f"SELECT p.id {PROSPECTS} AND {LAST_CONTACT_OF_PARTNER} < :limit",
        limit=first_moment_kept(3, as_of),
    )


def prospect_partners_by_write_date(connection: Connection, as_of: date = AS_OF) -> set[int]:
    """The wrong answer, 189: judged by write_date alone, later contacts are not seen."""
    return keys(
        connection,
        f"SELECT p.id {PROSPECTS} AND p.write_date < :limit",
        limit=first_moment_kept(3, as_of),
    )


def prospect_leads_due(connection: Connection, as_of: date = AS_OF) -> set[int]:
    """Leads with no partner silent for three years: 152; the person lives only there."""
    return keys(
        connection,
        """
        SELECT l.id FROM crm_lead l
        WHERE l.partner_id IS NULL AND GREATEST(
            l.write_date, l.create_date, l.date_last_stage_update,
            (SELECT max(m.date) FROM mail_message m
               WHERE m.message_type IN ('comment', 'email')
                 AND m.model = 'crm.lead' AND m.res_id = l.id),
            (SELECT max(e.start) FROM calendar_event e WHERE e.opportunity_id = l.id)) < :limit
        """,
        limit=first_moment_kept(3, as_of),
    )


def invoices_due(connection: Connection, as_of: date = AS_OF) -> set[int]:
    """Posted customer invoices and refunds over ten years: 127, all sealed."""
    return keys(
        connection,
        """
        SELECT id FROM account_move
        WHERE state = 'posted' AND move_type IN ('out_invoice', 'out_refund')
          AND invoice_date < :limit
        """,
        limit=as_of.replace(year=as_of.year - 10),
    )


def closed_years_due(connection: Connection, as_of: date = AS_OF) -> set[int]:
    """The same, counted from the close of the financial year (31 December here), as the law does: 85."""
    return keys(
        connection,
        """
        SELECT id FROM account_move
        WHERE state = 'posted' AND move_type IN ('out_invoice', 'out_refund')
          AND EXTRACT(YEAR FROM invoice_date) < :year
        """,
        year=as_of.year - 10,
    )


def candidates_due(connection: Connection, as_of: date = AS_OF) -> set[int]:
    """Candidates refused, with no live application, silent for two years: 140."""
    return keys(
        connection,
        """
        SELECT c.id FROM hr_candidate c
        WHERE c.employee_id IS NULL
          AND EXISTS (SELECT 1 FROM hr_applicant a WHERE a.candidate_id = c.id
                      AND a.refuse_reason_id IS NOT NULL AND NOT a.active)
          AND NOT EXISTS (SELECT 1 FROM hr_applicant a WHERE a.candidate_id = c.id
                          AND (a.refuse_reason_id IS NULL OR a.active))
          AND GREATEST(
            (SELECT max(a.refuse_date) FROM hr_applicant a WHERE a.candidate_id = c.id),
            (SELECT max(m.date) FROM mail_message m
               WHERE m.author_id = c.partner_id AND m.message_type IN ('comment', 'email')))
            < :limit
        """,
        limit=first_moment_kept(2, as_of),
    )


def customers(connection: Connection) -> set[int]:
    """Partners with a posted customer invoice or a confirmed order, own or of their company."""
    return keys(
        connection,
        """
        SELECT p.id FROM res_partner p
        WHERE p.commercial_partner_id IN (
            SELECT m.commercial_partner_id FROM account_move m
            WHERE m.state = 'posted' AND m.move_type IN ('out_invoice', 'out_refund')
            UNION
            SELECT q.commercial_partner_id FROM sale_order o
            JOIN res_partner q ON q.id = o.partner_id WHERE o.state = 'sale')
          AND p.id NOT IN (SELECT partner_id FROM res_users)
          AND p.id NOT IN (SELECT partner_id FROM res_company)
        """,
    )


def customers_due(connection: Connection, as_of: date = AS_OF) -> set[int]:
    """Customers whose relationship ended more than five years ago: 18.

    Odoo Community has no contract table: the end is the last invoice, confirmed order, lead,
    exchange or meeting of anyone of the commercial entity.
    """
    limit = first_moment_kept(5, as_of)
    alive = """
        SELECT q.commercial_partner_id FROM res_partner q
        WHERE EXISTS (SELECT 1 FROM account_move m WHERE m.commercial_partner_id = q.id
                      AND m.state = 'posted' AND m.move_type IN ('out_invoice', 'out_refund')
                      AND m.invoice_date >= :day)
           OR EXISTS (SELECT 1 FROM sale_order o WHERE o.partner_id = q.id
                      AND o.state = 'sale' AND o.date_order >= :limit)
           OR EXISTS (SELECT 1 FROM crm_lead l WHERE l.partner_id = q.id
                      AND GREATEST(l.create_date, l.date_last_stage_update) >= :limit)
           OR EXISTS (SELECT 1 FROM mail_message m WHERE m.date >= :limit
                      AND m.message_type IN ('comment', 'email')
                      AND (m.author_id = q.id OR (m.model = 'res.partner' AND m.res_id = q.id)))
           OR EXISTS (SELECT 1 FROM calendar_event e
                      JOIN calendar_event_res_partner_rel r ON r.calendar_event_id = e.id
                      WHERE r.res_partner_id = q.id AND e.start >= :limit)
    """
    ended = keys(
        connection,
        f"SELECT id FROM res_partner WHERE commercial_partner_id NOT IN ({alive})",
        limit=limit,
        day=as_of.replace(year=as_of.year - 5),
    )
    staff = keys(connection, "SELECT work_contact_id FROM hr_employee WHERE work_contact_id IS NOT NULL")
    return (customers(connection) & ended) - staff


# --- Odoo's hash chain, recomputed -----------------------------------------------------------


@dataclass(frozen=True)
class ChainReport:
    """How many sealed entries recompute, and the names of those that do not."""

    verified: int
    corrupted: tuple[str, ...]


def _sealed_moves(connection: Connection) -> list[Any]:
    return list(
        connection.execute(
            text(
                "SELECT id, name, date, journal_id, company_id, sequence_prefix, sequence_number,"
                " inalterable_hash FROM account_move WHERE inalterable_hash IS NOT NULL"
                " ORDER BY journal_id, sequence_prefix, sequence_number"
            )
        ).mappings()
    )


def _lines_of_sealed_moves(connection: Connection) -> dict[int, list[Any]]:
    rows = connection.execute(
        text(
            "SELECT l.id, l.move_id, l.name, l.debit, l.credit, l.account_id, l.partner_id"
            " FROM account_move_line l JOIN account_move m ON m.id = l.move_id"
            " WHERE m.inalterable_hash IS NOT NULL"
        )
    ).mappings()
    lines: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        lines[row["move_id"]].append(row)
    return lines


def _shown(value: Any) -> str:
    """A value as the system writes it before hashing: NULL is False, an empty text stays empty."""
    return "False" if value is None else str(value)


def sealed_content(move: Any, lines: list[Any]) -> str:
    """What the seal covers: number, date, journal, company and each line, as canonical JSON."""
    content = {name: _shown(move[name]) for name in ("name", "date", "journal_id", "company_id")}
    for line in lines:
        start = f"line_{line['id']}_"
        content[start + "name"] = _shown(line["name"])
        content[start + "debit"] = f"{line['debit']:.2f}"
        content[start + "credit"] = f"{line['credit']:.2f}"
        content[start + "account_id"] = _shown(line["account_id"])
        content[start + "partner_id"] = _shown(line["partner_id"])
    return json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def hash_chain(connection: Connection) -> ChainReport:
    """Recompute every chain (one per journal and number prefix), version 4 of the seal.

    Each seal is the SHA-256 of the hexadecimal digest before it followed by the content; it is
    written ``$4$digest``. Each entry is judged against the *stored* seal before it, so that one
    change shows once.
    """
    lines = _lines_of_sealed_moves(connection)
    corrupted: list[str] = []
    verified = 0
    chain, before = None, ""
    for move in _sealed_moves(connection):
        if chain != (move["journal_id"], move["sequence_prefix"]):
            chain, before = (move["journal_id"], move["sequence_prefix"]), ""
        content = sealed_content(move, lines[move["id"]])
        digest = hashlib.sha256((before + content).encode()).hexdigest()
        if move["inalterable_hash"] == f"$4${digest}":
            verified += 1
        else:
            corrupted.append(move["name"])
        before = move["inalterable_hash"].split("$")[2]
    return ChainReport(verified, tuple(corrupted))
