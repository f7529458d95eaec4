"""The files that processors hand over: kept encrypted, looked at by somebody, put into the package, destroyed with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO, Final, cast

from garant.apps.deliveries import services as deliveries
from garant.apps.rights import refusals
from garant.apps.rights.answering import collecting, uploads
from garant.apps.rights.entries import RequestCopiesRead, RequestCopyReceived
from garant.apps.rights.keeping import files, outcomes, store
from garant.apps.rights.keeping.sealing import Whom, key_of
from garant.apps.rights.models import Collected, Copy, Request
from garant.apps.rights.words import STATES, CopyState, State
from garant.apps.scoping import for_organisation
from garant.ledger import unwrap, wrap
from garant.policy.text import Text
from garant.publish.packages import Copied

MOST: Final = 20
"""Files of one processor at most."""
ROOM: Final = 1024**3
"""Bytes that are left free on the disk."""
_OPEN: Final = (CopyState.RECEIVED, CopyState.REFUSED, CopyState.LEFT, CopyState.NOTHING)


def take(organisation: str, key: str, processor: str, file: BinaryIO, name: str, *, actor: str) -> None:
    """Keep a file that a processor sent: it waits, encrypted, for somebody to look at it.

    Args:
        organisation: whose request it is for.
        key: the number of the request.
        processor: who sent it.
        file: which can be read at any place.
        name: as its sender calls it.
        actor: who brought it.

    Raises:
        RequestRefusedError: hostile, too large or too many; or nothing is expected of this processor.
    """
    safe = uploads.check(file, name)
    if deliveries.room() - file.seek(0, 2) < ROOM:
        raise refusals.no_room()
    digest = hashlib.sha256()

    def pieces() -> Iterator[bytes]:
        for piece in uploads.pieces(file):
            digest.update(piece)
            yield piece

    stored = deliveries.encrypt(pieces(), mark=files.MARK)
    try:
        _kept(organisation, key, processor, stored, safe, digest.hexdigest(), actor=actor)
    except BaseException:
        deliveries.discard(stored)
        raise


@store.moving(State.SEARCHING)
def _kept(
    request: Request, processor: str, stored: deliveries.Stored, name: str, digest: str, *, actor: str
) -> None:
    one = collecting.expected(request, processor, *_OPEN)
    if Copy.objects.filter(collected=one).count() >= MOST:
        raise refusals.too_many_files(MOST)
    what = {"name": name, "identity": stored.identity, "sha256": digest}
    Copy.objects.create(
        key=stored.key,
        organisation=request.organisation,
        collected=one,
        sealed=wrap(key_of(request), json.dumps(what).encode(), stored.key),
        size=stored.written.plain,
        came_at=store.now(),
    )
    file = collecting.commitment(request, RequestCopyReceived.kind, processor, digest)
    collecting.settled(request, one, CopyState.RECEIVED, actor, file)


def shown(request: Request, one: Copy) -> dict[str, str]:
    """How a file is called, by what it opens, and its digest; nothing once the request is forgotten."""
    return json.loads(unwrap(key_of(request), bytes(one.sealed), one.key))


@for_organisation
def look(organisation: str, key: str, copy: str) -> tuple[str, Iterator[bytes]]:
    """A file for somebody who looks at it: its name, and its bytes.

    Raises:
        RequestRefusedError: there is none under this key.
    """
    request = store.find(organisation, key)
    found = Copy.objects.filter(key=copy, collected__request=request).first()
    if found is None or request.sealed is None:
        raise refusals.not_asked()
    what = shown(request, found)
    Copy.objects.filter(key=copy).update(opened_at=store.now())
    return what["name"], deliveries.content(copy, what["identity"])


@store.moving(State.SEARCHING)
def read(request: Request, left_out: Collection[str], *, actor: str) -> None:
    """Say that the files were looked at before they go (GDPR art. 15(4)); each is a decision in the ledger.

    Args:
        request: which.
        left_out: the keys of those that do not go: they concern others.
        actor: who looked.

    Raises:
        RequestRefusedError: there is none, or one that is to go was never opened.
    """
    every = list(Copy.objects.select_for_update().filter(collected__request=request))
    if not every:
        raise refusals.not_now(request.key, STATES[State(request.state)])
    if any(one.opened_at is None and one.key not in left_out for one in every):
        raise refusals.copies_unread()
    decisions: list[str] = []
    for one in every:
        one.decided = "out" if one.key in left_out else "goes"
        about = shown(request, one)["sha256"]
        decisions.append(collecting.commitment(request, RequestCopiesRead.kind, about, one.decided))
    Copy.objects.bulk_update(every, ["decided"])
    out = sum(one.decided == "out" for one in every)
    store.note(request, "copies-read", actor, files=len(every), left_out=out)
    entry = RequestCopiesRead(request=request.key, files=len(every), left_out=out, decisions=decisions)
    store.enter(request.organisation, actor, entry)


def packed(request: Request, whom: Whom) -> tuple[Copied, ...]:
    """The same for the package, with the files that go; their bytes are read when their turn comes."""
    return tuple(
        Copied(
            key=one.processor,
            label=Text(**one.label),
            outcome=cast(Any, one.state),
            what=outcomes.said(one),
            reason=whom.without.get(one.processor, ""),
            missing=outcomes.missing(one),
            files=tuple(_going(request, one)),
        )
        for one in outcomes.of(request)
        if one.state != CopyState.ASKED
    )


def _going(request: Request, one: Collected) -> Iterator[tuple[str, Iterator[bytes]]]:
    for file in outcomes.files(one):
        if file.decided == "goes":
            what = shown(request, file)
            yield what["name"], deliveries.content(file.key, what["identity"])
