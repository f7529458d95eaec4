"""GAR43x: what refers to what, and what nothing refers to."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from ..document import Category, Policy, Tree
from ..places import Place
from ..shapes import nearest
from .base import Finding, Findings, both, check, guillemets


@dataclass(frozen=True, slots=True)
class Reference:
    """A key used somewhere, and the keys it may be."""

    place: Place
    key: str
    known: Collection[str]


def references(policy: Policy) -> Iterator[Reference]:
    """Every key that refers to something defined elsewhere."""
    yield from _from_activities(policy)
    yield from _from_purposes(policy)
    yield from _from_retention(policy)
    yield from _from_sharing(policy)
    yield from _from_promises(policy)
    yield from _from_categories(policy)


def _each(place: Place, keys: tuple[str, ...], known: Collection[str]) -> Iterator[Reference]:
    return (Reference((*place, number), key, known) for number, key in enumerate(keys))


def _from_activities(policy: Policy) -> Iterator[Reference]:
    for activity in policy.activities.values():
        place: Place = ("activities", activity.key)
        yield from _each((*place, "data"), activity.data, policy.data_categories)
        yield from _each((*place, "subjects"), activity.subjects, policy.subject_categories)
        yield from _each((*place, "recipients"), activity.recipients, policy.recipients)
        yield from _each((*place, "processors"), activity.processors, policy.processors)


def _from_purposes(policy: Policy) -> Iterator[Reference]:
    for activity, purpose in policy.purposes():
        place: Place = ("activities", activity.key, "purposes", purpose.key)
        yield from _each((*place, "data"), purpose.data, policy.data_categories)
        yield from _each((*place, "subjects"), purpose.subjects, policy.subject_categories)
        yield from _each((*place, "recipients"), purpose.recipients, policy.recipients)


def _from_retention(policy: Policy) -> Iterator[Reference]:
    for rule in policy.retention.values():
        place: Place = ("retention", rule.key)
        purposes = {purpose.key for activity, purpose in policy.purposes() if activity.key in rule.activities}
        yield from _each((*place, "activities"), rule.activities, policy.activities)
        yield from _each((*place, "purposes"), rule.purposes, purposes)
        yield from _each((*place, "data"), rule.data, policy.data_categories)
        yield from _each((*place, "subjects"), rule.subjects, policy.subject_categories)
        for name, event in (("trigger", rule.trigger), ("sooner", rule.sooner)):
            if event is not None:
                yield Reference((*place, name), event, policy.events)


def _from_sharing(policy: Policy) -> Iterator[Reference]:
    receivers = {**policy.recipients, **policy.processors}
    for key, processor in policy.processors.items():
        yield from _each(("processors", key, "sub_processors"), processor.sub_processors, policy.processors)
    for key, transfer in policy.transfers.items():
        yield Reference(("transfers", key, "to"), transfer.to, receivers)
        yield from _each(("transfers", key, "activities"), transfer.activities, policy.activities)
        yield from _each(("transfers", key, "data"), transfer.data, policy.data_categories)


def _from_promises(policy: Policy) -> Iterator[Reference]:
    for key, promise in policy.promises.items():
        yield from _each(("promises", key, "activities"), promise.activities, policy.activities)
        yield from _each(("promises", key, "data"), promise.data, policy.data_categories)
    for kind, right in policy.rights.offered.items():
        yield from _each(("rights", "offered", kind, "activities"), right.activities, policy.activities)
    for key, measure in policy.measures.items():
        yield from _each(("measures", key, "activities"), measure.activities, policy.activities)


def _from_categories(policy: Policy) -> Iterator[Reference]:
    for place, own, known in _own_categories(policy):
        for key, category in own.items():
            if category.parent is not None:
                yield Reference((*place, key, "parent"), category.parent, known)


def _own_categories(policy: Policy) -> Iterator[tuple[Place, Mapping[str, Category], Tree[Category]]]:
    own = policy.categories
    yield ("categories", "data"), own.data, policy.data_categories
    yield ("categories", "subjects"), own.subjects, policy.subject_categories
    yield ("categories", "events"), own.events, policy.events


@check(
    "GAR431",
    "undefined-reference",
    title=both("Une clé ne renvoie à rien.", "A key refers to nothing."),
    why=both(
        "Ce qui n’est défini nulle part ne peut être ni publié ni tenu.",
        "What is defined nowhere can be neither published nor kept.",
    ),
    mend=both("Corriger la clé, ou définir ce qu’elle nomme.", "Correct the key, or define what it names."),
)
def undefined_reference(policy: Policy) -> Findings:
    for reference in references(policy):
        if reference.key in reference.known:
            continue
        close = nearest(reference.key, list(reference.known))
        mend = (
            both(f"Vouliez-vous dire {guillemets(close)}\u202f?", f"Did you mean “{close}”?")
            if close
            else None
        )
        yield Finding(
            reference.place,
            both(
                f"{guillemets(reference.key)} n’est défini nulle part.",
                f"“{reference.key}” is defined nowhere.",
            ),
            mend,
        )


@check(
    "GAR432",
    "circular-category",
    title=both("Des catégories se contiennent en cercle.", "Categories contain each other in a circle."),
    why=both("Un arbre a une racine.", "A tree has a root."),
    mend=both("Retirer l’un des parent.", "Remove one of the parent keys."),
)
def circular_category(policy: Policy) -> Findings:
    for place, own, tree in _own_categories(policy):
        for key in own:
            if tree.lineage(key)[-1].parent in {category.key for category in tree.lineage(key)}:
                yield Finding(
                    (*place, key),
                    both(
                        f"La catégorie {guillemets(key)} se contient elle-même, de parent en parent.",
                        f"The category “{key}” contains itself, from parent to parent.",
                    ),
                )


@check(
    "GAR433",
    "unused-category",
    title=both("Une catégorie propre n’est utilisée nulle part.", "A category of one’s own is used nowhere."),
    why=both(
        "RGPD, art. 5(1)(c)\u202f: ce qui n’est pas traité n’a pas à être déclaré.",
        "GDPR, art. 5(1)(c): what is not processed need not be declared.",
    ),
    mend=both("L’utiliser dans une activité, ou la retirer.", "Use it in an activity, or remove it."),
    severity="warning",
)
def unused_category(policy: Policy) -> Findings:
    used = [reference for reference in references(policy) if reference.place[-1] != "parent"]
    for place, own, tree in _own_categories(policy):
        keys = [reference.key for reference in used if reference.known is tree]
        for key in own:
            # What refines a category in use is in use with it, and so is what gathers one.
            if not any(tree.covers(key, one) or tree.covers(one, key) for one in keys):
                yield Finding(
                    (*place, key),
                    both(
                        f"La catégorie {guillemets(key)} n’est utilisée nulle part.",
                        f"The category “{key}” is used nowhere.",
                    ),
                )
