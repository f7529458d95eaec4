"""How fast the ledger is: `python -m bench.ledger`. Entries per second, of wall clock and of processor time.

Beside each figure, the least that is wanted of a quiet machine of two cores.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

ORGANISATION = "bench"
BATCH = 5_000

APPEND, VERIFY = f"append, {BATCH:,} at a time", "verify the archive"

WANTED = {APPEND: 5_000, VERIFY: 100_000}
"""Entries per second."""


def main(entries: int = 100_000) -> None:
    with tempfile.TemporaryDirectory(prefix="garant-bench-") as folder:
        os.environ["GARANT_HOME"] = folder
        show(list(measure(entries, Path(folder))))


def measure(count: int, folder: Path) -> Iterator[tuple[str, int, float, float]]:
    """Append, sign, verify in place, export, verify the export; on the database that DATABASE_URL names."""
    from garant.site.setup import prepare

    prepare()
    from garant.apps.evidence import services as evidence
    from garant.apps.organisations.services import create_organisation
    from garant.ledger import Entry, SubjectKeysDestroyed, verify_export

    evidence.create_keys()
    create_organisation(ORGANISATION, "Bench", "UTC")
    archive = folder / "export.zip"

    def append(size: int, batch: int, name: str) -> None:
        for start in range(0, size, batch):
            now = datetime.now(UTC)
            numbers = range(start, start + batch)
            entries = [
                Entry(SubjectKeysDestroyed(keys=number), now, "garant", f"{name}/{number}")
                for number in numbers
            ]
            evidence.append(ORGANISATION, entries)

    def verify() -> None:
        report = verify_export(archive, evidence.verifier_keys(ORGANISATION))
        if not report.ok:
            sys.exit(report.describe("en"))

    steps = [
        (APPEND, count, lambda: append(count, min(BATCH, count), "many")),
        ("append, one at a time", 200, lambda: append(200, 1, "one")),
        ("sign, reading all again", count, lambda: evidence.checkpoint(ORGANISATION)),
        ("verify the database", count, lambda: evidence.verify_database(ORGANISATION)),
        ("export to an archive", count, lambda: evidence.export(ORGANISATION, archive)),
        (VERIFY, count, verify),
    ]
    for title, size, step in steps:
        with timed() as seconds:
            step()
        wall, processor = seconds
        yield title, size, wall, processor


@contextmanager
def timed() -> Iterator[list[float]]:
    """Wall-clock and processor seconds of a block."""
    seconds: list[float] = []
    wall, processor = time.perf_counter(), time.process_time()
    yield seconds
    seconds += [time.perf_counter() - wall, time.process_time() - processor]


def show(lines: list[tuple[str, int, float, float]]) -> None:
    table = Table("ledger", "entries", "per second", "wanted", "per second of processor")
    for title, size, wall, processor in lines:
        wanted = f"{WANTED[title]:,}" if title in WANTED else ""
        table.add_row(title, f"{size:,}", f"{size / wall:,.0f}", wanted, f"{size / processor:,.0f}")
    Console().print(table)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
