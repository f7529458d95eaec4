"""What a version of the policy would leave of habilitations: to activities, and to what is done for clients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from garant.apps.accounts.models import Membership
from garant.apps.policies.services import Hanging, told_by
from garant.apps.scoping import scoped
from garant.policy import Policy, Text


@told_by
def hanging(old: Policy | None, new: Policy) -> Iterator[Hanging]:
    """Habilitations whose activity or client goes: whoever has one would see nothing of it any more."""
    if old is None:
        return
    with scoped(new.organisation.key):
        held = list(Membership.objects.filter(ended_at=None).values_list("activities", "clients"))
    for what, keys, before, after in (
        (_ACTIVITY, (one for row in held for one in row[0]), set(old.activities), set(new.activities)),
        (_CLIENT, (one for row in held for one in row[1]), _clients(old), _clients(new)),
    ):
        for key, number in sorted(Counter(keys).items()):
            if key in before and key not in after:
                yield _blind(what, key, number)


def _clients(policy: Policy) -> set[str]:
    return {key for activity in policy.processor_activities for key in activity.clients}


_ACTIVITY = Text(fr="à l’activité", en="the activity")
_CLIENT = Text(fr="au client", en="the client")


def _blind(what: Text, key: str, number: int) -> Hanging:
    fr = "Une habilitation est limitée" if number == 1 else f"{number} habilitations sont limitées"
    en = "One habilitation is" if number == 1 else f"{number} habilitations are"
    return Hanging(
        "warning",
        Text(
            fr=f"{fr} {what.fr} «\u202f{key}\u202f», que cette version n’a pas\u202f: qui l’a n’en verrait plus rien.",
            en=f"{en} limited to {what.en} “{key}”, which this version does not have: whoever has it would see nothing of it.",
        ),
        Text(
            fr="Gardez la clé, ou donnez une autre habilitation le jour où la version prend effet.",
            en="Keep the key, or give another habilitation on the day that the version takes effect.",
        ),
    )
