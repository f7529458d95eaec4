"""One promise held against reality: who is past the term, for whom something is left to do, what would be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property

from garant.engine.document import Selection, packed
from garant.engine.holds import Standing, speak, under
from garant.engine.planning.leaving import (
    Others,
    besides,
    cards,
    carried_over,
    left_to_undated,
    share,
    without,
)
from garant.engine.planning.notes import LEFT_TO_UNDATED, archive_notes, notes_of
from garant.engine.planning.steps import duties_of, steps_of
from garant.engine.planning.survey import Surveyor, held_by
from garant.engine.terms import Source, Terms, UnknownRule
from garant.policy.document import RetentionRule
from garant.policy.text import Text
from garant.systems.changing import Recheck
from garant.systems.finding import Found, RootKey
from garant.systems.model import DataMap, Disposition, Duty, PromiseBinding
from garant.systems.port import Snapshot


@dataclass(eq=False)
class Choice:
    """One promise on one root: whom it ends or, with ``archive``, whom it archives because the end has not come.

    Each question is asked when its answer is first needed, and once. ``only``: of these roots alone. ``past``: the roots
    among whom everybody past the term is, where they are known.
    """

    terms: Terms
    source: Source
    snapshot: Snapshot
    binding: PromiseBinding
    standing: Standing
    archive: bool = False
    only: AbstractSet[RootKey] | None = None
    beside: Sequence[Choice] = ()
    """All the choices of the plan on the same root, in order, this one included."""
    past: Sequence[RootKey] | None = None

    def __post_init__(self) -> None:
        data_map, rule = self.source.data_map, self.terms.rule(self.binding.rule)
        if data_map.roles[self.binding.role].root != self.disposition.root:
            raise UnknownRule(
                f"{data_map.system}: {self.binding.rule} selects one root and would end another"
            )
        self.rule: RetentionRule = rule
        self.duties: Sequence[Duty] = duties_of(
            data_map, self.root, besides=(self.binding.rule, self.binding.event)
        )
        self.steps = under(steps_of(data_map, self.disposition, self.duties), self.standing.guards)
        self.question = self.terms.due_question(data_map, self.binding, archive=self.archive)
        self.asked = self.terms.duty_questions(data_map, self.duties)

    @property
    def data_map(self) -> DataMap:
        return self.source.data_map

    @property
    def disposition(self) -> Disposition:
        return self.data_map.dispositions[self.binding.dispositions]

    @property
    def root(self) -> str:
        return self.disposition.root

    @cached_property
    def every(self) -> Found:
        """All the roots past the term, settled ones included."""
        if self.past is not None:
            return self.snapshot.find_still(self.root, self.past, Recheck(self.question, self.asked))
        return self.snapshot.find_due(self.question, self.asked)

    @cached_property
    def found(self) -> Found:
        """Of them, those that do not leave by the same promise's end."""
        every, gone = self.every, set[RootKey]()
        for one in self._sibling:
            gone.update(one.every.keys)
        keys = [key for key in every.keys if key not in gone] if gone else every.keys
        if self.only is not None:
            keys = [key for key in keys if key in self.only]
        return every if keys is every.keys else replace(every, keys=keys)

    @cached_property
    def keys(self) -> list[RootKey]:
        """The roots for which something is left to do."""
        others = Others([key for key in self.leaving if key not in self._mine], held=self.leaving)
        return self._surveyor(others).unsettled(
            replace(self.found, held=self._held), self.data_map.roots[self.root].table
        )

    @cached_property
    def leaving(self) -> dict[RootKey, int]:
        """Everybody who leaves besides, as this choice sees them, with what holds them here.

        Where rows move to the archive, so do those of the same rows' owners who are past the whole term; what is
        ended waits for what is archived.
        """
        gone: dict[RootKey, int] = {}
        for one in self._sibling:
            gone |= besides({key: one.every.held.get(key, 0) for key in one.every.keys})
        others = [
            one
            for one in self.beside
            if one.binding is not self.binding and (self.archive or not one.archive)
        ]
        if not share(self.steps) or not self.found.keys:
            return gone
        for one in others:
            # Whom the promise's own end does not take, because something holds them, may leave by another.
            keys = [key for key in one.found.keys if key not in self._mine and gone.get(key, 1)]
            found = carried_over(one.found.held, one.duties, self.duties, keys, self.binding)
            if self.archive:
                found = without(found, self.duties, one.binding) if one.archive else besides(found)
            gone |= found
        return gone

    @property
    def _sibling(self) -> list[Choice]:
        """Where this choice archives, the one of the same promise that ends."""
        return [
            one for one in self.beside if self.archive and one.binding is self.binding and not one.archive
        ]

    @cached_property
    def _mine(self) -> set[RootKey]:
        return set(self.found.keys)

    @cached_property
    def _held(self) -> Mapping[RootKey, int]:
        if not self.leaving:
            return self.found.held
        others = {key: mask for key, mask in self.leaving.items() if key not in self._mine}
        return {**self.found.held, **others}

    def _others(self) -> Others:
        """In the order of the plan."""
        if not share(self.steps):
            return Others(list(self.leaving), held=self.leaving)
        at = self.beside.index(self) if self.beside else 0
        sooner = {key for one in self.beside[:at] if one.archive == self.archive for key in one.keys}
        later = {key for one in self.beside[at + 1 :] if one.archive == self.archive for key in one.keys}
        after = [key for key in self.leaving if key in later and key not in sooner]
        waits = set(after)
        return Others([key for key in self.leaving if key not in waits], after, self.leaving)

    def _surveyor(self, others: Others) -> Surveyor:
        return Surveyor(self.snapshot, self.root, self.duties, self.steps, others)

    def selection(self) -> Selection:
        """What the plan says of the promise."""
        keys, found, every = self.keys, self.found, self.every
        settled = set(found.keys) - set(keys)
        surveyor = self._surveyor(self._others())
        on_hold = surveyor.only_held([key for key in found.keys if key in settled], self._held)
        left = (
            every
            if len(keys) == len(every.keys)
            else self.snapshot.find_among(self.question, keys, self.asked)
        )
        survey = surveyor.survey(keys, self._held)
        first = not self.archive  # said once, of the whole promise
        return Selection(
            system=self.data_map.system,
            root=self.root,
            disposition=self.binding.dispositions,
            rule=self.binding.rule,
            archive=self.archive,
            label=self.rule.label,
            role=self.binding.role,
            event=self.binding.event,
            period=str(self.rule.active_period if self.archive else self.rule.total_period),
            cutoff=self.question.clock.day,
            population=found.population,
            due=len(keys),
            oldest=left.oldest,
            undated=found.undated if first else 0,
            unreadable=found.unreadable if first else 0,
            sooner=left.sooner,
            notes=[*self._notes(), *self._undated_owners(surveyor)],
            settled=len(settled) - on_hold,
            on_hold=on_hold,
            keys=packed(keys),
            duties=held_by(self.terms, self.duties, left),
            holds=speak(self.standing, self.data_map, self.snapshot, surveyor.change(found.keys, self._held)),
            actions=survey.actions,
            blocks=survey.blocks,
            cascades=survey.cascades,
            emptied=survey.emptied,
            advice=self.snapshot.advice(surveyor.change(keys, self._held)),
        )

    def _notes(self) -> list[Text]:
        if self.archive:
            return archive_notes(self.rule)
        return notes_of(self.rule, self.data_map, self.disposition, archived=self.binding.archive)

    def _undated_owners(self, surveyor: Surveyor) -> list[Text]:
        """Whether a root's own row that somebody past the term owns stays for people alone whom nothing dates."""
        own = cards(self.data_map, self.root, self.steps)
        if not own:
            return []
        change = replace(surveyor, steps=own).change(self.found.keys, self._held)
        left = left_to_undated(self.terms, self.data_map, self.snapshot, self.duties, change)
        return [LEFT_TO_UNDATED] if left else []
