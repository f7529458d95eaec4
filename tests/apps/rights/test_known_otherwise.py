"""Somebody is known otherwise than they were: what is restricted, objected to and withdrawn goes along, and is let go of."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from garant.apps.holds import services as holds
from garant.apps.oppositions import services as oppositions
from garant.apps.oppositions.contacts import contact
from garant.apps.permissions import services as permissions
from garant.apps.promises import decisions
from garant.apps.promises.opening.published import open_published, policy_in_force
from garant.apps.promises.recording.fates import fate_of
from garant.apps.rights import services
from garant.apps.rights.words import Outcome
from garant.engine.planning.restricted import NAMELESS, NO_LONGER, OTHERWISE
from tests.apps.rights.conftest import Letters, ask_system, change_system, somebody
from tests.apps.rights.steps import DELEGATE, OFFICER, asked, carried_out
from tests.apps.rights.test_restricted_midway import (
    ARCHIVED,
    CRM,
    archived,
    at,
    ends_today,
    failed,
    granted,
    lifted,
)
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)

NEW, NUMBER = "nouvelle@adresse.example", "+33 1 99 00 12 34"
USE = "customer-relationship/support"


def corrected(company: str, post: Letters, email: str, *wanted: dict[str, str]) -> None:
    with at(5):
        request, _ = asked(company, post, "rectification", email)
    services.correct(company, request.key, wanted, actor=OFFICER)
    carried_out(company, request.key)
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)


def address(email: str) -> dict[str, str]:
    return {"kind": "email", "was": email, "becomes": NEW}


def restricted(company: str, kind: str, value: Any) -> bool:
    return permissions.may(company, [(kind, str(value))], USE).code == "restricted"


def record(email: str) -> tuple[int, str]:
    (found,) = ask_system(CRM, "SELECT id, phone FROM person WHERE email = ?", email)
    return found


def test_a_request_restricts_the_record_under_all_that_it_is_known_by(company: str, post: Letters) -> None:
    """It named an address; whoever asks by the record or by its number is told no as well, and yes once it ended."""
    email = somebody()
    change_system(CRM, "UPDATE person SET phone = '+33199009999' WHERE email = ?", email)
    number, phone = record(email)
    every = (("email", email), ("phone", phone), ("row", f"crm/person/{number}"))
    key = granted(company, post, email)
    assert all(restricted(company, *one) for one in every)
    ends_today(company, key)
    lifted(company, key)
    assert not any(restricted(company, *one) for one in every)


def test_what_was_restricted_until_it_was_corrected_is_let_go_of(company: str, post: Letters) -> None:
    """The accuracy is contested, it is restricted, corrected, and restricted no more (art. 18(1)(a))."""
    email = somebody()
    key = granted(company, post, email)
    corrected(company, post, email, address(email))
    assert (archived(NEW), restricted(company, "email", NEW), restricted(company, "email", email)) == (
        1,
        True,
        True,
    )
    ends_today(company, key)
    lifted(company, key)
    assert (archived(NEW), restricted(company, "email", NEW), restricted(company, "email", email)) == (
        0,
        False,
        False,
    )


@pytest.mark.parametrize("first", [0, 1])
def test_two_restrictions_of_a_record_that_is_known_otherwise(
    company: str, post: Letters, first: int
) -> None:
    """Named by an address that is no longer there, each still holds the record against the end of the other."""
    email = somebody()
    keys = [granted(company, post, email), granted(company, post, email, minute=1)]
    change_system(CRM, "UPDATE person SET email = ? WHERE email = ?", NEW, email)
    for key, mark in ((keys[first], 1), (keys[1 - first], 0)):
        ends_today(company, key)
        lifted(company, key)
        assert archived(NEW) == mark
        assert restricted(company, "row", f"crm/person/{record(NEW)[0]}") == bool(mark)
    assert not restricted(company, "email", email)


def test_a_record_that_may_be_somebody_elses_is_left_and_said(company: str, post: Letters) -> None:
    """Neither an address nor a number that it had: the plan says so, for somebody to look."""
    email = somebody()
    key = granted(company, post, email)
    change_system(
        CRM, "UPDATE person SET email = ?, phone = '+33199009998', mobile = NULL WHERE email = ?", NEW, email
    )
    ends_today(company, key)
    assert services.night(company)["lifted"] == 1
    plan = services.find(company, key).lift_plan
    notes = [note for one in decisions.document(company, plan).selections for note in one.notes]
    assert notes == [OTHERWISE]
    assert ask_system(CRM, ARCHIVED, NEW) == [(1,)]


def test_an_erasure_that_left_somebody_who_is_known_otherwise_since_says_so(
    company: str, post: Letters
) -> None:
    """Planned again about nobody, it would be answered as done: the plan tells of the record, and it is not erased unseen."""
    email = somebody()
    request, _ = asked(company, post, "erasure", email)
    change_system(CRM, "CREATE TRIGGER undone BEFORE DELETE ON person BEGIN SELECT RAISE(IGNORE); END")
    carried_out(company, request.key)
    change_system(CRM, "DROP TRIGGER undone")
    fate = fate_of(company, services.find(company, request.key).plan)
    assert fate is not None
    assert fate.state == "not-kept"
    change_system(CRM, "UPDATE person SET email = ? WHERE email = ?", NEW, email)
    again = decisions.document(company, services.propose(company, request.key, actor=DELEGATE))
    assert [list(one.notes) for one in again.selections if one.system == "crm"] == [[NO_LONGER]]
    assert (
        again.selections[0].root_keys(),
        ask_system(CRM, "SELECT count(*) FROM person WHERE email = ?", NEW),
    ) == (
        [],
        [(1,)],
    )
    page = (
        sign_in(DELEGATE)
        .get(f"/o/{company}/plans/{services.find(company, request.key).plan}/")
        .content.decode()
    )
    assert NO_LONGER.fr.split(",")[0] in page


@pytest.mark.parametrize("left", [True, False])
def test_an_erasure_that_left_somebody_who_has_no_name_any_more(
    company: str, post: Letters, left: bool
) -> None:
    """What is left of a record without an address or a number is told of; one of which nothing is left, is not."""
    email = somebody()
    key = ask_system(CRM, "SELECT id FROM person WHERE email = ?", email)[0][0]
    request, _ = asked(company, post, "erasure", email)
    change_system(CRM, "CREATE TRIGGER undone BEFORE DELETE ON person BEGIN SELECT RAISE(IGNORE); END")
    carried_out(company, request.key)
    change_system(CRM, "DROP TRIGGER undone")
    nameless = "UPDATE person SET email = NULL, phone = NULL, mobile = NULL WHERE id = ?"
    change_system(CRM, nameless if left else "DELETE FROM person WHERE id = ?", key)
    again = decisions.document(company, services.propose(company, request.key, actor=DELEGATE))
    notes = [note for one in again.selections if one.system == "crm" for note in one.notes]
    assert notes == ([NAMELESS] if left else [])
    carried_out(company, request.key)
    assert len(ask_system(CRM, "SELECT 1 FROM person WHERE id = ?", key)) == left, "it is not erased unseen"


def test_what_is_objected_to_and_withdrawn_goes_along_and_what_is_agreed_to_does_not(
    company: str, post: Letters
) -> None:
    policy, use = policy_in_force(company), "recruitment/selection"
    email, other = somebody(), "given@adresse.example"
    request, _ = asked(company, post, "objection", email)
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    permissions.consent(company, [("email", email)], use, given=False, actor="cli")
    added = {"kind": "phone", "was": "", "becomes": NUMBER, "added": "1"}
    change_system(CRM, "UPDATE person SET mobile = NULL WHERE email = ?", email)
    corrected(company, post, email, address(email), added)
    who = [contact("email", NEW), contact("phone", NUMBER)]
    assert oppositions.opposed(policy, who, None) == [True, True]
    assert permissions.may(company, [("email", NEW)], use).code == "consent-withdrawn"
    permissions.consent(company, [("email", NEW)], use, given=True, actor="cli")
    with at(10):
        request, _ = asked(company, post, "rectification", NEW)
    wanted = [{"kind": "email", "was": "", "becomes": other}]
    services.correct(company, request.key, wanted, actor=OFFICER)
    carried_out(company, request.key)
    assert oppositions.opposed(policy, [contact("email", other)], None) == [True]
    assert permissions.may(company, [("email", other)], use).code == "consent-missing"


def test_a_restriction_that_is_planned_again_finds_the_record_under_its_new_address(
    company: str, post: Letters
) -> None:
    """Its first run was undone, and the address changed meanwhile: nobody is told that it is restricted and is not."""
    email = somebody()
    key = failed(company, post, email)
    change_system(CRM, "UPDATE person SET email = ? WHERE email = ?", NEW, email)
    services.propose(company, key, actor=DELEGATE)
    carried_out(company, key)
    assert archived(NEW) == 1
    services.answer(company, key, Outcome.FULLY, actor=OFFICER)
    assert restricted(company, "email", NEW)


def test_who_is_on_hold_stays_so_under_another_address(company: str, post: Letters) -> None:
    email = somebody()
    with open_published(company) as workspace:
        until = services.today(company) + timedelta(days=30)
        asked_for = holds.Asked("dpo", "Litige.", until=until, identities={"email": email})
        holds.place(workspace.policy, workspace.sources, asked_for, actor="cli")
    change_system(CRM, "UPDATE person SET email = ? WHERE email = ?", NEW, email)
    request, _ = asked(company, post, "erasure", NEW)
    carried_out(company, request.key)
    assert len(ask_system(CRM, ARCHIVED, NEW)) == 1
