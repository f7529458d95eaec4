"""What changes by what somebody is known, and what they decide of the use of their data, in the small organisation."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client

from garant.apps.deliveries import services as deliveries
from garant.apps.deliveries import vault
from garant.apps.holds import services as holds
from garant.apps.permissions import services as permissions
from garant.apps.promises import services as promises
from garant.apps.promises.opening.published import open_published
from garant.apps.rights import services
from garant.apps.rights.words import Outcome, Right
from garant.engine.document import Replacement
from garant.engine.planning.asked import Rectification
from garant.engine.planning.subject import plan_subject
from tests.apps.rights.asking import CONSENTED, WEIGHED
from tests.apps.rights.conftest import work
from tests.apps.rights.doing import identity
from tests.apps.rights.steps import OFFICER
from tests.apps.rights.stories import DEEDS, Story

NOTHING = (404, 429)
"""What a link that leads nowhere is answered, the first times and once it was tried too often."""


def _new(world: Story, kind: str) -> str:
    """An address or a number that nobody had."""
    world.renamings += 1
    at = world.first + world.renamings
    return f"new{at}@x.example" if kind == "email" else f"+3318{at:07d}"


def rectification(world: Story) -> None:
    """A correction by letter: of the records that the one value leads to, but what a hold keeps."""
    key = world.asks(Right.RECTIFICATION)
    if key is None:
        return
    was = world.waiting.pop(key).value
    kind, becomes, whose = identity(was)[0], _new(world, identity(was)[0]), world.named(was)
    world.story.append(f"corrected {was} → {becomes}")
    services.correct(world.organisation, key, [{"kind": kind, "was": was, "becomes": becomes}], actor=OFFICER)
    services.approve(world.organisation, key, actor=OFFICER)
    world.works()
    world.answered()
    _renamed(world, kind, becomes, whose)
    services.answer(world.organisation, key, Outcome.FULLY, actor=OFFICER)


def terminal_corrects(world: Story) -> None:
    kind, was = world.somebody()
    whose = world.named(was)
    if not whose:
        return
    becomes = _new(world, kind)
    world.story.append(f"terminal corrects {was} → {becomes}")
    with open_published(world.organisation) as workspace:
        plan = plan_subject(
            workspace.policy,
            workspace.sources,
            {kind: was},
            "rectification",
            as_of=services.today(world.organisation),
            rectification=Rectification(replacements=[Replacement(kind=kind, was=was, becomes=becomes)]),
            holds=holds.in_force(world.organisation),
            manual=workspace.manual,
        )
    world.applies(promises.anew(plan))
    world.answered()
    _renamed(world, kind, becomes, whose)


def _renamed(world: Story, kind: str, becomes: str, whose: set[int]) -> None:
    for key in whose:
        world.answers.renamed((kind, world.now[key][kind]), (kind, becomes))
        if key not in world.held:
            world.now[key] = world.now[key] | {kind: becomes}


def changed_behind(world: Story) -> None:
    """Somebody writes another address into the system itself: Garant learns of it when it looks."""
    kind, was = world.somebody()
    key = world.dice.choice(sorted(world.named(was)) or [0])
    if not key:
        return
    becomes = _new(world, kind)
    world.renames(key, {kind: becomes})


def deleted_behind(world: Story) -> None:
    """The business software deletes somebody by itself: nobody tells Garant."""
    key = world.dice.choice([one for one in world.people if one not in world.gone] or [0])
    if key and world.dice.random() < 0.5:
        world.loses(key)


def objection(world: Story) -> None:
    key = world.asks(Right.OBJECTION)
    if key is not None:
        who = identity(world.waiting.pop(key).value)
        world.answers.objected.add(who)
        world.answers.known.add(who)
        services.answer(world.organisation, key, Outcome.FULLY, actor=OFFICER)


def weighing(world: Story) -> None:
    """An objection to what rests on a legitimate interest: it prevails, or does not."""
    key = world.asks(Right.OBJECTION, WEIGHED)
    if key is None:
        return
    who, stops = identity(world.waiting.pop(key).value), world.dice.random() < 0.6
    world.story.append(f"{key} is weighed, stops: {stops}")
    world.answers.known.add(who)
    services.weigh(world.organisation, key, "Pesée.", stops=stops, actor=OFFICER)
    if stops:
        world.answers.stopped.add(who)
        services.answer(world.organisation, key, Outcome.FULLY, actor=OFFICER)
    else:
        ground = "compelling-grounds"
        services.answer(world.organisation, key, Outcome.REFUSED, ground=ground, actor=OFFICER)


def consent(world: Story) -> None:
    who, given = world.somebody(), world.dice.random() < 0.6
    world.story.append(f"consent of {who}: {given}")
    permissions.consent(world.organisation, [who], CONSENTED, given=given, actor="cli")
    world.answers.consent(who, given=given)


def read(world: Story) -> None:
    """Access and portability change nothing: taken back, refused, or sent; what is sent is of that person alone."""
    right = world.dice.choice([Right.ACCESS, Right.PORTABILITY])
    key = world.asks(right)
    if key is None:
        return
    value = world.waiting.pop(key).value
    way = world.dice.choice(["withdrawn", "refused", "sent", "fetched", "expired"])
    world.story.append(f"{key} is {way}")
    if way == "withdrawn":
        services.withdraw(world.organisation, key, actor=OFFICER)
        return
    if way == "refused":
        ground = "manifestly-unfounded"
        services.answer(world.organisation, key, Outcome.REFUSED, ground=ground, actor=OFFICER)
        return
    whom = services.opened(services.find(world.organisation, key))
    if whom and whom.texts:
        services.texts_read(world.organisation, key, [], actor=OFFICER)
    services.approve(world.organisation, key, actor=OFFICER)
    links: list[str] = []
    with links_of(links):
        work(world.organisation, "request-package")
    world.answered(refuses=world.may_refuse())
    if way == "expired" and links:
        _expired(world, key, links)
    _sent(world, key, value, right, links[-1:] if way in ("fetched", "expired") else [])


def _expired(world: Story, key: str, links: list[str]) -> None:
    """Nobody follows the link in time: nothing is left of it, and the person has the package made again."""
    (link,) = links
    late = datetime.now(UTC) + timedelta(days=deliveries.DAYS, hours=1)
    with time_machine.travel(late):
        assert _post(link).status_code in NOTHING, world.told(f"{key} is given after its day")
        deliveries.destroy_due()
    assert _post(link).status_code in NOTHING, world.told(f"{key} is given once its day is over")
    assert not [one for one in vault.folder().glob("*") if one.is_file()], world.told(
        f"{key} has a file still"
    )
    services.package_again(world.organisation, key)
    with links_of(links):
        work(world.organisation, "request-package")


def _post(link: str) -> Any:
    return Client().post(urlsplit(link).path)


@contextmanager
def links_of(found: list[str]) -> Iterator[None]:
    """The links of the packages that are prepared meanwhile: they are in letters alone."""
    really = deliveries.prepare

    def prepare(*given: Any, **named: Any) -> Any:
        made = really(*given, **named)
        found.append(made[1])
        return made

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(deliveries, "prepare", prepare)
        yield


def _sent(world: Story, key: str, value: str, right: Right, links: list[str]) -> None:
    request = services.find(world.organisation, key)
    if request.state != "answered":  # nothing of what is held was provided under a contract or with consent
        assert right == Right.PORTABILITY, world.told(f"{key} is {request.state}")
        services.withdraw(world.organisation, key, actor=OFFICER)
        return
    for link in links:
        answer: Any = _post(link)
        assert answer.status_code == 200, world.told(f"{key}: {answer.status_code}")
        with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as package:
            text = b"".join(package.read(name) for name in package.namelist()).decode("utf-8", "replace")
        assert _post(link).status_code in NOTHING, world.told(f"{key} is given twice")
        theirs = {one for record in world.named(value) for one in world.now[record].values()}
        others = {one for record in world.people for one in world.now[record].values()} - theirs
        assert not [one for one in others if one in text], world.told(f"{key} has of others")
        if right == Right.ACCESS:
            assert not [one for one in theirs if one not in text], world.told(f"{key} leaves something out")


RENAMING: list[Callable[[Story], None]] = [
    *DEEDS,
    rectification,
    rectification,
    terminal_corrects,
    changed_behind,
    deleted_behind,
    objection,
    weighing,
    consent,
    read,
]
