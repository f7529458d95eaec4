"""Objection and withdrawal of consent: what is written on the opposition list at once, and what a person weighs."""

from __future__ import annotations

from collections.abc import Mapping

from garant.apps.oppositions import services as oppositions
from garant.apps.oppositions.contacts import Contact, ContactRefusedError, contact
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
    """Put the person's address and number on the list; how many were not on it."""
    found = list(_contacts(identities))
    return oppositions.record(policy, found, purpose or None, actor="person") if found else 0


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
    activity, _, name = purpose.partition("/")
    found = getattr(policy.activities.get(activity), "purposes", {}).get(name)
    return found is not None and found.direct_marketing
