"""Rows move to the archive whole, can be found there, and are destroyed at their end."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from garant.engine.running.execution import Execution
from garant.engine.terms import UnknownRule
from garant.systems.archive.reading import ArchivedPiece, read_record
from garant.systems.files.store import FileStore
from tests.engine.support.archives import (
    BETWEEN,
    LATER,
    Vault,
    archived_rule,
    archiving_shop,
    plain,
    sweep,
)
from tests.engine.support.databases import Database, MariadbDatabase
from tests.engine.support.examples import examples
from tests.engine.support.policies import policy
from tests.engine.support.random_worlds import Builder
from tests.engine.support.running import Notebook, carry_out, retention, source
from tests.engine.support.shop import AS_OF, OLD, RECENT, Shop


def test_rows_move_whole_and_are_destroyed_at_their_end(shop: Shop, vault: Vault) -> None:
    archiving_shop(shop).people(1, 2, at=BETWEEN).people(3, at=OLD).people(4, at="2026-10-05 10:00:00")
    before = shop.rows()
    plan, results = sweep(shop, vault)
    assert [(s.rule, s.archive, s.due, s.period) for s in plan.selections] == [
        ("prospects", False, 1, "P3Y"),
        ("prospects", True, 2, "P1Y"),
    ]
    assert shop.ids("contact") == [4]
    assert sum(result.counts["archived"] for result in results) == 2

    archived = vault.by_key()
    assert sorted(archived) == [1, 2], "the one past the whole period was erased at once"
    for key, tables in archived.items():
        for table in ("contact", "interaction", "note"):
            expected = [plain(row) for row in before[table].values() if str(row["id"]) == str(key)]
            assert [plain(row) for row in tables[table]] == expected
    assert b"x.example" not in vault.bytes()

    plan, _ = sweep(shop, vault)
    assert [(s.system, s.due) for s in plan.selections] == [("archive", 0), ("crm", 0), ("crm", 0)]
    plan, _ = sweep(shop, vault, LATER)
    assert [(s.system, s.due) for s in plan.selections] == [("archive", 2), ("crm", 0), ("crm", 0)]
    assert vault.records() == []
    with vault.store.opened() as database:
        assert [
            database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("record", "frame", "lookup")
        ] == [0, 0, 0]


def test_rows_referred_to_by_a_text_move_with_whom_it_names(shop: Shop, vault: Vault) -> None:
    """One reference leads to the person, the other to an interaction of theirs."""
    shop.database.run("ALTER TABLE note ADD COLUMN resource text")
    shop.document["tables"]["note"]["links"] = [
        {"root": "contact", "column": "resource", "prefix": "contact,"},
        {"parent": "interaction", "column": "resource", "prefix": "interaction,"},
    ]
    archiving_shop(shop).people(1, 12, at=BETWEEN).people(2, at="2026-10-05 10:00:00")
    resources = ["contact,1", "contact,12", "interaction,12", "contact,2", "contact,x"]
    shop.add("note", *({"id": 100 + n, "resource": r} for n, r in enumerate(resources)))
    sweep(shop, vault)
    moved = {key: [row["resource"] for row in tables["note"]] for key, tables in vault.by_key().items()}
    assert {key: sorted(found) for key, found in moved.items()} == {
        1: ["contact,1"],
        12: ["contact,12", "interaction,12"],
    }


def test_a_duty_keeps_in_the_active_base_what_it_needs(shop: Shop, vault: Vault) -> None:
    """The archive has the row whole; the active base keeps the name for the invoice, and nothing else."""
    archiving_shop(shop).people(1, 2, at=BETWEEN).invoice(1)
    plan, _ = sweep(shop, vault)
    (held,) = [duty for duty in plan.selections[1].duties if duty.roots]
    assert (held.rule, held.roots) == ("invoices", 1)
    (left,) = shop.rows("contact")["contact"].values()
    assert (str(left["name"]), left["email"], left["phone"]) == ("N1", None, None)
    assert vault.by_key()[1]["contact"][0]["email"] == "n1@x.example"
    assert "invoice" not in vault.by_key()[1]
    plan, _ = sweep(shop, vault)
    assert [selection.due for selection in plan.selections] == [0, 0, 0]


def test_shared_rows_go_whole_to_each_who_leaves_with_the_last(shop: Shop, vault: Vault) -> None:
    archiving_shop(shop).people(1, 2, 3, at=BETWEEN).people(4, at="2026-10-05 10:00:00")
    shop.meet(1, 1, 2).meet(2, 3, 4)
    sweep(shop, vault, size=1)
    assert shop.ids("meeting") == [2]
    archived = vault.by_key()
    titles = {key: [row["title"] for row in tables.get("meeting", [])] for key, tables in archived.items()}
    assert titles[3] == [], "the meeting stays with the one who stays"
    assert "meeting 1" in titles[1] + titles[2]
    assert sorted(len(tables["attendee"]) for tables in archived.values()) == [1, 1, 1]


def befriended(shop: Shop) -> Shop:
    """1, past the whole term, and 2, of the archive, each own the other's card; 4, of the archive, one with 3."""
    shop.database.run("ALTER TABLE contact ADD COLUMN friend integer")
    links = shop.document["tables"]["contact"]["links"]
    links.append({"root": "contact", "column": "friend", "relation": "co-owned"})
    archiving_shop(shop).people(1, at=OLD).people(2, 4, at=BETWEEN).people(3, at="2026-10-05 10:00:00")
    for one, other in ((1, 2), (2, 1), (4, 3)):
        shop.database.run(f"UPDATE contact SET friend = {other} WHERE id = {one}")
    return shop


