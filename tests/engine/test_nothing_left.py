"""Exported, erased, then looked for everywhere: in every text of every table, in every file, in the raw bytes."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from garant.engine.document import Plan
from garant.engine.planning.subject import plan_subject
from garant.engine.telling.export import export_subject
from garant.systems.files.store import FileStore
from tests.engine.support.databases import SqliteFile
from tests.engine.support.running import carry_out
from tests.engine.support.shop import AS_OF, TABLES, Shop

TOKEN = "Zéphyrine"
ME = {"email": "me@x.example"}


@pytest.fixture
def known(shop: Shop, tmp_path: Path) -> Shop:
    """Somebody whose name is in every text column that the map calls hers, and in a file."""
    store = tmp_path / "store"
    store.mkdir()
    (store / "cv").write_text(f"CV of {TOKEN}")
    shop.stores["FILES"] = FileStore(store)
    shop.people(1, name=TOKEN, email="me@x.example", phone=f"call {TOKEN}").people(2)
    shop.meet(1, 1, 2).meet(2, 1).invoice(2)
    shop.database.run(
        f"UPDATE interaction SET body = 'to {TOKEN}' WHERE id = 1",
        f"UPDATE note SET body = 'on {TOKEN}', file = 'cv' WHERE id = 1",
        f"UPDATE attendee SET said = 'I, {TOKEN}' WHERE contact_id = 1",
        f"UPDATE meeting SET title = 'with {TOKEN}' WHERE id = 2",
    )
    return shop


def found(shop: Shop) -> list[str]:
    """Where the name still is: table.column."""
    return sorted(
        f"{table}.{column}"
        for table, rows in shop.rows(*TABLES).items()
        for row in rows.values()
        for column, value in row.items()
        if TOKEN in str(value)
    )


def erase(shop: Shop) -> Plan:
    plan = plan_subject(shop.policy, shop.system(), ME, "erasure", as_of=AS_OF)
    _, verification = carry_out(plan, shop.policy, shop.system())
    assert verification.verified
    return plan


def test_the_export_has_everything_and_the_erasure_leaves_nothing(known: Shop, tmp_path: Path) -> None:
    places = found(known)
    out = io.BytesIO()
    export_subject(known.system(), ME, out, organisation="S", at=datetime.now(UTC))
    archive = zipfile.ZipFile(out)
    lines = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".jsonl"))
    assert lines.count(TOKEN) == len(places)
    assert TOKEN in archive.read("crm/files/cv").decode()
    erase(known)
    assert found(known) == []
    assert not (tmp_path / "store" / "cv").exists()


def test_what_a_duty_keeps_is_all_that_stays(known: Shop) -> None:
    known.invoice(1)
    plan = erase(known)
    assert found(known) == ["contact.name"]
    assert [(duty.rule, duty.roots) for duty in plan.selections[0].duties] == [("invoices", 1)]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_not_a_byte_of_it_stays_in_a_sqlite_file(known: Shop) -> None:
    """SQLite is told to overwrite what it deletes."""
    assert isinstance(known.database, SqliteFile)
    path = known.database.path
    assert TOKEN.encode() in path.read_bytes()
    erase(known)
    known.close()
    assert TOKEN.encode() not in path.read_bytes()
    assert not path.with_name(path.name + "-journal").exists()
