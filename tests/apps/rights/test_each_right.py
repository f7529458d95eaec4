"""Each of the other rights, on the reference organisation's systems: what changes there, and what the person reads."""

from __future__ import annotations

import html
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from garant.apps.evidence import services as evidence
from garant.apps.mails import services as mails
from garant.apps.mails.models import Mail
from garant.apps.oppositions import services as oppositions
from garant.apps.oppositions.contacts import contact
from garant.apps.organisations.services import scoped
from garant.apps.permissions import services as permissions
from garant.apps.promises import decisions
from garant.apps.promises import services as promises
from garant.apps.promises.published import policy_in_force
from garant.apps.rights import services
from garant.apps.rights.models import Request
from garant.apps.rights.words import Capacity, Channel, Method, Outcome, Right
from garant.apps.tasks import services as tasks
from garant.apps.tasks.answers import Answer, sign, statement_digest
from garant.ledger import LedgerError
from garant.ledger.notes import SigningKey
from tests.apps.rights.conftest import Letters, ask_system, change_system, somebody, work
from tests.apps.rights.steps import OFFICER, asked, confirm, fill, post_form
from tests.apps.seen import seen
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def carried_out(company: str, key: str) -> None:
    services.approve(company, key, actor=OFFICER)
    work(company, "run")


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
    field = right_of(shown, f"{old[0]}, {old[1]}")
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
    assert f"<del>{old[0]}, {old[1]}</del> → <ins>Zoé, Le Goff</ins>" in shown
    assert "à ajouter <ins>06 39 98 00 07</ins>" in shown
    carried_out(company, request.key)
    (new,) = ask_system("GARANT_DEMO_CRM", held, email)
    assert new == ("Zoé", "Le Goff", new[2], old[3], "06 39 98 00 07")
    assert sorted(new[2].split(" ")) == ["Goff", "Le", "Zoé"]


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


def test_a_restriction_marks_rows_where_the_map_says_how(company: str, post: Letters) -> None:
    request, _ = asked(company, post, "restriction", somebody())
    assert request.state == "planned"
    carried_out(company, request.key)
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    assert "restricted" in [one.kind for one in services.sent(request)]


def test_a_restriction_is_asked_of_the_officer_where_the_map_has_no_mark(company: str, post: Letters) -> None:
    """Recruitment has no mark: somebody sets the data apart and signs; until then it is not told as done."""
    ((email,),) = ask_system(
        "GARANT_DEMO_RECRUITMENT",
        "SELECT email FROM candidate WHERE email IS NOT NULL GROUP BY lower(email) HAVING count(*) = 1 LIMIT 1",
    )
    request, _ = asked(company, post, "restriction", email)
    assert request.state == "planned"
    carried_out(company, request.key)
    assert "restrict" in may(company, email), "at once, whoever does the rest"
    run = decisions.run_of(company, services.find(company, request.key).plan)
    assert run is not None
    assert run.state == "waiting"
    with pytest.raises(LedgerError, match="by hand"):
        services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    (task,) = tasks.of_run(run.key)
    assert (task.statement["system"], task.statement["email"]) == (
        "recruitment",
        policy_in_force(company).document.organisation.dpo.email,
    )
    key = SigningKey(bytes(range(32)))
    tasks.trust(company, "recruitment", str(key.verifier("recruitment")))
    done = Answer(task.key, statement_digest(task.statement), "done", 1, 1, "")
    promises.receive_answer(sign(done, key, "recruitment"))
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    assert "restricted" in [one.kind for one in services.sent(request)]


