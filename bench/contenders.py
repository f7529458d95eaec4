"""The same work three ways: hand-written set-based SQL, row by row, and Garant."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from bench.shop import AS_OF, MAP, POLICY
from garant.engine.document import Plan
from garant.engine.execution import Execution
from garant.engine.plan import plan_retention
from garant.engine.subject import plan_subject
from garant.engine.terms import Source
from garant.policy.loader import LoadedPolicy, parse_policy
from garant.systems.loader import parse_map
from garant.systems.port import RootKey
from garant.systems.sql import SqlConnector

PERSON = "person1000@shop.example"

DUE = """
CREATE TEMP TABLE due AS SELECT c.person_id AS id,
    EXISTS (SELECT 1 FROM invoice i WHERE i.person_id = c.person_id AND i.issued_on >= '2016-11-01') AS billed
FROM contact c GROUP BY c.person_id
HAVING max(c.made_on) < CASE WHEN EXISTS (SELECT 1 FROM invoice i WHERE i.person_id = c.person_id)
                             THEN {five} ELSE {three} END
"""

ONE = """
CREATE TEMP TABLE due AS SELECT p.id AS id,
    EXISTS (SELECT 1 FROM invoice i WHERE i.person_id = p.id AND i.issued_on >= '2016-11-01') AS billed
FROM person p WHERE p.email = '{email}'
"""

CHANGES = (
    "DELETE FROM message WHERE contact_id IN (SELECT c.id FROM contact c JOIN due d ON d.id = c.person_id)",
    "DELETE FROM contact WHERE person_id IN (SELECT id FROM due)",
    """UPDATE person SET email = 'gone-' || id || '@shop.invalid', phone = NULL
       WHERE id IN (SELECT id FROM due WHERE billed)""",
    "DELETE FROM person WHERE id IN (SELECT id FROM due WHERE NOT billed)",
)


@contextmanager
def _transaction(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        yield connection
        connection.commit()
    engine.dispose()


def _selection(url: str, statement: str) -> str:
    kind = "DATE " if url.startswith("postgresql") else ""
    return statement.format(three=f"{kind}'2023-11-01'", five=f"{kind}'2021-11-01'", email=PERSON)


def sweep_by_hand(url: str) -> None:
    """What a careful engineer would write: one temporary table, four statements, one transaction."""
    with _transaction(url) as connection:
        for statement in (_selection(url, DUE), *CHANGES):
            connection.exec_driver_sql(statement)


def erase_one_by_hand(url: str) -> None:
    """The same for one person."""
    with _transaction(url) as connection:
        for statement in (_selection(url, ONE), *CHANGES):
            connection.exec_driver_sql(statement)


def sweep_row_by_row(url: str) -> None:
    """What application code usually does: select, then some statements per person, in one transaction."""
    with _transaction(url) as connection:
        connection.exec_driver_sql(_selection(url, DUE))
        for person, billed in connection.execute(sa.text("SELECT id, billed FROM due")).all():
            for statement in _for_one(billed):
                connection.execute(sa.text(statement), {"id": person})


def _for_one(billed: object) -> tuple[str, ...]:
    last = (
        "UPDATE person SET email = 'gone-' || id || '@shop.invalid', phone = NULL WHERE id = :id"
        if billed
        else "DELETE FROM person WHERE id = :id"
    )
    return (
        "DELETE FROM message WHERE contact_id IN (SELECT id FROM contact WHERE person_id = :id)",
        "DELETE FROM contact WHERE person_id = :id",
        last,
    )


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


@contextmanager
def _sources(url: str) -> Iterator[dict[str, Source]]:
    loaded = parse_map(MAP)
    connector = SqlConnector(loaded.map, url, pseudonym_key=b"benchmark key, thirty-two bytes!")
    try:
        yield {"shop": Source(loaded.map, loaded.digest, connector)}
    finally:
        connector.close()


class Stopwatch:
    """Seconds since the last part."""

    def __init__(self) -> None:
        self.parts: dict[str, float] = {}
        self._last = time.perf_counter()

    def mark(self, part: str) -> None:
        now = time.perf_counter()
        self.parts[part] = now - self._last
        self._last = now


def sweep_by_garant(url: str) -> dict[str, float]:
    """The whole job: plan with counts and conflicts, every batch, then every system asked again."""
    return _whole_job(url, lambda policy, sources: plan_retention(policy, sources, as_of=AS_OF))


def erase_one_by_garant(url: str) -> dict[str, float]:
    """The whole job for one person, found by e-mail."""
    return _whole_job(
        url, lambda policy, sources: plan_subject(policy, sources, {"email": PERSON}, "erasure", as_of=AS_OF)
    )


def _whole_job(url: str, plan_of: Callable[[LoadedPolicy, dict[str, Source]], Plan]) -> dict[str, float]:
    watch, journal = Stopwatch(), Journal()
    policy = parse_policy(POLICY)
    with _sources(url) as sources:
        watch.mark("read policy and map")
        plan = plan_of(policy, sources)
        watch.mark("plan")
        execution = Execution(plan, policy, sources)
        watch.mark("look again before running")
        for key in execution.batch_keys():
            result = execution.execute(key, journal)
            if result.blocks:
                raise RuntimeError(f"{key}: {result.blocks}")
        watch.mark("run")
        if not execution.verify(journal).verified:
            raise RuntimeError("the system still holds what should have gone")
        watch.mark("verify")
    return watch.parts


SWEEP = {
    "hand-written SQL": sweep_by_hand,
    "Garant: plan, run, verify": sweep_by_garant,
    "row by row": sweep_row_by_row,
}
ONE_PERSON = {"hand-written SQL": erase_one_by_hand, "Garant: plan, run, verify": erase_one_by_garant}
