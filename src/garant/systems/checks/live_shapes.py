"""Are the rows where the map says, there alone and all of them?"""

from __future__ import annotations

from collections.abc import Iterator

from garant.policy.places import Place
from garant.systems.catalogue import Catalogue
from garant.systems.checks import shape_rules as rules
from garant.systems.checks.effects import actions_on
from garant.systems.checks.findings import Finding, said
from garant.systems.model import DataMap


def check_shapes(data_map: DataMap, catalogue: Catalogue) -> Iterator[Finding]:
    """Views that are written, partitions named for their table, materialised views that keep a copy."""
    for name in dict.fromkeys([*data_map.tables, *(root.table for root in data_map.roots.values())]):
        place: Place = ("tables", name) if name in data_map.tables else ("tables",)
        yield from _shape(data_map, catalogue, name, place)


def _shape(data_map: DataMap, catalogue: Catalogue, name: str, place: Place) -> Iterator[Finding]:
    table = catalogue.table(name)
    if table is None:
        return
    if table.part_of is not None:
        message = said(
            f"«\u202f{name}\u202f» est une partie de «\u202f{table.part_of}\u202f».",
            f"“{name}” is a part of “{table.part_of}”.",
        )
        yield Finding(rules.PART_OF_A_TABLE, place, message)
    if not any(actions_on(data_map, name)):
        return
    if table.view:
        yield Finding(
            rules.WRITTEN_VIEW, place, said(f"«\u202f{name}\u202f» est une vue.", f"“{name}” is a view.")
        )
    if table.copies:
        copies = ", ".join(sorted(table.copies))
        message = said(
            f"«\u202f{name}\u202f» est recopiée dans {copies}.", f"“{name}” is copied to {copies}."
        )
        mend = " ".join(f"REFRESH MATERIALIZED VIEW {copy};" for copy in sorted(table.copies))
        yield Finding(rules.KEPT_COPY, place, message, said(mend, mend))
