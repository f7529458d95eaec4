"""The same request again, with something else in it: nothing written is lost, and nothing that a stranger wrote counts."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import count
from typing import Any

import pytest
import time_machine
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from garant.apps.accounts import services as accounts
from garant.apps.rights import services
from garant.apps.rights.clock import IDENTITY_WITHIN
from garant.apps.rights.models import Directive
from garant.apps.rights.receiving import identity, repeating
from garant.apps.rights.receiving.directives import of_person
from garant.apps.rights.services import Asked, Whom
from garant.apps.rights.words import Channel, Method, Right
from garant.apps.scoping import scoped
from garant.apps.tokens import services as tokens
from garant.policy.periods import expiry
from tests.apps.rights.conftest import Letters, somebody
from tests.apps.rights.steps import OFFICER, asked, confirm, fill, post_form, will
from tests.apps.rights.test_night import on
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def page(address: str) -> str:
    return unescape(re.sub(r"\s+", " ", Client().get(address).content.decode()))


def staffs(company: str, key: str) -> str:
    """The page of a request, as staff reads it."""
    return unescape(sign_in(OFFICER).get(f"/o/{company}/requests/{key}/").content.decode())


def what(company: str, key: str) -> Whom:
    found = services.opened(services.find(company, key))
    assert found is not None
    return found


def test_a_stranger_does_not_say_what_becomes_of_the_data_of_the_dead(company: str, post: Letters) -> None:
    """Somebody sends directives with the address of another, who sends their own later: the code confirms those."""
    mine = somebody()
    fill(
        company, "post-mortem", email=mine, wish="hand", trusted_name="X", trusted_email="x@stranger.example"
    )
    own = fill(company, "post-mortem", email=mine, wish="erase", message="Tout effacer.")
    will(confirm(own["Location"], post.last("code")["code"]))
    found = of_person(company, mine)
    assert found is not None
    assert (found.wish, found.trusted_email, found.message) == ("erase", "", "Tout effacer.")
    with scoped(company):
        assert Directive.objects.count() == 1


def test_whoever_is_led_to_another_ones_directives_reads_them_before_they_are_registered(
    company: str, post: Letters
) -> None:
    """The first letter is a stranger's: its link and the code show what they wrote, and end nothing."""
    mine = somebody()
    former = fill(company, "post-mortem", email=mine, wish="keep")
    will(confirm(former["Location"], post.last("code")["code"]))
    theirs = fill(
        company, "post-mortem", email=mine, wish="hand", trusted_name="X", trusted_email="x@stranger.example"
    )
    page = confirm(theirs["Location"], post.last("code")["code"])
    shown = Client().get(page).content.decode()
    assert "x@stranger.example" in shown
    assert "Tant que vous n’avez pas confirmé" in shown.replace("'", "’")
    held = of_person(company, mine)
    assert held is not None
    assert held.wish == "keep", "former directives hold"
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2)):
        own = fill(company, "post-mortem", email=mine, wish="erase", message="Tout effacer.")
        stale = re.search(r'name="will" value="([^"]+)"', shown)
        assert stale is not None
        again = confirm(own["Location"], post.last("code")["code"])
        refused = post_form(Client(), page, {"will": stale[1]})
        assert refused.status_code == 422, "what was read is not what is asked any more"
        assert "ont changé" in refused.content.decode()
        will(again)
    held = of_person(company, mine)
    assert held is not None
    assert (held.wish, held.trusted_email) == ("erase", "")
    assert post_form(Client(), page, {"will": stale[1]}).status_code == 422, "once"


def test_directives_that_nobody_says_yes_to_are_dropped(company: str, post: Letters) -> None:
    mine = somebody()
    theirs = fill(company, "post-mortem", email=mine, wish="erase")
    confirm(theirs["Location"], post.last("code")["code"])
    (request,) = services.listing(company)
    with on(expiry(request.received_on, IDENTITY_WITHIN) + timedelta(days=1)):
        assert services.night(company)["dropped"] == 1
    assert of_person(company, mine) is None


def test_what_was_mistyped_is_put_right_by_sending_it_again(company: str, post: Letters) -> None:
    mine = somebody()
    fill(
        company, "post-mortem", email=mine, wish="hand", trusted_name="Luc", trusted_email="luk@essai.example"
    )
    own = fill(
        company, "post-mortem", email=mine, wish="hand", trusted_name="Luc", trusted_email="luc@essai.example"
    )
    will(confirm(own["Location"], post.last("code")["code"]))
    found = of_person(company, mine)
    assert found is not None
    assert found.trusted_email == "luc@essai.example"


