"""A Tryton in a process of its own, asked line by line; it lives from one question to the next."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.tryton.live.installation import HERE, Installation

SETTINGS = """
[database]
path = {files}
[attachment]
filestore = True
[account_invoice]
filestore = False
"""


class Talk:
    """One running Tryton on one database."""

    def __init__(self, installation: Installation, url: str, files: Path) -> None:
        server, _, self.database = url.replace("+psycopg", "").rpartition("/")
        settings = files.parent / f"{self.database}.conf"
        settings.write_text(SETTINGS.format(files=files))
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TRYTON")}
        self._log = files.parent / f"{self.database}.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [installation.python, HERE / "driver.py", self.database],
                env={**kept, "TRYTOND_CONFIG": str(settings), "TRYTOND_DATABASE_URI": f"{server}/x"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def ask(self, do: str, **more: Any) -> Any:
        """One question, its answer. What Tryton objects fails the test."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, self._log.read_text()[-3000:]
        said = json.loads(line)
        assert "problem" not in said, said["problem"]
        return said["answer"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()
