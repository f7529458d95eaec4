"""What a version of the policy would leave of consents, and of what programs ask."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from django.db.models import Count, Sum

from garant.apps.permissions.models import Asked, Fact
from garant.apps.policies import services as policies
from garant.apps.policies.services import Hanging, told_by
from garant.apps.scoping import scoped
from garant.policy import Policy, Text
from garant.policy.permission import Use, uses

LATELY: Final = timedelta(days=30)
"""How far back it is told what programs asked."""


@told_by
def hanging(old: Policy | None, new: Policy) -> Iterator[Hanging]:
    """Consents that would count for nothing, or for something else; withdrawals that would; questions answered no."""
    before, after = uses(old) if old is not None else {}, uses(new)
    for name, said, number in _consents(new.organisation.key):
        was, becomes = before.get(name), after.get(name)
        if becomes is None:
            if said and was is not None:
                yield _for_nothing(was, number)
        elif becomes.ground != "consent":
            if not said and was is not None and was.ground == "consent":
                yield _withdrawn(becomes, number)
        elif said and was is not None and _otherwise(was, becomes):
            yield _for_something_else(becomes, number)
    for name, number in _asked(new.organisation.key):
        if name in before and name not in after:
            yield _answered_no(before[name], number)


def _otherwise(was: Use, becomes: Use) -> bool:
    """Whether people agreed to something else: the words apart that say the same use."""
    data = [set(one.activity.data_of(one.purpose)) for one in (was, becomes)]
    return data[0] != data[1] or was.purpose.model_dump() != becomes.purpose.model_dump()


def _consents(organisation: str) -> list[tuple[str, bool, int]]:
    with scoped(organisation):
        rows = Fact.objects.filter(kind="consent").values("purpose", "said").annotate(number=Count("id"))
        return [(row["purpose"], row["said"], row["number"]) for row in rows.order_by("purpose", "said")]


def _asked(organisation: str) -> list[tuple[str, int]]:
    since = policies.today(organisation) - LATELY
    with scoped(organisation):
        rows: Any = Asked.objects.filter(day__gte=since).order_by().values("purpose")
        return sorted((row["purpose"], row["times"]) for row in rows.annotate(times=Sum("number")))


def _called(use: Use) -> Text:
    label = use.purpose.label
    return Text(fr=f"«\u202f{label.say('fr')}\u202f» ({use.name})", en=f"“{label.say('en')}” ({use.name})")


def _people(number: int) -> Text:
    """By what people are known: one has an address, a number, a row."""
    if number == 1:
        return Text(fr="sous une identité", en="under one identity")
    return Text(fr=f"sous {number} identités", en=f"under {number} identities")


def _for_nothing(use: Use, number: int) -> Hanging:
    return Hanging(
        "warning",
        Text(
            fr=f"L’accord à {_called(use).fr} est donné {_people(number).fr}. Cette version n’a pas cette finalité\u202f: il ne "
            "vaudrait pour rien.",
            en=f"Consent to {_called(use).en} is given {_people(number).en}. This version does not have that purpose: it would "
            "count for nothing.",
        ),
        Text(
            fr="Gardez la clé si l’usage continue\u202f; sinon, il faudra redemander l’accord.",
            en="Keep the key where the use goes on; otherwise consent has to be asked for again.",
        ),
    )


def _withdrawn(use: Use, number: int) -> Hanging:
    return Hanging(
        "warning",
        Text(
            fr=f"L’accord à {_called(use).fr} est retiré {_people(number).fr}. Dans cette version, la finalité ne repose plus "
            "sur l’accord\u202f: le retrait ne s’y opposerait plus.",
            en=f"Consent to {_called(use).en} is withdrawn {_people(number).en}. In this version the purpose does not rest on "
            "consent any more: the withdrawal would not stand against it.",
        ),
        Text(
            fr="Vérifiez que l’usage lui-même a changé\u202f: une autre base légale n’efface pas un retrait (RGPD, art. 7(3)).",
            en="Check that the use itself has changed: another legal basis does not undo a withdrawal (GDPR, art. 7(3)).",
        ),
    )


def _for_something_else(use: Use, number: int) -> Hanging:
    return Hanging(
        "warning",
        Text(
            fr=f"L’accord à {_called(use).fr} est donné {_people(number).fr}. Cette version dit la finalité autrement\u202f: il "
            "vaudrait pour ce qu’elle dit désormais.",
            en=f"Consent to {_called(use).en} is given {_people(number).en}. This version says the purpose otherwise: it would "
            "count for what it says from then on.",
        ),
        Text(
            fr="Si ce n’est plus ce qui a été accepté, donnez une autre clé à la finalité et redemandez l’accord (RGPD, art. 7).",
            en="If it is not what people agreed to, give the purpose another key and ask for consent again (GDPR, art. 7).",
        ),
    )


def _answered_no(use: Use, number: int) -> Hanging:
    return Hanging(
        "warning",
        Text(
            fr=f"Des programmes ont demandé {number} fois en {LATELY.days} jours si des données peuvent servir à "
            f"{_called(use).fr}, que cette version n’a pas\u202f: la réponse serait non.",
            en=f"Programs asked {number} {'time' if number == 1 else 'times'} in {LATELY.days} days whether data may be used for "
            f"{_called(use).en}, which this version does not have: the answer would be no.",
        ),
        Text(
            fr="Gardez la clé si l’usage continue, ou prévenez qui tient ces programmes.",
            en="Keep the key where the use goes on, or tell whoever keeps these programs.",
        ),
    )