@pytest.mark.parametrize("size", [1, 1000])
def test_who_is_past_the_whole_term_keeps_nothing_out_of_the_archive(
    shop: Shop, vault: Vault, size: int
) -> None:
    """Neither selection could take a card that one of each owns, for the other's sake: it goes with the archived."""
    befriended(shop)
    before = shop.rows()
    plan, _ = sweep(shop, vault, size=size)
    assert [[a.shared for a in s.actions if a.table == "contact"] for s in plan.selections] == [[2], [1]]
    assert shop.ids("contact") == [3, 4], "4's card is also 3's, who stays"
    archived = vault.by_key()
    assert sorted(archived) == [2, 4]
    cards = [plain(before["contact"][rid]) for rid in sorted(before["contact"])]
    moved = sorted((plain(row) for row in archived[2]["contact"]), key=lambda row: str(row["id"]))
    assert moved == [card for card in cards if card["id"] in ("1", "2")]
    assert [row["body"] for row in archived[2]["interaction"]] == ["hello 2"], "what was 1's alone was erased"
    plan, _ = sweep(shop, vault)
    assert [selection.due for selection in plan.selections] == [0, 0, 0]


@pytest.mark.parametrize("minuted", [False, True])
def test_what_goes_with_those_past_the_whole_term_blocks_nobody_in_the_archive(
    shop: Shop, vault: Vault, *, minuted: bool
) -> None:
    """1's attendance goes first, and refuses nothing then; minutes that no map names would refuse indeed."""
    archiving_shop(shop).people(1, at=OLD).people(2, at=BETWEEN)
    columns = "meeting_id integer REFERENCES meeting (id), contact_id integer, said varchar(80), rid integer"
    shop.database.run("DROP TABLE attendee", f"CREATE TABLE attendee ({columns})")
    shop.meet(1, 1, 2)
    if minuted:
        shop.database.run(
            "CREATE TABLE minutes (id integer PRIMARY KEY, meeting_id integer REFERENCES meeting (id))"
        )
        shop.database.run("INSERT INTO minutes VALUES (1, 1)")
    plan = retention(shop.policy, vault.systems(shop), AS_OF)
    blocked = [block.referring_table for one in plan.selections if one.archive for block in one.blocks]
    assert blocked == (["minutes"] if minuted else [])
    if not minuted:
        sweep(shop, vault)
        assert shop.ids("meeting") == []


def test_who_comes_back_before_their_friend_is_archived_owns_what_they_share(
    shop: Shop, vault: Vault
) -> None:
    befriended(shop)
    systems = vault.systems(shop)
    plan, notebook = retention(shop.policy, systems, AS_OF), Notebook()
    execution = Execution(plan, shop.policy, systems, batch_size=1)
    shop.add("interaction", {"id": 50, "contact_id": 1, "at": RECENT, "body": "again"})
    for key in execution.batch_keys():
        execution.execute(key, notebook)
    assert execution.verify(notebook).verified
    assert shop.ids("contact") == [1, 2, 3, 4]
    assert "contact" not in vault.by_key()[2]


def test_a_duty_of_who_is_past_the_whole_term_keeps_what_is_shared(shop: Shop, vault: Vault) -> None:
    befriended(shop).invoice(1)
    sweep(shop, vault)
    left = {int(row["id"]): row for row in shop.rows("contact")["contact"].values()}
    assert {1, 3, 4} <= left.keys()
    assert str(left[1]["name"]) == "N1"


