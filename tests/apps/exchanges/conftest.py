"""The reference organisation, linked with a client for whom it processes data."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client

from garant.apps.accounts import services as accounts
from garant.apps.exchanges import keys, services
from tests.apps.rights.conftest import somebody, unhurried, work
from tests.apps.rights.steps import OFFICER
from tests.site.conftest import company, demo, demo_systems, installation, site

__all__ = ["company", "demo", "demo_systems", "installation", "site", "somebody", "unhurried", "work"]


class Service(ThreadingHTTPServer):
    """A program of another organisation, on this machine: answers what it is told to, and remembers what it heard."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hears)
        self.heard: list[tuple[str, str, dict[str, str], bytes]] = []
        self.answers: dict[str, Any] = {}
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> Service:
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Hears(BaseHTTPRequestHandler):
    def _any(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        named = {name.lower(): value for name, value in self.headers.items()}
        server.heard.append((self.command, self.path, named, body))
        answer = server.answers.get(self.path, server.answers.get("*", (204, {}, b"")))
        status, headers, said = answer(named, body) if callable(answer) else answer
        connections.close_all()  # of this thread: an answer may have been signed
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._any
        raise AttributeError(name)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A program elsewhere, which may be called although it is on this machine."""
    monkeypatch.setenv("GARANT_WEBHOOKS", "private")
    with Service() as made:
        yield made


@dataclass
class Controller:
    """A client of the reference organisation, with its token there."""

    organisation: str
    peer: Any
    program: Client
    home: str

    def body(self, kind: str, email: str, **more: Any) -> dict[str, Any]:
        return {
            "regulation": "gdpr",
            "subject_request_id": str(uuid4()),
            "subject_request_type": kind,
            "subject_identities": [
                {"identity_type": "email", "identity_value": email, "identity_format": "raw"}
            ],
            "submitted_time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "api_version": "2.0",
            **more,
        }

    def post(self, said: dict[str, Any] | bytes) -> Any:
        sent = said if isinstance(said, bytes) else json.dumps(said).encode()
        return self.program.post(f"{self.home}/requests", sent, content_type="application/json")

    def status(self, number: str) -> Any:
        return self.program.get(f"{self.home}/requests/{number}")


def verified(organisation: str, answer: Any) -> dict[str, Any]:
    """The body of an answer, once its signature was found to be that of the organisation's certificate."""
    pem = services.certificate(organisation)
    keys.verify(pem, answer["X-OpenDSR-Processor-Domain"], answer["X-OpenDSR-Signature"], answer.content)
    return answer.json()


@pytest.fixture
def controller(company: str, service: Service) -> Controller:
    """Linked, with a token, for the customer relationship alone."""
    asked = services.Link("Autocars Durand", service.url, ["controller"], systems=["crm"])
    peer = services.link(company, asked, actor=OFFICER)
    token = services.issue(company, peer.key, accounts.ensure_user(OFFICER), actor=OFFICER)
    program = Client(headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"})
    return Controller(company, peer, program, f"/api/v1/organisations/{company}/opendsr/v2")
