"""A candidate of the Dolibarr dump, whose map has no mark, is restricted by values set apart, and the end of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from garant.engine.document import Kind, Plan
from garant.engine.planning.subject import NotSupported, plan_subject
from garant.engine.running.execution import Execution
from garant.engine.terms import Source
from garant.systems.files.store import FileStore
from garant.systems.model import DataMap
from garant.systems.sql import SqlConnector
from tests.dolibarr import oracles
from tests.dolibarr.conftest import Dolibarr
from tests.dolibarr.footprint import all_rows, gone, new
from tests.engine.support.archives import Vault
from tests.engine.support.running import PSEUDONYM_KEY, Notebook
from tests.servers.mariadb import MariadbServer

TABLE = "llx_recruitment_recruitmentcandidature"
WHO = {"email": "cand218@perso.example"}
APART = {
    "lastname": {"pseudonymise": {}},
    **dict.fromkeys(
        ["firstname", "phone", "date_birth", "description", "note_public", "note_private", "email_msgid"],
        "blank",
    ),
}


@pytest.fixture(scope="module")
def copy(mariadb_server: MariadbServer, dolibarr_dump: Path, untouched: Dolibarr) -> Iterator[Dolibarr]:
    with mariadb_server.database(dolibarr_dump) as url:
        yield replace(untouched, url=url)


def mapped(dolibarr: Dolibarr, **columns: object) -> DataMap:
    """The map that ships, and what a company adds to it."""
    written = dolibarr.loaded.map.model_dump(mode="json", exclude_defaults=True)
    return DataMap.model_validate({**written, "apart": {"candidate": {TABLE: {**APART, **columns}}}})


@contextmanager
def opened(dolibarr: Dolibarr, vault: Vault, data_map: DataMap) -> Iterator[Mapping[str, Source]]:
    stores = {"GARANT_DOLIBARR_FILES": FileStore(dolibarr.files)}
    connector = SqlConnector(
        data_map, dolibarr.url, pseudonym_key=PSEUDONYM_KEY, stores=stores, archive=vault.archive
    )
    try:
        yield {data_map.system: Source(data_map, "with-apart", connector, vault.archive)}
    finally:
        connector.close()


def act(dolibarr: Dolibarr, vault: Vault, kind: Kind) -> Plan:
    with opened(dolibarr, vault, mapped(dolibarr)) as sources:
        plan = plan_subject(dolibarr.policy, sources, WHO, kind, as_of=oracles.AS_OF)
        execution, journal = Execution(plan, dolibarr.policy, sources), Notebook()
        for key in execution.batch_keys():
            assert not execution.execute(key, journal).blocks
        assert execution.verify(journal).verified
        return plan


def test_a_candidate_is_set_apart_and_comes_back_to_the_byte(copy: Dolibarr, tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    with copy.connect() as connection:
        before = all_rows(connection)
    act(copy, vault, "restriction")
    with copy.connect() as connection:
        during = all_rows(connection)
    assert {table: len(rows) for table, rows in gone(before, during).items()} == {TABLE: 1}
    assert {table: len(rows) for table, rows in new(before, during).items()} == {TABLE: 1}
    (was,), (now,) = gone(before, during)[TABLE], new(before, during)[TABLE]
    assert sum(one != other for one, other in zip(was, now, strict=True)) >= 3
    act(copy, vault, "lifting")
    with copy.connect() as connection:
        assert all_rows(connection) == before
    assert vault.records("apart") == vault.records("left") == []


def test_what_says_who_was_refused_stays_where_it_is(copy: Dolibarr, tmp_path: Path) -> None:
    """A role of the map compares the addresses of candidates: one that is not there would judge others wrongly."""
    data_map = mapped(copy, email="blank")
    with opened(copy, Vault(tmp_path), data_map) as sources, pytest.raises(NotSupported, match="reads it"):
        plan_subject(copy.policy, sources, WHO, "restriction", as_of=oracles.AS_OF)
