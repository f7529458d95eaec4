"""Programs elsewhere are told of entries: signed, in order, again until they hear, and never inside our network."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from garant.apps.backups import unread
from garant.apps.evidence import services as evidence
from garant.apps.promises.refusals import RefusedError
from garant.apps.tokens.entries import TokenRevoked
from garant.apps.webhooks import sending, services
from garant.apps.webhooks.models import Delivery, Endpoint
from garant.apps.webhooks.refusals import NotTakenError, WebhookRefusedError
from garant.ledger import Entry
from garant.ledger.commitments import UnwrapRefusedError
from tests.api.conftest import client, token_of
from tests.apps.seen import seen


class Listener(ThreadingHTTPServer):
    """A program elsewhere, on this machine: answers what it is told to answer, and remembers what it heard."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hears)
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hook?from=garant"


class _Hears(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
        status = server.answers.pop(0) if server.answers else 204
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    monkeypatch.setenv("GARANT_WEBHOOKS", "private")
    server = Listener()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def told(listener: Listener) -> list[dict[str, Any]]:
    return [json.loads(body) for _, body in listener.heard]


@pytest.mark.django_db
def test_an_entry_is_told_once_signed_as_standard_webhooks_are(organisation: str, listener: Listener) -> None:
    endpoint, secret = services.add(organisation, listener.url, [], actor="dpo")
    assert services.gather() == {}, "what was there before is not told"
    evidence.destroy_subject_keys(organisation, [("nobody",)])
    evidence.person(organisation, "x")
    _enter(organisation)
    (key,) = services.gather().values()
    assert services.gather() == {f"{key}/0": key}
    assert services.deliver(key)
    assert services.gather() == {}
    assert services.deliver(key), "taken, it is not told again"
    ((headers, body),) = listener.heard
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256)
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    said = json.loads(body)
    assert (said["type"], said["data"]["organisation"]) == ("token.revoked", organisation)
    assert said["data"]["payload"] == {"token": "000000000000"}
    (delivery,) = services.deliveries(organisation, endpoint.key)
    assert (delivery.state, delivery.status, delivery.attempts) == ("taken", 204, 1)
    assert secret.removeprefix("whsec_") not in repr(vars(seen(Endpoint).get()))


def later(seconds: int) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def _enter(organisation: str) -> None:
    """One entry, of a kind that nothing else here writes."""
    evidence.append(organisation, [Entry(TokenRevoked(token="000000000000"), datetime.now(UTC))])


@pytest.mark.django_db
def test_what_takes_the_place_of_a_forgotten_entry_is_another_message(
    organisation: str, listener: Listener
) -> None:
    """After a restore the ledger goes on where the backup ended: whoever heard of that place before hears of this one."""
    services.add(organisation, listener.url, ["token.*"], actor="dpo")
    for token in ("0" * 12, "1" * 12):
        with transaction.atomic():
            evidence.append(organisation, [Entry(TokenRevoked(token=token), datetime.now(UTC))])
            (key,) = services.gather().values()
            assert services.deliver(key)
            transaction.set_rollback(True)
    (first, _), (second, _) = listener.heard
    assert first["webhook-id"] != second["webhook-id"]


@pytest.mark.django_db
def test_after_a_restore_nothing_is_told_until_somebody_has_read(
    organisation: str, listener: Listener
) -> None:
    """An address that was ended since the backup is there again: it would hear of each entry from then on."""
    ended, _ = services.add(organisation, listener.url, ["token.*"], actor="dpo")
    services.add(organisation, listener.url, ["token.*"], actor="dpo")
    _enter(organisation)
    waited = list(services.gather().values())
    unread.flag(Path(settings.GARANT_HOME), "ab" * 32)
    unread.notice()
    _enter(organisation)
    assert services.gather() == {}
    for key in waited:  # durable execution brings an attempt of before back
        with pytest.raises(RefusedError, match="nobody has said"):
            services.deliver(key)
    unread.acknowledge(organisation, missing=1, actor="dpo")
    services.end(organisation, ended.key, actor="dpo")
    assert [services.deliver(key) for key in services.gather().values()] == [True, True]
    assert len(listener.heard) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("status", [500, 404, 302])
def test_what_is_not_taken_is_tried_again_and_no_redirect_is_followed(
    organisation: str, listener: Listener, status: int
) -> None:
    services.add(organisation, listener.url, ["token.*"], actor="dpo")
    _enter(organisation)
    (key,) = services.gather().values()
    listener.answers = [status]
    assert not services.deliver(key)
    assert services.gather() == {}
    assert services.gather(later(3)) == {f"{key}/1": key}
    assert services.deliver(key)
    row = seen(Delivery).get()
    assert (row.state, row.attempts, row.status) == ("taken", 2, 204)
    assert len({headers["webhook-id"] for headers, _ in listener.heard}) == 1


