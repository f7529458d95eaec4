"""Who leaves has left: their programs, their invitations, those that wait for them; and somebody manages those who stay."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, connections
from django.test import Client

from garant.apps.accounts import invitations
from garant.apps.accounts import services as accounts
from garant.apps.accounts.refusals import AccountRefusedError
from garant.apps.accounts.services import Habilitation
from garant.apps.evidence import services as evidence
from garant.apps.jobs import services as jobs
from garant.apps.organisations import services as organisations
from garant.apps.tokens import services as tokens
from tests.site.conftest import TOMORROW, Persona, sign_in, user_of

pytestmark = pytest.mark.django_db

NEW, HERS = "nouvelle@demo.example", "administrator@demo.example"


def token(organisation: str, role: str = "administrator") -> str:
    """The text of a token of somebody of this role."""
    user = user_of(role, organisation, organisation)
    return tokens.issue(organisation, user, "nightly", ["see"], actor=user.email)[1]


def secret_of(link: str) -> str:
    return link.rstrip("/").rpartition("/")[2]


def test_who_comes_back_finds_no_program_of_theirs_at_work(site: str, persona: Persona) -> None:
    text = token(site, "staff")
    persona("administrator")
    assert tokens.recognise(text) is not None
    accounts.take(site, "staff@demo.example", actor=HERS)
    assert tokens.recognise(text) is None
    assert [one.revoked_at is not None for one in tokens.listing(site)] == [True]
    assert len(list(evidence.records(site, kind="token.revoked"))) == 1
    user_of("staff", site, site)
    assert tokens.recognise(text) is None


def test_nor_who_comes_back_after_their_last_day(site: str, persona: Persona) -> None:
    user = accounts.ensure_user(NEW)
    accounts.give(site, user, Habilitation("staff", until=TOMORROW), actor=HERS)
    _, text = tokens.issue(site, user, "nightly", ["see"], actor=NEW)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=9)):
        accounts.give(site, user, Habilitation("staff"), actor=HERS)
        assert tokens.recognise(text) is None


def test_another_role_leaves_programs_what_it_allows(site: str) -> None:
    text = token(site, "staff")
    accounts.give(site, user_of("staff", site, site), Habilitation("technician"), actor=HERS)
    assert tokens.recognise(text) is not None


def test_an_invitation_that_waits_for_whoever_leaves_opens_nothing(site: str, persona: Persona) -> None:
    """Invited as an administrator, given a lesser role from a terminal meanwhile, then removed."""
    persona("administrator")
    sent = invitations.invite(site, NEW, Habilitation("administrator"), actor=HERS)
    user = accounts.ensure_user(NEW)
    accounts.give(site, user, Habilitation("staff"), actor="garant")
    assert invitations.waiting(site) == []
    with pytest.raises(AccountRefusedError):
        invitations.accept(sent.key, secret_of(sent.link), user=user)
    again = accounts.membership(site, user)
    assert again is not None
    assert again.role == "staff"
    accounts.take(site, NEW, actor=HERS)
    with pytest.raises(AccountRefusedError):
        invitations.accept(sent.key, secret_of(sent.link), user=user)
    assert accounts.membership(site, user) is None
    assert len(list(evidence.records(site, kind="invitation.withdrawn"))) == 1


@pytest.mark.parametrize("after", ["removed", "demoted", "past"])
def test_an_invitation_of_whoever_invites_no_more_opens_nothing(
    after: str, site: str, persona: Persona
) -> None:
    """On the last day, to an address of one's own elsewhere."""
    persona("dpo")
    until = TOMORROW if after == "past" else None
    leaving = accounts.ensure_user("leaving@demo.example")
    accounts.give(site, leaving, Habilitation("administrator", until), actor="garant")
    sent = invitations.invite(site, NEW, Habilitation("administrator"), actor=leaving.email)
    if after == "removed":
        accounts.take(site, leaving.email, actor="dpo@demo.example")
    if after == "demoted":
        accounts.give(site, leaving, Habilitation("staff"), actor="dpo@demo.example")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=4 if after == "past" else 0)):
        with pytest.raises(AccountRefusedError):
            invitations.opened(sent.key, secret_of(sent.link))
        assert [one.over for one in invitations.waiting(site)] == [True]
        (waits,) = invitations.waiting(site)
        resent = invitations.resend(site, waits.key, actor="dpo@demo.example")
        assert invitations.opened(resent.key, secret_of(resent.link)).invited_by == "dpo@demo.example"


def test_the_last_who_manages_gets_no_last_day(site: str, persona: Persona) -> None:
    persona("administrator")
    user = user_of("administrator", site, site)
    with pytest.raises(AccountRefusedError, match="Nobody would be left"):
        accounts.give(site, user, Habilitation("administrator", until=TOMORROW), actor=HERS)
    with pytest.raises(AccountRefusedError, match="Nobody would be left"):
        accounts.give(site, user, Habilitation("dpo", until=TOMORROW), actor=HERS)
    accounts.give(site, user_of("dpo", site, site), Habilitation("dpo"), actor=HERS)
    accounts.give(site, user, Habilitation("administrator", until=TOMORROW), actor=HERS)
    later = TOMORROW + timedelta(days=30)
    accounts.give(site, user, Habilitation("administrator", until=later), actor=HERS)


