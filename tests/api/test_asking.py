"""“May I?” before Django's handler: what the site itself answers to the same request is the oracle."""

from __future__ import annotations

import io
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from garant.apps.permissions import counting, services
from garant.apps.tokens import services as tokens
from garant.site import asking
from garant.site.asking import Asking
from tests.api.conftest import token_of

pytestmark = pytest.mark.django_db

HIRING = "recruitment/hiring"
SOMEBODY = {"email": "somebody@demo.example"}

Answered = tuple[str, dict[str, str], Any]


class Site:
    """The site, and how many requests came to it."""

    def __init__(self) -> None:
        self.came = 0
        self._site = get_wsgi_application()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.came += 1
        return self._site(environ, start_response)


@pytest.fixture(autouse=True)
def counted_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts are written when a test says so."""
    monkeypatch.setattr(counting, "_counts", Counter())
    monkeypatch.setattr(counting, "_writer", [threading.Timer(0, print)])


@pytest.fixture(autouse=True)
def kept_open(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The connection stays that of the test's transaction, as with Django's own test client."""
    monkeypatch.setattr(asking, "close_old_connections", lambda: None)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def token(organisation: str) -> str:
    return token_of(organisation, "dpo")


def question(token: str, **changed: Any) -> dict[str, Any]:
    """A request as a server gives it, but for what is changed."""
    content = changed.pop("content", json.dumps({"subject": SOMEBODY, "purpose": HIRING}).encode())
    plain = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/api/v1/organisations/seipra-score/may",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(content)),
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(content),
        "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(),
    }
    return {**plain, **changed}


def answer(application: Any, environ: dict[str, Any]) -> Answered:
    """Status, headers and content of one answer."""
    begun: list[tuple[str, list[tuple[str, str]]]] = []
    given = application(environ, lambda status, headers: begun.append((status, headers)))
    content = b"".join(given)
    getattr(given, "close", lambda: None)()
    ((status, headers),) = begun
    assert int(dict(headers)["Content-Length"]) == len(content)
    return status, dict(headers), json.loads(content)


PLAIN = {
    "in French": {},
    "in English": {"HTTP_ACCEPT_LANGUAGE": "en"},
    "in neither": {"HTTP_ACCEPT_LANGUAGE": "de, *;q=0.5"},
    "of British English": {"HTTP_ACCEPT_LANGUAGE": "en-GB,en;q=0.9,fr;q=0.5"},
    "about a purpose there is not": {
        "content": json.dumps({"subject": SOMEBODY, "purpose": "gossip", "more": 1}).encode()
    },
    "about data not declared": {
        "content": json.dumps({"subject": SOMEBODY, "purpose": HIRING, "data": ["health"]}).encode()
    },
    "with a cookie": {"HTTP_COOKIE": "language=en"},
    "with a charset": {"CONTENT_TYPE": "application/json; charset=utf-8"},
}  # fmt: skip


@pytest.mark.parametrize("changed", PLAIN.values(), ids=PLAIN)
def test_a_plain_question_is_answered_as_the_site_would(
    token: str, site: Site, changed: dict[str, Any]
) -> None:
    expected = answer(site, question(token, **changed))
    assert answer(Asking(site), question(token, **changed)) == expected
    assert (site.came, expected[0]) == (1, "200 OK")


OTHERS = {
    "malformed": {"content": b'{"subject": '},
    "nobody named": {"content": json.dumps({"subject": {}, "purpose": HIRING}).encode()},
    "an address that is none": {"content": json.dumps({"subject": {"email": "x"}, "purpose": HIRING}).encode()},
    "half a character": {"content": b'{"subject": {"email": "\\ud800@x.example"}, "purpose": "x"}'},
    "another encoding": {"content": json.dumps({"subject": SOMEBODY, "purpose": HIRING}).encode("utf-16")},
    "a NUL": {"content": json.dumps({"subject": {"email": "a\0@x.example"}, "purpose": "x"}).encode()},
    "without a token": {"HTTP_AUTHORIZATION": ""},
    "a token of nobody": {"HTTP_AUTHORIZATION": f"Bearer garant_{'0' * 12}_{'A' * 43}"},
    "another scheme": {"HTTP_AUTHORIZATION": "Basic eDp5"},
    "another organisation": {"PATH_INFO": "/api/v1/organisations/neighbour/may"},
    "no organisation": {"PATH_INFO": "/api/v1/organisations/nobody/may"},
    "another method": {"REQUEST_METHOD": "GET"},
    "no length": {"CONTENT_LENGTH": ""},
    "not a length": {"CONTENT_LENGTH": "-1"},
    "a query": {"QUERY_STRING": "x=1"},
    "long": {"content": json.dumps({"subject": SOMEBODY, "purpose": HIRING, "more": "x" * 70_000}).encode()},
}  # fmt: skip


@pytest.mark.parametrize("changed", OTHERS.values(), ids=OTHERS)
def test_everything_else_is_the_sites_to_answer(
    token: str, neighbour: str, site: Site, changed: dict[str, Any]
) -> None:
    expected = answer(site, question(token, **changed))
    assert answer(Asking(site), question(token, **changed)) == expected
    assert site.came == 2


def test_who_may_not_ask_is_told_by_the_site(organisation: str, site: Site) -> None:
    seeing = token_of(organisation, "dpo", ["see"])
    status, _, problem = answer(Asking(site), question(seeing))
    assert (status, problem["type"]) == ("403 Forbidden", "urn:garant:problem:scope-missing")
    allowed = token_of(organisation, "dpo", ["ask"])
    assert answer(Asking(site), question(allowed))[0] == "200 OK"
    tokens.revoke(organisation, allowed.split("_")[1], actor="dpo@demo.example")
    assert answer(Asking(site), question(allowed))[0] == "401 Unauthorized"


def test_questions_are_counted_and_limited_together(
    organisation: str, token: str, site: Site, limited: Callable[[str, int], None]
) -> None:
    limited("ask", 3)
    statuses = [answer(Asking(site), question(token))[0] for _ in range(3)]
    assert statuses == ["200 OK", "200 OK", "200 OK"]
    status, headers, _ = answer(Asking(site), question(token))
    assert (status, headers["Retry-After"]) == ("429 Too Many Requests", "1")
    counting.write()
    assert sum(one.number for one in services.counts(organisation)) == 3


def test_what_is_done_once_under_a_key_is_the_sites_to_remember(token: str, site: Site) -> None:
    told = [answer(Asking(site), question(token, HTTP_IDEMPOTENCY_KEY="one"))[1] for _ in range(2)]
    assert [one.get("Idempotency-Replayed") for one in told] == [None, "true"]
    assert site.came == 2


def test_behind_a_proxy_the_question_came_over_https(token: str, settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = True
    site = Site()
    came = question(token, HTTP_X_FORWARDED_PROTO="https", HTTP_X_FORWARDED_FOR="192.0.2.1")
    assert answer(Asking(site), came)[0] == "200 OK"
    assert site.came == 0
    in_clear = question(token, HTTP_X_FORWARDED_PROTO="http")
    begun: list[str] = []
    Asking(site)(in_clear, lambda status, _: begun.append(status))
    assert begun == ["301 Moved Permanently"]
