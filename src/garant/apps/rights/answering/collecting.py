"""What processors hold about a person is collected for their access or portability (GDPR art. 15, 20, 28(3)(e)).

Those that the policy says to hold a copy of their own, and those whose programs are linked, are asked once the search
has shown what is known about the person. The answer waits for each of them, until somebody decides to go without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, cast

from django.conf import settings

from garant.apps.evidence import services as evidence
from garant.apps.mails import services as mails
from garant.apps.policies import services as policies
from garant.apps.rights import refusals
from garant.apps.rights.each.packages import PACKAGES
from garant.apps.rights.entries import RequestCopyAsked, RequestCopyReceived
from garant.apps.rights.keeping import letters, outcomes, store
from garant.apps.rights.keeping.sealing import Whom, opened, person, seal
from garant.apps.rights.models import Collected, Copy, Request, Search, Step
from garant.apps.rights.receiving.intake import address
from garant.apps.rights.words import STATES, Capacity, CopyState, Right, State
from garant.apps.scoping import for_organisation
from garant.policy import Policy
from garant.policy.text import Language, Text
from garant.publish.letters import LetterFacts
from garant.publish.letters import write as write_letter
from garant.publish.packages.information import concerned

WITHIN: Final = timedelta(days=15)
"""How long a processor has to hand its copy over."""
SPARE: Final = timedelta(days=7)
"""Days that are left after its last one: somebody looks at what came, and answers."""
LEAST: Final = timedelta(days=2)
BEFORE: Final = 3
"""Days before its last one at which a processor that has not answered is reminded."""
ANSWERS: Final = (CopyState.NOTHING, CopyState.REFUSED)
"""What a processor may answer besides its copy."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A processor of the policy that may hold a copy."""

    key: str
    label: Text
    email: str
    person: str
    """Who is written to there, as the policy names them."""
    own_copy: bool | None
    """None: the policy does not say."""


def holders(request: Request) -> Mapping[str, Holder]:
    """The processors of the activities that use what was found about the person; of all of them where nothing was."""
    version = policies.published(request.organisation)
    if version is None:
        return {}
    tables = [table for one in Search.last(request) for table in one.tables]
    found = [category for table in tables for category in table["categories"]]
    used = {key for one in concerned(version.policy, found) for key in one.processors}
    return {key: _holder(version.policy, key) for key in version.policy.processors if key in used}


def _holder(policy: Policy, key: str) -> Holder:
    one = policy.processors[key]
    contact = one.contact
    return Holder(
        key, one.label, (contact.email if contact else None) or "", (contact.name if contact else None) or "",
        one.own_copy,
    )  # fmt: skip


def collects(request: Request) -> bool:
    """Whether processors are asked for it: of a person, not of a controller whose own processors these are not."""
    return Right(request.right) in PACKAGES and request.capacity != Capacity.CONTROLLER


def unasked(request: Request) -> Mapping[str, Holder]:
    """Those that may hold a copy and that nobody asked yet."""
    if not collects(request):
        return {}
    known = set(Collected.objects.filter(request=request).values_list("processor", flat=True))
    return {key: one for key, one in holders(request).items() if key not in known}


@for_organisation
def to_ask(organisation: str, key: str) -> Mapping[str, Holder]:
    """The same, by the number of the request, while it can be done."""
    request = store.find(organisation, key)
    return unasked(request) if request.state == State.SEARCHING else {}


@store.moving(State.SEARCHING)
def ask(request: Request, processor: str, *, email: str = "", actor: str) -> Collected:
    """Ask a processor for its copy: by e-mail where there is an address, else by a letter that staff prints.

    Raises:
        RequestRefusedError: the policy has no such processor, it was asked, or no address.
    """
    whom, known = _askable(request, processor)
    to = address(email) if email else known.email
    made = _noted(request, known, "mail" if to else "letter", actor)
    _write(request, made, whom, to)
    return made


@store.moving(State.SEARCHING)
def ask_program(request: Request, processor: str) -> Collected:
    """Write down that a processor is asked by its program. In the caller's transaction.

    Raises:
        RequestRefusedError: as `ask` does.
    """
    _, known = _askable(request, processor)
    return _noted(request, known, "program", store.GARANT)


def _askable(request: Request, processor: str) -> tuple[Whom, Holder]:
    version, whom = policies.published(request.organisation), opened(request)
    if version is None or processor not in version.policy.processors or not collects(request):
        raise refusals.unknown_processor()
    if Collected.objects.filter(request=request, processor=processor).exists():
        raise refusals.unknown_processor()
    if whom is None:
        raise refusals.not_now(request.key, STATES[State(request.state)])
    return whom, _holder(version.policy, processor)


def _due(request: Request) -> date:
    """In time for somebody to look at what comes."""
    today = store.today(request.organisation)
    return max(today + LEAST, min(today + WITHIN, request.due_on - SPARE))


def _noted(request: Request, known: Holder, way: str, actor: str) -> Collected:
    made = Collected.objects.create(
        organisation=request.organisation,
        request=request,
        processor=known.key,
        label=known.label.model_dump(),
        way=way,
        asked_at=store.now(),
        due_on=_due(request),
    )
    store.note(request, "copy-asked", actor, processor=known.key, way=way)
    entry = RequestCopyAsked.model_validate(
        {"request": request.key, "processor": known.key, "way": way, "due": made.due_on}
    )
    store.enter(request.organisation, actor, entry)
    evidence.checkpoint(request.organisation)
    return made