@pytest.mark.django_db
def test_whoever_never_hears_is_told_no_more(
    organisation: str, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "SILENCE", 2)
    endpoint, _ = services.add(organisation, listener.url, ["token.revoked"], actor="dpo")
    listener.shutdown()
    listener.server_close()
    for _ in range(3):
        _enter(organisation)
    keys = list(services.gather().values())
    for key in keys[:2]:
        for _ in range(services.ATTEMPTS + 1):
            assert not services.deliver(key)
    assert {row.attempts for row in seen(Delivery)} == {0, services.ATTEMPTS}
    assert services.gather(later(10**6)) == {}
    assert not services.deliver(keys[2])
    (ended,) = evidence.records(organisation, kind="webhook.ended")
    assert (ended.payload, services.listing(organisation)) == ({"webhook": endpoint.key, "by": "silence"}, [])
    assert [one.key for one in services.silent(organisation)] == [endpoint.key]
    assert services.silent(organisation, later(31 * 86_400)) == []


@pytest.mark.django_db
def test_kinds_choose_what_is_told(organisation: str, listener: Listener) -> None:
    services.add(organisation, listener.url, ["run.*", "plan.approved"], actor="dpo")
    _enter(organisation)
    assert services.gather() == {}
    with pytest.raises(WebhookRefusedError, match="No entry is of the kind"):
        services.add(organisation, listener.url, ["nothing.*"], actor="dpo")


@pytest.mark.django_db
def test_an_attempt_that_broke_is_not_the_last(organisation: str, listener: Listener) -> None:
    """Its secret could not be read just then, or the worker was killed: the next attempt has another name."""
    endpoint, _ = services.add(organisation, listener.url, ["token.*"], actor="dpo")
    _enter(organisation)
    ((name, key),) = services.gather().items()
    sealed = bytes(seen(Endpoint).get().sealed)
    seen(Endpoint).update(sealed=b"not this, which is as long as a secret under its key")
    with pytest.raises(UnwrapRefusedError):
        services.deliver(key)
    seen(Endpoint).update(sealed=sealed)
    later_on = services.gather(later(3))
    assert list(later_on.values()) == [key]
    assert name not in later_on
    assert services.deliver(key)
    assert services.listing(organisation)[0].key == endpoint.key


@pytest.mark.django_db
def test_the_last_attempt_that_broke_is_given_up(organisation: str, listener: Listener) -> None:
    services.add(organisation, listener.url, ["token.*"], actor="dpo")
    _enter(organisation)
    (key,) = services.gather().values()
    seen(Delivery).update(attempts=services.ATTEMPTS)
    assert not services.deliver(key)
    assert seen(Delivery).get().state == "lost"
    assert listener.heard == []


@pytest.mark.django_db
def test_what_is_ended_while_it_is_tried_does_not_wait_again(
    organisation: str, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint, _ = services.add(organisation, listener.url, ["token.*"], actor="dpo")
    _enter(organisation)
    (key,) = services.gather().values()
    listener.answers = [500]
    post = sending.post

    def meanwhile(*what: Any) -> int:
        services.end(organisation, endpoint.key, actor="dpo")
        return post(*what)

    monkeypatch.setattr(sending, "post", meanwhile)
    assert not services.deliver(key)
    assert seen(Delivery).get().state == "lost"


@pytest.mark.django_db
def test_what_was_told_long_ago_is_forgotten(organisation: str, listener: Listener) -> None:
    services.add(organisation, listener.url, ["token.*"], actor="dpo")
    _enter(organisation)
    _enter(organisation)
    first, _ = services.gather().values()
    assert services.deliver(first)
    services.forget_old(datetime.now(UTC) + timedelta(days=29))
    assert len(seen(Delivery)) == 2
    services.forget_old(datetime.now(UTC) + timedelta(days=31))
    assert [one.state for one in seen(Delivery)] == ["waiting"]


INSIDE = [
    "https://127.0.0.1/",
    "https://localhost/",
    "https://[::1]/",
    "https://10.0.0.1/x",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://[fe80::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://0.0.0.0/",
    "https://100.64.0.1/",
    "https://[2002:7f00:1::]/",
    "https://[64:ff9b::10.0.0.1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://224.0.0.1/",
]


@pytest.mark.parametrize("url", INSIDE)
def test_an_address_inside_our_network_is_never_called(url: str) -> None:
    with pytest.raises(WebhookRefusedError, match="on this machine or its network"):
        sending.post(url, b"{}", {})


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://example.org/", "begin with https"),
        ("ftp://example.org/", "begin with https"),
        ("https:///x", "malformed"),
        ("https://a b/", "malformed"),
        ("https://example.org:0/", "malformed"),
        ("https://example.org:99999/", "malformed"),
        ("https://user:secret@example.org/", "a name or a password"),
        ("https://exämple.org/", "malformed"),
        ("https://example.org/\r\nX: y", "malformed"),
    ],
)
def test_an_address_that_is_none_is_not_kept(url: str, said: str) -> None:
    with pytest.raises(WebhookRefusedError, match=said):
        sending.check(url)


