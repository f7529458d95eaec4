"""Archiving where something stands in the way: no archive, a row that comes in meanwhile, a constraint, a kill."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

import pytest

from garant.engine.running.archiving import NotKept
from garant.engine.running.execution import Execution, PlanRefused
from garant.systems.archive.archive import RecordArchive
from garant.systems.archive.archivist import RecordArchivist
from garant.systems.archive.store import PENDING
from garant.systems.archiving import Origin
from garant.systems.changing import ChangeSet, Counts
from garant.systems.sql import SqlConnector
from tests.engine.support.archives import BETWEEN, Vault, archiving_shop, plain
from tests.engine.support.crashes import ARCHIVE_SEAMS, SEAMS, Run
from tests.engine.support.databases import Contents
from tests.engine.support.running import carry_out, retention
from tests.engine.support.shop import AS_OF, RECENT, Shop
from tests.support.again import again


def test_without_an_archive_nothing_that_should_be_archived_is_touched(shop: Shop, vault: Vault) -> None:
    archiving_shop(shop).people(1, at=BETWEEN)
    plan, before = shop.plan(), shop.rows()
    with pytest.raises(PlanRefused, match="no archive is open"):
        Execution(plan, shop.policy, shop.system())
    assert shop.rows() == before


def test_a_connector_that_does_not_hand_rows_over_changes_nothing(shop: Shop, vault: Vault) -> None:
    archiving_shop(shop).people(1, at=BETWEEN)
    systems = vault.systems(shop)
    plan, before = retention(shop.policy, systems, AS_OF), shop.rows()

    class Forgetful(SqlConnector):
        def apply(self, change: ChangeSet, before_commit: Callable[[Counts], None]) -> Counts:
            return super().apply(replace(change, archivist=None), before_commit)

    forgetful = Forgetful(shop.map(), shop.database.url, pseudonym_key=bytes(32))
    systems["crm"] = shop.remember(replace(systems["crm"], connector=forgetful))
    with pytest.raises(NotKept, match="0 are in the archive"):
        carry_out(plan, shop.policy, systems)
    assert shop.rows() == before
    assert vault.records() == []


def test_a_row_that_comes_in_after_it_was_read_is_not_lost(postgres_shop: Shop, vault: Vault) -> None:
    """The deletion sees the rows that were archived, and no others: the newcomer is left, and said."""
    shop = archiving_shop(postgres_shop).people(1, at=BETWEEN)
    systems = vault.systems(shop)
    plan = retention(shop.policy, systems, AS_OF)

    class Late(RecordArchivist):
        def close(self, counted_from: Mapping[int | str, date]) -> None:
            super().close(counted_from)
            shop.add("interaction", {"id": 77, "contact_id": 1, "at": BETWEEN, "body": "late"})

    class LateArchive(RecordArchive):
        def archivist(self, batch: str, origin: Origin) -> RecordArchivist:
            self.store.create()
            return Late(self.store, batch, origin)

    systems["crm"] = replace(systems["crm"], archive=LateArchive(vault.store))
    _, checked = carry_out(plan, shop.policy, systems)
    assert not checked.verified
    assert [row["body"] for row in shop.rows("interaction")["interaction"].values()] == ["late"]
    (record,) = vault.records()
    assert [row["body"] for row in vault.rows(record)["interaction"]] == ["hello 1"]


def test_who_took_up_contact_again_is_neither_archived_nor_erased(shop: Shop, vault: Vault) -> None:
    archiving_shop(shop).people(1, 2, at=BETWEEN)
    systems = vault.systems(shop)
    plan = retention(shop.policy, systems, AS_OF, tolerance=0.6)
    shop.add("interaction", {"id": 50, "contact_id": 2, "at": RECENT, "body": "again"})
    results, checked = carry_out(plan, shop.policy, systems)
    assert checked.verified
    assert sorted(vault.by_key()) == [1]
    assert [(r.counts["archived"], r.counts["skipped"]) for r in results] == [(1, 1)]
    assert shop.ids("contact") == [2]


def test_a_constraint_that_refuses_leaves_no_record_behind(shop: Shop, vault: Vault) -> None:
    archiving_shop(shop)
    shop.database.run("CREATE TABLE contract (contact_id integer REFERENCES contact (id), rid integer)")
    shop.people(1, 2, 3, at=BETWEEN).add("contract", {"contact_id": 2})
    plan = retention(shop.policy, vault.systems(shop), AS_OF)
    results, checked = carry_out(plan, shop.policy, vault.systems(shop))
    assert not checked.verified
    assert sum(len(result.blocks) for result in results) == 1
    assert sorted(vault.by_key()) == [1, 3]
    assert vault.records(PENDING) == []
    assert shop.ids("contact") == [2]


@pytest.mark.parametrize("seam", [*SEAMS, *ARCHIVE_SEAMS])
@pytest.mark.parametrize("number", [1, again(2)])
def test_killed_at_any_seam_every_row_is_somewhere(shop: Shop, vault: Vault, seam: str, number: int) -> None:
    """Never in neither place; in the end in one, and each person in one record."""
    archiving_shop(shop).people(*range(1, 6), at=BETWEEN).invoice(2)
    before = shop.rows()
    run = Run(retention(shop.policy, vault.systems(shop), AS_OF), shop.policy, vault.systems(shop), 2)
    run.go(seam, number)
    _everything_is_somewhere(before, shop, vault)
    assert run.go()
    _everything_is_somewhere(before, shop, vault)
    assert run.verification is not None
    assert run.verification.verified
    assert sorted(vault.by_key()) == [1, 2, 3, 4, 5]
    assert len(vault.records()) == 5
    assert vault.records(PENDING) == []
    assert sum(receipt.counts["archived"] for receipt in run.receipts.values()) == 5


def _everything_is_somewhere(before: Contents, shop: Shop, vault: Vault) -> None:
    left, archived = shop.rows(), [vault.rows(r) for r in [*vault.records(), *vault.records(PENDING)]]
    for table, rows in before.items():
        kept = [plain(row) for record in archived for row in record.get(table, [])]
        for number, row in rows.items():
            assert left[table].get(number) == row or plain(row) in kept, (table, row)


def test_a_doubt_keeps_the_record(sqlite_shop: Shop, vault: Vault) -> None:
    """Rows vanished between crash and resumption: what the archive had of them may be all there is."""
    shop = archiving_shop(sqlite_shop).people(1, 2, 3, 4, at=BETWEEN)
    run = Run(retention(shop.policy, vault.systems(shop), AS_OF), shop.policy, vault.systems(shop), 4)
    assert not run.go("after prepare")
    shop.database.run("DELETE FROM note WHERE id = 1")
    assert run.go()
    assert vault.records(PENDING) == []
    records = [vault.rows(record) for record in vault.records()]
    assert len(records) == 8, "twice rather than not at all"
    notes = {row["id"] for record in records for row in record.get("note", [])}
    assert notes == {1, 2, 3, 4}
