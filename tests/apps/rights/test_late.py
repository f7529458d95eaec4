"""What is answered by hand after its run: what the request was for follows then, and a refusal is not lost."""

from __future__ import annotations

import pytest
from django.test import Client

from garant.apps.accounts import services as accounts
from garant.apps.evidence import services as evidence
from garant.apps.rights import services
from garant.apps.rights.keeping import letters
from garant.apps.rights.words import Method, Outcome
from tests.apps.rights.conftest import Letters, somebody, work
from tests.apps.rights.steps import DELEGATE, OFFICER, asked, carried_out, confirm, fill
from tests.apps.rights.test_after_death import directives
from tests.apps.rights.test_end_refused import by_hand, cupboard
from tests.site.conftest import sign_in

__all__ = ["cupboard"]

pytestmark = pytest.mark.django_db(transaction=True)


def executed(company: str) -> list[str]:
    return [one.payload["by"] for one in evidence.records(company, kind="directive.ended")]


@pytest.mark.parametrize("noted", [True, False])
def test_directives_end_once_paper_has_answered(cupboard: str, post: Letters, noted: bool) -> None:
    """Whether the hour came before the officer answered or not."""
    email = somebody()
    page = directives(cupboard, post, email, "erase")
    answer = fill(
        cupboard,
        "post-mortem",
        query="?for=heir",
        email="paul@ami.example",
        about_name="X",
        about_email=email,
    )
    confirm(answer["Location"], post.last("code")["code"])
    (request,) = services.listing(cupboard)
    services.accept(cupboard, request.key, Method.MANDATE, actor=OFFICER)
    work(cupboard, "request-search")
    carried_out(cupboard, request.key)
    assert executed(cupboard) == []
    assert by_hand(cupboard) == 1
    if noted:
        services.ask_again(cupboard)
    services.answer(cupboard, request.key, Outcome.FULLY, actor=OFFICER)
    services.ask_again(cupboard)
    assert executed(cupboard) == ["executed"]
    assert Client().get(page).status_code == 404


@pytest.mark.parametrize("outcome", ["done", "refused"])
def test_what_paper_answers_after_the_person_was_is_noted(cupboard: str, post: Letters, outcome: str) -> None:
    request, _ = asked(cupboard, post, "erasure", somebody())
    carried_out(cupboard, request.key)
    services.answer(cupboard, request.key, Outcome.PARTLY, ground="legal-obligation", actor=OFFICER)
    (stands,) = post.last("partly")["by_hand"]
    assert "demandé, et pas encore fait" in stands.what.fr, "the letter does not say that all of it is done"
    letter = services.sent(request)[-1].text
    assert " ".join(stands.what.fr.split()) in " ".join(letter.split())
    services.ask_again(cupboard)
    by_hand(cupboard, outcome)
    services.ask_again(cupboard)
    services.ask_again(cupboard)
    steps = [step.detail["state"] for step in services.story(request).steps if step.kind == "ran"]
    assert steps == ["waiting", "kept" if outcome == "done" else "not-kept"]
    badge = "refusée à la main depuis" in sign_in(OFFICER).get(f"/o/{cupboard}/requests/").content.decode()
    assert badge == (outcome == "refused")
    told = [one for one in services.sent(request) if one.kind == "refused_since"]
    assert [one.to for one in told] == ([OFFICER] if outcome == "refused" else [])
    assert all(request.key in one.subject for one in told)


def test_a_letter_says_what_was_done_by_hand(cupboard: str, post: Letters) -> None:
    request, _ = asked(cupboard, post, "erasure", somebody())
    carried_out(cupboard, request.key)
    by_hand(cupboard)
    services.answer(cupboard, request.key, Outcome.FULLY, actor=OFFICER)
    (stands,) = post.last("answered")["by_hand"]
    assert (stands.what.fr, stands.what.en) == ("fait", "done")


def test_what_presses_is_told_whoever_answers_where_there_is_no_officer(company: str) -> None:
    assert [one.email for one in letters.officers(company)] == [OFFICER]
    accounts.take(company, OFFICER, actor="garant")
    assert [one.email for one in letters.officers(company)] == [DELEGATE]
