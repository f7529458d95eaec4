"""The systems of an organisation: what their maps say, whether they answer, whether the map still fits."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from garant.apps.promises.opening.discretion import brief
from garant.apps.promises.opening.published import maps_folder
from garant.apps.promises.opening.workspace import looking
from garant.apps.promises.refusals import RefusedError
from garant.policy.diagnostics import Diagnostic, UnusableDocument
from garant.policy.text import Text
from garant.site import own
from garant.systems.checks.live import check_live
from garant.systems.loader import LoadedMap, load_each, load_usable, spoken_of
from garant.systems.port import ConnectorError


@dataclass(frozen=True, slots=True)
class Mapped:
    """One system, as its map describes it; its connection is named by a variable, never shown."""

    name: str
    label: Text
    by_hand: bool
    variable: str
    set: bool
    tables: int
    columns: int
    roles: int
    digest: str
    problems: tuple[Diagnostic, ...] = ()
    """Why the map cannot be used; of such a one nothing else is known than what it calls its system."""


@dataclass(frozen=True, slots=True)
class Tested:
    """What testing a system's connection found."""

    reached: bool
    problem: Text | None
    findings: tuple[Diagnostic, ...] = ()


def mapped(organisation: str) -> list[Mapped]:
    """Every system whose map is in the organisation's folder, those whose map cannot be used last; nothing is asked of them."""
    folder = maps_folder(organisation)
    try:
        loaded, unusable = load_each(folder)
    except UnusableDocument:  # there is no map at all
        return []
    return [
        *(_mapped(name, one) for name, one in loaded.items()),
        *(_unusable(folder / file, problem) for file, problem in unusable.items()),
    ]


def test(organisation: str, name: str) -> Tested | None:
    """Reach a system and hold its map against its catalogue; None where it has no map, or is worked by hand.

    Nothing is written, and no row is read.
    """
    loaded = load_usable(maps_folder(organisation)).get(name)
    if not isinstance(loaded, LoadedMap):
        return None
    try:
        with looking(loaded.map) as engine:
            return Tested(True, None, tuple(check_live(loaded, engine)))
    except RefusedError as refusal:
        return Tested(False, refusal.message)
    except (ConnectorError, UnusableDocument) as error:
        return Tested(False, Text(fr=brief(error), en=brief(error)))


def _unusable(file: Path, problem: UnusableDocument) -> Mapped:
    name, _ = spoken_of(file)
    return Mapped(name, Text(fr=name, en=name), False, "", False, 0, 0, 0, "", problem.diagnostics)


def _mapped(name: str, loaded: Any) -> Mapped:
    if not isinstance(loaded, LoadedMap):
        return Mapped(name, loaded.map.label, True, "", True, 0, 0, 0, loaded.digest)
    data_map = loaded.map
    return Mapped(
        name=name,
        label=data_map.label,
        by_hand=False,
        variable=data_map.connection.env,
        set=data_map.connection.env == own.VARIABLE or bool(os.environ.get(data_map.connection.env)),
        tables=len(data_map.tables),
        columns=sum(len(table.columns) for table in data_map.tables.values()),
        roles=len(data_map.roles),
        digest=loaded.digest,
    )