def test_a_code_confirms_what_was_written_on_the_way_to_it(company: str, post: Letters) -> None:
    mine = somebody()
    fill(company, "erasure", email=mine, phone="06 99 98 97 96", message="Planté par un autre.")
    own = fill(company, "erasure", email=mine, message="Le mien.")
    fill(company, "erasure", email=mine, phone="06 11 22 33 44", message="Encore un autre.")
    theirs = confirm(own["Location"], post.last("code")["code"])
    (request,) = services.listing(company)
    whom = what(company, request.key)
    assert (whom.message, whom.phone) == ("Le mien.", "")
    assert {one["said"]["phone"]: one["unsure"] for one in whom.besides} == {
        "06 99 98 97 96": True,
        "06 11 22 33 44": True,
    }
    services.accept(company, request.key, Method.KNOWN_CONTACT, actor=OFFICER)
    assert what(company, request.key).identities("known-contact") == {"email": mine}
    seen = staffs(company, request.key)
    assert seen.count("Rien ne montre que la personne l") == 2
    assert "Planté par un autre." in seen
    read = page(theirs)
    assert "Le mien." in read
    assert "Planté" not in read  # nobody writes to somebody else on our page
    assert read.count("sans votre code") == 2


def test_who_comes_back_by_their_first_page_is_who_they_were(company: str, post: Letters) -> None:
    mine = somebody()
    first = fill(company, "access", email=mine, phone="06 12 34 56 78")
    fill(company, "access", email=mine, message="Une autre fois.")
    confirm(first["Location"], post.last("code")["code"])
    (request,) = services.listing(company)
    whom = what(company, request.key)
    assert (whom.phone, whom.message) == ("06 12 34 56 78", "")
    assert [one["unsure"] for one in whom.besides] == [True]


def test_a_telephone_that_is_given_later_counts_once_a_code_came_back(company: str, post: Letters) -> None:
    mine = somebody()
    request, _ = asked(company, post, "access", mine)
    again = fill(company, "access", email=mine, phone="06 12 34 56 78", message="J’avais oublié mon numéro.")
    assert what(company, request.key).phone == ""
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2)):
        services.another_code(company, again["Location"].split("/")[-2])
        theirs = confirm(again["Location"], post.last("code")["code"])
    whom = what(company, request.key)
    assert (whom.phone, [one["unsure"] for one in whom.besides]) == ("06 12 34 56 78", [False])
    assert services.number_to_call(services.find(company, request.key)) == "06 12 34 56 78"
    assert "J’avais oublié mon numéro." in page(theirs)


def letter(email: str, **more: str) -> dict[str, str]:
    today = datetime.now(UTC).date()
    return {
        "right": "erasure", "channel": "letter", "capacity": "self", "on": today.isoformat(), "purpose": "",
        "name": "Jeanne Essai", "email": email, "phone": "", "message": "", "language": "fr", **more,
    }  # fmt: skip


def test_a_letter_that_says_more_is_kept_and_time_runs_from_its_day(company: str, post: Letters) -> None:
    mine = somebody()
    request, _ = asked(company, post, "erasure", mine)
    before = services.find(company, request.key)
    day = before.received_on - timedelta(days=12)
    sent = letter(
        mine, on=day.isoformat(), phone="0612345678", message="Comme je vous l’écrivais, effacez tout."
    )
    heard = unescape(sign_in(OFFICER).post(f"/o/{company}/requests/new/", sent, follow=True).content.decode())
    assert "s’y ajoute" in heard
    assert "Comme je vous l’écrivais, effacez tout." in heard
    now = services.find(company, request.key)
    assert now.received_on == day
    assert now.due_on == now.clock(day).due < before.due_on
    assert what(company, request.key).phone == ""  # who asked was shown before: it is for staff to ask
    assert "complétée" not in unescape(sign_in(OFFICER).get(f"/o/{company}/requests/").content.decode())


def test_what_staff_wrote_down_is_what_staff_accepts(company: str, post: Letters) -> None:
    mine = somebody()
    fill(company, "erasure", email=mine, phone="06 99 98 97 96", message="Planté par un autre.")
    (request,) = services.listing(company)
    sign_in(OFFICER).post(f"/o/{company}/requests/new/", letter(mine, message="La vraie lettre."))
    whom = what(company, request.key)
    assert (whom.message, whom.phone) == ("La vraie lettre.", "")
    services.accept(company, request.key, Method.DOCUMENT, doubt="Deux écrits.", actor=OFFICER)
    assert what(company, request.key).identities("document") == {"email": mine}


def test_the_same_again_adds_nothing(company: str, post: Letters) -> None:
    mine = somebody()
    for _ in range(3):
        fill(company, "access", email=mine, message="Tout.")
    (request,) = services.listing(company)
    assert what(company, request.key).besides == []
    assert [one.kind for one in services.story(request).steps].count("repeated") == 2


