"""Tables, roots and the order of erasure, drawn from the collections of a dataset."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from garant.policy.places import Place
from garant.systems.fides.columns import NAME, column
from garant.systems.fides.dataset import Collection, Dataset
from garant.systems.fides.links import Edge, links_of
from garant.systems.fides.losses import Losses, quoted
from garant.systems.fides.order import children_first
from garant.systems.fides.roots import FoundRoot, primary_key, root_of

TABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*)?")

Usable = Mapping[str, tuple[Collection, Place]]


@dataclass
class Drawn:
    """The sections of the map, as it writes them."""

    roots: dict[str, Any] = field(default_factory=dict[str, Any])
    identities: dict[str, list[dict[str, str]]] = field(default_factory=dict[str, list[dict[str, str]]])
    tables: dict[str, Any] = field(default_factory=dict[str, Any])
    dispositions: dict[str, Any] = field(default_factory=dict[str, Any])


def draw(dataset: Dataset, place: Place, usable: Usable, losses: Losses) -> Drawn:
    """Roots from identities, tables from what is linked to them, and one erasure a root, children first."""
    tables = {name: _table_name(dataset, name) for name in usable}
    roots = _roots(usable, tables, losses)
    edges = links_of(dataset, place, set(usable), roots, losses)
    relations = {edge: _relation(edge, usable, roots, losses) for edge in edges}
    linked = set(roots) | {edge.child for edge in edges}
    drawn = Drawn()
    for name, root in roots.items():
        drawn.roots[root.key] = root.as_map(tables[name])
        for kind, query in root.identities:
            drawn.identities.setdefault(kind, []).append({"root": root.key, "query": query})
    for name, (collection, where) in usable.items():
        if name in linked:
            above = collection.data_categories or dataset.data_categories or []
            drawn.tables[tables[name]] = _table(collection, where, above, relations, roots, tables, losses)
        else:
            _tell_unreached(collection, where, losses)
    if roots:
        drawn.dispositions = _dispositions(
            usable, roots, relations, tables, drawn.tables, losses, dataset.fides_key
        )
    return drawn


def _table_name(dataset: Dataset, name: str) -> str:
    namespace = dataset.meta.namespace
    schema = namespace.schema_ if namespace else None
    qualified = f"{schema}.{name}"
    return qualified if schema and TABLE.fullmatch(qualified) else name


def _roots(usable: Usable, tables: Mapping[str, str], losses: Losses) -> dict[str, FoundRoot]:
    found: dict[str, FoundRoot] = {}
    taken: set[str] = set()
    for name, (collection, place) in usable.items():
        key = _free(re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:70] or "person", taken)
        root = root_of(collection, tables[name], place, key, losses)
        if root is not None:
            found[name] = root
            taken.add(key)
    return found


def _free(key: str, taken: Iterable[str]) -> str:
    number, free = 1, key
    while free in taken:
        number += 1
        free = f"{key}-{number}"
    return free


def _table(
    collection: Collection,
    place: Place,
    above: list[str],
    relations: Mapping[Edge, str],
    roots: Mapping[str, FoundRoot],
    tables: Mapping[str, str],
    losses: Losses,
) -> dict[str, Any]:
    key = primary_key(collection)
    made: dict[str, Any] = {}
    if key is not None:
        made["key"] = key.name
    links = _links(collection, relations, roots, tables)
    made["links"] = links
    ways = {edge.column for edge in relations if edge.child == collection.name}
    ways |= {edge.parent_column for edge in relations if edge.parent == collection.name}
    ways |= {one.column for one in roots.values() if one.collection is collection} | {made.get("key", "")}
    columns = _columns(collection, place, above, ways, losses)
    if collection.name not in roots:
        for one in columns.values():
            one.pop("identity", None)  # whose name it is, a person must say
    if columns:
        made["columns"] = columns
    return made


def _links(
    collection: Collection,
    relations: Mapping[Edge, str],
    roots: Mapping[str, FoundRoot],
    tables: Mapping[str, str],
) -> list[dict[str, Any]]:
    links: list[dict[str, Any]] = []
    own = roots.get(collection.name)
    if own is not None:
        links.append({"root": own.key, "column": own.column})
    for edge, relation in relations.items():
        if edge.child != collection.name:
            continue
        link = {"parent": tables[edge.parent], "column": edge.column, "parent_column": edge.parent_column}
        if relation != "owned":
            link["relation"] = relation
        if link not in links:
            links.append(link)
    return links


def _relation(edge: Edge, usable: Usable, roots: Mapping[str, FoundRoot], losses: Losses) -> str:
    """Whose the child's rows are. Where the parent's column is no key, one row may be several people's."""
    child, parent = usable[edge.child][0], usable[edge.parent][0]
    if read_only(child):
        return "visible"
    keys = {one.name for one in [primary_key(parent)] if one} | {
        roots[one].column for one in roots if one == edge.parent
    }
    if edge.parent_column in keys:
        return "owned"
    fr, en = quoted(edge.child)
    if primary_key(child) is None:
        losses.add(
            "complete",
            edge.place,
            f"Une ligne de {fr} peut être à plusieurs personnes, et la table n’a pas de clé\u202f: elle est seulement "
            "visible, donc pas effacée. Donnez une clé et dites co-owned, ou dites owned.",
            f"A row of {en} may be several people’s, and the table has no key: it is only visible, so not erased. Give "
            "a key and say co-owned, or say owned.",
        )
        return "visible"
    losses.add(
        "check",
        edge.place,
        f"Plusieurs lignes de {edge.parent} peuvent mener à une ligne de {fr}\u202f: elle est partagée (co-owned) et "
        "part avec la dernière. Fides l’effacerait avec la première.",
        f"Several rows of {edge.parent} may lead to one row of {en}: it is shared (co-owned) and goes with the last. "
        "Fides would erase it with the first.",
    )
    return "co-owned"


