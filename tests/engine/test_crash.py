"""Killed anywhere, then started again: the same end, every row counted once, nobody else touched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.systems.files.store import FileStore
from tests.engine.support.crashes import SEAMS, Run
from tests.engine.support.databases import Database, PostgresDatabase
from tests.engine.support.examples import examples
from tests.engine.support.random_worlds import Builder
from tests.engine.support.running import retention, source
from tests.engine.support.shop import RECENT, Shop
from tests.support.again import again

Fill = Callable[[], Shop]


@pytest.fixture
def fill(shop: Shop, tmp_path: Path) -> Fill:
    """Fill the shop, always with the same: shared rows, files, a reference that blocks contact 5."""
    folder = tmp_path / "files"
    shop.stores["FILES"] = FileStore(folder)

    def again() -> Shop:
        shop.database.clear()
        shop.create(
            "CREATE TABLE contract (contact_id integer REFERENCES contact (id), rid integer)",
        )
        shop.people(*range(1, 9)).people(9, 10, at=RECENT)
        shop.invoice(2, 3).meet(1, 1, 2).meet(2, 4, 9).meet(3, 6, 7, 8)
        shop.add("contract", {"contact_id": 5})
        folder.mkdir(exist_ok=True)
        for number in (1, 4, 7):
            (folder / f"f{number}").write_text("CV")
        shop.database.run(
            "UPDATE note SET file = 'f1' WHERE id = 1", "UPDATE note SET file = 'f4' WHERE id IN (4, 9)"
        )
        shop.database.run("UPDATE note SET file = 'f7' WHERE id = 7")
        return shop

    return again


def uninterrupted(shop: Shop, size: int = 3) -> Run:
    run = Run(shop.plan(), shop.policy, shop.system(), size)
    assert run.go()
    return run


@pytest.mark.parametrize("seam", SEAMS)
@pytest.mark.parametrize("number", [1, again(2), again(4)])
def test_killed_once_at_any_seam_the_end_is_the_same(
    fill: Fill, tmp_path: Path, seam: str, number: int
) -> None:
    shop = fill()
    whole = uninterrupted(shop)
    end, left = shop.rows(), sorted(path.name for path in (tmp_path / "files").iterdir())

    shop = fill()
    run = Run(shop.plan(), shop.policy, shop.system(), 3)
    run.go(seam, number)
    assert run.go()
    assert shop.rows() == end
    assert sorted(path.name for path in (tmp_path / "files").iterdir()) == left == ["f4"]
    assert run.totals() == whole.totals()
    assert run.blocked() == whole.blocked()
    assert run.sums() == whole.sums() == {"roots": 7, "skipped": 0, "files": 2}
    assert run.verification is not None
    assert [(x.table, x.rows) for x in run.verification.selections[0].left] == [
        ("note", 1), ("interaction", 1), ("contact", 1),
    ]  # fmt: skip


@given(st.data())
@examples(6)
def test_killed_again_and_again_in_any_world(database: Database, data: st.DataObject) -> None:
    seed, size = data.draw(st.integers(0, 10**9)), data.draw(st.sampled_from([1, 2, 3]))
    world = Builder(Random(seed), database).build()
    systems = {"crm": source(world.data_map, database.url)}
    whole = Run(retention(world.policy, systems, world.as_of), world.policy, systems, size)
    assert whole.go()
    systems["crm"].connector.close()
    end = world.rows()

    world = Builder(Random(seed), database).build()
    systems = {"crm": source(world.data_map, database.url)}
    run = Run(retention(world.policy, systems, world.as_of), world.policy, systems, size)
    assert run.plan == whole.plan
    kills = data.draw(st.lists(st.tuples(st.sampled_from(SEAMS[:4]), st.integers(1, 3)), max_size=8))
    for seam, number in kills:
        run.go(seam, number)
    assert run.go()
    systems["crm"].connector.close()
    assert world.rows() == end
    assert run.totals() == whole.totals()


@pytest.mark.parametrize("seam", SEAMS[:4])
def test_who_took_up_contact_again_is_left_alone(shop: Shop, seam: str) -> None:
    """Between plan and run, then between crash and resumption."""
    shop.people(1, 2, 3, 4, 5, 6)
    plan = shop.plan(tolerance=0.5)
    shop.add("interaction", {"id": 102, "contact_id": 2, "at": RECENT, "body": "I am back"})
    run = Run(plan, shop.policy, shop.system(), 2)
    assert not run.go(seam, 2)
    untouched = shop.rows()
    shop.add("interaction", {"id": 105, "contact_id": 5, "at": RECENT, "body": "me too"})
    assert run.go()
    assert shop.ids("contact") == [2, 5]
    assert shop.ids("interaction") == [2, 5, 102, 105]
    assert list(shop.rows("contact")["contact"].values()) == [
        row for row in untouched["contact"].values() if str(row["id"]) in ("2", "5")
    ]
    assert run.sums()["skipped"] == 2
    assert run.sums()["roots"] == 4
    assert run.verification is not None
    assert run.verification.verified
    assert run.verification.selections[0].no_longer_due == 2


@pytest.mark.parametrize("seam", SEAMS[:4])
def test_a_duty_that_begins_between_crash_and_resumption_is_obeyed(shop: Shop, seam: str) -> None:
    shop.people(1, 2, 3, 4)
    run = Run(shop.plan(), shop.policy, shop.system(), 4)
    assert not run.go(seam)
    committed = shop.ids("contact") == []
    if not committed:
        shop.invoice(1, 2, 3, 4)
    assert run.go()
    assert run.verification is not None
    assert run.verification.verified, run.verification
    if not committed:
        assert shop.ids("contact") == [1, 2, 3, 4]
        assert {row["email"] for row in shop.rows("contact")["contact"].values()} == {None}
        assert {row["name"] for row in shop.rows("contact")["contact"].values()} == {"N1", "N2", "N3", "N4"}


@pytest.mark.parametrize("vanishing", [1, 3, 4])
def test_rows_that_somebody_else_removes_meanwhile_do_not_pass_for_our_work(
    shop: Shop, vanishing: int
) -> None:
    """A transaction that was lost must not be taken for one that was kept."""
    shop.people(1, 2, 3, 4)
    run = Run(shop.plan(), shop.policy, shop.system(), 4)
    assert not run.go("after prepare")
    shop.database.run(f"DELETE FROM note WHERE id <= {vanishing}")
    assert run.go()
    assert shop.ids("contact") == []
    assert run.verification is not None
    assert run.verification.verified


def test_a_crash_among_halves_of_a_batch_refused_at_commit(postgres: PostgresDatabase) -> None:
    """The whole batch had been prepared before its commit was refused: it must not pass for done."""
    shop = Shop(postgres).create(
        "CREATE TABLE contract (contact_id integer CONSTRAINT signed REFERENCES contact (id) "
        "DEFERRABLE INITIALLY DEFERRED, rid integer)"
    )
    shop.people(1, 2, 3, 4).add("contract", {"contact_id": 4})
    run = Run(shop.plan(), shop.policy, shop.system(), 4)
    assert not run.go("after commit", 1), "the first half is done"
    assert shop.ids("contact") == [3, 4]
    assert run.go()
    assert shop.ids("contact") == [4]
    assert run.totals()["contact"] == (3, 0)
    assert [block["constraint"] for block in run.blocked()] == ["signed"]
    shop.close()


def test_halves_done_before_a_crash_are_counted_though_the_obstacle_has_gone(fill: Fill) -> None:
    shop = fill()
    run = Run(shop.plan(), shop.policy, shop.system(), 8)
    assert not run.go("before prepare", 3), "some halves are done"
    done = 8 - len(shop.ids("contact")) + 2
    assert done
    shop.database.run("DELETE FROM contract")
    assert run.go()
    assert run.totals()["interaction"] == (8, 0)
    assert run.verification is not None
    assert run.verification.verified


@pytest.mark.counted
@pytest.mark.parametrize("instead", ["nobody's", "another's", "lost"])
def test_a_server_that_crashes_gives_the_number_of_a_lost_transaction_to_another(
    postgres_shop: Shop, instead: str
) -> None:
    """What its log had not kept is in the future again, or was given to somebody else, who committed or not."""
    database = postgres_shop.database
    assert isinstance(database, PostgresDatabase)
    postgres_shop.people(1, 2, 3).meet(1, 1, 2)
    run = Run(postgres_shop.plan(), postgres_shop.policy, postgres_shop.system(), 3)
    assert not run.go("after prepare")
    ((key, written),) = run.journal.written.items()
    with database.connect() as other, other.transaction(force_rollback=instead == "lost"):
        row = other.execute("SELECT txid_current()::text").fetchone()
        assert row is not None
    number = str(int(row[0]) + 1_000_000) if instead == "nobody's" else row[0]
    run.journal.written[key] = {**written, "transaction": number}

    assert run.go()
    assert run.totals()["contact"] == (3, 0)
    assert not run.receipts[key].recovered
    assert run.verification is not None
    assert run.verification.verified
    assert postgres_shop.ids("contact") == []
