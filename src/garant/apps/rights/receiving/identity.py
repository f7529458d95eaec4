"""Who asks: a one-time code to the address they gave, or what staff was shown; never more than is needed.

Whether somebody is known here plays no part: no system is asked before the code came back, and every answer of these
pages is the same for everybody.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from garant.apps.evidence import services as evidence
from garant.apps.jobs import services as jobs
from garant.apps.rights import refusals
from garant.apps.rights.entries import RequestIdentified
from garant.apps.rights.keeping import letters, store
from garant.apps.rights.keeping.sealing import key_of, mark, opened, seal
from garant.apps.rights.models import Code, Door, Request
from garant.apps.rights.receiving import directives, repeating
from garant.apps.rights.words import FOR_OTHERS, STATES, Capacity, Channel, Method, State
from garant.apps.scoping import for_organisation
from garant.ledger.entries import Payload

DIGITS: Final = 8
MINUTES: Final = 60
"""How long a code holds."""
TRIES: Final = 5
"""How often one code may be tried."""
PAUSE: Final = timedelta(seconds=60)
"""Between two codes of a request: nobody's mailbox is filled by somebody else."""
A_DAY: Final = 6
"""Codes of a request within a day, at most."""
LINK_DAYS: Final = 120
"""How long the way back is open: beyond the longest answer."""
_WRITTEN_DOWN: Final = (Channel.LETTER, Channel.CALL, Channel.MAIL)
"""What staff read or heard themselves."""
INSIDE_DAYS: Final = 7
"""How long a link stays open that a code opened."""


def send_code(request: Request) -> bool:
    """Send a new code, unless one just went or too many did today. In the caller's transaction."""
    at = store.now()
    codes = Code.objects.filter(request=request, way="email", sent_at__gt=at - timedelta(days=1))
    recent = list(codes.order_by("-sent_at").values_list("sent_at", flat=True))
    if len(recent) >= A_DAY or (recent and at - recent[0] < PAUSE):
        return False
    letters.write(request, "code", **code_facts(request))
    return True


def code_facts(request: Request) -> dict[str, Any]:
    """A new code, as the letter that takes it says it. In the caller's transaction."""
    return {"code": new_code(request, "email", MINUTES), "minutes": MINUTES}


def new_code(request: Request, way: str, minutes: int) -> str:
    """A code that holds for so long, and only by the way it goes (`email`, `call`). In the caller's transaction."""
    digits, at = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}", store.now()
    Code.objects.create(
        request=request,
        way=way,
        mark=_mark(request, way, digits),
        sent_at=at,
        expires_at=at + timedelta(minutes=minutes),
    )
    return digits


@for_organisation
def another_code(organisation: str, secret: str) -> None:
    """Send a code again to whoever this link belongs to; silent, whether or not there is such a link."""
    with evidence.one_transaction(organisation):
        door = _door(organisation, secret, inside=False)
        if door is not None:
            send_code(_locked(door))


@for_organisation
def enter_code(organisation: str, secret: str, digits: str) -> str | None:
    """Give the secret of an opened link for a right code; None for a wrong, old or unknown one, all alike.

    Each try counts, right or wrong, and is durable whatever becomes of the page.
    """
    with evidence.one_transaction(organisation):
        door = _door(organisation, secret, inside=False)
        request = None if door is None else _locked(door)
        if door is None or request is None or not fits(request, "email", digits):
            return None
        repeating.confirmed(request, door.mark)
        if not directives.awaits_a_yes(request) and _unknown(request):
            _identified_by_code(request)
        return _open(request)


@store.moving(State.IDENTITY)
def will(request: Request, seen: str) -> None:
    """Register the directives that their person has just read on their own page, behind the code.

    Whoever has the first link of several may have been led there by somebody else: nothing that ends former directives
    is done before its person has read what it is.

    Args:
        request: about one's own directives.
        seen: the mark of what the page showed.

    Raises:
        RequestRefusedError: they are registered already, or something else was shown.
    """
    if not directives.awaits_a_yes(request):
        raise refusals.not_now(request.key, STATES[State(request.state)])
    if not hmac.compare_digest(seen, directives.seen(request)):
        raise refusals.another_wish()
    _identified_by_code(request)


def _unknown(request: Request) -> bool:
    return request.state == State.IDENTITY and not request.identified_by


@for_organisation
def inside(organisation: str, secret: str) -> Request | None:
    """The request behind an opened link."""
    door = _door(organisation, secret, inside=True)
    return None if door is None else door.request


