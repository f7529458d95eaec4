"""The explicit public list of the room, and what it stands on."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import garant.ledger
from garant.ledger import KINDS

ROOM = Path(garant.ledger.__file__).parent


def test_the_public_list_is_what_there_is() -> None:
    assert sorted(garant.ledger.__all__) == sorted(set(garant.ledger.__all__))
    assert all(hasattr(garant.ledger, name) for name in garant.ledger.__all__)


def test_the_ledger_needs_nothing_else_of_garant() -> None:
    for path in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("garant"):
                assert (node.module or "").startswith("garant.ledger"), path


def test_an_export_verifies_where_django_is_not_loaded() -> None:
    code = "import sys, garant.ledger; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_french_is_set_as_french_is() -> None:
    """A thin no-break space before double punctuation, typographic apostrophes."""
    said = [kind.title.fr for kind in KINDS.values()]
    said += [text.fr for text in garant.ledger.problems.SENTENCES.values()]
    said.append(garant.ledger.LOSS_EXPLAINED.fr)
    for text in said:
        assert not any(f" {mark}" in text for mark in ":;!?»"), text
        assert "'" not in text, text
