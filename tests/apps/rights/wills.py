"""People of the small organisation say what becomes of their data after their death, and others say that they died, at random.

The model knows what each of them wished last, and who asked for what at which moment; it knows nothing of plans or letters.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

import pytest
from django.test import Client

from garant.apps.evidence import services as evidence
from garant.apps.jobs import kinds
from garant.apps.jobs.models import Job
from garant.apps.promises.models import Run
from garant.apps.promises.refusals import RefusedError
from garant.apps.rights import services
from garant.apps.rights.views import public
from garant.apps.rights.words import Method, Outcome
from garant.ledger import LedgerError
from tests.apps.rights import killing
from tests.apps.rights.conftest import Letters, taken, work
from tests.apps.rights.remains import remains
from tests.apps.rights.steps import OFFICER, confirm, fill, post_form, will
from tests.apps.rights.target import Target
from tests.apps.seen import seen

TRUSTED, HEIR = "paul@ami.example", "marie@heir.example"


@dataclass
class Claim:
    """Somebody says that another has died, and asks for what that one wished."""

    of: str
    by: str
    wish: str
    """What was found of it when they were believed; nothing since it was revoked, replaced, or carried out."""
    approved: bool = False


@dataclass
class Wills:
    """The organisation of one story, and what is so by the model."""

    organisation: str
    target: Target
    post: Letters
    dice: random.Random
    wills: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    """Whose → what they wish, and the page of its link."""
    claims: dict[str, Claim] = field(default_factory=dict[str, Claim])
    there: set[str] = field(default_factory=set[str])
    story: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        for number in range(1, 4):
            email = f"w{number}@will.example"
            self.there.add(email)
            self.target.tell(f"INSERT INTO person VALUES ({number}, '{email}', NULL, NULL, true)")

    def somebody(self) -> str:
        return self.dice.choice(["w1@will.example", "w2@will.example", "w3@will.example"])

    def registers(self) -> None:
        """Somebody says what they wish; what they wished before is no more."""
        whose, wish = self.somebody(), self.dice.choice(["erase", "erase", "hand", "keep"])
        self.story.append(f"{whose} wishes {wish}")
        self._unhurried()
        answer = fill(
            self.organisation,
            "post-mortem",
            email=whose,
            wish=wish,
            trusted_name="Paul Ami",
            trusted_email=TRUSTED,
        )
        assert will(confirm(answer["Location"], self.post.last("code")["code"])).status_code == 303
        self._ended(whose)
        self.wills[whose] = wish, urlsplit(self.post.last("directive_registered")["link"]).path

    def revokes(self) -> None:
        if self.wills:
            whose = self.dice.choice(sorted(self.wills))
            self.story.append(f"{whose} revokes")
            page = self.wills[whose][1]
            assert post_form(Client(), page, {"revoke": "1"}).status_code == 200
            self._ended(whose)

    def _ended(self, whose: str) -> None:
        """What they wished is no more: nobody has it carried out."""
        former = self.wills.pop(whose, None)
        if former is not None:
            assert Client().get(former[1]).status_code == 404, self.told(
                f"{whose}: the former link leads somewhere"
            )
            for claim in self.claims.values():
                if claim.of == whose:
                    claim.wish, claim.approved = "", False

    def claims_death(self) -> None:
        """Somebody shows what staff takes for a proof that another has died."""
        whose, by = self.somebody(), self.dice.choice([TRUSTED, HEIR])
        if any((claim.of, claim.by) == (whose, by) for claim in self.claims.values()):
            return
        self._unhurried()
        answer = fill(
            self.organisation, "post-mortem", query="?for=heir", email=by, about_name="X", about_email=whose
        )
        confirm(answer["Location"], self.post.last("code")["code"])
        (key,) = (one.key for one in services.listing(self.organisation) if one.key not in self.claims)
        services.accept(self.organisation, key, Method.MANDATE, actor=OFFICER)
        work(self.organisation, "request-search")
        self.claims[key] = Claim(whose, by, self.wills.get(whose, ("", ""))[0])
        self.story.append(f"{by} says that {whose} died: {key}, {self.claims[key].wish or 'no directives'}")

    def approves(self) -> None:
        """Staff approves what is planned; what nobody wishes any more is refused."""
        key = self._claim(approved=False)
        if key is None:
            return
        claim = self.claims[key]
        self.story.append(f"{key} is to be approved")
        handed = claim.wish == "hand" and claim.by == TRUSTED and claim.of in self.there
        if handed:
            self._hands_over(key, claim)
        if claim.wish == "erase" or handed:
            services.approve(self.organisation, key, actor=OFFICER)
            claim.approved = True
            return
        with pytest.raises((LedgerError, RefusedError)):
            services.approve(self.organisation, key, actor=OFFICER)
        self._refuses(key)

    def _hands_over(self, key: str, claim: Claim) -> None:
        with pytest.raises(LedgerError):
            services.approve(self.organisation, key, actor=OFFICER)
        services.entrust(self.organisation, key, actor=OFFICER)
        work(self.organisation, "request-package")
        page = Client().post(urlsplit(self.post.last("package_ready")["link"]).path)
        assert page.status_code == 200, self.told(f"{key}: the copy for {claim.by} is not there")

    def carries_out(self) -> None:
        """The worker does what was approved, and is killed now and then: of what ended since, nothing."""
        for job in taken(self.organisation, "run"):
            moments = tuple(killing.MOMENTS)
            killing.again_and_again(self.dice, partial(self._run, job), self.story, lambda: None, moments)
        for key, claim in list(self.claims.items()):
            if claim.approved:
                self.story.append(f"{key} is carried out")
                self.there.discard(claim.of)
                del self.claims[key]
                services.answer(self.organisation, key, Outcome.FULLY, actor=OFFICER)
                self._executed(claim.of)

    def _run(self, job: Job) -> None:
        try:
            kinds.KINDS["run"](job)
        except RefusedError as refusal:
            self.story.append(f"… refused: {refusal}")

    def _executed(self, whose: str) -> None:
        former = self.wills.pop(whose, None)
        if former is not None:
            assert Client().get(former[1]).status_code == 404, self.told(
                f"{whose}: carried out, and there still"
            )

    def _claim(self, *, approved: bool) -> str | None:
        found = sorted(key for key, claim in self.claims.items() if claim.approved == approved)
        return self.dice.choice(found) if found else None

    def _refuses(self, key: str) -> None:
        ground = "beyond-heirs"
        services.answer(self.organisation, key, Outcome.REFUSED, ground=ground, reason="…", actor=OFFICER)
        del self.claims[key]

    def _unhurried(self) -> None:
        for buckets in (public.SENT, public.TRIED):
            buckets._levels.clear()

    def check(self) -> None:
        there = {email for (email,) in self.target.ask("SELECT email FROM person")}
        assert there == self.there, self.told(f"{there} are there, not {self.there}")
        for whose, (_, page) in self.wills.items():
            assert Client().get(page).status_code == 200, self.told(f"{whose}: the link leads nowhere")
        assert not seen(Run).filter(state="running").exists(), self.told("a run has not ended")

    def told(self, what: str) -> str:
        return "\n".join([*self.story, what])


DEEDS: list[Callable[[Wills], None]] = [
    Wills.registers,
    Wills.registers,
    Wills.revokes,
    Wills.claims_death,
    Wills.claims_death,
    Wills.approves,
    Wills.approves,
    Wills.carries_out,
]


def story(organisation: str, target: Target, post: Letters, seed: int, deeds: int) -> None:
    """So many deeds, each checked; at the end nothing is left of what anybody wished or claimed."""
    world = Wills(organisation, target, post, random.Random(seed))
    for _ in range(deeds):
        world.dice.choice(DEEDS)(world)
        world.check()
    world.carries_out()
    while world.claims:
        world.approves()
        world.carries_out()
        world.check()
    while world.wills:
        world.revokes()
    evidence.verify_database(organisation)
    left = remains(organisation, {TRUSTED, HEIR, *(f"w{number}@will.example" for number in range(1, 4))})
    assert not left, world.told(f"kept of people still: {left}")
