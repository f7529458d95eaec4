"""What every room's tests may ask for: private servers, real business databases, the shared folder."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test.testcases import LiveServerThread
from hypothesis import settings
from xdist.remote import Producer

from tests.servers.certificates import trust_nobody
from tests.servers.installation import NoServer
from tests.servers.lending import RUN, end_run, new_run
from tests.servers.mariadb import MariadbServer
from tests.servers.postgres import PostgresServer, Reused
from tests.support.again import mark_slow
from tests.support.compiling import compiling_once
from tests.support.counting import is_counted
from tests.support.parsing import remembering
from tests.support.serving import WholeServer, under_way
from tests.support.sharing import Sharing, long_first

ROOT = Path(__file__).resolve().parents[1]
_RUN = pytest.StashKey[Path]()

# No deadline per example: two busy cores are not a defect. In CI, the same examples each time;
# HYPOTHESIS_PROFILE=long looks for rarer ones.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("long", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "local"))


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    trust_nobody()
    if not _is_worker(config) and RUN not in os.environ:
        config.stash[_RUN] = new_run()
        os.environ[RUN] = str(config.stash[_RUN])  # for this run's workers
    config.pluginmanager.register(Shared())
    _leave_home(Path(os.environ[RUN]) / os.environ.get("PYTEST_XDIST_WORKER", "home"))


def _leave_home(folder: Path) -> None:
    """No test reads or writes the data of the Garant that whoever runs it may be using."""
    os.environ["GARANT_HOME"] = str(folder)
    for name in ("GARANT_KEYS", "GARANT_KEYS_COMMAND", "GARANT_LANGUAGE"):
        os.environ.pop(name, None)
    django_settings.GARANT_HOME = folder
    django_settings.GARANT_KEYS = folder / "keys"
    django_settings.GARANT_WITNESSES = folder / "checkpoints"


@pytest.fixture(scope="session", autouse=True)
def counts_wait() -> Iterator[None]:
    """No thread of ours writes how often something was asked into the middle of another test."""
    from garant.apps.permissions import counting

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "DELAY", 3600.0)
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Nor is the same question compiled again for each system that is opened."""
    from garant.systems.sql import connector

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connector, "open_engine", compiling_once(connector.open_engine))
        yield


@pytest.fixture(scope="session", autouse=True)
def served_whole() -> Iterator[None]:
    """A server that runs beside the test has done everything when its answer is there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LiveServerThread, "server_class", WholeServer)
        yield


@pytest.fixture(autouse=True)
def served_to_the_end(request: pytest.FixtureRequest) -> Iterator[None]:
    """Nothing that the test asked of such a server is still under way when its tables are emptied."""
    if "live_server" in request.fixturenames:
        request.getfixturevalue("transactional_db")  # emptied after this
    yield
    with under_way:
        pass


def pytest_unconfigure(config: pytest.Config) -> None:
    """Runs after failures and Ctrl-C too. A killed run is seen by the server's keeper itself."""
    if _RUN in config.stash:
        end_run(config.stash[_RUN])
        del os.environ[RUN]


