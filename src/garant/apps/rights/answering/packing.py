"""The package of an access or a portability: made by a job, handed over once, and the request answered with it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, cast

from garant.apps.deliveries import services as deliveries
from garant.apps.evidence import services as evidence
from garant.apps.jobs import services as jobs
from garant.apps.promises.opening.published import open_published
from garant.apps.promises.opening.workspace import Workspace
from garant.apps.promises.people.packages import Reading, person_package, recorded
from garant.apps.rights import refusals
from garant.apps.rights.answering import collecting, copies
from garant.apps.rights.each import changes, packages, texts
from garant.apps.rights.entries import RequestAnswered, RequestFilesRead
from garant.apps.rights.keeping import letters, outcomes, store
from garant.apps.rights.keeping.sealing import Whom, opened, person, seal
from garant.apps.rights.models import Request, Search, Step
from garant.apps.rights.receiving import directives
from garant.apps.rights.words import GRANTED, STATES, Capacity, Outcome, Right, State
from garant.apps.scoping import scoped
from garant.policy.text import Language, Text
from garant.publish.packages import Made

AGAIN: Final = 3
"""How often a package is made again, where its link was not followed in time."""


@store.moving(State.SEARCHING)
def approve(request: Request, *, actor: str) -> Request:
    """Have the package made and sent: what the search found is theirs.

    Raises:
        RequestRefusedError: the right is not answered by a package, nobody looked yet, or nobody read its sentences.
    """
    if Right(request.right) not in packages.PACKAGES:
        raise refusals.not_now(request.key, STATES[State(request.state)])
    if not Step.objects.filter(request=request, kind="searched").exists():
        raise refusals.not_searched()
    if (whom := opened(request)) is not None:
        _check_read(whom)
    collecting.check(request)
    request.handler = actor
    store.move(request, State.APPROVED, actor)
    jobs.want(request.organisation, "request-package", {"request": request.key}, actor=actor)
    return request


def _check_read(whom: Whom) -> None:
    if (whom.texts or whom.files) and not whom.notes.get("read"):
        raise refusals.read_first()


@store.moving(State.SEARCHING, State.PLANNED)
def read(request: Request, names: Sequence[str], *, left_out: Collection[int] = (), actor: str) -> None:
    """Say that the package was read before it goes (GDPR art. 15(4)): what in it is about other people.

    Args:
        request: which.
        names: other people's, in its sentences: they are masked.
        left_out: the positions, from 0, of files that do not go; each file is a decision in the ledger.
        actor: who read it.

    Raises:
        RequestRefusedError: there is none to read.
    """
    whom = opened(request)
    if whom is None or not (whom.texts or whom.files):
        raise refusals.not_now(request.key, STATES[State(request.state)])
    found = {" ".join(name.split()) for name in names}
    whom.hidden = sorted({*whom.hidden, *found} - {""})
    whom.notes["read"] = actor
    whom.files = [{**one, "out": number in left_out} for number, one in enumerate(whom.files)]
    seal(request, whom)
    request.save(update_fields=["sealed"])
    store.note(request, "texts-read", actor, texts=len(whom.texts), names=len(whom.hidden))
    if whom.files:
        store.enter(request.organisation, actor, _decided(request, whom))
        out = sum(one["out"] for one in whom.files)
        store.note(request, "files-read", actor, files=len(whom.files), left_out=out)


def _decided(request: Request, whom: Whom) -> RequestFilesRead:
    """What was decided about each file, under the request's own key: whoever has it can show which file was meant."""
    about = [
        [RequestFilesRead.kind, request.key, one["system"], one["name"], "out" if one["out"] else "goes"]
        for one in whom.files
    ]
    return RequestFilesRead(
        request=request.key,
        files=len(whom.files),
        left_out=sum(one["out"] for one in whom.files),
        decisions=[
            evidence.subject_commitment(request.organisation, person(request.key), one) for one in about
        ],
    )


@store.moving(State.SEARCHING, State.PLANNED)
def entrust(request: Request, *, actor: str) -> None:
    """Have a copy made for the person whom the directives of somebody who died name.

    Raises:
        RequestRefusedError: the directives entrust nothing to whoever asks, or nobody read its sentences.
    """
    whom = opened(request)
    if whom is None or request.right != Right.POST_MORTEM or not directives.trusts(whom):
        raise refusals.not_trusted()
    _check_read(whom)
    store.note(request, "entrusted", actor)
    jobs.want(request.organisation, "request-package", {"request": request.key}, actor=actor)


