"""What came of asking processors for their copies, and whoever sees to something by hand, as the person is told."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from garant.apps.rights.keeping.sealing import Whom
from garant.apps.rights.models import Collected, Copy, Request
from garant.apps.rights.words import CopyState
from garant.apps.scoping import scoped
from garant.apps.tasks import services as tasks
from garant.policy.text import Text
from garant.publish import words
from garant.publish.letters import Copied, Done


def of(request: Request) -> list[Collected]:
    """The processors that were asked, and their files."""
    with scoped(request.organisation):
        return list(Collected.objects.filter(request=request).prefetch_related("copies"))


def files(one: Collected) -> list[Copy]:
    """The files that it sent."""
    related: Any = one
    return list(related.copies.all())


def said(one: Collected) -> Text:
    """What came of asking, as the person is told."""
    if one.state == CopyState.RECEIVED:
        every = files(one)
        went = sum(file.decided == "goes" for file in every)
        return _handed(went, len(every) - went)
    if one.state == CopyState.NOTHING:
        return Text(fr="il ne tient rien sur vous.", en="it holds nothing about you.")
    if one.state == CopyState.REFUSED:
        return Text(fr="il a refusé de remettre sa copie.", en="it refused to hand its copy over.")
    if one.answered_at is not None and one.answered_at.date() > one.due_on:
        return Text(
            fr="il n’a pas remis sa copie à temps\u202f; nous vous répondons sans elle.",
            en="it did not hand its copy over in time; we answer you without it.",
        )
    return Text(
        fr="il n’a pas remis sa copie\u202f; nous vous répondons sans elle.",
        en="it has not handed its copy over; we answer you without it.",
    )


def by_hand(run: str) -> tuple[Done, ...]:
    """How that stands which a run asked of somebody."""
    return tuple(
        Done(where=Text(**one.statement["label"]), what=_stands(one.state, one.due_on))
        for one in tasks.of_run(run)
    )


def refused(run: str) -> tuple[Text, ...]:
    """Where somebody refused what a run asked of them, or did it in part, each place once."""
    places = {
        one.statement["system"]: Text(**one.statement["label"])
        for one in tasks.of_run(run)
        if one.state in tasks.NOT_KEPT
    }
    return tuple(places.values())


def _stands(state: str, due: date) -> Text:
    if state == tasks.TaskState.WAITING:
        return Text(
            fr=f"demandé, et pas encore fait\u202f; la réponse est attendue au plus tard le {words.day(due, 'fr')}",
            en=f"asked for, and not done yet; the answer is expected by {words.day(due, 'en')} at the latest",
        )
    return _BY_HAND[state]


_BY_HAND: Final[dict[str, Text]] = {
    tasks.TaskState.DONE: Text(fr="fait", en="done"),
    tasks.TaskState.PARTLY: Text(fr="fait en partie", en="done in part"),
    tasks.TaskState.NOTHING_FOUND: Text(fr="rien n’y a été trouvé", en="nothing was found there"),
    tasks.TaskState.REFUSED: Text(fr="demandé, et refusé", en="asked for, and refused"),
}


def _handed(went: int, out: int) -> Text:
    fr = f"sa copie est jointe ({went} {'fichier' if went == 1 else 'fichiers'})."
    en = f"its copy is enclosed ({went} {'file' if went == 1 else 'files'})."
    if not went:
        fr, en = "sa copie est arrivée.", "its copy has come."
    if out:
        fr += f" Nous avons laissé de côté ce qui concerne d’autres personnes ({out})."
        en += f" We left out what concerns other people ({out})."
    return Text(fr=fr, en=en)


def missing(one: Collected) -> bool:
    """Whether the person is answered without a copy that may exist."""
    return one.state in (CopyState.REFUSED, CopyState.LEFT)


def told(request: Request, whom: Whom | None) -> tuple[Copied, ...]:
    """What the letter of an answer says of each processor that was asked and has answered, or without which it goes."""
    reasons = {} if whom is None else whom.without
    return tuple(
        Copied(
            who=Text(**one.label), what=said(one), reason=reasons.get(one.processor, ""), missing=missing(one)
        )
        for one in of(request)
        if one.state != CopyState.ASKED
    )
