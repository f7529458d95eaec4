"""Is what a duty keeps found again once its term is over?

A leaving that a duty holds back takes the rest, and with it, perhaps, that by which a promise finds somebody: their own
row, or what dates them. When the duty ends, no plan then has them, and what it kept stays for ever; an answer to a request
had said until when.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from garant.policy.places import Place
from garant.policy.text import Text
from garant.systems.checks import kept_way_rules as rules
from garant.systems.checks.endings import Ending
from garant.systems.checks.findings import Finding, said
from garant.systems.checks.kept_grounds import lost, stood_on
from garant.systems.fragments import FragmentRefused, Ground, grounds
from garant.systems.model import DataMap, Duty, PromiseBinding


def check_found_again(data_map: DataMap, *, whole: bool) -> Iterator[Finding]:
    """Duties with an end after which no promise finds what they kept.

    Args:
        whole: the map is held against its policy, so that it has all its promises.
    """
    for number, duty in enumerate(data_map.duties):
        if duty.seal or duty.root not in data_map.roots:
            continue
        promises = [one for one in data_map.promises if _root(data_map, one) == duty.root]
        for disposition in data_map.dispositions.values():
            ending = Ending(data_map, duty, disposition)
            if disposition.root != duty.root or not (promises or whole) or not _keeps(ending):
                continue
            again = [_Again(ending, promise) for promise in promises]
            if not again or not all(any(one.finds(who) for one in again) for who in _held(data_map, duty)):
                place: Place = ("duties", number, "keeps")
                yield Finding(rules.NOT_FOUND_AGAIN, place, _said(ending, promises))
                break


def _root(data_map: DataMap, promise: PromiseBinding) -> str | None:
    role = data_map.roles.get(promise.role)
    return None if role is None else role.root


def _keeps(ending: Ending) -> bool:
    """Whether something stays because of the duty."""
    acted = {action.table for action in ending.disposition.actions}
    return bool(ending.rows_kept) or any(
        keep.columns and table in acted - ending.deleted for table, keep in ending.duty.keeps.items()
    )


@dataclass(frozen=True)
class _Again:
    """A promise, asked once more after a disposition has taken all but what a duty keeps."""

    ending: Ending
    promise: PromiseBinding

    def finds(self, held: frozenset[str]) -> bool:
        """Whether it still has everybody whom the duty held because of rows in these tables, with a date."""
        data_map, root = self.ending.data_map, self.ending.duty.root
        role = data_map.roles[self.promise.role]
        sources = [one for one in data_map.events.get(self.promise.event, []) if one.root == root]
        dates = [ground for one in sources for ground in _read(one.query, ("key", "at"))]
        staying = [ground for ground in dates if not self._lost(ground)]
        there = held | {data_map.roots[root].table}
        dated = len(staying) == len(dates) or any(ground.tables <= there for ground in staying)
        return dated and not any(map(self._lost, _read(role.query, ("key",))))

    def _lost(self, ground: Ground) -> bool:
        return any(lost(self.ending, ground))


def _held(data_map: DataMap, duty: Duty) -> list[frozenset[str]]:
    """The tables by which the duty holds somebody, one way or another: there is a row of theirs in each."""
    return [ground.tables for part, ground in stood_on(data_map, duty) if part == "role"] or [frozenset()]


def _read(query: str, columns: tuple[str, ...]) -> Sequence[Ground]:
    try:
        return grounds(query, columns)
    except FragmentRefused:
        return ()  # said elsewhere


def _said(ending: Ending, promises: Sequence[PromiseBinding]) -> Text:
    root = ending.duty.root
    if not promises:
        return said(
            f"Aucune promesse ne porte sur «\u202f{root}\u202f»\u202f: ce que le devoir retient restera.",
            f"No promise is about “{root}”: what the duty keeps will stay.",
        )
    fr = ", ".join(f"«\u202f{one.rule}\u202f» ({one.role})" for one in promises)
    en = ", ".join(f"“{one.rule}” ({one.role})" for one in promises)
    return said(
        f"Le devoir fini, ces promesses ne retrouvent pas à coup sûr chaque «\u202f{root}\u202f»\u202f: {fr}.",
        f"Once the duty is over, these promises do not surely find every “{root}”: {en}.",
    )
