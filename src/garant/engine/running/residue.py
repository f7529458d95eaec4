"""After a run: clean what may be, search the raw bytes for what was there, and say what remains where.

A value that a row still holds (kept by a duty, or another person's too) is no residue: what is found in
the bytes is asked of the system again, and told apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from garant.engine.document import MARKING, Plan
from garant.engine.terms import Source
from garant.policy.periods import expiry
from garant.policy.text import Text
from garant.systems.model import Copy
from garant.systems.port import ConnectorError
from garant.systems.residue import Canary, Cleaning, Keeper, KnowsResidue, Looked, State, StillThere

SAMPLE = 1_000
"""Values of a run that are searched for, about, unless said."""

SECONDS = 600.0
"""How long one system's bytes are searched unless said."""


@dataclass(frozen=True, slots=True)
class PlaceState:
    """One place after cleaning and searching: ``found`` values that no row explains, until when."""

    place: str
    state: State
    found: int = 0
    size: int = 0
    table: str | None = None
    reason: str | None = None
    until: date | None = None
    label: Text | None = None

    @property
    def details(self) -> dict[str, Any]:
        """As plain data."""
        until = self.until.isoformat() if self.until else None
        return {
            "place": self.place, "state": self.state, "found": self.found, "bytes": self.size,
            "table": self.table, "reason": self.reason, "until": until,
            "label": self.label.model_dump() if self.label else None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ResidueReport:
    """What one system keeps of what a run, or a person's erasure, took away.

    ``sought`` values were searched for; ``kept`` of those found are in rows that the map names, by right;
    ``elsewhere`` in columns that it does not name. ``cleaned`` are keys of what was done.
    """

    system: str
    cleaning: Cleaning
    sought: int
    kept: int = 0
    elsewhere: tuple[tuple[str, str, int], ...] = ()
    cleaned: tuple[str, ...] = ()
    places: tuple[PlaceState, ...] = ()

    @property
    def gone(self) -> bool:
        """Whether something was searched for, everywhere it could be, and is nowhere."""
        nowhere = all(place.state == "clean" for place in self.places)
        return bool(self.sought and self.places and nowhere and not self.elsewhere)

    @property
    def details(self) -> dict[str, Any]:
        """As plain data, for a receipt: names of places and tables, numbers; never a value."""
        return {
            "system": self.system,
            "cleaning": str(self.cleaning),
            "sought": self.sought,
            "kept": self.kept,
            "elsewhere": [{"table": t, "column": c, "values": n} for t, c, n in self.elsewhere],
            "cleaned": list(self.cleaned),
            "places": [place.details for place in self.places],
            "gone": self.gone,
        }


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What follows the batches of a plan, system by system.

    Args:
        plan: what was carried out.
        sources: the systems, by name.
        today: the day from which declared copies are counted, where the organisation is.
        cleaning: how far stores are cleaned.
        seconds: how long the bytes of each system are searched.
    """

    plan: Plan
    sources: Mapping[str, Source]
    today: date
    cleaning: Cleaning = Cleaning.LIGHT
    seconds: float = SECONDS

    def systems(self) -> list[str]:
        """The systems where the plan takes values away; a mark takes none."""
        if self.plan.kind in MARKING:
            return []
        return sorted({s.system for s in self.plan.selections if s.due})

    def look(self, system: str, canaries: Sequence[Canary] | None) -> ResidueReport:
        """Clean one system, search it, and conclude; without canaries, their key was lost."""
        if canaries is None:
            lost = PlaceState("system", "unsearched", reason="key-lost")
            return ResidueReport(system, self.cleaning, 0, places=(lost,))
        source = self.sources[system]
        tables = touched(self.plan, system)
        texts = list(dict.fromkeys(canary.value for canary in canaries))
        return examine(source, texts, tables, today=self.today, cleaning=self.cleaning, seconds=self.seconds)


def examine(
    source: Source,
    texts: Sequence[str],
    tables: Sequence[str],
    *,
    today: date,
    cleaning: Cleaning = Cleaning.NONE,
    seconds: float = SECONDS,
    ask_rows: bool = False,
) -> ResidueReport:
    """Clean a system as far as allowed, search its bytes for the texts, and add the copies its map declares.

    What is found is asked of the rows; with ``ask_rows``, so is what is not, which some row may hold in a
    place that no byte was read of.
    """
    copies = [_copy(copy, today) for copy in source.data_map.copies]
    system, connector = source.data_map.system, source.connector
    if not isinstance(connector, KnowsResidue):
        unknown = PlaceState("system", "unsearched", reason="no-bytes")
        return ResidueReport(system, cleaning, len(texts), places=(unknown, *copies))
    keeper = connector.residue()
    cleaned = _cleaned(keeper, cleaning, tables)
    if not texts:
        return ResidueReport(system, cleaning, 0, cleaned=cleaned, places=tuple(copies))
    try:
        looked = keeper.search(texts, tables, seconds)
        found = frozenset[int]().union(*(place.hits for place in looked))
        rows = keeper.still_there(texts, range(len(texts)) if ask_rows else found)
    except ConnectorError:
        lost = PlaceState("system", "unsearched", reason="refused")
        return ResidueReport(system, cleaning, len(texts), cleaned=cleaned, places=(lost, *copies))
    return ResidueReport(
        system,
        cleaning,
        len(texts),
        kept=len(rows.mapped),
        elsewhere=tuple((table, column, len(hits)) for table, column, hits in rows.unmapped),
        cleaned=cleaned,
        places=(*(_state(place, rows, today) for place in looked), *copies),
    )


def touched(plan: Plan, system: str) -> list[str]:
    """The tables of a system that a plan changes."""
    selections = [s for s in plan.selections if s.system == system]
    return sorted({a.table for s in selections for a in s.actions if a.deleted or a.treated})


def touched_tables(plan: Plan) -> dict[str, list[str]]:
    """The tables that a plan changes, system by system: a full cleaning locks them for a time."""
    found = {system: touched(plan, system) for system in sorted(plan.map_digests)}
    return {system: tables for system, tables in found.items() if tables}


def _cleaned(keeper: Keeper, cleaning: Cleaning, tables: Sequence[str]) -> tuple[str, ...]:
    try:
        return tuple(keeper.clean(cleaning, tables))
    except ConnectorError:  # what could not be cleaned will be found
        return ("clean-refused",)


def _state(place: Looked, rows: StillThere, today: date) -> PlaceState:
    left = len(place.hits - rows.all)
    state: State = "found" if left else "clean"
    if not place.whole and not left:
        state = "partly" if place.size else "unsearched"
    if state == "clean":
        return PlaceState(place.place, state, left, place.size, place.table)
    until = None if place.days is None else today + timedelta(days=place.days)
    return PlaceState(place.place, state, left, place.size, place.table, place.reason, until)


def _copy(copy: Copy, today: date) -> PlaceState:
    until = expiry(today, copy.kept) if copy.kept else None
    return PlaceState(f"copy-{copy.kind}", "copy", reason=copy.key, until=until, label=copy.label)
