"""How fast the public notice is: `python -m bench.notice`.

Ours and a bare Django view that returns a constant, each on granian with the same settings and one process, asked in
turn, round after round. Ratios are taken within a round: seconds depend on the machine, and processor time is what a
busy one leaves comparable. Then the first paint, in Chromium on a slow telephone.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
POLICY = ROOT / "examples" / "seipra-score" / "policy"
PAGE = "/p/seipra-score/fr/"
TICKS = os.sysconf("SC_CLK_TCK")
CONNECTIONS = 8

WANTED = {"p95": 15.0, "per second": 500.0, "ratio": 3.0, "paint": 900.0}
"""Milliseconds at most, requests at least, times the bare view at most, milliseconds at most."""


@dataclass(frozen=True)
class Asked:
    """What one round of requests to one server cost."""

    seconds: float
    processor: float
    latencies: list[float]

    @property
    def count(self) -> int:
        return len(self.latencies)

    @property
    def p95(self) -> float:
        return sorted(self.latencies)[int(self.count * 0.95)] * 1000


@dataclass(frozen=True)
class Server:
    """A granian of one process."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    path: str

    def processor(self) -> float:
        """Seconds of processor time used so far, by the server and its worker."""
        mine = [str(self.process.pid), *children(self.process.pid)]
        fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in mine]
        return sum(int(each[11]) + int(each[12]) for each in fields) / TICKS

    def resident(self) -> int:
        """Bytes of memory of the worker."""
        sizes = [
            int(line.split()[1])
            for pid in children(self.process.pid)
            for line in Path(f"/proc/{pid}/status").read_text().splitlines()
            if line.startswith("VmRSS")
        ]
        return max(sizes, default=0) * 1024

    def ask(self, requests: int, connections: int) -> Asked:
        """Requests over kept connections, one after the other on each."""
        latencies: list[float] = []
        share = requests // connections
        threads = [threading.Thread(target=self._ask, args=(share, latencies)) for _ in range(connections)]
        used, start = self.processor(), time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return Asked(time.perf_counter() - start, self.processor() - used, latencies)

    def _ask(self, requests: int, latencies: list[float]) -> None:
        line = f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            for _ in range(requests):
                start = time.perf_counter()
                connection.sendall(line)
                answer(connection)
                latencies.append(time.perf_counter() - start)


def answer(connection: socket.socket) -> bytes:
    """One whole answer. Raises SystemExit where it is not 200."""
    read = b""
    while b"\r\n\r\n" not in read:
        read += connection.recv(65536)
    head, _, body = read.partition(b"\r\n\r\n")
    if b" 200 " not in head.splitlines()[0]:
        raise SystemExit(head.decode())
    named = {
        name.lower(): value for name, _, value in (line.partition(b":") for line in head.splitlines()[1:])
    }
    while len(body) < int(named[b"content-length"]):
        body += connection.recv(65536)
    return body


def children(pid: int) -> list[str]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return found + [inner for child in found for inner in children(int(child))]


