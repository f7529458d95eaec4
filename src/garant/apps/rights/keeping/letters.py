"""What a person is written: facts of a request, put into letters, in the transaction of what they tell.

Somebody who gave no e-mail address is written on paper: the letter waits on the page of the request to be printed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.conf import settings

from garant.apps.accounts import services as accounts
from garant.apps.accounts.roles import May, Role
from garant.apps.deliveries import services as deliveries
from garant.apps.mails import services as mails
from garant.apps.mails.services import Sent
from garant.apps.policies import services as policies
from garant.apps.promises.recording.fates import Fate, fate_of
from garant.apps.rights.each.packages import PACKAGES
from garant.apps.rights.grounds import GROUNDS
from garant.apps.rights.keeping import outcomes, store
from garant.apps.rights.keeping.sealing import Whom, opened, seal
from garant.apps.rights.models import Request, Search
from garant.apps.rights.words import FOR_OTHERS, Capacity, Outcome, Right
from garant.policy import Policy
from garant.policy.text import Language, Text
from garant.publish.letters import Done, Frame, Ground, Kept, Letter, LetterFacts
from garant.publish.letters import write as write_letter

_GRANTED: Mapping[Right, str] = {
    Right.RECTIFICATION: "corrected",
    Right.RESTRICTION: "restricted",
    Right.OBJECTION: "objected",
    Right.CONSENT: "consent_withdrawn",
}
"""The letters that grant a right in words of its own."""


def about(request: Request) -> str:
    """Under what the letters of a request are kept, and forgotten together."""
    return f"request/{request.key}"


def person(request: Request) -> tuple[str, ...]:
    """Under what the key of its letters is filed."""
    return mails.whose(about(request))


def address(request: Request, end: str) -> str:
    """Of a public page of the request, in its language."""
    return f"{settings.GARANT_URL}/p/{request.organisation}/{request.language}/requests/{end}"


def sent(request: Request) -> list[Sent]:
    """The letters about a request, the oldest first."""
    return mails.of(request.organisation, about(request))


def write(request: Request, kind: str, **facts: Any) -> None:
    """Write a letter, as :func:`write_all` does several."""
    write_all(request, [(kind, facts)])


def write_all(request: Request, several: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """Write letters about a request to whoever asked, in their language, in the caller's transaction.

    A controller who asks is answered by its programs, and answers the person itself.

    Args:
        request: what they are about.
        several: the kind of each, and its facts.
    """
    whom = opened(request)
    if whom is None or request.capacity == Capacity.CONTROLLER:
        return
    letters = [(kind, compose(request, kind, **facts), facts.get("minutes")) for kind, facts in several]
    if whom.email:
        reply = _contact(_policy(request))
        going = [
            mails.Going(whom.email, letter, reply, _until(minutes) if kind == "code" else None)
            for kind, letter, minutes in letters
        ]
        mails.send_all(request.organisation, going, about=about(request))
    elif printed := [one for one in letters if one[0] != "code"]:
        whom.letters += [{"kind": kind, "subject": one.subject, "text": one.text} for kind, one, _ in printed]
        seal(request, whom)
        request.save(update_fields=["sealed"])


def _until(minutes: int | None) -> datetime | None:
    return None if minutes is None else store.now() + timedelta(minutes=minutes)


def compose(request: Request, kind: str, **facts: Any) -> Letter:
    """A letter about a request, as it would go."""
    said = LetterFacts(**{**_about(request, _policy(request)), **facts})
    language = cast(Language, request.language)
    return write_letter(kind, said, language, frame=_frame(request))


def answer(request: Request, outcome: Outcome, whom: Whom, reason: str) -> None:
    """Write the answer."""
    kind, facts = _answer(request, outcome, whom, reason)
    write(request, kind, **facts)


def preview(request: Request, outcome: Outcome, whom: Whom, reason: str) -> Letter:
    """The letter of an answer, before it is given. Nothing is written."""
    kind, facts = _answer(request, outcome, whom, reason)
    return compose(request, kind, **facts)


def _answer(request: Request, outcome: Outcome, whom: Whom, reason: str) -> tuple[str, dict[str, Any]]:
    """What was done, what stays and until when, why something is refused, whom to turn to: the letter's kind, its facts."""
    right, kind = Right(request.right), {"fully": "answered"}.get(outcome.value, outcome.value)
    if outcome == Outcome.FULLY:
        kind = _GRANTED.get(right, kind)
    ground = GROUNDS.get(request.ground)
    fate = fate_of(request.organisation, request.plan)
    refusing = _bare(ground.told(Capacity(request.capacity))) if ground else None
    return kind, {
        "reasons": (reason,) if reason else (),
        "ground": Ground(words=refusing, source=ground.source) if ground and refusing else None,
        "done": tuple(_done(request, fate)) if fate else (),
        "by_hand": outcomes.by_hand(fate.key) if fate else (),
        "kept": tuple(_kept(whom)) if tells_kept(request, outcome) else (),
        "copies": outcomes.told(request, whom) if right in PACKAGES else (),
        "purposes": (_purpose(request),) if right in (Right.OBJECTION, Right.CONSENT) else (),
        "recipients": tuple(whom.told),
    }


def officers(organisation: str) -> list[Any]:
    """Whom what presses is told: the data protection officers; where there is none, whoever answers requests."""
    every = accounts.members(organisation)
    found = [one.user for one in every if one.role == Role.DPO]
    return found or [one.user for one in every if one.may(May.ANSWER)]


