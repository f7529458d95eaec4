"""Every SQL fragment of a data map, found, parsed and bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from garant.policy.places import Place
from garant.systems.checks import fragment_diagnostics as rules
from garant.systems.checks.findings import Finding
from garant.systems.fragments import Dialect, Fragment, FragmentRefused, parse_expression, parse_query
from garant.systems.model import ColumnDisposition, DataMap, Refresh


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a fragment stands in the map, and how it is read for a dialect."""

    place: Place
    read: Callable[[Dialect | None], Fragment]
    table: str = ""
    """The table over whose row an expression is; none for a SELECT of its own."""
    identity: bool = False
    event: bool = False


def check_fragments(data_map: DataMap, dialect: Dialect | None = None) -> Iterator[Finding]:
    """Refusals, and identities that forget what they look for."""
    for spot in spots(data_map):
        try:
            fragment = spot.read(dialect)
        except FragmentRefused as refused:
            rule = rules.BY_REASON[refused.reason]
            yield Finding(rule, spot.place, refused.message, refused.mend, refused.place)
            continue
        if spot.identity and not fragment.parameters:
            yield Finding(rules.IDENTITY_UNUSED, spot.place)


def spots(data_map: DataMap) -> Iterator[Spot]:
    """Every fragment of the map."""
    for key, role in data_map.roles.items():
        yield Spot(("roles", key, "query"), _query(role.query))
    for key, identities in data_map.identities.items():
        for number, identity in enumerate(identities):
            place: Place = ("identities", key, number, "query")
            yield Spot(place, _query(identity.query, parameters=("identity",)), identity=True)
    for key, question in data_map.questions.items():
        for number, match in enumerate(question.matches):
            place = ("questions", key, "matches", number, "query")
            yield Spot(place, _query(match.query, parameters=("identity",)), identity=True)
    for key, sources in data_map.events.items():
        for number, source in enumerate(sources):
            place = ("events", key, number, "query")
            yield Spot(place, _query(source.query, ("key", "at")), event=True)
    yield from _conditions(data_map)
    yield from _refreshed(data_map)


def _conditions(data_map: DataMap) -> Iterator[Spot]:
    for table, spec in data_map.tables.items():
        for number, link in enumerate(spec.links):
            if link.when is not None:
                yield Spot(("tables", table, "links", number, "when"), _condition(link.when, table), table)
        for column, what in spec.columns.items():
            for number, one in enumerate(what.identity if isinstance(what.identity, list) else ()):
                place: Place = ("tables", table, "columns", column, "identity", number, "when")
                yield Spot(place, _condition(one.when, table), table)
    for number, seal in enumerate(data_map.seals):
        yield Spot(("seals", number, "when"), _condition(seal.when, seal.table), seal.table)


def _refreshed(data_map: DataMap) -> Iterator[Spot]:
    for table, spec in data_map.tables.items():
        for column, what in spec.columns.items():
            yield from _refresh(("tables", table, "columns", column, "erase"), what.erase, table)
    for key, disposition in data_map.dispositions.items():
        for number, action in enumerate(disposition.actions):
            for column, how in action.columns.items():
                place: Place = ("dispositions", key, "actions", number, "columns", column)
                yield from _refresh(place, how, action.table)


def _refresh(place: Place, how: ColumnDisposition | None, table: str) -> Iterator[Spot]:
    if isinstance(how, Refresh):
        yield Spot((*place, "refresh"), _scalar(how.refresh, table), table)


def _query(
    sql: str, columns: tuple[str, ...] = ("key",), parameters: tuple[str, ...] = ()
) -> Callable[[Dialect | None], Fragment]:
    return lambda dialect: parse_query(sql, dialect=dialect, columns=columns, parameters=parameters)


def _condition(sql: str, table: str) -> Callable[[Dialect | None], Fragment]:
    return lambda dialect: parse_expression(sql, table=table, kind="predicate", dialect=dialect)


def _scalar(sql: str, table: str) -> Callable[[Dialect | None], Fragment]:
    return lambda dialect: parse_expression(sql, table=table, kind="scalar", dialect=dialect)
