"""The plans of requests being carried out, one or many at a time: noted when they begin, and when they have ended."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.db.models.fields.json import KeyTextTransform

from garant.apps.backups import unread
from garant.apps.evidence import services as evidence
from garant.apps.jobs import services as jobs
from garant.apps.promises import decisions
from garant.apps.promises.recording.fates import Fate, fates_of
from garant.apps.promises.refusals import asked_since
from garant.apps.rights.each import lists
from garant.apps.rights.handling import beside, lifting, planning, renaming, restricted
from garant.apps.rights.keeping import letters, outcomes, store
from garant.apps.rights.keeping.sealing import opened
from garant.apps.rights.models import Request, Step
from garant.apps.rights.receiving import directives
from garant.apps.rights.words import Right, State
from garant.apps.scoping import for_organisation
from garant.policy.text import Text
from garant.systems.port import ConnectorError


@for_organisation
def approved_plans(organisation: str, digests: Sequence[str]) -> list[str]:
    """Of these plans, those of requests that wait to be carried out, the first approved first."""
    waiting = Request.objects.filter(organisation=organisation, plan__in=digests, state=State.APPROVED)
    known = set(waiting.values_list("plan", flat=True))
    return [digest for digest in digests if digest in known]


@for_organisation
def began(organisation: str, digests: Sequence[str]) -> None:
    """Note that these plans, those of them that are requests', are being carried out.

    Whom one restricts is not to be used from here on: no answer is yes once something is restricted, whatever is left
    undone.

    Raises:
        GivenUpError: whoever one of them erases asked, since it was approved, for a package or a restriction.
    """
    with evidence.joined():
        moved = store.move_all(organisation, digests, State.APPROVED, State.RUNNING, store.GARANT)
        since = beside.came_since(organisation, moved) if moved else {}
        for key, found in since.items():
            raise asked_since(key, found[0].request)
        restricting = Request.objects.select_for_update().filter(key__in=moved, right=Right.RESTRICTION)
        for one in restricting if moved else ():
            lists.restrict(organisation, _known(one).items(), on=True)
            restricted.begin(one)


@for_organisation
def ended(organisation: str, every: Mapping[str, Fate], *, first: bool = False) -> None:
    """Note how the runs of requests' plans ended; again changes nothing; with `first` nobody can have noted it yet.

    What somebody answers by hand may come after the person had their answer.
    """
    fates = {digest: fate for digest, fate in every.items() if not fate.open}
    with evidence.one_transaction(organisation):
        requests = _locked(list(fates), State.RUNNING, State.ANSWERED)
        known = set[tuple[str, str, str]]() if first else _noted(requests)
        news = [one for one in requests if (one.key, *_outcome(fates[one.plan])) not in known]
        store.note_each([(one, "ran", _detail(fates[one.plan])) for one in news], store.GARANT)
        for one in news:
            _follow(one, fates[one.plan])
        lifting_marks = [digest for digest, fate in fates.items() if fate.run.plan.kind == "lifting"]
        for one in Request.objects.select_for_update().filter(lift_plan__in=lifting_marks, forget_on=None):
            lifting.ran(one, fates[one.lift_plan])


@for_organisation
def overtaken(organisation: str, digest: str, why: Text) -> None:
    """Plan anew what a plan that is refused was for: somebody's data, the policy or a map changed since it was approved.

    Nothing was done. The new plan waits for its own approval; a restriction to lift has its plan tonight.
    """
    with transaction.atomic():
        lifting.overtaken(organisation, digest)
        found = _locked([digest], State.APPROVED)
        for request in found:
            store.note(request, "unable", store.GARANT, **why.model_dump())
            store.move(request, State.SEARCHING, store.GARANT)
    for request in found:
        with suppress(ConnectorError):  # it is planned by hand then
            planning.propose_where_it_can(store.find(organisation, request.key))


@for_organisation
def ask_again(organisation: str) -> int:
    """Ask again for what was approved and is not done, the end of a restriction too: a system was down, a run was
    interrupted; how many. What somebody has answered by hand since is noted."""
    every = Request.objects.filter(organisation=organisation)
    waiting = every.filter(state__in=(State.APPROVED, State.RUNNING)).exclude(plan="")
    plans = dict(waiting.values_list("plan", "handler"))
    ended(organisation, fates_of(organisation, _answered_since(organisation)))
    ends = dict(every.filter(forget_on=None).exclude(lift_plan="").values_list("lift_plan", "handler"))
    plans |= {digest: ends[digest] for digest in decisions.approved(organisation, list(ends))}
    fates = fates_of(organisation, list(plans))
    ended(organisation, fates)
    left = [digest for digest in plans if digest not in fates or fates[digest].open]
    left = _but_what_waited(organisation, left, fates)
    for digest in left:
        jobs.want(organisation, "run", {"plan": digest}, actor=plans[digest])
    return len(left)


def _but_what_waited(organisation: str, plans: Sequence[str], begun: Collection[str]) -> list[str]:
    """These plans, without those that were approved, and not begun, in a backup that was put back: they are planned anew,
    for somebody who has read what was forgotten."""
    at = unread.restored_at(organisation)
    if at is None:
        return list(plans)
    since = {
        *decisions.approved(organisation, plans, since=at),
        *Step.objects.filter(kind=State.APPROVED, at__gte=at, request__plan__in=plans).values_list(
            "request__plan", flat=True
        ),
    }
    waited = [digest for digest in plans if digest not in begun and digest not in since]
    for digest in waited:
        overtaken(organisation, digest, unread.WAITED)
    return [digest for digest in plans if digest not in waited]


def _follow(request: Request, fate: Fate) -> None:
    """What follows from its end, beside the systems: directives executed; or somebody told that it was refused by hand."""
    if fate.state != "not-kept":
        renaming.follow(request)
    if fate.state == "kept":
        directives.carried_out(request)
    elif fate.state == "not-kept" and not request.open:
        store.note(request, "refused-since", store.GARANT)
        if where := outcomes.refused(fate.key):
            letters.refused_since(request, where)


def _answered_since(organisation: str) -> list[str]:
    """The plans of requests that had their answer while somebody was waited for, and of whom that is all that was noted."""
    noted = Step.objects.filter(request=OuterRef("key"), kind="ran").order_by("-at", "-pk")
    last = Subquery(noted.annotate(how=KeyTextTransform("state", "detail")).values("how")[:1])
    rows = Request.objects.filter(organisation=organisation, state=State.ANSWERED, forgotten_at=None)
    return list(rows.annotate(last=last).filter(last="waiting").values_list("plan", flat=True))


def _locked(digests: Sequence[str], *states: State) -> list[Request]:
    found = Request.objects.select_for_update().filter(plan__in=digests, state__in=states)
    return list(found.filter(forgotten_at=None))


def _noted(requests: Sequence[Request]) -> set[tuple[str, str, str]]:
    """The ends of runs that are noted already."""
    steps = Step.objects.filter(request__in=requests, kind="ran").values_list("request_id", "detail")
    return {(key, detail["run"], detail["state"]) for key, detail in steps}


def _outcome(fate: Fate) -> tuple[str, str]:
    return fate.key, fate.state


def _detail(fate: Fate) -> dict[str, Any]:
    return {"run": fate.key, "state": fate.state}


def _known(request: Request) -> dict[str, str]:
    whom = opened(request)
    return {} if whom is None else whom.identities(request.identified_by)
