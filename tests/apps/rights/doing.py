"""What is done in the small organisation by whoever works there: requests come, systems fail, people are held, renamed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from garant.apps.holds import services as holds
from garant.apps.jobs import kinds
from garant.apps.jobs.models import Job
from garant.apps.promises import services as promises
from garant.apps.promises.opening.published import open_published
from garant.apps.promises.refusals import RefusedError
from garant.apps.promises.running import execution
from garant.apps.rights import services
from garant.apps.rights.keeping.sealing import Whom
from garant.apps.rights.receiving.identity import Method
from garant.apps.rights.receiving.intake import Asked
from garant.apps.rights.words import Channel, Right
from garant.apps.tasks import services as tasks
from garant.apps.tasks.answers import Answer, sign, statement_digest
from garant.engine.document import Plan
from tests.apps.rights import killing
from tests.apps.rights.conftest import taken, work
from tests.apps.rights.crossroads import KEY, Restricts, World
from tests.apps.rights.steps import OFFICER


class Doing(World):
    """Its deeds of every day, each as a person does it."""

    @contextmanager
    def away(self, fails: bool) -> Iterator[None]:
        """The system undoes what it is told, for the length of one run."""
        if fails:
            self.target.undone()
        try:
            yield
        finally:
            if fails:
                self.target.done_again()

    def works(self, about: Collection[int] = ()) -> None:
        """The worker carries out what was approved, and is killed now and then; meanwhile some of these may change."""
        self.disturbed.clear()
        for job in taken(self.organisation, "run"):
            self._carried(partial(self._run, job), about)

    def _run(self, job: Job) -> None:
        try:
            kinds.KINDS["run"](job)
        except RefusedError as refusal:
            self.story.append(f"… refused: {refusal}")
            if not self.unlike:
                raise

    @property
    def unlike(self) -> bool:
        """Whether something is otherwise than when the last run was planned."""
        return bool(self.disturbed)

    def _meanwhile(self, about: Collection[int]) -> None:
        """While a run about these stands still."""

    def is_another(self, key: int) -> None:
        """Nothing of what a record is known by is as it was: it may be somebody else's."""
        self.another += 1
        email, phone = f"other{self.another}-{key}@x.example", f"+3316{self.first:06d}{self.another % 10}"
        self.renames(key, {"email": email, "phone": phone})

    def applies(
        self, plan: Plan, asked: Sequence[Mapping[str, str]] = (), about: Collection[int] = ()
    ) -> None:
        """A terminal carries a plan out, and is killed now and then."""
        self._carried(partial(self._apply, plan, asked), about)

    def _apply(self, plan: Plan, asked: Sequence[Mapping[str, str]]) -> None:
        try:
            with open_published(self.organisation) as workspace:
                execution.apply_plan(plan, workspace, digest=plan.digest, actor="cli", asked=asked)
        except RefusedError as refusal:
            self.story.append(f"… refused: {refusal}")
            if not self.unlike:
                raise

    def _carried(self, carry_out: Callable[[], object], about: Collection[int] = ()) -> None:
        if self.mortal:
            killing.again_and_again(self.dice, carry_out, self.story, partial(self._meanwhile, about))
        else:
            carry_out()

    def answered(self, *, refuses: bool = False) -> bool:
        """Whoever looks on paper did what they were asked, or refuses it, all or in part; whether they did so."""
        waiting = tasks.tasks(self.organisation)
        for task in waiting:
            left = (
                self.dice.choice([("refused", 0, 0, "Introuvable."), ("done", 2, 1, "Prêté.")])
                if refuses
                else None
            )
            how = left or ("done", 1, 1, "")
            said = Answer(task.key, statement_digest(task.statement), *how)
            promises.receive_answer(sign(said, KEY, "paper"))
        services.ask_again(self.organisation)  # as each hour
        return refuses and bool(waiting)

    def may_refuse(self) -> bool:
        """Whether whoever looks on paper refuses, this time."""
        return self.mortal and self.dice.random() < 0.2

    def somebody(self) -> tuple[str, str]:
        """Somebody who is there, by an address or a number."""
        key = self.dice.choice([one for one in self.people if one not in self.gone] or self.people)
        return self.dice.choice(sorted(self.identities(key).items()))

    def asks(self, right: Right, purpose: str = "") -> str | None:
        """A request by letter, searched for and planned; none where the same is open."""
        kind, value = self.somebody()
        whom = Whom(
            name=f"N {self.first}",
            email=value if kind == "email" else "",
            phone=value if kind == "phone" else "",
        )
        if not self.named(value) or any(one.by == right and one.value == value for one in self.open()):
            return None
        taken = services.receive(
            self.organisation, Asked(right, whom, Channel.LETTER, purpose=purpose), actor=OFFICER
        )
        services.accept(self.organisation, taken.request.key, Method.KNOWN_CONTACT, actor=OFFICER)
        work(self.organisation, "request-search")
        self.story.append(f"{right} {value} {taken.request.key}")
        self.waiting[taken.request.key] = Restricts(right, value, whole=False)
        return taken.request.key

    def open(self) -> list[Restricts]:
        return [*self.waiting.values(), *self.requests.values()]

    def hold(self) -> None:
        self.places_hold(self.dice.choice([one for one in self.people if one not in self.gone] or [0]))

    def places_hold(self, key: int) -> None:
        if key and key not in self.held:
            self.story.append(f"hold on {key}")
            with open_published(self.organisation) as workspace:
                who = {"email": self.identities(key)["email"]}
                today = services.today(self.organisation)
                asked = holds.Asked("dpo", "Litige.", until=today + timedelta(days=30), identities=who)
                placed, _ = holds.place(workspace.policy, workspace.sources, asked, actor="cli")
            self.held[key] = placed.key

    def unhold(self) -> None:
        if self.held:
            self.ends_hold(self.dice.choice(sorted(self.held)))

    def ends_hold(self, key: int) -> None:
        self.story.append(f"hold on {key} ends")
        holds.end(self.organisation, self.held.pop(key), actor="cli")

    def renames(self, key: int, values: dict[str, str]) -> None:
        """Somebody writes otherwise by what a record is known, in the system itself."""
        for kind, becomes in values.items():
            self.story.append(f"{key}: {self.now[key][kind]} becomes {becomes} in the system")
            self.tell(f"UPDATE person SET {kind} = '{becomes}' WHERE id = {key}")
            self.now[key] = self.now[key] | {kind: becomes}

    def loses(self, key: int) -> None:
        """The business software deletes somebody by itself: nobody tells Garant."""
        self.story.append(f"{key} is deleted in the system")
        self.deletes(key)
        self.gone.add(key)
        self.lost.add(key)

    def deletes(self, key: int) -> None:
        """Somebody goes, in the system itself, with what they alone wrote."""
        alone = "SELECT text_id FROM author GROUP BY text_id HAVING max(person_id) = min(person_id)"
        self.tell(
            f"DELETE FROM text WHERE id IN ({alone} AND max(person_id) = {key})",
            f"DELETE FROM author WHERE person_id = {key}",
            f"DELETE FROM person WHERE id = {key}",
        )


def identity(value: str) -> tuple[str, str]:
    """An address or a number, with its kind."""
    return ("email" if "@" in value else "phone"), value
