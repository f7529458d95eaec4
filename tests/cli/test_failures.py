"""Whatever happens: one clear message, what to do, no traceback, no secret."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime, timedelta
from importlib import metadata
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from sqlalchemy.exc import OperationalError as SystemError_

from garant.apps.promises import refusals
from garant.apps.promises.refusals import RefusedError, RunInterruptedError
from garant.cli import application, options
from garant.cli.exits import MEANINGS, Exit
from garant.cli.failures import explain_failure
from garant.cli.output import CommandError
from garant.engine.terms import UnknownRule
from garant.ledger.words import LedgerError
from garant.policy.diagnostics import Position, UnusableDocument
from garant.policy.source_rules import UNREADABLE
from garant.policy.text import Text
from garant.site.databases import DatabaseUrlError
from garant.systems.port import ConnectorError, Interrupted, MalformedUrl, SystemUnreachable

CANARY = "c4n4ry-s3cr3t"
URL = f"postgresql://crm:{CANARY}@db.example/odoo"


def test_the_version_is_asked_of_no_installation(capsys: pytest.CaptureFixture[str]) -> None:
    assert application.run(["--version"]) == Exit.OK
    assert capsys.readouterr().out == f"garant {metadata.version('garant')}\n"


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (CommandError(Text(fr="x", en="x"), code=Exit.BLOCKED), Exit.BLOCKED, "x"),
        (refusals.not_approved("ab" * 32), Exit.REFUSED, "Nobody approved plan abab"),
        (RunInterruptedError(f"lost {URL}"), Exit.INTERRUPTED, "Interrupted before the end: lost"),
        (UnusableDocument([UNREADABLE.at(Position("p.yaml"))]), Exit.REFUSED, "p.yaml:1:1: GAR0"),
        (LedgerError(fr="x", en=f"no key at {URL}"), Exit.REFUSED, "no key at"),
        (SystemUnreachable(f"crm: {URL}"), Exit.INTERRUPTED, "Unreachable system: crm"),
        (MalformedUrl(Text(fr="crm", en="crm: not a URL")), Exit.REFUSED, "crm: not a URL"),
        (Interrupted("crm: locked"), Exit.INTERRUPTED, "Interrupted before the end: crm: locked"),
        (ConnectorError("crm: no such table: person"), Exit.REFUSED, "no such table: person"),
        (SystemError_(f"SELECT '{URL}'", {}, Exception(URL)), Exit.REFUSED, "The system answered"),
        (OperationalError(f"connection to {URL} failed"), Exit.REFUSED, "Garant’s own database"),
        (ImproperlyConfigured(f"bad {URL}"), Exit.REFUSED, "Unusable setting: bad"),
        (DatabaseUrlError("DATABASE_URL: expected"), Exit.REFUSED, "Unusable setting: DATABASE_URL"),
        (UnknownRule("crm: retention rule 'x'"), Exit.REFUSED, "A map does not go with the policy"),
        (FileNotFoundError(2, "No such file", "plan.json"), Exit.REFUSED, "not found: plan.json"),
        (PermissionError(13, "Permission denied", "plan.json"), Exit.REFUSED, "Unusable file: plan.json"),
        (KeyError(URL), Exit.REFUSED, "Unexpected error: KeyError"),
        (ValueError(""), Exit.REFUSED, "Unexpected error: ValueError: ValueError"),
    ],
)
def test_every_failure_has_its_words_and_its_code(error: Exception, code: Exit, words: str) -> None:
    failure = explain_failure(error)
    assert failure.code == code
    assert words in failure.message.en
    for text in (failure.message, failure.mend):
        assert text is None or CANARY not in text.fr + text.en
        assert text is None or text.fr


def test_a_debugging_trace_has_no_secret_either(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"at {URL}")

    monkeypatch.setattr("garant.cli.registration.command", lambda *_: type("C", (), {"main": broken})())
    assert application.run(["schema", "plan"]) == Exit.REFUSED
    assert "Traceback" not in capsys.readouterr().err
    monkeypatch.setenv("GARANT_DEBUG", "1")
    application.run(["schema", "plan"])
    trace = capsys.readouterr().err
    assert "Traceback" in trace
    assert CANARY not in trace


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--language", "de"], "Langue inconnue"),
        (["nope"], "Commande inconnue"),
        (["explain", "GAR999"], "Règle inconnue"),
        (["apply", "nowhere.json", "--approve", "x"], "introuvable"),
        (["subject", "find", "--identity", "jeanne"], "GENRE=VALEUR"),
        (["ledger", "verify", "nowhere.zip"], "clé publique"),
        (["ledger", "verify", "nowhere.zip", "--key", "nonsense"], "illisible"),
    ],
)
def test_mistakes_of_the_user(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GARANT_LANGUAGE", "fr")
    assert application.run(arguments) == Exit.REFUSED
    said = capsys.readouterr()
    assert words in said.err
    assert "À faire" in said.err
    assert said.out == ""


def test_a_group_alone_is_a_question(capsys: pytest.CaptureFixture[str]) -> None:
    assert application.run(["ledger", "--language", "en"]) == Exit.OK
    assert "Verify an export or a proof" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["schema map", "ledger", "explain"])
def test_a_closed_pipe_is_no_error(command: str) -> None:
    done = subprocess.run(
        f"{sys.executable} -c 'from garant.cli import main; main()' {command} | head -1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.count("\n"), done.stderr) == (1, "")


def test_every_exit_code_has_its_meaning() -> None:
    assert set(MEANINGS) == set(Exit)


def test_main_leaves_with_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["garant", "nope"])
    with pytest.raises(SystemExit) as left:
        application.main()
    assert left.value.code == Exit.REFUSED


def test_an_interruption_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("garant.cli.registration.command", lambda *_: type("C", (), {"main": interrupted})())
    assert application.run(["schema", "plan"]) == Exit.STOPPED


def test_paths_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert application.run(["apply", str(tmp_path), "--approve", "x", "--language", "en"]) == Exit.REFUSED
    assert "Unusable file" in capsys.readouterr().err


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_outside_the_calendar_is_refused(day: str) -> None:
    with pytest.raises(CommandError, match="outside Garant’s calendar"):
        options.day(datetime.fromisoformat(day), "Europe/Paris")


def test_a_request_is_for_today_at_the_latest() -> None:
    tomorrow = datetime.now(ZoneInfo("Pacific/Kiritimati")) + timedelta(days=2)
    with pytest.raises(RefusedError, match="for looking only"):
        options.past_day(tomorrow, "Europe/Paris")
    assert options.past_day(datetime(2026, 1, 31), "Europe/Paris") == date(2026, 1, 31)  # noqa: DTZ001
