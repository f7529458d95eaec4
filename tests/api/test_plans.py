"""Programs ask for a plan, read it in numbers, have it approved by a second person, and follow the work."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from garant.apps.controls import services as controls
from garant.apps.jobs import kinds
from garant.apps.jobs.models import Job
from garant.apps.organisations.services import scoped
from garant.demo.build import DemoData, build_demo
from tests.api.conftest import client, token_of
from tests.conftest import ROOT

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def systems(tmp_path_factory: pytest.TempPathFactory) -> DemoData:
    """The systems of the reference organisation, small; a plan changes nothing on them."""
    return build_demo(tmp_path_factory.mktemp("systems"), as_of=date(2026, 11, 1), people=100)


@pytest.fixture
def mapped(
    organisation: str, systems: DemoData, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The organisation, whose maps are where the site looks for them."""
    settings.GARANT_MAPS = tmp_path / "maps"
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / organisation).symlink_to(ROOT / "examples" / "seipra-score" / "maps")
    for name, value in systems.environment().items():
        monkeypatch.setenv(name, value)
    return organisation


def at(organisation: str, rest: str) -> str:
    return f"/api/v1/organisations/{organisation}{rest}"


def work(organisation: str, key: str) -> dict[str, Any]:
    """What the worker does with a job, here and now."""
    with scoped(organisation):
        job = Job.objects.get(key=key)
    return kinds.KINDS[job.kind](job)


def test_a_plan_is_asked_for_read_and_approved_by_somebody_else(dpo: Client, mapped: str) -> None:
    other = client(token_of(mapped, "dpo-delegate"))
    asked = other.post(at(mapped, "/plans"))
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    assert other.post(at(mapped, "/plans")).json()["key"] == asked.json()["key"]
    digest = work(mapped, asked.json()["key"])["plan"]
    (line,) = dpo.get(at(mapped, "/plans")).json()["items"]
    assert (line["digest"], line["approved"], line["people"] > 0) == (digest, False, True)
    plan = dpo.get(at(mapped, f"/plans/{digest}")).json()
    assert sum(one["rows"] for one in plan["selections"]) == line["rows"]
    assert not {"keys", "identities", "corrections"} & set(str(plan).replace("'", " ").split())
    refused = dpo.post(at(mapped, f"/plans/{digest}/run"))
    assert (refused.status_code, "Nobody approved" in refused.json()["detail"]) == (409, True)
    wrong = dpo.post(at(mapped, f"/plans/{digest}/approve"), {"digest": "0" * 64}, "application/json")
    assert wrong.status_code == 409
    assert (
        other.post(at(mapped, f"/plans/{digest}/approve"), {"digest": digest}, "application/json").status_code
        == 403
    )
    approved = dpo.post(at(mapped, f"/plans/{digest}/approve"), {"digest": digest}, "application/json")
    assert (approved.status_code, approved.json()["approved"]) == (200, True), approved.content
    job = dpo.post(at(mapped, f"/plans/{digest}/run"))
    assert (job.status_code, job.json()["kind"]) == (202, "run")
    stopped = dpo.post(at(mapped, f"/jobs/{job.json()['key']}/stop"))
    assert stopped.json()["state"] == "stopped"
    assert len(dpo.get(at(mapped, "/jobs")).json()["items"]) == 2
    assert dpo.get(at(mapped, "/runs")).json() == {"items": [], "next": None}
    for address in ("/plans/0000", "/runs/none", "/jobs/none", "/runs/none/certificate"):
        assert dpo.get(at(mapped, address)).status_code == 404


def test_who_made_a_plan_does_not_approve_it(dpo: Client, mapped: str) -> None:
    digest = work(mapped, dpo.post(at(mapped, "/plans")).json()["key"])["plan"]
    refused = dpo.post(at(mapped, f"/plans/{digest}/approve"), {"digest": digest}, "application/json")
    assert refused.status_code == 409
    assert refused.json()["mend"]


def test_promises_and_systems_are_told_as_they_stand(dpo: Client, mapped: str) -> None:
    assert dpo.get(at(mapped, "/promises")).json()["promises"] == []
    assert dpo.post(at(mapped, "/promises/look")).status_code == 202
    counts = controls.look(mapped)
    board = dpo.get(at(mapped, "/promises")).json()
    assert board["counts"] == dict(counts)
    one = board["promises"][0]["promise"]
    assert dpo.get(at(mapped, f"/promises/{one}")).json() == board["promises"][0]
    (today,) = dpo.get(at(mapped, f"/promises/{one}/history")).json()
    assert today["state"] == board["promises"][0]["state"]
    assert dpo.get(at(mapped, "/promises/nothing")).status_code == 404
    listed = dpo.get(at(mapped, "/systems")).json()
    assert [one["name"] for one in listed if one["connected"]] == ["crm", "maintenance", "recruitment"]
    assert {str(one["problems"]) for one in listed} == {"[]"}
    assert dpo.post(at(mapped, "/systems/crm/test")).status_code == 403, "as on the site"
    keeper = client(token_of(mapped, "administrator"))
    tested = keeper.post(at(mapped, "/systems/crm/test")).json()
    assert (tested["reached"], tested["problem"]) == (True, None)
    assert keeper.post(at(mapped, "/systems/none/test")).status_code == 404


def test_a_map_that_cannot_be_used_is_told_with_the_others(dpo: Client, mapped: str, settings: Any) -> None:
    folder = Path(settings.GARANT_MAPS) / mapped
    sound = {one.name: one.read_text(encoding="utf-8") for one in folder.glob("*.yaml")}
    folder.unlink()
    folder.mkdir()
    for name, text in {**sound, "crm.yaml": "system: crm\ntabels: {}\n"}.items():
        (folder / name).write_text(text, encoding="utf-8")
    listed = {one["name"]: one for one in dpo.get(at(mapped, "/systems")).json()}
    assert {name for name, one in listed.items() if one["connected"]} == {"maintenance", "recruitment"}
    assert [one["severity"] for one in listed["crm"]["problems"]]


@pytest.mark.parametrize(("form", "start"), [("ods", b"PK"), ("xlsx", b"PK"), ("csv", b"")])
def test_the_register_is_given_as_a_file(dpo: Client, organisation: str, form: str, start: bytes) -> None:
    answer = dpo.get(at(organisation, f"/register.{form}"))
    assert (answer.status_code, answer.content[: len(start)]) == (200, start)
    assert dpo.get(at(organisation, f"/register.{form}?version=99")).status_code == 404
    assert dpo.get(at(organisation, "/register.doc")).status_code == 422
