"""Where PostgreSQL's programs are; Debian's package is installed when it is missing and we may."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGE = "postgresql-15"
_CLUSTER_SETTINGS = Path("/etc/postgresql-common/createcluster.conf")


class NoPostgres(Exception):
    """PostgreSQL is not here and may not be installed. The message says what to type."""


def programs() -> Path:
    """The folder holding ``initdb`` and ``postgres``, installing the Debian package if need be.

    Raises NoPostgres when there is none and this process may not install one.
    """
    found = _find()
    if found is None:
        _install()
        found = _find()
    if found is None:
        raise NoPostgres(f"{PACKAGE} was installed, yet its programs are not where Debian puts them.")
    return found


def _find() -> Path | None:
    named = os.environ.get("GARANT_POSTGRES_PROGRAMS")
    candidates = [Path(named)] if named else [Path("/usr/lib/postgresql/15/bin"), *_on_path()]
    return next((folder for folder in candidates if (folder / "initdb").is_file()), None)


def _on_path() -> list[Path]:
    initdb = shutil.which("initdb")
    return [Path(initdb).resolve().parent] if initdb else []


def _install() -> None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise NoPostgres(
            "The tests need PostgreSQL 15 and it is not installed; this user may not install it.\n"
            f"On Debian 12, type: sudo apt-get install -y {PACKAGE}\n"
            "Elsewhere, name the folder of initdb and postgres in GARANT_POSTGRES_PROGRAMS."
        )
    print(
        f"Installing Debian's {PACKAGE} (no system cluster is made or started)…", file=sys.stderr, flush=True
    )
    _apt("update")
    _apt("install", "postgresql-common")
    _forbid_system_cluster()
    _apt("install", PACKAGE)


def _apt(action: str, *packages: str) -> None:
    done = subprocess.run(
        ["apt-get", action, "-y", "-qq", "--no-install-recommends", *packages],
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise NoPostgres(f"apt-get {action} {' '.join(packages)} failed:\n{done.stdout}{done.stderr}")


def _forbid_system_cluster() -> None:
    """Debian's package would otherwise create and start a server of its own on port 5432."""
    lines = _CLUSTER_SETTINGS.read_text().splitlines() if _CLUSTER_SETTINGS.is_file() else []
    kept = [line for line in lines if not line.startswith("create_main_cluster")]
    _CLUSTER_SETTINGS.write_text("\n".join([*kept, "create_main_cluster = false", ""]))
