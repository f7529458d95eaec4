"""PostgreSQL's own programs, which take a database as it is at one instant and put it back in one transaction."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from garant.apps.backups import refusals
from garant.apps.promises.opening.discretion import scrub

_NAMES = {"NAME": "dbname", "USER": "user", "HOST": "host", "PORT": "port"}


def dump(database: Mapping[str, Any], snapshot: str, out: Path) -> None:
    """Write a database, as a transaction sees it that exported its snapshot, in pg_dump's custom format."""
    _run("pg_dump", database, "--format=custom", f"--snapshot={snapshot}", f"--file={out}")
    out.chmod(0o600)


def restore(database: Mapping[str, Any], dumped: Path) -> None:
    """Put a dump into an empty database: all of it or, killed or refused, nothing."""
    options = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-acl")
    _run("pg_restore", database, *options, str(dumped))


def connect(database: Mapping[str, Any], **options: Any) -> psycopg.Connection[Any]:
    """A connection of our own, beside Django's."""
    return psycopg.connect(
        conninfo(database), password=str(database.get("PASSWORD") or "") or None, **options
    )


def conninfo(database: Mapping[str, Any]) -> str:
    """How libpq reaches a database of Django's settings; the password goes apart, never as an argument."""
    named = {ours: str(database[theirs]) for theirs, ours in _NAMES.items() if database.get(theirs)}
    options = {name: value for name, value in database.get("OPTIONS", {}).items() if isinstance(value, str)}
    return make_conninfo(**named, **options)


@contextmanager
def scratch(database: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """An empty database on the same server, that goes at the end."""
    name = f"garant_drill_{secrets.token_hex(6)}"
    with connect(database, autocommit=True) as server:
        try:
            server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        except psycopg.Error as error:
            raise refusals.no_scratch(scrub(str(error)).splitlines()[0]) from None
    try:
        yield {**database, "NAME": name}
    finally:
        with connect(database, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _run(tool: str, database: Mapping[str, Any], *options: str) -> None:
    program = shutil.which(tool)
    if program is None:
        raise refusals.tool_missing(tool)
    password = str(database.get("PASSWORD") or "")
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program, without a shell
        [program, "--no-password", f"--dbname={conninfo(database)}", *options],
        capture_output=True,
        env=environment,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = scrub(done.stderr).strip().splitlines() or [str(done.returncode)]
        raise refusals.tool_failed(tool, lines[0][:300])