def test_a_name_that_leads_inside_after_all_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name is looked up when it is called: it may have been public the day it was given (DNS rebinding)."""
    monkeypatch.setattr(
        "socket.getaddrinfo",
        lambda *_, **__: [(2, 1, 6, "", ("1.1.1.1", 443)), (2, 1, 6, "", ("10.0.0.1", 443))],
    )
    assert sending.check("https://hooks.example/").hostname == "hooks.example"
    with pytest.raises(WebhookRefusedError, match="on this machine or its network"):
        sending.post("https://hooks.example/", b"{}", {})


@pytest.mark.django_db
def test_programs_make_see_and_end_them(organisation: str, listener: Listener) -> None:
    program = client(token_of(organisation, "administrator"))
    address = f"/api/v1/organisations/{organisation}/webhooks"
    made = program.post(address, {"url": listener.url}, content_type="application/json")
    assert (made.status_code, made.json()["secret"][:6]) == (201, "whsec_"), made.content
    (listed,) = program.get(address).json()["items"]
    assert "secret" not in listed
    _enter(organisation)
    services.deliver(*services.gather().values())
    (one,) = program.get(f"{address}/{listed['key']}/deliveries").json()["items"]
    assert (one["kind"], one["state"]) == ("token.revoked", "taken")
    assert program.post(f"{address}/{listed['key']}/end").status_code == 204
    assert program.post(f"{address}/{listed['key']}/end").status_code == 404
    refused = program.post(address, {"url": "https://user:x@example.org/"}, content_type="application/json")
    assert (refused.status_code, "a name or a password" in refused.json()["detail"]) == (409, True)


DURABLY = """
import sys, threading, time
from garant.site import setup
setup.prepare()
from garant.apps.evidence import services as evidence
from garant.apps.jobs import worker
from garant.apps.organisations import services as organisations
from garant.apps.webhooks import services
from garant.apps.webhooks.models import Delivery
from django_scopes import scopes_disabled
evidence.create_keys()
organisations.create_organisation("demo", "Demo", "Europe/Paris")
services.add("demo", sys.argv[1], ["webhook.added"], actor="dpo")
services.add("demo", sys.argv[1], ["token.*"], actor="dpo")
stop = threading.Event()
thread = threading.Thread(target=worker.work, args=(stop.is_set,))
thread.start()
end = time.monotonic() + 60
with scopes_disabled():
    while time.monotonic() < end and not Delivery.objects.filter(state="taken").exists():
        time.sleep(0.1)
stop.set()
thread.join()
"""


@pytest.mark.slow
def test_durably_it_is_told_after_a_refusal(listener: Listener, tmp_path: Path) -> None:
    listener.answers = [503]
    environment = {**os.environ, "GARANT_HOME": str(tmp_path / "home"), "DATABASE_URL": ""}
    done = subprocess.run(
        [sys.executable, "-c", DURABLY, listener.url],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert [one["type"] for one in told(listener)] == ["webhook.added"] * 2
    assert len({headers["webhook-id"] for headers, _ in listener.heard}) == 1


@contextmanager
def dripping(said: bytes) -> Iterator[str]:
    """A server that says the beginning of an answer, then one byte after the other of a header."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            client, _ = server.accept()
            with client, suppress(OSError):
                client.sendall(said)
                for _ in range(300):
                    client.sendall(b"x")
                    time.sleep(0.02)
                client.sendall(b"\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join()


@pytest.mark.parametrize("said", [b"HTTP/1.1 200 OK\r\nX-Drop: ", b"HTTP/1.1 "])
def test_an_answer_that_comes_drop_by_drop_is_broken_off(
    monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    """Each byte renews the patience of a socket: without an end a worker waits for ever."""
    monkeypatch.setenv("GARANT_WEBHOOKS", "private")
    monkeypatch.setattr(sending, "WHOLE", 0.5)
    with dripping(said) as url, pytest.raises(NotTakenError, match="too slow"):
        sending.post(url, b"{}", {})


def test_a_file_that_comes_drop_by_drop_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARANT_WEBHOOKS", "private")
    monkeypatch.setattr(sending, "ALL", 0.5)
    kept = io.BytesIO()
    begun = b"HTTP/1.1 200 OK\r\nContent-Length: 302\r\n\r\n"
    with dripping(begun) as url, pytest.raises(NotTakenError, match="too slow"):
        sending.fetch(url, {}, kept, most=1000)
    assert len(kept.getvalue()) < 302
