"""What is wrong is put right: proposed by the person, approved by staff, written value by value."""

from __future__ import annotations

import html
import re
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client
from django_scopes import scopes_disabled

from garant.apps.promises.models import Plan
from garant.apps.rights import services
from garant.apps.rights.words import Outcome
from garant.ledger import LedgerError
from tests.apps.rights.conftest import Letters, ask_system, change_system, somebody
from tests.apps.rights.steps import OFFICER, asked, carried_out, post_form
from tests.apps.seen import seen
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def right_of(shown: str, value: str) -> str:
    """The field beside a value that is held."""
    found = re.search(rf'<label for="id_(right-[\w-]+)">[^<]*{re.escape(html.escape(value))}', shown)
    assert found is not None, value
    return found[1]


def test_a_rectification_is_proposed_by_the_person_and_approved_by_staff(company: str, post: Letters) -> None:
    """Each value by itself: the landline changes, the mobile and the name do not."""
    email = somebody()
    change_system("GARANT_DEMO_CRM", "UPDATE person SET mobile = '06 39 98 00 07' WHERE email = ?", email)
    request, mine = asked(company, post, "rectification", email)
    assert request.state == "searching"
    held = "SELECT phone, mobile, full_name FROM person WHERE email = ?"
    (old,) = ask_system("GARANT_DEMO_CRM", held, email)
    shown = Client().get(mine).content.decode()
    assert email in shown
    landline, mobile = right_of(shown, old[0]), right_of(shown, old[1])
    assert post_form(Client(), mine, {"correct": "1", landline: " ", mobile: ""}).status_code == 422
    assert post_form(Client(), mine, {"correct": "1", "all-phone": "0199001234"}).status_code == 422
    post_form(Client(), mine, {"correct": "1", landline: "+33 1 99 00 12 34"})
    request = services.find(company, request.key)
    assert request.state == "planned"
    assert "+33 1 99 00 12 34" in Client().get(mine).content.decode()
    shown = sign_in(OFFICER).get(f"/o/{company}/requests/{request.key}/").content.decode()
    assert f"<del>{old[0]}</del> → <ins>+33 1 99 00 12 34</ins>" in shown  # what it was, what it would become
    assert f"<del>{old[1]}</del>" not in shown
    carried_out(company, request.key)
    (new,) = ask_system("GARANT_DEMO_CRM", held, email)
    assert new == ("+33 1 99 00 12 34", *old[1:])
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    (letter,) = [one for one in services.sent(request) if one.kind == "corrected"]
    assert "Relation client" in letter.text


def test_every_value_of_a_kind_is_replaced_where_staff_says_so(company: str, post: Letters) -> None:
    email = somebody()
    change_system("GARANT_DEMO_CRM", "UPDATE person SET mobile = '06 39 98 00 07' WHERE email = ?", email)
    request, _ = asked(company, post, "rectification", email)
    whole = [{"kind": "phone", "was": "", "becomes": "+33 1 99 00 12 34"}]
    with pytest.raises(LedgerError):
        services.correct(company, request.key, whole)
    with pytest.raises(LedgerError, match="no longer"):
        services.correct(company, request.key, [{**whole[0], "was": "0100000000"}], actor=OFFICER)
    page = f"/o/{company}/requests/{request.key}/"
    sign_in(OFFICER).post(f"{page}correct/", {"all-phone": "+33 1 99 00 12 34"})
    assert "toutes les valeurs deviennent" in sign_in(OFFICER).get(page).content.decode()
    carried_out(company, request.key)
    (new,) = ask_system("GARANT_DEMO_CRM", "SELECT phone, mobile FROM person WHERE email = ?", email)
    assert new == ("+33 1 99 00 12 34", "+33 1 99 00 12 34")


def test_a_name_in_parts_and_a_second_telephone_in_one_correction(company: str, post: Letters) -> None:
    """First, last and whole name change together; the mobile that was missing is added, the landline stays."""
    email = somebody()
    change_system("GARANT_DEMO_CRM", "UPDATE person SET mobile = NULL WHERE email = ?", email)
    request, mine = asked(company, post, "rectification", email)
    held = "SELECT first_name, last_name, full_name, phone, mobile FROM person WHERE email = ?"
    (old,) = ask_system("GARANT_DEMO_CRM", held, email)
    shown = Client().get(mine).content.decode()
    field = right_of(shown, f"{old[0]} {old[1]}")
    half = post_form(Client(), mine, {"correct": "1", field: "Zoé"})
    assert half.status_code == 200
    assert "Écrivez cette partie aussi" in half.content.decode()
    already = post_form(Client(), mine, {"correct": "1", "add-phone": old[3]})
    assert already.status_code == 422
    family = field.replace("given-name", "family-name")
    post_form(
        Client(), mine, {"correct": "1", field: "Zoé", family: "Le Goff", "add-phone": "06 39 98 00 07"}
    )
    page = f"/o/{company}/requests/{request.key}/"
    shown = sign_in(OFFICER).get(page).content.decode()
    assert f"<del>{old[0]} {old[1]}</del> → <ins>Zoé Le Goff</ins>" in shown
    assert "à ajouter <ins>06 39 98 00 07</ins>" in shown
    carried_out(company, request.key)
    (new,) = ask_system("GARANT_DEMO_CRM", held, email)
    assert new == ("Zoé", "Le Goff", new[2], old[3], "06 39 98 00 07")
    assert sorted(new[2].split(" ")) == ["Goff", "Le", "Zoé"]
    documents = [str(plan.document) for plan in seen(Plan).filter(organisation=company)]
    assert not [one for one in documents if "06 39 98 00 07" in one], (
        "a plan that was carried out names nobody"
    )


def test_what_earlier_versions_left_in_plans_is_forgotten(company: str, post: Letters) -> None:
    """Plans that are about nobody any more lose what was added; one that waits for its approval keeps it."""
    forget = import_module("garant.apps.promises.migrations.0007_additions_forgotten").forget
    added = [{"kind": "phone", "value": "06 39 98 00 07"}]
    email = somebody()
    change_system("GARANT_DEMO_CRM", "UPDATE person SET mobile = NULL WHERE email = ?", email)
    request, mine = asked(company, post, "rectification", email)
    post_form(Client(), mine, {"correct": "1", "add-phone": "06 39 98 00 07"})
    (waiting,) = seen(Plan).filter(digest=services.find(company, request.key).plan)
    with scopes_disabled():
        forget(apps, None)
    waiting.refresh_from_db()
    assert waiting.document["additions"] == added
    carried_out(company, request.key)
    waiting.refresh_from_db()
    seen(Plan).filter(pk=waiting.pk).update(document={**waiting.document, "additions": added})
    with scopes_disabled():
        forget(apps, None)
    waiting.refresh_from_db()
    assert waiting.document["additions"] == []
