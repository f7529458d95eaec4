"""`--from FILE`: many people who ask at once; a line that cannot be read refuses the file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from garant.cli.options import pairs
from garant.cli.output import CommandError
from garant.cli.people import Asking, read_people
from tests.cli.club import Club, found_club, initialised

KINDS = ["email", "phone"]


def read(folder: Path, content: str | bytes, kinds: list[str] = KINDS) -> Asking:
    file = folder / "people.txt"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_people(file, kinds)


JEAN, ANNE = {"email": "jean@x.example"}, {"email": "anne@x.example", "phone": "+33199000001"}


@pytest.mark.parametrize(
    "content",
    [
        "email=jean@x.example\nemail=anne@x.example;phone=+33199000001\n",
        "\ufeff email = jean@x.example \r\nphone=+33199000001 ; email=anne@x.example\r\n\r\n  \n",
        "email;phone\njean@x.example;\nanne@x.example;+33199000001",
        'email,phone\n"jean@x.example",\nanne@x.example, +33199000001\n',
        "phone\temail\n\tjean@x.example\n+33199000001\tanne@x.example\n\n",
    ],
)
def test_both_forms_are_read(tmp_path: Path, content: str) -> None:
    assert read(tmp_path, content).people == [JEAN, ANNE]


def test_a_last_cell_may_be_empty(tmp_path: Path) -> None:
    assert read(tmp_path, "email\tphone\njean@x.example\t\n").people == [JEAN]


def test_who_comes_twice_asks_once(tmp_path: Path) -> None:
    asking = read(tmp_path, "email=jean@x.example\nemail=ANNE@x.example\n email=Jean@X.example\n")
    assert (len(asking.people), list(asking.lines), asking.merged) == (2, [1, 2], 1)


@pytest.mark.parametrize(
    ("content", "place", "said"),
    [
        ("", 1, "nobody here"),
        ("\n \n", 1, "nobody here"),
        ("email\n", 1, "nobody here"),
        ("email=a@x.example\n\nemail=b@x.example\n", 2, "the line is empty"),
        ("email;phone\na@x.example;\n;\n", 3, "the line is empty"),
        ("email=a@x.example\nsecret@x.example\n", 2, "written KIND=VALUE"),
        ("email=\n", 1, "written KIND=VALUE"),
        ("email=a@x.example;\n", 1, "written KIND=VALUE"),
        ("=secret\n", 1, "by a kind that is there; they do by: email, phone"),
        ("mail=secret@x.example\n", 1, "by a kind that is there"),
        ("secret@x.example\n", 1, "by a kind that is there"),
        ("email;email\na@x.example;b@x.example\n", 1, "a kind is there twice"),
        ("email=a@x.example;email=secret@x.example\n", 1, "a kind is there twice"),
        ("email;phone\nsecret@x.example\n", 2, "1 cells instead of 2"),
        ("email;phone\na@x.example;1;secret\n", 2, "3 cells instead of 2"),
        ('email;phone\n"secret;1\n', 2, "not a line of CSV"),
        ('email\na@x.example\n"secret" x\n', 3, "not a line of CSV"),
        ("email=a@x.example\nemail=sec\x00ret\n", 2, "control character"),
        ("email=a\remail=secret\n", 1, "control character"),
        ("email=a\u2028email=secret\n", 1, "control character"),
        ("email=" + "secret" * 1_000, 1, "too long"),
        (b"email=a@x.example\nemail=secr\xe9t\n", 2, "not UTF-8"),
        ("email=a@x.example\n".encode("utf-16"), 1, "not UTF-8"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line_and_not_repeated(
    tmp_path: Path, content: str | bytes, place: int, said: str
) -> None:
    with pytest.raises(CommandError, match=re.escape(said)) as refused:
        read(tmp_path, content)
    assert f"people.txt:{place}: " in refused.value.message.en
    assert f"people.txt:{place}\u202f: " in refused.value.message.fr
    assert "secret" not in str(refused.value.message)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.txt: unreadable"):
        read_people(tmp_path / "none.txt", KINDS)


def test_where_only_persons_are_asked_any_kind_will_do(tmp_path: Path) -> None:
    assert read(tmp_path, "badge=12\n", []).people == [{"badge": "12"}]


def test_one_kind_twice_on_the_command_line_is_refused() -> None:
    """The first of two addresses would have been left behind in silence."""
    with pytest.raises(CommandError, match="the same kind twice, email"):
        pairs(["email=a@x.example", "phone=1", "email=b@x.example"], "--identity")


# ---------------------------------------------------------------- the commands


@pytest.fixture
def club(tmp_path: Path) -> Club:
    """A club on SQLite, initialised."""
    (tmp_path / "club.sqlite").touch()
    return initialised(found_club(tmp_path, f"sqlite:///{tmp_path / 'club.sqlite'}"))


@pytest.mark.timeout(300)
def test_many_are_erased_by_one_plan_and_one_run(club: Club) -> None:
    asked = [
        "email=M1@club.example",
        "email=m2@club.example",
        "email=nobody@x.example",
        "email=m1@club.example",
    ]
    (club.folder / "people.txt").write_text("\n".join(asked))
    command = ("subject", "erase", "--from", "people.txt")
    planned = club.garant(*command, "--out", "plan.json")
    assert planned.code == 0, planned.err
    assert "3 people ask · 2 found · 1 not found" in planned.out
    assert "1 repeated line" in planned.err
    assert "Known to no system, people.txt, lines: 3." in planned.err
    assert "nobody@x.example" not in planned.out + planned.err + club.plan_file.read_text()
    before = club.left()
    digest = planned.out.split("--approve ")[1].split()[0]
    done = club.garant(*command, "--approve", digest)
    assert (done.code, club.left()) == (0, before - 2), done.err
    assert club.ask("SELECT count(*) FROM member WHERE id IN (1, 2)") == [(0,)]
    again = club.garant(*command, "--approve", digest)
    assert (again.code, club.left()) == (0, before - 2), again.err
    shown = club.garant("--language", "fr", "subject", "restrict", "--from", "people.txt")
    assert (shown.code, "Personne n’est connu ainsi" in shown.out) == (1, True)
    both = club.garant(*command, "--identity", "email=m5@club.example")
    assert (both.code, "not both" in both.err) == (2, True)
    assert club.garant("ledger", "verify").code == 0


@pytest.mark.timeout(300)
def test_hundreds_of_records_of_one_request_are_found_restricted_and_proved(club: Club) -> None:
    """More than one entry of the ledger holds: a search, an export and an approval that match 1,200 roots."""
    club.tell(
        "WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 2199) INSERT INTO member"
        " SELECT i, 'Shared', 'all@club.example', NULL, '2026-01-31', true FROM n"
    )
    everybody = ("--identity", "email=all@club.example")
    found = club.garant("subject", "find", *everybody)
    assert found.code == 0, found.err
    exported = club.garant("subject", "export", *everybody, "--out", "all.zip")
    assert exported.code == 0, exported.err
    held = club.garant(
        "hold", "add", *everybody, "--owner", "DPO", "--reason", "Dispute", "--review", "2027-09-01"
    )
    assert held.code == 0, held.err
    command = ("subject", "restrict", *everybody)
    digest = club.garant(*command).out.split("--approve ")[1].split()[0]
    done = club.garant(*command, "--approve", digest)
    assert done.code == 0, done.err
    assert club.ask("SELECT count(*) FROM member WHERE NOT active") == [(1_200,)]
    assert club.garant("ledger", "verify").code == 0
