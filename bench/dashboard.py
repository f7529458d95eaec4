"""How fast the dashboard is: `python -m bench.dashboard`. 200 promises, 10 organisations, 100,000 ledger entries.

Beside it, in the same process and round: a page of the site that shows nothing of the database but who is signed in.
Then what the installation weighs: cold start to the first page, memory of a serving process, size on disk.
"""

from __future__ import annotations

import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.notice import children

ORGANISATIONS, PROMISES, ENTRIES, PAGES, ROUNDS = 10, 200, 100_000, 60, 3
WANTED = {
    "dashboard p95, ms": 150.0,
    "queries": 15,
    "cold start, s": 5.0,
    "resident, MB": 200.0,
    "installed, MB": 250.0,
}


_WITH_EXTRAS = ("django-allauth", "psycopg")


def main() -> None:
    """Fill an installation, ask its pages, print the figures."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="garant-bench-") as folder:
        os.environ |= {"GARANT_HOME": folder, "GARANT_MFA": "optional", "DATABASE_URL": ""}
        client, organisation = filled()
        figures = asked(client, organisation)
        figures |= served(Path(folder))
    figures["installed, MB"] = installed()
    for name, value in figures.items():
        limit = WANTED.get(name)
        met = "" if limit is None else f"   target {limit:g}: {'met' if value <= limit else 'MISSED'}"
        console.print(f"{name:<34}{value:>10.1f}{met}", highlight=False)


def filled() -> tuple[Any, str]:
    """Ten organisations, each with its promises; the first with a ledger of a hundred thousand entries."""
    from garant.site import setup

    setup.prepare()
    from django.test import Client

    from garant.apps.accounts import services as accounts
    from garant.apps.controls import services as controls
    from garant.apps.controls.findings import Finding, State
    from garant.apps.evidence import services as evidence
    from garant.apps.organisations import services as organisations
    from garant.ledger import Entry, SubjectKeysDestroyed
    from garant.policy.text import Text

    evidence.create_keys()
    officer = accounts.ensure_user("dpo@demo.example")
    states = list(State)
    today = datetime.now(UTC)
    for number in range(ORGANISATIONS):
        key = f"organisation-{number}"
        organisations.create_organisation(key, f"Organisation {number}", "Europe/Paris")
        accounts.give(key, officer, accounts.Habilitation("dpo"), actor="garant")
        found = [
            Finding(
                f"promise.{one}",
                4 + one * 9 // PROMISES,
                Text(fr=f"Promesse {one}", en=f"Promise {one}"),
                states[one % 3],
                Text(fr="Ce qui a été vu, en une phrase.", en="What was seen, in a sentence."),
                one,
            )
            for one in range(PROMISES)
        ]
        for days in (2, 1, 0):
            controls.record(key, found, (today - timedelta(days=days)).date())
    for start in range(0, ENTRIES, 1000):
        evidence.append(
            "organisation-0",
            [Entry(SubjectKeysDestroyed(keys=start + one), today, "garant") for one in range(1000)],
        )
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(officer, "allauth.account.auth_backends.AuthenticationBackend")
    return client, "organisation-0"


def asked(client: Any, organisation: str) -> dict[str, float]:
    """The dashboard, the portfolio and the ledger beside a page that asks nothing."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    pages = {
        "bare page": "/o/account/",
        "dashboard": f"/o/{organisation}/",
        "portfolio": "/o/",
        "ledger": f"/o/{organisation}/ledger/",
    }
    taken: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(ROUNDS):
        for name, path in pages.items():
            for _ in range(PAGES):
                start = time.perf_counter()
                answer = client.get(path)
                assert answer.status_code == 200, path
                taken[name].append((time.perf_counter() - start) * 1000)
    figures = {f"{name} p95, ms": sorted(values)[int(len(values) * 0.95)] for name, values in taken.items()}
    figures["dashboard, times the bare page"] = statistics.median(taken["dashboard"]) / statistics.median(
        taken["bare page"]
    )
    with CaptureQueriesContext(connection) as queries:
        client.get(pages["dashboard"])
    figures["queries"] = float(len(queries))
    return figures


def served(home: Path) -> dict[str, float]:
    """From the command to the first page, the static files gathered; and what a serving process holds."""
    port = free_port()
    environment = {**os.environ, "GARANT_HOME": str(home), "GARANT_URL": f"http://127.0.0.1:{port}"}
    command = [
        sys.executable,
        "-c",
        "from garant.cli import main; main()",
        "serve",
        "--port",
        str(port),
        "--no-worker",
    ]
    times: list[float] = []
    resident = 0.0
    for _ in range(ROUNDS):
        start = time.perf_counter()
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as server:
            first_page(port)
            times.append(time.perf_counter() - start)
            for _ in range(50):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/").read()
            resident = max(resident, *(memory(pid) for pid in children(server.pid)))
            server.terminate()
    return {"cold start, s": statistics.median(times), "resident, MB": resident}


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def first_page(port: int) -> None:
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read()
        except OSError:
            time.sleep(0.02)
        else:
            return


def memory(pid: str) -> float:
    """Resident memory of a process in megabytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1000
    return 0.0


def installed() -> float:
    """Megabytes of Garant and of what it needs, as pip lays it down, without compiled bytecode and pip itself."""
    import importlib.metadata as metadata

    names, seen = ["garant"], set[str]()
    size = 0
    while names:
        name = names.pop().lower()
        if name in seen:
            continue
        seen.add(name)
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        for file in found.files or ():
            path = Path(str(found.locate_file(file)))
            if path.suffix != ".pyc" and path.is_file():
                size += path.stat().st_size
        wanted = [one for one in found.requires or () if "extra ==" not in one or name in _WITH_EXTRAS]
        names += [match[0] for one in wanted if (match := re.match(r"[\w.-]+", one))]
    package = Path(__file__).resolve().parents[1] / "src" / "garant"
    size += sum(
        path.stat().st_size for path in package.rglob("*") if path.is_file() and path.suffix != ".pyc"
    )
    return size / 1e6


if __name__ == "__main__":
    main()