def remind(request: Request, left: int) -> None:
    """Tell whoever handles the request how much time is left; in the last days, and once it is late, the officers."""
    pressing = left <= store.ESCALATE
    every = accounts.members(request.organisation)
    if pressing:
        found = officers(request.organisation)
    else:
        found = [one.user for one in every if one.user.email == request.handler and one.may(May.ANSWER)]
    for user in found or [one.user for one in every if one.may(May.ANSWER)]:
        facts = _about(request, _policy(request)) | {
            "due": request.due_on,
            "days": left,
            "link": f"{settings.GARANT_URL}/o/{request.organisation}/requests/{request.key}/",
        }
        language: Language = "en" if user.language == "en" else "fr"
        letter = write_letter("escalation" if pressing else "reminder", LetterFacts(**facts), language)
        mails.send(request.organisation, user.email, letter, about=about(request))


def refused_since(request: Request, where: Sequence[Text]) -> None:
    """Tell the officers where something was refused by hand, or done in part, after the person had their answer."""
    for user in officers(request.organisation):
        language: Language = "en" if user.language == "en" else "fr"
        facts = _about(request, _policy(request)) | {
            "recipients": tuple(one.say(language) for one in where),
            "link": f"{settings.GARANT_URL}/o/{request.organisation}/requests/{request.key}/",
        }
        letter = write_letter("refused_since", LetterFacts(**facts), language)
        mails.send(request.organisation, user.email, letter, about=about(request))


def forget(request: Request) -> None:
    """Destroy every letter and package of a request; a letter that still waits to go, as soon as it has."""
    mails.forget(request.organisation, about(request))
    deliveries.forget(request.organisation, about(request))


def common(request: Request) -> dict[str, Any]:
    """The facts of every letter about a request."""
    return _about(request, _policy(request))


def _policy(request: Request) -> Policy | None:
    """The policy in force, asked for once for each time the row is read."""
    held = vars(request)
    if "_policy" not in held:
        version = policies.published(request.organisation)
        held["_policy"] = None if version is None else version.policy
    return held["_policy"]


def _frame(request: Request) -> Frame:
    """The sentences around every letter, asked for once for each time the row is read."""
    held = vars(request)
    if "_frame" not in held:
        held["_frame"] = mails.frame(request.organisation)
    return held["_frame"]


def knows(request: Request, policy: Policy | None, frame: Frame | None) -> None:
    """Spare the next letter the questions which policy is in force, and which sentences stand around it."""
    vars(request)["_policy"] = policy
    if frame is not None:
        vars(request)["_frame"] = frame


def _about(request: Request, policy: Policy | None) -> dict[str, Any]:
    return {
        "organisation": _name(request, policy),
        "contact": _contact(policy),
        "number": request.key,
        "right": request.right,
        "for_other": request.capacity in FOR_OTHERS,
        "received": request.received_on,
    }


def _name(request: Request, policy: Policy | None) -> str:
    if policy is None:
        return request.organisation
    return policy.organisation.trade_name or policy.organisation.name


def _contact(policy: Policy | None) -> str:
    if policy is None:
        return ""
    found = policy.rights.contact or policy.organisation.dpo or policy.organisation.contact
    return (found.email or "") if found is not None else ""


def _bare(words: Text) -> Text:
    """A sentence of the list, as part of one."""
    return Text(fr=words.fr.rstrip("."), en=words.en.rstrip("."))


def tells_kept(request: Request, outcome: Outcome) -> bool:
    """Whether an answer says what stays: of a refusal, everything does, and until when is told where a law holds it."""
    return outcome != Outcome.REFUSED or request.ground == "legal-obligation"


def _kept(whom: Whom) -> list[Kept]:
    return [
        Kept(
            what=_bare(Text(fr=one["fr"], en=one["en"])),
            until=date.fromisoformat(one["until"]) if one["until"] else None,
        )
        for one in whom.kept
    ]


def _purpose(request: Request) -> Text:
    """What the use is, or was when the policy last named it: whoever refused one is never told of another."""
    policy = _policy(request)
    activity, _, name = request.purpose.partition("/")
    if policy is not None and name:
        found = getattr(policy.activities.get(activity), "purposes", {}).get(name)
        found = found or policies.purpose_named(request.organisation, request.purpose)
        if found is not None:
            return found.label
    return Text(fr="la publicité", en="advertising")


def _done(request: Request, fate: Fate) -> list[Done]:
    """What was done for this request alone, system by system."""
    labels = {one.system: Text(**one.label) for one in Search.last(request) if one.label}
    return [
        Done(where=labels.get(system, Text(fr=system, en=system)), what=_counted(Right(request.right), *both))
        for system, both in sorted(fate.done.items())
        if any(both)
    ]


def _counted(right: Right, deleted: int, treated: int) -> Text:
    if right == Right.RECTIFICATION:
        return Text(
            fr=_many(treated, "élément corrigé", "éléments corrigés"), en=_one(treated, "item", "corrected")
        )
    if right == Right.RESTRICTION:
        return Text(
            fr=_many(treated, "élément mis de côté", "éléments mis de côté"),
            en=_one(treated, "item", "set apart"),
        )
    fr = [_many(deleted, "élément effacé", "éléments effacés")] if deleted else []
    en = [_one(deleted, "item", "erased")] if deleted else []
    if treated:
        fr.append(_many(treated, "élément rendu anonyme", "éléments rendus anonymes"))
        en.append(_one(treated, "item", "made anonymous"))
    return Text(fr=", ".join(fr), en=", ".join(en))


def _many(number: int, one: str, many: str) -> str:
    return f"{number} {one if number < 2 else many}"


def _one(number: int, noun: str, verb: str) -> str:
    return f"{number} {noun if number == 1 else noun + 's'} {verb}"