@pytest.hookimpl(tryfirst=True)
def pytest_collection() -> None:
    """The same long document is not parsed again for each module that reads it as it is imported, nor for each test; and
    nobody looks, while hundreds of modules are imported, for what nothing holds.
    """
    gc.disable()
    from garant.policy import yaml_source  # not before branches are counted

    yaml_source._Reader.read = remembering(yaml_source._Reader.read)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what touches Garant's own state: it runs a second time, on PostgreSQL; what is counted of the core; and what
    `make test` leaves to `make slow`.

    Not what is looked at in a browser: the same pages, made of the same queries, are asked for without one too.
    """
    for item in items:
        if is_counted(item):
            item.add_marker("counted")
        if "tests/browser/" in item.nodeid:
            continue
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & {"db", "transactional_db"}:
            item.add_marker("state")
    mark_slow(items)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What was imported and collected stays: nobody looks through it again and again for what nothing holds."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(10_000, 20, 20)


class Shared:
    """What is asked of several workers: each test on one of them, and no long one last."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        if _is_worker(config):
            long_first(items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Producer) -> Sharing | None:
        return Sharing(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture
def untraced() -> Iterator[None]:
    """Where time is measured, it is that of the product, not of what counts the lines it runs."""
    trace = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(trace)


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """The reference material beside the repository (GARANT_SHARED names another place)."""
    folder = Path(os.environ.get("GARANT_SHARED") or ROOT.parent / "shared")
    if folder.is_dir():
        return folder
    message = "The reference databases are not here: name their folder in GARANT_SHARED."
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def postgres_server() -> PostgresServer:
    """The run's private PostgreSQL 15, started by the first test that asks for it."""
    try:
        return PostgresServer.borrow(Path(os.environ[RUN]))
    except NoServer as problem:
        pytest.fail(str(problem), pytrace=False)


@pytest.fixture(scope="session")
def mariadb_server() -> MariadbServer:
    """The run's private MariaDB 10.11, started by the first test that asks for it."""
    try:
        return MariadbServer.borrow(Path(os.environ[RUN]))
    except NoServer as problem:
        pytest.fail(str(problem), pytrace=False)


@pytest.fixture
def postgres_database(postgres_server: PostgresServer) -> Iterator[str]:
    """The SQLAlchemy URL of an empty database, this test's own."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture(scope="session")
def reused_postgres(postgres_server: PostgresServer) -> Iterator[Reused]:
    """A database emptied for each test of this worker: for the many that look at nothing but their own tables."""
    with Reused(postgres_server) as reused:
        yield reused


@pytest.fixture
def mariadb_database(mariadb_server: MariadbServer) -> Iterator[str]:
    """The SQLAlchemy URL of an empty database, this test's own."""
    with mariadb_server.database() as url:
        yield url


@pytest.fixture
def dolibarr20(mariadb_server: MariadbServer, shared_folder: Path) -> Iterator[str]:
    """The SQLAlchemy URL of a fresh copy of the Dolibarr 20 database, this test's own."""
    with mariadb_server.database(shared_folder / "targets" / "dolibarr20.sql.gz") as url:
        yield url


@pytest.fixture(scope="session")
def odoo18_template(postgres_server: PostgresServer, shared_folder: Path) -> str:
    """The name of the database holding the Odoo 18 dump; restored once, never written to."""
    return postgres_server.ensure_template("odoo18_template", shared_folder / "targets" / "odoo18.sql.gz")


@pytest.fixture
def odoo18(postgres_server: PostgresServer, odoo18_template: str) -> Iterator[str]:
    """The SQLAlchemy URL of a fresh copy of the Odoo 18 database, this test's own."""
    with postgres_server.database(odoo18_template) as url:
        yield url


@pytest.fixture(scope="session")
def tryton82_template(postgres_server: PostgresServer, shared_folder: Path) -> str:
    """The name of the database holding the Tryton 8.2 dump; restored once, never written to."""
    return postgres_server.ensure_template("tryton82_template", shared_folder / "targets" / "tryton82.sql.gz")


@pytest.fixture
def tryton82(postgres_server: PostgresServer, tryton82_template: str) -> Iterator[str]:
    """The SQLAlchemy URL of a fresh copy of the Tryton 8.2 database, this test's own."""
    with postgres_server.database(tryton82_template) as url:
        yield url


@pytest.fixture
def odoo18_filestore(shared_folder: Path, tmp_path: Path) -> Path:
    """A fresh copy of Odoo's filestore (``xx/sha1``), holding the candidates' CVs."""
    folder = tmp_path / "filestore"
    folder.mkdir()
    archive = shared_folder / "targets" / "odoo18-filestore-cv.tar.gz"
    subprocess.run(["tar", "-xzf", archive, "--no-same-owner", "-C", folder], check=True)
    return folder
