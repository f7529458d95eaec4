"""Far in the future every rule is due at once: nothing blocks, the books stay whole, people are gone."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text

from garant.engine.execution import Execution
from garant.engine.plan import plan_retention
from tests.engine.support.running import Notebook
from tests.tryton.conftest import Tryton

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


@pytest.mark.slow
def test_when_everything_is_due_nothing_blocks_and_the_books_stay_whole(copy: Tryton) -> None:
    with copy.connect() as connection:
        books = connection.execute(text(BOOKS)).one()
        connection.execute(text(f"CREATE TABLE t_dated AS {DATED}"))
    with copy.sources() as sources:
        plan = plan_retention(copy.policy, sources, as_of=date(2045, 1, 1))
        execution, journal = Execution(plan, copy.policy, sources, batch_size=100), Notebook()
        results = [execution.execute(key, journal) for key in execution.batch_keys()]
        verification = execution.verify(journal)
    assert [s.blocks for s in plan.selections] == [[]] * len(plan.selections)
    assert [block for result in results for block in result.blocks] == []
    assert verification.verified
    with copy.connect() as connection:
        assert connection.execute(text(BOOKS)).one() == books
        assert connection.execute(text(LEFT_IN_CLEAR)).scalar_one() == 0
