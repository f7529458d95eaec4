"""A question that only the person can answer: it opens what they declared, and tells a stranger nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from garant.apps.evidence import services as evidence
from garant.apps.notices import services as publishing
from garant.apps.rights import services
from garant.apps.rights.models import Request, Step
from garant.apps.rights.receiving import questions
from garant.ledger import LedgerError
from tests.apps.rights.conftest import Letters, ask_system, work
from tests.apps.rights.steps import asked, post_form
from tests.apps.seen import seen

pytestmark = pytest.mark.django_db(transaction=True)

BORN = "recruitment/birth-date"
UNKNOWN = "+33 1 99 99 99 99"


def candidate() -> tuple[str, str]:
    """The telephone of somebody who applied once, and their date of birth."""
    (found,) = ask_system(
        "GARANT_DEMO_RECRUITMENT",
        """SELECT phone, birth_date FROM candidate c WHERE phone IS NOT NULL AND birth_date IS NOT NULL
           AND (SELECT count(*) FROM candidate d WHERE replace(d.phone, ' ', '') = replace(c.phone, ' ', '')) = 1
           ORDER BY id LIMIT 1""",
    )
    return found


def declared(company: str, post: Letters, phone: str, right: str = "access") -> tuple[Request, str]:
    """Somebody with an address that no system knows, who says that this is their telephone."""
    return asked(company, post, right, f"{right}@nouvelle.example", phone=phone)


def answered(mine: str, text: str, question: str = BORN) -> int:
    sent = {"answer-question": "1", "question": question, "answer": text}
    return post_form(Client(), mine, sent).status_code


def shown(mine: str) -> str:
    """The page, without what is its own: its secret, the number of the request, the telephone that they wrote."""
    told = r"(?<=<dd>)\+?[\d .]{9,}(?=</dd>)"
    return re.sub(
        told + r"|R-\w{4}-\w{4}|mine/[\w-]+|[A-Za-z0-9_-]{20,}", "", Client().get(mine).content.decode()
    )


def rows(request: Request) -> int:
    return sum(one.rows for one in services.story(request).searches)


def test_the_right_answer_lets_them_be_found_by_what_they_declared(company: str, post: Letters) -> None:
    phone, born = candidate()
    request, mine = declared(company, post, phone)
    assert rows(request) == 0
    assert "Votre date de naissance" in shown(mine)
    year, month, day = born.split("-")
    assert answered(mine, f"{day}/{month}/{year}") == 303
    work(company, "request-search")
    request = services.find(company, request.key)
    assert (request.identified_by, rows(request) > 0) == ("question", True)
    assert "Votre réponse convient" in shown(mine)
    methods = [one.payload["method"] for one in evidence.records(company, kind="request.identified")]
    assert methods == ["code", "question"]
    whom = services.opened(request)
    assert whom is not None
    assert not {"asked", "told"} & whom.notes.keys()


def test_a_stranger_learns_nothing_from_a_wrong_answer(company: str, post: Letters) -> None:
    """Known or not: the same page before and after, the same statements on the way."""
    phone, _ = candidate()
    (known, mine), (_, other) = declared(company, post, phone), declared(company, post, UNKNOWN, "erasure")
    pages = [[], []]
    statements = [0, 0]
    for number, page in enumerate((mine, other)):
        pages[number].append(shown(page).replace("Faire effacer mes données", "Voir mes données"))
        publishing.forget()  # asked for again after a second, whoever comes then
        with CaptureQueriesContext(connection) as asked_of_us:
            assert answered(page, "1/1/1901") == 303
        statements[number] = len(asked_of_us)
        pages[number].append(shown(page).replace("Faire effacer mes données", "Voir mes données"))
        work(company, "request-search")
        pages[number].append(shown(page).replace("Faire effacer mes données", "Voir mes données"))
    assert pages[0] == pages[1]
    assert statements[0] == statements[1]
    assert services.find(company, known.key).identified_by == "code"
    assert rows(services.find(company, known.key)) == 0


def test_guesses_are_few(company: str, post: Letters) -> None:
    phone, born = candidate()
    request, mine = declared(company, post, phone)
    for _ in range(questions.TRIES):
        assert answered(mine, "1/1/1901") == 303
        work(company, "request-search")
    assert "autant de fois que possible" in shown(mine)
    assert answered(mine, born) == 422
    again, mine = declared(company, post, phone, "erasure")
    for _ in range(questions.A_MONTH - questions.TRIES):
        assert answered(mine, "1/1/1901") == 303
    assert answered(mine, born) == 422, "about the same telephone, whoever asks"
    work(company, "request-search")
    assert {services.find(company, one.key).identified_by for one in (request, again)} == {"code"}
    services.night(company)
    assert questions.fade(company) == 0
    with time_machine.travel(datetime.now(UTC) + timedelta(days=31)):
        assert questions.fade(company) == questions.A_MONTH
    assert all(not one.detail for one in seen(Step).filter(kind="question-tried"))


def test_only_what_the_maps_ask_is_answered(company: str, post: Letters) -> None:
    request, mine = declared(company, post, UNKNOWN)
    assert (answered(mine, "x", "crm/nothing"), answered(mine, " ")) == (422, 422)
    with pytest.raises(LedgerError):
        services.answer_question(company, request.key, "crm/nothing", "x")
    _, plain = asked(company, post, "objection", "sans-telephone@nouvelle.example")
    assert "Vous retrouver aussi" not in shown(plain)
    assert answered(plain, "1/1/1980") == 422


def test_an_answer_waits_for_a_system_that_is_down(
    company: str, post: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, born = candidate()
    request, mine = declared(company, post, phone)
    with monkeypatch.context() as down:
        down.setenv("GARANT_DEMO_CRM", "postgresql://nobody@127.0.0.1:1/nowhere")
        assert answered(mine, born) == 303
        work(company, "request-search")
    assert services.find(company, request.key).identified_by == "code"
    services.search_again(company, request.key, actor="garant")
    work(company, "request-search")
    assert services.find(company, request.key).identified_by == "question"
