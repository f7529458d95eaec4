"""The page on keeping Garant itself, typed command by command."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from garant.demo.stage import example
from tests.docs.pages import ROOT, examples
from tests.support.forking import COMMAND, Forked

PAGE = ROOT / "docs" / "how-to" / "keep-garant-itself.md"
_DIGEST = re.compile(r"[0-9a-f]{64}")
Typed = Callable[[str, list[str]], str]


@pytest.fixture
def typed(tmp_path: Path) -> Typed:
    """Types a command as somebody, in a folder with a company's policy; gives what it prints."""
    shutil.copytree(example() / "policy", tmp_path / "policy")
    known = {
        "GARANT_HOME": str(tmp_path / "home"),
        "GARANT_MAPS": str(tmp_path / "maps"),
        "GARANT_LANGUAGE": "en",
    }
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("GARANT_", "DATABASE_"))
    }

    def type_(who: str, words: list[str]) -> str:
        process = Forked(COMMAND, tuple(words), cwd=tmp_path, env={**inherited, **known, "GARANT_ACTOR": who})
        out, err = process.communicate(timeout=200)
        assert process.returncode == 0, (words, out, err)
        return out + err

    return type_


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_command_of_the_page_does_what_it_says(typed: Typed, tmp_path: Path) -> None:
    typed("one", ["init", "--policy", "policy"])
    said: dict[str, str] = {}
    for example_ in (one for one in examples() if one.page == PAGE):
        words = list(example_.words[1:])
        if "--approve" in words:
            words[words.index("--approve") + 1] = _digest(said, tmp_path)
        if words[:2] == ["subject", "find"]:  # somebody who left yesterday
            former = ["former@company.example", "--organisation", "garant"]
            typed("one", ["member", "add", *former, "--role", "staff"])
            typed("one", ["member", "remove", *former])
        said[" ".join(words[:2])] = typed("two" if "approve" in words else "one", words)
    assert "garant own" not in said["doctor"]
    assert "breaks none of its own promises" in said["doctor"]
    assert "accounts_user" in said["subject find"]
    assert "For one year we must be able to say" in said["subject erase"]


def _digest(said: dict[str, str], folder: Path) -> str:
    """What the last step printed for the next one."""
    if "plan own-policy" in said:
        return json.loads((folder / "own-plan.json").read_text())["digest"]
    return _DIGEST.findall(said["policy submit"])[-1]
