"""What a tired person does by mistake, on either side: nothing is decided because nobody chose, nothing is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client

from garant.apps.rights import services
from garant.apps.rights.each.values import line
from garant.apps.rights.forms.correcting import CorrectForm
from garant.apps.rights.grounds import grounds_for
from garant.apps.rights.views import staff
from garant.apps.rights.words import Capacity, Method, Outcome, Right, accepted_for
from garant.ledger import LedgerError
from tests.apps.rights.conftest import Letters, somebody, work
from tests.apps.rights.steps import OFFICER, asked, carried_out, confirm, fill, post_form, will
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)

OTHERS = ("agent", "parent", "heir")


def for_another(company: str, post: Letters, capacity: str = "agent") -> tuple[str, str]:
    """A request to erase somebody else, whose author confirmed their own address: its number, their own page."""
    answer = fill(
        company,
        "erasure",
        query=f"?for={capacity}",
        email="moi@essai.example",
        about_name="X",
        about_email=somebody(),
    )
    mine = confirm(answer["Location"], post.last("code")["code"])
    (request,) = services.listing(company)
    return request.key, mine


def heard(page: str, sent: dict[str, str], *, who: str = OFFICER) -> str:
    """What the page says after a form is sent."""
    return unescape(sign_in(who).post(page, sent, follow=True).content.decode())


@pytest.mark.parametrize("capacity", OTHERS)
def test_knowing_who_writes_gives_nobody_the_data_of_somebody_else(
    company: str, post: Letters, capacity: str
) -> None:
    key, _ = for_another(company, post, capacity)
    for method in Method:
        if method != Method.MANDATE:
            with pytest.raises(LedgerError, match=r"mandate|doubt"):
                services.accept(company, key, method, doubt="Un doute.", actor=OFFICER)
    work(company, "request-search")
    assert services.story(services.find(company, key)).searches == []
    page = f"/o/{company}/requests/{key}/"
    assert "Choisissez ce que la personne a montré" in heard(f"{page}identify/", {"method": ""})
    assert "ne suffit pas" in heard(f"{page}identify/", {"method": "known-contact"})
    services.accept(company, key, Method.MANDATE, actor=OFFICER)
    assert services.find(company, key).state == "searching"


def test_what_staff_may_accept_is_told_apart() -> None:
    assert list(accepted_for(Capacity.AGENT)) == [Method.MANDATE]
    assert Method.MANDATE not in accepted_for(Capacity.SELF)
    assert len(accepted_for(Capacity.SELF)) == 3


def test_an_empty_answer_leaves_time_still(company: str, post: Letters) -> None:
    request, mine = asked(company, post, "human-review", somebody())
    services.wait(company, request.key, "Quelle décision ?", actor=OFFICER)
    page = post_form(Client(), mine, {"reply": "1", "reply-reason": "   "})
    assert page.status_code == 422
    assert "Écrivez votre réponse" in unescape(page.content.decode())
    assert services.find(company, request.key).waiting
    post_form(Client(), mine, {"reply": "1", "reply-reason": "Celle du 3 novembre."})
    assert not services.find(company, request.key).waiting


def test_a_question_says_where_it_is_answered(company: str, post: Letters) -> None:
    request, _ = asked(company, post, "access", somebody())
    services.wait(company, request.key, "Quel compte ?", actor=OFFICER)
    link = urlsplit(post.last("awaiting")["link"]).path
    assert link.startswith(f"/p/{company}/fr/requests/code/")  # a code is needed there too
    post_form(Client(), link, {"again": "1"})
    assert services.enter_code(company, link.split("/")[-2], post.last("code")["code"]) is None  # used once
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2)):
        post_form(Client(), link, {"again": "1"})
        assert services.enter_code(company, link.split("/")[-2], post.last("code")["code"])


def test_nothing_is_granted_because_nobody_chose(company: str, post: Letters) -> None:
    request, _ = asked(company, post, "human-review", somebody())
    page = f"/o/{company}/requests/{request.key}/answer/"
    assert "Choisissez l’issue" in heard(page, {"outcome": ""})
    assert "Choisissez l’issue" in heard(page, {"outcome": "", "preview": "1"})
    assert "Écrivez l’explication" in heard(page, {"outcome": "fully", "reason": ""})
    assert services.find(company, request.key).open
    heard(page, {"outcome": "fully", "reason": "Une personne a revu la décision, et l’a changée."})
    assert not services.find(company, request.key).open


def test_an_explanation_is_never_lost(company: str, post: Letters) -> None:
    request, _ = asked(company, post, "restriction", somebody())
    carried_out(company, request.key)
    services.answer(company, request.key, Outcome.FULLY, reason="Le temps de vérifier.", actor=OFFICER)
    assert "Le temps de vérifier." in services.sent(request)[-1].text


def test_an_answer_that_cannot_be_given_says_what_to_do(company: str, post: Letters) -> None:
    request, _ = asked(company, post, "erasure", somebody())
    page = f"/o/{company}/requests/{request.key}/"
    assert "Faites exécuter le plan" in heard(f"{page}answer/", {"outcome": "fully"})
    services.approve(company, request.key, actor=OFFICER)
    assert "Relisez sa page" in heard(f"{page}approve/", {})  # somebody else was faster


def test_a_refusal_says_of_what_stays_only_what_the_law_holds(company: str, post: Letters) -> None:
    request, mine = asked(company, post, "erasure", somebody())
    whom = services.opened(request)
    assert whom is not None
    for ground, told in (("no-ground-for-erasure", False), ("legal-obligation", bool(whom.kept))):
        letter = services.preview(company, request.key, Outcome.REFUSED, ground=ground)
        assert ("Voici ce qui reste" in letter.text) is told, ground
    services.answer(company, request.key, Outcome.REFUSED, ground="no-ground-for-erasure", actor=OFFICER)
    assert "Ce qui reste" not in unescape(Client().get(mine).content.decode())


def test_staff_reads_what_waits_for_them(company: str, post: Letters) -> None:
    key, _ = for_another(company, post)
    page = f"/o/{company}/requests/"
    assert "mandat à demander" in heard_list(page)
    services.withdraw(company, key)
    request, _ = asked(company, post, "erasure", somebody())
    assert "plan proposé" in heard_list(page)
    carried_out(company, request.key)
    assert "exécutée, à vous de répondre" in heard_list(page)
    asked(company, post, "access", somebody())
    assert "systèmes regardés, à vous de décider" in heard_list(page)


def heard_list(page: str) -> str:
    """The list of requests, as the officer reads it."""
    return unescape(sign_in(OFFICER).get(page).content.decode())


def test_who_writes_for_another_reads_where_it_stands(company: str, post: Letters) -> None:
    _, mine = for_another(company, post)
    page = unescape(Client().get(mine).content.decode())
    assert "nous vérifions à quel titre vous agissez" in page
    assert "en attente de confirmation" not in page


@pytest.mark.parametrize(("right", "field"), [("post-mortem", "wish"), ("consent", "purpose")])
def test_nothing_is_chosen_for_the_person(company: str, post: Letters, right: str, field: str) -> None:
    answer = fill(company, right, email="a@essai.example", **{field: ""})
    assert answer.status_code == 422
    assert services.listing(company) == []


def test_a_copy_is_entrusted_to_somebody(company: str, post: Letters) -> None:
    answer = fill(company, "post-mortem", email="a@essai.example", wish="hand")
    assert answer.status_code == 422
    assert "à qui remettre la copie" in unescape(answer.content.decode())
    page = unescape(Client().get(f"/p/{company}/fr/requests/post-mortem/").content.decode())
    assert "jusqu’à ce que vous les révoquiez" in page  # not destroyed two months after the answer


def test_directives_are_written_back_as_decided(company: str, post: Letters) -> None:
    answer = fill(
        company,
        "post-mortem",
        email="a@essai.example",
        wish="erase",
        trusted_name="Paul Ami",
        trusted_email="paul@ami.example",
    )
    will(confirm(answer["Location"], post.last("code")["code"]))
    done = post.last("directive_registered")["done"]
    assert [one.what.fr for one in done] == ["les effacer", "Paul Ami paul@ami.example"]


def test_only_heirs_are_refused_as_heirs() -> None:
    assert "beyond-heirs" not in grounds_for(Right.ACCESS, Capacity.PARENT)
    assert "beyond-heirs" in grounds_for(Right.ACCESS, Capacity.HEIR)
    assert "beyond-heirs" in grounds_for(Right.POST_MORTEM, Capacity.SELF)


@pytest.mark.parametrize(
    ("capacity", "ground"),
    [
        (Capacity.AGENT, "no-mandate"),
        (Capacity.PARENT, "no-parental-authority"),
        (Capacity.HEIR, "not-heir"),
    ],
)
def test_a_capacity_that_is_not_shown_is_a_ground_for_whoever_claims_it(
    capacity: Capacity, ground: str
) -> None:
    for right in Right:
        for other in Capacity:
            assert (ground in grounds_for(right, other)) is (other == capacity)


def test_a_refusal_for_want_of_a_mandate_speaks_of_the_person(company: str, post: Letters) -> None:
    key, _ = for_another(company, post)
    for ground, told in (
        ("no-mandate", "le mandat qui vous permet d’agir"),
        ("nothing-held", "rien trouvé sur la personne pour qui vous écrivez"),
        ("excessive", "La demande est excessive"),
    ):
        letter = services.preview(company, key, Outcome.REFUSED, ground=ground)
        assert told in " ".join(letter.text.split()), letter.text
    with pytest.raises(LedgerError):
        services.preview(company, key, Outcome.REFUSED, ground="not-heir")


def test_a_part_says_what_it_stands_in_place_of() -> None:
    held = [{"kind": "names", "value": "Ève{0}\nLe Goff", "mark": "x", "where": []}]
    labels = [str(field.label) for field in CorrectForm(now=held).fields.values()]
    assert labels[:2] == [
        "Prénom (au lieu de «\u202fÈve{0} Le Goff\u202f»)",
        "Nom (au lieu de «\u202fÈve{0} Le Goff\u202f»)",
    ]
    assert "Adresse à ajouter\u202f: ville" in labels


def test_a_name_is_written_as_it_is_said() -> None:
    assert line("Capucine\nde La Tour", "names") == "Capucine de La Tour"
    assert line("1 rue X\n69000\nLyon\n", "address") == "1 rue X, 69000, Lyon"


def test_the_outcome_is_one_of_the_list() -> None:
    assert staff._outcome({"outcome": "partly"}) == Outcome.PARTLY


def test_a_letter_cannot_have_come_tomorrow(company: str) -> None:
    today = services.today(company)
    sent = {
        "right": "erasure", "channel": "letter", "capacity": "self", "on": (today + timedelta(days=1)).isoformat(),
        "name": "Jeanne Essai", "language": "fr",
    }  # fmt: skip
    page = f"/o/{company}/requests/new/"
    assert "Écrivez le jour où la demande est arrivée" in heard(page, sent)
    assert services.listing(company) == []
    assert "Ce champ est obligatoire" in heard(page, {**sent, "on": today.isoformat(), "right": ""})
    heard(page, {**sent, "on": today.isoformat()})
    (request,) = services.listing(company)
    assert request.due_on > today


def test_who_writes_for_another_is_told_so(company: str, post: Letters) -> None:
    key, _ = for_another(company, post)
    said = " ".join(services.sent(services.find(company, key))[0].text.split())
    assert "l’effacement des données de la personne pour qui vous écrivez" in said
    assert "vos données" not in said


def test_staff_reads_in_what_language_their_words_go(company: str, post: Letters) -> None:
    for language, told in (("fr", "français : ce que"), ("en", "anglais : ce que")):
        fill(company, "access", language=language, email=f"{language}@essai.example")
        key = post.sent[-1][0]
        page = unescape(sign_in(OFFICER).get(f"/o/{company}/requests/{key}/").content.decode())
        assert told in page.replace("\u202f", " ")


def test_a_person_reads_that_their_corrections_are_waited_for(company: str, post: Letters) -> None:
    _, mine = asked(company, post, "rectification", somebody())
    assert "nous attendons vos corrections" in Client().get(mine).content.decode()
    post_form(Client(), mine, {"correct": "1", "add-email": "autre@essai.example"})
    assert "nous attendons vos corrections" not in Client().get(mine).content.decode()


@pytest.mark.parametrize(("field", "query"), [("phone", ""), ("about_phone", "?for=agent")])
def test_a_telephone_without_a_number_is_said_at_once(company: str, field: str, query: str) -> None:
    about = {"about_name": "X"} if query else {}
    for wrong in ("abc", "12-34"):
        answer = fill(company, "access", query=query, email="moi@essai.example", **about, **{field: wrong})
        assert answer.status_code == 422
        assert "Écrivez le numéro en chiffres" in unescape(answer.content.decode())
    assert services.listing(company) == []
    right = fill(
        company, "access", query=query, email="moi@essai.example", **about, **{field: "01 99 00 12 34"}
    )
    assert right.status_code == 303
