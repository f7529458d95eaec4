"""Somebody who asks for their data and for their erasure, on the same day: they get the first before the second."""

from __future__ import annotations

import pytest

from garant.apps.rights import services
from garant.apps.rights.refusals import RequestRefusedError
from garant.apps.rights.words import Method, Outcome, Right
from tests.apps.rights.conftest import Letters, somebody, work
from tests.apps.rights.steps import DELEGATE, OFFICER
from tests.apps.rights.test_together import known

pytestmark = pytest.mark.django_db(transaction=True)


def asked(company: str, right: Right, email: str, phone: str = "") -> str:
    whom = services.Whom(email=email, name="Jeanne Essai", phone=phone)
    key = services.receive(company, services.Asked(right, whom)).request.key
    services.accept(company, key, Method.KNOWN_CONTACT, actor=DELEGATE)
    work(company, "request-search")
    return key


@pytest.mark.parametrize("right", [Right.ACCESS, Right.PORTABILITY])
def test_nothing_is_erased_before_its_package_is_handed_over(
    company: str, post: Letters, right: Right
) -> None:
    """It was, by whoever approved first: the package was empty, and the person was told that nothing is held."""
    email = somebody()
    package, erasure = asked(company, right, email), asked(company, Right.ERASURE, email, "+33123456789")
    with pytest.raises(RequestRefusedError, match=f"package of the request {package}"):
        services.approve(company, erasure, actor=OFFICER)
    whom = services.opened(services.find(company, package))
    if whom is not None and (whom.texts or whom.files):
        services.texts_read(company, package, [], actor=OFFICER)
    services.approve(company, package, actor=OFFICER)
    work(company, "request-package")
    assert services.find(company, package).outcome == Outcome.FULLY
    services.approve(company, erasure, actor=OFFICER)
    work(company, "run")
    assert known(email) == 0


def test_whoever_showed_nothing_keeps_nobody_from_being_erased(company: str, post: Letters) -> None:
    """Anybody can send a form with somebody's address; and another person's package is another's."""
    email = somebody()
    erasure = asked(company, Right.ERASURE, email)
    for one in (email, "another@essai.example"):
        services.receive(company, services.Asked(Right.ACCESS, services.Whom(email=one, name="Jeanne Essai")))
    asked(company, Right.ACCESS, "third@essai.example")
    assert services.approve(company, erasure, actor=OFFICER).state == "approved"
