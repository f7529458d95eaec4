"""The rules of the house that no tool holds by itself."""

from __future__ import annotations

import configparser
import re
import subprocess
import tomllib
from pathlib import Path

from tests.docs.pages import ROOT

LONGEST_MODULE = 450  # lines; about 400 is the house's measure
CORE = ("policy", "systems", "engine", "ledger", "publish")


def tracked(*patterns: str) -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_every_room_of_the_core_is_held_by_the_contracts() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    held = contracts["importlinter:contract:1"]["source_modules"].split()
    strict = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pyright"]["strict"]
    for room in CORE:
        if (ROOT / "src" / "garant" / room).is_dir():
            assert f"garant.{room}" in held
            assert f"src/garant/{room}" in strict


def test_the_lock_holds_hashes_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert not re.search(r"://|file:|--index|--find-links|--trusted", lock)
    packages = re.findall(r"^\w[^\s=]*==", lock, re.MULTILINE)
    blocks = re.findall(r"^\w[^\n]*\\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+", lock, re.MULTILINE)
    assert len(packages) == len(blocks) > 50


def test_the_lock_answers_the_project() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = [
        item for group in project["dependency-groups"].values() for item in group if isinstance(item, str)
    ]
    for requirement in [*project["project"]["dependencies"], *groups]:
        name = re.split(r"[\[<>=! ]", requirement)[0].replace(".", "-").lower()
        assert re.search(rf"^{re.escape(name)}==", lock, re.MULTILINE), f"{name}: type scripts/lock"


def test_modules_stay_readable() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked("src/*.py", "scripts/*.py", "bench/*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_MODULE
    }
    assert long == {}


def test_nothing_is_promised_for_later() -> None:
    pattern = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    left = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked("src/*.py", "scripts/*", "bench/*")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert left == []


def test_decisions_are_listed() -> None:
    folder = ROOT / "docs" / "adr"
    listed = set(re.findall(r"\((\d{4}-[a-z-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8")))
    assert listed == {path.name for path in folder.glob("0*.md")}
