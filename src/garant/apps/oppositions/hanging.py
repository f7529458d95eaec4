"""What a version of the policy would leave of the objections on the list."""

from __future__ import annotations

from collections.abc import Iterator

from garant.apps.oppositions import services
from garant.apps.policies import services as policies
from garant.apps.policies.services import Hanging, told_by
from garant.policy import Policy, Text
from garant.policy.permission import WEIGHED, Heirs, Use, uses


@told_by
def hanging(old: Policy | None, new: Policy) -> Iterator[Hanging]:
    """Objections whose purpose goes, or would not be objected to any more."""
    organisation, named = new.organisation.key, uses(new)
    before = uses(old) if old is not None else {}
    listed = services.counted(organisation)
    heirs = Heirs(new, policies.begun(organisation)) if listed.keys() - named.keys() - {""} else None
    for name, number in listed.items():
        if not name:
            yield from (_let_go(number, use) for use in _marketing_no_more(before, named))
        elif heirs is not None and name not in named:
            yield _gone(name, number, sorted(heirs.of(name)))
        elif name in before and _bears(before[name]) and not _bears(named[name]):
            yield _let_go(number, named[name])


def _bears(use: Use) -> bool:
    """Whether an objection to it holds (GDPR art. 21(1) to (3))."""
    return use.purpose.direct_marketing or use.ground in WEIGHED


def _marketing_no_more(before: dict[str, Use], named: dict[str, Use]) -> list[Use]:
    """What objections to all direct marketing held against, and would not."""
    return [
        use
        for name, use in named.items()
        if not use.purpose.direct_marketing and name in before and before[name].purpose.direct_marketing
    ]


def _gone(name: str, number: int, heirs: list[str]) -> Hanging:
    against = ", ".join(heirs)
    return Hanging(
        "warning",
        Text(
            fr=f"Sur la liste d’opposition, {_addresses(number).fr} s’opposent à «\u202f{name}\u202f», que cette version n’a "
            "pas. "
            + (
                f"Ces oppositions vaudraient contre\u202f: {against}."
                if heirs
                else "Elles ne vaudraient contre rien d’autre."
            ),
            en=f"On the opposition list, {_addresses(number).en} oppose “{name}”, which this version does not have. "
            + (
                f"These objections would hold against: {against}."
                if heirs
                else "They would hold against nothing else."
            ),
        ),
        Text(
            fr="Gardez la clé si l’usage continue. S’il a cessé, elles se retirent une à une, à la demande de la personne\u202f: "
            "garant opposition end",
            en="Keep the key where the use goes on. Where it has ended, they are withdrawn one by one, at the person’s request: "
            "garant opposition end",
        ),
    )


def _let_go(number: int, use: Use) -> Hanging:
    return Hanging(
        "warning",
        Text(
            fr=f"Sur la liste d’opposition, {_addresses(number).fr} s’opposent à «\u202f{use.purpose.label.say('fr')}\u202f» "
            f"({use.name})\u202f: tel que cette version le dit, ces oppositions ne vaudraient plus contre lui.",
            en=f"On the opposition list, {_addresses(number).en} oppose “{use.purpose.label.say('en')}” ({use.name}): as this "
            "version says it, these objections would not hold against it any more.",
        ),
        Text(
            fr="Vérifiez que l’usage lui-même a changé\u202f: une autre base légale n’efface pas une opposition (RGPD, art. 21).",
            en="Check that the use itself has changed: another legal basis does not undo an objection (GDPR, art. 21).",
        ),
    )


def _addresses(number: int) -> Text:
    if number == 1:
        return Text(fr="une adresse ou un numéro", en="one address or number")
    return Text(fr=f"{number} adresses ou numéros", en=f"{number} addresses or numbers")