def _write(request: Request, made: Collected, whom: Whom, to: str) -> None:
    language = cast(Language, request.language)
    found = whom.identities(request.identified_by)
    facts = LetterFacts(
        **letters.common(request), due=made.due_on, identities=(*filter(None, [whom.name]), *found.values())
    )  # fmt: skip
    letter = write_letter("copy_asked", facts, language)
    if to:
        mails.send(request.organisation, to, letter, about=letters.about(request))
    else:
        whom.letters.append({"kind": letter.kind, "subject": letter.subject, "text": letter.text})
        seal(request, whom)
        request.save(update_fields=["sealed"])


def check(request: Request) -> None:
    """Whether nothing is awaited any more, and everything that came was looked at. Raises RequestRefusedError."""
    every = outcomes.of(request)
    awaited = [Text(**one.label) for one in every if one.state == CopyState.ASKED]
    awaited += [one.label for one in unasked(request).values() if one.own_copy]
    if awaited:
        names = Text(fr=", ".join(one.fr for one in awaited), en=", ".join(one.en for one in awaited))
        raise refusals.copies_awaited(names)
    if Copy.objects.filter(collected__in=every, decided="").exists():
        raise refusals.copies_unread()


@store.moving(State.SEARCHING)
def answered(request: Request, processor: str, answer: CopyState, *, actor: str) -> bool:
    """Take a processor's answer that is no copy: it holds nothing, or refuses; whether one was expected.

    Raises:
        RequestRefusedError: it was not asked, not even now.
    """
    assert answer in ANSWERS
    one = expected(request, processor)
    settled(request, one, answer, actor)
    return True


@store.moving(State.SEARCHING)
def leave(request: Request, processor: str, reason: str, *, actor: str) -> None:
    """Answer the person without a processor's copy, for a reason that they read.

    Raises:
        RequestRefusedError: no reason, or its copy is here.
    """
    whom, words = opened(request), reason.strip()
    if not words or whom is None:
        raise refusals.no_reason()
    one = expected(request, processor, CopyState.REFUSED)
    whom.without[processor] = words
    seal(request, whom)
    request.save(update_fields=["sealed"])
    settled(request, one, CopyState.LEFT, actor)


def expected(request: Request, processor: str, *besides: CopyState) -> Collected:
    """The row of a processor from which something is expected, locked. Raises RequestRefusedError."""
    rows = Collected.objects.select_for_update().filter(request=request, processor=processor)
    found = rows.filter(state__in=[CopyState.ASKED, *besides]).first()
    if found is None:
        raise refusals.not_asked()
    return found


def settled(
    request: Request, one: Collected, state: CopyState, actor: str, copy_of: str | None = None
) -> None:
    """Write down what came of asking; the caller's transaction holds it."""
    one.state, one.answered_at = state, store.now()
    one.save(update_fields=["state", "answered_at"])
    store.note(request, f"copy-{state.value}", actor, processor=one.processor)
    entry = RequestCopyReceived.model_validate(
        {"request": request.key, "processor": one.processor, "answer": state.value, "copy_of": copy_of}
    )
    store.enter(request.organisation, actor, entry)
    evidence.checkpoint(request.organisation)


def commitment(request: Request, kind: str, *about: str) -> str:
    """Of a file, or of a decision about it, under the key of the request."""
    return evidence.subject_commitment(request.organisation, person(request.key), [kind, request.key, *about])


@for_organisation
def remind(organisation: str, today: date) -> int:
    """Remind each processor that has not answered some days before its last one, and tell the officer once it is over."""
    rows = Collected.objects.filter(
        organisation=organisation, state=CopyState.ASKED, request__state=State.SEARCHING
    )
    waiting = list(rows.values_list("request_id", "processor"))
    return sum(_remind(organisation, key, processor, today) for key, processor in waiting)


@store.moving()
def _remind(request: Request, processor: str, today: date) -> int:
    one = Collected.objects.select_for_update().get(request=request, processor=processor)
    left = (one.due_on - today).days
    reached = -1 if left < 0 else BEFORE if left <= BEFORE else None
    before, whom = one.reminded, opened(request)
    if reached is None or whom is None or one.state != CopyState.ASKED:
        return 0
    if before is not None and before <= reached:
        return 0
    one.reminded = reached
    one.save(update_fields=["reminded"])
    version = policies.published(request.organisation)
    known = version.policy.processors.get(processor) if version else None
    email = (known.contact.email if known and known.contact else None) or ""
    if one.way == "mail" and email:
        _write(request, one, whom, email)
    if left < 0:
        _escalate(request, one)
    store.note(request, "copy-reminded", store.GARANT, processor=processor, left=left)
    return 1


def _escalate(request: Request, one: Collected) -> None:
    """The officer decides whether to wait, or to answer without."""
    for user in letters.officers(request.organisation):
        language: Language = "en" if user.language == "en" else "fr"
        said: dict[str, Any] = letters.common(request) | {
            "due": one.due_on,
            "recipients": (Text(**one.label).say(language),),
            "link": f"{settings.GARANT_URL}/o/{request.organisation}/requests/{request.key}/",
        }
        letter = write_letter("copy_silent", LetterFacts(**said), language)
        mails.send(request.organisation, user.email, letter, about=letters.about(request))


@store.moving()
def not_taken(request: Request, processor: str, why: Text) -> None:
    """Note that what a processor's program gave is not taken: a person asks for it otherwise."""
    if not Step.objects.filter(request=request, kind="copy-not-taken", detail__processor=processor).exists():
        store.note(request, "copy-not-taken", store.GARANT, processor=processor, **why.model_dump())