def test_the_one_who_is_flooded_is_heard(company: str, post: Letters) -> None:
    """A stranger sends the same request very often with other words; its person comes before, or after."""
    mine = somebody()
    asking = Asked(Right.ACCESS, Whom(name="Jeanne", email=mine, message="Moi."))
    first = services.receive(company, asking)
    sure = Asked(Right.ACCESS, Whom(name="Jeanne", email=mine, message="Sa lettre."), Channel.LETTER)
    services.receive(company, sure, actor=OFFICER)
    for number in range(repeating.MOST + 5):
        other = Whom(name="Jeanne", email=mine, message=f"Bruit {number}")
        services.receive(company, Asked(Right.ACCESS, other))
    last = services.receive(company, asking)
    request = services.find(company, first.request.key)
    assert len(what(company, request.key).besides) == repeating.MOST
    assert what(company, request.key).message == "Sa lettre."
    assert identity.enter_code(company, last.link, post.last("code")["code"])
    whom = what(company, request.key)
    assert whom.message == "Moi."
    assert len(whom.besides) == repeating.MOST
    assert [one["said"]["message"] for one in whom.besides if not one["unsure"]] == []


def test_something_is_added_on_the_page_and_staff_sees_it(company: str, post: Letters) -> None:
    request, mine = asked(company, post, "human-review", somebody())
    assert post_form(Client(), mine, {"more": "1", "more-reason": "  "}).status_code == 422
    assert post_form(Client(), mine, {"more": "1", "more-reason": "Celle du 3 mai."}).status_code == 303
    assert "Celle du 3 mai." in page(mine)
    assert "Celle du 3 mai." in staffs(company, request.key)
    listing = f"/o/{company}/requests/"
    assert "complétée" in unescape(sign_in(OFFICER).get(listing).content.decode())
    services.wait(company, request.key, "Quelle décision ?", actor=OFFICER)
    assert "complétée" not in unescape(sign_in(OFFICER).get(listing).content.decode())
    services.resume(company, request.key, "La première.", actor="person")
    services.wait(company, request.key, "De quelle année ?", actor=OFFICER)
    services.resume(company, request.key, "De 2025.", actor="person")
    seen = staffs(company, request.key)
    for words in ("Quelle décision ?", "La première.", "De quelle année ?", "De 2025."):
        assert words in seen
    services.withdraw(company, request.key)
    assert post_form(Client(), mine, {"more": "1", "more-reason": "Trop tard."}).status_code in (404, 422)


def test_a_program_that_knows_the_person_is_heard(company: str, post: Letters) -> None:
    """A stranger was faster with the person's address; what the program says counts, and is accepted."""
    mine = somebody()
    fill(company, "erasure", email=mine, phone="06 99 98 97 96", message="Planté par un autre.")
    user = accounts.ensure_user(OFFICER)
    _, token = tokens.issue(company, user, "portal", ["answer"], actor=OFFICER)
    program = Client(headers={"Authorization": f"Bearer {token}"})
    said = {
        "right": "erasure",
        "name": "Jeanne Essai",
        "email": mine,
        "message": "Par le portail.",
        "known": True,
    }
    answer = program.post(f"/api/v1/organisations/{company}/requests", said, content_type="application/json")
    assert (answer.status_code, answer.json()["state"]) == (201, "searching"), answer.content
    whom = what(company, answer.json()["key"])
    assert (whom.message, whom.phone) == ("Par le portail.", "")
    assert [one["unsure"] for one in whom.besides] == [True]


NUMBERS = count()
WORDS = st.sampled_from(["", "a", "b", "c"])


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), WORDS, WORDS), min_size=1, max_size=6), st.data())
def test_the_code_decides_whatever_came_before_and_after(
    company: str, post: Letters, sent: list[tuple[bool, str, str]], data: Any
) -> None:
    """Any order of writings, by a form or by staff; the code entered by the page of one of the forms: it is that one's."""
    mine, links = f"{next(NUMBERS)}@essai.example", []
    for by_form, phone, message in sent:
        number = f"06 00 00 00 0{ord(phone) % 10}" if phone else ""
        whom = Whom(name="Jeanne", email=mine, phone=number, message=message)
        way = Channel.FORM if by_form else Channel.LETTER
        taken = services.receive(
            company, Asked(Right.ACCESS, whom, way), actor="person" if by_form else OFFICER
        )
        if by_form:
            links.append((taken, number, message))
    if not links:
        return
    taken, number, message = data.draw(st.sampled_from(links))
    assert identity.enter_code(company, taken.link, post.last("code")["code"])
    whom = what(company, taken.request.key)
    assert (whom.phone, whom.message) == (number, message)
    written = {(whom.phone, whom.message)} | {
        (one["said"].get("phone", ""), one["said"].get("message", "")) for one in whom.besides
    }
    assert written == {(f"06 00 00 00 0{ord(phone) % 10}" if phone else "", text) for _, phone, text in sent}
