"""`garant token`: issued once, listed without its secret, revoked."""

from __future__ import annotations

import pytest

from garant.cli import application
from tests.api.conftest import client, token_of

pytestmark = pytest.mark.django_db

API = "/api/v1/organisations"


def garant(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = application.run([*arguments, "--language", "en"])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_token_is_issued_used_listed_and_revoked(
    organisation: str, capsys: pytest.CaptureFixture[str]
) -> None:
    token_of(organisation, "dpo")
    asked = ("token", "issue", "--for", "DPO@seipra-score.example", "--scope", "see", "--name", "report")
    code, text, _ = garant(capsys, *asked)
    assert code == 0
    program = client(text.strip())
    assert [one["key"] for one in program.get(API).json()] == [organisation]
    _, listed, _ = garant(capsys, "token", "list")
    (line,) = [line for line in listed.splitlines() if "report" in line]
    assert "in force" in line
    assert text.strip().split("_", 2)[2] not in listed
    assert garant(capsys, "token", "revoke", line.split()[0])[0] == 0
    assert program.get(API).status_code == 401
    code, _, said = garant(capsys, "token", "revoke", line.split()[0])
    assert (code, "No token in force" in said) == (2, True)


def test_nobody_is_made_a_member_by_a_token(organisation: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, said = garant(capsys, "token", "issue", "--for", "who@x.example", "--scope", "see")
    assert (code, out, "has no role" in said) == (2, "", True)
