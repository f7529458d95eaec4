"""Plans and exports as files: whole or not there, for their owner only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from garant.cli.newfile import new_file
from garant.cli.output import CommandError
from garant.cli.planfiles import read_plan_file, write_plan
from tests.apps.promises.tiny import tiny_plan


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A written plan."""
    target = tmp_path / "plans" / "plan.json"
    write_plan(target, tiny_plan(), policy=tmp_path / "policy", maps=tmp_path / "maps")
    return target


def test_a_plan_comes_back_with_the_folders_it_was_made_from(file: Path, tmp_path: Path) -> None:
    read = read_plan_file(file)
    assert read.plan == tiny_plan()
    assert read.policy is not None
    assert read.policy.resolve() == tmp_path / "policy"
    assert read.maps is not None
    assert read.maps.resolve() == tmp_path / "maps"
    assert str(tmp_path) not in file.read_text()


def test_a_plan_is_for_its_owner_only_even_where_a_file_was(file: Path, tmp_path: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)
    write_plan(file, tiny_plan(), policy=tmp_path, maps=tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_folders_are_not_what_is_approved(file: Path) -> None:
    document = json.loads(file.read_text())
    document["sources"] = {"policy": "elsewhere", "maps": 3}
    file.write_text(json.dumps(document))
    read = read_plan_file(file)
    assert (read.plan.digest, read.maps) == (tiny_plan().digest, None)
    del document["sources"]
    file.write_text(json.dumps(document))
    assert read_plan_file(file).policy is None


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "null",
        "{}",
        "{" * 10_000,
        "[" * 100_000,
        '{"format": "garant-plan/2"}',
        '"\ud800"'.encode("utf-8", "surrogatepass"),
        b"\xff\xfe",
    ],
)
def test_what_is_not_a_plan_is_said_to_be_none(tmp_path: Path, content: str | bytes) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(CommandError, match="is not a usable plan"):
        read_plan_file(file)


def test_one_changed_figure_is_found(file: Path) -> None:
    file.write_text(file.read_text().replace('"population": 200', '"population": 201'))
    with pytest.raises(CommandError, match="the plan was changed"):
        read_plan_file(file)


def test_a_file_too_large_for_any_plan_is_not_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garant.cli.planfiles._LARGEST", 100)
    with pytest.raises(CommandError, match="too large"):
        read_plan_file(file)


def test_a_new_file_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "out.zip"
    with new_file(target) as (raw, _):
        raw.write(b"whole")
        assert not target.exists()
    assert target.read_bytes() == b"whole"
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_new_file_that_fails_or_is_discarded_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "out.zip"
    target.write_bytes(b"before")
    with pytest.raises(ZeroDivisionError), new_file(target) as (raw, _):
        raw.write(bytes(1 // 0))
    with new_file(target) as (raw, made):
        raw.write(b"empty")
        made.discard()
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.zip"]
    assert target.read_bytes() == b"before"
