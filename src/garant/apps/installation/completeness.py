"""Whether everything that Garant's own database and folders hold is in its map, or known to be nobody's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, cast

from garant.policy.text import Text
from garant.policy.yaml_source import parse_yaml
from garant.systems.model import DataMap


@dataclass(frozen=True, slots=True)
class Declared:
    """What is nobody's: columns by table, tables of durable execution, files of the data folder; each for a reason."""

    columns: Mapping[tuple[str, str], Text]
    durable: Mapping[str, Text]
    files: Mapping[str, Text]


@cache
def declared() -> Declared:
    """What is declared with this version of Garant."""
    text = (resources.files("garant.apps.installation") / "free.yaml").read_text(encoding="utf-8")
    said = cast("dict[str, Any]", parse_yaml(text, "garant:free.yaml").data)
    columns = {
        (table, column): _text(group["why"])
        for group in said["tables"]
        for table, names in group["columns"].items()
        for column in names
    }
    durable = dict.fromkeys(said["durable"]["tables"], _text(said["durable"]["why"]))
    return Declared(columns, durable, {name: _text(why) for name, why in said["files"].items()})


def mapped(data_map: DataMap) -> set[tuple[str, str]]:
    """The columns of which a map says something: their category, whose row it is, by what the row is known."""
    found: set[tuple[str, str]] = set()
    for name, table in data_map.tables.items():
        found |= {(name, column) for column in table.columns}
        found |= {(name, link.column) for link in table.links}
        found |= {(name, table.key)} if table.key else set()
    return found


def undecided(data_map: DataMap, catalogue: Mapping[str, Iterable[str]]) -> list[tuple[str, str]]:
    """The columns of a database that are neither in the map nor declared; in order.

    Args:
        data_map: the map of Garant itself.
        catalogue: table → its columns.
    """
    known = mapped(data_map) | declared().columns.keys()
    there = {(table, column) for table, columns in catalogue.items() for column in columns}
    return sorted(there - known)


def catalogue() -> dict[str, list[str]]:
    """Every table of Garant's own database, with its columns."""
    from django.db import connection

    with connection.cursor() as cursor:
        tables = sorted(connection.introspection.table_names(cursor))
        return {
            table: [one.name for one in connection.introspection.get_table_description(cursor, table)]
            for table in tables
        }


def _text(said: Mapping[str, str]) -> Text:
    return Text(fr=said["fr"], en=said["en"])