def _columns(
    collection: Collection, place: Place, inherited: list[str], ways: set[str], losses: Losses
) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for number, one in enumerate(collection.fields):
        where: Place = (*place, "fields", number)
        fr, en = quoted(one.name)
        if one.name in columns:
            losses.add("lost", where, f"Le champ {fr} est déjà dit.", f"The field {en} is said twice.")
        elif not NAME.fullmatch(one.name):
            losses.add(
                "lost",
                where,
                f"Une carte ne peut pas nommer la colonne {fr}.",
                f"A data map cannot name the column {en}.",
            )
        else:
            made = column(one, where, inherited, losses, structural=one.name in ways)
            if made is not None:
                columns[one.name] = made
    return columns


def _tell_unreached(collection: Collection, place: Place, losses: Losses) -> None:
    fr, en = quoted(collection.name)
    losses.add(
        "lost",
        place,
        f"Aucune référence ne mène de {fr} à une identité\u202f: la table n’est pas dans la carte.",
        f"No reference leads from {en} to an identity: the table is not in the map.",
    )


def read_only(collection: Collection) -> bool:
    """Whether nothing of it may be changed: every field with a category is read-only."""
    named = [one for one in collection.fields if one.data_categories or collection.data_categories]
    return bool(named) and all(one.meta.read_only for one in named)


def _dispositions(
    usable: Usable,
    roots: Mapping[str, FoundRoot],
    relations: Mapping[Edge, str],
    tables: Mapping[str, str],
    drawn: Mapping[str, Any],
    losses: Losses,
    dataset: str,
) -> dict[str, Any]:
    owning = [edge for edge, relation in relations.items() if relation != "visible"]
    order = children_first(usable, owning, losses, dataset)
    made: dict[str, Any] = {}
    for name, root in roots.items():
        hanging = _hanging(name, owning)
        actions = [
            _action(usable[one], tables[one], drawn[tables[one]], losses) for one in order if one in hanging
        ]
        made[f"erase-{root.key}"] = {"root": root.key, "actions": actions}
    return made


def _hanging(root: str, edges: list[Edge]) -> set[str]:
    """The root's own collection and all that hangs on it."""
    found, grown = {root}, True
    while grown:
        more = {edge.child for edge in edges if edge.parent in found} - found
        found |= more
        grown = bool(more)
    return found


def _action(
    one: tuple[Collection, Place], table: str, drawn: Mapping[str, Any], losses: Losses
) -> dict[str, str]:
    collection, place = one
    if not any(part.meta.read_only for part in collection.fields):
        return {"table": table, "do": "delete"}
    fr, en = quoted(collection.name)
    if all(one["erase"] == "keep" for one in drawn.get("columns", {}).values()):
        losses.add(
            "complete",
            place,
            f"Tout {fr} est read_only\u202f: dites ce que deviennent ses lignes.",
            f"All of {en} is read_only: say what becomes of its rows.",
        )
    losses.add(
        "check",
        place,
        f"{fr} a des champs read_only\u202f: ses lignes restent, ses autres colonnes sont traitées.",
        f"{en} has read_only fields: its rows stay, its other columns are treated.",
    )
    return {"table": table, "do": "treat"}
