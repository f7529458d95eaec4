"""What processors hold is collected for an access: one Garant asks another; staff brings in what others send."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client

from garant.apps.accounts import services as accounts
from garant.apps.deliveries import vault
from garant.apps.evidence import services as evidence
from garant.apps.exchanges import keys, services
from garant.apps.exchanges.models import Outgoing, Peer
from garant.apps.rights import services as rights
from garant.apps.rights.models import Collected, Copy, Request
from garant.apps.scoping import scoped
from garant.ledger import LedgerError
from tests.apps.exchanges.conftest import Service, somebody, work
from tests.apps.exchanges.test_controller import KEEPER, deliver, receipt, there
from tests.apps.rights.conftest import Letters, change_system, post
from tests.apps.rights.steps import OFFICER, asked
from tests.apps.seen import seen
from tests.site.conftest import sign_in

__all__ = ["post", "there"]

pytestmark = pytest.mark.django_db(transaction=True)
HOST = "it-provider"


def read(company: str, key: str) -> None:
    """Somebody reads the sentences of a request, where there are any."""
    whom = rights.opened(rights.find(company, key))
    if whom is not None and (whom.texts or whom.files):
        rights.texts_read(company, key, [], actor=OFFICER)


def received(link: str) -> zipfile.ZipFile:
    answer: Any = Client().post(urlsplit(link).path)
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def copies() -> list[str]:
    """The files of processors on the disk."""
    return [one.name for one in vault.folder().glob("c-*")]


def entered(company: str, kind: str) -> list[dict[str, Any]]:
    return [one.payload for one in evidence.records(company, kind=kind)]


def test_one_garant_collects_from_another_and_the_person_receives_both(
    company: str, there: str, live_server: Any, settings: Any, post: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GARANT_WEBHOOKS", "private")
    settings.GARANT_URL = live_server.url
    client = services.link(
        there, services.Link("Seipra", live_server.url, ["controller"], systems=["crm"]), actor=KEEPER
    )
    token = services.issue(there, client.key, accounts.ensure_user(KEEPER), actor=KEEPER)
    asked_for = services.Link("Hébergeur", services.base(there), ["processor"], party=HOST, token=token)
    peer = services.link(company, asked_for, actor=OFFICER)
    services.confirm(company, peer.key, actor=OFFICER)

    email = somebody()
    change_system(
        "THERE_GARANT_DEMO_CRM", "UPDATE person SET job_title = 'Su là-bas seulement' WHERE email = ?", email
    )
    request, mine = asked(company, post, "access", email)
    assert seen(Collected).get().way == "program"
    read(company, request.key)
    with pytest.raises(LedgerError, match="copy is expected"):
        rights.approve(company, request.key, actor=OFFICER)
    assert "copie demandée" in Client().get(mine).content.decode()

    assert deliver() == 1, "receipted"
    (theirs,) = [one for one in seen(Request).all() if one.organisation == there]
    assert (theirs.capacity, theirs.right) == ("controller", "access")
    work(there, "request-search")
    assert not [one for one in seen(Collected).all() if one.organisation == there], "not in a circle"
    read(there, theirs.key)
    rights.approve(there, theirs.key, actor=KEEPER)
    work(there, "request-package")
    assert deliver() == 1, "completed: told, and asked"
    assert seen(Outgoing).get().state == "ready"
    assert deliver() == 1, "fetched"
    assert seen(Outgoing).get().state == "completed"
    assert len(copies()) == 1

    officer, page = sign_in(OFFICER), f"/o/{company}/requests/{request.key}/"
    with pytest.raises(LedgerError, match="Look at the files"):
        rights.approve(company, request.key, actor=OFFICER)
    copy = seen(Copy).get()
    officer.post(f"{page}copies-read/")
    assert seen(Copy).get().decided == "", "nobody opened it"
    answer: Any = officer.get(f"{page}files/{copy.key}/")
    held = b"".join(answer.streaming_content)
    assert "Su là-bas seulement" in zipfile.ZipFile(io.BytesIO(held)).read("data.json").decode()
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == (
        "application/octet-stream",
        "nosniff",
    )
    officer.post(f"{page}copies-read/")
    rights.approve(company, request.key, actor=OFFICER)
    work(company, "request-package")
    request = rights.find(company, request.key)
    assert (request.state, request.outcome) == ("answered", "fully")
    with received(post.last("package_ready")["link"]) as package:
        place = f"processors/{HOST}/{HOST}.zip"
        assert package.read(place) == held
        index, data = package.read("index.html").decode(), json.loads(package.read("data.json"))
    assert place in index
    assert "Notre prestataire informatique" in index
    assert [(one["key"], one["outcome"], one["files"]) for one in data["processors"]] == [
        (HOST, "received", [place])
    ]
    (letter,) = [one for one in rights.sent(request) if one.kind == "package_ready"]
    assert "Notre prestataire informatique : sa copie est jointe (1 fichier)." in " ".join(
        letter.text.split()
    )

    (commitment,) = entered(company, "request.copies-read")[0]["decisions"]
    digest = hashlib.sha256(held).hexdigest()
    assert commitment == evidence.subject_commitment(
        company, ("request", request.key), ["request.copies-read", request.key, digest, "goes"]
    )
    written = "".join(str(record) for each in (company, there) for record in evidence.records(each))
    assert email not in written
    with time_machine.travel(datetime.now(UTC) + timedelta(days=70)):
        rights.night(company)
    assert copies() == []
    assert entered(company, "request.copies-destroyed") == [{"request": request.key, "files": 1}]


@pytest.fixture
def processor(company: str, service: Service) -> Peer:
    """A processor of which only the certificate is real."""
    with scoped(company):
        return Peer.objects.create(
            key="x-processor", organisation=company, name="Ailleurs", url=service.url, roles=["processor"],
            party=HOST, domain="127.0.0.1", certificate=keys.seal_of(company).certificate,
            sealed=keys.seal(company, "garant_token"), offers={"types": ["access", "portability"]},
            made_at=datetime.now(UTC), confirmed_at=datetime.now(UTC),
        )  # fmt: skip


def completed(company: str, service: Service, **said: Any) -> None:
    """The processor took the request, and says now that it is done."""
    service.answers["/requests"] = receipt(company)
    deliver()
    number = seen(Outgoing).get().number
    body = json.dumps({"subject_request_id": number, "request_status": "completed", **said}).encode()
    service.answers[f"/requests/{number}"] = (200, {"X-OpenDSR-Signature": keys.sign(company, body)}, body)
    deliver(1.1)


def state() -> str:
    return seen(Collected).get().state


def test_a_processor_that_holds_nothing_or_refuses_says_so(
    company: str, processor: Peer, service: Service, post: Letters
) -> None:
    request, _ = asked(company, post, "portability", somebody())
    completed(company, service, results_count=0)
    assert state() == "nothing"
    read(company, request.key)
    rights.approve(company, request.key, actor=OFFICER)
    work(company, "request-package")
    assert rights.find(company, request.key).outcome == "fully"
    with received(post.last("package_ready")["link"]) as package:
        (told,) = json.loads(package.read("data.json"))["processors"]
    assert (told["outcome"], told["what"]["en"]) == ("nothing", "it holds nothing about you.")


def test_a_refusal_is_told_and_makes_the_answer_one_in_part(
    company: str, processor: Peer, service: Service, post: Letters
) -> None:
    request, _ = asked(company, post, "access", somebody())
    completed(company, service, extensions={"127.0.0.1": {"outcome": "refused"}})
    assert state() == "refused"
    read(company, request.key)
    rights.approve(company, request.key, actor=OFFICER)
    work(company, "request-package")
    request = rights.find(company, request.key)
    assert request.outcome == "partly"
    (letter,) = [one for one in rights.sent(request) if one.kind == "package_ready"]
    text = " ".join(letter.text.split())
    assert "il a refusé de remettre sa copie." in text
    assert "Vous pouvez nous redemander ce qui manque" in text


def test_a_copy_that_is_elsewhere_altered_or_hostile_is_not_taken(
    company: str, processor: Peer, service: Service, post: Letters
) -> None:
    request, _ = asked(company, post, "access", somebody())
    own = {"127.0.0.1": {"results_sha256": hashlib.sha256(b"{}").hexdigest()}}
    completed(company, service, results_url=f"{service.url}/copy", extensions=own)
    service.answers["/copy"] = (200, {}, b'{"other": 1}')
    assert deliver(2) == 0, "not what they signed"
    service.answers["/copy"] = (500, {}, b"")
    assert deliver(3) == 0
    assert (state(), copies(), seen(Outgoing).get().state) == ("asked", [], "ready")
    bomb = b"MZ\x90\x00 program"
    own["127.0.0.1"]["results_sha256"] = hashlib.sha256(bomb).hexdigest()
    completed(company, service, results_url=f"{service.url}/copy", extensions=own)
    service.answers["/copy"] = (200, {}, bomb)
    deliver(5)
    assert (state(), copies(), seen(Outgoing).get().state) == ("asked", [], "lost")
    page = sign_in(OFFICER).get(f"/o/{company}/requests/{request.key}/").content.decode()
    assert "Ce fichier n’est pas pris" in page


def test_no_copy_is_fetched_from_another_host(
    company: str, processor: Peer, service: Service, post: Letters
) -> None:
    asked(company, post, "access", somebody())
    completed(company, service, results_url="http://10.0.0.1/copy")
    deliver(3)
    assert (state(), seen(Outgoing).get().state) == ("asked", "lost")
    assert not any(path == "/copy" for _, path, _, _ in service.heard)
