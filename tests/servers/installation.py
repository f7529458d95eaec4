"""Where a database's programs are; Debian's package is installed when it is missing and we may."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_CLUSTER_SETTINGS = Path("/etc/postgresql-common/createcluster.conf")


class NoServer(Exception):
    """A server is not here and may not be installed, or did not start. The message says what to type."""


def forbid_system_cluster() -> None:
    """Debian's package would otherwise create and start a server of its own on port 5432."""
    _apt("install", "postgresql-common")
    lines = _CLUSTER_SETTINGS.read_text().splitlines() if _CLUSTER_SETTINGS.is_file() else []
    kept = [line for line in lines if not line.startswith("create_main_cluster")]
    _CLUSTER_SETTINGS.write_text("\n".join([*kept, "create_main_cluster = false", ""]))


@dataclass(frozen=True)
class Software:
    """A database server as Debian packages it."""

    name: str
    packages: tuple[str, ...]
    program: str
    """The program that shows where the others are."""
    folder: Path
    variable: str
    """The environment variable that names another folder."""
    besides: tuple[str, ...] = ()
    """Other programs of that folder that tests call, where Debian packages them apart."""
    before: Callable[[], None] = lambda: None
    """What keeps its installation from starting a server of the system's own."""

    def programs(self) -> Path:
        """The folder holding the programs, installing Debian's packages if need be.

        Raises NoServer when there is none and this process may not install one.
        """
        found = self.find()
        if found is None:
            self._install()
            found = self.find()
        if found is None:
            raise NoServer(f"{self.name} was installed, yet its programs are not where Debian puts them.")
        return found

    def find(self) -> Path | None:
        """Where the programs are now."""
        named = os.environ.get(self.variable)
        candidates = [Path(named)] if named else [self.folder, *self._on_path()]
        return next((folder for folder in candidates if self._is_whole(folder)), None)

    def _is_whole(self, folder: Path) -> bool:
        return all((folder / program).is_file() for program in (self.program, *self.besides))

    def _on_path(self) -> list[Path]:
        found = shutil.which(self.program)
        return [Path(found).resolve().parent] if found else []

    def _install(self) -> None:
        packages = " ".join(self.packages)
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            raise NoServer(
                f"The tests need {self.name} and it is not installed; this user may not install it.\n"
                f"On Debian 12, type: sudo apt-get install -y {packages}\n"
                f"Elsewhere, name the folder of {self.program} in {self.variable}."
            )
        print(f"Installing Debian's {packages} (no system server is started)…", file=sys.stderr, flush=True)
        _apt("update")
        self.before()
        _apt("install", *self.packages)


POSTGRESQL = Software(
    "PostgreSQL 15",
    ("postgresql-15",),
    "initdb",
    Path("/usr/lib/postgresql/15/bin"),
    "GARANT_POSTGRES_PROGRAMS",
    before=forbid_system_cluster,
)
# These packages hold the programs alone: no service, no account.
MARIADB = Software(
    "MariaDB 10.11",
    ("mariadb-server-core", "mariadb-client"),
    "mariadb-install-db",
    Path("/usr/bin"),
    "GARANT_MARIADB_PROGRAMS",
    ("mariadb-dump",),
)
# Where a system manager runs, Debian starts it on its usual ports; the tests' own server has others.
DOVECOT = Software("Dovecot 2.3", ("dovecot-imapd",), "dovecot", Path("/usr/sbin"), "GARANT_DOVECOT_PROGRAMS")


def _apt(action: str, *packages: str) -> None:
    done = subprocess.run(
        ["apt-get", action, "-y", "-qq", "--no-install-recommends", *packages],
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise NoServer(f"apt-get {action} {' '.join(packages)} failed:\n{done.stdout}{done.stderr}")