@pytest.mark.parametrize(
    ("zone", "at", "seen"),
    [
        ("Pacific/Noumea", datetime(2027, 3, 1, 14, tzinfo=UTC), False),  # the second of March there
        ("America/Martinique", datetime(2027, 3, 2, 2, tzinfo=UTC), True),  # still the first
    ],
)
def test_the_last_day_is_that_of_the_organisation(zone: str, at: datetime, seen: bool, site: str) -> None:
    organisations.create_organisation("far", "Lointaine", zone)
    user = accounts.ensure_user(NEW)
    with time_machine.travel(datetime(2027, 2, 1, tzinfo=UTC)):
        accounts.give("far", user, Habilitation("staff", date(2027, 3, 1)), actor="garant")
    with time_machine.travel(at):
        client: Client = sign_in(NEW)
        assert ("Lointaine" in client.get("/o/").content.decode()) is seen
        assert (client.get("/o/far/").status_code == 200) is seen


def test_whoever_is_past_their_last_day_is_told_of_nothing_and_may_be_prolonged(
    site: str, persona: Persona
) -> None:
    client, page = persona("administrator"), f"/o/{site}/people/"
    acting = accounts.ensure_user(NEW, "Nouvelle")
    accounts.give(site, acting, Habilitation("dpo", until=TOMORROW), actor=HERS)
    namesake = accounts.ensure_user("autre@demo.example", "Nouvelle")
    accounts.give(site, namesake, Habilitation("staff"), actor=HERS)
    shown = client.get(page).content.decode()
    assert "3\u00a0habilitations en vigueur" in shown
    table = shown.split("<tbody>")[1].split("</tbody>")[0]
    for email in (NEW, namesake.email):  # people of one name are told apart
        assert f"<small>{email}</small>" in table
    held = next(one for one in accounts.members(site) if one.user == acting)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=9)):
        assert acting not in [one.user for one in accounts.members(site)]
        client = sign_in(HERS)
        shown = client.get(page).content.decode()
        assert "2\u00a0habilitations en vigueur" in shown
        assert shown.count("passé</span>") == 1
        prolonged = {"role": "dpo", "until": (TOMORROW + timedelta(days=90)).isoformat()}
        assert client.post(f"{page}{held.pk}/", prolonged).status_code == 302
        assert acting in [one.user for one in accounts.members(site)]


def test_a_part_stops_no_work_of_the_whole(site: str, persona: Persona) -> None:
    part = accounts.ensure_user(NEW)
    accounts.give(site, part, Habilitation("technician", systems=["crm"]), actor=HERS)
    look = jobs.ask(site, "look", actor="garant")
    search = jobs.ask(site, "request-search", {"request": "r-1"}, actor="garant")
    for one in (look, search):
        assert sign_in(NEW).post(f"/o/{site}/jobs/{one.key}/stop/").status_code == 403
        assert not jobs.find(site, one.key).stop_asked
    run = jobs.ask(site, "run", {"plan": "0" * 64}, actor="garant")
    assert sign_in(NEW).post(f"/o/{site}/jobs/{run.key}/stop/").status_code == 404
    assert persona("technician").post(f"/o/{site}/jobs/{look.key}/stop/").status_code == 302
    assert jobs.find(site, look.key).state == "stopped"


@pytest.mark.django_db(transaction=True)
def test_two_who_remove_each_other_at_one_instant_leave_one(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisations.create_organisation("pair", "Deux", "Europe/Paris")
    both = ("ada@demo.example", "bea@demo.example")
    for email in both:
        accounts.give("pair", accounts.ensure_user(email), Habilitation("administrator"), actor="garant")
    workers = 2 if connection.vendor == "postgresql" else 1  # SQLite in memory has no second writer
    together, end = threading.Barrier(workers, timeout=1), accounts._end_programs

    def slowly(*given: Any) -> None:
        with suppress(threading.BrokenBarrierError):
            together.wait()  # both have been seen to leave somebody, if nothing keeps them apart
        end(*given)

    monkeypatch.setattr(accounts, "_end_programs", slowly)

    def removed(email: str) -> bool:
        try:
            accounts.take("pair", email, actor="garant")
        except AccountRefusedError:
            return False
        finally:
            if workers > 1:
                connections.close_all()
        return True

    if workers > 1:
        with ThreadPoolExecutor(workers) as threads:
            went = list(threads.map(removed, both))
    else:
        went = list(map(removed, both))
    assert sorted(went) == [False, True]
    assert len(accounts.members("pair")) == 1
