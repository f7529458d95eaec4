"""Objection and withdrawal of consent: what is written on the opposition list at once, and what a person weighs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from garant.apps.oppositions import services as oppositions
from garant.apps.oppositions.contacts import Contact, ContactRefusedError, contact
from garant.apps.permissions import services as permissions
from garant.apps.permissions.people import readable
from garant.apps.permissions.refusals import PermissionRefusedError
from garant.apps.policies import services as policies
from garant.apps.rights.words import Right
from garant.policy.document import Policy
from garant.policy.loader import LoadedPolicy


def at_once(policy: Policy, right: Right, purpose: str) -> bool:
    """Whether it takes effect at once, without weighing: consent withdrawn (art. 7(3)), marketing (art. 21(2) and (3))."""
    if right == Right.CONSENT:
        return True
    return right == Right.OBJECTION and (not purpose or _marketing(policy, purpose))


def weighed(policy: Policy, right: Right, purpose: str) -> bool:
    """Whether a person weighs it, in writing (art. 21(1))."""
    return right == Right.OBJECTION and not at_once(policy, right, purpose)


def record(policy: LoadedPolicy, purpose: str, identities: Mapping[str, str]) -> int:
    """Put the person's address and number on the list; how many were not on it.

    Under the name that the use had when the person asked: where the policy names it no more, the list knows what goes on.
    """
    found = list(_contacts(identities))
    return oppositions.record(policy, found, purpose or None, actor="person", once=True) if found else 0


def withdraw_consent(organisation: str, purpose: str, identities: Mapping[str, str]) -> None:
    """Whoever asks whether the person's data may be used is told no from here on; a purpose that never rested on
    consent has none to withdraw."""
    who = readable(identities.items())
    try:
        if who:
            permissions.consent(organisation, who, purpose, given=False, actor="person")
    except PermissionRefusedError:
        return


def restrict(organisation: str, identities: Iterable[tuple[str, str]], *, on: bool) -> None:
    """Whoever asks whether the person's data may be used is told so, or no longer (GDPR art. 18)."""
    who = readable(identities)
    if who:
        permissions.restrict(organisation, who, on=on, actor="garant", requested=True)


def _contacts(identities: Mapping[str, str]) -> list[Contact]:
    made: list[Contact] = []
    for kind in ("email", "phone"):
        if identities.get(kind):
            try:
                made.append(contact(kind, identities[kind]))
            except ContactRefusedError:
                continue
    return made


def _marketing(policy: Policy, purpose: str) -> bool:
    """Of a use that the policy names no more, whether it was marketing when it was last named."""
    activity, _, name = purpose.partition("/")
    found = getattr(policy.activities.get(activity), "purposes", {}).get(name)
    found = found or policies.purpose_named(policy.organisation.key, purpose)
    return found is not None and found.direct_marketing
