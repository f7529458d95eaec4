"""Directives that their author takes back while a worker has the plan of an heir open: it has not begun, and never does."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from garant.apps.promises.models import Run
from garant.apps.promises.refusals import RefusedError
from garant.apps.promises.running import execution
from garant.apps.rights import services
from garant.apps.rights.words import Method
from tests.apps.rights.conftest import Letters, ask_system, somebody, work
from tests.apps.rights.steps import OFFICER, confirm, fill, post_form
from tests.apps.rights.test_after_death import directives
from tests.apps.rights.test_together import approved, known, prospects, run_first
from tests.apps.seen import seen

pytestmark = pytest.mark.django_db(transaction=True)


def heir_approved(company: str, post: Letters, email: str) -> str:
    """Somebody says that a person died, shows what staff takes for a proof, and has what they wished approved."""
    answer = fill(
        company, "post-mortem", query="?for=heir", email="paul@ami.example", about_name="X", about_email=email
    )
    confirm(answer["Location"], post.last("code")["code"])
    (key,) = (one.key for one in services.listing(company) if one.right == "post-mortem" and one.open)
    services.accept(company, key, Method.MANDATE, actor=OFFICER)
    work(company, "request-search")
    services.approve(company, key, actor=OFFICER)
    return key


def revoked_once_open(monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    """The worker has read its plan, and asked every system; then, before anything begins, the directives are revoked."""
    really = execution.carry_out

    def opened(*given: Any, **named: Any) -> Any:
        monkeypatch.setattr(execution, "carry_out", really)
        assert post_form(Client(), page, {"revoke": "1"}).status_code == 200
        return really(*given, **named)

    monkeypatch.setattr(execution, "carry_out", opened)


def left_to_decide(company: str, key: str, email: str) -> None:
    assert ask_system("GARANT_DEMO_CRM", "SELECT id FROM person WHERE email = ?", email)
    found = services.find(company, key)
    assert (found.state, found.plan) == ("searching", "")
    assert services.ask_again(company) == 0


def test_what_is_taken_back_while_a_worker_has_it_open_is_not_done(
    company: str, post: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = somebody()
    page = directives(company, post, email, "erase")
    key = heir_approved(company, post, email)
    revoked_once_open(monkeypatch, page)
    with pytest.raises(RefusedError, match="given up"):
        work(company, "run")
    left_to_decide(company, key, email)
    assert not seen(Run).exists()


def test_whoever_waits_beside_it_has_their_own(
    company: str, post: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker would have carried both out by one run: what is taken back goes, and keeps nobody waiting."""
    other, email = prospects(2)
    page = directives(company, post, email, "erase")
    also = approved(company, other)
    key = heir_approved(company, post, email)
    revoked_once_open(monkeypatch, page)
    _, outcome = run_first(company)
    assert outcome["state"] == "kept"
    assert (services.find(company, also.key).state, known(other)) == ("running", 0)
    with pytest.raises(RefusedError, match="given up"):
        run_first(company)
    left_to_decide(company, key, email)