def test_a_restriction_sets_values_apart_where_the_map_says_which(
    company: str, post: Letters, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is asked: told as done, put back on the day, and the same to the byte."""
    monkeypatch.setenv("GARANT_ARCHIVE", str(tmp_path / "archive"))
    map_file = settings.GARANT_MAPS / company / "recruitment.yaml"
    apart = "apart: {candidate: {candidate: {email: {pseudonymise: {}}, first_name: blank, phone: blank}}}\n"
    map_file.write_text(map_file.read_text(encoding="utf-8") + "\n" + apart, encoding="utf-8")
    ((email,),) = ask_system(
        "GARANT_DEMO_RECRUITMENT",
        "SELECT email FROM candidate WHERE email IS NOT NULL GROUP BY lower(email) HAVING count(*) = 1 LIMIT 1",
    )
    whole = "SELECT * FROM candidate ORDER BY id"
    before = ask_system("GARANT_DEMO_RECRUITMENT", whole)
    request, _ = asked(company, post, "restriction", email)
    carried_out(company, request.key)
    during = ask_system("GARANT_DEMO_RECRUITMENT", whole)
    assert sum(one != other for one, other in zip(before, during, strict=True)) == 1
    assert email not in str(during)
    assert "restrict" in may(company, email)
    run = decisions.run_of(company, services.find(company, request.key).plan)
    assert run is not None
    assert tasks.of_run(run.key) == []
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    assert "restricted" in [one.kind for one in services.sent(request)]
    today = services.today(company)
    services.tell_lift(company, request.key, "Accord trouvé.", today + timedelta(days=10), actor=OFFICER)
    seen(Request).filter(key=request.key).update(lift_on=today)
    assert services.night(company)["lifted"] == 1
    services.approve_lift(company, request.key, actor=OFFICER)
    work(company, "run")
    assert ask_system("GARANT_DEMO_RECRUITMENT", whole) == before
    assert "restrict" not in may(company, email)


def test_what_is_asked_again_on_the_same_day_is_done_again(company: str, post: Letters) -> None:
    """Restricted, put back by somebody in the system, asked again: the same rows, and yet another plan."""
    email = somebody()
    archived = "SELECT archived FROM person WHERE email = ?"
    first, _ = asked(company, post, "restriction", email)
    carried_out(company, first.key)
    services.answer(company, first.key, Outcome.FULLY, actor=OFFICER)
    change_system("GARANT_DEMO_CRM", "UPDATE person SET archived = 0 WHERE email = ?", email)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1)):
        second, _ = asked(company, post, "restriction", email)
    assert second.key != first.key
    assert second.plan != services.find(company, first.key).plan
    carried_out(company, second.key)
    assert ask_system("GARANT_DEMO_CRM", archived, email) == [(1,)]


def may(company: str, email: str) -> str:
    """Why a person's data may not be used for the first purpose of the policy."""
    activity, purpose = next(iter(policy_in_force(company).document.purposes()))
    return permissions.may(company, [("email", email)], f"{activity.key}/{purpose.key}").code


def test_a_restriction_ends_once_the_person_knows_it(company: str, post: Letters) -> None:
    email = somebody()
    request, _ = asked(company, post, "restriction", email)
    carried_out(company, request.key)
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    archived = "SELECT archived FROM person WHERE email = ?"
    assert ask_system("GARANT_DEMO_CRM", archived, email) == [(1,)]
    assert "restrict" in may(company, email)
    officer, page = sign_in(OFFICER), f"/o/{company}/requests/{request.key}/"
    today = services.today(company)
    with pytest.raises(LedgerError):
        services.tell_lift(company, request.key, "Accord trouvé.", today, actor=OFFICER)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=100)):
        assert services.night(company)["forgotten"] == 0  # what is needed to lift it
    on = today + timedelta(days=10)
    officer.post(f"{page}lift/", {"on": on.isoformat(), "reason": "Accord trouvé."})
    assert services.night(company)["lifted"] == 0
    seen(Request).filter(key=request.key).update(lift_on=today)  # the day has come
    assert services.night(company)["lifted"] == 1
    services.approve_lift(company, request.key, actor=OFFICER)
    work(company, "run")
    assert ask_system("GARANT_DEMO_CRM", archived, email) == [(0,)]
    assert "restrict" not in may(company, email)
    assert services.find(company, request.key).forget_on is not None
    assert "Accord trouvé." in next(one.text for one in services.sent(request) if one.kind == "lifted")


