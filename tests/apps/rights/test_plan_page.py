"""The page of a request's plan says all that is to be known before it is approved; it is approved on the request's page."""

from __future__ import annotations

import re
from typing import Any

import pytest

from garant.apps.jobs import services as jobs
from garant.apps.promises import decisions
from garant.apps.promises.refusals import RefusedError
from garant.apps.rights import services
from tests.apps.rights import steps
from tests.apps.rights.conftest import Letters, ask_system, somebody
from tests.apps.rights.steps import OFFICER
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_request_s_plan_is_approved_with_the_request_alone(company: str, post: Letters) -> None:
    """Carried out by itself, the person's data would go and the request wait for ever."""
    email = somebody()
    request, _ = steps.asked(company, post, "erasure", email)
    officer, page = sign_in(OFFICER), f"/o/{company}/plans/{request.plan}/"
    shown = officer.get(page).content.decode()
    assert f"/o/{company}/requests/{request.key}/" in shown
    assert "approve/" not in shown
    refused = officer.post(f"{page}approve/", follow=True).content.decode()
    assert f"répond à la demande {request.key}" in refused
    with pytest.raises(RefusedError, match=request.key):
        decisions.approve(company, request.plan, actor=OFFICER, policy_digest="", map_digests={})
    assert not decisions.find(company, request.plan).approved
    assert jobs.open_job(company, "run", {"plan": request.plan}) is None
    assert services.find(company, request.key).state == "planned"
    assert ask_system("GARANT_DEMO_CRM", "SELECT id FROM person WHERE email = ?", email)


def test_the_plan_of_an_erasure_is_about_a_person_and_no_term(company: str, post: Letters) -> None:
    request, _ = steps.asked(company, post, "erasure", somebody())
    shown = words(sign_in(OFFICER).get(f"/o/{company}/plans/{request.plan}/"))
    assert "Plan d’un effacement" in shown
    assert "Dossiers de la personne" in shown
    assert "terme" not in shown
    assert "Interlocuteurs" in shown, shown
    for selection in decisions.document(company, request.plan).selections:
        for action in selection.actions:
            for column in action.columns if action.treated else ():
                assert column in shown, (action.table, column)


def test_the_plan_of_a_rectification_corrects_and_masks_nothing(company: str, post: Letters) -> None:
    request, _ = steps.asked(company, post, "rectification", somebody())
    right = {"kind": "name", "was": "", "becomes": "Jeanne Exacte"}
    services.correct(company, request.key, [right], actor=OFFICER)
    request = services.find(company, request.key)
    shown = words(sign_in(OFFICER).get(f"/o/{company}/plans/{request.plan}/"))
    assert "Plan d’une rectification" in shown
    assert "lignes corrigées" in shown or "ligne corrigée" in shown
    assert "nouvelle valeur : Nom et prénom full_name" in shown
    assert "lignes masquées" not in shown
    assert "ligne masquée" not in shown
    assert "Jeanne Exacte" not in shown, "values are on the page of the request, whose reading is an entry"


def words(answer: Any) -> str:
    """What somebody reads on a page, in one line, without the frame of the site."""
    text = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())
