"""A small organisation that archives, at random: who has left it goes to the intermediate archive, and is destroyed on their day.

The model knows where everybody is: in the system, in the archive until a day, or nowhere; nothing of plans, records or keys.
"""

from __future__ import annotations

import io
import json
import os
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.test import Client

from garant.apps.archives import reasons
from garant.apps.archives import services as archives
from garant.apps.evidence import services as evidence
from garant.apps.holds import services as holds
from garant.apps.jobs import kinds
from garant.apps.jobs.models import Job
from garant.apps.promises import services as promises
from garant.apps.promises.models import Run
from garant.apps.promises.opening.archiving import archive_of
from garant.apps.promises.opening.published import maps_folder, open_published
from garant.apps.promises.recording.fates import fate_of
from garant.apps.promises.refusals import RefusedError
from garant.apps.promises.running import execution, giving_up
from garant.apps.rights import services
from garant.apps.rights.keeping.sealing import Whom
from garant.apps.rights.receiving.identity import Method
from garant.apps.rights.receiving.intake import Asked
from garant.apps.rights.words import Channel, Outcome, Right
from garant.engine.document import Plan
from garant.engine.planning.plan import plan_retention
from garant.ledger.keys import key_source
from garant.site.paths import archive_folder
from garant.systems.archive.store import ArchiveStore
from tests.apps.rights import killing
from tests.apps.rights.conftest import taken, work
from tests.apps.rights.crossroads import MAP
from tests.apps.rights.remains import remains
from tests.apps.rights.renaming import links_of
from tests.apps.rights.steps import DELEGATE, OFFICER
from tests.apps.rights.target import Target
from tests.apps.seen import seen

ARCHIVING = MAP.replace(
    "{rule: prospects, role: person, event: end, dispositions: erase}",
    "{rule: customers, role: person, event: end, dispositions: erase, archive: true}",
)
YEARS = 5
"""How long the policy of the reference organisation keeps whoever was a customer, all of it in the archive."""
REASON = "Litige sur une commande de mars"


@dataclass
class Somebody:
    """Somebody whom the organisation knows, or knew, and where they are."""

    number: int
    key: int
    where: str = "system"
    left: date | None = None
    """The last day of the relationship: the years count from there."""
    hold: str = ""

    @property
    def email(self) -> str:
        return f"k{self.number}@keep.example"

    @property
    def phone(self) -> str:
        return f"+3315{self.number:07d}"


