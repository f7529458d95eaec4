"""Far in the future every rule is due at once: nothing blocks, the books stay whole, people are gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.dolibarr import oracles
from tests.dolibarr.conftest import Dolibarr
from tests.dolibarr.footprint import all_rows
from tests.dolibarr.oracles import AS_OF
from tests.servers.mariadb import MariadbServer
from tests.support.sweeping import EVERYTHING_DUE, ON_THE_WAY, sweep


@pytest.fixture
def copy(mariadb_server: MariadbServer, dolibarr_dump: Path, untouched: Dolibarr) -> Iterator[Dolibarr]:
    """A copy of the dump."""
    with mariadb_server.database(dolibarr_dump) as url:
        yield replace(untouched, url=url)


@pytest.fixture
def stepwise(mariadb_server: MariadbServer, dolibarr_dump: Path, untouched: Dolibarr) -> Iterator[Dolibarr]:
    """Another copy, swept today, on the way, and when everything is due."""
    with mariadb_server.database(dolibarr_dump) as url:
        dolibarr = replace(untouched, url=url)
        sweep(dolibarr, AS_OF, ON_THE_WAY, EVERYTHING_DUE)
        yield dolibarr


BOOKS = (
    "SELECT count(*), sum(total_ht), sum(total_ttc), count(DISTINCT fk_soc), count(DISTINCT ref),"
    " (SELECT count(*) FROM llx_facturedet), (SELECT sum(total_ttc) FROM llx_facturedet) FROM llx_facture"
)

LEFT_IN_CLEAR = (
    "SELECT count(*) FROM llx_societe WHERE client <> 0 AND (nom <> 'Tiers effacé' OR email IS NOT NULL"
    " OR phone IS NOT NULL OR address IS NOT NULL OR note_private IS NOT NULL OR siren IS NOT NULL)"
)


def test_when_everything_is_due_nothing_blocks_and_the_books_stay_whole(
    copy: Dolibarr, stepwise: Dolibarr
) -> None:
    with copy.connect() as connection:
        books = connection.execute(text(BOOKS)).one()
    sweep(copy, EVERYTHING_DUE, batch_size=1000)
    with copy.connect() as connection, stepwise.connect() as other:
        assert all_rows(connection) == all_rows(other), (
            "earlier sweeps change nothing of what is left in the end"
        )
        assert connection.execute(text(BOOKS)).one() == books
        assert connection.execute(text(LEFT_IN_CLEAR)).scalar_one() == 0
        assert oracles.keys(connection, "SELECT rowid FROM llx_ticket") == set()
        left = oracles.keys(connection, "SELECT DISTINCT status FROM llx_recruitment_recruitmentcandidature")
        assert left == {0, 1, 3, 5, 8}
        # Flagged neither customer nor prospect, and never invoiced: no rule of the policy is about them.
        unruled = (
            "SELECT rowid FROM llx_societe WHERE client = 0 AND rowid NOT IN (SELECT fk_soc FROM llx_facture)"
        )
        people = oracles.keys(connection, f"SELECT rowid FROM llx_socpeople WHERE fk_soc NOT IN ({unruled})")
        calls = oracles.keys(connection, f"SELECT id FROM llx_actioncomm WHERE fk_soc NOT IN ({unruled})")
    assert (people, calls) == (set(), set())
