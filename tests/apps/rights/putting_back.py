"""A backup of Garant's own state in a test, and that backup put back on a machine where nothing is: as the manual says it.

In it are its database, the state of its runs, the archives and the checkpoints; the keys are backed up apart. What else is in
its folder is not there any more.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.db import connection

from garant.apps.backups.services import unread
from tests.support.laying import forget

IN_IT = ("workflows.sqlite3", "checkpoints")
APART = ("keys", "maps", "systems", "file.sqlite", "elsewhere")
"""What stays: the keys, the maps, the systems, and what is kept on another machine; in a test they lie beside."""


class Backup:
    """What was so when it was made."""

    def __init__(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self._folder = folder
        _copy(Path(settings.GARANT_HOME), folder, IN_IT)
        archive = Path(os.environ["GARANT_ARCHIVE"])
        if archive.exists():
            shutil.copytree(archive, folder / "archive")
        connection.ensure_connection()
        with closing(sqlite3.connect(folder / "garant.sqlite3")) as there:
            connection.connection.backup(there)

    def put_back(self, *, beside: str = "") -> None:
        """The machine was lost; the next one starts its worker.

        By hand, on the same machine, something newer may stay beside it: a file of this name.
        """
        home, archive = Path(settings.GARANT_HOME), Path(os.environ["GARANT_ARCHIVE"])
        for one in home.iterdir():
            if one.name not in (*APART, beside):
                shutil.rmtree(one) if one.is_dir() else one.unlink()
        shutil.rmtree(archive, ignore_errors=True)
        _copy(self._folder, home, tuple(one for one in IN_IT if one != beside))
        if (self._folder / "archive").exists():
            shutil.copytree(self._folder / "archive", archive)
        with closing(sqlite3.connect(self._folder / "garant.sqlite3")) as kept:
            kept.backup(connection.connection)
        forget()
        unread.flag(home, "ab" * 32)
        unread.notice()


def _copy(source: Path, target: Path, names: tuple[str, ...]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for name in names:
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name)
        elif (source / name).exists():
            with (
                closing(sqlite3.connect(source / name)) as here,
                closing(sqlite3.connect(target / name)) as there,
            ):
                here.backup(there)
