"""What people were promised to be told of before it takes effect, and from which day it lawfully may."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from garant.policy import Period, Policy, Text
from garant.policy.document import ProcessorActivity, Transfer
from garant.policy.periods import expiry

_NONE = Period()
"""Told beforehand, with no delay promised: at the latest on the day before."""


@dataclass(frozen=True, slots=True)
class Announced:
    """A change of which people are told beforehand, and how long beforehand."""

    what: Text
    delay: Period


def to_announce(old: Policy | None, new: Policy) -> tuple[Announced, ...]:
    """The changes from `old` to `new` that bind to advance notice; none where nothing was in force.

    The policy in force is what promised it: a new transfer outside the EEA, by its clause on transfers; a new
    processor of data held for clients, by GDPR art. 28(2), after the delay that the activity promises.
    """
    if old is None:
        return ()
    return (*_transfers(old, new), *_sub_processors(old, new))


def earliest(changes: Sequence[Announced], told: date) -> date:
    """The first day on which all of `changes` may take effect, when people were told on the day `told`.

    A delay ends with the last hour of its last day (Regulation 1182/71, art. 3): the change comes on the next.
    """
    return max(expiry(told, change.delay) for change in changes) + timedelta(days=1)


def _transfers(old: Policy, new: Policy) -> Iterator[Announced]:
    clause = old.transfer_clause
    if clause is None:
        return
    for transfer in new.transfers.values():
        if not any(_covers(known, transfer) for known in old.transfers.values()):
            to = f"{transfer.label.fr or transfer.label.en} ({transfer.country})"
            to_en = f"{transfer.label.en or transfer.label.fr} ({transfer.country})"
            what = Text(
                fr=f"un nouveau transfert hors de l’Espace économique européen, {to}",
                en=f"a new transfer outside the European Economic Area, {to_en}",
            )
            yield Announced(what, clause.advance_notice or _NONE)


def _covers(known: Transfer, transfer: Transfer) -> bool:
    """Whether the known transfer already takes the data of the same activities to the same place."""
    if (known.to, known.country) != (transfer.to, transfer.country):
        return False
    return not known.activities or (
        bool(transfer.activities) and set(transfer.activities) <= set(known.activities)
    )


def _sub_processors(old: Policy, new: Policy) -> Iterator[Announced]:
    """An activity that is new has no client yet: nobody is to be told."""
    for key, activity in new.activities.items():
        before = old.activities.get(key)
        if isinstance(activity, ProcessorActivity) and isinstance(before, ProcessorActivity):
            for added in sorted(_employed(new, activity) - _employed(old, before)):
                yield Announced(_sub_processor(new, added, activity), before.sub_processor_notice or _NONE)


def _employed(policy: Policy, activity: ProcessorActivity) -> set[str]:
    """The processors of the activity, and theirs, however deep."""
    found: set[str] = set()
    waiting = list(activity.processors)
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            known = policy.processors.get(key)
            waiting += known.sub_processors if known else ()
    return found


def _sub_processor(policy: Policy, key: str, activity: ProcessorActivity) -> Text:
    known = policy.processors.get(key)
    label = known.label if known else Text(fr=key, en=key)
    return Text(
        fr=f"un nouveau sous-traitant, {label.say('fr')}, pour «\u202f{activity.label.say('fr')}\u202f»",
        en=f"a new sub-processor, {label.say('en')}, for “{activity.label.say('en')}”",
    )
