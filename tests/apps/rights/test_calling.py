"""A code that staff dictate: it shows that a declared telephone is theirs, and tells a stranger nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from garant.apps.evidence import services as evidence
from garant.apps.rights import services
from garant.apps.rights.models import Request
from garant.apps.rights.receiving import calling
from tests.apps.rights.conftest import Letters, work
from tests.apps.rights.steps import OFFICER, asked, fill, post_form
from tests.apps.rights.test_questions import UNKNOWN, candidate, declared, rows, shown
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def written(mine: str, digits: str) -> int:
    return post_form(Client(), mine, {"dictated": digits}).status_code


def dictated(request: Request) -> str:
    return services.dictate_code(request.organisation, request.key, actor=OFFICER)


def test_the_code_that_was_dictated_lets_them_be_found_by_their_telephone(
    company: str, post: Letters
) -> None:
    request, mine = declared(company, post, candidate()[0])
    assert rows(request) == 0
    code = dictated(request)
    assert re.fullmatch(r"\d{4} \d{4}", code)
    assert written(mine, code) == 303
    work(company, "request-search")
    request = services.find(company, request.key)
    assert (request.identified_by, rows(request) > 0) == ("call", True)
    assert "nous cherchons aussi par lui" in shown(mine)
    assert not services.number_to_call(request)
    assert written(mine, code) == 422, "once"
    methods = [one.payload["method"] for one in evidence.records(company, kind="request.identified")]
    assert methods == ["code", "call"]
    assert code not in str(list(evidence.records(company)))


def test_what_was_only_said_besides_is_not_searched_by() -> None:
    whom = services.Whom(email="a@x.example", phone="0199001234", number="C-7")
    assert whom.identities("code") == {"email": "a@x.example"}
    assert whom.identities("call") == {"email": "a@x.example", "phone": "0199001234"}
    assert whom.identities("document") == whom.identities() == whom.identities("call") | {"number": "C-7"}


def test_the_page_is_the_same_for_whoever_is_known_or_was_called(company: str, post: Letters) -> None:
    (known, mine), (_, other) = (
        declared(company, post, candidate()[0]),
        declared(company, post, UNKNOWN, "erasure"),
    )

    def pages() -> list[str]:
        return [shown(one).replace("Faire effacer mes données", "Voir mes données") for one in (mine, other)]

    before = pages()
    assert before[0] == before[1]
    assert "Un code dicté au téléphone" in before[0]
    dictated(known)
    assert pages() == before
    assert [written(mine, "0000 0000"), written(other, "0000 0000")] == [422, 422]
    assert services.find(company, known.key).identified_by == "code"


def test_a_code_holds_as_long_as_a_call_is_tried_five_times_and_is_the_last_one(
    company: str, post: Letters
) -> None:
    request, mine = declared(company, post, candidate()[0])
    old, new = dictated(request), dictated(request)
    assert written(mine, old) == 422
    wrong = "1111 1111" if new != "1111 1111" else "2222 2222"
    for _ in range(4):
        assert written(mine, wrong) == 422
    assert written(mine, new) == 422, "tried five times"
    late = dictated(request)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=calling.MINUTES + 1), tick=False):
        assert written(mine, late) == 422
    assert services.find(company, request.key).identified_by == "code"
    with pytest.raises(services.RequestRefusedError, match="called often enough"):
        dictated(request)


def test_the_code_of_the_address_is_not_that_of_the_telephone(company: str, post: Letters) -> None:
    answer = fill(company, "access", email="elle@nouvelle.example", phone=UNKNOWN)
    by_post = post.last("code")["code"]
    mine = post_form(Client(), answer["Location"], {"code": by_post})["Location"]
    work(company, "request-search")
    (request,) = services.listing(company)
    assert written(mine, by_post) == 422
    code = dictated(request)
    assert post_form(Client(), answer["Location"], {"code": code}).status_code == 422
    assert written(mine, code) == 303


def test_nobody_is_called_for_nothing(company: str, post: Letters) -> None:
    request, mine = asked(company, post, "access", "seule@nouvelle.example")
    assert "Un code dicté" not in shown(mine)
    assert written(mine, "0000 0000") == 422
    with pytest.raises(services.RequestRefusedError):
        dictated(request)
    for_another, _ = asked(
        company, post, "access", "mere@nouvelle.example", query="?for=parent", about_name="Enfant",
        about_phone=UNKNOWN,
    )  # fmt: skip
    with pytest.raises(services.RequestRefusedError):
        dictated(for_another)


def test_staff_see_it_once(company: str, post: Letters) -> None:
    officer = sign_in(OFFICER)
    request, mine = declared(company, post, candidate()[0])
    address = f"/o/{company}/requests/{request.key}/"
    page = officer.get(address).content.decode()
    assert "Obtenir un code à dicter" in page
    assert officer.get(f"{address}call/").status_code == 405
    told = officer.post(f"{address}call/").content.decode()
    code = re.search(r"\d{4} \d{4}(?=</code>)", told)
    assert code is not None
    assert candidate()[0] in told
    assert code[0] not in officer.get(address).content.decode()
    assert "code à dicter au téléphone, demandé" in officer.get(address).content.decode()
    assert written(mine, code[0]) == 303
    refused = officer.post(f"{address}call/", follow=True).content.decode()
    assert "ne peut plus, ou pas encore" in refused
