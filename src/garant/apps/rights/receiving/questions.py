"""A question that only the person can answer: it shows that what they declared besides their address is theirs.

The questions are those of the maps, the same for everybody. What is answered is looked at by the worker, with the search
that follows; the page says the same whether somebody is known, unknown, right or wrong, and takes as long. Only whoever
answers rightly learns more: they are found by what they declared as well.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from garant.apps.jobs import services as jobs
from garant.apps.promises.opening.published import maps_folder, open_published
from garant.apps.promises.refusals import RefusedError
from garant.apps.rights import refusals
from garant.apps.rights.each import changes
from garant.apps.rights.entries import RequestIdentified
from garant.apps.rights.keeping import store
from garant.apps.rights.keeping.sealing import Whom, mark, opened, seal
from garant.apps.rights.models import Request, Step
from garant.apps.rights.words import STATES, Capacity, Method, State
from garant.apps.scoping import scoped
from garant.engine.telling.questions import fits
from garant.policy.diagnostics import UnusableDocument
from garant.policy.text import Text
from garant.systems.loader import LoadedMap, load_usable
from garant.systems.port import ConnectorError

TRIES: Final = 3
"""Answers of one request."""
A_MONTH: Final = 5
"""Answers about one telephone or number within thirty days, whoever asks."""
_DAYS: Final = timedelta(days=30)
_LOOKING: Final = (State.SEARCHING, State.PLANNED)


def offered(organisation: str) -> dict[str, Text]:
    """Every question that the maps put: ``system/question`` → its words. The same for everybody."""
    return {
        f"{name}/{key}": question.label
        for name, one in sorted(load_usable(maps_folder(organisation)).items())
        if isinstance(one, LoadedMap)
        for key, question in one.map.questions.items()
    }


def left(request: Request) -> int | None:
    """How many answers the person may still give; None where there is nothing to show by a question."""
    whom = opened(request)
    waiting = request.capacity == Capacity.SELF and request.identified_by == Method.CODE
    if whom is None or State(request.state) not in _LOOKING or not waiting or not _declared(whom):
        return None
    with scoped(request.organisation):
        return max(0, TRIES - Step.objects.filter(request=request, kind="question-tried").count())


def shown(request: Request) -> bool:
    """Whether an answer showed who they are."""
    return request.identified_by == Method.QUESTION


@store.moving(*_LOOKING)
def answer(request: Request, question: str, text: str) -> None:
    """Note what the person answers; the worker looks whether it fits.

    Raises:
        RequestRefusedError: no such question, no answer, or too many of them.
    """
    whom = opened(request)
    if whom is None or question not in offered(request.organisation) or not text.strip():
        raise refusals.not_now(request.key, STATES[State(request.state)])
    declared = _declared(whom)
    marks = {kind: mark(request.organisation, "question", kind, value) for kind, value in declared.items()}
    recent = Step.objects.filter(
        request__organisation=request.organisation, kind="question-tried", at__gt=store.now() - _DAYS
    )
    often = [recent.filter(**{f"detail__{kind}": one}).count() for kind, one in marks.items()]
    if not left(request) or max(often) >= A_MONTH:
        raise refusals.answered_enough()
    whom.notes |= {"asked": question, "told": text.strip()}
    seal(request, whom)
    request.save(update_fields=["sealed"])
    store.note(request, "question-tried", store.PERSON, **marks)
    jobs.want(request.organisation, "request-search", {"request": request.key}, actor=store.PERSON)


def asked(whom: Whom) -> bool:
    """Whether an answer waits to be looked at."""
    return "asked" in whom.notes


def look(organisation: str, key: str) -> None:
    """Hold an answer that waits against the systems; where one of them does not answer, it goes on waiting."""
    request = store.find(organisation, key)
    whom = opened(request)
    if whom is None or not asked(whom):
        return
    system, _, question = whom.notes["asked"].partition("/")
    try:
        with open_published(organisation) as workspace:
            known = changes.known_kinds(workspace, _declared(whom))
            right = fits(workspace.sources, known, (system, question), whom.notes["told"])
    except (RefusedError, ConnectorError, UnusableDocument, OSError, KeyError):
        return
    _settled(organisation, key, right=right)


@store.moving(*_LOOKING)
def _settled(request: Request, *, right: bool) -> None:
    whom = opened(request)
    if whom is None or whom.notes.pop("asked", None) is None:
        return
    whom.notes.pop("told", None)
    seal(request, whom)
    if right and request.identified_by == Method.CODE:
        request.identified_by = Method.QUESTION
        entry = RequestIdentified(request=request.key, method=Method.QUESTION.value)
        store.enter(request.organisation, store.PERSON, entry)
    request.save(update_fields=["sealed", "identified_by"])
    store.note(request, "question-right" if right else "question-wrong", store.GARANT)


def fade(organisation: str) -> int:
    """Forget about whom old answers were: nobody is held back by them any more."""
    with scoped(organisation):
        old = Step.objects.filter(
            request__organisation=organisation, kind="question-tried", at__lt=store.now() - _DAYS
        )
        return old.exclude(detail={}).update(detail={})


def _declared(whom: Whom) -> dict[str, str]:
    """By what they say they are known, besides the address that they showed to be theirs."""
    every = whom.identities()
    return {kind: value for kind, value in every.items() if kind != "email"}
