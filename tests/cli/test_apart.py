"""`garant subject restrict` where the map says which values are set apart, and its end."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from tests.cli.club import MAP, Club, found_club, initialised
from tests.cli.test_subject import entries

WHO = ("--identity", "email=m7@club.example")
ROWS = "SELECT member.*, letter.id, body FROM member JOIN letter ON member_id = member.id ORDER BY member.id, letter.id"
SECRETS = ("m7@club.example", "Dear member 7")
REASON = "The new telephone is the right one"


@pytest.fixture
def club(tmp_path: Path) -> Club:
    """The club, whose map has no mark and sets values apart."""
    made = initialised(found_club(tmp_path, f"sqlite:///{tmp_path / 'club.sqlite'}"))
    apart = """apart:
  member:
    member: {name: {constant: "—"}, email: {pseudonymise: {suffix: "@apart.invalid"}}, phone: blank}
    letter: {body: blank}
"""
    written = MAP.replace("identity: phone", "identity: phone").split("restriction:")[0] + apart
    (tmp_path / "maps" / "club.yaml").write_text(written)
    made.tell(
        "UPDATE member SET email = 'm7@club.example', name = 'Somebody', phone = '+33100000007' WHERE id = 7"
    )
    return made


def approved(club: Club, *command: str) -> str:
    planned = club.garant(*command)
    assert planned.code == 0, planned.err
    done = club.garant(*command, "--approve", planned.out.split("--approve ")[1].split()[0])
    assert done.code == 0, done.err
    return planned.out


def test_restricted_found_given_kept_and_lifted(club: Club) -> None:
    before = club.ask(ROWS)
    checked = club.garant("map", "check", "maps/club.yaml")
    assert checked.code == 0, checked.out + checked.err
    approved(club, "subject", "restrict", *WHO)
    during = club.ask(ROWS)
    assert not [secret for secret in SECRETS if secret in str([row for row in during if row[0] == 7])]
    assert [row for row in during if row[0] != 7] == [row for row in before if row[0] != 7]

    assert club.garant("subject", "find", *WHO).code == 0
    assert club.garant("subject", "export", *WHO, "--out", "all.zip").code == 0
    with zipfile.ZipFile(club.folder / "all.zip") as package:
        given = "".join(
            package.read(name).decode() for name in package.namelist() if name.startswith("club/")
        )
    assert all(secret in given for secret in SECRETS)
    held = club.garant("subject", "erase", *WHO)
    assert "lift the restriction first" in re.sub(r"\s+", " ", held.out), held.out

    listed = club.garant("archive", "list")
    assert "1 record of values set apart" in listed.out + listed.err
    found = club.garant("archive", "find", *WHO)
    record = re.search(r"[0-9a-f]{32}", found.out)
    assert record, found.out
    assert club.garant("archive", "allow", "secretary").code == 0
    shown = club.garant("archive", "consult", record[0], "--reason", REASON)
    assert "Dear member 7" in shown.out
    refused = club.garant("archive", "release", record[0], "--reason", REASON)
    assert refused.code != 0
    assert "not what a lifted restriction left" in re.sub(r"\s+", " ", refused.err)

    approved(club, "subject", "restrict", "--lift", *WHO)
    assert club.ask(ROWS) == before
    assert "empty" in club.garant("archive", "list").out
    assert club.garant("ledger", "verify").code == 0


def test_what_did_not_come_back_is_decided_by_somebody(club: Club) -> None:
    approved(club, "subject", "restrict", *WHO)
    club.tell("UPDATE member SET phone = '+33199' WHERE id = 7")
    told = approved(club, "subject", "restrict", "--lift", *WHO)
    assert "phone" in told
    assert club.ask("SELECT email, phone FROM member WHERE id = 7") == [("m7@club.example", "+33199")]
    listed = club.garant("archive", "list")
    assert "1 record that a lifted restriction left sealed" in re.sub(r"\s+", " ", listed.out + listed.err)
    record = re.search(r"[0-9a-f]{32}", club.garant("archive", "find", *WHO).out)
    assert record
    assert club.garant("archive", "allow", "secretary").code == 0
    gone = club.garant("archive", "release", record[0], "--reason", REASON)
    assert gone.code == 0, gone.err
    assert "empty" in club.garant("archive", "list").out
    (released,) = entries(club, "archive.released")
    assert (released["record"], released["system"], released["rows"]) == (record[0], "club", 3)
    assert club.garant("archive", "release", record[0], "--reason", REASON).code != 0


def test_a_map_that_sets_apart_what_cannot_come_back_is_refused(club: Club) -> None:
    file = club.folder / "maps" / "club.yaml"
    file.write_text(file.read_text().replace("phone: blank}", "ended: blank}"))
    checked = club.garant("map", "check", "maps/club.yaml")
    assert "GAR539" in checked.out + checked.err
    assert club.garant("subject", "restrict", *WHO).code != 0
