"""What changes by what somebody is known, and what they decide of the use of their data, in the small organisation."""

from __future__ import annotations

from collections.abc import Callable

from garant.apps.holds import services as holds
from garant.apps.permissions import services as permissions
from garant.apps.promises import services as promises
from garant.apps.promises.opening.published import open_published
from garant.apps.rights import services
from garant.apps.rights.words import Outcome, Right
from garant.engine.document import Replacement
from garant.engine.planning.asked import Rectification
from garant.engine.planning.subject import plan_subject
from tests.apps.rights.asking import CONSENTED
from tests.apps.rights.doing import identity
from tests.apps.rights.steps import OFFICER
from tests.apps.rights.stories import DEEDS, Story


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


def consent(world: Story) -> None:
    who, given = world.somebody(), world.dice.random() < 0.6
    world.story.append(f"consent of {who}: {given}")
    permissions.consent(world.organisation, [who], CONSENTED, given=given, actor="cli")
    world.answers.consent(who, given=given)


def read(world: Story) -> None:
    """Access and portability change nothing."""
    key = world.asks(world.dice.choice([Right.ACCESS, Right.PORTABILITY]))
    if key is not None:
        del world.waiting[key]
        services.withdraw(world.organisation, key, actor=OFFICER)


RENAMING: list[Callable[[Story], None]] = [
    *DEEDS,
    rectification,
    rectification,
    terminal_corrects,
    changed_behind,
    deleted_behind,
    objection,
    consent,
    read,
]
