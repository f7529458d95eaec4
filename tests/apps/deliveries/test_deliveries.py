"""A file is handed over once, to whoever has the link, and is gone after in every case."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.test import Client

from garant.apps.deliveries import services, vault, views
from garant.apps.deliveries.models import Handover
from garant.apps.deliveries.refusals import DeliveryRefusedError, NothingHereError
from garant.apps.evidence import services as evidence
from garant.site.rates import Buckets
from tests.apps.seen import seen

pytestmark = pytest.mark.django_db
ABOUT = "R-2026-0001"
CONTENT = [b"Jeanne", b"", b" Martin " * 20_000, b"end"]
Done = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def done(django_capture_on_commit_callbacks: Any) -> Done:
    """What is done once a transaction ends well is done in it."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_WRONG", Buckets(10**6, 10**6))


def prepare(organisation: str, **options: Any) -> tuple[str, str, str]:
    key, link = services.prepare(organisation, ABOUT, "données.zip", iter(CONTENT), **options)
    return key, urlsplit(link).path, link.rstrip("/").rpartition("/")[2]


def files(settings: Any) -> list[Path]:
    return sorted((Path(settings.GARANT_HOME) / "deliveries").iterdir())


def kinds(organisation: str) -> list[str]:
    return [one.kind for one in evidence.records(organisation) if one.kind.startswith("delivery.")]


def body(response: Any) -> bytes:
    content = b"".join(response.streaming_content)
    close(response)
    return content


def close(response: Any) -> None:
    """Whoever received it goes away; the test keeps its connection to the database."""
    response._iterator.close()  # the test client's own, which would connect again what is disconnected here
    request_finished.disconnect(close_old_connections)
    response.close()
    request_finished.connect(close_old_connections)


def test_a_file_is_taken_once(demo: str, settings: Any, done: Done) -> None:
    key, page, _ = prepare(demo)
    client = Client(headers={"Accept-Language": "en"})
    for _ in range(3):  # programs that look at the links of letters
        assert client.get(page).status_code == client.head(page).status_code == 200
    seen_page = client.get(page)
    assert "données.zip" in seen_page.content.decode()
    assert b"<script" not in seen_page.content
    assert not seen_page.cookies
    assert (seen_page["Cache-Control"], seen_page["Referrer-Policy"]) == ("no-store", "no-referrer")
    with done():
        taken = client.post(page)
        assert body(taken) == b"".join(CONTENT)
    assert taken["Content-Length"] == str(len(b"".join(CONTENT)))
    assert "attachment" in taken["Content-Disposition"]
    assert not taken.cookies
    assert [client.post(page).status_code, client.get(page).status_code] == [404, 404]
    assert files(settings) == []
    assert [one.state for one in services.of(demo, ABOUT)] == ["taken"]
    assert kinds(demo) == ["delivery.prepared", "delivery.taken", "delivery.destroyed"]
    assert seen(Handover).get(key=key).sealed is None


def test_at_rest_nothing_opens_it_but_the_link(demo: str, settings: Any) -> None:
    key, _, secret = prepare(demo)
    (file,) = files(settings)
    stored, row = file.read_bytes(), seen(Handover).get()
    assert stored.startswith(b"age-encryption.org/v1")
    assert b"Martin" not in stored
    assert file.stat().st_mode & 0o777 == 0o600
    assert secret not in repr(vars(row))
    assert secret.encode() not in bytes(row.sealed)
    assert services.offered(demo, secret).key == key
    evidence.destroy_subject_keys(demo, [("garant", "deliveries", ABOUT)])
    with pytest.raises(NothingHereError):
        services.offered(demo, secret)


def test_every_link_that_leads_nowhere_is_told_the_same(demo: str, done: Done) -> None:
    client = Client()
    answers: set[tuple[int, bytes, str]] = set()
    root = f"/p/{demo}/fr/file/"

    def ask(page: str) -> None:
        for method in (client.get, client.post):
            said = method(page)
            answers.add((said.status_code, said.content, repr(sorted(said.headers.items()))))

    ask(f"{root}{'A' * 43}/")
    ask(f"{root}nothing/")
    ask(f"{root}{'x' * 2000}/")
    _, taken, _ = prepare(demo)
    with done():
        body(client.post(taken))
    ask(taken)
    _, expired, _ = prepare(demo, days=0)
    ask(expired)
    _, forgotten, _ = prepare(demo)
    services.forget(demo, ABOUT)
    ask(forgotten)
    _, page, secret = prepare(demo)
    ask(page.replace(secret, secret[:-1] + ("A" if secret[-1] != "A" else "B")))
    services.take(demo, secret)
    (refused,) = {client.post(page).content}
    assert {(404, refused, headers) for _, _, headers in answers} == answers


def test_a_link_of_one_organisation_opens_nothing_of_another(demo: str) -> None:
    from garant.apps.organisations import services as organisations

    organisations.create_organisation("neighbour", "Voisine", "Europe/Paris")
    _, page, secret = prepare(demo)
    assert Client().post(page.replace(f"/{demo}/", "/neighbour/")).status_code == 404
    with pytest.raises(NothingHereError):
        services.offered("neighbour", secret)
    assert Client().post(page.replace(f"/{demo}/", "/nobody/")).status_code == 404


def test_a_connection_that_breaks_may_begin_again_twice(demo: str, done: Done) -> None:
    _, page, secret = prepare(demo)
    for _ in range(2):
        broken = Client().post(page)
        next(iter(broken.streaming_content))
        assert Client().post(page).status_code == 404, "one at a time"
        close(broken)
    with done():
        assert body(Client().post(page)) == b"".join(CONTENT)
    _, page, secret = prepare(demo)
    for _ in range(3):
        close(Client().post(page))
    assert Client().post(page).status_code == 404
    with pytest.raises(NothingHereError):
        services.take(demo, secret)


