"""The dashboard says of each promise what a hand-written query says of the systems."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from dateutil.relativedelta import relativedelta
from django.test import Client

from garant.apps.accounts import services as accounts
from garant.apps.controls import services as controls
from garant.apps.controls.models import Standing
from garant.apps.evidence import services as evidence
from garant.apps.organisations import services as organisations
from garant.apps.promises.opening.published import maps_folder, policy_in_force
from garant.apps.promises.refusals import RefusedError
from garant.apps.scoping import scoped
from garant.apps.tasks import services as tasks
from garant.apps.tasks.answers import Answer, sign, statement_digest
from garant.engine.manual import ManualSource, retention_tasks
from garant.ledger.notes import SigningKey
from garant.site import health
from garant.systems.loader import LoadedManual, load_folder
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db


def today() -> date:
    """The day it is where the company is."""
    return datetime.now(ZoneInfo("Europe/Paris")).date()


def found(organisation: str, promise: str) -> Standing:
    one = controls.standing(organisation, promise)
    assert one is not None, promise
    return one


def test_each_promise_of_the_policy_stands_somehow(company: str) -> None:
    counts = controls.look(company)
    board = controls.board(company)
    shown = {one.promise for _, _, standings in board.articles for one in standings}
    assert sum(counts.values()) == len(shown)
    policy = {f"retention.{key}" for key in ("prospects", "customers", "invoices", "candidates")}
    assert policy <= shown
    assert {
        "promise.no-transfer",
        "right.access",
        "measure.recovery",
        "processor.accountant",
        "notice",
    } <= shown
    assert [article for article, _, _ in board.articles] == [4, 5, 6, 7, 8, 9, 10, 11, 12]
    assert found(company, "retention.prospects").state == "broken"
    assert found(company, "promise.no-sale").state == "unproven"
    assert found(company, "system.crm").state == "kept"


def test_who_is_overdue_is_counted_as_by_hand(company: str) -> None:
    """CCTV images are kept a month at most, or until the repair is done."""
    controls.look(company)
    path = os.environ["GARANT_DEMO_MAINTENANCE"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(image_sequence)")]
        rows = [
            dict(zip(columns, row, strict=True)) for row in database.execute("SELECT * FROM image_sequence")
        ]
    received = next(name for name in columns if "received" in name)
    late = [
        row for row in rows
        if date.fromisoformat(str(row[received])[:10]) + relativedelta(months=1) < today()
    ]  # fmt: skip
    one = found(company, "retention.cctv-images")
    assert one.measure is not None
    assert one.measure >= len(late) > 0
    assert one.evidence["population"] >= one.measure


def test_a_system_that_does_not_answer_is_said_and_hides_nothing_else(
    company: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GARANT_DEMO_RECRUITMENT", "sqlite:////nowhere/recruitment.sqlite")
    controls.look(company)
    assert found(company, "system.recruitment").state == "broken"
    assert found(company, "retention.candidates").state == "unproven"
    assert found(company, "retention.prospects").state == "broken"


PAPER = """
system: paper
label: {fr: Classeur, en: Filing cabinet}
connector: manual
responsible: {name: Camille Exemple, email: camille@archive.example}
days: 14
key: KEY
promises:
  - rule: RULE
    look_for: {fr: "Tiroir P.", en: "Drawer P."}
