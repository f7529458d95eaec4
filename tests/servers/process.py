"""One database server as a process of ours: its data, socket and log in one temporary folder."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests.servers.installation import NoServer, Software

START_SECONDS = 60
STOP_SECONDS = 15
MEMORY = 4 * 1024**3
"""Bytes that must be free where a server has its files in memory."""

Command = Sequence[str | Path]


def account(*names: str) -> dict[str, str | int | list[int]]:
    """Databases refuse to run as root: then they run as the first of these accounts that there is."""
    if os.geteuid() != 0:
        return {}
    entry = next(entry for entry in pwd.getpwall() for name in names if entry.pw_name == name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def in_memory() -> Path | None:
    """Where files are memory, if there is plenty of it; None where a server has to have them on a disk.

    A database is copied there, or made and dropped, in a tenth of the time: each is hundreds of files.
    """
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < MEMORY:
        return None
    said = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    return memory if int(said["MemAvailable"].split()[0]) * 1024 > MEMORY else None


def free_port() -> int:
    """A port that nobody has, and that nobody is given by chance before it is used: connections begin at 32768."""
    while True:
        port = 10_240 + secrets.randbelow(32_768 - 10_240)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _within(room: int | None) -> list[str]:
    """What a command begins with, so that no file of it grows beyond so many bytes: ulimit counts 512 at a time."""
    return (
        []
        if room is None
        else ["sh", "-c", 'trap "" XFSZ; ulimit -f "$1"; shift; exec "$@"', "sh", str(room // 512)]
    )


class Server(ABC):
    """A server of some software: made ready, started, asked whether it answers, stopped."""

    software: Software
    accounts: tuple[str, ...]
    quickly: signal.Signals
    """What makes it stop without waiting for whoever is connected."""
    at_once: signal.Signals

    def __init__(self, place: Path | None = None) -> None:
        self.programs = self.software.programs()
        self.account = account(*self.accounts)
        self.folder = Path(tempfile.mkdtemp(prefix="garant-server-", dir=place))
        self.port = free_port()
        self.password = secrets.token_urlsafe(18)
        self.process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def prepare(self, secret: Path) -> None:
        """Make the data folder; ``secret`` is a file that the server's account alone reads."""

    @abstractmethod
    def command(self) -> Command:
        """What runs the server."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it takes connections."""

    def start(self) -> None:
        if "user" in self.account:
            shutil.chown(self.folder, self.account["user"], self.account["group"])
        secret = self._secret()
        self.prepare(secret)
        self._launch()
        secret.unlink()

    def away(self, sent: signal.Signals) -> None:
        """End it, its data kept."""
        assert self.process is not None
        self.process.send_signal(sent)
        self.process.wait(START_SECONDS)

    def back(self, room: int | None = None) -> None:
        """Start it again on the same data; no file of it may grow beyond ``room`` bytes."""
        secret = self._secret()
        self._launch(room)
        secret.unlink()

    def _secret(self) -> Path:
        secret = self.folder / "secret"
        secret.touch(mode=0o600)
        if "user" in self.account:
            shutil.chown(secret, self.account["user"], self.account["group"])
        return secret

    def _launch(self, room: int | None = None) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*_within(room), *(str(part) for part in self.command())],
                cwd=self.folder,
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                **self.account,
            )
        self._wait_until_ready()

    def run(self, command: Command) -> None:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            **self.account,
        )
        if done.returncode != 0:
            raise NoServer(f"{Path(command[0]).name} failed:\n{done.stdout}{done.stderr}")

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process is None or self.process.poll() is not None or time.monotonic() > end:
                raise NoServer(f"{self.software.name} did not start:\n{(self.folder / 'log').read_text()}")
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.quickly)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.send_signal(self.at_once)
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
