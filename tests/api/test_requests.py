"""A portal hands requests over, a case system follows them; neither learns who asks without the right to."""

from __future__ import annotations

import pytest
from django.test import Client

from garant.apps.evidence import services as evidence
from garant.apps.jobs.models import Job
from garant.apps.rights.receiving.directives import of_person
from tests.api.conftest import client, token_of
from tests.apps.seen import seen

pytestmark = pytest.mark.django_db
JSON = "application/json"


def at(organisation: str, rest: str = "") -> str:
    return f"/api/v1/organisations/{organisation}/requests{rest}"


def body(**values: object) -> dict[str, object]:
    return {"right": "erasure", "name": "Jeanne Essai", "email": "jeanne@essai.example", **values}


def test_a_request_is_handed_over_followed_and_answered(dpo: Client, organisation: str) -> None:
    made = dpo.post(at(organisation), body(known=True), JSON)
    assert (made.status_code, made.json()["state"]) == (201, "searching"), made.content
    key = made.json()["key"]
    assert dpo.post(at(organisation), body(known=True), JSON).json()["key"] == key  # the same is the same
    assert [job.kind for job in seen(Job)] == ["request-search"]
    assert [one["key"] for one in dpo.get(at(organisation)).json()["items"]] == [key]
    shown = dpo.get(at(organisation, f"/{key}"))
    assert "jeanne" not in shown.content.decode().lower()
    assert dpo.get(at(organisation, f"/{key}/person")).json()["email"] == "jeanne@essai.example"
    assert len(list(evidence.records(organisation, kind="personal-data.read"))) == 1
    told = dpo.post(at(organisation, f"/{key}/wait"), {"reason": "Depuis quelle adresse ?"}, JSON)
    assert told.json()["waiting"]
    assert dpo.post(at(organisation, f"/{key}/resume")).json()["waiting"] is False
    extended = dpo.post(at(organisation, f"/{key}/extend"), {"reason": "Beaucoup de systèmes."}, JSON)
    assert extended.json()["due_on"] > made.json()["due_on"]
    assert dpo.post(at(organisation, f"/{key}/extend"), {"reason": "Encore."}, JSON).status_code == 409
    early = dpo.post(at(organisation, f"/{key}/answer"), {"outcome": "fully"}, JSON)
    assert (early.status_code, "looked at" in early.json()["detail"]) == (409, True)
    no_ground = dpo.post(at(organisation, f"/{key}/answer"), {"outcome": "refused"}, JSON)
    assert no_ground.status_code == 409
    refused = dpo.post(
        at(organisation, f"/{key}/answer"), {"outcome": "refused", "ground": "excessive"}, JSON
    )
    assert (refused.json()["state"], refused.json()["ground"]) == ("answered", "excessive")
    assert dpo.get(at(organisation) + "?ended=true").json()["items"][0]["key"] == key
    assert dpo.get(at(organisation, "/R-0000-0000")).status_code == 404


def test_who_asks_is_for_those_who_may_see_people(organisation: str) -> None:
    officer = client(token_of(organisation, "dpo"))
    key = officer.post(at(organisation), body(), JSON).json()["key"]
    technician = client(token_of(organisation, "technician"))
    assert technician.get(at(organisation, f"/{key}")).status_code == 200
    for rest in (f"/{key}/person",):
        assert technician.get(at(organisation, rest)).status_code == 403
    for deed in ("approve", "answer", "withdraw"):
        assert technician.post(at(organisation, f"/{key}/{deed}"), {}, JSON).status_code == 403
    assert officer.post(at(organisation, f"/{key}/withdraw")).json()["outcome"] == "withdrawn"
    assert officer.post(at(organisation), body(email="nobody"), JSON).status_code == 409
    assert officer.post(at(organisation), body(right="all"), JSON).status_code == 422


def test_a_correction_says_which_value_is_wrong_or_that_every_one_is(dpo: Client, organisation: str) -> None:
    def sent(**correction: object) -> int:
        right = {"kind": "phone", "becomes": "+33 1 99 00 12 34", **correction}
        return dpo.post(at(organisation), body(right="rectification", corrections=[right]), JSON).status_code

    assert (sent(), sent(was="01 99 00 00 01", every=True)) == (422, 422)
    made = dpo.post(
        at(organisation),
        body(
            right="rectification",
            corrections=[{"kind": "phone", "was": "01 99 00 00 01", "becomes": " +33 1 99\u202800  12 34 "}],
        ),
        JSON,
    )
    whom = dpo.get(at(organisation, f"/{made.json()['key']}/person")).json()
    assert whom["values"] == [{"kind": "phone", "was": "01 99 00 00 01", "becomes": "+33 1 9900 12 34"}]


def test_directives_of_a_program_say_what_becomes_of_the_data(dpo: Client, organisation: str) -> None:
    asked = body(right="post-mortem", known=True, email="will@exemple.example")
    refused = dpo.post(at(organisation), asked, JSON)
    assert (refused.status_code, "what will become" in refused.content.decode()) == (409, True)
    nobody = dpo.post(at(organisation), body(**{**asked, "wish": "hand"}), JSON)
    assert nobody.status_code == 409
    made = dpo.post(
        at(organisation), body(**{**asked, "wish": "hand", "trusted_email": "t@exemple.example"}), JSON
    )
    assert (made.status_code, made.json()["outcome"]) == (201, "fully")
    held = of_person(organisation, "will@exemple.example")
    assert held is not None
    assert (held.wish, held.trusted_email) == ("hand", "t@exemple.example")
