"""Python processes that begin with everything imported: each is forked, and saves the second that its imports would take.

They are processes like others: their own environment, folder, standard output and error; they can be waited for,
interrupted and killed. Nothing that reads the environment is imported before the fork: neither Django's settings nor
anything that needs them.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "from garant.cli import main; main()"


class Forked:
    """A process, as `subprocess.Popen` shows it."""

    def __init__(self, code: str, arguments: tuple[str, ...], *, cwd: Path, env: Mapping[str, str]) -> None:
        order = {"code": code, "arguments": arguments, "cwd": str(cwd), "env": dict(env)}
        (out, out_end), (err, err_end), (told, tell) = os.pipe(), os.pipe(), os.pipe()
        try:
            _nursery().send(order, (out_end, err_end, tell))
        finally:
            for end in (out_end, err_end, tell):
                os.close(end)
        self.stdout: IO[str] = TextIOWrapper(os.fdopen(out, "rb"))
        self.stderr: IO[str] = TextIOWrapper(os.fdopen(err, "rb"))
        self._told = os.fdopen(told, "r")
        self.pid = int(self._told.readline())
        self.returncode: int | Any = None

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """The exit code. Raises subprocess.TimeoutExpired."""
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return code

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._told], [], [], timeout)[0]:
            self.returncode = int(self._told.readline())
            self._told.close()
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """What it says until its end. Raises subprocess.TimeoutExpired."""
        end = None if timeout is None else time.monotonic() + timeout
        said: dict[str, str] = {}
        readers = [
            threading.Thread(
                target=lambda name=name, pipe=pipe: said.update({name: pipe.read()}), daemon=True
            )
            for name, pipe in (("out", self.stdout), ("err", self.stderr))
        ]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(None if end is None else max(0, end - time.monotonic()))
        self.wait(None if end is None else max(0, end - time.monotonic()))
        if any(reader.is_alive() for reader in readers):
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        self.stdout.close()
        self.stderr.close()
        return said["out"], said["err"]

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """-9."""
        self.send_signal(signal.SIGKILL)


class _Nursery:
    """The process that has everything imported, and forks the others."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", f"from {__name__} import nurse; nurse({theirs.fileno()})"],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self._socket = ours
        atexit.register(self.close)

    def send(self, order: dict[str, Any], ends: tuple[int, ...]) -> None:
        socket.send_fds(self._socket, [json.dumps(order).encode()], ends)

    def close(self) -> None:
        self._socket.close()
        self._process.wait(10)


_started: list[_Nursery] = []


def _nursery() -> _Nursery:
    if not _started:
        _started.append(_Nursery())
    return _started[0]


EARLY = (
    "allauth.core.ratelimit",
    "allauth.utils",
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "csp.checks",
    "dbos",
    "django.contrib.auth.hashers",
    "django.contrib.auth.management",
    "django.contrib.auth.password_validation",
    "django.contrib.staticfiles.checks",
    "django.core.management",
    "django.core.serializers",
    "django.db.backends.sqlite3.base",
    "django.db.migrations.executor",
    "django.db.models",
    "django.forms",
    "django.shortcuts",
    "django.template.loader",
    "django.test.signals",
    "django.urls",
    "django.views.generic",
    "django_scopes",
    "garant.apps.policies.documents",
    "garant.apps.promises.opening.workspace",
    "garant.apps.rights.words",
    "garant.cli",
    "garant.engine",
    "garant.engine.telling.export",
    "garant.engine.planning.subject",
    "garant.engine.planning.survey",
    "garant.ledger",
    "garant.policy",
    "garant.systems.archive.connector",
    "garant.systems.checks.manual",
    "garant.systems.checks.static",
    "garant.systems.loader",
    "garant.systems.sql",
    "multiprocessing.reduction",
    "phonenumbers",
    "psycopg",
    "pymysql",
    "rich._emoji_codes",
    "rich.console",
    "rich.table",
    "ruamel.yaml",
    "sqlalchemy.dialects.mysql.pymysql",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "sqlglot.dialects",
    "sqlglot.dialects.sqlite",
    "sqlparse",
    "typer.rich_utils",
)
"""What a command imports sooner or later, and what asks for no setting."""


def _entries() -> list[str]:
    """What each room writes in the ledger."""
    rooms = (ROOT / "src" / "garant" / "apps").glob("*/entries.py")
    return [f"garant.apps.{file.parent.name}.entries" for file in rooms]


def _migrations() -> list[str]:
    """How the tables of each room came to be, where it is said without a model or a setting."""
    files = (ROOT / "src" / "garant" / "apps").glob("*/migrations/0*.py")
    told = [file for file in files if not re.search(r"\bsettings\b|garant\.apps", file.read_text())]
    return [f"garant.apps.{file.parent.parent.name}.migrations.{file.stem}" for file in told]


def _read_example() -> None:
    """What nearly every command reads first: the same texts are not parsed again by each."""
    from garant.policy import load_policy, yaml_source
    from garant.systems.checks.manual import check_manual
    from garant.systems.checks.static import check_map
    from garant.systems.loader import LoadedMap, load_folder
    from tests.support.parsing import remembering

    yaml_source._Reader.read = remembering(yaml_source._Reader.read)
    os.chdir(ROOT / "examples" / "seipra-score")
    policy = load_policy(Path("policy")).document
    for one in load_folder(Path("maps")).values():
        for _ in check_map(one, policy) if isinstance(one, LoadedMap) else check_manual(one, policy):
            pass
    os.chdir(ROOT)


def nurse(number: int) -> None:
    """Take orders until nobody is left who gives any; in a child, do what the order says and end as Python ends."""
    import gc
    from importlib import import_module

    for name in (*EARLY, *_entries(), *_migrations()):
        import_module(name)
    _read_example()
    from django.conf import settings

    assert not settings.configured
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, _bury)
    with socket.socket(fileno=number) as orders:
        while True:
            order, ends, _, _ = socket.recv_fds(orders, 1 << 20, 3)
            if not order:
                return
            if os.fork() == 0:
                break
            for end in ends:
                os.close(end)
    _watch(json.loads(order), *ends)


def _bury(*_: object) -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _watch(order: dict[str, Any], out: int, err: int, tell: int) -> None:
    """Fork the process of the order; tell its number, and how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        os.close(tell)
        _become(order, out, err)
        return
    for end in (out, err):
        os.close(end)
    os.write(tell, f"{child}\n".encode())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _, status = os.waitpid(child, 0)
    os.write(tell, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(order: dict[str, Any], out: int, err: int) -> None:
    """Run the code as `python -c` does; whatever it raises is Python's to handle."""
    for end, usual in ((out, 1), (err, 2)):
        os.dup2(end, usual)
        os.close(end)
    # An interrupt is one, even where whoever started the tests ignored them.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["cwd"])
    sys.argv = ["-c", *order["arguments"]]
    exec(compile(order["code"], "<string>", "exec"), {"__name__": "__main__"})
