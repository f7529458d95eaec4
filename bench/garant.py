"""Garant at the same work, as a program would use it: plan, every batch, then every system asked again."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from bench import clock
from bench.harness import Report
from bench.mapping import MAP, POLICY
from bench.world import AS_OF
from garant.engine.document import Plan
from garant.engine.planning.plan import plan_retention
from garant.engine.planning.subject import plan_subject, plan_subjects
from garant.engine.running.execution import Execution
from garant.engine.telling.export import export_subject
from garant.engine.terms import Source
from garant.policy.loader import LoadedPolicy, parse_policy
from garant.systems.finding import RootKey
from garant.systems.loader import parse_map
from garant.systems.sql import SqlConnector

ALONE, CHECKED, WHOLE = "the run alone", "run and verification", "plan, run and verification"
"""What is compared with the rival; reading the policy and the map is counted in the last one only."""

A_BATCH = "a batch"
"""The most statements that one batch takes: those that open its connection are among the first one's."""


class Journal:
    """A journal in memory: what is measured is the engine, not Garant's own database."""

    def __init__(self) -> None:
        self._prepared: dict[str, Mapping[str, Any]] = {}

    def prepared(self, batch_key: str) -> Mapping[str, Any] | None:
        return self._prepared.get(batch_key)

    def prepare(self, batch_key: str, counts: Mapping[str, Any]) -> None:
        self._prepared[batch_key] = counts

    def skipped(self, batch_key: str) -> tuple[RootKey, ...]:
        return tuple(self._prepared.get(batch_key, {}).get("skipped", ()))


class Stopwatch:
    """Seconds and statements since the last part."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.statements: dict[str, int] = {}
        self.sent = 0
        sa.event.listen(sa.Engine, "before_cursor_execute", self._note)
        self._last = clock.now()

    def mark(self, part: str) -> None:
        now = clock.now()
        self.seconds[part] = now - self._last
        self.statements[part] = self.sent
        self._last, self.sent = now, 0

    def _note(self, *_: Any) -> None:
        self.sent += 1


@contextmanager
def opened(url: str) -> Iterator[tuple[LoadedPolicy, dict[str, Source]]]:
    """The policy, and the system by its map."""
    policy, loaded = parse_policy(POLICY), parse_map(MAP)
    connector = SqlConnector(loaded.map, url, pseudonym_key=b"benchmark key, thirty-two bytes!")
    try:
        yield policy, {"shop": Source(loaded.map, loaded.digest, connector)}
    finally:
        connector.close()


def sweep(url: str) -> Report:
    """Everybody whose term is over."""
    return _whole_job(url, lambda policy, sources: plan_retention(policy, sources, as_of=AS_OF))


def erase_one(url: str, email: str) -> Report:
    """One person, found by e-mail."""
    return _whole_job(
        url, lambda policy, sources: plan_subject(policy, sources, {"email": email}, "erasure", as_of=AS_OF)
    )


def erase_many(url: str, emails: Sequence[str]) -> Report:
    """People who ask, each found by e-mail, in one plan and one run."""
    people = [{"email": email} for email in emails]
    return _whole_job(
        url, lambda policy, sources: plan_subjects(policy, sources, people, "erasure", as_of=AS_OF)
    )


def plan(url: str) -> Report:
    """The counts alone."""
    with opened(url) as (policy, sources):
        watch = Stopwatch()
        plan_retention(policy, sources, as_of=AS_OF)
        watch.mark("plan")
    return Report({"plan": watch.seconds["plan"]}, {}, watch.statements)


def export(url: str, email: str) -> Report:
    """All that a person has, as the archive they receive."""
    with opened(url) as (_policy, sources), tempfile.TemporaryFile() as out:
        watch = Stopwatch()
        made = export_subject(
            sources, {"email": email}, out, organisation="Shop", at=datetime(2026, 11, 1, tzinfo=UTC)
        )
        watch.mark("export")
    return Report({f"export of {made.rows:,} rows": watch.seconds["export"]}, {}, watch.statements)


def _whole_job(url: str, plan_of: Callable[[LoadedPolicy, dict[str, Source]], Plan]) -> Report:
    journal, watch = Journal(), Stopwatch()
    with opened(url) as (policy, sources):
        watch.mark("read policy and map")
        plan = plan_of(policy, sources)
        watch.mark("plan")
        execution = Execution(plan, policy, sources)
        watch.mark("look again before running")
        batches, most = _run(execution, journal, watch)
        if not execution.verify(journal).verified:
            raise RuntimeError("the system still holds what should have gone")
        watch.mark("verify")
    watch.statements[A_BATCH] = most
    spent = watch.seconds
    alone = spent["look again before running"] + spent["run"]
    checked = alone + spent["verify"]
    totals = {ALONE: alone, CHECKED: checked, WHOLE: checked + spent["plan"] + spent["read policy and map"]}
    return Report(totals, spent, watch.statements | {"batches": batches})


def _run(execution: Execution, journal: Journal, watch: Stopwatch) -> tuple[int, int]:
    """How many batches there were, and the most statements that one of them took."""
    keys: Sequence[str] = execution.batch_keys()
    most = 0
    for key in keys:
        before = watch.sent
        result = execution.execute(key, journal)
        most = max(most, watch.sent - before)
        if result.blocks:
            raise RuntimeError(f"{key}: {result.blocks}")
    watch.mark("run")
    return len(keys), most
