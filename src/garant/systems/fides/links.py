"""From the references between collections to the links of a map: one hop each, towards the roots, in no circle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from garant.policy.places import Place
from garant.systems.fides.columns import NAME
from garant.systems.fides.dataset import Collection, Dataset
from garant.systems.fides.losses import Losses, quoted


@dataclass(frozen=True, slots=True)
class Edge:
    """The rows of `child` are found by `column`, which holds what `parent_column` of `parent` holds."""

    child: str
    column: str
    parent: str
    parent_column: str
    place: Place

    def turned(self) -> Edge:
        """The same reference walked the other way."""
        return Edge(self.parent, self.parent_column, self.child, self.column, self.place)


@dataclass(frozen=True, slots=True)
class _Said:
    """A reference as written: seen from the field that carries it."""

    edge: Edge
    direction: Literal["from", "to"] | None


def links_of(
    dataset: Dataset, place: Place, kept: set[str], roots: Iterable[str], losses: Losses
) -> list[Edge]:
    """The links between the kept collections that lead to roots, in the order of the file.

    A reference without direction is walked away from the roots. One that would close a circle is left out.
    """
    said = list(_references(dataset, place, kept, losses))
    reached, edges, left = set(roots), list[Edge](), list(said)
    progress = True
    while progress:
        progress = False
        for one in list(left):
            edge = _walked(one, reached)
            if edge is None:
                continue
            left.remove(one)
            progress = True
            if _leads(edges, edge.parent, edge.child):
                losses.add(
                    "lost",
                    edge.place,
                    f"Cette référence ferait un cercle avec d’autres\u202f: de {edge.child} à {edge.parent}.",
                    f"This reference would close a circle with others: from {edge.child} to {edge.parent}.",
                )
                continue
            edges.append(edge)
            reached.add(edge.child)
    order = {one.edge.place: number for number, one in enumerate(said)}
    return sorted(edges, key=lambda edge: order[edge.place])


def _walked(said: _Said, reached: set[str]) -> Edge | None:
    """The reference as a link whose parent is reached; nothing while it is not."""
    if said.direction != "to" and said.edge.parent in reached:
        return said.edge
    if said.direction != "from" and said.edge.child in reached:
        return said.edge.turned()
    return None


def _leads(edges: list[Edge], start: str, end: str) -> bool:
    """Whether the links lead from `start` to `end`, each table once."""
    waiting, seen = [start], {start}
    while waiting:
        here = waiting.pop()
        if here == end:
            return True
        further = {edge.parent for edge in edges if edge.child == here} - seen
        seen |= further
        waiting += further
    return False


def _references(dataset: Dataset, place: Place, kept: set[str], losses: Losses) -> Iterator[_Said]:
    for number, collection in enumerate(dataset.collections):
        if collection.name not in kept:
            continue
        for position, field in enumerate(collection.fields):
            where = (*place, "collections", number, "fields", position)
            for count, reference in enumerate(field.meta.references or ()):
                at = (*where, "fides_meta", "references", count)
                target = _target(dataset, reference.dataset, reference.field, kept, at, losses)
                if target is not None and _namable(field.name, target[1], at, losses):
                    yield _Said(Edge(collection.name, field.name, *target, at), reference.direction)


def _target(
    dataset: Dataset, key: str, field: str, kept: set[str], place: Place, losses: Losses
) -> tuple[str, str] | None:
    """The collection and column that a reference names; nothing, and a loss, where a map cannot say it."""
    fr, en = quoted(f"{key}.{field}")
    if key != dataset.fides_key:
        losses.add(
            "lost",
            place,
            f"La référence {fr} mène à un autre système\u202f: une carte n’en décrit qu’un. La personne y sera "
            "trouvée par ses identités.",
            f"The reference {en} leads to another system: a map describes one. The person will be found there by "
            "their identities.",
        )
        return None
    owner = max(
        (one for one in dataset.collections if field.startswith(f"{one.name}.")),
        key=lambda one: len(one.name),
        default=None,
    )
    column = field[len(owner.name) + 1 :] if owner else ""
    if owner is None or not _has(owner, column):
        losses.add(
            "lost", place, f"La référence {fr} ne mène nulle part.", f"The reference {en} leads nowhere."
        )
    elif owner.name not in kept:
        losses.add(
            "lost",
            place,
            f"La référence {fr} mène à une collection qui n’est pas dans la carte.",
            f"The reference {en} leads to a collection that is not in the map.",
        )
    elif "." in column:
        losses.add(
            "lost",
            place,
            f"La référence {fr} passe à l’intérieur d’un document\u202f: un lien passe par une colonne.",
            f"The reference {en} goes through the inside of a document: a link goes through a column.",
        )
    else:
        return owner.name, column
    return None


def _has(collection: Collection, column: str) -> bool:
    return any(field.name == column.split(".")[0] for field in collection.fields)


def _namable(column: str, other: str, place: Place, losses: Losses) -> bool:
    good = bool(NAME.fullmatch(column) and NAME.fullmatch(other))
    if not good:
        losses.add(
            "lost",
            place,
            "Ce lien passe par une colonne qu’une carte ne peut pas nommer.",
            "This link goes through a column that a data map cannot name.",
        )
    return good