def _door(organisation: str, secret: str, *, inside: bool) -> Door | None:
    doors = Door.objects.filter(
        mark=mark(organisation, "door", secret), inside=inside, expires_at__gt=store.now()
    )
    door = doors.select_related("request").first()
    return None if door is None or door.request.sealed is None else door


def _locked(door: Door) -> Request:
    return Request.objects.select_for_update().get(pk=door.request.pk)


def fits(request: Request, way: str, digits: str) -> bool:
    """Whether this is the last code that went this way, and still holds; each try counts. In the caller's transaction."""
    given = _mark(request, way, "".join(one for one in digits if one.isdigit()))
    code = Code.objects.filter(request=request, way=way).order_by("-sent_at").first()
    if code is None or code.tries >= TRIES or code.expires_at < store.now():
        return False
    code.tries += 1
    right = hmac.compare_digest(code.mark, given)
    if right:
        code.tries = TRIES  # once
    code.save(update_fields=["tries"])
    return right


def _identified_by_code(request: Request) -> None:
    """The address is theirs. For somebody else, the mandate is still to be shown."""
    request.identified_by = Method.CODE
    store.enter(
        request.organisation,
        store.PERSON,
        RequestIdentified(request=request.key, method=Method.CODE.value),
    )
    store.note(request, "identified", store.PERSON, method=Method.CODE.value)
    if directives.registers(request):
        directives.register(request, store.PERSON)
    elif request.capacity == Capacity.SELF:
        begin_search(request, store.PERSON)
    else:
        request.save()


def begin_search(
    request: Request, actor: str, *more: Payload, after: tuple[str, Mapping[str, Any]] | None = None
) -> None:
    """Whoever asks is known well enough: the systems are looked at, by the worker."""
    store.move(request, State.SEARCHING, actor, *more, after=after)
    jobs.want(request.organisation, "request-search", {"request": request.key}, actor=actor)


@store.moving(State.SEARCHING, State.PLANNED)
def search_again(request: Request, *, actor: str) -> None:
    """Look into the systems once more: one did not answer, or something changed."""
    jobs.want(request.organisation, "request-search", {"request": request.key}, actor=actor)


def way_back(request: Request) -> str:
    """The address of a new link to the page of the code, for a letter. In the caller's transaction."""
    secret = secrets.token_urlsafe(24)
    Door.objects.create(
        organisation=request.organisation,
        request=request,
        mark=mark(request.organisation, "door", secret),
        expires_at=store.now() + timedelta(days=LINK_DAYS),
    )
    return letters.address(request, f"code/{secret}/")


def _open(request: Request) -> str:
    secret = secrets.token_urlsafe(24)
    Door.objects.create(
        organisation=request.organisation,
        request=request,
        mark=mark(request.organisation, "door", secret),
        inside=True,
        expires_at=store.now() + timedelta(days=INSIDE_DAYS),
    )
    return secret


@store.moving(State.IDENTITY, State.SEARCHING, State.PLANNED)
def accept(
    request: Request, method: Method, *, doubt: str = "", vouched: bool = False, actor: str
) -> Request:
    """Say that somebody showed who they are, and by what: what they only declared is searched by too.

    Args:
        request: whose person is known now.
        method: by what.
        doubt: why a document was asked for.
        vouched: whether a program that knows its user says so, with what it hands over.
        actor: who says so.

    Raises:
        RequestRefusedError: a document without the reasonable doubt that allows asking for it (GDPR art. 12(6)),
            anything but a mandate from whoever asks for somebody else, or one's own directives that staff did not
            read or hear themselves.
    """
    if request.capacity in FOR_OTHERS and method != Method.MANDATE:
        raise refusals.no_mandate()
    if method == Method.DOCUMENT and not doubt.strip():
        raise refusals.no_doubt()
    if doubt.strip() and (whom := opened(request)) is not None:
        whom.notes["doubt"] = doubt.strip()
        seal(request, whom)
    own_will = directives.awaits_a_yes(request)
    if own_will and not vouched and request.channel not in _WRITTEN_DOWN:
        raise refusals.own_yes()
    request.identified_by = method
    entry = RequestIdentified(request=request.key, method=method.value)
    if own_will:  # a letter that they signed, a call: whoever wrote it down read it
        store.enter(request.organisation, actor, entry)
        store.note(request, "identified", actor, method=method.value)
        directives.register(request, actor)
        return request
    begin_search(request, actor, entry, after=("identified", {"method": method.value}))
    return request


def _mark(request: Request, way: str, digits: str) -> str:
    return hmac.new(key_of(request), f"code\x1f{way}\x1f{digits}".encode(), "sha256").hexdigest()
