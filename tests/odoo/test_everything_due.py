"""Far in the future every rule is due at once: nothing blocks, the books stay whole, people are gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.odoo import oracles
from tests.odoo.conftest import Odoo
from tests.servers.postgres import PostgresServer
from tests.support.sweeping import EVERYTHING_DUE, sweep


@pytest.fixture
def copy(
    postgres_server: PostgresServer, odoo18_template: str, odoo18_filestore: Path, untouched: Odoo
) -> Iterator[Odoo]:
    """A copy of the dump and of its files."""
    with postgres_server.database(odoo18_template) as url:
        yield replace(untouched, url=url, files=odoo18_filestore)


BOOKS = (
    "SELECT sum(debit), sum(credit), count(*), count(DISTINCT partner_id), count(DISTINCT move_id)"
    " FROM account_move_line"
)

LEFT_IN_CLEAR = (
    "SELECT count(*) FROM res_partner p WHERE (p.email IS NOT NULL OR p.phone IS NOT NULL"
    " OR p.comment IS NOT NULL OR p.name <> 'Personne effacée')"
    " AND p.id NOT IN (SELECT partner_id FROM res_users UNION SELECT partner_id FROM res_company"
    " UNION SELECT work_contact_id FROM hr_employee UNION SELECT address_id FROM hr_employee"
    " UNION SELECT address_id FROM event_event WHERE address_id IS NOT NULL"
    " UNION SELECT organizer_id FROM event_event WHERE organizer_id IS NOT NULL"
    " UNION SELECT partner_id FROM product_supplierinfo"
    " UNION SELECT operator_partner_id FROM chatbot_script"
    " UNION SELECT partner_id FROM hr_candidate WHERE partner_id IS NOT NULL)"
    " AND COALESCE(p.supplier_rank, 0) = 0"
)


@pytest.mark.slow
def test_when_everything_is_due_nothing_blocks_and_the_books_stay_whole(copy: Odoo) -> None:
    with copy.connect() as connection:
        books = connection.execute(text(BOOKS)).one()
    sweep(copy, EVERYTHING_DUE)
    with copy.connect() as connection:
        assert connection.execute(text(BOOKS)).one() == books
        assert oracles.hash_chain(connection) == oracles.ChainReport(490, ())
        assert connection.execute(text(LEFT_IN_CLEAR)).scalar_one() == 0
