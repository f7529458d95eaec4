"""What a duty keeps is found again once its term is over, or the check of the map says that it is not (GAR541)."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from garant.systems.checks.actions import check_actions
from garant.systems.checks.found_again import check_found_again
from garant.systems.checks.kept_ways import check_kept_ways
from garant.systems.loader import parse_map
from garant.systems.model import DataMap
from tests.systems.example_map import EXAMPLE, example_map
from tests.systems.kept_worlds import World, draw

NOW, WHEN_ALL_IS_OVER = date(2026, 11, 1), date(2100, 1, 1)
WORLDS = 1500


def left(world: World) -> set[tuple[str, int, str]]:
    """The values that stay where people leave now, and what is kept of them later: not where all leave later.

    Only of rows that nobody owns but those whom the duty holds now: what stays for the others is said by the run.
    """
    at_once = world.swept(world.rows, WHEN_ALL_IS_OVER)
    in_two = world.swept(world.swept(world.rows, NOW), WHEN_ALL_IS_OVER)
    held = world.held(world.rows, NOW)
    return {
        (table, rid, column)
        for table, spec in world.data_map.tables.items()
        for rid, row in in_two[table].items()
        if world.owners(table, world.rows[table][rid], world.rows) <= held
        for column, how in spec.columns.items()
        if how.erase != "keep" and row[column] is not None and row[column] == world.rows[table][rid][column]
        if at_once[table].get(rid, {}).get(column) != row[column]
    }


def told(data_map: DataMap) -> set[str]:
    found = [*check_found_again(data_map, whole=False), *check_kept_ways(data_map), *check_actions(data_map)]
    return {one.rule.code for one in found}


def test_what_a_duty_kept_goes_when_its_term_is_over_or_the_check_says_so() -> None:
    silent, mattered = 0, 0
    for seed in range(WORLDS):
        world = draw(Random(seed))
        codes = told(world.data_map) & {"GAR521", "GAR525", "GAR536", "GAR541"}
        stays = left(world)
        assert codes or not stays, (seed, stays, world)
        silent += not codes
        mattered += stays != set() and codes == {"GAR541"}
    assert silent > WORLDS // 4, "most maps of which nothing is said are right"
    assert mattered > WORLDS // 100, "and nothing else tells of some that are not"


@pytest.mark.parametrize(
    ("keeps", "ended", "found"),
    [
        ("{ticket: {row: true}}", "client", False),
        ("{ticket: {row: true}, client: {row: true}}", "client", True),
        ("{ticket: {row: true}, client: {row: true}}", "note", False),
        ("{ticket: {row: true}, client: {row: true}, note: {row: true}}", "note", True),
        ("{client: {row: true, columns: [name]}}", "note", False),
    ],
)
def test_a_promise_finds_by_its_role_and_its_date(keeps: str, ended: str, found: bool) -> None:
    """A date that only a note gives is lost with the note; all of a role's and a date's rows stay, or enough of them."""
    key = "id" if ended == "client" else "client_id"
    over = f"""
events: {{end: [{{root: client, type: date, query: 'SELECT {key} AS key, ended AS at FROM {ended}'}}]}}
tables: {{note: {{links: [{{parent: ticket, column: ticket_id}}, {{root: client, column: client_id}}]}}}}
duties:
  - {{rule: invoices, root: client, role: client, event: end, why: {{fr: Comptes., en: Accounts.}}, keeps: {keeps}}}
"""
    assert (list(check_found_again(example_map(over).map, whole=False)) == []) == found


def test_a_root_without_a_promise_is_told_of_beside_its_policy() -> None:
    alone = parse_map(
        EXAMPLE.replace(
            "promises:\n  - {rule: customers, role: client, event: end, dispositions: erase-client}\n", ""
        )
    )
    assert list(check_found_again(alone.map, whole=False)) == []
    (found,) = check_found_again(alone.map, whole=True)
    assert found.message.en == "No promise is about “client”: what the duty keeps will stay."


def test_a_duty_without_an_end_keeps_for_ever_and_one_that_keeps_nothing_leaves_nothing() -> None:
    seal = "duties: [{seal: true, root: client, role: client, keeps: {ticket: {}}, why: {}}]"
    assert list(check_found_again(example_map(seal).map, whole=True)) == []
    nothing = """
duties:
  - {rule: invoices, root: client, role: client, event: end, why: {}, keeps: {client: {row: false}}}
"""
    assert list(check_found_again(example_map(nothing).map, whole=True)) == []