def test_a_process_that_died_does_not_keep_the_file_for_ever(demo: str) -> None:
    _, _, secret = prepare(demo)
    services.take(demo, secret)
    with pytest.raises(NothingHereError):
        services.take(demo, secret)
    services.take(demo, secret, datetime.now(UTC) + services.PATIENCE + timedelta(seconds=1))


def test_the_night_destroys_what_is_past_its_day(demo: str, settings: Any, done: Done) -> None:
    _, page, _ = prepare(demo, days=2)
    stray = vault.folder() / "d-nobody.age"
    stray.write_bytes(b"left by a crash")
    with done():
        assert services.destroy_due() == 0
        assert services.destroy_due(datetime.now(UTC) + timedelta(days=3)) == 2
    assert files(settings) == []
    assert Client().get(page).status_code == 404
    assert kinds(demo) == ["delivery.prepared", "delivery.destroyed"]


def test_forgotten_with_the_matter(demo: str, settings: Any, done: Done) -> None:
    prepare(demo)
    services.prepare(demo, "R-2026-0002", "x", [b"other"])
    with done():
        assert services.forget(demo, ABOUT) == 1
        assert services.forget(demo, ABOUT) == 0
    assert len(files(settings)) == 1
    assert [one.payload["why"] for one in evidence.records(demo, kind="delivery.destroyed")] == ["forgotten"]


def test_to_the_persons_own_key(demo: str, done: Done) -> None:
    own = vault.age.x25519.Identity.generate()
    _, page, _ = prepare(demo, to=str(own.to_public()))
    with done():
        response = Client().post(page)
        received = body(response)
    assert response["Content-Length"] == str(len(received))
    assert ".age" in response["Content-Disposition"]
    assert vault.age.decrypt(received, [own]) == b"".join(CONTENT)
    for wrong in ("age1nothing", "ssh-ed25519 AAAA", "x\n"):
        with pytest.raises(DeliveryRefusedError):
            prepare(demo, to=wrong)


def test_what_does_not_come_whole_is_not_kept(demo: str, settings: Any) -> None:
    def breaks() -> Iterator[bytes]:
        yield b"begun" * 100_000
        raise ConnectionError

    with pytest.raises(ConnectionError):
        services.prepare(demo, ABOUT, "x", breaks())
    assert (files(settings), services.of(demo, ABOUT)) == ([], [])
    with pytest.raises(DeliveryRefusedError):
        services.prepare(demo, "Jeanne Martin", "x", [b""])


def test_a_file_that_was_changed_is_not_taken(demo: str, settings: Any) -> None:
    _, _, secret = prepare(demo)
    (file,) = files(settings)
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    _, pieces = services.take(demo, secret)
    with pytest.raises(vault.FileGoneError):
        list(pieces)
    pieces.close()  # type: ignore[attr-defined]
    file.unlink()
    with pytest.raises(NothingHereError):
        services.take(demo, secret)
    assert services.of(demo, ABOUT)[0].state == "ready"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", 'a"; filename="b', "x\r\nSet-Cookie: a=b", "", "." * 300]
)
def test_a_name_is_a_name(demo: str, name: str) -> None:
    _, link = services.prepare(demo, ABOUT, name, [b"x"])
    said = Client().post(urlsplit(link).path)["Content-Disposition"]
    assert not set(said.partition("filename")[2]) & set("/\\\r\n;")
    assert "Set-Cookie:" not in said


def test_guesses_are_slowed(demo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_WRONG", Buckets(1, 2))
    _, page, secret = prepare(demo)
    wrong = page.replace(secret, "A" * 43)
    assert [Client().get(wrong).status_code for _ in range(3)] == [404, 404, 429]
    assert Client().get(page).status_code == 200, "who has the link is not kept waiting"


def test_guesses_behind_a_proxy_are_counted_by_who_makes_them(
    demo: str, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """The proxy's own address is everybody's."""
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    monkeypatch.setattr(views, "_WRONG", Buckets(1, 2))
    _, page, secret = prepare(demo)
    wrong = page.replace(secret, "A" * 43)
    guesser, other = (
        {"X-Forwarded-For": where, "X-Forwarded-Proto": "https"} for where in ("192.0.2.1", "192.0.2.2")
    )
    assert [Client().get(wrong, headers=guesser).status_code for _ in range(3)] == [404, 404, 429]
    assert Client().get(wrong, headers=other).status_code == 404


BIG = """
import resource, sys
from garant.site import setup
setup.prepare()
from garant.apps.deliveries import services
from garant.apps.evidence import services as evidence
from garant.apps.organisations import services as organisations
evidence.create_keys()
organisations.create_organisation("demo", "Demo", "Europe/Paris")
piece, pieces = bytes(range(256)) * 256, int(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
_, link = services.prepare("demo", "R-1", "x.zip", (piece for _ in range(pieces)))
_, taken = services.take("demo", link.rstrip("/").rpartition("/")[2])
assert sum(map(len, taken)) == len(piece) * pieces
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, services.of("demo", "R-1")[0].state)
"""


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    environment = {**os.environ, "GARANT_HOME": str(tmp_path / "home"), "DATABASE_URL": ""}
    done = subprocess.run(
        [sys.executable, "-c", BIG, "3200"], check=False, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    grown, state = done.stdout.split()
    assert (state, int(grown) < 16_000) == ("taken", True), f"{grown} KiB for 200 MiB"