@store.moving(State.RUNNING)
def retry(request: Request, *, actor: str) -> None:
    """Make the package that could not be made: a system did not answer."""
    if Right(request.right) not in packages.PACKAGES:
        raise refusals.not_now(request.key, STATES[State(request.state)])
    jobs.want(request.organisation, "request-package", {"request": request.key}, actor=actor)


@store.moving()
def put_off(request: Request, why: Text) -> None:
    """Its package is not made, for a reason that staff reads: whoever handles the request decides once more."""
    store.note(request, "unable", store.GARANT, **why.model_dump())
    if Right(request.right) in packages.PACKAGES and request.state in (State.APPROVED, State.RUNNING):
        store.move(request, State.SEARCHING, store.GARANT)


@store.moving(State.ANSWERED)
def again(request: Request) -> None:
    """The person did not follow the link in time: the package is made again, as things are now."""
    made = Step.objects.filter(request=request, kind="packed").count()
    if Right(request.right) not in packages.PACKAGES or not 0 < made <= AGAIN or request.forgotten_at:
        raise refusals.not_now(request.key, STATES[State(request.state)])
    jobs.want(request.organisation, "request-package", {"request": request.key}, actor=store.PERSON)


def pack(
    organisation: str,
    key: str,
    *,
    to: str = "",
    mark: str = deliveries.MARK,
    hand: Callable[[deliveries.Stored], None] | None = None,
) -> dict[str, Any]:
    """Make the package of a request and hand it over; the answer is written in the same transaction.

    Args:
        organisation: whose the request is.
        key: its number.
        to: the age key of whom it is for, where that is not the person.
        mark: how the name of its file begins.
        hand: what is done with the file in place of giving the person a link.

    Raises:
        NotSupported: no system can search by what the person is known by.
        ConnectorError: a system did not answer; nothing was sent.
    """
    request = store.find(organisation, key)
    whom = opened(request)
    if whom is None or request.state not in _ready(request, whom):
        return {"request": key, "state": request.state}
    if request.state == State.APPROVED:
        _begin(organisation, key)
    reading, made, digest = texts.reading(whom.texts, whom.notes), Made(), hashlib.sha256()
    with open_published(organisation, only=request.reach) as workspace:
        if request.state != State.ANSWERED and (gone := _gone(workspace, request)):
            _search_anew(organisation, key, gone)
            return {"request": key, "gone": gone.system}
        known = changes.known_kinds(workspace, whom.identities(request.identified_by))
        pieces = _pieces(workspace, request, whom, known, reading, made)
        stored = deliveries.encrypt(_hashed(pieces, digest), to=to, mark=mark)
        if reading is not None and reading.unread and request.state != State.ANSWERED:
            deliveries.discard(stored)
            _read_again(organisation, key)
            return {"request": key, "unread": reading.unread}
        asked = recorded(workspace, known, made)
        if not made.tables and not made.copies:
            deliveries.discard(stored)
            _empty(organisation, key)
            return {"request": key, "rows": 0}
        if hand is not None:
            _noted(organisation, key, rows=made.rows, asked=len(asked), hand=lambda: hand(stored))
        else:
            _hand_over(organisation, key, stored, digest.hexdigest(), rows=made.rows, asked=len(asked))
    return {"request": key, "rows": made.rows, "bytes": stored.written.plain}


def _gone(workspace: Workspace, request: Request) -> Search | None:
    """A system in which the person was found, and that has no map any more: what it holds would be missing."""
    with scoped(request.organisation):
        found = Search.last(request)
    there = {*workspace.sources, *workspace.manual}
    return next((one for one in found if one.tables and one.system not in there), None)


def _ready(request: Request, whom: Whom) -> tuple[State, ...]:
    """The states in which a package is made: a copy that directives entrust goes before anything is approved."""
    if request.right == Right.POST_MORTEM and directives.trusts(whom):
        return (State.SEARCHING, State.PLANNED)
    return (State.APPROVED, State.RUNNING, State.ANSWERED)


def _pieces(
    workspace: Workspace,
    request: Request,
    whom: Whom,
    known: Mapping[str, str],
    reading: Reading | None,
    made: Made,
) -> Iterator[bytes]:
    """The package of a request, as it is read."""
    right = Right(request.right)
    return person_package(
        workspace,
        known,
        number=request.key,
        language=cast(Language, request.language),
        kind="portability" if right == Right.PORTABILITY else "access",
        choose=packages.chosen(workspace.policy.document, right),
        hide=whom.hidden,
        files=_files(whom),
        left_out=sum(one["out"] for one in whom.files),
        copies=copies.packed(request, whom),
        reading=reading,
        made=made,
    )


