"""A SQLite file in which an old program wrote texts that are not UTF-8: read, moved and erased to the byte."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import json
import sqlite3
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from garant.engine.known import known_by
from garant.engine.planning.replay import plan_replay
from garant.engine.planning.subject import plan_subject, plan_subjects
from garant.engine.telling.export import export_subject
from garant.engine.telling.portions import Portions
from garant.systems.archive.reading import unpack
from garant.systems.files.store import FileStore
from garant.systems.texts import readable
from tests.engine.support.archives import BETWEEN, Vault, archiving_shop, sweep
from tests.engine.support.databases import SqliteFile
from tests.engine.support.running import PSEUDONYM_KEY, Remembering, carry_out
from tests.engine.support.shop import AS_OF, TABLES, Shop
from tests.engine.test_apart import apart
from tests.engine.test_apart import carry as carry_apart
from tests.engine.test_apart import plan as plan_apart
from tests.engine.test_replay import KEY, Listed
from tests.engine.test_replay import carry_out as carry_listed

ZOE, OTHER = "Zoé Lefèvre", "Hélène Dürr"


def in_bytes(shop: Shop, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
    """The rows as they lie in the file, texts as their bytes: nothing of ours reads them."""
    assert isinstance(shop.database, SqliteFile)
    connection = sqlite3.connect(shop.database.path)
    connection.text_factory = bytes
    found = {
        name: connection.execute(f"SELECT * FROM {name} ORDER BY rid").fetchall() for name in tables or TABLES
    }
    connection.close()
    return found


def write(shop: Shop, table: str, column: str, key: Any, data: bytes) -> None:
    """Write these bytes as a text."""
    shop.database.run(f"UPDATE {table} SET {column} = CAST(x'{data.hex()}' AS TEXT) WHERE id = {key}")


@pytest.fixture
def old(sqlite_shop: Shop) -> Shop:
    """Three people: two written by the old program, one by a new one."""
    sqlite_shop.people(1, 2, at=BETWEEN).people(3, at=BETWEEN, name=ZOE)
    for key, name in ((1, ZOE), (2, OTHER)):
        write(sqlite_shop, "contact", "name", key, name.encode("cp1252"))
        write(sqlite_shop, "interaction", "body", key, f"appelé {name} à 8 €".encode("cp1252"))
    return sqlite_shop


def without(rows: dict[str, list[tuple[Any, ...]]], key: int) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of all but one person, whose number every row of the shop ends with."""
    return {table: [row for row in some if row[-1] != key] for table, some in rows.items()}


def exported(shop: Shop, email: str = "n1@x.example") -> zipfile.ZipFile:
    out = io.BytesIO()
    at = datetime(2026, 11, 1, tzinfo=UTC)
    export_subject(shop.system(), {"email": email}, out, organisation="S", at=at)
    return zipfile.ZipFile(out)


def test_a_person_reads_what_was_written_and_nobody_elses_rows_change(old: Shop) -> None:
    before = in_bytes(old)
    content = exported(old)
    assert json.loads(content.read("crm/contact/contact.jsonl"))["name"] == ZOE
    assert json.loads(content.read("crm/contact/interaction.jsonl"))["body"] == f"appelé {ZOE} à 8 €"
    sheet = csv.reader(
        io.StringIO(content.read("crm/contact/contact.csv").decode("utf-8-sig")), delimiter=";"
    )
    assert ZOE in list(sheet)[1]
    assert ZOE in content.read("index.html").decode()
    told = Portions(old.system(), {"email": "n1@x.example"})
    assert ZOE in [value for one in told.tables() for row in one.rows for value in row]
    assert in_bytes(old) == before


def test_whoever_asks_is_erased_and_others_keep_their_bytes(old: Shop) -> None:
    before = in_bytes(old)
    journal = Remembering()
    me = [{"email": "n1@x.example"}]
    plan = plan_subjects(old.policy, old.system(), me, "erasure", as_of=AS_OF)
    _, verification = carry_out(plan, old.policy, old.system(), journal=journal, sample=100)
    assert verification.verified
    assert in_bytes(old) == without(before, 1)
    sought = [canary.value for canary in journal.canaries]
    assert any(readable(value) == ZOE for value in sought)
    keeper = old.system()["crm"].connector.residue()
    assert isinstance(old.database, SqliteFile)
    write(old, "note", "body", 2, b"vu avec " + ZOE.encode("cp1252"))
    write(old, "note", "body", 3, b"autre \xff")
    told = [sought.index(value) for value in sought if readable(value) == ZOE]
    (looked,) = keeper.search(sought, [], 10)
    assert looked.hits == frozenset(told), "the bytes are found where they are"
    assert keeper.still_there(sought, range(len(sought))).mapped == frozenset(told)


