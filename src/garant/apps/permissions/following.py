"""Whoever is known otherwise from now on: what stood against using their data stands under the new address too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from garant.apps.oppositions import services as oppositions
from garant.apps.permissions import people
from garant.apps.permissions.models import REQUESTED, Fact
from garant.apps.permissions.people import Identity
from garant.apps.scoping import scoped


def follow(organisation: str, renamed: Mapping[Identity, Sequence[Identity]]) -> None:
    """What is known against the use of somebody's data is known under their new addresses and numbers as well.

    A restriction ends there with what ends it elsewhere. A consent that was given stays with the address under which it was
    given: the one that was corrected may have been somebody else's.

    Args:
        organisation: whose they are.
        renamed: each new address or number, and those that the same person was known by.

    In the caller's transaction: that in which the run of the correction begins. Again changes nothing.
    """
    with scoped(organisation):
        for new, old in renamed.items():
            known, becomes = people.readable(old), people.readable([new])
            for mark in people.marks(organisation, becomes) if known else ():
                _copy(organisation, people.marks(organisation, known), mark)
                oppositions.follow(organisation, known, becomes)


def _copy(organisation: str, old: Iterable[bytes], new: bytes) -> None:
    against = [one for one in Fact.objects.filter(mark__in=list(old)) if _stands(one)]
    have: dict[tuple[str, str], Any] = {(one.kind, one.purpose): one for one in Fact.objects.filter(mark=new)}
    for one in against:
        there = have.get((one.kind, one.purpose))
        if there is None:
            there = have[one.kind, one.purpose] = Fact(
                organisation=organisation,
                mark=new,
                kind=one.kind,
                purpose=one.purpose,
                said=one.said,
                at=one.at,
            )
        elif there.said == one.said or there.at >= one.at:
            continue
        there.said, there.at = one.said, one.at
        there.save()


def _stands(one: Fact) -> bool:
    """Whether it stands against a use; what a request holds under what it named itself by ends there alone."""
    if one.kind == "consent":
        return not one.said
    return one.said and (one.kind != REQUESTED or bool(one.purpose))
