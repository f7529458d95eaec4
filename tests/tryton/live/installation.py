"""Tryton itself, from PyPI with its hashes checked, in an environment outside the repository.

It is installed once and kept (GARANT_TEST_CACHE names another place), beside the empty database that its
own ``trytond-admin`` made: that takes a minute of one processor. Workers wait for each other.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql

from tests.servers.certificates import trusting
from tests.servers.postgres import PostgresServer

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "requirements.txt"


class NoTryton(Exception):
    """Tryton is not here and could not be installed. The message says why."""


@dataclass(frozen=True)
class Installation:
    """An environment with Tryton in it, and the dump of an empty database of its."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "environment" / "bin" / "python"

    @property
    def dump(self) -> Path:
        return self.folder / "empty.sql.gz"


def cache() -> Path:
    """Where what the tests install is kept."""
    named = os.environ.get("GARANT_TEST_CACHE")
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(named) if named else home / "garant-tests"


def modules() -> list[str]:
    """The modules that the shipped map is for, as Tryton calls them."""
    lines = (HERE / "requirements.in").read_text().splitlines()
    found = [
        line.partition("==")[0].removeprefix("trytond-") for line in lines if line.startswith("trytond-")
    ]
    return [name.replace("-", "_") for name in found]


def install(server: PostgresServer) -> Installation:
    """The installation, made by who asks first.

    Raises NoTryton when it cannot be had.
    """
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    digest = hashlib.sha256(REQUIREMENTS.read_bytes() + version.encode()).hexdigest()[:16]
    folder = cache() / f"tryton-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    done = Installation(folder)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            shutil.rmtree(folder / "environment", ignore_errors=True)
            _run(sys.executable, "-m", "venv", folder / "environment")
            _run(
                done.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                "--require-hashes", "--no-deps", "-r", REQUIREMENTS,
            )  # fmt: skip
            (folder / "installed").touch()
        if not done.dump.exists():
            _make_database(server, done)
    return done


def _make_database(server: PostgresServer, installation: Installation) -> None:
    """Let Tryton make its own database, and keep it."""
    password = installation.folder / "first-password"
    password.write_text(os.urandom(12).hex())
    with server.database() as url:
        address = url.replace("+psycopg", "")
        environment = {
            "TRYTOND_DATABASE_URI": address.rpartition("/")[0] + "/",
            "TRYTONPASSFILE": str(password),
        }
        _run(
            installation.folder / "environment" / "bin" / "trytond-admin", "-d", url.rpartition("/")[2],
            "-u", "ir", "res", *modules(), "--activate-dependencies", "--email", "admin@example.org",
            more=environment,
        )  # fmt: skip
        text = _run(server.programs / "pg_dump", "--no-owner", "--no-privileges", address)
    draft = installation.dump.with_suffix(".draft")
    with gzip.open(draft, "wb") as file:
        file.write(text)
    draft.rename(installation.dump)
    password.unlink()


def template(server: PostgresServer, installation: Installation) -> str:
    """The name of an empty Tryton database on the private server; its extensions are created with it."""
    name = f"tryton_empty_{installation.folder.name.removeprefix('tryton-')}"
    return server.ensure_template(sql.Identifier(name).as_string().strip('"'), installation.dump)


def _run(*command: str | Path, more: dict[str, str] | None = None) -> bytes:
    done = subprocess.run(
        [str(part) for part in command], env={**trusting(), **(more or {})}, capture_output=True, check=False
    )
    if done.returncode != 0:
        raise NoTryton(
            f"Tryton could not be installed ({Path(str(command[0])).name} ended with {done.returncode}):\n"
            f"{done.stdout.decode()[-2000:]}{done.stderr.decode()[-2000:]}"
        )
    return done.stdout
