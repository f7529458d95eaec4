"""The demo, played as a newcomer plays it: one command, in a folder of its own."""

from __future__ import annotations

import os
import re
import resource
import shlex
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from dateutil.relativedelta import relativedelta

from garant.cli.output import CommandError
from garant.demo import build_demo, stage
from garant.ledger.inspection import read_records
from tests.examples import oracles

pytestmark = pytest.mark.timeout(300)
PEOPLE = "900"
GARANT = (sys.executable, "-c", "from garant.cli import main; main()")


def play(
    folder: Path, *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command in `folder`, away from any other Garant."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GARANT_")}
    clean |= {"HOME": str(folder), "COLUMNS": "100", "PYTHONWARNINGS": "ignore"} | (environment or {})
    command = [*GARANT, *arguments]
    return subprocess.run(
        command, cwd=folder, env=clean, text=True, capture_output=True, timeout=300, check=False
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The demo in French, beside a real installation's variables that it must not follow."""
    folder = tmp_path_factory.mktemp("newcomer")
    decoy = {
        "DATABASE_URL": "postgresql://nobody@localhost:1/none",
        "GARANT_KEYS": str(folder / "real-keys"),
        "GARANT_ARCHIVE": str(folder / "real-archive"),
    }
    done = play(folder, "demo", "--people", PEOPLE, "--as-of", "2026-11-01", environment=decoy)
    return folder, done


def test_it_ends_well_with_the_word(played: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    _, done = played
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().endswith("verified")
    assert "Traceback" not in done.stdout + done.stderr


def test_it_tells_the_eight_steps_in_french(played: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    _, done = played
    assert re.findall(r"^(\d) · ", done.stdout, re.MULTILINE) == list("12345678")
    for word in ("rompue", "tenue", "empreinte", "reçus", "introuvable", "Registre vérifié"):
        assert word in done.stdout, word
    assert done.stdout.count("✘ rompue") == done.stdout.count("✔ tenue") == 6


def test_each_step_says_what_to_type(played: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    _, done = played
    for command in (
        "check", "map check", "plan", "subject find", "apply", "archive consult", "ledger export", "ledger verify",
    ):  # fmt: skip
        assert f"Chez vous\u202f: garant {command}" in done.stdout, command


def test_it_stays_in_its_folder(played: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, _ = played
    assert [path.name for path in folder.iterdir()] == ["demo"]
    assert {path.name for path in (folder / "demo").iterdir()} >= {
        "systems",
        "policy",
        "maps",
        "garant",
        "plan.json",
        "ledger.zip",
        "env",
    }


def test_records_are_archived_one_is_consulted_and_the_first_are_destroyed(
    played: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    """What the story says of the archive, counted by hand in the systems as they were built, and in the archive."""
    folder, done = played
    said = re.sub(r"\s+", " ", done.stdout)
    found = re.search(r"trouve (\d+) dossiers .* Il en reste (\d+)\.", said)
    assert found
    destroyed, left = int(found[1]), int(found[2])
    build_demo(folder / "again", as_of=date(2026, 11, 1), people=int(PEOPLE))
    archived = [
        day
        for system, days in (("crm", oracles.left_customers), ("maintenance", oracles.left_contacts))
        for day in days(folder / "again" / f"{system}.sqlite", date(2026, 11, 1)).values()
    ]
    shutil.rmtree(folder / "again")
    assert f"{destroyed + left} dossiers, " in said
    assert len(archived) == destroyed + left
    assert sum(day + relativedelta(years=5) < date(2027, 11, 1) for day in archived) == destroyed > 0
    vault = folder / "demo" / "garant" / "archive" / "seipra-score.sqlite3"
    with closing(sqlite3.connect(vault)) as database:
        assert database.execute("SELECT count(*), min(state), max(state) FROM record").fetchall() == [
            (left, "kept", "kept")
        ]
    kinds = [record.kind for record in read_records(folder / "demo" / "ledger.zip")]
    assert [kind for kind in kinds if kind.startswith("archive.")] == [
        "archive.allowed", "archive.refused", "archive.consulted",
    ]  # fmt: skip


def test_its_ledger_names_nobody(played: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, _ = played
    with zipfile.ZipFile(folder / "demo" / "ledger.zip") as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert len(content) > 1_000
    assert b".example" not in content
    assert not re.search(rb"[a-z.]{3,}\d*@[a-z-]{3,}", content)


def test_one_may_go_on_playing(played: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, _ = played
    script = f". demo/env && {shlex.join(GARANT)}"
    for command, expected in (("ledger verify", 0), ("check demo/policy", 0), ("plan demo/policy", 0)):
        done = subprocess.run(
            ["sh", "-c", f"{script} {command}"],
            cwd=folder, env=os.environ | {"GARANT_LANGUAGE": "fr"}, text=True, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == expected, done.stdout + done.stderr


@pytest.mark.slow
def test_it_can_be_played_again_in_english(
    played: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, _ = played
    done = play(folder, "demo", "--people", PEOPLE, "--language", "en")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().endswith("verified")
    assert "On your data: garant check POLICY" in done.stdout
    assert not re.search(r"promesse|lignes|Chez vous", done.stdout)


def test_a_folder_that_is_not_a_demo_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "thesis.txt").write_text("ten years of work")
    done = play(tmp_path, "demo", "--people", PEOPLE)
    assert done.returncode not in (0, 1)
    assert "Traceback" not in done.stderr
    assert [path.name for path in (tmp_path / "demo").iterdir()] == ["thesis.txt"]


def test_a_missing_example_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "__file__", "/nowhere/a/b/c/stage.py")
    with pytest.raises(CommandError, match="not installed"):
        stage.example()


@pytest.mark.slow
def test_the_whole_demo_takes_less_than_a_minute(tmp_path: Path) -> None:
    """Of this machine's attention: other tests may be running beside it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = play(tmp_path, "demo")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stdout + done.stderr
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 60
