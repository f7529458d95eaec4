"""GAR35x: what is promised never to happen, and what the policy says happens (GDPR art. 5(1)(a))."""

from collections.abc import Iterator

from ..document import Activity, Policy, Promise, PromiseKind
from .base import Finding, Findings, both, check, guillemets
from .grounds import place_of, protection_of

_WHY = both(
    "RGPD, art. 5(1)(a), loyauté\u202f; code de la consommation, art. L. 121-2\u202f: une promesse fausse est une tromperie.",
    "GDPR, art. 5(1)(a), fairness; French Code de la consommation, art. L. 121-2: a false promise is deception.",
)
_MEND = both(
    "Retirer ce que la promesse exclut, ou limiter la promesse (activities, data).",
    "Remove what the promise excludes, or narrow the promise (activities, data).",
)


def _promised(policy: Policy, kind: PromiseKind) -> Iterator[tuple[Promise, Activity]]:
    """Each promise of this kind, with each activity it covers."""
    for promise in policy.promises.values():
        for activity in policy.activities.values():
            if promise.kind == kind and (not promise.activities or activity.key in promise.activities):
                yield promise, activity


@check(
    "GAR351",
    "special-category-promised-absent",
    title=both(
        "Une activité traite des données sensibles qu’une promesse exclut.",
        "An activity processes special categories that a promise excludes.",
    ),
    why=_WHY,
    mend=_MEND,
)
def special_category_promised_absent(policy: Policy) -> Findings:
    for promise, activity in _promised(policy, "no-special-categories"):
        for key in sorted(_processed(policy, activity)):
            if _excluded(policy, promise, key):
                yield Finding(
                    ("activities", activity.key),
                    both(
                        f"{guillemets(activity.key)} traite {guillemets(key)}, "
                        f"que la promesse {guillemets(promise.key)} exclut.",
                        f"“{activity.key}” processes “{key}”, which the promise “{promise.key}” excludes.",
                    ),
                )


def _processed(policy: Policy, activity: Activity) -> set[str]:
    own = {key for known, purpose in policy.purposes() if known.key == activity.key for key in purpose.data}
    return own.union(activity.data)


def _excluded(policy: Policy, promise: Promise, key: str) -> bool:
    """Whether the promise excludes a category, or something that is processed with it: what is wide holds what is below."""
    tree = policy.data_categories
    if promise.data:
        return any(tree.covers(one, key) or tree.covers(key, one) for one in promise.data)
    inside = (key, *(one.key for one in tree.below(key)))
    return any(protection_of(policy, one) == "special" for one in inside)


@check(
    "GAR352",
    "automated-decision-promised-absent",
    title=both(
        "Une décision automatisée est déclarée alors qu’aucune n’est promise.",
        "An automated decision is declared although none is promised.",
    ),
    why=_WHY,
    mend=_MEND,
)
def automated_decision_promised_absent(policy: Policy) -> Findings:
    covered = {activity.key: promise for promise, activity in _promised(policy, "no-automated-decision")}
    for activity, purpose in policy.purposes():
        if activity.key in covered and purpose.automated_decision is not None:
            yield Finding(
                (*place_of(activity, purpose), "automated_decision"),
                both(
                    f"{guillemets(purpose.key)} décide automatiquement, "
                    f"ce que la promesse {guillemets(covered[activity.key].key)} exclut.",
                    f"“{purpose.key}” decides automatically, which the promise “{covered[activity.key].key}” excludes.",
                ),
            )


@check(
    "GAR353",
    "profiling-promised-absent",
    title=both(
        "Un profilage est déclaré alors qu’aucun n’est promis.",
        "Profiling is declared although none is promised.",
    ),
    why=_WHY,
    mend=_MEND,
)
def profiling_promised_absent(policy: Policy) -> Findings:
    covered = {activity.key: promise for promise, activity in _promised(policy, "no-profiling")}
    for activity, purpose in policy.purposes():
        if activity.key in covered and purpose.profiling:
            yield Finding(
                (*place_of(activity, purpose), "profiling"),
                both(
                    f"{guillemets(purpose.key)} profile, "
                    f"ce que la promesse {guillemets(covered[activity.key].key)} exclut.",
                    f"“{purpose.key}” profiles, which the promise “{covered[activity.key].key}” excludes.",
                ),
            )


@check(
    "GAR354",
    "transfer-promised-absent",
    title=both(
        "Un transfert est déclaré alors qu’aucun n’est promis.",
        "A transfer is declared although none is promised.",
    ),
    why=_WHY,
    mend=_MEND,
)
def transfer_promised_absent(policy: Policy) -> Findings:
    for promise in policy.promises.values():
        if promise.kind != "no-transfer":
            continue
        for transfer in policy.transfers.values():
            narrow = promise.activities and transfer.activities
            if not narrow or set(promise.activities) & set(transfer.activities):
                yield Finding(
                    ("transfers", transfer.key),
                    both(
                        f"Le transfert {guillemets(transfer.key)} contredit la promesse {guillemets(promise.key)}.",
                        f"The transfer “{transfer.key}” contradicts the promise “{promise.key}”.",
                    ),
                )
