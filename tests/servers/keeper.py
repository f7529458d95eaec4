"""Keeps one private server for as long as the test run that asked for it lives.

A process of its own, so that the server is stopped and its folder removed however the run ends:
well, on Ctrl-C, or killed. Run as ``python -m tests.servers.keeper KIND ANNOUNCEMENT OWNER_PID``.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

from tests.servers.installation import NoServer
from tests.servers.mariadb_process import Mariadb
from tests.servers.postgres_process import Postgres
from tests.servers.process import Server, in_memory

KINDS: dict[str, type[Server]] = {"postgres": Postgres, "mariadb": Mariadb}


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


def keep(kind: type[Server], path: Path, owner: int) -> None:
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server: Server | None = None
    try:
        server = kind(in_memory())
        server.start()
        announce(path, server.announcement())
        while not stopping and alive(owner):
            time.sleep(0.1)
    except NoServer as problem:
        announce(path, {"problem": str(problem)})
    finally:
        if server is not None:
            server.stop()


if __name__ == "__main__":
    keep(KINDS[sys.argv[1]], Path(sys.argv[2]), int(sys.argv[3]))
