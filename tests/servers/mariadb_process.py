"""MariaDB as a process of ours: nothing is flushed, nothing outlives the run."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pymysql

from tests.servers import mariadb_zones
from tests.servers.installation import MARIADB, NoServer
from tests.servers.process import Command, Server

SETTINGS = {
    "bind-address": "127.0.0.1",
    "skip-name-resolve": "1",
    "character-set-server": "utf8mb4",
    "collation-server": "utf8mb4_unicode_ci",
    "default-time-zone": "+00:00",
    "max-connections": "120",
    "innodb-flush-method": "nosync",
    "innodb-flush-log-at-trx-commit": "0",
    "innodb-doublewrite": "0",
    "innodb-buffer-pool-size": "128M",
    "innodb-log-file-size": "64M",
}


class Mariadb(Server):
    software = MARIADB
    accounts = ("mysql", "nobody")
    quickly = signal.SIGTERM
    at_once = signal.SIGKILL

    def prepare(self, secret: Path) -> None:
        self.run(
            [
                self.programs / "mariadb-install-db",
                "--no-defaults",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--skip-name-resolve",
                "--innodb-log-file-size=16M",
                "--innodb-flush-method=nosync",
                f"--datadir={self.folder / 'data'}",
                self._own_place(),
            ]
        )
        # Read by the server as it starts, before it takes connections.
        secret.write_text(
            "DELETE FROM mysql.global_priv WHERE User <> 'mariadb.sys';\nFLUSH PRIVILEGES;\n"
            f"CREATE USER tester@'127.0.0.1' IDENTIFIED BY '{self.password}';\n"
            "GRANT ALL ON *.* TO tester@'127.0.0.1' WITH GRANT OPTION;\n"
            + "".join(f"{statement};\n" for statement in mariadb_zones.statements())
        )

    def command(self) -> Command:
        return [
            self._server(),
            "--no-defaults",
            f"--datadir={self.folder / 'data'}",
            f"--socket={self.folder / 'socket'}",
            f"--pid-file={self.folder / 'pid'}",
            f"--init-file={self.folder / 'secret'}",
            f"--port={self.port}",
            self._own_place(),
            *(f"--{name}={value}" for name, value in SETTINGS.items()),
        ]

    def answers(self) -> bool:
        try:
            pymysql.connect(
                host="127.0.0.1", port=self.port, user="tester", password=self.password, connect_timeout=5
            ).close()
        except pymysql.err.OperationalError:
            return False
        return True

    def _own_place(self) -> str:
        """A server that starts removes what another one has in the same place, and that one falls (10.11)."""
        return f"--tmpdir={self.folder}"

    def _server(self) -> Path:
        """Debian keeps it apart from the other programs."""
        for folder in (self.programs, self.programs.parent / "sbin", Path("/usr/sbin")):
            if (folder / "mariadbd").is_file():
                return folder / "mariadbd"
        found = shutil.which("mariadbd")
        if found is None:
            raise NoServer("mariadbd is nowhere beside mariadb-install-db.")
        return Path(found)
