"""The Odoo 18 dump, planned once as it is, run once as it is, and run once with traps planted in it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
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
from tests.engine.support.policies import policy
from tests.engine.support.running import PSEUDONYM_KEY, Notebook
from tests.odoo.footprint import Rows, all_rows
from tests.odoo.oracles import AS_OF
from tests.odoo.traps import Traps, plant
from tests.servers.postgres import PostgresServer

BATCH = 50
"""Small, so that roots that belong together fall into different batches."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A whole database is copied, swept and read through: more than the usual two minutes when busy."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.timeout(900))
            if "trapped" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.slow)


@dataclass(frozen=True)
class Odoo:
    """One copy of the dump, its filestore, and the map over it."""

    url: str
    files: Path
    loaded: LoadedMap
    policy: LoadedPolicy

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A plain connection, for oracles."""
        engine = create_engine(self.url)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()

    @contextmanager
    def sources(self) -> Iterator[Mapping[str, Source]]:
        """The system as the engine takes it."""
        stores = {"GARANT_ODOO_FILESTORE": FileStore(self.files)}
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

    odoo: Odoo
    before: Odoo
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


def _filestore(shared: Path, folder: Path) -> Path:
    archive = shared / "targets" / "odoo18-filestore-cv.tar.gz"
    folder.mkdir()
    subprocess.run(["tar", "-xzf", archive, "--no-same-owner", "-C", folder], check=True)
    return folder


@pytest.fixture(scope="session")
def odoo_map() -> LoadedMap:
    """The shipped map, as a company would start from it."""
    return parse_map("use: odoo18\n")


@pytest.fixture(scope="session")
def odoo_policy() -> LoadedPolicy:
    """The four rules, in a policy as small as the engine needs."""
    return policy(prospects="P3Y", customers="P5Y", invoices="P10Y", candidates="P2Y")


@pytest.fixture(scope="session")
def untouched(
    postgres_server: PostgresServer,
    odoo18_template: str,
    shared_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    odoo_map: LoadedMap,
    odoo_policy: LoadedPolicy,
) -> Iterator[Odoo]:
    """The dump as it came; nothing may write to it."""
    files = _filestore(shared_folder, tmp_path_factory.mktemp("odoo") / "files")
    with postgres_server.database(odoo18_template) as url:
        yield Odoo(url, files, odoo_map, odoo_policy)


@pytest.fixture(scope="session")
def plan(untouched: Odoo) -> Plan:
    """The plan on the dump as it came."""
    return untouched.plan()


def _sweep(odoo: Odoo, before: Odoo, plan: Plan, planted: Traps | None = None) -> Sweep:
    with odoo.connect() as connection:
        rows_before = all_rows(connection)
    with odoo.sources() as sources:
        execution, journal = Execution(plan, odoo.policy, sources, batch_size=BATCH), Notebook()
        results = [execution.execute(key, journal) for key in execution.batch_keys()]
        verification = execution.verify(journal)
    with odoo.connect() as connection:
        rows_after = all_rows(connection)
    return Sweep(odoo, before, plan, results, verification, rows_before, rows_after, planted)


@pytest.fixture(scope="session")
def swept(
    postgres_server: PostgresServer,
    odoo18_template: str,
    shared_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    untouched: Odoo,
    plan: Plan,
) -> Iterator[Sweep]:
    """The dump after its plan was carried out."""
    files = _filestore(shared_folder, tmp_path_factory.mktemp("swept") / "files")
    with postgres_server.database(odoo18_template) as url:
        yield _sweep(Odoo(url, files, untouched.loaded, untouched.policy), untouched, plan)


@pytest.fixture(scope="session")
def trapped(
    postgres_server: PostgresServer,
    odoo18_template: str,
    shared_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    untouched: Odoo,
) -> Iterator[Sweep]:
    """The dump with the traps it does not hold planted in it, after the plan was carried out."""
    files = _filestore(shared_folder, tmp_path_factory.mktemp("trapped") / "files")
    with postgres_server.database(odoo18_template) as url:
        odoo = Odoo(url, files, untouched.loaded, untouched.policy)
        with odoo.connect() as connection:
            planted = plant(connection)
        yield _sweep(odoo, untouched, odoo.plan(), planted)
