"""May this person's data be used for this purpose? Answered from the policy and from what is known of the person.

Nothing is guessed: a purpose or data that the policy does not have, a consent that nobody recorded, a term that
nobody looked at are all a *no*, and the answer says which.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from .document import ControllerActivity, Policy, Purpose, RetentionRule
from .text import Text

Code = Literal[
    "permitted",
    "purpose-unknown",
    "data-not-declared",
    "consent-missing",
    "consent-withdrawn",
    "objected",
    "restricted",
    "term-over",
    "term-unknown",
]

WEIGHED = ("legitimate-interests", "public-task")
"""The grounds that an objection bears on (GDPR art. 21(1))."""


@dataclass(frozen=True, slots=True)
class Use:
    """A purpose of a controller's activity, under its whole name, ``activity/purpose``."""

    name: str
    activity: ControllerActivity
    purpose: Purpose
    rules: tuple[RetentionRule, ...]
    """The retention rules that bound it."""

    @property
    def ground(self) -> str:
        """The ground of art. 6 it rests on; none where the policy does not say."""
        return self.purpose.legal_basis.ground if self.purpose.legal_basis else ""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one person, each by the whole name of a purpose; an empty name is every purpose.

    Args:
        consents: whether the last word was yes or no; a purpose on which nobody ever spoke is not there.
        objections: the purposes objected to; the empty name is all direct marketing.
        restricted: whether processing is restricted (GDPR art. 18).
        over: the retention rules at whose term the person is, as last looked at.
        looked: the retention rules whose terms were looked at lately, in every system that answers them.
    """

    consents: Mapping[str, bool] = field(default_factory=dict[str, bool])
    objections: frozenset[str] = frozenset()
    restricted: bool = False
    over: frozenset[str] = frozenset()
    looked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """Yes or no, and because of what; the source is the article or the rule that decides."""

    allowed: bool
    code: Code
    because: Text
    source: str


class Heirs:
    """Under which purposes of a policy an objection goes on whose own purpose the policy names no more.

    Nobody knows under which name a use goes on. Whatever came since the name went may be it; what was beside it under
    another name already is not.

    Args:
        policy: the one that is asked.
        earlier: those that were in force before it, the latest first.
    """

    def __init__(self, policy: Policy, earlier: Iterable[Policy] = ()) -> None:
        self._uses = uses(policy)
        self._since: dict[str, frozenset[str]] = {}
        for one in earlier:
            named = uses(one).keys()
            came = frozenset(self._uses.keys() - named)
            self._since |= dict.fromkeys(named - self._uses.keys() - self._since.keys(), came)

    def of(self, objection: str) -> frozenset[str]:
        """The purposes against which an objection to `objection` holds: none for one that is named, as it is, by its own.

        All direct marketing (GDPR art. 21(3)) and, of what is weighed (art. 21(1)), the purposes that came since it went; every
        one where no version that is known ever had the name.
        """
        if not objection or objection in self._uses:
            return frozenset()
        since = self._since.get(objection, self._uses.keys())
        return frozenset(
            name
            for name, use in self._uses.items()
            if use.purpose.direct_marketing or (use.ground in WEIGHED and name in since)
        )


class Permissions:
    """The purposes of a policy, and what each of them allows. Made once for a policy, asked often.

    Args:
        policy: the one in force.
        earlier: those that were in force before it, the latest first.
    """

    def __init__(self, policy: Policy, earlier: Iterable[Policy] = ()) -> None:
        self._covers = policy.data_categories.covers
        self._uses = uses(policy)
        self._heirs = Heirs(policy, earlier)

    def use(self, name: str) -> Use | None:
        """The purpose of this name: whole, or alone where one activity has it; none where none or several do."""
        if name in self._uses:
            return self._uses[name]
        found = [use for use in self._uses.values() if use.purpose.key == name]
        return found[0] if len(found) == 1 else None

    def judge(self, use: Use | None, data: Collection[str], known: Known) -> Answer:
        """Whether data of a person may be used for a purpose, by the first reason that forbids it.

        Args:
            use: the purpose, as :meth:`use` finds it; none where the policy has no such purpose.
            data: keys of the data categories that would be used; all those of the purpose where empty.
            known: what is known of the person.

        Source: GDPR art. 5(1)(b), (c) and (e), 6, 7(3), 18(2), 21(2) to (3).
        """
        if use is None:
            return _NO_PURPOSE
        if not use.ground:
            return _NO_GROUND
        return (
            self._undeclared(use, data)
            or _restricted(use, known)
            or _objected(use, known, self._inherited(use, known))
            or _unconsented(use, known)
            or _over(self._bounds(use, data), known)
            or Answer(True, "permitted", _GROUNDS[use.ground], _ARTICLES[use.ground])
        )

    def _inherited(self, use: Use, known: Known) -> bool:
        """Whether an objection to a purpose that the policy names no more goes on under this one."""
        return any(use.name in self._heirs.of(one) for one in known.objections - self._uses.keys())

    def _undeclared(self, use: Use, data: Collection[str]) -> Answer | None:
        declared = use.activity.data_of(use.purpose)
        other = sorted(one for one in data if not any(self._covers(wide, one) for wide in declared))
        if not other:
            return None
        names = ", ".join(other)
        because = Text(
            fr=f"La politique ne prévoit pas ces données pour cette finalité\u202f: {names}.",
            en=f"The policy does not provide for these data for this purpose: {names}.",
        )
        return Answer(False, "data-not-declared", because, "RGPD, art. 5(1)(c)")

    def _bounds(self, use: Use, data: Collection[str]) -> list[RetentionRule]:
        """The retention rules that bear on some of these data, on any data where none is named."""
        return [rule for rule in use.rules if not rule.data or not data or self._meet(rule.data, data)]

    def _meet(self, some: Collection[str], others: Collection[str]) -> bool:
        return any(self._covers(a, b) or self._covers(b, a) for a in some for b in others)


def uses(policy: Policy) -> dict[str, Use]:
    """Every purpose of the policy by its whole name."""
    return {
        f"{activity.key}/{key}": Use(
            f"{activity.key}/{key}", activity, purpose, _rules(policy, activity.key, key)
        )
        for activity in policy.activities.values()
        if isinstance(activity, ControllerActivity)
        for key, purpose in activity.purposes.items()
    }


def _rules(policy: Policy, activity: str, purpose: str) -> tuple[RetentionRule, ...]:
    return tuple(
        rule
        for rule in policy.retention.values()
        if activity in rule.activities and (not rule.purposes or purpose in rule.purposes)
    )


def _restricted(use: Use, known: Known) -> Answer | None:
    """Restricted data are stored and no more, but for what the person agrees to (art. 18(2))."""
    if not known.restricted or (use.ground == "consent" and known.consents.get(use.name)):
        return None
    return _RESTRICTED


def _objected(use: Use, known: Known, inherited: bool) -> Answer | None:
    """Marketing is never weighed (art. 21(3)); another objection stands until a person found it outweighed.

    Args:
        inherited: whether an objection to a purpose that the policy names no more goes on under this one.
    """
    if use.purpose.direct_marketing and (inherited or not known.objections.isdisjoint({"", use.name})):
        return _NO_MARKETING
    return _OBJECTED if use.ground in WEIGHED and (inherited or use.name in known.objections) else None


def _unconsented(use: Use, known: Known) -> Answer | None:
    said = known.consents.get(use.name)
    if use.ground != "consent" or said:
        return None
    return _NO_CONSENT if said is None else _WITHDRAWN


def _over(rules: list[RetentionRule], known: Known) -> Answer | None:
    for rule in rules:
        if rule.key in known.over:
            because = Text(
                fr=f"Le terme est passé\u202f: {rule.label.say('fr')}.",
                en=f"The term is over: {rule.label.say('en')}.",
            )
            return Answer(False, "term-over", because, "RGPD, art. 5(1)(e)")
    return None if known.looked.issuperset(rule.key for rule in rules) else _NOT_LOOKED


def _no(code: Code, fr: str, en: str, source: str) -> Answer:
    return Answer(False, code, Text(fr=fr, en=en), source)


_NO_PURPOSE = _no(
    "purpose-unknown",
    "La politique en vigueur n’a pas cette finalité, ou plusieurs activités l’ont.",
    "The policy in force has no such purpose, or several activities have it.",
    "RGPD, art. 5(1)(b)",
)
_NO_GROUND = _no(
    "purpose-unknown",
    "La politique ne dit pas sur quelle base légale repose cette finalité.",
    "The policy does not say on which legal basis this purpose rests.",
    "RGPD, art. 6(1)",
)
_RESTRICTED = _no(
    "restricted",
    "Le traitement de ces données est limité\u202f: elles sont conservées, sans plus.",
    "The processing of these data is restricted: they are stored, no more.",
    "RGPD, art. 18(2)",
)
_NO_MARKETING = _no(
    "objected",
    "La personne s’est opposée à la prospection.",
    "The person objected to direct marketing.",
    "RGPD, art. 21(3)",
)
_OBJECTED = _no(
    "objected",
    "La personne s’est opposée à cette finalité.",
    "The person objected to this purpose.",
    "RGPD, art. 21(1)",
)
_NO_CONSENT = _no(
    "consent-missing",
    "Aucun consentement n’est enregistré pour cette finalité.",
    "No consent is recorded for this purpose.",
    "RGPD, art. 6(1)(a)",
)
_WITHDRAWN = _no(
    "consent-withdrawn",
    "La personne a retiré son consentement.",
    "The person withdrew their consent.",
    "RGPD, art. 7(3)",
)
_NOT_LOOKED = _no(
    "term-unknown",
    "Les durées de conservation n’ont pas été regardées récemment dans tous les systèmes.",
    "The retention periods were not looked at lately in every system.",
    "RGPD, art. 5(1)(e)",
)

_ARTICLES = {
    "consent": "RGPD, art. 6(1)(a)",
    "contract": "RGPD, art. 6(1)(b)",
    "legal-obligation": "RGPD, art. 6(1)(c)",
    "vital-interests": "RGPD, art. 6(1)(d)",
    "public-task": "RGPD, art. 6(1)(e)",
    "legitimate-interests": "RGPD, art. 6(1)(f)",
}
_GROUNDS = {
    "consent": Text(fr="La personne a donné son consentement.", en="The person gave their consent."),
    "contract": Text(fr="La finalité repose sur un contrat.", en="The purpose rests on a contract."),
    "legal-obligation": Text(
        fr="La finalité repose sur une obligation légale.", en="The purpose rests on a legal obligation."
    ),
    "vital-interests": Text(
        fr="La finalité protège un intérêt vital.", en="The purpose protects a vital interest."
    ),
    "public-task": Text(
        fr="La finalité repose sur une mission d’intérêt public, et rien ne s’y oppose.",
        en="The purpose rests on a public task, and nothing stands against it.",
    ),
    "legitimate-interests": Text(
        fr="La finalité repose sur un intérêt légitime, et rien ne s’y oppose.",
        en="The purpose rests on a legitimate interest, and nothing stands against it.",
    ),
}