def _files(whom: Whom) -> list[tuple[str, str]]:
    """The files that go with it, by system and name."""
    return [(one["system"], one["name"]) for one in whom.files if not one["out"]]


def _hashed(pieces: Iterator[bytes], digest: Any) -> Iterator[bytes]:
    for piece in pieces:
        digest.update(piece)
        yield piece


@store.moving(State.APPROVED)
def _begin(request: Request) -> None:
    store.move(request, State.RUNNING, store.GARANT)


@store.moving(State.RUNNING, State.ANSWERED)
def _noted(request: Request, *, rows: int, asked: int, hand: Callable[[], None]) -> None:
    store.note(request, "packed", store.GARANT, rows=rows, by_hand=asked)
    hand()


@store.moving()
def _empty(request: Request) -> None:
    """Nothing of what was found belongs into the package: a person decides what to answer."""
    store.note(request, "empty", store.GARANT)
    if request.state == State.RUNNING:
        store.move(request, State.SEARCHING, store.GARANT)


@store.moving()
def _read_again(request: Request) -> None:
    """Something was written since somebody read the package: it is searched again, and somebody reads that too."""
    store.note(request, "written-since", store.GARANT)
    if request.state == State.RUNNING:
        store.move(request, State.SEARCHING, store.GARANT)
    jobs.want(request.organisation, "request-search", {"request": request.key}, actor=store.GARANT)


@store.moving()
def _search_anew(request: Request, gone: Search) -> None:
    """What was found is not there to be given: it is searched again, and somebody decides about what is."""
    why = Text(
        fr=f"« {gone.label['fr']} », où la personne a été trouvée, n’a plus de carte\u202f: regardez de nouveau.",
        en=f"“{gone.label['en']}”, where the person was found, has no map any more: look again.",
    )
    store.note(request, "unable", store.GARANT, **why.model_dump())
    if request.state == State.RUNNING:
        store.move(request, State.SEARCHING, store.GARANT)
    jobs.want(request.organisation, "request-search", {"request": request.key}, actor=store.GARANT)


def _keep_link(request: Request, link: str, digest: str) -> None:
    """A controller asks where the results are as often as it likes: sealed, as long as the request; with their digest,
    which is signed with the answer."""
    whom = opened(request)
    if whom is not None and request.capacity == Capacity.CONTROLLER:
        whom.notes |= {"results": link, "results_sha256": digest}
        seal(request, whom)
        request.save(update_fields=["sealed"])


@store.moving(State.RUNNING, State.ANSWERED, State.SEARCHING, State.PLANNED)
def _hand_over(request: Request, stored: deliveries.Stored, digest: str, *, rows: int, asked: int) -> None:
    name = f"{request.key}.zip"
    _, link = deliveries.prepare(
        request.organisation,
        letters.about(request),
        name,
        stored,
        language=cast(Language, request.language),
    )
    _keep_link(request, link, digest)
    until = store.today(request.organisation) + timedelta(days=deliveries.DAYS)
    whom = opened(request)
    unreachable = "" if whom is None else whom.notes.get("unreachable", "")
    letters.write(
        request,
        "package_ready",
        link=link,
        until=until,
        recipients=(unreachable,) if unreachable else (),
        copies=outcomes.told(request, whom),
    )
    store.note(request, "packed", store.GARANT, rows=rows, by_hand=asked)
    if request.state != State.RUNNING:
        return
    close(request)


def close(request: Request) -> None:
    """End a request whose package was handed over; in part where a processor's copy is missing. The caller's transaction."""
    short = any(outcomes.missing(one) for one in outcomes.of(request))
    outcome = Outcome.PARTLY if short else Outcome.FULLY
    promise = evidence.subject_commitment(
        request.organisation, person(request.key), [RequestAnswered.kind, request.key, outcome.value]
    )
    today = store.today(request.organisation)
    late = max(0, -request.clock(today).left(today))
    entry = RequestAnswered.model_validate(
        {"request": request.key, "outcome": outcome.value, "late": late, "people": [promise]}
    )
    store.finish(request, State.ANSWERED, outcome, store.GARANT, entry)


def handed(request: Request) -> bool:
    """Whether it was answered with a package."""
    answered = request.outcome in GRANTED
    with scoped(request.organisation):
        return answered and Step.objects.filter(request=request, kind="packed").exists()