@dataclass
class Keeping:
    """The organisation of one story, what it does, and what is so by the model."""

    organisation: str
    target: Target
    dice: random.Random
    people: list[Somebody] = field(default_factory=list[Somebody])
    texts: dict[int, list[Somebody]] = field(default_factory=dict[int, list[Somebody]])
    story: list[str] = field(default_factory=list[str])
    drawn: int = 0
    redrawn: bool = False
    """Whether somebody wrote another map while the last run stood still."""
    twice: set[int] = field(default_factory=set[int])
    """Those whose batch somebody ended without knowing whether it was done: what was archived of them is kept in any case."""

    # ---------------------------------------------------------------- what the model says

    def those(self, *where: str) -> list[Somebody]:
        return [one for one in self.people if one.where in where]

    def today(self) -> date:
        return services.today(self.organisation)

    def over(self, one: Somebody) -> bool:
        return one.left is not None and one.left + relativedelta(years=YEARS) < self.today()

    def store(self) -> ArchiveStore | None:
        archive = archive_of(self.organisation, key_source(settings.GARANT_KEYS, os.environ))
        return archive.store if archive is not None and archive.store.exists else None

    # ---------------------------------------------------------------- what is done

    def arrives(self, key: int = 0) -> None:
        """Somebody new, under a key that may have been another's; they write something, alone or with somebody."""
        number = len(self.people) + 1
        used = {one.key for one in self.those("system")}
        free = sorted({one.key for one in self.people} - used)
        key = key or (self.dice.choice(free) if free and self.dice.random() < 0.5 else 1000 + number)
        one = Somebody(number, key)
        self.story.append(f"{one.email} is {key}")
        self.target.tell(f"INSERT INTO person VALUES ({key}, '{one.email}', '{one.phone}', NULL, true)")
        with_them = self.dice.sample(self.those("system"), k=min(len(used), self.dice.choice([0, 0, 1])))
        self.people.append(one)
        self.target.tell(f"INSERT INTO text VALUES ({number}, 'Text {number} of {one.email}')")
        self.texts[number] = [one, *with_them]
        for author in self.texts[number]:
            self.target.tell(f"INSERT INTO author VALUES ({number}, {author.key})")

    def leaves(self) -> None:
        staying = [one for one in self.those("system") if one.left is None]
        if staying:
            one = self.dice.choice(staying)
            one.left = self.today() - timedelta(days=self.dice.choice([1, 400, 1000, 3000]))
            self.story.append(f"{one.email} left on {one.left}")
            self.target.tell(f"UPDATE person SET ended = '{one.left}' WHERE id = {one.key}")

    def ages(self) -> None:
        """Years go by for somebody."""
        kept = self.those("archive")
        if kept:
            one = self.dice.choice(kept)
            self._grows_old(one)

    def _grows_old(self, one: Somebody) -> None:
        assert one.left is not None
        one.left -= relativedelta(years=YEARS, days=1)
        self.story.append(f"{one.email} left on {one.left}, years go by")
        store = self.store()
        assert store is not None
        with store.opened() as database:
            for record in self.records()[one.number]:
                database.execute(
                    "UPDATE record SET counted_from = ? WHERE id = ?", (one.left.isoformat(), record)
                )

    def sweep(self) -> None:
        """What is due is done; where the map was another one before it was, it is planned again."""
        due = [one for one in self.people if one.left is not None and not one.hold]
        self._sweep()
        while self.redrawn:
            self._sweep()
        for one in due:
            if one.hold:  # placed while the run stood still, on somebody who was there
                continue
            if self.over(one):
                one.where = "nowhere"
            elif one.where == "system":
                one.where = "archive"

    def _sweep(self) -> None:
        self.redrawn = False
        self.story.append("sweep")
        with open_published(self.organisation) as workspace:
            plan = plan_retention(
                workspace.policy,
                workspace.sources,
                as_of=self.today(),
                tolerance=1.0,
                holds=holds.in_force(self.organisation),
            )
        self._mortal(partial(self._apply, promises.anew(plan)))

    def _apply(self, plan: Plan) -> None:
        try:
            with open_published(self.organisation) as workspace:
                execution.apply_plan(plan, workspace, digest=plan.digest, actor="cli")
        except RefusedError as refusal:
            self.story.append(f"… refused: {refusal}")
            assert self.redrawn, self.told("refused")

    def _mortal(self, carry_out: Callable[[], object]) -> None:
        moments = tuple(killing.ARCHIVING)
        killing.again_and_again(self.dice, carry_out, self.story, self._meanwhile, moments)
        for run in seen(Run).filter(state="running", plan__organisation=self.organisation):
            assert self.redrawn, self.told("a run stands still")
            self.story.append(f"{run.key} is given up")
            self.twice |= {one.number for one in self.people}
            giving_up.give_up(self.organisation, run.key, "La carte a été refaite.", actor=OFFICER)

    def _meanwhile(self) -> None:
        """While a run stands still: a key that is free is somebody else's, a hold is placed, the archive has another key."""
        way = self.dice.choice(["given", "given", "held", "rotated", "drawn"])
        there = {key for (key,) in self.target.ask("SELECT id FROM person")}
        if way == "given":
            free = sorted({one.key for one in self.those("system")} - there)
            if free:
                self.arrives(self.dice.choice(free))
        elif way == "held":
            self._hold([one for one in self.those("system") if one.key in there and self._is(one)])
        elif way == "drawn":
            self._draws()
        else:
            self.rotates()

    def _draws(self) -> None:
        self.drawn += 1
        self.redrawn = True
        self.story.append(f"map {self.drawn}")
        path = maps_folder(self.organisation) / "file.yaml"
        text = path.read_text()
        path.write_text(
            re.sub(r"label: \{fr: Fichier \d+", f"label: {{fr: Fichier {self.drawn}", text, count=1)
        )

    def _is(self, one: Somebody) -> bool:
        """Whether the record under their key is theirs."""
        return self.target.ask(f"SELECT email FROM person WHERE id = {one.key}") == [(one.email,)]

    def hold(self) -> None:
        self._hold(self.those("system", "archive"))

    def _hold(self, among: list[Somebody]) -> None:
        free = [one for one in among if not one.hold]
        if not free:
            return
        one = self.dice.choice(free)
        self.story.append(f"hold on {one.email}")
        with open_published(self.organisation) as workspace:
            until = self.today() + timedelta(days=30)
            asked = holds.Asked("dpo", "Litige.", until=until, identities={"email": one.email})
            placed, _ = holds.place(workspace.policy, workspace.sources, asked, actor="cli")
        one.hold = placed.key

    def unhold(self) -> None:
        held = [one for one in self.people if one.hold]
        if held:
            one = self.dice.choice(held)
            self.story.append(f"hold on {one.email} ends")
            holds.end(self.organisation, one.hold, actor="cli")
            one.hold = ""

    def rotates(self) -> None:
        keys = key_source(settings.GARANT_KEYS, os.environ)
        if self.store() is not None:
            self.story.append("the archive has another key")
            archives.rotate_key(keys, archive_folder(), by="dpo")

    def consults(self) -> None:
        store, found = self.store(), self.records()
        if store is None or not found:
            return
        record = found[self.dice.choice(sorted(found))][0]
        archives.allow(self.organisation, "a.martin", until=None, by="dpo")
        entry = archives.consult(
            self.organisation, store, record, actor="a.martin", reason=REASON, today=self.today()
        )
        assert entry.id == record
        said = [use.reason for use in reasons.uses(self.organisation, store.master, record=record)]
        assert REASON in said, self.told(f"the reasons of {record} are {said}")

    def erasure(self) -> None:
        """Whoever is in the system goes; what the archive keeps, it keeps until its day."""
        key, one = self._asks(Right.ERASURE, self.those("system", "archive"))
        if not key:
            return
        while not self._erased(key):
            self.story.append(f"{key} is planned again")
            services.propose(self.organisation, key, actor=DELEGATE)
        services.answer(self.organisation, key, Outcome.FULLY, actor=OFFICER)
        if one.where == "system" and not one.hold:
            one.where = "nowhere"

    def _erased(self, key: str) -> bool:
        """Its plan is approved and carried out; whether that was all."""
        self.redrawn = False
        services.approve(self.organisation, key, actor=OFFICER)
        for job in taken(self.organisation, "run"):
            self._mortal(partial(self._run, job))
        fate = fate_of(self.organisation, services.find(self.organisation, key).plan)
        return fate is not None and fate.state == "kept"

    def _run(self, job: Job) -> None:
        try:
            kinds.KINDS["run"](job)
        except RefusedError as refusal:
            self.story.append(f"… refused: {refusal}")
            assert self.redrawn, self.told("refused")

    def ends(self) -> None:
        """Nothing holds anybody any more, and everybody's years are over."""
        while any(one.hold for one in self.people):
            self.unhold()
        for one in self.those("archive"):
            if not self.over(one):
                self._grows_old(one)
        for one in self.those("system"):
            one.left = date(2010, 1, 1)
            self.target.tell(f"UPDATE person SET ended = '{one.left}' WHERE id = {one.key}")
        self.sweep()

    def access(self) -> None:
        """Whoever asks is given what is held of them, in the system or in the archive."""
        key, one = self._asks(Right.ACCESS, self.those("system", "archive"))
        if not key:
            return
        whom, links = services.opened(services.find(self.organisation, key)), list[str]()
        if whom and (whom.texts or whom.files):
            services.texts_read(self.organisation, key, [], actor=OFFICER)
        services.approve(self.organisation, key, actor=OFFICER)
        with links_of(links):
            work(self.organisation, "request-package")
        answer: Any = Client().post(urlsplit(links[0]).path)
        assert answer.status_code == 200
        with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as package:
            text = b"".join(package.read(name) for name in package.namelist()).decode("utf-8", "replace")
        assert one.phone in text, self.told(
            f"{one.email} is in the {one.where}, and is not given what it holds"
        )
        others = [other.phone for other in self.people if other is not one and other.phone in text]
        assert not others, self.told(f"{one.email} is given {others}")

    def _asks(self, right: Right, among: list[Somebody]) -> tuple[str, Somebody]:
        if not among:
            return "", Somebody(0, 0)
        one = self.dice.choice(among)
        whom = Whom(name="N", email=one.email)
        made = services.receive(self.organisation, Asked(right, whom, Channel.LETTER), actor=OFFICER)
        key = made.request.key
        self.story.append(f"{right} {one.email} {key}")
        services.accept(self.organisation, key, Method.KNOWN_CONTACT, actor=OFFICER)
        work(self.organisation, "request-search")
        return key, one

    # ---------------------------------------------------------------- what is checked

    def records(self) -> dict[int, list[str]]:
        """Number of somebody → the record of them, read with the archive's key."""
        found: dict[int, list[str]] = {}
        by_email = {one.email: one.number for one in self.people}
        for record, rows in self._opened().items():
            (number,) = {by_email[value] for row in rows for value in row if value in by_email}
            assert number not in found or number in self.twice, self.told(f"{number} is archived twice")
            found.setdefault(number, []).append(record)
        return found

    def _opened(self) -> dict[str, list[list[Any]]]:
        store = self.store()
        if store is None:
            return {}
        with store.opened() as database:
            states = dict(database.execute("SELECT id, state FROM record").fetchall())
        assert set(states.values()) <= {"kept"}, self.told(f"{states}")
        lines = {one: b"".join(store.content(one)).splitlines() for one in states}
        return {
            one: [line["row"] for line in map(json.loads, found) if "row" in line]
            for one, found in lines.items()
        }

    def check(self) -> None:
        there = dict(self.target.ask("SELECT id, email FROM person"))
        assert there == {one.key: one.email for one in self.those("system")}, self.told(f"{there}")
        archived = {one.number for one in self.those("archive")}
        assert set(self.records()) == archived, self.told(f"{set(self.records())} archived, not {archived}")
        written = {number for (number,) in self.target.ask("SELECT id FROM text")}
        for number, authors in self.texts.items():
            here = any(one.where == "system" for one in authors)
            assert (number in written) == here, self.told(f"text {number} is there: {number in written}")
        assert not seen(Run).filter(state="running").exists(), self.told("a run has not ended")
        for file in archive_folder().rglob("*"):
            clear = [
                one.email for one in self.people if file.is_file() and one.email.encode() in file.read_bytes()
            ]
            assert not clear, self.told(f"{clear} in clear in {file.name}")

    def told(self, what: str) -> str:
        return "\n".join([*self.story, what])


DEEDS: list[Callable[[Keeping], None]] = [
    Keeping.arrives,
    Keeping.arrives,
    Keeping.leaves,
    Keeping.leaves,
    Keeping.ages,
    Keeping.sweep,
    Keeping.sweep,
    Keeping.hold,
    Keeping.unhold,
    Keeping.rotates,
    Keeping.consults,
    Keeping.erasure,
    Keeping.access,
]


def story(organisation: str, target: Target, seed: int, deeds: int) -> None:
    """So many deeds, each checked; at the end everybody's years are over, and nothing is left of anybody."""
    world = Keeping(organisation, target, random.Random(seed))
    for _ in range(3):
        world.arrives()
    for _ in range(deeds):
        world.dice.choice(DEEDS)(world)
        world.check()
    while world.those(
        "system", "archive"
    ):  # somebody may come, or be held, while the last sweep stands still
        world.ends()
        world.check()
    evidence.verify_database(organisation)
    left = remains(organisation, {value for one in world.people for value in (one.email, one.phone)})
    assert not left, world.told(f"kept of people still: {left}")
