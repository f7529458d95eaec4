"""`garant archive`: customers leave the active base, are consulted by the entitled, and go on their day."""

from __future__ import annotations

import json
import random
import re
import shutil
import sqlite3
import zipfile
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from tests.cli.company import Company
from tests.cli.test_subject import entries

pytestmark = pytest.mark.timeout(400)

REASON = "Dispute about the order of March 2024"


@pytest.fixture
def archiving(ready_company: Company) -> Company:
    """The company, whose former customers go to the archive: its map asks for it."""
    assert "archive: true" in (ready_company.maps / "crm.yaml").read_text(encoding="utf-8")
    return ready_company


@pytest.fixture
def archived(archiving: Company) -> Company:
    """After the sweep."""
    digest = archiving.plan("--system", "crm")
    done = archiving.garant("apply", "plan.json", "--approve", digest)
    assert done.code == 0, done.err
    assert re.search(r"\d+ records archived", done.out)
    return archiving


def vault(company: Company) -> Path:
    return company.folder / "home" / "archive" / "seipra-score.sqlite3"


def records(company: Company) -> list[str]:
    with closing(sqlite3.connect(vault(company))) as database:
        return [
            record for (record,) in database.execute("SELECT id FROM record ORDER BY counted_from DESC, id")
        ]


def somebody(company: Company) -> tuple[str, str]:
    """A record far from its end that has an e-mail, and that address, read as somebody entitled reads it."""
    assert company.garant("archive", "allow", "dpo").code == 0
    for record in records(company):
        shown = company.garant("archive", "consult", record, "--reason", REASON).out
        address = re.search(r"^person\n.*email = (\S+@\S+)", shown, re.MULTILINE)  # not one of their past
        if address:
            return record, address[1]
    raise AssertionError("nobody in the archive has an e-mail")


def test_rows_leave_the_base_and_the_archive_tells_nothing_by_itself(
    archiving: Company, undisturbed: Company
) -> None:
    before = archiving.contents()
    digest = archiving.plan("--system", "crm")
    assert archiving.contents() == before
    assert not vault(archiving).exists(), "a plan changes nothing"
    shown = archiving.garant("plan", "policy", "--as-of", "2026-11-01", "--system", "crm").out
    assert "to archive of" in shown
    assert "Who may consult them" in shown
    assert archiving.garant("archive", "list").out == "The archive is empty.\n"
    assert archiving.garant("apply", "plan.json", "--approve", digest).code == 0
    assert archiving.contents() != before
    raw = vault(archiving).read_bytes()
    for (email,) in undisturbed.rows("crm", "SELECT email FROM person WHERE email IS NOT NULL"):
        assert email.encode() not in raw
    listed = archiving.garant("archive", "list").out
    assert len(records(archiving)) == sum(int(line.split()[-2]) for line in listed.splitlines()[1:])
    assert sum(e["archived"] for e in entries(archiving, "batch.recorded")) == len(records(archiving))
    assert [s["archive"] for s in entries(archiving, "plan.approved")[0]["selections"]].count(True) == 1
    assert archiving.garant("ledger", "verify").code == 0


def test_a_record_is_consulted_by_the_entitled_with_a_reason(archived: Company) -> None:
    record = records(archived)[0]
    refused = archived.garant("archive", "consult", record, "--reason", REASON)
    assert (refused.code, refused.out) == (2, "")
    assert "not entitled" in refused.err
    assert archived.garant("archive", "allowed").out == "Nobody is entitled.\n"
    assert archived.garant("archive", "allow", "dpo", "--until", "2999-12-31").code == 0
    assert archived.garant("archive", "allowed").out == "dpo 2999-12-31\n"
    assert archived.garant("archive", "consult", record, "--reason", "why").code == 2
    shown = archived.garant("archive", "consult", record, "--reason", REASON)
    assert shown.code == 0, shown.err
    assert "The policy promises" in shown.err
    assert "full_name = " in shown.out
    assert archived.garant("archive", "consult", "0" * 32, "--reason", REASON).code == 2
    assert archived.garant("archive", "revoke", "dpo").code == 0
    assert archived.garant("archive", "revoke", "dpo").code == 1
    assert archived.garant("archive", "consult", record, "--reason", REASON).code == 2
    assert [len(entries(archived, f"archive.{kind}")) for kind in ("consulted", "refused")] == [1, 2]
    home = (archived.folder / "home" / "garant.sqlite3").read_bytes()
    assert REASON.encode() not in home


def test_a_person_is_found_answered_and_not_erased_before_the_end(archived: Company) -> None:
    record, address = somebody(archived)
    identity = ("--identity", f"email={address.upper()}")
    found = archived.garant("archive", "find", *identity)
    assert record in found.out
    assert "name" not in found.out
    assert archived.garant("archive", "find", "--identity", "email=nobody@x.example").code == 1
    assert "archive · record" in archived.garant("subject", "find", *identity).out
    erased = archived.garant("subject", "erase", *identity)
    assert "1 kept: To prove what was agreed" in erased.out
    corrected = archived.garant("subject", "rectify", *identity, "--set-all", "phone=+33199001234")
    assert "An archived record is not corrected" in corrected.out, corrected.err
    restricted = archived.garant("subject", "restrict", *identity)
    assert "set apart already" in restricted.out, restricted.err
    assert archived.garant("subject", "export", *identity, "--out", "them.zip").code == 0
    with zipfile.ZipFile(archived.folder / "them.zip") as export:
        assert address.encode() in export.read(f"archive/files/{record}.jsonl")


