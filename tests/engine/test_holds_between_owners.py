"""A hold that comes in the middle of a run, where promises share rows and archive."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from hypothesis import given, note
from hypothesis import strategies as st

from garant.engine.document import Plan
from garant.engine.holds import Hold
from garant.engine.running.execution import Execution
from garant.engine.running.verify import Verification
from tests.engine.support.archives import Vault, plain
from tests.engine.support.databases import Contents, Database
from tests.engine.support.examples import examples
from tests.engine.support.held_rows import Place, kept, of_people
from tests.engine.support.running import Notebook, retention
from tests.engine.support.shop import AS_OF, Shop
from tests.engine.test_archived_owners import draw, with_friends

HOLD = Hold("h-1", "legal", "A dispute.", date(2099, 1, 1), identities=(("email", "n1@x.example"),))
"""On the first of the people."""


@dataclass
class Swept:
    """What one run of one world left."""

    before: Contents
    state: Contents
    """When the hold came; what was there at the start, if it did not."""
    after: Contents
    archived: list[tuple[str, dict[str, str | None]]]
    checked: Verification
    held: set[Place]
    came: bool


def held(shop: Shop, state: Contents) -> set[Place]:
    """What leads to the one on hold, as long as their address is there to find them by."""
    known = any(row["email"] == "n1@x.example" for row in state["contact"].values())
    return of_people(shop.map(), state, {"1"}, "contact") if known else set()


def swept(database: Database, seed: int, size: int, archiving: set[str], moment: int) -> Swept:
    """Build the world anew and carry out its sweep, with a hold that is placed when it is asked for that often."""
    database.clear()
    shop = with_friends(Shop(database).create())
    people = draw(Random(seed), shop, archiving)
    note("\n".join(f"{key}: {one}" for key, one in people.here.items()))
    before = state = shop.rows()
    asked, came = 0, False

    def holding() -> Sequence[Hold]:
        nonlocal asked, came, state
        asked += 1
        if asked == moment:
            came, state = True, shop.rows()
        return [HOLD] if asked >= moment else []

    with tempfile.TemporaryDirectory() as folder:
        vault = Vault(Path(folder))
        systems = vault.systems(shop)
        plan: Plan = retention(shop.policy, systems, AS_OF)
        execution = Execution(plan, shop.policy, systems, batch_size=size, holding=holding)
        journal = Notebook()
        for key in execution.batch_keys():
            execution.execute(key, journal)
        checked = execution.verify(journal)
        archived = [
            (table, plain(row))
            for record in vault.records()
            for table, rows in vault.rows(record).items()
            for row in rows
        ]
        ended = Swept(before, state, shop.rows(), archived, checked, held(shop, state), came)
    shop.close()
    return ended


@given(
    st.integers(0, 10**9),
    st.sampled_from([1, 2, 1000]),
    st.sampled_from([(), ("odd",), ("odd", "even")]),
    st.integers(2, 9),
)
@examples(5)
def test_a_hold_in_the_middle_keeps_what_is_there_and_leaves_the_rest_as_it_would_have_been(
    database: Database, seed: int, size: int, archiving: tuple[str, ...], moment: int
) -> None:
    otherwise = swept(database, seed, size, set(archiving), 10**9)
    ended = swept(database, seed, size, set(archiving), moment)
    if not ended.came:
        assert (ended.after, ended.checked) == (otherwise.after, otherwise.checked)
        return
    assert ended.checked.verified or not otherwise.checked.verified, (
        "what a hold keeps is not left to anybody"
    )
    assert ended.after == kept(ended.state, ended.held, otherwise.after)
    for table, row in ended.archived:
        assert row in [plain(one) for one in ended.before[table].values()], "records have rows whole"
