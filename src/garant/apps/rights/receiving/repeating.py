"""What is written besides: the same request sent again, something that its person adds, an answer before the last one.

Anybody may send a form with anybody's address. So a code confirms what was written by whoever it is entered by, through the
page that they were led to, and nothing that was sent for the same address before or after. The rest is kept beside it, said to
be shown by nobody, and looked for by nobody.
"""

from __future__ import annotations

from typing import Any, Final

from garant.apps.rights import refusals
from garant.apps.rights.entries import RequestAdded
from garant.apps.rights.keeping import store
from garant.apps.rights.keeping.sealing import Whom, opened, seal
from garant.apps.rights.models import Door, Request
from garant.apps.rights.words import STATES, Method, State

MOST: Final = 50
"""Writings kept beside the first; beyond, those go first that nobody showed to be theirs, the oldest first."""
OWN: Final = "page"
"""The way of what a person writes on the page of their request."""
_PARTS: Final = ("name", "phone", "number", "message")
_WISHES: Final = ("wish", "trusted_name", "trusted_email")
_DECLARED: Final = ("phone", "number")


def take(request: Request, sent: Whom, *, way: str, door: str, sure: bool) -> bool:
    """Keep what a repetition says that is not written yet; whether it says anything. In the caller's transaction.

    Args:
        request: that is open already, locked.
        sent: what was written this time.
        way: how it came.
        door: the mark of the link that it led to.
        sure: whether staff, or a program of the organisation, wrote it down. Until somebody showed who asks, it counts.
    """
    whom, said = opened(request), _written(sent)
    if whom is None or said == _written(whom) or (_shown(request) and _says_nothing_more(whom, said)):
        return False
    one = next((each for each in whom.besides if each["said"] == said), None)
    fresh = one is None
    if one is None:
        one = _one(said, way)
        whom.besides.append(one)
    one["doors"].append(door)
    one["unsure"] = not sure and (fresh or one["unsure"])
    if sure and not _shown(request):
        _put_first(request, whom, one)
    _keep(request, whom)
    return fresh


def confirmed(request: Request, door: str) -> None:
    """A code came back through this link: what was written on the way to it is theirs. In the caller's transaction."""
    whom = opened(request)
    one = next((each for each in whom.besides if door in each["doors"]), None) if whom else None
    if whom is None or one is None:
        return
    one["unsure"] = False
    if not _shown(request):
        _put_first(request, whom, one)
    elif request.identified_by == Method.CODE:  # searched by the address alone, until more is shown
        for kind in _DECLARED:
            setattr(whom, kind, getattr(whom, kind) or one["said"].get(kind, ""))
    _keep(request, whom)


@store.moving()
def add(request: Request, text: str) -> None:
    """Add what the person writes on the page of their request.

    Raises:
        RequestRefusedError: nothing is written, or the request has ended.
    """
    whom = opened(request)
    if whom is None or not request.open:
        raise refusals.not_now(request.key, STATES[State(request.state)])
    if not text.strip():
        raise refusals.no_reply()
    whom.besides.append(_one({"message": text.strip()}, OWN))
    _keep(request, whom)
    store.note(request, "added", store.PERSON)
    store.enter(request.organisation, store.PERSON, RequestAdded(request=request.key))


def asked_before(whom: Whom) -> None:
    """Keep the question that was put last, and what was answered, before another one is put. The caller seals it."""
    question, reply = whom.notes.pop("question", ""), whom.notes.pop("reply", "")
    if question and reply:
        whom.besides.append(_one({"message": reply}, OWN) | {"question": question})


def _one(said: dict[str, Any], way: str) -> dict[str, Any]:
    return {"at": store.now().isoformat(), "way": way, "unsure": False, "doors": [], "said": said}


def _written(whom: Whom) -> dict[str, Any]:
    """What somebody wrote, and nothing that was found or decided since; the address is the same, and whom it is about."""
    said: dict[str, Any] = {part: getattr(whom, part) for part in _PARTS if getattr(whom, part)}
    wished = {name: whom.notes[name] for name in _WISHES if whom.notes.get(name)}
    return said | ({"notes": wished} if wished else {}) | ({"values": whom.values} if whom.values else {})


def _says_nothing_more(whom: Whom, said: dict[str, Any]) -> bool:
    written = _written(whom)
    return all(written.get(part) == value for part, value in said.items())


def _shown(request: Request) -> bool:
    """Whether somebody showed who they are: what was written until then stays what is asked."""
    return request.state != State.IDENTITY or bool(request.identified_by)


def _put_first(request: Request, whom: Whom, one: dict[str, Any]) -> None:
    """What is asked is what one of the writings says; the former is kept in its place, shown by nobody."""
    former, said = _written(whom), one["said"]
    for part in _PARTS:
        setattr(whom, part, said.get(part, ""))
    whom.values = said.get("values", [])
    wished = said.get("notes", {})
    whom.notes = {name: note for name, note in whom.notes.items() if name not in _WISHES} | wished
    others = {door for each in whom.besides for door in each["doors"]}
    doors = Door.objects.filter(request=request, inside=False).exclude(mark__in=others)
    one |= {
        "said": former,
        "at": request.received_at.isoformat(),
        "way": request.channel,
        "unsure": True,
        "doors": list(doors.values_list("mark", flat=True)),
    }


def _keep(request: Request, whom: Whom) -> None:
    while len(whom.besides) > MOST:
        whom.besides.remove(next((one for one in whom.besides if one["unsure"]), whom.besides[0]))
    seal(request, whom)
    request.save(update_fields=["sealed"])
