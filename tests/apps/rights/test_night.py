"""What the night does to requests: reminders once each, those dropped, and nothing kept of anybody beyond its day."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from garant.apps.accounts import services as accounts
from garant.apps.accounts.services import Habilitation
from garant.apps.controls.each import rights as control
from garant.apps.evidence import services as evidence
from garant.apps.jobs.worker import ask_nightly
from garant.apps.mails.models import Mail
from garant.apps.rights import services
from garant.apps.rights.clock import IDENTITY_WITHIN, KEPT_AFTER
from garant.apps.rights.keeping import letters
from garant.apps.rights.models import Code, Door, Request
from garant.apps.rights.receiving import identity
from garant.apps.rights.services import Asked, Whom
from garant.apps.rights.words import Channel, Method, Outcome, Right
from garant.ledger import LedgerError
from garant.policy.periods import expiry
from tests.apps.rights.conftest import Letters
from tests.apps.rights.steps import DELEGATE, OFFICER, fill, post_form
from tests.apps.seen import seen

pytestmark = pytest.mark.django_db(transaction=True)


def on(day: date) -> Any:
    """Noon of a day, where the organisation is."""
    return time_machine.travel(datetime(day.year, day.month, day.day, 11, tzinfo=UTC), tick=False)


def test_an_officer_who_is_past_their_last_day_hears_of_no_request(
    company: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An acting officer: the last days of a request were told to them alone, and to nobody who answers."""
    request = identified(company)
    last = Habilitation("dpo", until=request.due_on - timedelta(days=9))
    told: list[str] = []
    send = letters.mails.send

    def noted(organisation: str, to: str, *what: Any, **more: Any) -> Any:
        told.append(to)
        return send(organisation, to, *what, **more)

    monkeypatch.setattr(letters.mails, "send", noted)
    accounts.give(company, accounts.ensure_user(DELEGATE), Habilitation("dpo-delegate"), actor="garant")
    accounts.give(
        company, accounts.ensure_user("other@demo.example"), Habilitation("administrator"), actor="garant"
    )
    accounts.give(company, accounts.ensure_user(OFFICER), last, actor="garant")
    with on(request.due_on - timedelta(days=1)):
        services.night(company)
    assert told == [DELEGATE]


def received(company: str, right: Right = Right.ACCESS, email: str = "jeanne@essai.example") -> Request:
    return services.receive(company, services.Asked(right, services.Whom(name="J", email=email))).request


def identified(company: str, right: Right = Right.ACCESS) -> Request:
    request = received(company, right)
    return services.accept(company, request.key, Method.QUESTION, actor=OFFICER)


def letters_to(kind: str) -> int:
    return seen(Mail).filter(kind=kind).count()


def test_each_reminder_goes_once_and_the_officer_hears_in_the_last_days(company: str) -> None:
    request = identified(company)
    due = request.due_on
    told: list[int] = []
    for before in range(20, -3, -1):
        with on(due - timedelta(days=before)):
            services.night(company)
            told += [before] if services.night(company)["reminded"] else []
    assert told == []  # the second look of each night has nothing to add
    left = [entry.payload["left"] for entry in evidence.records(company, kind="request.reminded")]
    assert left == [15, 7, 2, -1]
    assert (letters_to("reminder"), letters_to("escalation")) == (4, 2)  # two may answer, one is the officer


def test_a_pause_stops_the_clock_and_an_extension_is_told_in_the_first_month(company: str) -> None:
    request = identified(company)
    today, due = services.today(company), request.due_on
    services.wait(company, request.key, "Depuis quelle adresse ?", actor=OFFICER)
    with pytest.raises(LedgerError):
        services.wait(company, request.key, "Encore ?", actor=OFFICER)
    with on(due + timedelta(days=30)):
        assert services.night(company)["reminded"] == 0
    with on(today + timedelta(days=5)):
        resumed = services.resume(company, request.key, actor=OFFICER)
        assert (resumed.waited, resumed.due_on > due) == (5, True)
    with on(resumed.due_on + timedelta(days=1)), pytest.raises(LedgerError):
        services.extend(company, request.key, "Trop tard.", actor=OFFICER)
    with on(resumed.due_on):
        extended = services.extend(company, request.key, "Trois systèmes.", actor=OFFICER)
        assert extended.due_on > resumed.due_on + timedelta(days=55)


def test_a_letter_that_is_written_down_late_has_its_time(company: str) -> None:
    """It came before the holidays: the night does not drop what staff wrote down this morning. Sent again, it has it anew."""
    whom = Whom(name="Jeanne", email="jeanne@essai.example", message="Effacez tout.")
    on = services.today(company) - timedelta(days=45)
    letter = Asked(Right.ERASURE, whom, Channel.LETTER, on=on)
    key = services.receive(company, letter, actor=OFFICER).request.key
    assert services.night(company)["dropped"] == 0
    with time_machine.travel(datetime.now(UTC) + timedelta(days=25)):
        services.receive(company, Asked(Right.ERASURE, replace(whom, message="Je vous relance.")))
        assert services.night(company)["dropped"] == 0
    with time_machine.travel(datetime.now(UTC) + timedelta(days=50)):
        assert services.night(company)["dropped"] == 0
        assert services.find(company, key).open
    with time_machine.travel(datetime.now(UTC) + timedelta(days=60)):
        assert services.night(company)["dropped"] == 1


