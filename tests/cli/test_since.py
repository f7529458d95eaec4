"""Somebody whose term ends between plan and run: the run says that they wait for the next plan, and so does its receipt."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.club import MEMBERS, found_club

SHARED = """
  letter:
    key: id
    links:
      - {root: member, column: member_id, relation: co-owned}
      - {root: member, column: copied_to, relation: co-owned}
"""
OWNED = """
  letter:
    key: id
    links: [{root: member, column: member_id}]
"""


def test_who_comes_past_their_term_before_the_run_is_said(tmp_path: Path) -> None:
    club = found_club(tmp_path, f"sqlite:///{tmp_path / 'club.sqlite'}")
    (club.maps / "club.yaml").write_text((club.maps / "club.yaml").read_text().replace(OWNED, SHARED))
    current = MEMBERS - 1
    club.tell(
        "ALTER TABLE letter ADD COLUMN copied_to INTEGER",
        f"UPDATE letter SET copied_to = 0 WHERE id = {2 * current}",
    )
    assert club.garant("init", "--policy", "policy").code == 0
    assert club.garant("plan", "policy", "--out", "plan.json", "--as-of", "2026-11-01").code == 0
    digest = json.loads(club.plan_file.read_text())["digest"]
    club.tell(f"UPDATE member SET ended = '2015-03-31' WHERE id = {current}")
    done = club.garant("apply", "plan.json", "--approve", digest)
    assert done.code == 0, done.err
    said = "club · members: 1 has come past its term since the plan: left as it was, the next plan takes it"
    assert said in done.out
    french = club.garant("--language", "fr", "apply", "plan.json", "--approve", digest)
    assert "est arrivé à son terme depuis le plan" in french.out
    assert club.ask(f"SELECT count(*) FROM letter WHERE member_id = {current}") == [(2,)]
    assert club.garant("ledger", "export", "out").code == 0
    entries = b"".join(file.read_bytes() for file in (tmp_path / "out").rglob("*") if file.is_file())
    assert entries.count(b'"since":1') == 1