def test_of_two_restrictions_of_the_same_data_the_second_stays_when_the_first_ends(
    company: str, post: Letters
) -> None:
    """Asked three times by one person; what the plan of an end stands on is asked again before it is approved."""
    email = somebody()
    archived = "SELECT archived FROM person WHERE email = ?"
    keys: list[str] = []
    for minute in (0, 1, 2):
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=minute)):
            one, _ = asked(company, post, "restriction", email)
        carried_out(company, one.key)
        services.answer(company, one.key, Outcome.FULLY, actor=OFFICER)
        keys.append(one.key)
    today = services.today(company)
    for key in keys[:2]:
        services.tell_lift(company, key, "Accord trouvé.", today + timedelta(days=10), actor=OFFICER)

    def day_comes(key: str) -> None:
        seen(Request).filter(key=key).update(lift_on=today)
        assert services.night(company)["lifted"] == 1

    day_comes(keys[0])
    services.approve_lift(company, keys[0], actor=OFFICER)
    work(company, "run")
    assert services.find(company, keys[0]).forget_on is not None
    assert ask_system("GARANT_DEMO_CRM", archived, email) == [(1,)]
    assert "restrict" in may(company, email)
    day_comes(keys[1])
    seen(Request).filter(key=keys[2]).update(forget_on=today)  # the third ended meanwhile
    with pytest.raises(LedgerError, match="another"):
        services.approve_lift(company, keys[1], actor=OFFICER)
    assert ask_system("GARANT_DEMO_CRM", archived, email) == [(1,)]
    services.approve_lift(company, keys[1], actor=OFFICER)  # planned anew: beside nobody
    work(company, "run")
    assert ask_system("GARANT_DEMO_CRM", archived, email) == [(0,)]
    assert "restrict" not in may(company, email)


def test_a_person_looks_again(company: str, post: Letters) -> None:
    request, _ = asked(company, post, "human-review", somebody())
    services.answer(
        company, request.key, Outcome.REFUSED, ground="no-automated-decision", reason="…", actor=OFFICER
    )
    assert services.find(company, request.key).ground == "no-automated-decision"


def test_for_somebody_else_the_code_is_not_enough(company: str, post: Letters) -> None:
    email = somebody()
    answer = fill(
        company,
        "access",
        query="?for=agent",
        email="avocate@cabinet.example",
        about_name="X",
        about_email=email,
    )
    mine = confirm(answer["Location"], post.last("code")["code"])
    (request,) = services.listing(company)
    assert (request.state, request.identified_by) == ("identity", "code")
    assert "à quel titre" in Client().get(mine).content.decode()
    services.wait(company, request.key, "Merci de nous envoyer votre mandat.", actor=OFFICER)
    post_form(Client(), mine, {"reply": "1", "reply-reason": "Le voici."})
    with pytest.raises(LedgerError):
        services.accept(company, request.key, Method.DOCUMENT, actor=OFFICER)  # without a doubt written down
    services.accept(company, request.key, Method.MANDATE, actor=OFFICER)
    work(company, "request-search")
    assert sum(one.rows for one in services.story(request).searches) > 0


def test_a_letter_is_written_down_and_answered_on_paper(company: str, post: Letters) -> None:
    officer = sign_in(OFFICER)
    today = services.today(company)
    sent = {
        "right": "access", "channel": "letter", "capacity": "self", "on": today.replace(day=1).isoformat(),
        "purpose": "", "name": "Jeanne Essai", "email": "", "phone": "+33 1 99 00 12 34", "about_name": "",
        "about_email": "", "message": "Que savez-vous de moi ?", "language": "fr",
    }  # fmt: skip
    page = officer.post(f"/o/{company}/requests/new/", sent)
    assert page.status_code == 302, page.content.decode()
    (request,) = services.listing(company)
    assert (request.channel, request.received_on.day) == (Channel.LETTER, 1)
    assert (request.right, request.capacity) == (Right.ACCESS, Capacity.SELF)
    shown = officer.get(page["Location"]).content.decode()
    assert "à imprimer et à poster" in shown