def test_a_record_is_taken_out_for_the_system_to_take_back(archived: Company) -> None:
    """Whole, with its types, for its owner only, and entered in the ledger like any consultation."""
    record, address = somebody(archived)
    told = len(entries(archived, "archive.consulted"))
    done = archived.garant("archive", "consult", record, "--reason", REASON, "--out", "record.zip")
    assert (done.code, address in done.out) == (0, False), done.err
    assert "place a hold on the person" in done.out
    assert (archived.folder / "record.zip").stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(archived.folder / "record.zip") as taken:
        rows = [json.loads(line) for line in taken.read("rows.jsonl").splitlines()]
    assert address in {row["row"].get("email") for row in rows if row["table"] == "person"}
    assert len(entries(archived, "archive.consulted")) == told + 1


def test_records_past_their_end_are_destroyed_by_a_plan(archived: Company) -> None:
    """The day is told by moving the records back: a plan for a day to come is not carried out."""
    with closing(sqlite3.connect(vault(archived))) as database:
        wrapped = [row[0] for row in database.execute("SELECT wrapped FROM record")]
        database.execute("UPDATE record SET counted_from = '2021-10-31'")
        database.commit()
    digest = archived.plan("--system", "archive")
    done = archived.garant("apply", "plan.json", "--approve", digest)
    assert done.code == 0, done.err
    assert records(archived) == []
    raw = vault(archived).read_bytes()
    assert [key for key in wrapped if key in raw] == []
    assert archived.garant("archive", "list").out == "The archive is empty.\n"


def test_without_its_key_the_archive_is_not_passed_over_in_silence(archived: Company) -> None:
    (archived.folder / "home" / "keys" / "archive.key").unlink()
    for command in (("plan", "policy"), ("subject", "find", "--identity", "email=a@x.example")):
        refused = archived.garant(*command)
        assert refused.code == 2
        assert "There is no key archive" in refused.err


def test_its_key_is_replaced_and_records_stay_readable(archived: Company) -> None:
    record, address = somebody(archived)
    key = archived.folder / "home" / "keys" / "archive.key"
    old = key.read_bytes()
    done = archived.garant("archive", "rotate")
    assert done.code == 0, done.err
    assert f"{len(records(archived))} records open with the new one" in done.out
    assert key.read_bytes() != old
    assert address in archived.garant("archive", "consult", record, "--reason", REASON).out
    assert record in archived.garant("archive", "find", "--identity", f"email={address}").out
    assert len(entries(archived, "archive.rotated")) == 1
    key.write_bytes(old)
    refused = archived.garant("archive", "list")
    assert (refused.code, "does not open the archive" in refused.err) == (2, True)


def test_before_garant_is_set_up_a_plan_says_what_would_be_archived(company: Company) -> None:
    shown = company.garant("plan", "policy", "--as-of", "2026-11-01", "--system", "crm")
    assert "to archive of" in shown.out, shown.err
    assert company.garant("archive", "list").out == "The archive is empty.\n"
    assert company.garant("archive", "find", "--identity", "email=a@x.example").code == 1


def test_no_map_takes_the_name_of_the_archive(ready_company: Company) -> None:
    file = ready_company.maps / "crm.yaml"
    file.write_text(file.read_text().replace("system: crm", "system: archive", 1))
    refused = ready_company.garant("plan", "policy")
    assert (refused.code, "the name of the intermediate archive" in refused.err) == (2, True)


@pytest.mark.slow
def test_killed_again_and_again_the_archive_ends_like_an_undisturbed_one(
    archiving: Company, undisturbed: Company
) -> None:
    digest = archiving.plan("--system", "crm")
    shutil.copy(archiving.maps / "crm.yaml", undisturbed.maps / "crm.yaml")
    (undisturbed.folder / "plan.json").write_text(archiving.plan_file.read_text())
    command = ("apply", "plan.json", "--approve", digest, "--batch-size", "2")
    dice = random.Random(21)
    already = partial(_at_least, archiving)
    for receipts in (1, 24, 38, 44):
        archiving.kill_after(partial(already, receipts), dice.uniform(0, 0.05), *command)
    finished, expected = archiving.garant(*command), undisturbed.garant(*command)
    assert finished.code == expected.code == 0, finished.err + expected.err
    assert archiving.contents() == undisturbed.contents()
    assert archiving.garant("archive", "list").out == undisturbed.garant("archive", "list").out
    with closing(sqlite3.connect(vault(archiving))) as database:
        assert database.execute("SELECT count(*) FROM record WHERE state <> 'kept'").fetchone() == (0,)
    assert archiving.garant("ledger", "verify").code == 0


def _at_least(company: Company, receipts: int) -> bool:
    return company.receipts() >= receipts