def test_files_of_rows_are_in_the_record(shop: Shop, vault: Vault, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    content = b"\0CV" * 50_000
    (folder / "cv").write_bytes(content)
    shop.stores["FILES"] = FileStore(folder)
    archiving_shop(shop).people(1, at=BETWEEN)
    shop.add("note", {"id": 9, "model": "contact", "res_id": 1, "body": "again", "file": "cv"})
    shop.add("note", {"id": 10, "model": "contact", "res_id": 1, "body": "gone", "file": "nowhere"})
    shop.database.run("UPDATE note SET file = 'cv' WHERE id = 1")
    sweep(shop, vault)
    assert list(folder.iterdir()) == []
    (record,) = vault.records()
    pieces = [p for p in read_record(vault.store.content(record)) if isinstance(p, ArchivedPiece)]
    assert {(piece.store, piece.name) for piece in pieces} == {("FILES", "cv")}
    assert b"".join(piece.data for piece in pieces) == content


def test_what_an_event_ends_early_is_not_archived(shop: Shop, vault: Vault) -> None:
    """Consent withdrawn: nothing is left to prove."""
    archiving_shop(shop)
    whole = archived_rule().model_copy(update={"sooner": "last-invoice"})
    shop.policy = policy(prospects=whole, invoices="P1Y")
    shop.people(1, 2, at=BETWEEN).invoice(1)
    plan, _ = sweep(shop, vault)
    assert [(s.archive, s.due, s.sooner) for s in plan.selections] == [(False, 1, 1), (True, 1, 0)]
    assert sorted(vault.by_key()) == [2]


def test_a_rule_that_begins_with_the_archive_archives_the_day_after_the_event(
    shop: Shop, vault: Vault
) -> None:
    archiving_shop(shop, "P0D", "P3Y").people(1, at="2026-10-31 10:00:00").people(2, at="2026-11-01 10:00:00")
    plan, _ = sweep(shop, vault)
    assert (plan.selections[1].period, plan.selections[1].cutoff) == ("P0D", date(2026, 10, 31))
    assert sorted(vault.by_key()) == [1]


def test_a_plan_says_until_when_and_who_may_consult(shop: Shop, vault: Vault) -> None:
    archiving_shop(shop).people(1, at=BETWEEN)
    ended, archived = shop.plan().selections
    assert ended.notes == []
    assert ["P3Y" in note.en for note in archived.notes] == [True, False]
    assert archived.notes[1].en == "Who may consult them: The legal department."
    nobody = archived_rule().phases[1].model_copy(update={"access": None})
    phases = (archived_rule().phases[0], nobody)
    shop.policy = policy(prospects=archived_rule().model_copy(update={"phases": phases}), invoices="P10Y")
    assert len(shop.plan().selections[1].notes) == 1


def test_a_map_cannot_ask_for_an_archive_that_the_policy_does_not_have(shop: Shop) -> None:
    shop.document["promises"][0]["archive"] = True
    with pytest.raises(UnknownRule, match="asks for the archive"):
        shop.plan()


@given(seed=st.integers(0, 10**9), size=st.sampled_from([1, 2, 50]))
@example(seed=704091931, size=1)
@examples(8)
def test_any_world_archived_is_the_world_as_it_was(database: Database, seed: int, size: int) -> None:
    """What leaves the active base by the archive is what an erasure takes, and every row of it is in a record.

    The example: people past the whole term, and others of the archive, each own the other's row.
    """
    erased = Builder(Random(seed), database).build()
    systems = {"crm": source(erased.data_map, database.url)}
    carry_out(retention(erased.policy, systems, erased.as_of), erased.policy, systems, size)
    systems["crm"].connector.close()
    expected = erased.rows()

    world = Builder(Random(seed), database).build()
    (promise,) = world.data_map.promises
    asking = world.data_map.model_copy(update={"promises": [promise.model_copy(update={"archive": True})]})
    rules = policy(
        world.policy.document.organisation.time_zone,
        **{**world.periods, promise.rule: archived_rule(world.periods[promise.rule], "P50Y")},
    )
    with tempfile.TemporaryDirectory() as folder:
        vault = Vault(Path(folder))
        systems = {"crm": replace(source(asking, database.url), archive=vault.archive)}
        plan, notebook = retention(rules, systems, world.as_of), Notebook()
        execution = Execution(plan, rules, systems, batch_size=size)
        for key in [key for key in execution.batch_keys() if key.startswith("001/")]:
            execution.execute(key, notebook)
        before = world.rows()
        for key in [key for key in execution.batch_keys() if key.startswith("002/")]:
            execution.execute(key, notebook)
        assert execution.verify(notebook).verified
        systems["crm"].connector.close()
        after = world.rows()
        if not plan.selections[0].due:
            assert after == expected
        archived = [vault.rows(record) for record in vault.records()]
        for table, rows in before.items():
            kept = [plain(row) for record in archived for row in record.get(table, [])]
            changed = [row for number, row in rows.items() if after[table].get(number) != row]
            assert [row for row in changed if plain(row) not in kept] == [], table


def test_what_a_table_does_not_show_is_archived_too(mariadb: MariadbDatabase, vault: Vault) -> None:
    """MariaDB leaves an INVISIBLE column out of ``SELECT *``: its value went with the row, and no archive had it."""
    shop = archiving_shop(Shop(mariadb).create("ALTER TABLE contact ADD COLUMN since text INVISIBLE"))
    shop.people(1, at=BETWEEN).database.run("UPDATE contact SET since = '1999'")
    sweep(shop, vault)
    shop.close()
    assert vault.by_key()[1]["contact"][0]["since"] == "1999"
