"""One Fides dataset in, one data map out, and what the map does not say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from garant.policy.diagnostics import Position
from garant.policy.places import Place
from garant.policy.text import Text
from garant.policy.validation import validated
from garant.policy.yaml_source import YamlSource, read_yaml
from garant.systems.fides.dataset import Collection, Dataset, DatasetFile
from garant.systems.fides.leftovers import tell_leftovers
from garant.systems.fides.losses import Loss, Losses, quoted
from garant.systems.fides.tables import TABLE, Drawn, draw
from garant.systems.model import DataMap


class NotImportable(Exception):
    """The dataset is sound, but no data map can be made of it; `text` says why, `position` where."""

    def __init__(self, position: Position, text: Text, mend: Text) -> None:
        super().__init__(text.en)
        self.position = position
        self.text = text
        self.mend = mend


@dataclass(frozen=True, slots=True)
class Imported:
    """The data map, and what it does not say as the dataset did, in the order of the file."""

    map: DataMap
    data: Mapping[str, Any]
    """The map as it is written, defaults left out."""
    losses: tuple[Loss, ...]
    dataset: str


def import_dataset(path: Path, key: str | None = None, shown: str | None = None) -> Imported:
    """Read the Fides dataset `key` of a file (its only one unless said) as a data map.

    Raises:
        UnusableDocument: not plain YAML, or not a Fides dataset.
        NotImportable: no such dataset, or one by which no person can be found.
    """
    source = read_yaml(path, shown)
    if isinstance(source.data, dict) and "dataset" not in source.data and "collections" in source.data:
        source = _alone(source)
    file = validated(DatasetFile, source)
    losses = Losses(source.positions)
    number, dataset = _chosen(file, key, losses)
    place: Place = ("dataset", number)
    tell_leftovers(dataset, place, losses)
    drawn = draw(dataset, place, _usable(dataset, place, losses), losses)
    if not drawn.roots:
        raise _nobody(dataset, losses, place)
    _tell_missing(losses, place)
    data = _as_map(dataset, drawn)
    return Imported(DataMap.model_validate(data), data, tuple(losses), dataset.fides_key)


def _alone(source: YamlSource) -> YamlSource:
    """A dataset that stands in its file without the list around it."""
    positions = source.positions.under(("dataset", 0))
    return YamlSource({"dataset": [source.data]}, positions, source.size)


def _chosen(file: DatasetFile, key: str | None, losses: Losses) -> tuple[int, Dataset]:
    keys = [dataset.fides_key for dataset in file.dataset]
    if key is None and len(keys) == 1:
        return 0, file.dataset[0]
    if key is not None and keys.count(key) == 1:
        number = keys.index(key)
        return number, file.dataset[number]
    listed = ", ".join(keys)
    raise NotImportable(
        losses.positions.of(("dataset",)),
        Text(
            fr=f"Un jeu de données à la fois\u202f; ce fichier a\u202f: {listed}.",
            en=f"One dataset at a time; this file has: {listed}.",
        ),
        Text(fr="Nommez-en un par --dataset.", en="Name one of them with --dataset."),
    )


def _usable(dataset: Dataset, place: Place, losses: Losses) -> dict[str, tuple[Collection, Place]]:
    """The collections that a map can name, by name, with their places."""
    found: dict[str, tuple[Collection, Place]] = {}
    for number, collection in enumerate(dataset.collections):
        where: Place = (*place, "collections", number)
        fr, en = quoted(collection.name)
        if collection.name in found:
            losses.add(
                "lost", where, f"La collection {fr} est déjà dite.", f"The collection {en} is said twice."
            )
        elif collection.meta.skip_processing:
            losses.add(
                "check",
                (*where, "fides_meta", "skip_processing"),
                f"La collection {fr} n’est pas dans la carte\u202f: Fides ne la traite pas (skip_processing).",
                f"The collection {en} is not in the map: Fides does not process it (skip_processing).",
            )
        elif not TABLE.fullmatch(collection.name):
            losses.add(
                "lost",
                where,
                f"Une carte ne peut pas nommer la table {fr}.",
                f"A data map cannot name the table {en}.",
            )
        else:
            found[collection.name] = (collection, where)
    return found


def _as_map(dataset: Dataset, drawn: Drawn) -> dict[str, Any]:
    system = re.sub(r"[^a-z0-9]+", "-", dataset.fides_key.lower()).strip("-")[:80] or "system"
    label = dataset.name or dataset.fides_key
    variable = re.sub(r"[^A-Z0-9]+", "_", system.upper())
    variable = variable if variable[0].isalpha() else f"SYSTEM_{variable}"
    return {
        "system": system,
        "label": {"fr": label, "en": label},
        "connector": "sql",
        "connection": {"env": f"{variable}_URL"},
        "zone": "UTC",
        "roots": drawn.roots,
        "identities": drawn.identities,
        "tables": drawn.tables,
        "dispositions": drawn.dispositions,
    }


def _nobody(dataset: Dataset, losses: Losses, place: Place) -> NotImportable:
    fr, en = quoted(dataset.fides_key)
    return NotImportable(
        losses.positions.of(place),
        Text(
            fr=f"Aucun champ de {fr} n’est une identité\u202f: personne ne peut y être trouvé.",
            en=f"No field of {en} is an identity: nobody can be found there.",
        ),
        Text(
            fr="Ajoutez fides_meta: {identity: email} au champ qui nomme la personne.",
            en="Add fides_meta: {identity: email} to the field that names the person.",
        ),
    )


def _tell_missing(losses: Losses, place: Place) -> None:
    """What a retention policy needs and Fides has nowhere."""
    for fr, en in (
        (
            "roles\u202f: dites qui est client, prospect, candidat…",
            "roles: say who is a customer, a prospect, a candidate…",
        ),
        (
            "events\u202f: dites de quels faits datés partent les durées.",
            "events: say from which dated facts periods are counted.",
        ),
        (
            "promises et duties\u202f: dites quelles règles de conservation ce système tient, et ce que la loi garde.",
            "promises and duties: say which retention rules this system keeps, and what the law keeps.",
        ),
        (
            "zone\u202f: UTC est supposé\u202f; dites le fuseau des instants du système.",
            "zone: UTC is supposed; say the time zone of the system’s timestamps.",
        ),
    ):
        losses.add("complete", place, fr, en)
