"""The policy and the map that the how-to pages build are whole: checked, and held against a real database."""

from __future__ import annotations

import re
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from garant.engine.planning.plan import plan_retention
from garant.engine.terms import Source
from garant.policy import check_policy, load_policy
from garant.systems.loader import load_map
from garant.systems.sql import SqlConnector
from tests.docs.pages import ROOT

HOW_TO = ROOT / "docs" / "how-to"
_NAMED = re.compile(r"^`policy/([a-z]+\.yaml)`\n\n```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
_YAML = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SQL = re.compile(r"^```sql\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    folder = tmp_path / "policy"
    folder.mkdir()
    for name, text in _NAMED.findall((HOW_TO / "write-a-policy.md").read_text(encoding="utf-8")):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def data_map(tmp_path: Path) -> Path:
    page = (HOW_TO / "map-a-database.md").read_text(encoding="utf-8")
    file = tmp_path / "shop.yaml"
    file.write_text("\n".join(_YAML.findall(page)), encoding="utf-8")
    return file


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    page = (HOW_TO / "map-a-database.md").read_text(encoding="utf-8")
    file = tmp_path / "shop.sqlite3"
    connection = sqlite3.connect(file)
    connection.executescript("\n".join(_SQL.findall(page)))
    connection.executescript(
        """
        INSERT INTO person VALUES (1, 'Silent', 's@shop.example', NULL, '2020-01-01'),
                                  (2, 'Talking', 't@shop.example', NULL, '2020-01-01'),
                                  (3, 'Billed', 'b@shop.example', NULL, '2020-01-01');
        INSERT INTO contact VALUES (1, 1, '2023-10-31', ''), (2, 2, '2023-11-01', '');
        INSERT INTO message VALUES (1, 1, 'Hello');
        INSERT INTO invoice VALUES (1, 3, 'Billed', '2020-12-31'), (2, NULL, 'Old', '2015-12-31');
        """
    )
    connection.close()
    return file


def test_the_policy_of_the_how_to_has_no_finding(policy: Path) -> None:
    assert list(check_policy(policy)) == []


def test_the_map_of_the_how_to_answers_that_policy(policy: Path, data_map: Path, shop: Path) -> None:
    loaded = load_map(data_map)
    connector = SqlConnector(loaded.map, f"sqlite:///{shop}", pseudonym_key=bytes(32))
    source = Source(loaded.map, loaded.digest, connector)
    plan = plan_retention(load_policy(policy), {"shop": source}, as_of=date(2026, 11, 1))
    connector.close()
    due = {selection.rule: (selection.due, selection.root_keys()) for selection in plan.selections}
    assert due == {"prospects": (1, [1]), "invoices": (1, [2])}
    assert [advice for selection in plan.selections for advice in selection.advice] == []
