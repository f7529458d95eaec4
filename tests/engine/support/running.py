"""Plan, run and look again, as a command does, without the product around."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from garant.engine.document import Plan
from garant.engine.planning.plan import plan_retention
from garant.engine.planning.restricted import Place, Restricting
from garant.engine.running.execution import BatchResult, Execution
from garant.engine.running.verify import Verification
from garant.engine.terms import Source
from garant.policy.loader import LoadedPolicy
from garant.systems.files.store import FileStore
from garant.systems.finding import RootKey
from garant.systems.model import DataMap
from garant.systems.residue import Canary
from garant.systems.sql import SqlConnector

PSEUDONYM_KEY = b"a key for pseudonyms, of 32 bytes"


@dataclass
class Notebook:
    """A journal in memory. What it holds survives the crash of an :class:`Execution`."""

    written: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def prepared(self, batch_key: str) -> Mapping[str, Any] | None:
        return self.written.get(batch_key)

    def prepare(self, batch_key: str, counts: Mapping[str, Any]) -> None:
        self.written[batch_key] = counts

    def skipped(self, batch_key: str) -> Sequence[RootKey]:
        parts = [counts for key, counts in self.written.items() if key.rstrip("ab") == batch_key]
        return [root for counts in parts for root in counts["skipped"]]


def source(data_map: DataMap, url: str, stores: dict[str, FileStore] | None = None) -> Source:
    """A system ready to be asked."""
    return Source(data_map, "map-1", SqlConnector(data_map, url, pseudonym_key=PSEUDONYM_KEY, stores=stores))


def retention(policy: LoadedPolicy, systems: Mapping[str, Source], as_of: date, **more: Any) -> Plan:
    """The retention plan of a day."""
    return plan_retention(policy, systems, as_of=as_of, **more)


@dataclass
class Remembering(Notebook):
    """A journal that gives back the values to search for."""

    @property
    def canaries(self) -> list[Canary]:
        return [canary for counts in self.written.values() for canary in counts.get("canaries", ())]


def carry_out(
    plan: Plan,
    policy: LoadedPolicy,
    systems: Mapping[str, Source],
    size: int = 1000,
    *,
    journal: Notebook | None = None,
    sample: int = 0,
) -> tuple[list[BatchResult], Verification]:
    """Run every batch of a plan and look again."""
    execution = Execution(plan, policy, systems, batch_size=size, sample=sample)
    journal = journal or Notebook()
    results = [execution.execute(key, journal) for key in execution.batch_keys()]
    return results, execution.verify(journal)


def as_before(found: Mapping[str, Mapping[RootKey, frozenset[str]]]) -> Restricting:
    """What marks found, by root, as whoever restricted wrote it down: for the plan of the end."""

    def stays(places: Sequence[Place]) -> Mapping[Place, frozenset[str]]:
        return {place: found[place[1]][place[2]] for place in places if place[2] in found.get(place[1], {})}

    return Restricting(stays=stays)
