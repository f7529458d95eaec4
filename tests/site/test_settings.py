"""Settings of an organisation: an administrator's, entered in the ledger, and what the worker does with them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from garant.apps.evidence import services as evidence
from garant.apps.jobs import services as jobs
from garant.apps.jobs.worker import ask_nightly
from garant.apps.organisations import services as organisations
from garant.apps.organisations.models import Organisation
from garant.apps.policies import services as policies
from garant.demo import site as demo_site
from tests.site.conftest import Persona, sign_in

pytestmark = pytest.mark.django_db

CHOSEN = {"four_eyes": "on", "look_hour": "23"}
OFFICER, DELEGATE = (one.email for one in demo_site.ACCOUNTS[:2])


def page(organisation: str) -> str:
    return f"/o/{organisation}/settings/"


def test_an_administrator_chooses_and_the_ledger_says_so(site: str, persona: Persona) -> None:
    administrator = persona("administrator")
    assert administrator.get(page(site)).status_code == 200
    administrator.post(page(site), CHOSEN)
    chosen = organisations.organisation(site)
    assert (chosen.four_eyes, chosen.shows_state, chosen.look_hour, chosen.proposes) == (
        True, False, 23, False,
    )  # fmt: skip
    (entry,) = list(evidence.records(site, kind="organisation.configured"))
    assert entry.payload == {
        "four_eyes": True, "shows_state": False, "look_hour": 23, "proposes": False,
    }  # fmt: skip
    assert administrator.post(page(site), {**CHOSEN, "look_hour": "24"}).status_code == 200
    assert organisations.organisation(site).look_hour == 23
    with pytest.raises(organisations.OrganisationRefusedError, match="No day has an hour 24"):
        organisations.configure(site, organisations.Settings(look_hour=24))


@pytest.mark.parametrize("role", ["dpo", "technician", "auditor", "staff"])
def test_others_read_the_settings_and_change_nothing(site: str, persona: Persona, role: str) -> None:
    client = persona(role)
    assert "Seul un administrateur" in client.get(page(site)).content.decode()
    assert client.post(page(site), {"look_hour": "3"}).status_code == 403
    assert organisations.organisation(site).four_eyes


def test_a_stranger_and_a_neighbour_find_nothing(site: str, persona: Persona) -> None:
    assert persona("stranger").get(page(site)).status_code == 302
    assert persona("neighbour").get(page(site)).status_code == 404
    assert persona("client-contact").get(page(site)).status_code == 403


def test_the_look_is_at_the_hour_chosen_and_proposes_where_it_is_wanted(company: str) -> None:
    wanted = organisations.Settings(look_hour=4, proposes=False)
    organisations.configure(company, wanted)
    paris = ZoneInfo("Europe/Paris")
    assert ask_nightly(datetime(2027, 1, 24, 4, tzinfo=paris)) == 1
    assert ask_nightly(datetime(2027, 1, 25, 3, tzinfo=paris)) == 0
    assert ask_nightly(datetime(2027, 1, 25, 4, tzinfo=paris)) == 1
    assert {job.kind for job in jobs.recent(company)} == {"look"}


@given(
    zone=st.sampled_from(
        ["Europe/Paris", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC",
         "Pacific/Apia", "America/St_Johns", "Africa/Casablanca"]
    ),
    day=st.dates(date(2024, 1, 3), date(2027, 12, 28)),
    hour=st.integers(0, 23),
)  # fmt: skip
def test_asked_once_an_hour_a_night_begins_once_a_day_and_at_its_hour(
    zone: str, day: date, hour: int
) -> None:
    """Whatever the clocks do, and wherever minutes differ from ours."""
    one = Organisation(key="o", time_zone=zone, look_hour=hour)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    asked = [start + timedelta(hours=step) for step in range(24 * 5)]
    nights = [organisations.night(one, at) for at in asked]
    begun = [
        (at, later)
        for at, (sooner, later) in zip(asked[1:], pairwise(nights), strict=True)
        if sooner != later
    ]
    assert len(begun) in (4, 5)
    assert all(later - sooner == timedelta(days=1) for sooner, later in pairwise(sorted(set(nights))))
    for at, night in begun:
        ours = at.astimezone(ZoneInfo(zone))
        assert ours.date() == night or hour == 23, "before midnight, where an hour is left"
        assert at - datetime(night.year, night.month, night.day, hour, tzinfo=ZoneInfo(zone)) < timedelta(
            hours=1
        )


def renamed(company: str, on: date, **other: Any) -> None:
    """The version in force, published again from a day with another name."""
    current = policies.published(company)
    assert current is not None
    of = current.policy.organisation.model_copy(update=other)
    made = policies.import_document(
        current.policy.model_copy(update={"organisation": of}), actor=DELEGATE, organisation=company
    )
    policies.submit(company, made.key, actor=DELEGATE)
    policies.approve(company, made.key, digest=made.digest, actor=OFFICER)
    policies.publish(company, made.key, on=on, actor=OFFICER)


def test_a_name_is_taken_again_from_the_version_in_force(company: str) -> None:
    today = policies.today(company)
    before = organisations.organisation(company).name
    renamed(company, today, name="Nouvelle Raison", time_zone="Indian/Reunion")
    after = organisations.organisation(company)
    assert (after.name, after.time_zone) == ("Nouvelle Raison", "Indian/Reunion")
    (entry,) = list(evidence.records(company, kind="organisation.renamed"))
    assert entry.payload["time_zone"] == "Indian/Reunion"
    assert "Raison" not in str(entry)
    assert "Nouvelle Raison" in sign_in(OFFICER).get(page(company)).content.decode()
    assert before not in sign_in(OFFICER).get("/o/").content.decode()


def test_a_name_of_a_version_to_come_waits_for_its_day(company: str) -> None:
    later = policies.today(company) + timedelta(days=3)
    before = organisations.organisation(company).name
    renamed(company, later, name="Demain SAS")
    assert organisations.organisation(company).name == before
    with time_machine.travel(datetime(later.year, later.month, later.day, 12, tzinfo=UTC)):
        ask_nightly(datetime.now(UTC))
        ask_nightly(datetime.now(UTC))
    assert organisations.organisation(company).name == "Demain SAS"
    assert len(list(evidence.records(company, kind="organisation.renamed"))) == 1