def test_who_never_confirms_is_dropped_and_forgotten(company: str) -> None:
    request = received(company)
    last = expiry(request.received_on, IDENTITY_WITHIN)
    with on(last):
        assert services.night(company)["dropped"] == 0
    with on(last + timedelta(days=1)):
        night = services.night(company)
        assert (night["dropped"], night["forgotten"]) == (1, 1)
    gone = services.find(company, request.key)
    assert (gone.state, gone.outcome, services.opened(gone)) == ("closed", "abandoned", None)


@pytest.mark.parametrize("outcome", ["refused", "withdrawn"])
def test_nothing_is_left_of_whoever_asked(company: str, outcome: str) -> None:
    request = identified(company)
    if outcome == "refused":
        services.answer(company, request.key, Outcome.REFUSED, ground="excessive", actor=OFFICER)
    else:
        services.withdraw(company, request.key)
    ended = services.find(company, request.key)
    assert ended.forget_on is not None
    kept = KEPT_AFTER if outcome == "refused" else None
    assert ended.forget_on == (expiry(services.today(company), kept) if kept else services.today(company))
    with on(ended.forget_on):
        services.night(company)
        services.night(company)
    assert services.opened(services.find(company, request.key)) is None
    assert (seen(Code).count(), seen(Door).count()) == (0, 0)
    assert len(list(evidence.records(company, kind="request.forgotten"))) == 1
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            assert "jeanne@essai" not in str(cursor.fetchall()), table


def test_the_worker_asks_for_the_night_of_those_who_have_requests(company: str) -> None:
    received(company)
    with time_machine.travel(datetime(2027, 1, 15, 1, 30, tzinfo=UTC)):
        ask_nightly(datetime(2027, 1, 15, 1, 30, tzinfo=UTC))
    from garant.apps.jobs import services as jobs

    asked = [one.kind for one in jobs.recent(company)]
    assert "requests" in asked


def test_a_late_request_is_a_broken_promise(company: str) -> None:
    request = identified(company)
    today = request.due_on + timedelta(days=1)
    standing = services.standings(company, today)["access"]
    assert (standing.open, standing.late, standing.oldest_late) == (1, 1, request.due_on)
    finding = control._right("access", services_label(), standing)
    assert finding.state == "broken"
    with on(today):
        services.answer(company, request.key, Outcome.REFUSED, ground="excessive", actor=OFFICER)
    after = services.standings(company, today)["access"]
    assert (after.open, after.answered, after.answered_late) == (0, 1, 1)
    (entry,) = evidence.records(company, kind="request.answered")
    assert entry.payload["late"] == 1


def services_label() -> Any:
    from garant.policy.text import Text

    return Text(fr="Droit", en="Right")


def test_fifty_at_one_instant_are_one(company: str) -> None:
    workers = 10 if connection.vendor == "postgresql" else 1  # SQLite in memory has no second writer
    failed: list[Exception] = []
    start = threading.Barrier(workers)

    def send() -> None:
        start.wait()
        try:
            for _ in range(50 // workers):
                received(company)
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert seen(Request).count() == 1
    assert letters_to("code") == 1


def test_codes_are_few_and_wrong_ones_are_counted(company: str) -> None:
    taken = services.receive(
        company, services.Asked(Right.ACCESS, services.Whom(name="J", email="j@essai.example"))
    )
    for minute in range(1, 15):
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2 * minute)):
            services.another_code(company, taken.link)
    assert letters_to("code") == identity.A_DAY
    for _ in range(identity.TRIES + 3):
        assert services.enter_code(company, taken.link, "12345678") is None
    assert max(code.tries for code in seen(Code)) == identity.TRIES


def test_a_request_costs_few_statements(company: str, post: Letters) -> None:
    fill(company, "access", email="first@essai.example")
    with CaptureQueriesContext(connection) as made:
        received(company, email="second@essai.example")
    assert len(made) <= 22, len(made)


def test_forged_and_stale_forms_and_files_are_turned_away(company: str) -> None:
    visitor, address = Client(), f"/p/{company}/fr/requests/erasure/"
    sent = {"name": "J", "email": "j@essai.example", "message": "", "website": ""}
    assert post_form(visitor, address, {**sent, "token": "forged"}).status_code == 422
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=5)):
        page = visitor.get(address).content.decode()
    stale = page.partition('name="token" value="')[2].partition('"')[0]
    assert post_form(visitor, address, {**sent, "token": stale}).status_code == 422
    robot = fill(company, "erasure", email="j@essai.example", website="http://spam.example")
    assert robot.status_code == 422
    from django.core.files.uploadedfile import SimpleUploadedFile

    bomb = SimpleUploadedFile("id.zip", b"PK" + b"0" * 1000)
    assert visitor.post(address, {**sent, "file": bomb}).status_code == 422
    assert seen(Request).count() == 0
    statuses = {fill(company, "erasure", email="not an address").status_code for _ in range(14)}
    assert 429 in statuses
