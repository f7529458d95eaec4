"""As controller: processors whose programs are linked are asked for their copy of a person's data, and it is fetched.

The request goes out as others do (`controller`); its end leads to `results_url`, which is fetched under our token from
the host that was linked and from no other, held against the digest that they signed, and looked at by a person.
"""

from __future__ import annotations

import hashlib
import tempfile
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final, cast
from urllib.parse import urlsplit
from uuid import uuid4

from django.db import transaction

from garant.apps.exchanges import formats, peers, refusals
from garant.apps.exchanges.models import Outgoing, Peer
from garant.apps.rights import services as rights
from garant.apps.rights.words import CopyState, Right
from garant.apps.scoping import for_organisation
from garant.apps.webhooks import sending
from garant.apps.webhooks.refusals import NotTakenError
from garant.policy.text import Text

RIGHTS: Final = rights.PACKAGES
LARGEST: Final = 1024**3
"""Bytes of a copy at most."""
SECONDS: Final = 60
"""How long each piece may take."""
_TYPES: Final = {right: name for name, right in formats.STANDARD.items()}
_ENDS: Final = ((b"PK\x03\x04", ".zip"), (b"%PDF-", ".pdf"), (b"{", ".json"), (b"[", ".json"))


@for_organisation
def ask(organisation: str, key: str) -> int:
    """Ask each processor that may hold a copy for it: by its program where that takes such requests, else by letter; how
    many were asked."""
    wanted = rights.copies_to_ask(organisation, key)
    if not wanted:
        return 0
    right = Right(rights.find(organisation, key).right)
    linked = {
        one.party: one
        for one in peers.listing(organisation, "processor")
        if one.confirmed_at and _TYPES[right] in one.offers.get("types", ())
    }
    asked = 0
    for party, holder in wanted.items():
        try:
            if party in linked:
                _ask_program(organisation, key, linked[party])
            elif holder.own_copy:
                rights.ask_copy(organisation, key, party, actor="garant")
            else:
                continue
        except rights.RequestRefusedError:
            continue  # asked meanwhile, or taken back
        asked += 1
    return asked


@transaction.atomic
def _ask_program(organisation: str, key: str, peer: Peer) -> None:
    rights.ask_copy_program(organisation, key, peer.party)
    Outgoing.objects.create(
        organisation=organisation, peer=peer, request=key, number=str(uuid4()), due_at=_now(), made_at=_now()
    )


def is_copy(one: Outgoing) -> bool:
    """Whether it asks for a copy."""
    return Right(rights.find(one.organisation, one.request).right) in RIGHTS


def ended(one: Outgoing, status: str, said: dict[str, Any], own: dict[str, Any]) -> str:
    """What a processor's last word comes to: the state of what it was asked; `ready` where there is something to fetch.

    In the caller's transaction.
    """
    if status == "cancelled" or own.get("outcome") in ("refused", "withdrawn", "abandoned"):
        _answered(one, CopyState.NOTHING if nothing_held(own) else CopyState.REFUSED)
        return "cancelled" if status == "cancelled" else "completed"
    if said.get("results_url"):
        return "ready"
    _answered(one, CopyState.NOTHING if said.get("results_count") == 0 else CopyState.REFUSED)
    return "completed"


def nothing_held(own: dict[str, Any]) -> bool:
    """Whether a refusal is because nothing is held."""
    ground = own.get("ground")
    return isinstance(ground, dict) and cast("dict[str, Any]", ground).get("key") == "nothing-held"


def _answered(one: Outgoing, answer: CopyState) -> None:
    try:
        rights.copy_answered(one.organisation, one.request, one.peer.party, answer, actor="garant")
    except rights.RequestRefusedError:
        return  # the person was answered without, or staff wrote it down


def fetch(one: Outgoing, said: dict[str, Any], own: dict[str, Any], headers: dict[str, str]) -> str:
    """Fetch the copy of a request that ended, and keep it for somebody to look at; the state it comes to.

    Raises:
        NotTakenError: it did not come whole.
        ExchangeRefusedError: it is elsewhere, or not what they signed.
    """
    url = str(said.get("results_url", ""))
    if sending.check(url).hostname != urlsplit(one.peer.url).hostname:
        return _not_taken(one, ELSEWHERE)
    with tempfile.TemporaryFile() as file:
        answer = sending.fetch(url, headers, file, most=LARGEST, seconds=SECONDS)
        if answer.status != 200:
            raise NotTakenError(answer.status, f"HTTP {answer.status}")
        if own.get("results_sha256") not in (None, _digest(file)):
            raise refusals.not_theirs(
                "la copie n’est pas celle qu’elle dit", "the copy is not the one it says"
            )
        try:
            rights.take_copy(
                one.organisation, one.request, one.peer.party, file, _name(one, file), actor="garant"
            )
        except rights.RequestRefusedError as refusal:
            return _not_taken(one, Text(fr=refusal.text.fr, en=refusal.text.en))
    return "completed"


ELSEWHERE: Final = Text(
    fr="Ce programme donne sa copie à une autre adresse que la sienne\u202f: nous n’y allons pas. Demandez-la-lui.",
    en="This program gives its copy at another address than its own: we do not go there. Ask it for the copy.",
)


def _not_taken(one: Outgoing, why: Text) -> str:
    rights.copy_not_taken(one.organisation, one.request, one.peer.party, why)
    return "lost"


def _digest(file: BinaryIO) -> str:
    file.seek(0)
    made = hashlib.sha256()
    while piece := file.read(64 * 1024):
        made.update(piece)
    return made.hexdigest()


def _name(one: Outgoing, file: BinaryIO) -> str:
    """By what it is: the name that they give it says nothing."""
    file.seek(0)
    first = file.read(16).lstrip()
    return f"{one.peer.party}{next((end for begin, end in _ENDS if first.startswith(begin)), '.csv')}"


def own_of(peer: Peer, said: dict[str, Any]) -> dict[str, Any]:
    """What an answer says under the domain of whoever gives it."""
    more = said.get("extensions")
    own = cast("dict[str, Any]", more).get(peer.domain) if isinstance(more, dict) else None
    return cast("dict[str, Any]", own) if isinstance(own, dict) else {}


def _now() -> datetime:
    return datetime.now(UTC)
