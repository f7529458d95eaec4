"""Which texts do rows still hold? Asked of the columns that the map names, then of all the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from garant.systems.model import DataMap
from garant.systems.residue import StillThere

Ask = Callable[[str, Sequence[str], Sequence[str]], set[str]]
"""Of a table's columns, given texts: those that some value contains. One pass over the table."""


def still_there(
    data_map: DataMap,
    catalogue: Mapping[str, Sequence[str]],
    texts: Sequence[str],
    wanted: Iterable[int],
    ask: Ask,
) -> StillThere:
    """Walk the tables, the map's own first, until every wanted text is explained.

    Args:
        data_map: which tables and columns it names.
        catalogue: every table of the store, with its columns of text.
        texts: the texts; ``wanted`` are positions in it.
        wanted: which of them to look for.
        ask: how the store is asked.
    """
    unknown = {texts[number]: number for number in wanted}
    mapped: set[int] = set()
    unmapped: list[tuple[str, str, frozenset[int]]] = []
    for table, columns, named in _groups(data_map, catalogue):
        if not unknown:
            break
        held = ask(table, columns, list(unknown))
        hits = {text: unknown.pop(text) for text in held}
        if named:
            mapped |= set(hits.values())
        elif hits:
            unmapped += _by_column(table, columns, hits, ask)
    return StillThere(frozenset(mapped), tuple(unmapped))


def _groups(
    data_map: DataMap, catalogue: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, Sequence[str], bool]]:
    """(table, columns, whether the map names them): all the named columns first, table by table."""
    for named in (True, False):
        for table, columns in catalogue.items():
            known = data_map.tables[table].columns if table in data_map.tables else {}
            group = [name for name in columns if (name in known) is named]
            if group:
                yield table, group, named


def _by_column(
    table: str, columns: Sequence[str], hits: Mapping[str, int], ask: Ask
) -> Iterator[tuple[str, str, frozenset[int]]]:
    for column in columns:
        held = ask(table, [column], list(hits))
        if held:
            yield table, column, frozenset(hits[text] for text in held)
