"""Keeps one private PostgreSQL for as long as the test run that asked for it lives.

A process of its own, so that the server is stopped and its folder removed however the run ends:
well, on Ctrl-C, or killed. Run as ``python -m tests.servers.keeper ANNOUNCEMENT OWNER_PID``.
"""

from __future__ import annotations

import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.servers.installation import NoPostgres, programs

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_min_messages": "fatal",
}
START_SECONDS = 60
STOP_SECONDS = 15


def account() -> dict[str, str | int | list[int]]:
    """PostgreSQL refuses to run as root: then it runs as Debian's own account for it."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam("postgres")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One PostgreSQL process, its data and its socket in one temporary folder."""

    def __init__(self) -> None:
        self.programs = programs()
        self.account = account()
        self.folder = Path(tempfile.mkdtemp(prefix="garant-postgres-"))
        self.port = free_port()
        self.password = secrets.token_urlsafe(18)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        secret = self.folder / "password"
        secret.write_text(self.password)
        if "user" in self.account:
            for path in (self.folder, secret):
                shutil.chown(path, self.account["user"], self.account["group"])
        self._initdb(secret)
        secret.unlink()
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        self.process = subprocess.Popen(
            [
                self.programs / "postgres",
                "-D",
                self.folder / "data",
                "-p",
                str(self.port),
                "-k",
                self.folder,
                *options,
            ],
            cwd=self.folder,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("wb"),
            **self.account,
        )
        self._wait_until_ready()

    def _initdb(self, secret: Path) -> None:
        command = [
            self.programs / "initdb",
            "--pgdata", self.folder / "data",
            "--username", "postgres",
            "--pwfile", secret,
            "--auth", "scram-sha-256",
            "--encoding", "UTF8",
            "--locale", "C.UTF-8",
            "--no-sync",
        ]  # fmt: skip
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, check=False, **self.account
        )
        if done.returncode != 0:
            raise NoPostgres(f"initdb failed:\n{done.stderr}")

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + START_SECONDS
        command = [self.programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(command, check=False).returncode != 0:
            if self.process is None or self.process.poll() is not None or time.monotonic() > end:
                raise NoPostgres(f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()}")
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(STOP_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)

    def announcement(self) -> dict[str, object]:
        return {
            "port": self.port,
            "password": self.password,
            "folder": str(self.folder),
            "programs": str(self.programs),
            "keeper": os.getpid(),
        }


def announce(path: Path, content: dict[str, object]) -> None:
    """Written whole or not at all: others wait for this file to appear."""
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(content))
    draft.rename(path)


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def keep(path: Path, owner: int) -> None:
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server: Server | None = None
    try:
        server = Server()
        server.start()
        announce(path, server.announcement())
        while not stopping and alive(owner):
            time.sleep(0.1)
    except NoPostgres as problem:
        announce(path, {"problem": str(problem)})
    finally:
        if server is not None:
            server.stop()


if __name__ == "__main__":
    keep(Path(sys.argv[1]), int(sys.argv[2]))
