"""Measures contenders side by side, so that a busy machine is unkind to all of them alike.

Rounds are interleaved (A B C, B C A, …), each run in a process of its own on a fresh copy of the same data.
What is compared is the ratio to the baseline *within a round*; the table gives the median of these ratios.
"""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import clock


@dataclass(frozen=True)
class Report:
    """What a contender says of its own work.

    ``totals`` are the sums of seconds that are compared with the baseline, each on its own line; ``spent``
    says where they went, and ``statements`` how many were sent to the system for it.
    """

    totals: Mapping[str, float] = field(default_factory=dict[str, float])
    spent: Mapping[str, float] = field(default_factory=dict[str, float])
    statements: Mapping[str, int] = field(default_factory=dict[str, int])


Work = Callable[[Any], Report | None]
"""What is timed, called with what the fresh copy gave."""


@dataclass(frozen=True)
class Run:
    """One run of one contender: seconds, and mebibytes at the process's peak, imports included."""

    seconds: float
    processor: float
    peak: float
    report: Report


@dataclass(frozen=True)
class Case:
    """One question asked of several contenders; the first is the baseline."""

    title: str
    contenders: Mapping[str, Work]
    fresh: Callable[[], Any]
    """Gives a context manager whose value is passed to the work: a fresh copy of the data."""
    state: Callable[[Any], object]
    """What the work left behind, asked when the clock has stopped; it must be the same for all contenders."""
    beside: str = ""
    """A contender that the others are held against too, besides the baseline."""


@dataclass(frozen=True)
class Line:
    """A contender's medians over the rounds, or those of one total it reports."""

    case: str
    name: str
    seconds: float
    processor: float | None
    peak: float | None
    ratio: float
    spread: tuple[float, float]
    spent: Mapping[str, float] = field(default_factory=dict[str, float])
    statements: Mapping[str, int] = field(default_factory=dict[str, int])
    beside: float | None = None
    """The ratio to the contender that the others are held against too."""


class Disagreement(Exception):
    """Contenders that did not do the same work cannot be compared."""


def measure(case: Case, rounds: int) -> list[Line]:
    """Runs every contender `rounds` times, interleaved.

    Raises Disagreement when two runs leave different data behind.
    """
    names = list(case.contenders)
    runs: dict[str, list[Run]] = {name: [] for name in names}
    left: dict[str, set[object]] = {name: set() for name in names}
    for number in range(rounds):
        turn = number % len(names)
        for name in [*names[turn:], *names[:turn]]:
            with case.fresh() as data:
                runs[name].append(in_own_process(case.contenders[name], data))
                left[name].add(case.state(data))
    if len(set.union(*left.values())) != 1:
        raise Disagreement(f"{case.title}: {left}")
    return [line for name in names for line in _lines(case, name, runs)]


def _lines(case: Case, name: str, runs: Mapping[str, Sequence[Run]]) -> list[Line]:
    """One line for each total that the contender reports, else one of all its seconds."""
    mine, report = runs[name], runs[name][0].report
    totals = list(report.totals) or [""]
    lines = [_line(case, f"{name}: {total}" if total else name, mine, runs, total) for total in totals]
    spent = {part: statistics.median(run.report.spent[part] for run in mine) for part in report.spent}
    return [*lines[:-1], replace(lines[-1], spent=spent, statements=report.statements)]


def _line(case: Case, name: str, mine: Sequence[Run], runs: Mapping[str, Sequence[Run]], total: str) -> Line:
    seconds = [run.report.totals[total] if total else run.seconds for run in mine]
    ratios = _ratios(seconds, next(iter(runs.values())))
    last = not total or total == list(mine[0].report.totals)[-1]
    return Line(
        case.title,
        name,
        statistics.median(seconds),
        statistics.median(run.processor for run in mine) if last else None,
        statistics.median(run.peak for run in mine) if last else None,
        statistics.median(ratios),
        (min(ratios), max(ratios)),
        beside=statistics.median(_ratios(seconds, runs[case.beside])) if case.beside else None,
    )


def _ratios(seconds: Sequence[float], others: Sequence[Run]) -> list[float]:
    return [ours / other.seconds for ours, other in zip(seconds, others, strict=True)]


def in_own_process(work: Work, data: Any) -> Run:
    """Runs the work in a forked process and reads its time and memory there."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(work, data, theirs))
    process.start()
    theirs.close()
    try:
        answer = ours.recv()
    except EOFError:
        answer = "the process ended without an answer"
    process.join()
    if isinstance(answer, Run):
        return answer
    raise RuntimeError(answer)


def _child(work: Work, data: Any, answer: Connection) -> None:
    try:
        started, processor = clock.now(), time.process_time()
        report = work(data) or Report()
        seconds, used = clock.now() - started, time.process_time() - processor
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        answer.send(Run(seconds, used, peak, report))
    except BaseException:
        answer.send(traceback.format_exc())


def show(lines: Sequence[Line], rounds: int) -> None:
    table = Table(title=f"Medians of {rounds} interleaved rounds", title_justify="left")
    table.add_column("case")
    table.add_column("contender")
    for heading in ("seconds", "CPU s", "peak MiB", "ratio", "least – most", "to whoever looks too"):
        table.add_column(heading, justify="right")
    previous = None
    for line in lines:
        table.add_row(
            line.case if line.case != previous else "",
            line.name,
            f"{line.seconds:.3f}",
            "" if line.processor is None else f"{line.processor:.3f}",
            "" if line.peak is None else f"{line.peak:.0f}",
            f"{line.ratio:.2f}",
            f"{line.spread[0]:.2f} – {line.spread[1]:.2f}",
            "" if line.beside is None else f"{line.beside:.2f}",
        )
        for part, seconds in line.spent.items():
            sent = f", {line.statements[part]:,} statements" if line.statements.get(part) else ""
            table.add_row("", f"[dim]  {part}{sent}[/]", f"[dim]{seconds:.3f}[/]")
        if "batches" in line.statements:
            most, batches = line.statements["a batch"], line.statements["batches"]
            table.add_row("", f"[dim]  batches: {batches:,}, each of at most {most:,} statements[/]")
        previous = line.case
    Console(width=140).print(table)
