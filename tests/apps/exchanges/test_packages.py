"""A person takes their data to another organisation: encrypted to it, signed for by it, and opened by a person there."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from garant.apps.accounts import services as accounts
from garant.apps.accounts.roles import Role
from garant.apps.accounts.services import Habilitation
from garant.apps.deliveries import vault
from garant.apps.evidence import services as evidence
from garant.apps.exchanges import keys, reception, services, transmission
from garant.apps.exchanges.models import Peer, Reception, Transmission
from garant.apps.organisations import services as organisations
from garant.apps.rights import services as rights
from garant.apps.scoping import scoped
from garant.apps.webhooks.refusals import NotTakenError
from tests.apps.exchanges.conftest import Service, somebody, work
from tests.apps.rights.conftest import Letters, post
from tests.apps.rights.steps import OFFICER, asked, post_form
from tests.apps.seen import seen
from tests.site.conftest import sign_in

__all__ = ["post"]

pytestmark = pytest.mark.django_db(transaction=True)
THERE = "voisine"
KEEPER = "gardienne@voisine.example"
NUMBER = "a7551968-d5d6-44b2-9831-815ac9017798"


@pytest.fixture
def there(company: str, settings: Any) -> str:
    """Another organisation, with somebody who reads what comes."""
    made = organisations.create_organisation(THERE, "Voisine", "Europe/Paris").key
    user = accounts.ensure_user(KEEPER)
    accounts.give(made, user, Habilitation(Role.DPO), actor="garant")
    return made


def linked_from(company: str, there: str, url: str) -> tuple[Peer, str]:
    """Them, linked there as a sender; and their token."""
    sender = services.link(there, services.Link("Seipra", url, ["sender"]), actor=KEEPER)
    return sender, services.issue(there, sender.key, accounts.ensure_user(KEEPER), actor=KEEPER)


@pytest.fixture
def receiver(
    company: str, there: str, live_server: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Peer:
    """That organisation, over real HTTP, linked here as one to which packages go."""
    monkeypatch.setenv("GARANT_WEBHOOKS", "private")
    settings.GARANT_URL = live_server.url
    _, token = linked_from(company, there, live_server.url)
    asked_for = services.Link("Voisine", services.base(there), ["receiver"], token=token)
    made = services.link(company, asked_for, actor=OFFICER)
    assert services.receivers(company) == {}, "not before somebody compared the fingerprint"
    services.confirm(company, made.key, actor=OFFICER)
    return made


def deliver(days: float = 0) -> int:
    at = datetime.now(UTC) + timedelta(days=days, seconds=1)
    return sum(services.attempt(name) for name in services.gather(at))


def chosen(company: str, post: Letters, receiver: str, other: str = "") -> tuple[Any, str]:
    """A portability whose person named who receives their data."""
    request, mine = asked(company, post, "portability", somebody())
    refused = post_form(Client(), mine, {"transmit": "1", "receiver": receiver, "other": other})
    assert (refused.status_code, "cochez la case" in refused.content.decode()) == (422, True)
    sent = {"transmit": "1", "receiver": receiver, "other": other, "consents": "on"}
    assert post_form(Client(), mine, sent).status_code == 303
    rights.texts_read(company, request.key, [], actor=OFFICER)
    rights.approve(company, request.key, actor=OFFICER)
    work(company, "request-package")
    return request, mine


def test_from_one_garant_to_another_over_http(
    company: str, there: str, receiver: Peer, post: Letters
) -> None:
    request, mine = chosen(company, post, receiver.key)
    assert rights.find(company, request.key).state == "running", "not answered before it is signed for"
    assert "nous attendons" in Client().get(mine).content.decode()
    (one,) = services.of_request(company, request.key)
    assert vault.path(one.key).is_file()
    assert deliver() == 1
    assert deliver() == 0
    request = rights.find(company, request.key)
    assert (request.state, request.outcome) == ("answered", "fully")
    assert post.last("transmitted")["recipients"] == ("Voisine",)
    assert "package_ready" not in post.kinds(request.key)
    page = Client().get(mine).content.decode()
    assert "en a signé" in page
    assert one.sha256 in page
    assert not vault.path(one.key).exists(), "our copy is gone"

    (held,) = services.inbox(there)
    assert (held.sha256, held.reference) == (one.sha256, request.key)
    keeper = sign_in(KEEPER)
    shown = keeper.get(f"/o/{there}/packages/").content.decode()
    assert request.key in shown
    opened: Any = keeper.post(f"/o/{there}/packages/{held.key}/open/")
    assert (opened["Content-Type"], "attachment" in opened["Content-Disposition"]) == (
        "application/octet-stream",
        True,
    )
    with zipfile.ZipFile(io.BytesIO(b"".join(opened.streaming_content))) as package:
        assert "data.json" in package.namelist()
    assert sign_in(OFFICER).get(f"/o/{there}/packages/").status_code in (403, 404)
    keeper.post(f"/o/{there}/packages/{held.key}/destroy/")
    assert not vault.path(held.key).exists()

    kinds = {record.kind for record in evidence.records(company)}
    assert "exchange.package-sent" in kinds
    kinds = [record.kind for record in evidence.records(there) if record.kind.startswith("exchange.package")]
    assert kinds == ["exchange.package-received", "exchange.package-opened", "exchange.package-destroyed"]


def test_the_answer_is_lost_and_the_package_is_received_once(
    company: str, there: str, receiver: Peer, post: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, _ = chosen(company, post, receiver.key)
    send = transmission._send

    def lose(one: Any) -> Any:
        send(one)
        raise NotTakenError(None, "the line went dead")

    monkeypatch.setattr(transmission, "_send", lose)
    assert deliver() == 0
    monkeypatch.setattr(transmission, "_send", send)
    assert deliver(1) == 1
    assert seen(Reception).count() == 1
    assert len(list(vault.folder().iterdir())) == 1, "theirs"
    assert rights.find(company, request.key).state == "answered"


def test_an_upload_that_breaks_off_leaves_nothing_there_and_is_received_once(
    company: str, there: str, receiver: Peer, post: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package is sent from its beginning again (ADR 0053): the half of it is dropped, and the whole taken once."""
    request, _ = chosen(company, post, receiver.key)
    (mine,) = vault.folder().iterdir()
    whole, take, told = transmission._pieces, reception._take, threading.Semaphore(0)

    def taken(*given: Any) -> None:
        try:
            take(*given)
        finally:
            told.release()

    def half(key: str) -> Iterator[bytes]:
        everything = b"".join(whole(key))
        yield everything[: len(everything) // 2]
        raise NotTakenError(None, "the line went dead")

    monkeypatch.setattr(reception, "_take", taken)
    monkeypatch.setattr(transmission, "_pieces", half)
    for day in range(3):
        assert deliver(day) == 0
        assert told.acquire(timeout=60), "the other side has not found out that nothing more comes"
    assert list(vault.folder().iterdir()) == [mine], "the receiver kept a half"
    assert seen(Reception).count() == 0
    monkeypatch.setattr(transmission, "_pieces", whole)
    assert deliver(4) == 1
    assert deliver(5) == 0
    (held,) = services.inbox(there)
    (sent,) = services.of_request(company, request.key)
    assert (held.sha256, held.size) == (sent.sha256, sent.size)
    assert seen(Reception).count() == 1
    assert rights.find(company, request.key).state == "answered"


@pytest.fixture
def elsewhere(company: str, service: Service) -> Peer:
    """A receiver of which only the certificate is real: what it answers, each test says."""
    with scoped(company):
        return Peer.objects.create(
            key="x-elsewhere",
            organisation=company,
            name="Ailleurs",
            url=service.url,
            roles=["receiver"],
            domain="127.0.0.1",
            certificate=keys.seal_of(company).certificate,
            sealed=keys.seal(company, "garant_token"),
            offers={"age": keys.seal_of(company).age},
            made_at=datetime.now(UTC),
            confirmed_at=datetime.now(UTC),
        )


def answers(company: str, change: dict[str, Any], signature: str = "") -> Any:
    """What a receiver answers: a receipt, with something wrong about it."""

    def answer(headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        row = seen(Transmission).get()
        said = {"package_id": row.number, "sha256": row.sha256, "bytes": row.size, **change}
        sent = json.dumps(said).encode()
        return 201, {"X-OpenDSR-Signature": signature or keys.sign(company, sent)}, sent

    return answer


WRONG: list[Any] = [
    (204, {}, b""),
    (500, {}, b"<html>"),
    (201, {}, b"{}"),
    (201, {"X-OpenDSR-Signature": "garbage"}, b"\xff\xfe\x00"),
    (302, {"Location": "http://169.254.169.254/latest"}, b""),
    (201, {}, b"x" * 200_000),
    {"change": {"sha256": "0" * 64}},
    {"change": {"bytes": 1}},
    {"change": {}, "signature": base64.b64encode(b"x" * 384).decode()},
]
"""Nothing, an error, no signature, garbage, a redirect inside, too much, another package, another's signature."""


def test_what_is_no_receipt_is_none(company: str, elsewhere: Peer, service: Service, post: Letters) -> None:
    request, _ = chosen(company, post, elsewhere.key)
    for day, wrong in enumerate(WRONG):
        service.answers["*"] = answers(company, **wrong) if isinstance(wrong, dict) else wrong
        assert deliver(day) == 0, wrong
        assert rights.find(company, request.key).state == "running"
    assert "transmitted" not in post.kinds(request.key)
    service.answers["*"] = answers(company, {})
    assert deliver(10) == 1
    assert rights.find(company, request.key).state == "answered"


def test_a_receiver_down_for_good_leads_to_the_person_and_the_letter_says_so(
    company: str, elsewhere: Peer, service: Service, post: Letters
) -> None:
    request, mine = chosen(company, post, elsewhere.key)
    service.shutdown()
    service.server_close()
    for day in range(40):
        deliver(day)
    (one,) = services.of_request(company, request.key)
    assert one.state == "lost"
    assert not vault.path(one.key).exists()
    work(company, "request-package")
    facts = post.last("package_ready")
    assert facts["recipients"] == ("Ailleurs",)
    request = rights.find(company, request.key)
    assert request.state == "answered"
    assert any("techniquement possible" in sent.text for sent in rights.sent(request))
    assert "n’a pas été techniquement possible" in Client().get(mine).content.decode()


@pytest.fixture
def other(company: str, receiver: Peer) -> Peer:
    """The same organisation again, linked under another name."""
    with scoped(company):
        made = Peer.objects.get(key=receiver.key)
        made.key, made.name = "autre", "Autre"
        made.save(force_insert=True)
    return made


@pytest.mark.parametrize("answers", [True, False], ids=["signs", "is-down"])
def test_who_is_chosen_after_another_gets_it_whatever_the_other_says(
    company: str, receiver: Peer, other: Peer, post: Letters, monkeypatch: pytest.MonkeyPatch, answers: bool
) -> None:
    request, mine = chosen(company, post, receiver.key)
    assert deliver() == 1
    choose(mine, other)
    work(company, "request-package")
    choose(mine, receiver)  # before the other has answered
    if not answers:
        with monkeypatch.context() as down:
            down.setattr(transmission, "ATTEMPTS", 1)
            down.setattr(transmission, "_send", refuse)
            deliver()
    assert deliver() == answers
    work(company, "request-package")
    assert deliver() == 1
    ends = [(one.peer.name, one.state) for one in services.of_request(company, request.key)]
    second = "received" if answers else "lost"
    assert sorted(ends) == sorted([("Voisine", "received"), ("Autre", second), ("Voisine", "received")])
    assert "package_ready" not in post.kinds(request.key), "it is not for the person"
    assert post.last("transmitted")["recipients"] == ("Voisine",)


def test_who_is_chosen_while_a_package_is_made_gets_one_too(
    company: str, receiver: Peer, other: Peer, post: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, mine = chosen(company, post, receiver.key)
    assert deliver() == 1
    choose(mine, receiver)
    prepare = transmission.prepare

    def meanwhile(organisation: str, key: str, to: str) -> Any:
        made = prepare(organisation, key, to)
        if to == receiver.key:
            choose(mine, other)
        return made

    with monkeypatch.context() as patch:
        patch.setattr(services, "prepare", meanwhile)
        work(company, "request-package")
    assert deliver() == 2
    names = [one.peer.name for one in services.of_request(company, request.key)]
    assert sorted(names) == ["Autre", "Voisine", "Voisine"]


def choose(mine: str, peer: Peer) -> None:
    """The person says on their page who receives their data."""
    sent = {"transmit": "1", "receiver": peer.key, "consents": "on"}
    assert post_form(Client(), mine, sent).status_code == 303


def refuse(_one: Any) -> Any:
    raise NotTakenError(503, "HTTP 503")


def test_an_organisation_that_nobody_linked_is_said_not_feasible(company: str, post: Letters) -> None:
    request, _ = chosen(company, post, "", "Banque du Coin")
    assert post.last("package_ready")["recipients"] == ("Banque du Coin",)
    assert rights.find(company, request.key).state == "answered"


@pytest.fixture
def sender(company: str, there: str) -> Client:
    """A program that hands packages over, as it likes."""
    _, token = linked_from(company, there, "https://sender.example")
    return Client(headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"})


def put(sender: Client, body: bytes, number: str = NUMBER, digest: str | None = None, **headers: str) -> Any:
    said = base64.b64encode(hashlib.sha256(body).digest()).decode() if digest is None else digest
    return sender.put(
        f"/api/v1/organisations/{THERE}/opendsr/v2/packages/{number}",
        body,
        content_type="application/octet-stream",
        headers={"Content-Digest": f"sha-256=:{said}:", **headers},
    )


def encrypted(there: str, content: bytes) -> bytes:
    to = keys.age.x25519.Recipient.from_str(keys.seal_of(there).age)
    return keys.age.encrypt(content, [to])


def test_the_same_package_fifty_times_is_received_once(there: str, sender: Client) -> None:
    body = encrypted(there, b"a bomb, a polyglot, whatever it says to be: nobody looks")
    receipts = {put(sender, body).content for _ in range(50)}
    assert len(receipts) == 1
    assert seen(Reception).count() == 1
    assert len(list(vault.folder().iterdir())) == 1
    other = put(sender, encrypted(there, b"another"))
    assert (other.status_code, seen(Reception).count()) == (409, 1)
    again = sender.get(f"/api/v1/organisations/{THERE}/opendsr/v2/packages/{NUMBER}")
    assert again.content in receipts


def test_what_is_not_a_package_leaves_nothing(
    there: str, sender: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("zeros", b"\0" * 10_000_000)
    good = encrypted(there, b"data")
    assert put(sender, bomb.getvalue()).status_code == 400, "in clear"
    assert put(sender, good, digest="A" * 43 + "=").status_code == 400, "another digest"
    assert put(sender, good, digest="none").status_code == 400
    assert put(sender, good, number="..%2f..%2fetc").status_code in (400, 404)
    assert put(sender, b"").status_code == 409
    monkeypatch.setattr("garant.apps.exchanges.reception.LARGEST", 100)
    assert put(sender, good).status_code == 409
    monkeypatch.undo()
    monkeypatch.setattr("garant.apps.exchanges.reception.WAITING", 0)
    assert put(sender, good).status_code == 409
    monkeypatch.undo()
    monkeypatch.setattr("garant.apps.deliveries.vault.room", lambda: 0)
    monkeypatch.setattr("garant.apps.deliveries.services.room", lambda: 0)
    assert put(sender, good).status_code == 409
    assert seen(Reception).count() == 0
    assert list(vault.folder().iterdir()) == []


def test_a_package_that_is_not_for_us_is_said_so_and_one_past_its_day_is_gone(
    there: str, sender: Client
) -> None:
    stranger = keys.age.x25519.Identity.generate().to_public()
    assert put(sender, keys.age.encrypt(b"data", [stranger])).status_code == 201
    (held,) = services.inbox(there)
    keeper = sign_in(KEEPER)
    answer = keeper.post(f"/o/{there}/packages/{held.key}/open/", follow=True)
    assert "ne s’ouvre pas avec notre clé" in answer.content.decode()
    assert services.destroy_due(datetime.now(UTC) + timedelta(days=29)) == 0
    stray = vault.folder() / "r-left.age"
    stray.write_bytes(b"by a crash")
    assert services.destroy_due(datetime.now(UTC) + timedelta(days=31)) == 2
    assert list(Path(vault.folder()).iterdir()) == []
    assert services.inbox(there) == []
