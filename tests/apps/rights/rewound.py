"""Requests and holds of a small organisation at random; its Garant is lost, and put back as it was a while ago.

The model knows what is so in the system, and what people were told; and, of the moment of the backup, what was so then. Whoever
reads what was forgotten does again what that says, as the model knows it; it knows nothing of plans, runs, marks or letters.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from garant.apps.backups.entries import BackupMade
from garant.apps.backups.services import reading
from garant.apps.evidence import services as evidence
from garant.apps.holds import services as holds
from garant.apps.jobs import kinds
from garant.apps.mails import holding
from garant.apps.promises import decisions
from garant.apps.promises.opening.published import open_published
from garant.apps.promises.recording.fates import fate_of
from garant.apps.promises.refusals import RefusedError, RunInterruptedError
from garant.apps.rights import services
from garant.apps.rights.models import Request
from garant.apps.rights.words import Channel, Method, Outcome, Right
from garant.ledger import LedgerError
from garant.ledger.entries import Entry
from tests.apps.rights import killing
from tests.apps.rights.conftest import Letters, taken, work
from tests.apps.rights.putting_back import Backup
from tests.apps.rights.remains import remains
from tests.apps.rights.steps import DELEGATE, OFFICER
from tests.apps.rights.target import Target
from tests.apps.seen import seen

PEOPLE = range(1, 6)
APART = (2, 4)
"""Whom the business software itself had set aside before."""


@dataclass
class Ask:
    """A request, how far it is, and whether its answer was given."""

    right: Right
    of: int
    who: str = ""
    """By what address: the system may give a key to somebody else."""
    stage: str = "planned"
    """planned, approved, done, lifted or over."""


@dataclass
class Known:
    """What is so: by the model, now or at the backup."""

    asks: dict[str, Ask] = field(default_factory=dict[str, Ask])
    held: dict[int, str] = field(default_factory=dict[int, str])
    gone: set[int] = field(default_factory=set[int])
    again: dict[int, int] = field(default_factory=dict[int, int])
    """Key → how often the system gave it to somebody else."""

    def address(self, person: int) -> str:
        return f"rewound{person}-{self.again.get(person, 0)}@x.example"

    def open(self, *stages: str) -> list[str]:
        return [key for key, one in self.asks.items() if one.stage in stages]

    def restricts(self, person: int) -> bool:
        return any(
            one.right == Right.RESTRICTION and one.who == self.address(person) and one.stage == "done"
            for one in self.asks.values()
        )


@dataclass
class Rewound:
    """The organisation of one story."""

    organisation: str
    target: Target
    post: Letters
    folder: Path
    dice: random.Random
    so: Known = field(default_factory=Known)
    backup: tuple[Backup, Known] | None = None
    story: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        for one in PEOPLE:
            self._comes(one)

    def _comes(self, one: int) -> None:
        lately = services.today(self.organisation) - timedelta(days=30)
        self.target.tell(
            f"INSERT INTO person VALUES ({one}, '{self.so.address(one)}', '+3318{one:07d}', '{lately}', {not self.apart(one)})"
        )

    # ---------------------------------------------------------------- deeds

    def another_comes(self) -> None:
        """The system gives the key of somebody who is gone to somebody else."""
        if self.so.gone:
            one = self.dice.choice(sorted(self.so.gone))
            self.so.gone.discard(one)
            self.so.again[one] = self.so.again.get(one, 0) + 1
            self.story.append(f"{one} is somebody else")
            self._comes(one)

    def asks(self) -> None:
        there = [one for one in PEOPLE if one not in self.so.gone]
        right = self.dice.choice([Right.ERASURE, Right.RESTRICTION, Right.RESTRICTION])
        if there:
            person = self.dice.choice(there)
            self.writes_down(right, person, self.so.address(person))

    def writes_down(self, right: Right, person: int, who: str) -> str | None:
        stages = ("planned", "approved", "done") if right == Right.RESTRICTION else ("planned", "approved")
        if any(
            self.so.asks[key].who == who and self.so.asks[key].right == right for key in self.so.open(*stages)
        ):
            return None
        whom = services.Whom(name="N", email=who)
        received = services.receive(
            self.organisation, services.Asked(right, whom, Channel.LETTER), actor=OFFICER
        )
        key = received.request.key
        services.accept(self.organisation, key, Method.KNOWN_CONTACT, actor=OFFICER)
        work(self.organisation, "request-search")
        self.so.asks[key] = Ask(right, person, who)
        self.story.append(f"{key}: {right} of {person}")
        return key

    def approves(self) -> None:
        if keys := self.so.open("planned"):
            key = self.dice.choice(keys)
            self.story.append(f"{key} is approved")
            self.approve(key)
            self.so.asks[key].stage = "approved"

    def approve(self, key: str) -> None:
        """An erasure of whom something restricts, or is asked to, takes a written reason."""
        one = self.so.asks[key]
        beside = [self.so.asks[other] for other in self.so.open("planned", "approved", "done")]
        against = any(other.right == Right.RESTRICTION and other.who == one.who for other in beside)
        if one.right == Right.ERASURE and against and not self._decided(key):
            with pytest.raises(LedgerError, match="write why"):
                services.approve(self.organisation, key, actor=OFFICER)
        services.approve(self.organisation, key, despite="Elle préfère cela.", actor=OFFICER)

    def _decided(self, key: str) -> bool:
        """Whether somebody wrote why before, of some restriction: that one is not asked about again."""
        return any(
            step.kind == "despite" for step in services.story(services.find(self.organisation, key)).steps
        )

    def withdraws(self) -> None:
        if keys := self.so.open("planned"):
            key = self.dice.choice(keys)
            self.story.append(f"{key} is withdrawn")
            services.withdraw(self.organisation, key, actor=OFFICER)
            self.so.asks[key].stage = "over"

    def works(self) -> None:
        """The worker does what was approved; what is refused, for somebody's data changed, is approved once more."""
        if self.dice.random() < 0.5:
            self._is_killed()
        self.carries_out()
        self._settles()

    def _settles(self) -> None:
        for key in self.so.open("approved"):
            one = self.so.asks[key]
            state = services.find(self.organisation, key).state
            if state == "running":
                self._goes_on(key, one)
            else:
                self.story.append(f"{key} is {state} again")
                one.stage = "planned"

    def _is_killed(self) -> None:
        """The worker is, in the middle of what it does; the backup of the night may be made just then."""
        moment = self.dice.choice([*killing.MOMENTS])
        self.story.append(f"… killed: {moment}")
        with killing.killed(moment), suppress(RunInterruptedError):
            self.carries_out()
        if self.dice.random() < 0.7:
            self.backs_up()

    def carries_out(self) -> None:
        services.ask_again(self.organisation)
        for job in taken(self.organisation, "run"):
            try:
                kinds.run(job)
            except RefusedError as refusal:
                self.story.append(f"… refused: {refusal}")

    def _done(self, key: str, one: Ask) -> None:
        self.story.append(f"{key} is done")
        one.stage = "done" if one.right == Right.RESTRICTION else "over"
        mine = one.who == self.so.address(one.of) and one.of not in self.so.held
        if one.right == Right.ERASURE and mine:
            self.so.gone.add(one.of)
        self._answers(key, one)

    def _answers(self, key: str, one: Ask) -> None:
        """Nobody is told that their data are set aside who is not there any more."""
        nobody = one.right == Right.RESTRICTION and not self._is_there(one)
        if not nobody:
            services.answer(self.organisation, key, Outcome.FULLY, actor=OFFICER)
            return
        try:
            services.answer(self.organisation, key, Outcome.FULLY, actor=OFFICER)
        except LedgerError:
            nothing = "nothing-held"
            services.answer(self.organisation, key, Outcome.REFUSED, ground=nothing, actor=OFFICER)
            one.stage = "over"

    def lifts(self) -> None:
        if keys := [key for key in self.so.open("done") if self.so.asks[key].right == Right.RESTRICTION]:
            self.lift(self.dice.choice(keys))

    def lift(self, key: str) -> None:
        self.story.append(f"{key} ends")
        if services.find(self.organisation, key).lift_on is None:
            later = services.today(self.organisation) + timedelta(days=10)
            services.tell_lift(self.organisation, key, "Accord.", later, actor=OFFICER)
        seen(Request).filter(key=key).update(lift_on=services.today(self.organisation))
        services.night(self.organisation)
        services.approve_lift(self.organisation, key, actor=OFFICER)
        self.carries_out()
        assert services.find(self.organisation, key).forget_on, self.told(f"{key} is not over")
        self.so.asks[key].stage = "lifted"
        self._settles()

    def holds(self) -> None:
        free = [one for one in PEOPLE if one not in self.so.gone and one not in self.so.held]
        if free:
            self.place(self.dice.choice(free))

    def place(self, person: int) -> None:
        self.story.append(f"{person} is held")
        with open_published(self.organisation) as workspace:
            until = services.today(self.organisation) + timedelta(days=30)
            asked = holds.Asked("dpo", "Litige.", until=until, identities={"email": self.so.address(person)})
            placed, _ = holds.place(workspace.policy, workspace.sources, asked, actor="cli")
        self.so.held[person] = placed.key

    def unholds(self) -> None:
        if self.so.held:
            self.free(self.dice.choice(sorted(self.so.held)))

    def free(self, person: int) -> None:
        self.story.append(f"{person} is held no more")
        holds.end(self.organisation, self.so.held.pop(person), actor="cli")

    def backs_up(self) -> None:
        self.story.append("backup")
        self.backup = Backup(self.folder / "backup"), deepcopy(self.so)
        made = BackupMade(backup="ab" * 32, size=1, tables=1, rows=1, entries=1, archives=0)
        evidence.append(self.organisation, [Entry(made, datetime.now(UTC), "garant")])

    # ---------------------------------------------------------------- the loss

    def is_lost(self) -> None:
        """The machine is lost; the last backup is put back, and the worker starts before anybody reads."""
        if self.backup is None:
            return
        export = self.folder / f"ledger{len(self.story)}.zip"
        evidence.export(self.organisation, export)
        (copy, then), truth = self.backup, self.so
        self.backup = None
        copy.put_back()
        self.story.append("Garant is lost, and put back")
        before, written = self.rows(), len(self.post.sent)
        self._an_hour()
        trusted = [str(key) for key in evidence.verifier_keys(self.organisation)]
        compared = reading.compare(self.organisation, export, trusted)
        self._is_told({about for one in compared.found.missed for about in one.about}, truth, then)
        reading.attest(self.organisation, reading.shown(self.organisation, compared), actor=OFFICER)
        self._an_hour()
        assert self.rows() == before, self.told(f"{self.rows()} by itself, from {before}")
        outside = [one for one in self.post.sent[written:] if one[1] not in ("reminded",)]
        assert not outside, self.told(f"{outside} was written by itself")
        reading.let_letters_go(
            self.organisation, {one.key for one in holding.held(self.organisation)}, actor=OFFICER
        )
        self._does_again(truth, then)

    def _an_hour(self) -> None:
        self.carries_out()
        for job in taken(self.organisation, "request-package"):
            self.story.append(f"… a package of before: {job.key}")
        services.night(self.organisation)

    def _is_told(self, about: set[str], truth: Known, then: Known) -> None:
        """Nobody, and nothing that people asked, is forgotten in silence."""
        moved = {key for key, one in truth.asks.items() if then.asks.get(key) != one}
        ended = {then.held[one] for one in then.held if truth.held.get(one) != then.held[one]}
        placed = {truth.held[one] for one in truth.held if then.held.get(one) != truth.held[one]}
        silent = (moved | ended | placed) - about
        assert not silent, self.told(f"{silent} were forgotten in silence: {about}")

    def _does_again(self, truth: Known, then: Known) -> None:
        """Whoever has read does again what was forgotten: holds first, then each request."""
        self.so = deepcopy(then)
        self.so.gone, self.so.again = set(truth.gone), dict(truth.again)
        for key in self.so.open("approved"):
            if services.find(self.organisation, key).state != "running":  # one that had begun went on
                self.so.asks[key].stage = "planned"  # planned anew, and approved once more
        for one in sorted(self.so.held):
            if one not in truth.held:
                self.free(one)
        for one in sorted(truth.held):
            if one not in self.so.held and one not in truth.gone:
                self.place(one)
        for key, was in truth.asks.items():
            self._take_up(key, was)

    def _take_up(self, key: str, was: Ask) -> None:
        here = self.so.asks.get(key)
        if here is None and was.stage in ("planned", "approved", "done") and self._is_there(was):
            again = self.writes_down(was.right, was.of, was.who)
            here, key = (self.so.asks[again], again) if again else (None, key)
        if here is None or here.stage == was.stage:
            return
        if here.stage == "approved":
            self._goes_on(key, here)
        if was.stage == "lifted" and here.stage == "done":
            self.lift(key)
        elif was.stage in ("lifted", "over") and here.stage == "planned" and self._is_there(here):
            services.withdraw(self.organisation, key, actor=OFFICER)
            here.stage = "over"
        elif was.stage in ("done", "over") and here.stage == "planned":
            self._once_more(key, here, marked=was.stage == "done")

    def _goes_on(self, key: str, here: Ask) -> None:
        fate = fate_of(self.organisation, services.find(self.organisation, key).plan)
        assert fate is not None, self.told(f"{key} has no run")
        assert not fate.open, self.told(f"{key} stands still")
        if fate.state == "kept":
            self._done(key, here)
        else:
            self._once_more(key, here, marked=False)

    def _once_more(self, key: str, here: Ask, *, marked: bool) -> None:
        """It was done already: its plan, as things are now, is carried out so that it can be answered."""
        self.story.append(f"{key} is done again")
        services.propose(self.organisation, key, actor=DELEGATE)
        if marked:
            self._looks_at_the_mark(key, here.of)
        services.approve(self.organisation, key, despite="Elle préfère cela.", actor=OFFICER)
        self.carries_out()
        state = services.find(self.organisation, key).state
        assert state == "running", self.told(f"{key} is {state}")
        self._done(key, here)

    def _looks_at_the_mark(self, key: str, person: int) -> None:
        """The system has the mark, and this Garant does not know of whom: staff is told, and looks."""
        plan = decisions.document(self.organisation, services.find(self.organisation, key).plan)
        said = [note.en for part in plan.selections for note in part.notes if "was restored" in note.en]
        if self.so.restricts(person):
            return
        assert said or person in self.so.gone or self.so.asks[key].who != self.so.address(person), self.told(
            f"nobody is told that the mark of {person} may be {key}'s"
        )
        if not self.apart(person) and self.so.asks[key].who == self.so.address(person):
            self.target.tell(f"UPDATE person SET active = true WHERE id = {person}")
            services.propose(self.organisation, key, actor=DELEGATE)

    # ---------------------------------------------------------------- what is checked

    def _is_there(self, one: Ask) -> bool:
        return one.who == self.so.address(one.of) and one.of not in self.so.gone

    def apart(self, person: int) -> bool:
        """Whether the business software itself had set them aside."""
        return person in APART and not self.so.again.get(person)

    def rows(self) -> dict[int, bool]:
        return {key: bool(active) for key, active in self.target.ask("SELECT id, active FROM person")}

    def check(self) -> None:
        want = {
            one: not self.apart(one) and not self.so.restricts(one)
            for one in PEOPLE
            if one not in self.so.gone
        }
        assert self.rows() == want, self.told(f"{self.rows()}, not {want}")

    def told(self, what: str) -> str:
        return "\n".join([*self.story, what])


