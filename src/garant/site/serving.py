"""Serving the site: granian in front of Django, its static files gathered first."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from garant.site import setup

THREADS: Final = 4
"""Requests that one process works on at a time."""

PATIENCE: Final = 10
"""Seconds that the worker is given to end by itself."""


def gather() -> Path:
    """Copy the static files, named by their content and compressed, where the server takes them from."""
    setup.wake()
    from django.conf import settings
    from django.core.management import call_command

    root = Path(settings.GARANT_STATIC)
    root.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (root.parent / "static.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        settings.STATIC_ROOT = root
        settings.STORAGES["staticfiles"]["BACKEND"] = (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
        call_command("collectstatic", interactive=False, verbosity=0)
    return root


@contextmanager
def working() -> Iterator[None]:
    """Have a worker of the site's jobs beside, in a process of its own, for as long as the site is served."""
    command = [sys.executable, "-c", "from garant.cli import main; main()", "work"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:  # what it was doing is taken up again by the next one
            process.kill()
            process.wait()


def serve(host: str, port: int, *, workers: int = 1) -> None:
    """Answer until told to stop. Several processes share nothing but the database.

    Raises OSError: the port is taken.
    """
    from granian.constants import Interfaces
    from granian.server import Server

    gather()
    os.environ["DJANGO_SETTINGS_MODULE"] = "garant.site.settings"
    Server(
        "garant.site.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        log_access=False,
        websockets=False,
    ).serve()


def is_free(host: str, port: int) -> bool:
    """Whether a server may listen there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError:
            return False
    return True
