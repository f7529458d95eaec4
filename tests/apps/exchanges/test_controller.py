"""Recipients whose programs are linked are told of what was granted, followed, and reminded; one Garant and another."""

from __future__ import annotations

import base64
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from garant.apps.accounts import services as accounts
from garant.apps.accounts.roles import Role
from garant.apps.accounts.services import Habilitation
from garant.apps.controls import services as controls
from garant.apps.evidence import services as evidence
from garant.apps.exchanges import keys, services
from garant.apps.exchanges.controller import callback_url
from garant.apps.exchanges.models import Outgoing, Peer
from garant.apps.policies import services as policies
from garant.apps.rights import services as rights
from garant.apps.rights.models import Request
from garant.apps.rights.words import Outcome
from garant.apps.scoping import scoped
from garant.demo.build import DemoData
from garant.demo.stage import example
from tests.apps.exchanges.conftest import Service, somebody, work
from tests.apps.rights.conftest import Letters, ask_system, post
from tests.apps.rights.steps import OFFICER, asked, post_form
from tests.apps.seen import seen

__all__ = ["post"]

pytestmark = pytest.mark.django_db(transaction=True)
THERE, KEEPER = "hebergeur", "gardienne@hebergeur.example"


def deliver(days: float = 0) -> int:
    at = datetime.now(UTC) + timedelta(days=days, seconds=1)
    return sum(services.attempt(name) for name in services.gather(at))


def erased(company: str, post: Letters) -> tuple[Request, str]:
    """An erasure that was carried out here."""
    email = somebody()
    request, _ = asked(company, post, "erasure", email)
    rights.approve(company, request.key, actor=OFFICER)
    work(company, "run")
    assert rights.find(company, request.key).state == "running"
    return request, email


