"""Who is past their term, whatever is left of them: sealed invoices and held rows included.

A plan lists those for whom something is left to do. Whether a person's data may still be used is another question:
what a duty, a hold or the intermediate archive keeps beyond the term is kept for that alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from itertools import chain

from garant.engine.identities import roots_of_many
from garant.engine.planning.plan import terms_of
from garant.engine.terms import Source
from garant.policy.loader import LoadedPolicy
from garant.systems.finding import DutyQuestion, RootKey
from garant.systems.paths import paths
from garant.systems.port import Snapshot
from garant.systems.texts import readable

_AT_ONCE = 1000
"""Roots, or identities, asked about in one statement."""

Identity = tuple[str, str]
"""A kind (``email``, ``phone`` …) and a value."""
Place = tuple[str, str]
"""A system, and a root there."""


@dataclass(frozen=True, slots=True)
class Lapsed:
    """Those past the term of one retention rule in one system, or past its active phase where the map archives.

    ``identities`` are those that lead nowhere else: to no root, in any system, that another promise on the same
    activities still keeps.
    """

    rule: str
    system: str
    root: str
    keys: Sequence[RootKey]
    identities: Sequence[Identity]


def lapsed(policy: LoadedPolicy, sources: Mapping[str, Source], *, as_of: date) -> list[Lapsed]:
    """Everybody past their term on a day, promise by promise of each system. Reads only.

    Args:
        policy: the policy, as loaded.
        sources: the systems to ask, by name.
        as_of: the day, in the organisation's time zone; a term that ends that day is not over yet.

    Raises:
        UnknownRule: a map answers a rule that the policy does not have.
        ConnectorError: a system did not answer.

    Source: GDPR art. 5(1)(e).
    """
    with ExitStack() as opened:
        snapshots = {
            name: opened.enter_context(source.connector.snapshot()) for name, source in sources.items()
        }
        return _Looking(policy, sources, snapshots, as_of).found()


@dataclass(frozen=True, slots=True)
class _Looking:
    policy: LoadedPolicy
    sources: Mapping[str, Source]
    snapshots: Mapping[str, Snapshot]
    as_of: date

    def found(self) -> list[Lapsed]:
        past = [one for name in sorted(self.sources) for one in self._keys(name)]
        over: dict[Place, set[RootKey]] = defaultdict(set)
        for _, system, root, keys in past:
            over[system, root].update(keys)
        return [
            Lapsed(rule, system, root, keys, self._gone(rule, system, root, keys, over))
            for rule, system, root, keys in past
        ]

    def _keys(self, system: str) -> Iterator[tuple[str, str, str, Sequence[RootKey]]]:
        terms, data_map = terms_of(self.policy, self.as_of), self.sources[system].data_map
        for binding in data_map.promises:
            ends = (False, True) if binding.archive else (False,)
            questions = [terms.due_question(data_map, binding, archive=archive) for archive in ends]
            found = [self.snapshots[system].find_due(question, []).keys for question in questions]
            yield binding.rule, system, data_map.roles[binding.role].root, list(dict.fromkeys(chain(*found)))

    def _gone(
        self, rule: str, system: str, root: str, keys: Sequence[RootKey], over: Mapping[Place, set[RootKey]]
    ) -> list[Identity]:
        """The identities of these roots that lead to nobody current."""
        known = list(dict.fromkeys(self._identities(system, root, keys)))
        counting = self._places(rule)
        gone: list[Identity] = []
        for start in range(0, len(known), _AT_ONCE):
            asked = known[start : start + _AT_ONCE]
            current = self._current(asked, over, counting)
            gone += [one for position, one in enumerate(asked) if position not in current]
        return gone

    def _identities(self, system: str, root: str, keys: Sequence[RootKey]) -> Iterator[Identity]:
        """By what roots are known in their own row, where a question of the map finds them again by it."""
        data_map = self.sources[system].data_map
        table, key_column = data_map.roots[root].table, data_map.roots[root].key
        columns = data_map.tables[table].columns.items()
        known = {name: column.identity for name, column in columns if column.identity in data_map.identities}
        ways = paths(data_map, table, root)
        for start in range(0, len(keys) if known else 0, _AT_ONCE):
            asked = keys[start : start + _AT_ONCE]
            own = {str(key) for key in asked}  # other rows may reach a root without being it
            for key, *values in self.snapshots[system].read(table, [key_column, *known], ways, asked).rows:
                for kind, value in zip(known.values(), values, strict=True):
                    if value and str(key) in own:
                        yield str(kind), str(readable(value))

    def _current(
        self,
        identities: Sequence[Identity],
        over: Mapping[Place, set[RootKey]],
        counting: Mapping[Place, Sequence[DutyQuestion]],
    ) -> set[int]:
        """The positions of the identities that lead to a root, of those that count, that is not past its term."""
        current: set[int] = set()
        for system, source in self.sources.items():
            found = roots_of_many(source.data_map, self.snapshots[system], [[one] for one in identities])
            for root, people in found.items():
                roles, gone = counting.get((system, root), ()), over[system, root]
                left = [key for key in people if key not in gone] if roles else []
                if left:
                    kept = self.snapshots[system].find_held(root, left, roles).held
                    current.update(*(people[key] for key, bits in kept.items() if bits))
        return current

    def _places(self, rule: str) -> dict[Place, list[DutyQuestion]]:
        """Where a rule, and the promises on the same activities, are answered: the roots that are in their roles."""
        rules = self.policy.document.retention
        activities = set(rules[rule].activities)
        places: dict[Place, list[DutyQuestion]] = defaultdict(list)
        for system, source in self.sources.items():
            for binding in source.data_map.promises:
                if binding.rule == rule or activities.intersection(rules[binding.rule].activities):
                    role = source.data_map.roles[binding.role]
                    here = places[system, role.root]
                    here.append(DutyQuestion(len(here), role.root, role))
        return places
