"""Are the rows where the map says, there alone and all of them?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from garant.policy.places import Place
from garant.systems.catalogue import Catalogue
from garant.systems.checks import shape_rules as rules
from garant.systems.checks.effects import actions_on
from garant.systems.checks.findings import Finding, said
from garant.systems.model import DataMap, Do

_REFRESH = "REFRESH MATERIALIZED VIEW {0};"


def check_shapes(data_map: DataMap, catalogue: Catalogue) -> Iterator[Finding]:
    """Views that are written, parts named for the whole, copies that materialised views keep; kept rows that cascades take."""
    for name in dict.fromkeys([*data_map.tables, *(root.table for root in data_map.roots.values())]):
        place: Place = ("tables", name) if name in data_map.tables else ("tables",)
        yield from _shape(data_map, catalogue, name, place)
    for number, duty in enumerate(data_map.duties):
        kept = {catalogue.name(table): table for table, keep in duty.keeps.items() if keep.row}
        for name, by in _taken_along(data_map, catalogue, duty.root, kept):
            message = said(
                f"«\u202f{name}\u202f» partirait avec «\u202f{by}\u202f».", f"“{name}” would go with “{by}”."
            )
            yield Finding(rules.TAKEN_ALONG, ("duties", number, "keeps", name), message)


def _taken_along(
    data_map: DataMap, catalogue: Catalogue, root: str, kept: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """The tables of which a duty keeps rows and no action deletes, that cascades reach from what is deleted."""
    going = {
        catalogue.name(action.table)
        for disposition in data_map.dispositions.values()
        for action in disposition.actions
        if disposition.root == root and action.do is Do.DELETE
    }
    reached = going - kept.keys()
    waiting = list(reached)
    while waiting:
        for key in catalogue.referring_to(waiting.pop()):
            if key.on_delete != "cascade" or key.table in reached:
                continue
            reached.add(key.table)
            if key.table not in kept:
                waiting.append(key.table)
            elif key.table not in going:
                yield kept[key.table], key.target


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
        refresh = "INSERT INTO {0} ({0}) VALUES ('rebuild');" if catalogue.dialect == "sqlite" else _REFRESH
        mend = " ".join(refresh.format(copy) for copy in sorted(table.copies))
        yield Finding(rules.KEPT_COPY, place, message, said(mend, mend))
