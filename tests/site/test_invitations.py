"""Invitations: a link that works once, for one address; and passwords that were forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from garant.apps.accounts import invitations
from garant.apps.accounts import services as accounts
from garant.apps.accounts.refusals import AccountRefusedError
from garant.apps.accounts.services import Habilitation
from garant.apps.evidence import services as evidence
from garant.apps.mails import services as mails
from tests.apps.mails.conftest import point
from tests.servers.smtp import Postbox, listening
from tests.site.conftest import PASSWORD, Persona, sign_in

pytestmark = pytest.mark.django_db

NEW = "nouvelle@demo.example"
CHOSEN = {"name": "Nouvelle", "password": PASSWORD, "again": PASSWORD}
LINK = re.compile(r"https?://[^/\s\"<]+(/account/[^\s\"<]+)")


@pytest.fixture
def postbox(site: str, settings: Any) -> Iterator[Postbox]:
    with listening(Postbox()) as box:
        point(settings, box)
        yield box


def invited(organisation: str, role: str = "staff", email: str = NEW, **covers: Any) -> str:
    """The path of a link."""
    sent = invitations.invite(organisation, email, Habilitation(role, **covers), actor="garant")
    return path(sent.link)


def path(text: str) -> str:
    found = LINK.search(text)
    assert found is not None, text
    return found[1]


def taken(box: Postbox) -> str:
    """The words of the only letter that waits, once the server took it."""
    (attempt,) = mails.due().values()
    assert mails.deliver(*attempt)
    body = box.taken[-1].get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def member(organisation: str, email: str = NEW) -> Any:
    return {one.user.email: one for one in accounts.members(organisation)}.get(email)


def test_an_invitation_goes_by_mail_and_is_accepted_once(
    site: str, persona: Persona, postbox: Postbox
) -> None:
    page = f"/o/{site}/people/"
    answer = persona("administrator").post(
        page, {"email": NEW.upper(), "name": "N", "role": "staff"}, follow=True
    )
    assert "part par courriel" in answer.content.decode()
    assert "/account/invitation/" not in answer.content.decode()  # whoever invites does not hold it
    words = taken(postbox)
    assert "Démonstration" in words
    link = path(words)
    assert member(site) is None

    visitor = Client()
    landed = visitor.get(link)
    assert landed["Location"].count("/") == 4  # the secret has left the address
    shown = visitor.get(landed["Location"])
    assert "Collaborateur habilité" in shown.content.decode()
    assert shown["Cache-Control"].startswith("max-age=0")
    for weak in ({**CHOSEN, "again": "another"}, {**CHOSEN, "password": "short", "again": "short"}, {}):
        assert visitor.post(landed["Location"], weak).status_code == 200
    assert member(site) is None
    accepted = visitor.post(landed["Location"], CHOSEN)
    assert accepted["Location"] == f"/account/login/?next=/o/{site}/"
    assert member(site).role == "staff"
    signed = Client()
    assert signed.post("/account/login/", {"login": NEW, "password": PASSWORD}).status_code == 302
    assert signed.get(f"/o/{site}/").status_code == 200

    again = Client()
    assert again.get(link, follow=True).status_code == 404
    kinds = [record.kind for record in evidence.records(site)]
    assert kinds.count("invitation.accepted") == kinds.count("member.invited") == 1
    written = "".join(str(record) for record in evidence.records(site))
    assert NEW not in written
    assert link.split("/")[4] not in written
    assert mails.of(site, link.split("/")[3])[0].text == ""  # the letter is forgotten with it


def test_without_a_mail_server_the_link_is_handed_over(site: str, persona: Persona) -> None:
    answer = persona("dpo").post(f"/o/{site}/people/", {"email": NEW, "role": "staff"})
    assert "GARANT_SMTP" in answer.content.decode()
    link = path(answer.content.decode())
    assert Client().get(link, follow=True).status_code == 200
    assert mails.due() == {}


def test_the_second_factor_comes_after_the_password(site: str, settings: Any) -> None:
    settings.GARANT_MFA_REQUIRED = True
    visitor = Client()
    page = visitor.get(invited(site))["Location"]
    visitor.post(page, CHOSEN)
    visitor.post("/account/login/", {"login": NEW, "password": PASSWORD})
    assert visitor.get(f"/o/{site}/")["Location"] == "/account/2fa/"


def test_a_link_sent_again_replaces_the_first_and_ends(site: str, persona: Persona) -> None:
    first = invited(site)
    key = first.split("/")[3]
    client, page = persona("administrator"), f"/o/{site}/people/"
    assert NEW in client.get(page).content.decode()
    second = path(client.post(f"{page}invitations/{key}/resend/").content.decode())
    third = invited(site, "dpo-delegate")
    assert third.split("/")[3] == key  # one waits for an address: invited again, with another role
    assert Client().get(first, follow=True).status_code == 404
    assert Client().get(second, follow=True).status_code == 404
    assert "Adjoint" in Client().get(third, follow=True).content.decode()
    with time_machine.travel(datetime.now(UTC) + invitations.LASTS + timedelta(seconds=1), tick=False):
        assert Client().get(third, follow=True).status_code == 404
        assert [one.over for one in invitations.waiting(site)] == [True]
    client.post(f"{page}invitations/{key}/withdraw/")
    assert Client().get(third, follow=True).status_code == 404
    assert invitations.waiting(site) == []
    assert client.post(f"{page}invitations/{key}/resend/").status_code == 404
    assert client.post(f"{page}invitations/{key}/withdraw/").status_code == 404


@pytest.mark.parametrize("path", ["/account/invitation/i-0/", "/account/invitation/i-0/secret/"])
def test_a_link_that_never_was_opens_nothing(site: str, path: str) -> None:
    assert Client().get(path, follow=True).status_code == 404
    assert Client().post("/account/invitation/i-0/", CHOSEN).status_code == 404


def test_only_who_manages_people_invites(site: str, persona: Persona) -> None:
    key = invited(site).split("/")[3]
    for role in ("staff", "technician", "auditor", "dpo-delegate"):
        client = persona(role)
        assert (
            client.post(f"/o/{site}/people/", {"email": "z@demo.example", "role": "dpo"}).status_code == 403
        )
        assert client.post(f"/o/{site}/people/invitations/{key}/resend/").status_code == 403
        assert NEW not in client.get(f"/o/{site}/people/").content.decode()
    assert persona("neighbour").post(f"/o/{site}/people/invitations/{key}/withdraw/").status_code == 404
    assert len(invitations.waiting(site)) == 1


def test_a_link_alone_opens_no_account_that_there_is(site: str, neighbour: str) -> None:
    """Whoever invites an address sees the link where no mail leaves: it must not give them that person's account."""
    known = accounts.ensure_user(NEW)
    accounts.give(neighbour, known, Habilitation("dpo"), actor="garant")  # never signed in, no password
    visitor = Client()
    page = visitor.get(invited(site))["Location"]
    assert "Un compte existe déjà" in visitor.get(page).content.decode()
    assert visitor.post(page, CHOSEN).status_code == 200
    known.refresh_from_db()
    assert not known.has_usable_password()
    assert member(site) is None
    key, secret = visitor.session and page.split("/")[3], visitor.session[f"invitation-{page.split('/')[3]}"]
    with pytest.raises(AccountRefusedError, match="sign in"):
        invitations.accept(key, secret, password=PASSWORD)

    other = sign_in("other@demo.example")
    link = f"/account/invitation/{key}/{secret}/"
    assert "autre compte" in other.get(link, follow=True).content.decode()
    assert other.post(page).status_code == 200
    with pytest.raises(AccountRefusedError, match="another address"):
        invitations.accept(key, secret, user=accounts.ensure_user("other@demo.example"))
    themselves = sign_in(NEW)
    assert "Accepter" in themselves.get(link, follow=True).content.decode()
    assert themselves.post(page)["Location"] == f"/o/{site}/"
    assert member(site).role == "staff"


