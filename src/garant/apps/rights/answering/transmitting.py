"""Direct transmission as the person asks for it (GDPR art. 20(2)): to whom, with their consent, and what became of it."""

from __future__ import annotations

from garant.apps.jobs import services as jobs
from garant.apps.rights import refusals
from garant.apps.rights.answering import packing
from garant.apps.rights.keeping import letters, outcomes, store
from garant.apps.rights.keeping.sealing import opened, seal
from garant.apps.rights.models import Request, Step
from garant.apps.rights.words import STATES, Capacity, Right, State
from garant.apps.scoping import scoped


@store.moving(State.SEARCHING, State.PLANNED, State.ANSWERED)
def choose_receiver(request: Request, receiver: str, name: str, *, consents: bool) -> None:
    """The person says who receives their data, instead of them; where nobody can be reached so, the letter says it.

    Args:
        request: a portability that is being worked on, or was answered with a package.
        receiver: the key of a linked organisation that takes packages; none for one that is not linked.
        name: how it is called.
        consents: that their data go there, said by a mark of their own.

    Raises:
        RequestRefusedError: not a portability of their own, no consent, no name, or too often.
    """
    whom = opened(request)
    sent = _chosen(request)
    if whom is None or request.right != Right.PORTABILITY or request.capacity != Capacity.SELF:
        raise refusals.not_now(request.key, STATES[State(request.state)])
    if not consents or not name.strip():
        raise refusals.no_consent()
    if sent > packing.AGAIN or (request.state == State.ANSWERED and not packing.handed(request)):
        raise refusals.not_now(request.key, STATES[State(request.state)])
    said = name.strip()[:120]
    whom.notes |= {"receiver": receiver, "receiver_name": said, "unreachable": "" if receiver else said}
    seal(request, whom)
    request.save(update_fields=["sealed"])
    store.note(request, "receiver", store.PERSON, receiver=receiver or "other")
    if request.state == State.ANSWERED:
        jobs.want(request.organisation, "request-package", {"request": request.key}, actor=store.PERSON)


def receiver_of(organisation: str, key: str) -> str:
    """The key of whom the package of a request goes to; none where it goes to the person."""
    whom = opened(store.find(organisation, key))
    return "" if whom is None else whom.notes.get("receiver", "")


def times_chosen(organisation: str, key: str) -> int:
    """How often the person said who receives their data."""
    return _chosen(store.find(organisation, key))


@store.moving()
def transmitted(request: Request, receiver: str, name: str) -> None:
    """A receiver signed for the package: the person is told, and the request answered. In the caller's transaction.

    Somebody else whom the person chose since is still to have it.
    """
    whom = opened(request)
    if whom is None:
        return
    if whom.notes.get("receiver") == receiver:
        whom.notes["receiver"] = ""
        seal(request, whom)
        request.save(update_fields=["sealed"])
    store.note(request, "transmitted", store.GARANT)
    letters.write(request, "transmitted", recipients=(name,), copies=outcomes.told(request, whom))
    if request.state == State.RUNNING:
        packing.close(request)


@store.moving()
def not_transmitted(request: Request, receiver: str, name: str) -> None:
    """It cannot be done: the person gets the package, and the letter says so. In the caller's transaction.

    Not where they chose somebody else since, who gets it.
    """
    whom = opened(request)
    if whom is None:
        return
    if whom.notes.get("receiver", receiver) not in ("", receiver):
        store.note(request, "not-transmitted", store.GARANT)
        return
    whom.notes |= {"receiver": "", "unreachable": name or whom.notes.get("receiver_name", "")}
    seal(request, whom)
    request.save(update_fields=["sealed"])
    store.note(request, "not-transmitted", store.GARANT)
    jobs.want(request.organisation, "request-package", {"request": request.key}, actor=store.GARANT)


def _chosen(request: Request) -> int:
    with scoped(request.organisation):
        return Step.objects.filter(request=request, kind="receiver").count()
