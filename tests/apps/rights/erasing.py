"""Who leaves the small organisation: by request, past their term, and come back with a backup."""

from __future__ import annotations

from typing import Any

import pytest

from garant.apps.holds import services as holds
from garant.apps.promises import decisions
from garant.apps.promises import services as promises
from garant.apps.promises.opening.published import open_published
from garant.apps.promises.recording.fates import fate_of
from garant.apps.replays import services as replays
from garant.apps.rights import services
from garant.apps.rights.refusals import RequestRefusedError
from garant.apps.rights.words import Outcome, Right
from garant.engine.planning.plan import plan_retention
from garant.engine.planning.restricted import NAMELESS, NO_LONGER
from tests.apps.rights.standing import Standing
from tests.apps.rights.steps import DELEGATE, OFFICER


class Erasing(Standing):
    """Erasures, and what the model makes of them."""

    def erasure(self) -> None:
        key = self.asks(Right.ERASURE)
        if key is None:
            return
        value = self.waiting.pop(key).value
        if self.dice.random() < 0.2:
            services.withdraw(self.organisation, key, actor=OFFICER)
            return
        about, fails, kept = self.named(value), self.dice.random() < 0.3, set(self.held)
        despite = self._is_refused(key, value, about)
        with self.away(fails):
            self.approves(key, despite)
            self.works(() if fails else about)
        freed = set(self.freed)
        refused = not fails and self.answered(refuses=self.may_refuse())
        self.answered()
        if self.unlike or refused:
            self.story.append(f"{key}: refused on paper: {refused}")
            self._disturbed(key)
        if fails and about - kept:
            self._erased_again(key, value, about)
        services.answer(self.organisation, key, Outcome.FULLY, actor=OFFICER)
        self._left(self.named(value) - set(self.held) - (freed & self.present()))

    def _is_refused(self, key: str, value: str, about: set[int]) -> str:
        """Who is restricted, or asks for it, is erased for a written reason only; gives one where it takes one."""
        asks = [one for one in self.open() if one.by == Right.RESTRICTION]
        by_request = any(one.value == value or (one.keys | self.named(one.value)) & about for one in asks)
        if not by_request and not about & set(self.terminal):
            return ""
        self.story.append(f"{key} takes a reason")
        with pytest.raises(RequestRefusedError, match="write why"):
            services.approve(self.organisation, key, actor=OFFICER)
        return "Elle préfère l’effacement."

    def _erased_again(self, key: str, value: str, about: set[int]) -> None:
        """Nothing was erased; meanwhile one of them is written otherwise, or loses their name, and somebody has to look."""
        self.story.append(f"{key} was refused by the system, and is done again")
        self.check()
        changed = self.dice.choice(sorted(about))
        becomes = self.dice.choice(["as it was", "another", "nobody", "deleted"])
        told = {"another": NO_LONGER, "nobody": NAMELESS}.get(becomes)
        if becomes == "another":
            self.renames(
                changed,
                {
                    "email": f"other{len(self.story)}@x.example",
                    "phone": f"+3317{self.first:06d}{changed % 10}",
                },
            )
        elif becomes == "nobody":
            self.tell(f"UPDATE person SET email = NULL, phone = NULL WHERE id = {changed}")
        elif becomes == "deleted":
            self.loses(changed)
        services.propose(self.organisation, key, actor=DELEGATE)
        plan = decisions.document(self.organisation, services.find(self.organisation, key).plan)
        said = [note for part in plan.selections for note in part.notes if note in (NO_LONGER, NAMELESS)]
        assert said == ([told] * len(self.target) if told else []), self.told(
            f"{changed} is {becomes}, and it is said: {said}"
        )
        services.approve(self.organisation, key, actor=OFFICER)
        self.works()
        self.answered()
        if becomes == "nobody":
            there = {one for (one,) in self.ask("SELECT id FROM person")}
            assert changed in there, self.told(f"{changed} had no name, and was erased unseen")
            self.loses(changed)

    def _disturbed(self, key: str) -> None:
        """Whoever was written otherwise is there still; where something is left, it is planned again, and said."""
        others, kept = self.disturbed - self.gone, set(self.held)
        there = {one: (email, phone) for one, email, phone in self.ask("SELECT id, email, phone FROM person")}
        for one in others:
            assert there.get(one) == (*self.identities(one).values(),), self.told(f"{one} was another’s")
        fate = fate_of(self.organisation, services.find(self.organisation, key).plan)
        assert fate is not None
        assert fate.state == "not-kept" or not others - kept, self.told(f"{others} are left")
        if fate.state == "kept":
            return
        self.story.append(f"{key} is planned again")
        services.propose(self.organisation, key, actor=DELEGATE)
        plan = decisions.document(self.organisation, services.find(self.organisation, key).plan)
        said = sum(note == NO_LONGER for part in plan.selections for note in part.notes)
        assert said >= bool(others - kept), self.told(f"{others} are left, and it is not said")
        services.approve(self.organisation, key, actor=OFFICER)
        self.works()
        self.answered()

    def _left(self, keys: set[int]) -> None:
        self.gone |= keys

    def sweep(self) -> None:
        """The last of the four is past their term."""
        self.story.append("sweep")
        last = self.people[3]
        with open_published(self.organisation) as workspace:
            plan = plan_retention(
                workspace.policy,
                workspace.sources,
                as_of=services.today(self.organisation),
                tolerance=1.0,
                holds=holds.against_destruction(self.organisation),
            )
        self.applies(promises.anew(plan), about={last} - self.gone)
        left = {last} - self.gone - set(self.held) - self._kept_by_request()
        self._left(left - self.present() if self.freed or self.redrawn else left)

    def _kept_by_request(self) -> set[int]:
        """Whom a request restricts, or asks to restrict, no sweep takes."""
        asks = [one for one in self.open() if one.by == Right.RESTRICTION and not one.told]
        return {key for one in asks for key in one.keys | self.named(one.value)}

    def restored(self) -> None:
        """A backup of before is restored, and replayed before anybody reads it."""
        if not self.gone - self.lost:
            return
        self.story.append("backup restored, replayed")
        whole = self.ask("SELECT id FROM person")
        self.target.restored()
        for key in self.lost:
            self.deletes(key)
        assert len(self.ask("SELECT id FROM person")) > len(whole)
        with open_published(self.organisation) as workspace:
            today = services.today(self.organisation)
            found = replays.look(workspace.policy, workspace.sources, as_of=today, actor="cli")
        self.applies(promises.anew(found.plan))
        self._looked_at({key for one in found.others for key in one.keys})

    def _looked_at(self, others: set[Any]) -> None:
        """Who was corrected after the backup and erased since is another by what is written there: somebody looks."""
        corrected = {key for key in self.gone if self.now[key] != self.before[key]}
        there = {key for (key,) in self.ask("SELECT id FROM person")}
        assert others <= corrected, self.told(f"{others} others")
        assert there & self.gone <= others, self.told(f"{there & self.gone} came back, and nobody is told")
        for key in others:
            self.deletes(key)
