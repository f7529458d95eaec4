"""The Tryton 8.2 dump, planned once as it is, run once as it is, and run once with traps planted in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text

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
from tests.servers.postgres import PostgresServer
from tests.tryton.oracles import AS_OF
from tests.tryton.traps import Traps, plant

BATCH = 20
"""Small, so that roots that belong together fall into different batches."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A whole database is copied, swept and read through: more than the usual two minutes when busy."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.timeout(1800))
            if "trapped" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.slow)


@dataclass(frozen=True)
class Tryton:
    """One copy of the dump, its files, and the map over it."""

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
        stores = {f.store.env: FileStore(self.files, f.store.folders) for f in self.loaded.map.files}
        connector = SqlConnector(self.loaded.map, self.url, pseudonym_key=PSEUDONYM_KEY, stores=stores)
        try:
            yield {self.loaded.map.system: Source(self.loaded.map, self.loaded.digest, connector)}
        finally:
            connector.close()

    def plan(self) -> Plan:
        """The retention plan of the reference day."""
        with self.sources() as sources:
            return plan_retention(self.policy, sources, as_of=AS_OF)

    def file(self, name: str) -> Path:
        """Where Tryton puts a file of that name."""
        return self.files / name[:2] / name[2:4] / name


@dataclass(frozen=True)
class Sweep:
    """A plan carried out: what was there before, what is there now."""

    tryton: Tryton
    before: Tryton
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


ATTACHED = (
    "SELECT a.file_id, p.name, (SELECT min(c.value) FROM party_contact_mechanism c WHERE c.party = p.id)"
    " FROM ir_attachment a JOIN party_party p ON a.resource = 'party.party,' || p.id"
)


def write_files(tryton: Tryton) -> None:
    """The dump came without its files: one per attachment, speaking of the person it is about."""
    with tryton.connect() as connection:
        for name, person, address in connection.execute(text(ATTACHED)):
            tryton.file(name).parent.mkdir(parents=True, exist_ok=True)
            tryton.file(name).write_text(f"Contrat de {person}, {address}")


@pytest.fixture(scope="session")
def tryton_map() -> LoadedMap:
    """The shipped map, as a company would start from it."""
    return parse_map("use: tryton82\n")


@pytest.fixture(scope="session")
def tryton_policy() -> LoadedPolicy:
    """The three rules, in a policy as small as the engine needs."""
    return policy(prospects="P3Y", customers="P5Y", invoices="P10Y")


@pytest.fixture(scope="session")
def untouched(
    postgres_server: PostgresServer,
    tryton82_template: str,
    tmp_path_factory: pytest.TempPathFactory,
    tryton_map: LoadedMap,
    tryton_policy: LoadedPolicy,
) -> Iterator[Tryton]:
    """The dump as it came; nothing may write to it."""
    with postgres_server.database(tryton82_template) as url:
        tryton = Tryton(url, tmp_path_factory.mktemp("tryton"), tryton_map, tryton_policy)
        write_files(tryton)
        yield tryton


@pytest.fixture(scope="session")
def plan(untouched: Tryton) -> Plan:
    """The plan on the dump as it came."""
    return untouched.plan()


@pytest.fixture
def copy(
    postgres_server: PostgresServer, tryton82_template: str, tmp_path: Path, untouched: Tryton
) -> Iterator[Tryton]:
    """A copy of the dump and of its files, for one test."""
    with postgres_server.database(tryton82_template) as url:
        tryton = Tryton(url, tmp_path, untouched.loaded, untouched.policy)
        write_files(tryton)
        yield tryton


def _sweep(tryton: Tryton, before: Tryton, plan: Plan, planted: Traps | None = None) -> Sweep:
    with tryton.connect() as connection:
        rows_before = all_rows(connection)
    with tryton.sources() as sources:
        execution, journal = Execution(plan, tryton.policy, sources, batch_size=BATCH), Notebook()
        results = [execution.execute(key, journal) for key in execution.batch_keys()]
        verification = execution.verify(journal)
    with tryton.connect() as connection:
        rows_after = all_rows(connection)
    return Sweep(tryton, before, plan, results, verification, rows_before, rows_after, planted)


@pytest.fixture(scope="session")
def swept(
    postgres_server: PostgresServer,
    tryton82_template: str,
    tmp_path_factory: pytest.TempPathFactory,
    untouched: Tryton,
    plan: Plan,
) -> Iterator[Sweep]:
    """The dump after its plan was carried out."""
    with postgres_server.database(tryton82_template) as url:
        tryton = Tryton(url, tmp_path_factory.mktemp("swept"), untouched.loaded, untouched.policy)
        write_files(tryton)
        yield _sweep(tryton, untouched, plan)


@pytest.fixture(scope="session")
def trapped(
    postgres_server: PostgresServer,
    tryton82_template: str,
    tmp_path_factory: pytest.TempPathFactory,
    untouched: Tryton,
) -> Iterator[Sweep]:
    """The dump with the traps it does not hold planted in it, after the plan was carried out."""
    with postgres_server.database(tryton82_template) as url:
        tryton = Tryton(url, tmp_path_factory.mktemp("trapped"), untouched.loaded, untouched.policy)
        with tryton.connect() as connection:
            planted = plant(connection)
        write_files(tryton)
        yield _sweep(tryton, untouched, tryton.plan(), planted)
