"""`garant notice` writes one notice in four forms and two languages."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import jsonschema
import pytest

from garant.cli import application
from garant.publish.notice import notice_schema

POLICY = str(Path(__file__).resolve().parents[2] / "examples" / "seipra-score" / "policy")


@pytest.mark.parametrize(
    ("form", "begins"), [("html", b"<!doctype html>"), ("pdf", b"%PDF-1.7"), ("json", b"{"), ("jsonld", b"{")]
)
def test_each_form(form: str, begins: bytes, tmp_path: Path) -> None:
    file = tmp_path / f"notice.{form}"
    assert application.run(["notice", POLICY, "--language", "fr", "--format", form, "--out", str(file)]) == 0
    assert file.read_bytes().lstrip().startswith(begins)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644


def test_it_speaks_the_language_asked_for(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert application.run(["notice", POLICY, "--language", "en", "--format", "json"]) == 0
    said = json.loads(capfdbinary.readouterr().out)
    assert said["title"] == "Your data at SEIPRA Score"
    jsonschema.validate(said, notice_schema())


def test_the_schema_is_published(capfd: pytest.CaptureFixture[str]) -> None:
    assert application.run(["schema", "notice"]) == 0
    assert json.loads(capfd.readouterr().out) == json.loads(json.dumps(notice_schema()))


def test_an_unusable_policy_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "notice.html"
    assert application.run(["notice", str(tmp_path), "--out", str(file)]) == 2
    assert not file.exists()