"""


def test_what_people_keep_by_hand_is_kept_as_long_as_they_sign_for_it(company: str) -> None:
    """A rule that a program keeps elsewhere is not kept because nobody asked about the filing cabinet."""
    rule, recruitment = "candidates", os.environ["GARANT_DEMO_RECRUITMENT"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(recruitment)) as database, database:
        database.execute("UPDATE application SET stage = 'interview'")
    controls.look(company)
    assert found(company, f"retention.{rule}").state == "kept"
    key = SigningKey(bytes(range(32)))
    map_ = PAPER.replace("KEY", str(key.verifier("camille"))).replace("RULE", rule)
    (maps_folder(company) / "paper.yaml").write_text(map_, "utf-8")
    controls.look(company)
    unproven = found(company, f"retention.{rule}")
    assert (unproven.state, "Filing cabinet" in unproven.why["en"]) == ("unproven", True)
    assert found(company, "promise.no-sensitive-data").state != "kept", "nobody sees into the cabinet"

    def answered(outcome: str, reason: str = "") -> Standing:
        by_hand = load_folder(maps_folder(company))["paper"]
        assert isinstance(by_hand, LoadedManual)
        (asked,) = retention_tasks(
            policy_in_force(company), {"paper": ManualSource(by_hand.map, by_hand.digest)}
        )
        run, now = f"r-{outcome}", datetime.now(UTC)
        tasks.create(company, run, "retention", [asked], zone="Europe/Paris", corrections={}, now=now)
        (task,) = tasks.of_run(run)
        said = Answer(task.key, statement_digest(task.statement), outcome, 1, int(not reason), reason)  # type: ignore[arg-type]
        tasks.answer(sign(said, key, "camille"))
        controls.look(company)
        return found(company, f"retention.{rule}")

    assert answered("done").state == "kept"
    assert found(company, f"retention.{rule}").evidence["signed"] == {"paper": today().isoformat()}
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3 * 366)):
        controls.look(company)
        assert found(company, f"retention.{rule}").state != "kept"
    assert answered("refused", "The box is lost").state == "unproven"


def shown(organisation: str) -> list[str]:
    return [one.promise for _, _, every in controls.board(organisation).articles for one in every]


def test_a_map_that_cannot_be_used_is_said_and_hides_nothing_else(company: str, settings: Any) -> None:
    maps = settings.GARANT_MAPS / company
    (maps / "recruitment.yaml").write_text("system: recruitment\nlabel: {")
    controls.look(company)
    one = found(company, "system.recruitment")
    assert (one.state, "recruitment.yaml" in str(one.why)) == ("broken", True)
    assert found(company, "system.crm").state == "kept"
    assert found(company, "retention.candidates").state == "unproven"
    assert found(company, "retention.prospects").state == "broken"


def test_two_maps_of_one_system_prove_nothing_of_it(company: str, settings: Any) -> None:
    maps = settings.GARANT_MAPS / company
    shutil.copy(maps / "recruitment.yaml", maps / "très second.yaml")
    controls.look(company)
    (second,) = (
        one for one in (found(company, name) for name in shown(company)) if "second" in str(one.label)
    )
    assert second.state == "broken"
    assert controls.standing(company, "system.recruitment") is None
    assert found(company, "retention.candidates").state == "unproven"
    assert found(company, "system.crm").state == "kept"


def test_a_change_of_state_is_entered_once_and_dated(company: str) -> None:
    controls.look(company)
    before = found(company, "measure.awareness")
    assert before.state == "broken"
    for one in accounts.members(company):
        accounts.attest(company, one.user.email, trained=today(), confidentiality=today(), actor="garant")
    controls.look(company)
    after = found(company, "measure.awareness")
    assert after.state == "kept"
    assert after.since > before.since
    assert found(company, "notice").since < after.since
    changes = [
        record.payload for record in evidence.records(company, kind="promise.changed")
        if record.payload["promise"] == "measure.awareness"
    ]  # fmt: skip
    assert [(one.get("before"), one["now"]) for one in changes] == [(None, "broken"), ("broken", "kept")]
    assert len(controls.history(company, "measure.awareness")) == 1  # one reading a day, the last


def test_without_a_published_policy_nothing_is_judged(site: str) -> None:
    with pytest.raises(RefusedError, match="is published"):
        controls.look(site)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_pages(company: str, language: str, django_assert_max_num_queries: Any) -> None:
    controls.look(company)
    client = sign_in("deleguee@demo.example")
    client.post("/language/", {"language": language})
    with django_assert_max_num_queries(15):
        page = client.get(f"/o/{company}/").content.decode()
    assert ("À réparer d’abord" if language == "fr" else "To mend first") in page
    for _, _, standings in controls.board(company).articles:
        for one in standings:
            assert client.get(f"/o/{company}/promises/{one.promise}/").status_code == 200
    assert client.get(f"/o/{company}/promises/nothing/").status_code == 404


def test_the_state_is_public_only_where_the_organisation_says_so(company: str) -> None:
    controls.look(company)
    stranger = Client()
    page = stranger.get(f"/p/{company}/fr/state/")
    assert page.status_code == 200
    assert not page.cookies
    organisations.configure(company, shows_state=False)
    assert stranger.get(f"/p/{company}/fr/state/").status_code == 404


def test_the_portfolio_counts_each_organisation(company: str) -> None:
    controls.look(company)
    counts = controls.portfolio([company, "another"])
    with scoped(company):
        assert sum(counts[company].values()) == Standing.objects.count()
    assert sum(counts["another"].values()) == 0
    assert "SEIPRA" in sign_in("deleguee@demo.example").get("/o/").content.decode()


def test_states_that_nobody_has_verified_for_days_say_so(company: str) -> None:
    """A worker that is down, a map that cannot be read: what was kept is not said to be so for ever."""
    controls.look(company)
    organisations.configure(company, shows_state=True)
    officer = sign_in("deleguee@demo.example")
    pages = {
        f"/o/{company}/": "ne sont peut-être plus vrais",
        f"/p/{company}/fr/state/": "pas été vérifiés depuis",
        "/o/": "pas regardé depuis deux jours",
    }
    for page, words in pages.items():
        assert words not in officer.get(page, follow=True).content.decode().replace("’", "'")
    with scoped(company):
        Standing.objects.update(looked_at=datetime.now(UTC) - timedelta(days=2, hours=1))
    for page, words in pages.items():
        assert words in officer.get(page, follow=True).content.decode().replace("’", "'"), page
    assert any("nobody has been able to look" in one.text.en for one in health._organisations())
    assert controls.board(company).stale
