"""What may happen on the way of any request: asked for another, on paper, taken back, a system down, others told."""

from __future__ import annotations

import os
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from garant.apps.mails import services as mails
from garant.apps.mails.models import Mail
from garant.apps.organisations.services import scoped
from garant.apps.rights import services
from garant.apps.rights.models import Search
from garant.apps.rights.words import Capacity, Channel, Method, Outcome, Right
from garant.ledger import LedgerError
from tests.apps.rights.conftest import Letters, somebody, work
from tests.apps.rights.steps import OFFICER, asked, carried_out, confirm, fill, post_form
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


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


@pytest.mark.parametrize("said", ["system: recruitment\nconnector: nobody knows\n", "\tno: YAML\n"])
def test_a_map_that_cannot_be_used_hides_nothing_of_the_other_systems(
    company: str, post: Letters, settings: Any, tmp_path: Path, said: str
) -> None:
    """Whoever writes maps made a slip: each person's page, letter and search go on, and wait for that system alone."""
    shutil.copytree(settings.GARANT_MAPS, tmp_path / "slipped")
    settings.GARANT_MAPS = str(tmp_path / "slipped")
    map_of_it = tmp_path / "slipped" / company / "recruitment.yaml"
    sound = map_of_it.read_text()
    map_of_it.write_text(said)
    request, mine = asked(company, post, "erasure", somebody())
    found = {one.system: (one.rows > 0, bool(one.problem)) for one in services.story(request).searches}
    assert found == {"crm": (True, False), "maintenance": (False, False), "recruitment": (False, True)}
    assert (request.state, Client().get(mine).status_code) == ("searching", 200)
    assert (
        "recruitment.yaml" in sign_in(OFFICER).get(f"/o/{company}/requests/{request.key}/").content.decode()
    )
    map_of_it.write_text(sound)
    services.search_again(company, request.key, actor=OFFICER)
    work(company, "request-search")
    assert services.find(company, request.key).state == "planned"


def test_the_last_look_counts_though_the_clock_went_back(
    company: str, post: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = os.environ["GARANT_DEMO_RECRUITMENT"]
    monkeypatch.setenv("GARANT_DEMO_RECRUITMENT", "postgresql://nobody@127.0.0.1:1/nowhere")
    request, _ = asked(company, post, "erasure", somebody())
    monkeypatch.setenv("GARANT_DEMO_RECRUITMENT", there)
    with scoped(company):
        Search.objects.filter(request=request).update(at=datetime.now(UTC) + timedelta(hours=1))
    services.search_again(company, request.key, actor=OFFICER)
    work(company, "request-search")
    assert [bool(one.problem) for one in services.story(request).searches] == [False] * 3


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
