"""What happens to the small organisation while a run stands still: its process was killed, and the systems, the holds or the
map are not those that it was planned on any more when another process goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

import pytest

from garant.apps.jobs import kinds
from garant.apps.promises.models import Run
from garant.apps.promises.opening.published import maps_folder
from garant.apps.promises.refusals import RefusedError
from garant.apps.promises.running import giving_up
from garant.apps.rights import services
from garant.engine.document import Plan
from tests.apps.rights.conftest import taken
from tests.apps.rights.crossroads import SYSTEMS
from tests.apps.rights.doing import Doing
from tests.apps.rights.steps import DELEGATE, OFFICER
from tests.apps.seen import seen


class Standing(Doing):
    """Its deeds, and what comes between the two halves of one."""

    def approves(self, key: str, despite: str = "") -> None:
        """Somebody approves the plan of a request; the map may be another one by then, or just after."""
        if self._draws_now():
            with pytest.raises(RefusedError, match="changed since"):
                services.approve(self.organisation, key, despite=despite, actor=OFFICER)
            services.propose(self.organisation, key, actor=DELEGATE)
        services.approve(self.organisation, key, despite=despite, actor=OFFICER)
        if self._draws_now():
            for job in taken(self.organisation, "run"):
                with pytest.raises(RefusedError, match="changed since"):
                    kinds.run(job)
            state = services.find(self.organisation, key).state
            assert state == "planned", self.told(f"{key} is {state}")
            services.approve(self.organisation, key, actor=OFFICER)

    def works(self, about: Collection[int] = ()) -> None:
        before = self._begins()
        super().works(about)
        self._settles(before, self._again)

    def applies(
        self, plan: Plan, asked: Sequence[Mapping[str, str]] = (), about: Collection[int] = ()
    ) -> None:
        before = self._begins()
        super().applies(plan, asked, about)
        self._settles(before, partial(self._apply, plan, asked))

    @property
    def unlike(self) -> bool:
        return bool(self.disturbed or self.held_since or self.freed or self.redrawn)

    def _begins(self) -> int:
        self.disturbed.clear()
        self.held_since.clear()
        self.freed.clear()
        self.redrawn = False
        return self.version

    def _meanwhile(self, about: Collection[int]) -> None:
        if not about or len(self.target) > 1:
            return
        there = sorted(self.present().intersection(about))
        way = self.dice.choice(["changes", "changes", "held", "freed", "drawn"])
        if way == "changes":
            self._changes([key for key in there if key not in self.disturbed])
        elif way == "held":
            self._holds([key for key in there if key not in self.held and key not in self.disturbed])
        elif way == "freed":
            self._frees(sorted(self.held))
        else:
            self.draws()

    def present(self) -> set[int]:
        """The records that are there."""
        return {key for (key,) in self.ask("SELECT id FROM person")}

    def _changes(self, among: Sequence[int]) -> None:
        """One of those whom the run is about is written otherwise, or deleted, in the system itself."""
        if not among:
            return
        key = self.dice.choice(among)
        self.disturbed.add(key)
        if self.dice.random() < 0.5:
            self.loses(key)
        else:
            self.is_another(key)

    def _holds(self, among: Sequence[int]) -> None:
        if among:
            key = self.dice.choice(among)
            self.places_hold(key)
            self.held_since.add(key)

    def _frees(self, among: Sequence[int]) -> None:
        if among:
            key = self.dice.choice(among)
            self.ends_hold(key)
            self.held_since.discard(key)
            self.freed.add(key)

    def draws(self) -> None:
        """Somebody writes another map of the same system."""
        self.drawn += 1
        self._put(self.drawn)
        self.redrawn = True

    def _draws_now(self) -> bool:
        drawn = self.mortal and self.dice.random() < 0.1
        if drawn:
            self.draws()
        return drawn

    def _put(self, version: int) -> None:
        self.version = version
        self.story.append(f"map {version}")
        for system in SYSTEMS[: len(self.target)]:
            path = maps_folder(self.organisation) / f"{system}.yaml"
            lines = path.read_text().splitlines()
            (label,) = (number for number, line in enumerate(lines) if line.startswith("label: "))
            lines[label] = f"label: {{fr: Fichier {version}, en: File}}"
            path.write_text("\n".join(lines) + "\n")

    def _again(self) -> None:
        services.ask_again(self.organisation)
        for job in taken(self.organisation, "run"):
            self._run(job)

    def _standing_still(self) -> list[Run]:
        return list(seen(Run).filter(state="running", plan__organisation=self.organisation))

    def _settles(self, before: int, again: Callable[[], None]) -> None:
        """A run that cannot go on: the map that it was planned on is put back, or somebody ends it."""
        if self.redrawn and self._standing_still():
            if self.dice.random() < 0.5:
                self._put(before)
                again()
            else:
                for run in self._standing_still():
                    self.story.append(f"{run.key} is given up")
                    giving_up.give_up(self.organisation, run.key, "La carte a été refaite.", actor=OFFICER)
        assert not self._standing_still(), self.told("a run stands still")
        gone = self.held_since - self.present() - self.lost
        assert not gone, self.told(f"{gone} were held while the run stood still")
