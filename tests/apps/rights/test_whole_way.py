"""From the person's click to the answer: erased for real, verified, told, and forgotten by Garant itself."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from garant.apps.evidence import services as evidence
from garant.apps.notices import services as publishing
from garant.apps.rights import services
from garant.apps.rights.models import Request
from garant.apps.rights.words import Right
from garant.ledger import Entry, LedgerError, SubjectKeysDestroyed
from garant.ledger.tree import TILE_WIDTH
from tests.apps.rights import steps
from tests.apps.rights.conftest import Letters, ask_system, somebody, work
from tests.apps.rights.steps import OFFICER, confirm, fill, post_form
from tests.apps.seen import seen
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_erasure_from_the_click_to_the_proof(company: str, post: Letters) -> None:
    email = somebody()
    answer = fill(company, "erasure", email=email)
    assert answer.status_code == 303
    assert not answer.cookies
    (request,) = seen(Request).all()
    assert (request.state, post.kinds(request.key)) == ("identity", ["acknowledged", "code"])
    mine = confirm(answer["Location"], post.last("code")["code"])
    assert request.key in Client().get(mine).content.decode()
    work(company, "request-search")
    request = services.find(company, request.key)
    assert request.state == "planned"

    officer = sign_in("deleguee@demo.example")
    page = f"/o/{company}/requests/{request.key}/"
    shown = officer.get(page).content.decode()
    assert email in shown
    assert "Relation client" in shown
    officer.post(f"{page}approve/")
    assert services.find(company, request.key).state == "approved"
    officer.post(f"{page}answer/", {"outcome": "fully"})
    assert services.find(company, request.key).state == "approved"  # nothing is told before it is done
    work(company, "run")
    assert services.find(company, request.key).state == "running"
    assert ask_system("GARANT_DEMO_CRM", "SELECT * FROM person WHERE email = ?", email) == []
    officer.post(f"{page}answer/", {"outcome": "fully", "reason": "C’est effacé."})
    request = services.find(company, request.key)
    assert (request.state, request.outcome) == ("answered", "fully")
    assert "C’est effacé." in Client().get(mine).content.decode()

    with time_machine.travel(datetime.now(UTC) + timedelta(days=70)):
        assert services.night(company)["forgotten"] == 1
        assert Client().get(mine).status_code == 404
    assert services.opened(services.find(company, request.key)) is None
    states = [record.payload["state"] for record in evidence.records(company, kind="request.moved")]
    assert states == [
        "acknowledged", "identity", "searching", "planned", "approved", "running", "answered",
    ]  # fmt: skip
    written = b"".join(bytes(str(record), "utf-8") for record in evidence.records(company))
    assert email.encode() not in written
    assert b"Jeanne" not in written


def test_the_same_request_sent_fifty_times_is_one(company: str, post: Letters) -> None:
    pages = {fill_again(company).status_code for _ in range(12)}
    assert pages == {303}
    for _ in range(38):
        services.receive(company, asked())
    assert seen(Request).count() == 1
    assert [kind for _, kind, _ in post.sent] == ["acknowledged", "code"]


def fill_again(company: str) -> Any:
    return fill(company, "access", email="Jeanne@Essai.example")


def asked() -> services.Asked:
    return services.Asked(Right.ACCESS, services.Whom(name="J", email="jeanne@essai.example"))


def test_a_stranger_learns_nothing(company: str, post: Letters) -> None:
    known, unknown = (
        fill(company, "access", email=somebody()),
        fill(company, "access", email="personne@nulle.example"),
    )
    pages = [Client().get(one["Location"]) for one in (known, unknown)]
    blank = [re.sub(r"code/[^/]+/|value=\"[^\"]+\"", "", page.content.decode()) for page in pages]
    assert blank[0] == blank[1]
    wrong = post_form(Client(), known["Location"], {"code": "00000000"})
    nowhere = post_form(Client(), f"/p/{company}/fr/requests/code/guessed/", {"code": "00000000"})
    assert (wrong.status_code, nowhere.status_code) == (422, 422)
    for _ in range(10):
        post_form(Client(), known["Location"], {"code": "00000000"})
    right = next(facts["code"] for _, kind, facts in post.sent if kind == "code")
    assert post_form(Client(), known["Location"], {"code": right}).status_code == 422  # tried too often


def test_the_known_and_the_unknown_cost_the_same_and_no_system_is_asked(
    company: str, post: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a system was asked before the code came back")

    fill(company, "access", email="first@essai.example")  # what is made once is made
    filler = Entry(SubjectKeysDestroyed(keys=1), datetime.now(UTC))
    room = TILE_WIDTH - evidence.head(company)[0] % TILE_WIDTH
    evidence.append(
        company, [filler] * room
    )  # whoever fills a tile of the ledger writes it: neither of the two
    monkeypatch.setattr("garant.apps.rights.handling.searching.open_published", refuse)
    costs: list[int] = []
    for email in (somebody(), "personne@nulle.example"):
        publishing.forget()  # asked for again after a second, whoever comes then
        with CaptureQueriesContext(connection) as made:
            answer = fill(company, "access", email=email)
        costs.append(len(made))
        post_form(Client(), answer["Location"], {"code": "00000000"})
    assert costs[0] == costs[1]


def test_two_who_approve_at_once_approve_once(company: str, post: Letters) -> None:
    answer = fill(company, "erasure", email=somebody())
    confirm(answer["Location"], post.last("code")["code"])
    work(company, "request-search")
    (request,) = services.listing(company)
    services.approve(company, request.key, actor="deleguee@demo.example")
    with pytest.raises(LedgerError):
        services.approve(company, request.key, actor="adjointe@demo.example")
    assert len(list(evidence.records(company, kind="plan.approved"))) == 1


def test_the_pages_of_requests_know_who_is_signed_in(company: str, post: Letters) -> None:
    request, _ = steps.asked(company, post, "erasure", somebody())
    for page in ("", f"{request.key}/", "new/"):
        shown = sign_in(OFFICER).get(f"/o/{company}/requests/{page}").content.decode()
        assert "Se déconnecter" in shown, page
