"""The site and its worker, killed again and again while people read, programs write, and a run is on."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from garant.demo import site as demo_site
from garant.demo.build import SMALLEST
from tests.servers.process import free_port

KILLS = 3
WRITERS = 3
PATIENCE = 90
ORGANISATION = "seipra-score"


@dataclass
class Site:
    """The demo's site in processes of its own, and what to ask it with."""

    folder: Path
    port: int
    tokens: list[str] = field(default_factory=list)
    """The officer's, then the technician's."""
    process: subprocess.Popen[str] | None = None

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-c", "from garant.cli import main; main()", *arguments]

    def environment(self) -> dict[str, str]:
        known = demo_site.environment(self.folder, self.port)
        known.pop("DJANGO_SETTINGS_MODULE", None)
        return known | {"GARANT_LANGUAGE": "en"}

    def garant(self, *arguments: str) -> str:
        """Run a command to its end; what it printed."""
        return subprocess.run(
            self.command(*arguments), env=self.environment(), check=True, capture_output=True, text=True
        ).stdout.strip()

    def start(self) -> None:
        """Serve, worker included, and wait until it answers."""
        self.process = subprocess.Popen(
            self.command("serve", "--port", str(self.port)),
            env=self.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        until(lambda: self.ask("GET", "/health")[0] == 200)

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Kill the server, its worker, and whatever job it is doing, all at once."""
        assert self.process is not None
        os.killpg(self.process.pid, how)
        self.process.wait(timeout=PATIENCE)

    def ask(
        self, method: str, path: str, body: Any = None, *, key: str = "", who: int = 0
    ) -> tuple[int, Any]:
        """Ask the site; status 0 where nobody answered."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        sent = json.dumps(body).encode() if body is not None else None
        url = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(url, sent, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            status, text = refused.code, refused.read()
        except (OSError, http.client.HTTPException):  # killed before, or in the middle of, its answer
            return 0, None
        return status, json.loads(text) if text.startswith(b"{") else text

    def api(self, path: str) -> str:
        return f"/api/v1/organisations/{ORGANISATION}{path}"

    def every(self, path: str, who: int = 0) -> Iterator[dict[str, Any]]:
        """Every item of a list, page after page."""
        cursor: Any = ""
        name = "start" if path.endswith("/entries") else "cursor"  # entries have a number
        while cursor is not None:
            page = f"{path}?limit=100" + (f"&{name}={cursor}" if cursor != "" else "")
            status, found = self.ask("GET", self.api(page), who=who)
            assert status == 200, found
            yield from found["items"]
            cursor = found["next"]


def until(reached: Callable[[], bool], every: float = 0.05) -> None:
    """Wait for a point to be reached; looking by the API is less often, or it says that this is too much."""
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(every)


@dataclass
class Crowd:
    """Programs that write, each thing once under a key, again until it is taken; and people who read."""

    site: Site
    over: threading.Event = field(default_factory=threading.Event)
    written: list[str] = field(default_factory=list)
    odd: list[tuple[int, Any]] = field(default_factory=list)
    read: int = 0

    def write(self, writer: int) -> None:
        number = 0
        while not self.over.is_set():
            number += 1
            url = f"https://hooks.example/{writer}/{number}"
            body = {"url": url, "kinds": ["webhook.ended"]}
            while True:
                status, said = self.site.ask(
                    "POST", self.site.api("/webhooks"), body, key=f"{writer}-{number}", who=1
                )
                if status == 201:
                    self.written.append(url)
                    break
                if status not in {0, 429, 503}:
                    self.odd.append((status, said))
                    return
                time.sleep(0.2)
            time.sleep(0.1)  # within what a token may ask

    def look(self) -> None:
        while not self.over.is_set():
            status, said = self.site.ask("GET", f"/p/{ORGANISATION}/fr/")
            self.read += status == 200
            if status not in {0, 200}:
                self.odd.append((status, said))
            time.sleep(0.02)

    def gather(self) -> list[threading.Thread]:
        threads = [threading.Thread(target=self.write, args=(one,)) for one in range(WRITERS)]
        threads.append(threading.Thread(target=self.look))
        for one in threads:
            one.start()
        return threads


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("site"), free_port())
    demo_site.prepare(made.folder, as_of=datetime.now(UTC).date(), people=SMALLEST, port=made.port)
    for account, rights in ((0, ("see", "approve-plan", "run")), (2, ("see", "manage-systems"))):
        scopes = [word for right in rights for word in ("--scope", right)]
        made.tokens.append(made.garant("token", "issue", "--for", demo_site.ACCOUNTS[account].email, *scopes))
    yield made
    if made.process is not None and made.process.poll() is None:
        made.kill()


@pytest.mark.slow
def test_killed_under_load_nothing_answered_is_lost_and_nothing_is_done_twice(site: Site) -> None:
    site.start()
    (plan,) = site.every("/plans")
    status, said = site.ask("POST", site.api(f"/plans/{plan['digest']}/approve"), {"digest": plan["digest"]})
    assert status == 200, said
    crowd = Crowd(site)
    threads = crowd.gather()
    status, job = site.ask("POST", site.api(f"/plans/{plan['digest']}/run"))
    assert status == 202, job
    for _ in range(KILLS):
        time.sleep(random.uniform(0.3, 2.5))
        site.kill()
        site.start()
    until(lambda: _job(site, job["key"])["state"] not in {"waiting", "running"}, every=0.5)
    until(lambda: crowd.read > 0)
    crowd.over.set()
    for one in threads:
        one.join()

    assert crowd.odd == []
    assert sorted(one["url"] for one in site.every("/webhooks", who=1)) == sorted(crowd.written)
    ended = _job(site, job["key"])
    assert ended["state"] == "done", ended
    (run,) = site.every("/runs")
    assert run["state"] == "kept", run
    receipts = [one["key"] for one in site.every("/ledger/entries") if one["kind"] == "batch.recorded"]
    assert len(receipts) == len(set(receipts)) > 0
    site.garant("ledger", "verify")


def _job(site: Site, key: str) -> Any:
    status, found = site.ask("GET", site.api(f"/jobs/{key}"))
    assert status == 200, found
    return found


def test_a_worker_ends_when_told_whatever_it_waits_for(site: Site) -> None:
    for moment in (0.0, 0.4):
        worker = subprocess.Popen(
            site.command("work"),
            env=site.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert worker.stdout is not None
        assert "The worker waits for jobs." in worker.stdout.readline()
        time.sleep(moment)
        for _ in range(3):
            worker.terminate()
        worker.communicate(timeout=PATIENCE)
        assert worker.returncode == 0