def test_nobody_is_invited_to_where_they_are_and_what_cannot_be_is_refused(
    site: str, persona: Persona
) -> None:
    client, page = persona("administrator"), f"/o/{site}/people/"
    refused = client.post(page, {"email": "administrator@demo.example", "role": "staff"})
    assert "déjà une habilitation" in refused.content.decode()
    with pytest.raises(AccountRefusedError, match="ends on a day"):
        invited(site, "auditor")
    with pytest.raises(AccountRefusedError, match="not an e-mail address"):
        invited(site, email="nobody")
    assert invitations.waiting(site) == []


def test_what_is_covered_is_given_as_it_was_offered(site: str) -> None:
    link = invited(site, "client-contact", activities=("a",), systems=("s",), clients=("c",))
    visitor = Client()
    visitor.post(visitor.get(link)["Location"], CHOSEN)
    held = member(site)
    assert (held.activities, held.systems, held.clients) == (["a"], ["s"], ["c"])


def test_a_forgotten_password_is_written_about_through_the_outbox(
    site: str, persona: Persona, postbox: Postbox
) -> None:
    persona("dpo")
    visitor = Client()
    done = visitor.post("/account/password/reset/", {"email": "dpo@demo.example"}, follow=True)
    assert "Voyez votre courriel" in done.content.decode()
    link = path(taken(postbox))
    form = visitor.get(link, follow=True)
    assert "Nouveau mot de passe" in form.content.decode()
    where = form.redirect_chain[-1][0]
    ended = visitor.post(where, {"password1": PASSWORD, "password2": PASSWORD}, follow=True)
    assert "est changé" in ended.content.decode()
    assert (
        visitor.post("/account/login/", {"login": "dpo@demo.example", "password": PASSWORD}).status_code
        == 302
    )
    assert "n’ouvre plus rien" in Client().get(link, follow=True).content.decode()
    assert link not in "".join(str(record) for record in evidence.records(site))


def test_nobody_is_written_to_who_has_no_account(site: str, postbox: Postbox) -> None:
    answer = Client().post("/account/password/reset/", {"email": "nobody@demo.example"}, follow=True)
    assert "Voyez votre courriel" in answer.content.decode()
    assert mails.due() == {}
    assert postbox.taken == []
