"""An address that one request corrects while another of the same person, under the old one, is being worked on."""

from __future__ import annotations

from contextlib import suppress

import pytest

from garant.apps.permissions import services as permissions
from garant.apps.promises.refusals import RefusedError
from garant.apps.rights import services
from garant.apps.rights.words import Method, Outcome, Right
from tests.apps.rights import steps
from tests.apps.rights.asking import WEIGHED
from tests.apps.rights.conftest import Letters, change_system, somebody, work
from tests.apps.rights.steps import DELEGATE, OFFICER
from tests.apps.rights.test_beside import read_and_approved
from tests.apps.rights.test_together import known, prospects

pytestmark = pytest.mark.django_db(transaction=True)
CRM = "GARANT_DEMO_CRM"
NEW = "nouvelle.adresse@essai.example"


def asked(company: str, right: Right, email: str, phone: str = "") -> str:
    whom = services.Whom(email=email, phone=phone, name="Jeanne Essai")
    use = WEIGHED if right == Right.OBJECTION else ""
    key = services.receive(company, services.Asked(right, whom, purpose=use)).request.key
    services.accept(company, key, Method.KNOWN_CONTACT, actor=DELEGATE)
    work(company, "request-search")
    return key


def corrected(company: str, email: str) -> None:
    key = asked(company, Right.RECTIFICATION, email)
    services.correct(company, key, [{"kind": "email", "was": email, "becomes": NEW}], actor=OFFICER)
    services.approve(company, key, actor=OFFICER)
    work(company, "run")
    services.answer(company, key, Outcome.FULLY, actor=OFFICER)


@pytest.mark.parametrize("right", [Right.ACCESS, Right.ERASURE, Right.OBJECTION])
def test_what_was_asked_under_the_old_address_is_done_under_the_new_one(
    company: str, post: Letters, right: Right
) -> None:
    """Nothing was found under the old one: the package was empty, the rows stayed, and the new address was used."""
    email = somebody()
    key = asked(company, right, email)
    corrected(company, email)
    assert (known(email), known(NEW)) == (0, 1)
    if right == Right.ACCESS:
        read_and_approved(company, key)
        work(company, "request-package")
        assert services.find(company, key).outcome == Outcome.FULLY
        whom = services.opened(services.find(company, key))
        assert whom is not None
        assert whom.email == email, "letters go where the person was shown to be"
    elif right == Right.ERASURE:
        services.approve(company, key, actor=OFFICER)
        with suppress(RefusedError):
            work(company, "run")
        if services.find(company, key).state == "planned":  # as things are now
            services.approve(company, key, actor=OFFICER)
            work(company, "run")
        assert known(NEW) == 0
    else:
        services.weigh(company, key, "Rien d’impérieux.", stops=True, actor=OFFICER)
        assert permissions.may(company, [("email", NEW)], WEIGHED).code == "objected"


def test_somebody_elses_request_does_not_follow(company: str, post: Letters) -> None:
    """One of the same telephone; one of who has the mailbox that was written for hers, and knows the code. Staff is told."""
    mine, theirs = prospects(2)
    by_code, _ = steps.asked(company, post, "access", mine)
    change_system(CRM, "UPDATE person SET phone = '+33611223344' WHERE email IN (?, ?)", mine, theirs)
    by_phone = asked(company, Right.ACCESS, theirs, "+33611223344")
    key = asked(company, Right.RECTIFICATION, mine)
    wanted = [
        {"kind": "email", "was": mine, "becomes": NEW},
        {"kind": "phone", "was": "+33611223344", "becomes": "+33611223355"},
    ]
    services.correct(company, key, wanted, actor=OFFICER)
    services.approve(company, key, actor=OFFICER)
    work(company, "run")
    for other, said in (
        (by_code.key, {"email": mine}),
        (by_phone, {"email": theirs, "phone": "+33611223344"}),
    ):
        request = services.find(company, other)
        whom = services.opened(request)
        assert whom is not None
        assert whom.identities(request.identified_by) == said
        assert "renamed-elsewhere" in [step.kind for step in services.story(request).steps]