OFTEN = (Rewound.asks, Rewound.approves, Rewound.works)
SELDOM = (Rewound.withdraws, Rewound.lifts, Rewound.holds, Rewound.unholds, Rewound.another_comes)
DEEDS: list[Callable[[Rewound], None]] = [*OFTEN, *OFTEN, *SELDOM, Rewound.backs_up, Rewound.is_lost]


def story(organisation: str, target: Target, post: Letters, folder: Path, seed: int, deeds: int) -> None:
    """So many deeds, each checked; at the end everything is over, and nothing is left of anybody."""
    world = Rewound(organisation, target, post, folder, random.Random(seed))
    try:
        _told(world, deeds)
    except LedgerError as refusal:
        raise AssertionError(world.told(str(refusal))) from refusal


def _told(world: Rewound, deeds: int) -> None:
    for number in range(deeds):
        world.dice.choice(DEEDS)(world)
        if number == deeds // 3 and world.backup is None:
            world.backs_up()
        world.check()
    world.is_lost()
    world.check()
    while world.so.held:
        world.unholds()
    while world.so.open("planned", "approved"):
        world.approves()
        world.works()
        world.check()
    while world.so.open("done"):
        world.lifts()
        world.check()
    evidence.verify_database(world.organisation)
    left = remains(world.organisation, {f"rewound{one}-" for one in PEOPLE})
    assert not left, world.told(f"kept of people still: {left}")