def test_the_person_takes_it_back_and_everything_goes(company: str, post: Letters) -> None:
    request, mine = asked(company, post, "erasure", somebody())
    assert request.state == "planned"
    post_form(Client(), mine, {"withdraw": "1"})
    assert services.find(company, request.key).state == "withdrawn"
    services.night(company)
    assert services.opened(services.find(company, request.key)) is None
    assert Client().get(mine).status_code == 404
    with pytest.raises(Exception, match=r"Nobody|digest|not"):
        services.approve(company, request.key, actor=OFFICER)


def test_a_letter_is_read_before_it_goes(company: str, post: Letters) -> None:
    request, _ = asked(company, post, "human-review", somebody())
    officer, page = sign_in(OFFICER), f"/o/{company}/requests/{request.key}/answer/"
    sent = {
        "outcome": "refused",
        "ground": "no-automated-decision",
        "reason": "Une personne a décidé.",
        "preview": "1",
    }
    shown = officer.post(page, sent).content.decode()
    assert "Une personne a décidé." in shown
    assert "saisir la justice" in shown
    assert services.find(company, request.key).open
    assert "refused" not in [one.kind for one in services.sent(request)]
    assert officer.post(page, {**sent, "ground": ""}).status_code == 302  # no ground, no letter
    del sent["preview"]
    officer.post(page, sent)
    assert "refused" in [one.kind for one in services.sent(request)]


def test_a_system_that_is_down_hides_nothing_of_the_others(
    company: str, post: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = os.environ["GARANT_DEMO_RECRUITMENT"]
    monkeypatch.setenv("GARANT_DEMO_RECRUITMENT", "postgresql://nobody@127.0.0.1:1/nowhere")
    request, _ = asked(company, post, "erasure", somebody())
    found = {one.system: (one.rows > 0, bool(one.problem)) for one in services.story(request).searches}
    assert found == {"crm": (True, False), "maintenance": (False, False), "recruitment": (False, True)}
    assert request.state == "searching"  # nothing is planned before every system answered
    assert "sans réponse" in sign_in(OFFICER).get(f"/o/{company}/requests/{request.key}/").content.decode()
    monkeypatch.setenv("GARANT_DEMO_RECRUITMENT", there)
    services.search_again(company, request.key, actor=OFFICER)
    work(company, "request-search")
    assert services.find(company, request.key).state == "planned"


def test_recipients_are_told_and_answer_by_a_link_of_their_own(company: str, post: Letters) -> None:
    email = somebody()
    request, _ = asked(company, post, "erasure", email)
    carried_out(company, request.key)
    officer, page = sign_in(OFFICER), f"/o/{company}/requests/{request.key}/"
    assert "Prévenir un destinataire" in officer.get(page).content.decode()
    officer.post(f"{page}tell/", {"recipient": "nobody", "email": "x@y.example"})
    assert services.told(request) == []
    for _ in range(2):  # once
        officer.post(f"{page}tell/", {"recipient": "accountant", "email": "contact@compta.example"})
    (told,) = services.told(request)
    (letter,) = [one for one in services.sent(request) if one.kind == "told_recipient"]
    assert email in letter.text
    assert letter.to == "contact@compta.example"
    assert post_form(Client(), f"/p/{company}/fr/requests/told/guess/", {"answer": "done"}).status_code == 404
    links: list[str] = []
    with scoped(company):
        mail = Mail.objects.get(kind="told_recipient")
        links += re.findall(r"/p/\S+told/\S+/", str(mails._words(mail)["text"]))
    shown = Client().get(links[0]).content.decode()
    assert email not in shown
    post_form(Client(), links[0], {"answer": "done"})
    post_form(Client(), links[0], {"answer": "refused"})  # the first answer counts
    (told,) = services.told(request)
    assert told.answer == "done"
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    (answered,) = [one for one in services.sent(request) if one.kind == "answered"]
    assert "expertise comptable" in answered.text