@contextmanager
def served(
    name: str, application: str, path: str, environment: dict[str, str], *, workers: int = 1
) -> Iterator[Server]:
    """A granian, ready to answer; stopped at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", str(workers), "--blocking-threads", "4",
        "--host", "127.0.0.1", "--port", str(port), "--no-ws", "--log-level", "error", application,
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
    try:
        server = Server(name, port, process, path)
        for _ in range(300):
            try:
                server._ask(1, [])
                break
            except (OSError, KeyError):
                time.sleep(0.1)
        server.ask(200, 1)
        yield server
    finally:
        process.terminate()
        process.wait(20)


def publish(home: Path) -> None:
    """An installation with the reference policy in force."""
    os.environ["GARANT_HOME"] = str(home)
    from garant.site import serving, setup

    setup.prepare()
    from garant.apps.evidence import services as evidence
    from garant.apps.organisations import services as organisations
    from garant.apps.policies import services as policies
    from garant.policy import load_policy

    evidence.create_keys()
    policy = load_policy(POLICY).document
    key = policy.organisation.key
    organisations.create_organisation(key, policy.organisation.name, policy.organisation.time_zone)
    version = policies.import_document(policy, actor="writer")
    policies.submit(key, version.key, actor="writer")
    policies.approve(key, version.key, digest=version.digest, actor="reviewer")
    policies.publish(key, version.key, on=_today(policy.organisation.time_zone), actor="reviewer")
    serving.gather()


def _today(zone: str) -> date:
    from zoneinfo import ZoneInfo

    return datetime.now(UTC).astimezone(ZoneInfo(zone)).date()


def compare(ours: Server, bare: Server, rounds: int, requests: int) -> Table:
    """Both servers, in turn, round after round."""
    ratios: dict[str, list[float]] = {"processor": [], "seconds": []}
    alone: list[Asked] = []
    together: list[Asked] = []
    for _ in range(rounds):
        pair = [server.ask(requests, CONNECTIONS) for server in (ours, bare)]
        together.append(pair[0])
        ratios["processor"].append(pair[0].processor / pair[1].processor)
        ratios["seconds"].append(pair[0].seconds / pair[1].seconds)
        alone.append(ours.ask(requests // 2, 1))
    table = Table(
        title=f"Public notice, medians of {rounds} rounds of {requests:,} requests", title_justify="left"
    )
    for column in ("", "measured", "wanted"):
        table.add_column(column)
    per_second = statistics.median(each.count / each.seconds for each in together)
    of_processor = statistics.median(each.count / each.processor for each in together)
    table.add_row("requests per second", f"{per_second:,.0f}", f"≥ {WANTED['per second']:,.0f}")
    table.add_row("requests per second of processor time", f"{of_processor:,.0f}", "")
    table.add_row(
        "p95, one reader (ms)",
        f"{statistics.median(each.p95 for each in alone):.1f}",
        f"≤ {WANTED['p95']:.0f}",
    )
    table.add_row(
        f"p95, {CONNECTIONS} readers (ms)", f"{statistics.median(each.p95 for each in together):.1f}", ""
    )
    for name, label in (
        ("processor", "processor time, times the bare view"),
        ("seconds", "time, times the bare view"),
    ):
        table.add_row(label, f"{statistics.median(ratios[name]):.2f}", f"≤ {WANTED['ratio']:.0f}")
    table.add_row("memory of the process (MB)", f"{ours.resident() / 1e6:.0f}", "≤ 200")
    return table


def painted(server: Server, looks: int) -> Iterator[float]:
    """Milliseconds to the first content, nothing cached, on a slow telephone: CPU ÷ 4, 1.6 Mbit/s, 150 ms."""
    from playwright.sync_api import sync_playwright

    from tests.browser.chromium import CHROMIUM

    program = CHROMIUM.programs() / CHROMIUM.program
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for _ in range(looks):
            page = browser.new_context(viewport={"width": 390, "height": 780}, is_mobile=True).new_page()
            session = page.context.new_cdp_session(page)
            session.send("Network.enable")
            speed = 1.6e6 / 8
            session.send(
                "Network.emulateNetworkConditions",
                {
                    "offline": False,
                    "latency": 150,
                    "downloadThroughput": speed,
                    "uploadThroughput": speed / 2,
                },
            )
            session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
            page.goto(f"http://127.0.0.1:{server.port}{PAGE}")
            yield page.evaluate(
                """() => new Promise(done => new PerformanceObserver(list => {
                     const first = list.getEntriesByName("first-contentful-paint")[0];
                     if (first) done(first.startTime);
                   }).observe({type: "paint", buffered: true}))"""
            )
            page.context.close()
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.notice", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--requests", type=int, default=2_000)
    parser.add_argument("--looks", type=int, default=5, help="in Chromium; 0 for none")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="garant-bench-") as folder, ExitStack() as stack:
        publish(Path(folder))
        same = {"GARANT_HOME": folder}
        ours = stack.enter_context(served("ours", "garant.site.wsgi:application", PAGE, same))
        bare = stack.enter_context(served("bare", "bench.bare:application", "/", {}))
        table = compare(ours, bare, options.rounds, options.requests)
        if options.looks:
            looks = list(painted(ours, options.looks))
            said = f"{statistics.median(looks):.0f}, least {min(looks):.0f}"
            table.add_row("first paint on a slow telephone (ms)", said, f"≤ {WANTED['paint']:.0f}")
        Console(width=100).print(table)


if __name__ == "__main__":
    main()
