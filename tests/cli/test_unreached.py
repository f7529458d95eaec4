"""What a map does not reach is said before a run and after it: kept is not the same as everywhere."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.club import found_club

SAID = "unreached: [{fr: Les photos du local., en: The pictures of the premises.}]\n"


def test_the_plan_and_the_run_say_what_the_map_does_not_reach(tmp_path: Path) -> None:
    club = found_club(tmp_path, f"sqlite:///{tmp_path / 'club.sqlite'}")
    assert club.garant("init", "--policy", "policy").code == 0
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
