"""`garant --server`: the same questions asked of a real server, whose token goes nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
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


@pytest.fixture
def another(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """A command asked of a server that answers what the test says, whatever is asked for; else as Garant does."""
    answers: dict[str, tuple[int, dict[str, str], bytes]] = {
        "/api/v1/organisations": (200, {}, b'[{"key": "acme"}]')
    }

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            code, headers, body = answers.get(self.path.partition("?")[0], (404, {}, b"<h1>Not found</h1>"))
            self.send_response(code)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    monkeypatch.setenv("GARANT_TOKEN", "grt_x")
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        Thread(target=server.serve_forever, daemon=True).start()

        def run(*arguments: str) -> tuple[int, str, str]:
            url = f"http://127.0.0.1:{server.server_port}"
            code = application.run(["--server", url, *arguments, "--language", "en"])
            captured = capsys.readouterr()
            return code, captured.out, captured.err

        yield run, answers
        server.shutdown()


def test_a_ledger_that_arrives_in_part_leaves_no_file(another: Any, tmp_path: Path) -> None:
    garant, answers = another
    file = tmp_path / "ledger.zip"
    place = "/api/v1/organisations/acme/ledger/export"
    answers[place] = (200, {"Content-Length": "1000"}, b"PK" * 100)
    code, _, said = garant("ledger", "export", str(file))
    assert (code, "Unreachable server" in said, list(tmp_path.iterdir())) == (4, True, [])
    answers[place] = (200, {}, b"PK" * 100)
    assert garant("ledger", "export", str(file))[0] == 0
    assert file.read_bytes() == b"PK" * 100
    code, _, said = garant("ledger", "export", str(file))
    assert (code, "File exists" in said, file.read_bytes()) == (2, True, b"PK" * 100)


@pytest.mark.parametrize(
    ("answer", "said", "code"),
    [
        ((200, {}, b"<html>Welcome</html>"), "is not the API of Garant", 2),
        ((200, {}, b'{"status": "ok"}'), "is not the API of Garant", 2),
        ((302, {"Location": "https://elsewhere.example/"}, b""), "HTTP 302", 2),
        ((502, {}, b"<h1>Bad gateway</h1>"), "HTTP 502", 4),
        ((200, {"Content-Length": "500"}, b'[{"key": "acme"}]'), "Unreachable server", 4),
    ],
)
def test_what_is_no_garant_is_said_so(another: Any, answer: Any, said: str, code: int) -> None:
    garant, answers = another
    answers["/api/v1/organisations"] = answer
    seen, _, told = garant("policy", "list")
    assert (seen, said in told) == (code, True), told


def test_words_of_a_server_are_shown_as_they_are(another: Any) -> None:
    hold = {
        "key": "h1",
        "on": "activity",
        "owner": "Litige [dossier 12] [/fin]",
        "until": None,
        "review": None,
    }
    page = json.dumps({"items": [hold], "next": None}).encode()
    garant, answers = another
    answers["/api/v1/organisations/acme/holds"] = (200, {}, page)
    code, shown, said = garant("hold", "list")
    assert (code, "Litige [dossier 12] [/fin]" in shown) == (0, True), said
