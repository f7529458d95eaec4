"""What a use rests on, and what a person decides of it: objections, consent withdrawn, a decision looked at again."""

from __future__ import annotations

import html
import json

import pytest

from garant.apps.evidence import services as evidence
from garant.apps.oppositions import services as oppositions
from garant.apps.oppositions.contacts import contact
from garant.apps.policies import services as policies
from garant.apps.promises.opening.published import policy_in_force
from garant.apps.rights import services
from garant.apps.rights.each import lists
from garant.apps.rights.words import Outcome, Right
from garant.ledger import LedgerError
from garant.policy import Policy
from tests.apps.rights.conftest import Letters, somebody
from tests.apps.rights.steps import DELEGATE, OFFICER, asked
from tests.site.conftest import sign_in

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


def renamed(company: str, purpose: str, name: str) -> None:
    """The policy in force names a use otherwise from today on."""
    activity, _, key = purpose.partition("/")
    content = policy_in_force(company).document.model_dump(mode="json", exclude_defaults=True)
    purposes = content["activities"][activity]["purposes"]
    purposes[name] = purposes.pop(key)
    document = Policy.model_validate_json(json.dumps(content), strict=True)
    version = policies.import_document(document, actor=OFFICER)
    policies.submit(company, version.key, actor=OFFICER)
    policies.approve(company, version.key, digest=version.digest, actor=DELEGATE)
    policies.publish(company, version.key, on=policies.today(company), actor=DELEGATE)


def test_an_objection_is_decided_though_the_use_was_renamed_meanwhile(company: str, post: Letters) -> None:
    """It could be decided against the person alone, and its letter spoke of advertising."""
    policy = policy_in_force(company)
    activity, purpose = next(
        (activity, purpose)
        for activity, purpose in policy.document.purposes()
        if purpose.legal_basis is not None
        and purpose.legal_basis.ground == "legitimate-interests"
        and not purpose.direct_marketing
    )
    name, email = f"{activity.key}/{purpose.key}", somebody()
    request, _ = asked(company, post, "objection", email, purpose=name)
    renamed(company, name, "called-otherwise")
    page = sign_in(OFFICER).get(f"/o/{company}/requests/{request.key}/").content.decode()
    assert purpose.label.fr in html.unescape(page)
    services.weigh(company, request.key, "Son intérêt l’emporte.", stops=True, actor=OFFICER)
    who = [contact("email", email)]
    assert oppositions.opposed(policy_in_force(company), who, f"{activity.key}/called-otherwise") == [True]
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    (letter,) = [one for one in services.sent(request) if one.kind == "objected"]
    assert purpose.label.fr in letter.text
    assert "la publicité" not in letter.text


def test_open_requests_about_a_use_that_goes_are_told_to_whoever_approves(
    company: str, post: Letters
) -> None:
    policy = policy_in_force(company)
    activity, purpose = next(iter(policy.document.purposes()))
    request, _ = asked(company, post, "objection", somebody(), purpose=f"{activity.key}/{purpose.key}")
    content = policy.document.model_dump(mode="json", exclude_defaults=True)
    purposes = content["activities"][activity.key]["purposes"]
    purposes["called-otherwise"] = purposes.pop(purpose.key)
    document = Policy.model_validate_json(json.dumps(content), strict=True)
    found = policies.hanging(policies.import_document(document, actor=OFFICER))
    (told,) = [one.text.fr for one in found if "demandes ouvertes" in one.text.fr]
    assert request.key in told
    assert purpose.label.fr in told


def test_marketing_renamed_before_anybody_looked_still_stops_at_once(company: str) -> None:
    policy = policy_in_force(company).document
    name = next(f"{a.key}/{p.key}" for a, p in policy.purposes() if p.direct_marketing)
    renamed(company, name, "called-otherwise")
    after = policy_in_force(company)
    assert lists.at_once(after.document, Right.OBJECTION, name)
    assert lists.record(after, name, {"email": "ana@x.example"}) == 1
    assert oppositions.opposed(after, [contact("email", "ana@x.example")], None) == [True]


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
