"""What a version of the policy would leave of open requests: the use that a person refuses, or takes their consent back of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from garant.apps.policies.services import Hanging, told_by
from garant.apps.rights.models import Request
from garant.apps.rights.receiving.intake import purposes
from garant.apps.rights.words import FINAL
from garant.apps.scoping import scoped
from garant.policy import Policy, Text

_NAMED = 5
"""Requests that are named; of the others, how many."""


@told_by
def hanging(old: Policy | None, new: Policy) -> Iterator[Hanging]:
    """Open requests about a use that the version does not name."""
    named, open_ones = purposes(new), defaultdict[str, list[str]](list)
    with scoped(new.organisation.key):
        found = Request.objects.exclude(purpose="").exclude(state__in=FINAL).order_by("received_at", "key")
        for key, purpose in found.values_list("key", "purpose"):
            open_ones[purpose].append(key)
    known = purposes(old) if old is not None else {}
    for purpose, keys in sorted(open_ones.items()):
        if purpose not in named and purpose in known:
            yield _left(known[purpose], keys)


def _left(use: Text, keys: list[str]) -> Hanging:
    more = len(keys) - _NAMED
    which = ", ".join(keys[:_NAMED])
    return Hanging(
        "warning",
        Text(
            fr=f"Des demandes ouvertes ({which}{f' et {more} autres' if more > 0 else ''}) portent sur l’usage "
            f"«\u202f{use.say('fr')}\u202f», que cette version n’a pas sous cette clé.",
            en=f"Open requests ({which}{f' and {more} more' if more > 0 else ''}) are about the use “{use.say('en')}”, which "
            "this version does not have under that key.",
        ),
        Text(
            fr="Gardez la clé si l’usage continue. Ce qui en sera décidé vaudra sous le nom qu’il avait.",
            en="Keep the key where the use goes on. What is decided of them will hold under the name that it had.",
        ),
    )
