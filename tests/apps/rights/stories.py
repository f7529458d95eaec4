"""What may happen to the small organisation: requests of people, a terminal, holds, sweeps, restored backups."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from garant.apps.evidence import services as evidence
from garant.apps.holds import services as holds
from garant.apps.permissions.models import BEFORE, CARRIED, REQUESTED, Fact
from garant.apps.promises import decisions
from garant.apps.promises import services as promises
from garant.apps.promises.models import Run
from garant.apps.promises.opening.published import open_published
from garant.apps.promises.people import absent, restrictions
from garant.apps.promises.recording.fates import fate_of
from garant.apps.rights import services
from garant.apps.rights.models import Request
from garant.apps.rights.words import Outcome, Right
from garant.engine.document import Plan
from garant.engine.planning.restricted import OTHERWISE, Restricting, every_place, nothing_held
from garant.engine.planning.subject import plan_subject
from garant.ledger import LedgerError
from tests.apps.rights.asking import Identity
from tests.apps.rights.doing import identity
from tests.apps.rights.erasing import Erasing
from tests.apps.rights.remains import remains
from tests.apps.rights.steps import DELEGATE, OFFICER
from tests.apps.rights.target import Target
from tests.apps.seen import seen


class Story(Erasing):
    """One story of it: its deeds, each as a person does it, and what the model makes of it."""

    def restriction(self) -> None:
        key = self.asks(Right.RESTRICTION)
        if key is not None:
            self._carry_out_restriction(key)

    def _carry_out_restriction(self, key: str) -> None:
        if services.find(self.organisation, key).state != "planned":
            services.propose(self.organisation, key, actor=DELEGATE)
        one, fails = self.waiting[key], self.dice.random() < 0.3
        about = self.named(one.value) | {
            number for number in one.keys - self.gone if self._known(key, number)
        }
        changes = any(
            active for number, active in self.ask("SELECT id, active FROM person") if number in about
        )
        self.story.append(f"carried out {key}, fails: {fails}")
        held = self.known_as(about) | {identity(one.value)}
        with self.away(fails):
            self.approves(key)
            self.works(() if fails else about)
        refused = self.answered(refuses=self.may_refuse())
        done = not (fails and changes)
        if refused:
            self.story.append(f"{key} is refused on paper")
        if self.unlike or refused:
            fate = fate_of(self.organisation, services.find(self.organisation, key).plan)
            done = fate is not None and fate.state == "kept"
        one.whole = done and about >= one.keys - self.gone
        one.keys |= about
        self.requests[key] = one
        self.answers.holds(key, held)
        if done:
            services.answer(self.organisation, key, Outcome.FULLY, actor=OFFICER)
            del self.waiting[key]

    def goes_on(self) -> None:
        """A restriction that is half done is done again, withdrawn or refused."""
        half = [key for key in self.waiting if key in self.requests]
        if not half:
            return
        key = self.dice.choice(half)
        way = self.dice.choice(["again", "refused", "withdrawn"])
        self.story.append(f"{key} {way}")
        if way == "again":
            services.propose(self.organisation, key, actor=DELEGATE)
            self._carry_out_restriction(key)
            return
        if way == "refused":
            ground = "manifestly-unfounded"
            services.answer(self.organisation, key, Outcome.REFUSED, ground=ground, actor=OFFICER)
        else:
            services.propose(self.organisation, key, actor=DELEGATE)
            services.withdraw(self.organisation, key, actor=OFFICER)
        del self.waiting[key]
        self.requests[key].told = True
        self._lift(key)

    def ends(self) -> None:
        """A restriction that was granted is told to end, and its day comes."""
        granted = [key for key in self.requests if key not in self.waiting and not self.requests[key].told]
        if not granted:
            return
        key, today = self.dice.choice(granted), services.today(self.organisation)
        services.tell_lift(self.organisation, key, "Accord.", today + timedelta(days=10), actor=OFFICER)
        seen(Request).filter(key=key).update(lift_on=today)
        self.requests[key].told = True
        self._lift(key)

    def _lift(self, key: str) -> None:
        one, fails = self.requests[key], self.dice.random() < 0.2
        services.night(self.organisation)
        strange = self._strange(key)
        self.story.append(f"lifts {key}, fails: {fails}")
        if self._draws_now():
            with pytest.raises(LedgerError, match="here is another"):
                services.approve_lift(self.organisation, key, actor=OFFICER)
        with self.away(fails):
            services.approve_lift(self.organisation, key, actor=OFFICER)
            self.works(() if fails else one.keys)
        refused = self.answered(refuses=self.may_refuse())
        if services.find(self.organisation, key).forget_on is None:
            one.whole = False
            self.story.append(f"lifts {key} again, refused on paper: {refused}")
            services.night(self.organisation)
            lift = decisions.document(self.organisation, services.find(self.organisation, key).lift_plan)
            if lift.selections or not refused:
                strange = self._strange(key)
            services.approve_lift(self.organisation, key, actor=OFFICER)
            self.works()
            self.answered()
        assert services.find(self.organisation, key).forget_on, self.told(f"{key} is not over")
        del self.requests[key]
        for strange_one in strange:
            if not self.restricted(strange_one)[0] and strange_one not in self.set_aside:
                self.tell(f"UPDATE person SET active = true WHERE id = {strange_one}")
        mine = one.keys | self.named(one.value)
        heirs = [
            heir
            for heir, other in self.requests.items()
            if other.value == one.value or mine & (other.keys | self.named(other.value))
        ]
        self.answers.ends(key, heirs)

    def _known(self, key: str, number: int) -> bool:
        """Whether a record that a request restricted has an address or a number that it is held under."""
        return not self.answers.holders[key].isdisjoint(self.identities(number).items())

    def _strange(self, key: str) -> set[int]:
        """The records that it restricted, of which no address and no number is what it was: somebody is told to look."""
        one = self.requests[key]
        strange = {
            number for number in one.keys - self.gone - self.named(one.value) if not self._known(key, number)
        }
        plan = decisions.document(self.organisation, services.find(self.organisation, key).lift_plan)
        said = sum(note == OTHERWISE for part in plan.selections for note in part.notes)
        assert said == len(strange) * len(self.target), self.told(
            f"{strange} are to be looked at, {said} are said"
        )
        return strange

    def terminal_restricts(self) -> None:
        kind, value = self.somebody()
        if self.named(value):
            self.story.append(f"terminal restricts {value}")
            self._terminal("restriction", {kind: value})
            self.terminal |= dict.fromkeys(self.named(value), value)
            self.paper.add(value)
            self.answers.holds(f"paper {value}", {identity(value)})
            for key in self.named(value):
                run = f"terminal {key} {len(self.story)}"
                self.answers.holds(run, self.known_as([key]) | {identity(value)})

    def terminal_lifts(self) -> None:
        there = {one for key in self.terminal if key not in self.gone for one in self.now[key].values()}
        names = {value for _, held in self._by_terminal() for kind, value in held if kind != "row"}
        if not self.paper | there | names:
            return
        value = self.dice.choice(sorted(self.paper | there | names))
        self.story.append(f"terminal lifts {value}")
        found, gone = self._lifted(value)
        plan = self._terminal("lifting", {identity(value)[0]: value})
        said = sum(len(one.restrictions) for one in plan.gone)
        assert said == len(gone) * len(self.target), self.told(
            f"{gone} are of records that are gone, {said} are said"
        )
        for key in found:
            self.terminal.pop(key, None)
        for run in [*gone, *(run for run, _ in self._by_terminal() if int(run.split()[1]) in found)]:
            self.answers.ends(run, [])
        self.paper.discard(value)
        self.answers.ends(f"paper {value}", [])

    def _by_terminal(self) -> list[tuple[str, set[Identity]]]:
        """What the terminal restricts, by what it is known."""
        return [(run, held) for run, held in self.answers.holders.items() if run.startswith("terminal ")]

    def _lifted(self, value: str) -> tuple[set[int], list[str]]:
        """The records that a lifting under a name is about, and the restrictions whose record is gone."""
        found, gone = self.named(value), list[str]()
        for run, held in self._by_terminal():
            key = int(run.split()[1])
            if identity(value) in held and key in self.gone:
                gone.append(run)
            elif identity(value) in held and not self._names(key).isdisjoint(self.now[key].items()):
                found.add(key)
        return found, gone

    def _names(self, key: int) -> set[Identity]:
        """All that the terminal holds because of a record."""
        return {one for run, held in self._by_terminal() if int(run.split()[1]) == key for one in held}

    def _terminal(self, kind: Any, who: dict[str, str]) -> Plan:
        with open_published(self.organisation) as workspace:
            lifts = kind == "lifting"
            others = services.restricting(self.organisation) if lifts else ()
            found = absent.look(workspace, self.organisation, who.items()) if lifts else absent.Absent()
            plan = plan_subject(
                workspace.policy,
                workspace.sources,
                who,
                kind,
                as_of=services.today(self.organisation),
                holds=holds.in_force(self.organisation),
                manual=workspace.manual,
                restricting=Restricting(
                    others,
                    services.holding(self.organisation) if lifts else nothing_held,
                    places=found.places,
                    gone=found.gone,
                    stays=restrictions.staying(self.organisation),
                    restricted=restrictions.known(self.organisation) if lifts else every_place,
                ),
            )
        plan = promises.anew(plan)
        self.applies(plan, [who])
        self.answered()
        return plan


DEEDS: list[Callable[[Story], None]] = [
    Story.restriction,
    Story.restriction,
    Story.goes_on,
    Story.goes_on,
    Story.ends,
    Story.ends,
    Story.terminal_restricts,
    Story.terminal_lifts,
    Story.erasure,
    Story.hold,
    Story.unhold,
    Story.sweep,
    Story.restored,
]


def story(
    organisation: str,
    target: Target,
    number: int,
    seed: int,
    deeds: int,
    among: Sequence[Callable[[Story], None]] = DEEDS,
    *,
    mortal: bool = False,
) -> Story:
    """One story: so many deeds, each checked; at the end all that restricts is let go of, and the ledger verifies."""
    dice = random.Random(seed)
    world = Story(organisation, target, number * 100 + 1000, dice, mortal=mortal)
    target.backed_up(world.first)
    for _ in range(deeds):
        deed = dice.choice(among)
        try:
            deed(world)
        except LedgerError as refusal:
            raise AssertionError(world.told(f"{deed.__name__}: {refusal}")) from refusal
        world.check()
    while set(world.requests) & set(world.waiting):
        world.goes_on()
        world.check()
    while any(not one.told for one in world.requests.values()):
        world.ends()
        world.check()
    while world.paper or world._by_terminal():
        world.terminal_lifts()
        world.check()
    while world.held:
        world.unhold()
    evidence.verify_database(organisation)
    assert not seen(Run).filter(state="running").exists(), world.told("a run has not ended")
    kept = seen(Fact).filter(kind__in=(BEFORE, CARRIED, REQUESTED), said=True)
    assert not kept.exists(), world.told(f"remembered still: {list(kept.values_list('kind', 'purpose'))}")
    left = remains(organisation, {value for kind, value in world.answers.known if kind != "row"})
    assert not left, world.told(f"kept of people still: {left}")
    return world
