"""`garant --server`: the same questions asked of a real server, whose token goes nowhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from garant.apps.evidence import services as evidence
from garant.cli import application
from garant.ledger import VerifierKey, verify_export
from tests.api.conftest import token_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def garant(
    live_server: Any, organisation: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    """A command asked of the server, with the token of the data protection officer."""
    monkeypatch.setenv("GARANT_TOKEN", token_of(organisation, "dpo"))

    def run(*arguments: str) -> tuple[int, str, str]:
        code = application.run(["--server", live_server.url, *arguments, "--language", "en"])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_a_server_answers_what_garant_answers_here(garant: Any, organisation: str, tmp_path: Path) -> None:
    code, listed, _ = garant("policy", "list")
    assert (code, "published" in listed) == (0, True)
    code, told, _ = garant("policy", "list", "--json")
    assert [one["number"] for one in json.loads(told)] == [1]
    for name in ("promise", "plan", "run", "hold", "task"):
        assert garant(name, "list")[0] == 0
    assert garant("ledger", "checkpoint")[1].startswith(f"garant/{organisation}\n")
    file = tmp_path / "ledger.zip"
    assert garant("ledger", "export", str(file))[0] == 0
    keys = [VerifierKey.parse(key) for key in garant("ledger", "keys")[1].split()]
    assert keys == evidence.verifier_keys(organisation)
    assert verify_export(file, keys, None).ok


def test_what_a_server_refuses_is_said_in_its_words(garant: Any) -> None:
    code, _, said = garant("plan", "approve", "0" * 64)
    assert (code, "plan" in said) == (2, True)


@pytest.mark.parametrize(
    ("url", "token", "said"),
    [
        ("http://garant.example", "x", "must begin with https"),
        ("https://garant.example", "", "asks for a token"),
        ("http://127.0.0.1:1", "x", "Unreachable server"),
    ],
)
def test_a_token_goes_nowhere_by_accident(
    url: str,
    token: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("GARANT_TOKEN", token)
    code = application.run([f"--server={url}", "policy", "list", "--language", "en"])
    assert (code in (2, 4), said in capsys.readouterr().err) == (True, True)
