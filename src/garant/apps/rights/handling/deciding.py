"""What staff decides about a request: wait, extend, weigh, answer; and what the person does: reply, withdraw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from garant.apps.evidence import services as evidence
from garant.apps.policies import services as policies
from garant.apps.promises import decisions
from garant.apps.promises.recording.fates import fate_of
from garant.apps.rights import refusals
from garant.apps.rights.each import changes, lists, values
from garant.apps.rights.entries import (
    RequestAnswered,
    RequestClosed,
    RequestExtended,
    RequestPaused,
    RequestResumed,
    RequestWeighed,
)
from garant.apps.rights.grounds import grounds_for
from garant.apps.rights.handling import planning
from garant.apps.rights.keeping import letters, store
from garant.apps.rights.keeping.sealing import Whom, opened, person, seal
from garant.apps.rights.models import Request, Search, Step
from garant.apps.rights.receiving import identity, repeating
from garant.apps.rights.words import STATES, Capacity, Outcome, Right, State
from garant.apps.scoping import scoped
from garant.policy.text import Text
from garant.publish.letters import Letter

_OPEN = (State.IDENTITY, State.SEARCHING, State.PLANNED)
_KEPT = (Right.RECTIFICATION, Right.RESTRICTION)
"""The rights of which the answer says that data are there, and what was done to them."""
_UNDER_WAY = (*_OPEN, State.APPROVED, State.RUNNING)


def _whom(request: Request) -> Whom:
    found = opened(request)
    if found is None:
        raise refusals.not_now(request.key, STATES[State(request.state)])
    return found


@store.moving(*_OPEN)
def wait(request: Request, question: str, *, actor: str) -> Request:
    """Ask the person something that only they can say: the clock stands until they answer.

    Raises:
        RequestRefusedError: no question, or the person is being waited for already.
    """
    if not question.strip():
        raise refusals.no_reason()
    if request.waiting:
        raise refusals.not_now(request.key, STATES[State(request.state)])
    whom = _whom(request)
    repeating.asked_before(whom)
    whom.notes["question"] = question.strip()
    seal(request, whom)
    request.paused_on = store.today(request.organisation)
    request.save()
    store.note(request, "paused", actor)
    store.enter(request.organisation, actor, RequestPaused(request=request.key, on=request.paused_on))
    asked = Text(fr=question.strip(), en=question.strip())
    link = identity.way_back(request) if whom.email else None
    letters.write(request, "awaiting", awaited=(asked,), link=link)
    return request


@store.moving(*_OPEN)
def resume(request: Request, reply: str = "", *, actor: str) -> Request:
    """The person answered: the days of waiting are added, and the clock goes on.

    Raises:
        RequestRefusedError: nobody was waited for, or the person says nothing. Staff may have heard them elsewhere.
    """
    if request.paused_on is None:
        raise refusals.not_now(request.key, STATES[State(request.state)])
    if not reply.strip() and actor == store.PERSON:
        raise refusals.no_reply()
    if reply.strip():
        whom = _whom(request)
        whom.notes["reply"] = reply.strip()
        seal(request, whom)
    today = store.today(request.organisation)
    request.waited += max(0, (today - request.paused_on).days)
    request.paused_on = None
    request.due_on = request.clock(today).due
    request.save()
    store.note(request, "resumed", actor)
    resumed = RequestResumed(request=request.key, waited=request.waited, due=request.due_on)
    store.enter(request.organisation, actor, resumed)
    return request


@store.moving(*_UNDER_WAY)
def extend(request: Request, reason: str, *, actor: str) -> Request:
    """Take the longer time, and tell the person why, within the first month (GDPR art. 12(3)).

    Raises:
        RequestRefusedError: no reason, extended already, or the first month is over.
    """
    if not reason.strip():
        raise refusals.no_reason()
    if request.extended:
        raise refusals.extended_already()
    today = store.today(request.organisation)
    first = request.clock(today).first
    if today > first:
        raise refusals.too_late_to_extend(first)
    request.extended, request.reminded = True, None
    request.due_on = request.clock(today).due
    whom = _whom(request)
    whom.notes["extension"] = reason.strip()
    seal(request, whom)
    request.save()
    store.note(request, "extended", actor, due=request.due_on.isoformat())
    store.enter(request.organisation, actor, RequestExtended(request=request.key, due=request.due_on))
    letters.write(request, "extended", reasons=(reason.strip(),), due=request.due_on, was_due=first)
    return request


@store.moving(State.SEARCHING, State.PLANNED)
def weigh(request: Request, reason: str, *, stops: bool, actor: str) -> Request:
    """Weigh an objection against a legitimate interest, in writing; where it prevails, the use stops at once.

    Raises:
        RequestRefusedError: no reason, or nothing to weigh: marketing and consent never are.
    """
    version = policies.published(request.organisation)
    right = Right(request.right)
    if version is None or not lists.weighed(version.policy, right, request.purpose):
        raise refusals.not_now(request.key, STATES[State(request.state)])
    if not reason.strip():
        raise refusals.no_reason()
    whom = _whom(request)
    whom.notes["weighing"] = reason.strip()
    seal(request, whom)
    request.save()
    if stops:
        from garant.apps.promises.opening.published import policy_in_force

        lists.record(policy_in_force(request.organisation), request.purpose, whom.identities())
    store.note(request, "weighed", actor, stops=stops)
    store.enter(request.organisation, actor, RequestWeighed(request=request.key, stops=stops))
    return request


@store.moving(*_UNDER_WAY)
def answer(request: Request, outcome: Outcome, *, ground: str = "", reason: str = "", actor: str) -> Request:
    """Answer a request; it ends here, and the days until Garant forgets the person begin.

    Raises:
        RequestRefusedError: a refusal without a ground of the law, an answer that says more than was verified, a
            run that goes on, an objection not weighed.
    """
    whom = _whom(request)
    _check_answer(request, whom, outcome, ground, reason)
    whom.notes["answer"] = reason.strip()
    seal(request, whom)
    request.ground = ground
    today = store.today(request.organisation)
    late = max(0, -request.clock(today).left(today)) if not request.waiting else 0
    promise = evidence.subject_commitment(
        request.organisation, person(request.key), [RequestAnswered.kind, request.key, outcome.value]
    )
    entry = RequestAnswered.model_validate(
        {
            "request": request.key,
            "outcome": outcome.value,
            "ground": ground or None,
            "late": late,
            "people": [promise],
        }
    )
    request.handler = actor
    letters.answer(request, outcome, whom, reason.strip())
    store.finish(request, State.ANSWERED, outcome, actor, entry)
    return request


def preview(organisation: str, key: str, outcome: Outcome, *, ground: str = "", reason: str = "") -> Letter:
    """The letter of an answer before it is given; nothing is written.

    Raises:
        RequestRefusedError: as `answer` would.
    """
    with scoped(organisation):
        request = store.find(organisation, key)
        if State(request.state) not in _UNDER_WAY:
            raise refusals.not_now(key, STATES[State(request.state)])
        whom = _whom(request)
        _check_answer(request, whom, outcome, ground, reason)
        request.ground = ground
        return letters.preview(request, outcome, whom, reason.strip())


def _check_answer(request: Request, whom: Whom, outcome: Outcome, ground: str, reason: str) -> None:
    right = Right(request.right)
    if right == Right.REVIEW and outcome != Outcome.REFUSED and not reason.strip():
        raise refusals.no_words()
    if outcome == Outcome.REFUSED or ground:
        if ground not in grounds_for(right, Capacity(request.capacity)):
            raise refusals.unknown_ground()
    elif outcome == Outcome.PARTLY and not whom.kept:
        raise refusals.unknown_ground()
    _check_done(request, right, outcome)


def _check_done(request: Request, right: Right, outcome: Outcome) -> None:
    """Nothing is told as done that was not."""
    if request.state == State.APPROVED:
        raise refusals.still_running()
    if request.state == State.RUNNING:
        _check_run(request, right, outcome)
    if outcome == Outcome.REFUSED:
        return
    looked = Search.last(request)
    if right != Right.REVIEW and right != Right.POST_MORTEM and not _searched(request):
        raise refusals.not_searched()
    version = policies.published(request.organisation)
    weighed = Step.objects.filter(request=request, kind="weighed").exists()
    if version is not None and lists.weighed(version.policy, right, request.purpose) and not weighed:
        raise refusals.not_weighed()
    if right in changes.KINDS and any(one.rows for one in looked) and request.state != State.RUNNING:
        raise refusals.not_carried_out()


def _check_run(request: Request, right: Right, outcome: Outcome) -> None:
    """Its run has ended, was verified, and was about somebody, where the answer says so."""
    run = fate_of(request.organisation, request.plan)
    if run is None or run.open:
        raise refusals.still_running()
    if outcome != Outcome.REFUSED and run.state == "not-kept":
        raise refusals.unverified()
    if outcome == Outcome.FULLY and run.state == "waiting":
        raise refusals.by_hand_first()
    if outcome != Outcome.REFUSED and right in _KEPT and changes.nobody(decisions.told(run.plan)):
        raise refusals.nobody_there()


def _searched(request: Request) -> bool:
    return Step.objects.filter(request=request, kind="searched").exists()


@store.moving(*_OPEN)
def withdraw(request: Request, *, actor: str = store.PERSON) -> Request:
    """The person takes the request back: nothing more is done, and what was said is forgotten in time."""
    closed = RequestClosed(request=request.key, outcome="withdrawn")
    letters.write(request, "withdrawn")
    store.finish(request, State.WITHDRAWN, Outcome.WITHDRAWN, actor, closed)
    return request


def correct(
    organisation: str, key: str, wanted: Sequence[Mapping[str, str]], *, actor: str = store.PERSON
) -> None:
    """For a rectification: what is wrong and what is right, as the person says; a plan of it is proposed at once.

    Args:
        organisation: whose the request is.
        key: its number.
        wanted: kind, the value that is wrong (was), the right one (becomes). Without ``was``, every value of the
            kind is replaced: only staff says so, in so many words.
        actor: who says it.

    Raises:
        RequestRefusedError: no value, one that nobody holds, or not in this state.
    """
    _corrected(organisation, key, wanted, actor=actor)
    planning.propose_where_it_can(store.find(organisation, key))


@store.moving(State.SEARCHING, State.PLANNED)
def _corrected(request: Request, wanted: Sequence[Mapping[str, str]], *, actor: str) -> None:
    said = [
        {
            "kind": one["kind"],
            "was": one["was"],
            "becomes": one["becomes"].strip(" "),
            **({"added": "1"} if one.get("added") else {}),
        }
        for one in wanted
        if one["becomes"].strip()
    ]
    whom = _whom(request)
    held = {(one["kind"], one["value"]) for one in whom.now}
    unknown = any(one["was"] and (one["kind"], one["was"]) not in held for one in said)
    all_of_a_kind = any(not one["was"] and not one.get("added") for one in said)
    if not said or request.right != Right.RECTIFICATION:
        raise refusals.nothing_to_correct()
    if unknown or (all_of_a_kind and actor == store.PERSON):
        raise refusals.no_such_value()
    already = any(
        one.get("added") and values.alike(one["kind"], held["value"], one["becomes"])
        for one in said
        for held in whom.now
        if held["kind"] == one["kind"]
    )
    if already:
        raise refusals.held_already()
    whom.values = said
    seal(request, whom)
    request.save()
    kinds = sorted({one["kind"] for one in said})
    store.note(request, "corrected", actor, kinds=kinds, values=len(said))