def test_a_name_is_replaced_by_the_hash_of_its_bytes(old: Shop) -> None:
    before = in_bytes(old, "contact")
    old.document["duties"] = []
    old.document["dispositions"]["erase"]["actions"][-1] = {"table": "contact", "do": "treat"}
    plan = plan_subject(old.policy, old.system(), {"email": "n1@x.example"}, "erasure", as_of=AS_OF)
    _, verification = carry_out(plan, old.policy, old.system())
    assert verification.verified
    after = in_bytes(old, "contact")
    digest = hmac.new(PSEUDONYM_KEY, ZOE.encode("cp1252"), hashlib.sha256).hexdigest()
    assert after["contact"][0][1].decode() == f"anon-{digest[:16]}"
    assert after["contact"][1:] == before["contact"][1:]


def test_a_batch_moves_to_the_archive_to_the_byte(old: Shop, vault: Vault) -> None:
    archiving_shop(old)
    old.document["tables"]["contact"]["columns"]["name"]["identity"] = "number"
    before = in_bytes(old)
    sweep(old, vault)
    assert old.ids("contact") == []
    kept = vault.by_key()
    for key in (1, 2, 3):
        for table in ("contact", "interaction", "note"):
            (row,) = (row for row in before[table] if row[-1] == key)
            (archived,) = kept[key][table]
            texts = [
                v.encode("utf-8", "surrogateescape") if isinstance(v, str) else v for v in archived.values()
            ]
            assert tuple(texts) == row
    archive = vault.source()
    with archive.connector.snapshot() as snapshot:
        found = set(archive.data_map.identities)
        assert "number" in found
        spec = archive.data_map.identities["number"][0]
        assert len(snapshot.find_identity(spec.query, ZOE)) == 2, "whoever looks writes it in UTF-8"
    unpacked = io.BytesIO()
    (record,) = (one for one in vault.records() if vault.lines(one)[0]["key"] == 1)
    unpack(vault.store.content(record), unpacked)
    lines = [json.loads(line) for line in zipfile.ZipFile(unpacked).read("rows.jsonl").splitlines()]
    assert ZOE.encode("cp1252") in [
        value.encode("utf-8", "surrogateescape")
        for line in lines
        for value in line["row"].values()
        if isinstance(value, str)
    ]


def test_what_a_restriction_sets_apart_comes_back_to_the_byte(old: Shop, vault: Vault) -> None:
    how = {"name": {"pseudonymise": {"length": 12}}, "phone": "blank"}
    apart(old, contact=how, interaction={"body": "blank"})
    before = in_bytes(old)
    carry_apart(old, vault, plan_apart(old, vault, "restriction"))
    assert in_bytes(old, "contact")["contact"][0][1] != before["contact"][0][1]
    assert in_bytes(old)["contact"][1:] == before["contact"][1:]
    carry_apart(old, vault, plan_apart(old, vault, "lifting"))
    assert in_bytes(old) == before


def test_whoever_came_back_with_a_backup_is_known_again(old: Shop) -> None:
    before = in_bytes(old)
    assert isinstance(old.database, SqliteFile)
    saved = old.database.path.read_bytes()
    listed = Listed()
    plan = plan_subject(old.policy, old.system(), {"email": "n1@x.example"}, "erasure", as_of=AS_OF)
    carry_listed(old, plan, listed)
    old.database.path.write_bytes(saved)
    again = plan_replay(old.policy, old.system(), listed, KEY, as_of=AS_OF)
    assert [s.root_keys() for s in again.plan.selections] == [[1]]
    assert in_bytes(old) == before


def test_an_identity_is_found_however_the_old_program_wrote_it(old: Shop) -> None:
    write(old, "contact", "email", 1, "zoé@x.example".encode("cp1252"))
    old.database.run("UPDATE contact SET email = 'zoé@x.example' WHERE id = 3")
    source = old.system()["crm"]
    with source.connector.snapshot() as snapshot:
        query = source.data_map.identities["email"][0].query
        assert snapshot.find_identity(query, "zoé@x.example") == [1, 3]
        many = snapshot.find_identities(query, ["n2@x.example", "zoé@x.example"])
        assert sorted(many) == [(0, 2), (1, 1), (1, 3)]
    known = known_by(source, "contact", [1])
    assert ("email", "zoé@x.example") in known[1]


