"""The ledger, for programs: entries, proofs, the whole of it; and for witnesses, its checkpoint and its tiles.

`/{organisation}/log` is the prefix of a log as C2SP tlog-tiles lays it out. What is there for anyone is hashes and
signatures; entries need a token, although they hold no personal data.
"""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from garant.apps.accounts.roles import May
from garant.apps.evidence import services
from garant.apps.tokens.access import Needs
from garant.site.paging import Limit
from garant.site.problems import ProblemError, sought

router = Router(tags=["ledger"])
_AT = "/{organisation}/ledger"
_LOG = "/{organisation}/log"

Start = Annotated[int, Field(ge=0, le=2**53, description="the place of the first entry, counted from 0")]
Place = Annotated[int, Field(ge=0, le=2**53)]


class LedgerOut(Schema):
    """How long the ledger is, its last signed checkpoint (C2SP), and the keys that verify it."""

    size: int
    checkpoint: str
    keys: list[str]


class EntryOut(Schema):
    """One entry, as its canonical bytes say."""

    index: int
    at: datetime
    kind: str
    key: str | None
    actor: str
    payload: dict[str, Any]


class EntriesOut(Schema):
    """A page of entries, in their order; `next` is the `start` of the page after."""

    items: list[EntryOut]
    next: int | None


@router.get(_AT, auth=Needs(May.SEE), response=LedgerOut, summary="The ledger’s head")
def ledger(request: HttpRequest, organisation: str) -> Any:
    """Signed up to the last checkpoint."""
    return {
        "size": services.unsigned_head(organisation).size,
        "checkpoint": services.last_checkpoint(organisation),
        "keys": [str(key) for key in services.verifier_keys(organisation)],
    }


@router.get(_AT + "/entries", auth=Needs(May.SEE), response=EntriesOut, summary="Entries, in their order")
def entries(request: HttpRequest, organisation: str, start: Start = 0, limit: Limit = 50) -> Any:
    """What was done, from a place on: numbers, keys and digests, never a name."""
    found = services.entries_from(organisation, start, limit)
    further = start + limit < services.unsigned_head(organisation).size
    return {"items": [_entry(index, one) for index, one in found], "next": start + limit if further else None}


def _entry(index: int, one: Any) -> dict[str, Any]:
    known = {name: getattr(one, name) for name in ("at", "kind", "key", "actor", "payload")}
    return {"index": index, **known}


@router.get(
    _AT + "/entries/{index}/proof",
    auth=Needs(May.SEE),
    response=dict[str, Any],
    summary="The proof of one entry",
)
def proof(request: HttpRequest, organisation: str, index: Place) -> HttpResponse:
    """That it is in the ledger: `garant ledger verify` checks it offline."""
    with sought():
        made = services.prove(organisation, index=index)
    return HttpResponse(made.to_json(), content_type="application/json")


@router.get(_AT + "/export", auth=Needs(May.EXPORT), summary="The whole of it")
def export(request: HttpRequest, organisation: str) -> FileResponse:
    """One signed archive, which `garant ledger verify` checks offline."""
    with tempfile.TemporaryDirectory(prefix="garant-") as folder:
        path = Path(folder) / f"ledger-{organisation}.zip"
        services.export(organisation, path)
        opened = path.open("rb")  # goes on after the folder is gone, and leaves nothing behind
    return FileResponse(opened, as_attachment=True, filename=path.name, content_type="application/zip")


@router.get(_LOG + "/checkpoint", auth=None, summary="The latest checkpoint, for witnesses")
def checkpoint(request: HttpRequest, organisation: str) -> HttpResponse:
    """A C2SP checkpoint: how long the log is, its root, and who signed them. For anyone."""
    with sought():
        note = services.last_checkpoint(organisation)
    if not note:
        raise _nothing()
    return HttpResponse(note, content_type="text/plain; charset=utf-8")


@router.get(_LOG + "/tile/{path:place}", auth=None, summary="A tile of hashes, for witnesses")
def tile(request: HttpRequest, organisation: str, place: str) -> HttpResponse:
    """A C2SP tile, `LEVEL/INDEX` or `LEVEL/INDEX.p/WIDTH`: hashes of hashes. For anyone."""
    with sought():
        hashes = services.tile(organisation, f"tile/{place}")
    if not hashes:
        raise _nothing()
    return HttpResponse(hashes, content_type="application/octet-stream")


def _nothing() -> ProblemError:
    return ProblemError(404, "not-found", fr="Rien n’est à cet endroit.", en="Nothing is at this place.")
