"""What a use rests on, and what a person decides of it: objections, consent withdrawn, a decision looked at again."""

from __future__ import annotations

import pytest

from garant.apps.evidence import services as evidence
from garant.apps.oppositions import services as oppositions
from garant.apps.oppositions.contacts import contact
from garant.apps.promises.opening.published import policy_in_force
from garant.apps.rights import services
from garant.apps.rights.words import Outcome
from garant.ledger import LedgerError
from tests.apps.rights.conftest import Letters, somebody
from tests.apps.rights.steps import OFFICER, asked

pytestmark = pytest.mark.django_db(transaction=True)


def test_marketing_stops_before_anybody_has_read_the_request(company: str, post: Letters) -> None:
    email = somebody()
    request, _ = asked(company, post, "objection", email)
    who = [contact("email", email)]
    assert oppositions.opposed(policy_in_force(company), who, None) == [True]
    with pytest.raises(LedgerError):  # never weighed
        services.weigh(company, request.key, "…", stops=False, actor=OFFICER)
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    (letter,) = [one for one in services.sent(request) if one.kind == "objected"]
    assert "la publicité" in letter.text


def test_a_legitimate_interest_is_weighed_in_writing_by_a_person(company: str, post: Letters) -> None:
    policy = policy_in_force(company)
    purpose = next(
        f"{activity.key}/{purpose.key}"
        for activity, purpose in policy.document.purposes()
        if purpose.legal_basis is not None
        and purpose.legal_basis.ground == "legitimate-interests"
        and not purpose.direct_marketing
    )
    email = somebody()
    request, _ = asked(company, post, "objection", email, purpose=purpose)
    who = [contact("email", email)]
    assert oppositions.opposed(policy, who, purpose) == [False]
    with pytest.raises(LedgerError):
        services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    services.weigh(company, request.key, "Son intérêt l’emporte.", stops=True, actor=OFFICER)
    assert oppositions.opposed(policy, who, purpose) == [True]
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    (entry,) = evidence.records(company, kind="request.weighed")
    assert entry.payload == {"request": request.key, "stops": True}


def test_consent_ends_at_once(company: str, post: Letters) -> None:
    policy = policy_in_force(company)
    purpose = next(
        f"{activity.key}/{purpose.key}"
        for activity, purpose in policy.document.purposes()
        if purpose.legal_basis is not None and purpose.legal_basis.ground == "consent"
    )
    email = somebody()
    request, _ = asked(company, post, "consent", email, purpose=purpose)
    assert oppositions.opposed(policy, [contact("email", email)], purpose) == [True]
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    assert "consent_withdrawn" in [one.kind for one in services.sent(request)]


def test_a_person_looks_again(company: str, post: Letters) -> None:
    request, _ = asked(company, post, "human-review", somebody())
    services.answer(
        company, request.key, Outcome.REFUSED, ground="no-automated-decision", reason="…", actor=OFFICER
    )
    assert services.find(company, request.key).ground == "no-automated-decision"
