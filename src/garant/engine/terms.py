"""Terms: from a retention rule of the policy to questions with a cut-off, asked of a system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from garant.policy.document import RetentionRule
from garant.policy.periods import expiry, latest_due, start_of_day
from garant.systems.archiving import Archive
from garant.systems.finding import Clock, DueQuestion, DutyQuestion, Holders
from garant.systems.model import DataMap, Duty, EventSource, PromiseBinding
from garant.systems.port import Connector


class UnknownRule(ValueError):
    """A data map answers a retention rule that the policy does not have, or that has no period."""


@dataclass(frozen=True, slots=True)
class Source:
    """One system: its map, the map's digest, the connector that reaches it, and where its rows are archived."""

    data_map: DataMap
    digest: str
    connector: Connector
    archive: Archive | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """The retention rules of a policy on one day, in the organisation's time zone."""

    rules: Mapping[str, RetentionRule]
    zone: str
    as_of: date
    held: frozenset[str] = frozenset()
    """Rules whose activity is on hold: their duties have no end."""

    def rule(self, key: str) -> RetentionRule:
        """The retention rule of that key.

        Raises:
            UnknownRule: when the policy has no such rule, or the rule has no period.
        """
        rule = self.rules.get(key)
        if rule is None or not rule.phases:
            known = ", ".join(sorted(self.rules))
            raise UnknownRule(
                f"retention rule {key!r} is not in the policy or has no period; it has: {known}"
            )
        return rule

    def clock(self, rule: RetentionRule, *, archive: bool = False) -> Clock:
        """The cut-off of a rule: computed here, bound as a parameter, never left to a dialect.

        With ``archive``, the one of its active phase: what comes after it is spent in the archive.
        """
        day = latest_due(self.as_of, rule.active_period if archive else rule.total_period)
        return Clock(day, start_of_day(_next(day), self.zone), self.zone)

    def due_question(
        self, data_map: DataMap, binding: PromiseBinding, *, archive: bool = False
    ) -> DueQuestion:
        """Which roots does this promise of the map select, to end them or, with ``archive``, to archive them?"""
        role = data_map.roles[binding.role]
        rule = self.rule(binding.rule)
        sources = _sources(data_map, binding.event, role.root)
        if archive:
            return DueQuestion(role.root, role, sources, self.clock(rule, archive=True))
        sooner = _sources(data_map, rule.sooner, role.root) if rule.sooner else []
        return DueQuestion(role.root, role, sources, self.clock(rule), sooner, self._today())

    def duty_questions(self, data_map: DataMap, duties: Sequence[Duty]) -> list[DutyQuestion]:
        """Which of the selected roots does each duty hold?"""
        return [self._duty_question(data_map, number, duty) for number, duty in enumerate(duties)]

    def later_questions(self, data_map: DataMap, root: str, day: date) -> list[DutyQuestion]:
        """Which of the selected roots have a fact, of those that promises and duties count from, after that day?"""
        clock = Clock(day, start_of_day(_next(day), self.zone), self.zone)
        counting = [*data_map.promises, *(duty for duty in data_map.duties if duty.event is not None)]
        places = dict.fromkeys((one.role, str(one.event)) for one in counting)
        asked = [
            (data_map.roles[role], sources)
            for role, event in places
            if data_map.roles[role].root == root and (sources := _sources(data_map, event, root))
        ]
        return [
            DutyQuestion(number, root, role, sources, clock, dated=True)
            for number, (role, sources) in enumerate(asked)
        ]

    def until(self, duty: Duty, holders: Holders) -> date | None:
        """The last day the duty holds the last of its roots; none for a seal or an undated duty."""
        if duty.rule is None or holders.latest is None or duty.rule in self.held:
            return None
        return expiry(holders.latest, self.rule(duty.rule).total_period)

    def _today(self) -> Clock:
        """An event that ends retention counts at once: from the day it happened."""
        return Clock(self.as_of, start_of_day(_next(self.as_of), self.zone), self.zone)

    def _duty_question(self, data_map: DataMap, number: int, duty: Duty) -> DutyQuestion:
        role = data_map.roles[duty.role]
        if duty.rule is None or duty.event is None or duty.rule in self.held:
            return DutyQuestion(number, duty.root, role)
        sources = _sources(data_map, duty.event, duty.root)
        return DutyQuestion(number, duty.root, role, sources, self.clock(self.rule(duty.rule)))


def _sources(data_map: DataMap, event: str, root: str) -> list[EventSource]:
    """The sources of an event that speak of this root."""
    return [source for source in data_map.events.get(event, []) if source.root == root]


def _next(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
