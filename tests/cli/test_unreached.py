"""What a map does not reach is said before a run and after it: kept is not the same as everywhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.club import found_club, initialised

SAID = "unreached: [{fr: Les photos du local., en: The pictures of the premises.}]\n"


def test_the_plan_and_the_run_say_what_the_map_does_not_reach(tmp_path: Path) -> None:
    club = initialised(found_club(tmp_path, f"sqlite:///{tmp_path / 'club.sqlite'}"))
    (club.maps / "club.yaml").write_text((club.maps / "club.yaml").read_text() + SAID)
    planned = club.garant("plan", "policy", "--out", "plan.json", "--as-of", "2026-11-01")
    assert planned.code == 0
    said = "Out of reach · club: The pictures of the premises."
    assert said in planned.out
    digest = json.loads(club.plan_file.read_text())["digest"]
    done = club.garant("apply", "plan.json", "--approve", digest)
    assert done.code == 0
    assert said in done.out
    french = club.garant("--language", "fr", "apply", "plan.json", "--approve", digest)
    assert "Hors d’atteinte · club\u202f: Les photos du local." in french.out


FILES = "files: [{table: letter, column: body, store: {env: CLUB_LETTERS}}]\n"


@pytest.mark.parametrize("where", ["", "nowhere", "a-file"])
def test_nothing_is_planned_where_the_folder_of_files_is_missing(tmp_path: Path, where: str) -> None:
    club = found_club(tmp_path, f"sqlite:///{tmp_path / 'club.sqlite'}")
    (club.maps / "club.yaml").write_text((club.maps / "club.yaml").read_text() + FILES)
    (tmp_path / "a-file").write_text("x")
    club.environment["CLUB_LETTERS"] = str(tmp_path / where) if where else ""
    refused = club.garant("plan", "policy")
    assert refused.code != 0
    assert "CLUB_LETTERS names no folder that can be read" in refused.err
    club.environment["CLUB_LETTERS"] = str(tmp_path)
    assert club.garant("plan", "policy").code == 0
