"""PostgreSQL as a process of ours: nothing is flushed, nothing outlives the run."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

from tests.servers.installation import POSTGRESQL
from tests.servers.process import Command, Server

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
    "jit": "off",
    "log_min_messages": "fatal",
}


class Postgres(Server):
    software = POSTGRESQL
    accounts = ("postgres",)
    quickly = signal.SIGINT
    at_once = signal.SIGQUIT

    def prepare(self, secret: Path) -> None:
        secret.write_text(self.password)
        self.run(
            [
                self.programs / "initdb",
                "--pgdata", self.folder / "data",
                "--username", "postgres",
                "--pwfile", secret,
                "--auth", "scram-sha-256",
                "--encoding", "UTF8",
                "--locale", "C.UTF-8",
                "--no-sync",
            ]
        )  # fmt: skip

    def command(self) -> Command:
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        return [
            self.programs / "postgres",
            "-D", self.folder / "data",
            "-p", str(self.port),
            "-k", self.folder,
            *options,
        ]  # fmt: skip

    def answers(self) -> bool:
        command = [self.programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0