@pytest.fixture
def there(
    company: str, demo_systems: DemoData, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Another organisation with systems of its own, in which the same people are."""
    folder = tmp_path / "there"
    shutil.copytree(demo_systems.folder, folder)
    for name, value in demo_systems.environment().items():
        monkeypatch.setenv(f"THERE_{name}", value.replace(str(demo_systems.folder), str(folder)))
    maps = Path(settings.GARANT_MAPS) / THERE
    maps.mkdir()
    for file in (example() / "maps").glob("*.yaml"):
        (maps / file.name).write_text(file.read_text().replace("env: GARANT_", "env: THERE_GARANT_"))
    policy = tmp_path / "policy"
    shutil.copytree(example() / "policy", policy)
    about = policy / "organisation.yaml"
    about.write_text(about.read_text().replace(f"key: {company}", f"key: {THERE}", 1))
    version = policies.import_folder(policy, actor="author@hebergeur.example")
    policies.submit(THERE, version.key, actor="author@hebergeur.example")
    policies.approve(THERE, version.key, digest=version.digest, actor=KEEPER)
    policies.publish(THERE, version.key, on=policies.today(THERE), actor=KEEPER)
    accounts.give(THERE, accounts.ensure_user(KEEPER), Habilitation(Role.DPO), actor="garant")
    return THERE


def test_one_garant_tells_another_which_does_it_and_says_so(
    company: str, there: str, live_server: Any, settings: Any, post: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GARANT_WEBHOOKS", "private")
    settings.GARANT_URL = live_server.url
    client = services.link(
        there, services.Link("Seipra", live_server.url, ["controller"], systems=["crm"]), actor=KEEPER
    )
    token = services.issue(there, client.key, accounts.ensure_user(KEEPER), actor=KEEPER)
    party = next(iter(services.parties(company)))
    asked_for = services.Link("Hébergeur", services.base(there), ["processor"], party=party, token=token)
    peer = services.link(company, asked_for, actor=OFFICER)
    services.confirm(company, peer.key, actor=OFFICER)

    request, email = erased(company, post)
    assert deliver() == 1, "receipted"
    (told,) = rights.told(rights.find(company, request.key))
    assert (told.recipient, told.answer) == (party, "")
    (theirs,) = [one for one in seen(Request).all() if one.organisation == there]
    assert (theirs.capacity, theirs.right) == ("controller", "erasure")
    work(there, "request-search")
    rights.approve(there, theirs.key, actor=KEEPER)
    assert deliver() == 1, "in progress"
    assert seen(Outgoing).get().state == "in_progress"
    query = "SELECT * FROM person WHERE email = ?"
    assert ask_system("THERE_GARANT_DEMO_CRM", query, email) != []
    work(there, "run")
    assert ask_system("THERE_GARANT_DEMO_CRM", query, email) == []
    rights.answer(there, theirs.key, Outcome.FULLY, actor=KEEPER)
    assert deliver() == 1, "completed"
    (told,) = rights.told(rights.find(company, request.key))
    assert told.answer == "done"
    assert deliver() == 0
    kinds = {record.kind for record in evidence.records(company)}
    assert {"exchange.request-sent", "request.recipient-told", "request.recipient-answered"} <= kinds
    written = "".join(str(record) for each in (company, there) for record in evidence.records(each))
    assert email not in written


@pytest.fixture
def processor(company: str, service: Service) -> Peer:
    """A processor of which only the certificate is real: what it answers, each test says."""
    return of_role(company, service, "processor")


def of_role(company: str, service: Service, role: str) -> Peer:
    with scoped(company):
        return Peer.objects.create(
            key=f"x-{role}",
            organisation=company,
            name="Ailleurs",
            url=service.url,
            roles=[role],
            party=next(iter(services.parties(company))),
            domain="127.0.0.1",
            certificate=keys.seal_of(company).certificate if role == "processor" else "",
            sealed=keys.seal(company, "garant_token"),
            offers={"types": ["erasure"]},
            made_at=datetime.now(UTC),
            confirmed_at=datetime.now(UTC),
        )


def receipt(company: str, change: dict[str, Any] | None = None, signature: str = "") -> Any:
    def answer(_: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        number = json.loads(body)["subject_request_id"]
        said = {
            "subject_request_id": number,
            "encoded_request": base64.b64encode(body).decode(),
            **(change or {}),
        }
        sent = json.dumps(said).encode()
        return 201, {"X-OpenDSR-Signature": signature or keys.sign(company, sent)}, sent

    return answer


def call_back(company: str, status: str, **change: Any) -> Any:
    """What its processor tells us."""
    said = {
        "subject_request_id": seen(Outgoing).get().number,
        "request_status": status,
        "status_callback_url": callback_url(company),
        **change,
    }
    return send_back(company, json.dumps(said).encode())


def send_back(company: str, body: bytes, signature: str = "", domain: str = "127.0.0.1") -> Any:
    signed = signature or keys.sign(company, body)
    headers = {"X-OpenDSR-Processor-Domain": domain, "X-OpenDSR-Signature": signed}
    place = f"/api/v1/organisations/{company}/opendsr/v2/callbacks"
    return Client(headers=headers).post(place, body, content_type="application/json")


def test_only_a_signed_receipt_of_this_request_is_one(
    company: str, processor: Peer, service: Service, post: Letters
) -> None:
    erased(company, post)
    wrong: list[Any] = [
        (500, {}, b"<html>"),
        (201, {}, b"{}"),
        (302, {"Location": "http://10.0.0.1/"}, b""),
        (201, {}, b"x" * 100_000),
        receipt(company, {"subject_request_id": "another"}),
        receipt(company, {"encoded_request": "e30="}),
        receipt(company, None, "AAAA"),
    ]
    for day, answer in enumerate(wrong):
        service.answers["/requests"] = answer
        assert deliver(day) == 0
    service.answers["/requests"] = receipt(company)
    assert deliver(8) == 1
    posted = [json.loads(body) for method, path, _, body in service.heard if path == "/requests"]
    assert len({json.dumps(one, sort_keys=True) for one in posted}) == 1, "the same each time"
    assert seen(Outgoing).get().state == "pending"


def test_callbacks_are_believed_by_their_signature_and_never_go_back(
    company: str, processor: Peer, service: Service, post: Letters
) -> None:
    request, _ = erased(company, post)
    service.answers["/requests"] = receipt(company)
    deliver()
    assert call_back(company, "in_progress").status_code == 202
    assert call_back(company, "done").status_code == 400
    assert call_back(company, "completed", status_callback_url="https://else.example/").status_code == 400
    assert call_back(company, "completed", subject_request_id="unknown").status_code == 400
    assert send_back(company, b"{}", signature="AAAA").status_code == 403
    assert send_back(company, b"[]").status_code == 400
    assert send_back(company, b"{}", domain="else.example").status_code == 403
    assert send_back(company, b"x" * 70_000).status_code == 413
    assert rights.told(rights.find(company, request.key))[0].answer == ""
    assert call_back(company, "completed", results_count=0).status_code == 202
    assert rights.told(rights.find(company, request.key))[0].answer == "nothing"
    for status in ("pending", "in_progress", "cancelled", "completed"):  # replayed, or late
        assert call_back(company, status).status_code == 202
    assert rights.told(rights.find(company, request.key))[0].answer == "nothing"
    answered = [r for r in evidence.records(company) if r.kind == "request.recipient-answered"]
    assert len(answered) == 1


@pytest.mark.parametrize(
    ("own", "answer"),
    [
        ({"outcome": "refused"}, "refused"),
        ({"outcome": "refused", "ground": {"key": "nothing-held"}}, "nothing"),
        ({"outcome": "partly"}, "partly"),
        ({"outcome": "fully"}, "done"),
    ],
)
def test_one_whose_callback_was_lost_is_asked(
    company: str, processor: Peer, service: Service, post: Letters, own: dict[str, Any], answer: str
) -> None:
    request, _ = erased(company, post)
    service.answers["/requests"] = receipt(company)
    deliver()
    number = seen(Outgoing).get().number
    extension = {"127.0.0.1": own}
    said = json.dumps(
        {"subject_request_id": number, "request_status": "completed", "extensions": extension}
    ).encode()
    service.answers[f"/requests/{number}"] = (200, {"X-OpenDSR-Signature": "AAAA"}, said)
    assert deliver(1.1) == 0
    service.answers[f"/requests/{number}"] = (200, {"X-OpenDSR-Signature": keys.sign(company, said)}, said)
    assert deliver(2.2) == 1
    assert rights.told(rights.find(company, request.key))[0].answer == answer


def test_a_plain_message_is_signed_and_answered_by_its_link(
    company: str, service: Service, post: Letters
) -> None:
    of_role(company, service, "notified")
    request, email = erased(company, post)
    assert deliver() == 1
    ((_, _, headers, body),) = service.heard
    keys.verify(services.certificate(company), "127.0.0.1", headers["x-opendsr-signature"], body)
    data = json.loads(body)["data"]
    assert (data["request"], data["right"], data["identities"]) == (request.key, "erasure", {"email": email})
    assert deliver(8) == 1, "again, a week later"
    data = json.loads(service.heard[-1][3])["data"]
    page = data["answer"].partition("//")[2].partition("/")[2]
    assert post_form(Client(), f"/{page}", {"answer": "done"}).status_code == 303
    assert rights.told(rights.find(company, request.key))[0].answer == "done"
    deliver(16)
    assert seen(Outgoing).get().state == "completed"


def test_who_stays_silent_is_reminded_then_a_broken_promise(
    company: str, processor: Peer, service: Service, post: Letters
) -> None:
    request, _ = erased(company, post)
    deliver()
    assert standing(company) == "kept"
    for days, expected in ((10, 0), (25, 1), (26, 0), (33, 1), (34, 0)):
        with time_machine.travel(datetime.now(UTC) + timedelta(days=days)):
            assert rights.night(company)["recipients"] == expected, days
    with time_machine.travel(datetime.now(UTC) + timedelta(days=34)):
        assert standing(company) == "broken"
    letters = [sent.kind for sent in rights.sent(rights.find(company, request.key))]
    assert "recipient_silent" in letters
    reminded = [r.payload["left"] for r in evidence.records(company, kind="request.recipient-reminded")]
    assert [one > 0 for one in reminded] == [True, False]


def standing(company: str) -> str:
    controls.look(company)
    rows = [one for _, _, standings in controls.board(company).articles for one in standings]
    return str(next(one.state for one in rows if one.promise == "recipients"))


def test_what_its_program_does_not_know_goes_by_letter_or_not_at_all(
    company: str, processor: Peer, service: Service, post: Letters
) -> None:
    request, _ = asked(company, post, "restriction", somebody())
    rights.approve(company, request.key, actor=OFFICER)
    work(company, "run")
    email = rights.recipients(company)[processor.party].email
    assert deliver() == 0
    assert seen(Outgoing).count() == 0
    assert len(rights.told(rights.find(company, request.key))) == (1 if email else 0)
    assert service.heard == []
