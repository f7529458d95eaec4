"""Far in the future every rule is due at once: nothing blocks, the books stay whole, people are gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from tests.odoo.footprint import all_rows
from tests.servers.postgres import PostgresServer
from tests.support.sweeping import EVERYTHING_DUE, ON_THE_WAY, files_below, sweep
from tests.tryton.conftest import Tryton, write_files
from tests.tryton.oracles import AS_OF

BOOKS = (
    "SELECT sum(debit), sum(credit), count(*), count(DISTINCT party), count(DISTINCT move)"
    " FROM account_move_line"
)

DATED = "SELECT party FROM sale_opportunity UNION SELECT party FROM account_invoice WHERE move IS NOT NULL"

LEFT_IN_CLEAR = """
    SELECT (SELECT count(*) FROM party_party WHERE name <> 'Personne effacée' AND id IN (SELECT party FROM t_dated))
      + (SELECT count(*) FROM party_party__history WHERE name <> 'Personne effacée' AND id IN (SELECT party FROM t_dated))
      + (SELECT count(*) FROM party_address WHERE city IS NOT NULL AND party IN (SELECT party FROM t_dated))
      + (SELECT count(*) FROM party_address__history WHERE city IS NOT NULL
         AND party IN (SELECT party FROM t_dated))
      + (SELECT count(*) FROM party_contact_mechanism WHERE party IN (SELECT party FROM t_dated))
      + (SELECT count(*) FROM web_user WHERE party IN (SELECT party FROM t_dated))
      + (SELECT count(*) FROM account_invoice WHERE invoice_report_cache IS NOT NULL)
      + (SELECT count(*) FROM sale_opportunity WHERE comment IS NOT NULL)
"""


@pytest.fixture
def stepwise(
    postgres_server: PostgresServer,
    tryton82_template: str,
    tmp_path_factory: pytest.TempPathFactory,
    untouched: Tryton,
) -> Iterator[Tryton]:
    """Another copy, swept today, on the way, and when everything is due."""
    with postgres_server.database(tryton82_template) as url:
        tryton = Tryton(url, tmp_path_factory.mktemp("stepwise"), untouched.loaded, untouched.policy)
        write_files(tryton)
        sweep(tryton, AS_OF, ON_THE_WAY, EVERYTHING_DUE)
        yield tryton


@pytest.mark.slow
def test_when_everything_is_due_nothing_blocks_and_the_books_stay_whole(
    copy: Tryton, stepwise: Tryton
) -> None:
    with copy.connect() as connection:
        dated = set(connection.execute(text(DATED)).scalars())
        books = connection.execute(text(BOOKS)).one()
    sweep(copy, EVERYTHING_DUE)
    with copy.connect() as connection, stepwise.connect() as other:
        assert all_rows(connection) == all_rows(other), (
            "earlier sweeps change nothing of what is left in the end"
        )
        assert files_below(copy.files) == files_below(stepwise.files)
        connection.execute(
            text("CREATE TABLE t_dated AS SELECT unnest(CAST(:ids AS integer[])) AS party"),
            {"ids": list(dated)},
        )
        assert connection.execute(text(BOOKS)).one() == books
        assert connection.execute(text(LEFT_IN_CLEAR)).scalar_one() == 0
