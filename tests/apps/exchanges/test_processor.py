"""A controller's program hands requests over by OpenDSR 2: signed receipts, the usual handling, statuses told."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from garant.apps.accounts import services as accounts
from garant.apps.evidence import services as evidence
from garant.apps.exchanges import keys, services
from garant.apps.exchanges.models import Callback, Incoming
from garant.apps.rights import services as rights
from garant.apps.rights.models import Request
from garant.apps.rights.words import Outcome
from garant.apps.tokens.models import KeptAnswer
from tests.apps.exchanges.conftest import Controller, Service, somebody, verified, work
from tests.apps.rights.conftest import ask_system
from tests.apps.rights.steps import OFFICER
from tests.apps.seen import seen

pytestmark = pytest.mark.django_db(transaction=True)


def tell_all(days: float = 0) -> int:
    """Try everything that is due; how much was taken."""
    return sum(
        services.attempt(name)
        for name in services.gather(datetime.now(UTC) + timedelta(days=days, seconds=1))
    )


def test_an_erasure_from_the_controllers_program_to_the_told_end(
    company: str, controller: Controller, service: Service
) -> None:
    email = somebody()
    hook = f"{service.url}/told"
    said = controller.body("erasure", email, status_callback_urls=[hook])
    body = json.dumps(said).encode()
    answer = controller.post(body)
    assert answer.status_code == 201, answer.content
    receipt = verified(company, answer)
    assert base64.b64decode(receipt["encoded_request"]) == body
    number = said["subject_request_id"]
    assert (receipt["subject_request_id"], receipt["controller_id"]) == (number, controller.peer.key)

    (request,) = seen(Request).all()
    assert (request.channel, request.capacity, request.identified_by, request.reach) == (
        "opendsr", "controller", "controller", ["crm"],
    )  # fmt: skip
    work(company, "request-search")
    assert verified(company, controller.status(number))["request_status"] == "pending"
    assert tell_all() == 0, "the controller knows that it is pending"
    rights.approve(company, request.key, actor=OFFICER)
    assert verified(company, controller.status(number))["request_status"] == "in_progress"
    assert tell_all() == 1
    work(company, "run")
    assert ask_system("GARANT_DEMO_CRM", "SELECT * FROM person WHERE email = ?", email) == []
    rights.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    assert tell_all() == 1
    assert tell_all() == 0, "nothing is told twice"

    told = [(headers, json.loads(sent)) for _, path, headers, sent in service.heard if path == "/told"]
    assert [one["request_status"] for _, one in told] == ["in_progress", "completed"]
    for (headers, one), (_, _, _, sent) in zip(told, service.heard, strict=True):
        keys.verify(
            services.certificate(company),
            headers["x-opendsr-processor-domain"],
            headers["x-opendsr-signature"],
            sent,
        )
        assert one["status_callback_url"] == hook
    status = verified(company, controller.status(number))
    assert (status["request_status"], status["results_count"] > 0) == ("completed", True)
    assert rights.sent(rights.find(company, request.key)) == [], "the controller answers the person, not we"
    written = "".join(str(record) for record in evidence.records(company))
    assert email not in written
    assert number not in written


def test_the_same_sent_fifty_times_is_one_request_with_one_receipt(
    company: str, controller: Controller
) -> None:
    body = json.dumps(controller.body("access", somebody())).encode()
    receipts = {controller.post(body).content for _ in range(50)}
    assert len(receipts) == 1
    assert seen(Request).count() == 1
    other = json.loads(body) | {"subject_request_type": "erasure"}
    refused = controller.post(other)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, 400)
    assert controller.post(json.loads(body) | {"subject_request_id": other_number()}).status_code == 201
    assert seen(Request).count() == 1, "another number, and yet the same request of the same person"


def other_number() -> str:
    return "a7551968-d5d6-44b2-9831-815ac9017798"


@pytest.mark.parametrize("hashed", ["md5", "sha1", "sha256"])
def test_a_hashed_identity_is_refused_with_its_reason_and_nothing_is_kept(
    company: str, controller: Controller, hashed: str
) -> None:
    """The standard knows them; a search by one would answer that nobody is there, which is not known."""
    said = controller.body("erasure", somebody())
    said["subject_identities"][0] |= {"identity_format": hashed, "identity_value": "0" * 64}
    refused = controller.post(said)
    assert refused.status_code == 400
    told = refused.json()["error"]["message"]
    assert "identity_format" in told
    assert "in clear" in told
    assert "raw" in told
    assert seen(Request).count() == 0
    found = controller.program.get(f"{controller.home}/discovery").json()
    assert {one["identity_format"] for one in found["supported_identities"]} == {"raw"}


def test_each_of_the_seven_rights_is_taken(company: str, controller: Controller) -> None:
    domain, email = keys.domain(), somebody()
    more: dict[str, Any] = {
        "rectification": {"corrections": [{"kind": "phone", "becomes": "+33612345678", "every": True}]},
        "directives": {"wish": "erase"},
        "objection": {"language": "en"},
    }
    asked = ["access", "portability", "erasure", "rectification", "restriction", "objection", "directives"]
    for kind in asked:
        extension = {domain: more[kind]} if kind in more else {}
        answer = controller.post(controller.body(kind, email, extensions=extension))
        assert answer.status_code == 201, (kind, answer.content)
    assert sorted(one.right for one in seen(Request).all()) == sorted(
        ["access", "portability", "erasure", "rectification", "restriction", "objection", "post-mortem"]
    )
    work(company, "request-search")
    found = {one.right: one.state for one in seen(Request).all()}
    assert {found[right] for right in ("erasure", "rectification", "restriction", "post-mortem")} == {
        "planned"
    }


def test_an_access_gives_the_controller_the_link_of_the_results(company: str, controller: Controller) -> None:
    said = controller.body("access", somebody())
    controller.post(said)
    work(company, "request-search")
    (request,) = seen(Request).all()
    rights.texts_read(company, request.key, [], actor=OFFICER)
    rights.approve(company, request.key, actor=OFFICER)
    work(company, "request-package")
    status = verified(company, controller.status(said["subject_request_id"]))
    assert status["request_status"] == "completed"
    (own,) = status["extensions"].values()
    assert Client().get(urlsplit(own["page"]).path).status_code == 200
    place = urlsplit(status["results_url"]).path
    assert Client().get(place).status_code == 401
    answer: Any = controller.program.get(place)
    content = b"".join(answer.streaming_content)
    assert hashlib.sha256(content).hexdigest() == own["results_sha256"]
    assert "data.json" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert controller.program.get(place).status_code == 404, "once"
    assert controller.program.get(place.replace(said["subject_request_id"], str(uuid4()))).status_code == 404


def test_a_pending_request_is_cancelled_and_no_other(company: str, controller: Controller) -> None:
    said = controller.body("erasure", somebody())
    controller.post(said)
    place = f"{controller.home}/requests/{said['subject_request_id']}"
    for _ in range(2):
        answer = controller.program.delete(place)
        assert (answer.status_code, verified(company, answer)["controller_id"]) == (202, controller.peer.key)
    assert verified(company, controller.status(said["subject_request_id"]))["request_status"] == "cancelled"
    again = controller.body("erasure", somebody())
    controller.post(again)
    work(company, "request-search")
    request = next(one for one in seen(Request).all() if one.state == "planned")
    rights.approve(company, request.key, actor=OFFICER)
    late = controller.program.delete(f"{controller.home}/requests/{again['subject_request_id']}")
    assert late.status_code == 409


def test_whoever_is_not_linked_as_controller_has_nothing(company: str, controller: Controller) -> None:
    said = controller.body("erasure", somebody())
    controller.post(said)
    asked = services.Link("Autre client", "https://autre.example/opendsr", ["controller"], systems=["crm"])
    other = services.link(company, asked, actor=OFFICER)
    token = services.issue(company, other.key, accounts.ensure_user(OFFICER), actor=OFFICER)
    stranger = Client(headers={"Authorization": f"Bearer {token}"})
    place = f"{controller.home}/requests/{said['subject_request_id']}"
    assert (stranger.get(place).status_code, stranger.delete(place).status_code) == (404, 404)
    assert Client().get(place).status_code == 401
    services.end(company, controller.peer.key, actor=OFFICER)
    assert controller.status(said["subject_request_id"]).status_code == 401


def test_two_controllers_of_one_name_ask_of_their_own_systems_alone(
    company: str, controller: Controller
) -> None:
    """Two subsidiaries are called alike, and know the same person: neither has its answer from the systems of the other."""
    asked = services.Link(
        "Autocars Durand", "https://autre.example/opendsr", ["controller"], systems=["recruitment"]
    )
    other = services.link(company, asked, actor=OFFICER)
    token = services.issue(company, other.key, accounts.ensure_user(OFFICER), actor=OFFICER)
    program = Client(headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"})
    email = somebody()
    first, second = controller.body("erasure", email), controller.body("erasure", email)
    controller.post(first)
    program.post(f"{controller.home}/requests", json.dumps(second).encode(), content_type="application/json")
    work(company, "request-search")
    found = {tuple(one.reach): one for one in seen(Request).all()}
    assert sorted(found) == [("crm",), ("recruitment",)]
    rights.withdraw(company, found["recruitment",].key, actor=OFFICER)
    assert controller.status(first["subject_request_id"]).json()["request_status"] != "cancelled"
    assert controller.status(first["subject_request_id"]).json()["results_count"] > 0


STRANGE: list[tuple[dict[str, Any], str]] = [
    ({"subject_request_id": "nothing"}, "subject_request_id"),
    ({"subject_request_id": "a7551968-d5d6-14b2-9831-815ac9017798"}, "UUID v4"),
    ({"subject_request_type": "forgetting"}, "subject_request_type"),
    ({"subject_identities": []}, "subject_identities"),
    ({"subject_identities": [{"identity_type": "shoe", "identity_value": "43"}]}, "shoe"),
    ({"submitted_time": "2026-01-01T00:00:00"}, "no zone"),
    ({"subject_request_type": "rectification"}, "corrections is missing"),
    ({"subject_request_type": "directives"}, "wish is missing"),
    ({"status_callback_urls": ["https://elsewhere.example/told"]}, "is not at"),
    ({"status_callback_urls": ["http://user:secret@127.0.0.1/told"]}, "password"),
    ({"api_version": "1.0"}, "api_version"),
]


def test_what_is_not_in_the_standard_is_said_by_field_and_never_by_value(
    company: str, controller: Controller
) -> None:
    email = "secrete@essai.example"
    for change, said in STRANGE:
        answer = controller.post({**controller.body("erasure", email), **change})
        assert answer.status_code == 400, answer.content
        assert said in answer.json()["error"]["message"]
        assert email not in answer.content.decode()
    assert seen(Request).count() == 0


def test_garbage_is_refused(company: str, controller: Controller) -> None:
    for body in (b"", b"{", b"[]", b"\xff\xfe", b"null", b'{"a":' * 2000):
        assert controller.post(body).status_code == 400
    assert controller.post(b"x" * 2_000_001).status_code == 413


def test_a_controller_that_is_down_for_a_day_is_told_once_it_is_back(
    company: str, controller: Controller, service: Service
) -> None:
    controller.post(controller.body("erasure", somebody(), status_callback_urls=[f"{service.url}/told"]))
    (request,) = seen(Request).all()
    rights.withdraw(company, request.key, actor=OFFICER)
    service.answers["*"] = (302, {"Location": "http://127.0.0.1:1/"}, b"")
    for hours in range(0, 26, 2):
        assert tell_all(hours / 24) == 0
    row = seen(Callback).get()
    assert (row.state, row.answer, row.attempts > 4) == ("waiting", 302, True)
    service.answers["*"] = (202, {}, b"")
    assert tell_all(2) == 1
    assert seen(Callback).get().state == "taken"


def test_discovery_says_what_the_maps_know(company: str, controller: Controller) -> None:
    found = Client().get(f"{controller.home}/discovery").json()
    assert found["supported_subject_request_types"] == ["access", "portability", "erasure"]
    assert {"identity_type": "email", "identity_format": "raw"} in found["supported_identities"]
    own = found["extensions"][keys.domain()]
    assert own["types"] == ["rectification", "restriction", "objection", "directives"]
    pem = (
        Client()
        .get(found["processor_certificate"].partition("//")[2].partition("/")[2].join(["/", ""]))
        .content
    )
    keys.read(pem, keys.domain())
    assert Client().get("/api/v1/organisations/nobody/opendsr/v2/discovery").status_code == 404


def test_what_garant_forgets_its_controller_finds_no_more(company: str, controller: Controller) -> None:
    said = controller.body("erasure", somebody())
    controller.post(said)
    (request,) = seen(Request).all()
    rights.withdraw(company, request.key, actor=OFFICER)
    tell_all()
    assert services.forget(company) == 0
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2)):
        rights.night(company)
    assert services.forget(company) == 1
    assert seen(Incoming).count() == 0
    assert controller.status(said["subject_request_id"]).status_code == 404


def test_a_receipt_holds_the_request_and_is_kept_nowhere(company: str, controller: Controller) -> None:
    email = somebody()
    body = json.dumps(controller.body("access", email)).encode()
    for _ in range(2):
        answer = controller.program.post(
            f"{controller.home}/requests",
            body,
            content_type="application/json",
            headers={"Idempotency-Key": "once"},
        )
        assert "X-OpenDSR-Signature" in answer.headers
    assert seen(KeptAnswer).count() == 0
