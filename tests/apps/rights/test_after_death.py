"""What becomes of data after death: directives registered in life, carried out on proof, and what heirs are given."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.test import Client

from garant.apps.evidence import services as evidence
from garant.apps.promises.refusals import RefusedError
from garant.apps.rights import services
from garant.apps.rights.keeping.sealing import seal
from garant.apps.rights.models import Request
from garant.apps.rights.receiving.directives import of_person
from garant.apps.rights.words import Method, Outcome
from garant.apps.scoping import scoped
from garant.ledger import LedgerError
from tests.apps.rights.conftest import Letters, ask_system, somebody, work
from tests.apps.rights.steps import OFFICER, carried_out, confirm, fill, post_form, will
from tests.apps.rights.test_packages import text_of, write_about
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def directives(company: str, post: Letters, email: str, wish: str) -> str:
    """Register directives; gives the page of their link."""
    answer = fill(
        company,
        "post-mortem",
        email=email,
        wish=wish,
        trusted_name="Paul Ami",
        trusted_email="paul@ami.example",
    )
    assert will(confirm(answer["Location"], post.last("code")["code"])).status_code == 303
    return urlsplit(post.last("directive_registered")["link"]).path


def test_directives_are_registered_read_and_revoked_in_life(company: str, post: Letters) -> None:
    email = somebody()
    first = directives(company, post, email, "keep")
    assert "Paul Ami" in Client().get(first).content.decode()
    second = directives(company, post, email, "erase")
    assert Client().get(first).status_code == 404  # replaced
    assert post_form(Client(), second, {"revoke": "1"}).status_code == 200
    assert Client().get(second).status_code == 404
    kinds = [entry.payload["by"] for entry in evidence.records(company, kind="directive.ended")]
    assert kinds == ["replaced", "person"]


def test_directives_are_carried_out_on_proof_of_death(company: str, post: Letters) -> None:
    email = somebody()
    page = directives(company, post, email, "hand")
    write_about(email, "Rappel de la cliente : elle en parle à Barnabé Voisin")
    answer = fill(
        company, "post-mortem", query="?for=heir", email="paul@ami.example", about_name="X", about_email=email
    )
    confirm(answer["Location"], post.last("code")["code"])
    (request,) = services.listing(company)
    assert services.story(request).searches == []  # nothing is looked for before the death is proved
    services.accept(company, request.key, Method.MANDATE, actor=OFFICER)
    work(company, "request-search")
    assert services.find(company, request.key).state == "planned"
    assert (
        "Remettre la copie" in sign_in(OFFICER).get(f"/o/{company}/requests/{request.key}/").content.decode()
    )
    with pytest.raises(LedgerError):  # the copy first
        services.approve(company, request.key, actor=OFFICER)
    officer, own = sign_in(OFFICER), f"/o/{company}/requests/{request.key}/"
    assert "elle en parle à Barnabé Voisin" in officer.get(own).content.decode()
    with pytest.raises(
        LedgerError, match="free texts"
    ):  # others have their rights after somebody's death, too
        services.entrust(company, request.key, actor=OFFICER)
    officer.post(f"{own}read/", {"names": "Barnabé Voisin"})
    services.entrust(company, request.key, actor=OFFICER)
    work(company, "request-package")
    text = text_of(post.last("package_ready")["link"])
    assert "elle en parle à •••" in text
    assert "Barnabé" not in text
    carried_out(company, request.key)
    assert ask_system("GARANT_DEMO_CRM", "SELECT * FROM person WHERE email = ?", email) == []
    assert Client().get(page).status_code == 404
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)


@pytest.mark.parametrize("how", ["revoked", "replaced"])
@pytest.mark.parametrize("stage", ["planned", "approved"])
def test_whoever_takes_them_back_is_alive_and_nothing_of_them_is_done(
    company: str, post: Letters, how: str, stage: str
) -> None:
    """Somebody says that they died, shows what staff takes for a proof, and asks for what their directives say."""
    email = somebody()
    page = directives(company, post, email, "erase")
    answer = fill(
        company, "post-mortem", query="?for=heir", email="paul@ami.example", about_name="X", about_email=email
    )
    confirm(answer["Location"], post.last("code")["code"])
    (request,) = services.listing(company)
    services.accept(company, request.key, Method.MANDATE, actor=OFFICER)
    work(company, "request-search")
    assert services.find(company, request.key).state == "planned"
    if stage == "approved":
        services.approve(company, request.key, actor=OFFICER)
    if how == "revoked":
        assert post_form(Client(), page, {"revoke": "1"}).status_code == 200
    else:
        directives(company, post, email, "keep")
    with pytest.raises((LedgerError, RefusedError)):
        carried_out(company, request.key)
    if stage == "approved":
        with pytest.raises(RefusedError, match="given up"):
            work(company, "run")
    assert ask_system("GARANT_DEMO_CRM", "SELECT archived FROM person WHERE email = ?", email)
    found = services.find(company, request.key)
    assert (found.state, found.plan) == ("searching", "")
    shown = sign_in(OFFICER).get(f"/o/{company}/requests/{request.key}/").content.decode()
    assert "directives révoquées ou remplacées depuis" in shown
    assert services.ask_again(company) == 0
    services.answer(
        company, request.key, Outcome.REFUSED, ground="beyond-heirs", reason="Vivante.", actor=OFFICER
    )


def test_without_directives_a_person_decides_what_heirs_are_given(company: str, post: Letters) -> None:
    answer = fill(
        company, "post-mortem", query="?for=heir", email="h@x.example", about_name="X", about_email=somebody()
    )
    confirm(answer["Location"], post.last("code")["code"])
    (request,) = services.listing(company)
    services.accept(company, request.key, Method.MANDATE, actor=OFFICER)
    work(company, "request-search")
    assert services.find(company, request.key).state == "searching"
    with pytest.raises(LedgerError):
        services.entrust(company, request.key, actor=OFFICER)
    services.answer(company, request.key, Outcome.PARTLY, ground="beyond-heirs", reason="…", actor=OFFICER)


@pytest.mark.parametrize("wish", ["", "hand"])
def test_a_letter_with_directives_says_what_becomes_of_the_data(company: str, wish: str) -> None:
    """Staff types a letter: what it wishes is not guessed, and a copy has somebody to go to."""
    officer = sign_in(OFFICER)
    letter = {
        "right": "post-mortem",
        "channel": "letter",
        "capacity": "self",
        "on": "2026-11-20",
        "language": "fr",
    }
    who = {"name": "Jeanne Essai", "email": somebody(), "message": "Tout effacer à ma mort."}
    answer = officer.post(f"/o/{company}/requests/new/", {**letter, **who, "wish": wish})
    assert answer.status_code == 200
    assert ("Dites ce que les données" if not wish else "personne de confiance") in answer.content.decode()
    assert services.listing(company) == []


def test_directives_of_a_letter_are_registered_once_staff_knows_whose_it_is(
    company: str, post: Letters
) -> None:
    email = somebody()
    letter = {
        "right": "post-mortem",
        "channel": "letter",
        "capacity": "self",
        "on": "2026-11-20",
        "language": "fr",
    }
    who = {"name": "Jeanne Essai", "email": email, "message": "Tout effacer à ma mort.", "wish": "erase"}
    assert sign_in(OFFICER).post(f"/o/{company}/requests/new/", {**letter, **who}).status_code == 302
    (request,) = services.listing(company)
    assert of_person(company, email) is None
    services.accept(company, request.key, Method.KNOWN_CONTACT, actor=OFFICER)
    held = of_person(company, email)
    assert held is not None
    assert (held.wish, held.message) == ("erase", "Tout effacer à ma mort.")
    assert services.find(company, request.key).outcome == Outcome.FULLY
    assert [one.what.fr for one in post.last("directive_registered")["done"]] == ["les effacer"]


def test_staff_registers_no_directives_that_came_by_the_form(company: str) -> None:
    email = somebody()
    fill(company, "post-mortem", email=email, wish="erase")
    (request,) = services.listing(company)
    with pytest.raises(LedgerError, match="only their author confirms"):
        services.accept(company, request.key, Method.KNOWN_CONTACT, actor=OFFICER)
    assert of_person(company, email) is None


def test_a_letter_of_before_that_says_no_wish_registers_nothing(company: str, post: Letters) -> None:
    """Written down when nobody was asked for it: its person is told what is missing, and nothing is guessed."""
    email = somebody()
    answer = fill(company, "post-mortem", email=email, wish="keep")
    mine = confirm(answer["Location"], post.last("code")["code"])
    (request,) = services.listing(company)
    with scoped(company):
        row = Request.objects.get(key=request.key)
        whom = services.opened(row)
        assert whom is not None
        del whom.notes["wish"]
        seal(row, whom)
        row.save()
    refused = will(mine)
    assert (refused.status_code, "Dites ce que les données" in refused.content.decode()) == (422, True)
    assert of_person(company, email) is None