def test_a_file_is_named_to_the_byte(old: Shop, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    name = "pièce.txt".encode("cp1252")
    Path(str(folder), name.decode("utf-8", "surrogateescape")).write_bytes(b"mine")
    Path(str(folder), "pièce.txt").write_bytes(b"of another")
    write(old, "note", "file", 1, name)
    old.database.run("UPDATE note SET file = 'pièce.txt' WHERE id = 3")
    old.stores = {"FILES": FileStore(folder)}
    assert exported(old).read("crm/files/pièce.txt") == b"mine"
    plan = plan_subject(old.policy, old.system(), {"email": "n1@x.example"}, "erasure", as_of=AS_OF)
    carry_out(plan, old.policy, old.system())
    assert [one.name for one in folder.iterdir()] == ["pièce.txt"]


@pytest.fixture
def coded(tmp_path: Path) -> Shop:
    """The shop whose people are known by a text that the old program made of their names."""
    shop = Shop(SqliteFile(tmp_path / "coded.sqlite"))
    shop.database.run(
        "CREATE TABLE contact (id text PRIMARY KEY, name text, email text, phone text, customer integer, "
        "state text, rid integer)",
        "CREATE TABLE interaction (id integer PRIMARY KEY, contact_id text, at text, body text, rid integer)",
        "CREATE TABLE note (id integer PRIMARY KEY, model text, res_id text, body text, file text, rid integer)",
        "CREATE TABLE meeting (id integer PRIMARY KEY, title text, rid integer)",
        "CREATE TABLE attendee (meeting_id integer, contact_id text, said text, rid integer)",
        "CREATE TABLE invoice (id integer PRIMARY KEY, contact_id text, at text, label text, rid integer)",
    )
    shop.document["roots"]["contact"]["type"] = "text"
    for rid, key in enumerate([b"Zo\xe9", "Zoé".encode(), b"Zo\xe8", b"Zo?"], 1):
        text = f"CAST(x'{key.hex()}' AS TEXT)"
        shop.database.run(
            f"INSERT INTO contact VALUES ({text}, 'N', 'n{rid}@x.example', NULL, 0, NULL, {rid})",
            f"INSERT INTO interaction VALUES ({rid}, {text}, '2020-05-05 10:00:00', 'hello', {rid})",
            f"INSERT INTO note VALUES ({rid}, 'contact', {text}, 'note', NULL, {rid})",
        )
    return shop


@pytest.mark.parametrize("size", [1, 1000])
def test_a_key_is_its_bytes(coded: Shop, size: int) -> None:
    before = in_bytes(coded)
    plan = plan_subject(coded.policy, coded.system(), {"email": "n1@x.example"}, "erasure", as_of=AS_OF)
    _, verification = carry_out(plan, coded.policy, coded.system(), size)
    assert verification.verified
    assert in_bytes(coded) == without(before, 1)
    coded.database.run("UPDATE interaction SET at = '2026-05-05 10:00:00' WHERE rid = 2")
    plan = coded.plan()
    assert plan.selections[0].due == 2
    _, verification = carry_out(plan, coded.policy, coded.system(), size)
    assert verification.verified
    assert in_bytes(coded)["contact"] == [row for row in before["contact"] if row[-1] == 2]
    coded.close()


def test_a_key_moves_to_the_archive(coded: Shop, vault: Vault) -> None:
    archiving_shop(coded)
    coded.database.run(f"UPDATE interaction SET at = '{BETWEEN}'")
    sweep(coded, vault)
    assert in_bytes(coded)["contact"] == []
    keys = {key.encode("utf-8", "surrogateescape") for key in vault.by_key()}
    assert keys == {b"Zo\xe9", "Zoé".encode(), b"Zo\xe8", b"Zo?"}
    coded.close()


def test_a_day_that_is_no_text_keeps_nobody_else(old: Shop) -> None:
    """A moment that ends like one with an offset is given to a function of ours."""
    old.people(4, 5)
    write(old, "interaction", "at", 4, b"\xe9 Z")
    assert old.plan().selections[0].root_keys() == [5]


def test_a_file_in_utf_16_is_hashed_as_before(tmp_path: Path) -> None:
    shop = Shop(SqliteFile(tmp_path / "wide.sqlite"))
    shop.database.run("PRAGMA encoding = 'UTF-16le'", "CREATE TABLE first (id integer)")
    shop.create().people(1, name=ZOE).people(2, name=f"{ZOE} et {OTHER}")
    shop.document["duties"] = []
    shop.document["dispositions"]["erase"]["actions"][-1] = {"table": "contact", "do": "treat"}
    journal = Remembering()
    plan = plan_subject(shop.policy, shop.system(), {"email": "n1@x.example"}, "erasure", as_of=AS_OF)
    carry_out(plan, shop.policy, shop.system(), journal=journal, sample=100)
    digest = hmac.new(PSEUDONYM_KEY, ZOE.encode(), hashlib.sha256).hexdigest()
    assert shop.rows("contact")["contact"][1]["name"] == f"anon-{digest[:16]}"
    sought = [canary.value for canary in journal.canaries]
    there = shop.system()["crm"].connector.residue().still_there(sought, range(len(sought)))
    assert there.mapped == {sought.index(ZOE)}
    shop.close()
