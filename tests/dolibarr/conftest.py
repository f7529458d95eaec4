"""The Dolibarr 20 dump, planned once as it is, run once as it is, and run once with traps planted in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from garant.engine.document import Plan, Selection
from garant.engine.planning.plan import plan_retention
from garant.engine.running.execution import BatchResult, Execution
from garant.engine.running.verify import Verification
from garant.engine.terms import Source
from garant.policy.loader import LoadedPolicy
from garant.systems.files.store import FileStore
from garant.systems.loader import LoadedMap, parse_map
from garant.systems.sql import SqlConnector
from tests.dolibarr.documents import lay
from tests.dolibarr.footprint import Rows, all_rows
from tests.dolibarr.oracles import AS_OF
from tests.dolibarr.traps import Traps, plant
from tests.engine.support.policies import policy
from tests.engine.support.running import PSEUDONYM_KEY, Notebook
from tests.servers.mariadb import MariadbServer

BATCH = 25
"""Small, so that roots that belong together fall into different batches."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A whole database is restored, swept and read through: more than the usual two minutes when busy."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.timeout(900))
            if "trapped" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.slow)


@dataclass(frozen=True)
class Dolibarr:
    """One copy of the dump, its folder of documents, and the map over it."""

    url: str
    files: Path
    loaded: LoadedMap
    policy: LoadedPolicy

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A plain connection, for oracles; times as the dump's server wrote them, in UTC."""
        engine = create_engine(self.url, connect_args={"init_command": "SET time_zone = '+00:00'"})
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()

    @contextmanager
    def sources(self) -> Iterator[Mapping[str, Source]]:
        """The system as the engine takes it."""
        stores = {"GARANT_DOLIBARR_FILES": FileStore(self.files)}
        connector = SqlConnector(self.loaded.map, self.url, pseudonym_key=PSEUDONYM_KEY, stores=stores)
        try:
            yield {self.loaded.map.system: Source(self.loaded.map, self.loaded.digest, connector)}
        finally:
            connector.close()

    def plan(self) -> Plan:
        """The retention plan of the reference day."""
        with self.sources() as sources:
            return plan_retention(self.policy, sources, as_of=AS_OF)


@dataclass(frozen=True)
class Sweep:
    """A plan carried out: what was there before, what is there now."""

    dolibarr: Dolibarr
    before: Dolibarr
    plan: Plan
    results: list[BatchResult]
    verification: Verification
    rows_before: Rows
    rows_after: Rows
    planted: Traps | None = None


def selection(plan: Plan, role: str) -> Selection:
    """The selection of a role."""
    return next(s for s in plan.selections if s.role == role)


def chosen(plan: Plan, role: str) -> set[int]:
    """The keys a plan would touch for a role."""
    return {int(key) for key in selection(plan, role).root_keys()}


@pytest.fixture(scope="session")
def dolibarr_dump(shared_folder: Path) -> Path:
    """The dump, outside the repository."""
    return shared_folder / "targets" / "dolibarr20.sql.gz"


@pytest.fixture(scope="session")
def dolibarr_map() -> LoadedMap:
    """The shipped map, as a company would start from it."""
    return parse_map("use: dolibarr20\n")


@pytest.fixture(scope="session")
def dolibarr_policy() -> LoadedPolicy:
    """The five rules, in a policy as small as the engine needs."""
    return policy(
        prospects="P3Y", customers="P5Y", invoices="P10Y", candidates="P2Y", remote_maintenance="P5Y"
    )


@pytest.fixture(scope="session")
def untouched(
    mariadb_server: MariadbServer,
    dolibarr_dump: Path,
    dolibarr_map: LoadedMap,
    dolibarr_policy: LoadedPolicy,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Dolibarr]:
    """The dump as it came; nothing may write to it."""
    with mariadb_server.database(dolibarr_dump) as url:
        yield Dolibarr(url, tmp_path_factory.mktemp("documents"), dolibarr_map, dolibarr_policy)


@pytest.fixture(scope="session")
def plan(untouched: Dolibarr) -> Plan:
    """The plan on the dump as it came."""
    return untouched.plan()


def _sweep(dolibarr: Dolibarr, before: Dolibarr, plan: Plan, planted: Traps | None = None) -> Sweep:
    with dolibarr.connect() as connection:
        rows_before = all_rows(connection)
    with dolibarr.sources() as sources:
        execution, journal = Execution(plan, dolibarr.policy, sources, batch_size=BATCH), Notebook()
        results = [execution.execute(key, journal) for key in execution.batch_keys()]
        verification = execution.verify(journal)
    with dolibarr.connect() as connection:
        rows_after = all_rows(connection)
    return Sweep(dolibarr, before, plan, results, verification, rows_before, rows_after, planted)


@pytest.fixture(scope="session")
def swept(
    mariadb_server: MariadbServer, dolibarr_dump: Path, untouched: Dolibarr, plan: Plan
) -> Iterator[Sweep]:
    """The dump after its plan was carried out."""
    with mariadb_server.database(dolibarr_dump) as url:
        yield _sweep(replace(untouched, url=url), untouched, plan)


@pytest.fixture(scope="session")
def trapped(
    mariadb_server: MariadbServer,
    dolibarr_dump: Path,
    untouched: Dolibarr,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Sweep]:
    """The dump with the traps it does not hold planted in it, after the plan was carried out."""
    with mariadb_server.database(dolibarr_dump) as url:
        dolibarr = replace(untouched, url=url, files=tmp_path_factory.mktemp("documents"))
        with dolibarr.connect() as connection:
            planted = plant(connection)
            lay(connection, dolibarr.files)
        yield _sweep(dolibarr, untouched, dolibarr.plan(), planted)
