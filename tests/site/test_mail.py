"""The mailbox for staff: a message becomes a request, or is destroyed; letters open and close as the organisation says."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest

from garant.apps.evidence import services as evidence
from garant.apps.jobs.worker import ask_nightly
from garant.apps.mails import inbox, mailbox, services
from garant.apps.mails.imap import Letter
from garant.apps.rights import services as rights
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db
OFFICER = "deleguee@demo.example"
WHEN = datetime(2026, 11, 20, 12, tzinfo=UTC)


def arrive(organisation: str, uid: int = 1, **headers: str) -> str:
    """A message as the mailbox gives it; its key."""
    message = EmailMessage()
    for name, value in {
        "From": "Jeanne Martin <jeanne@exemple.example>",
        "Subject": "<b>RGPD</b>",
        **headers,
    }.items():
        message[name] = value
    message.set_content("Effacez mes données, <script>alert(1)</script> merci.")
    mailbox.take(organisation, 1, Letter(uid, WHEN, message.as_bytes(), False))
    return inbox.drafts(organisation)[-1].key


def test_a_message_becomes_a_request(company: str) -> None:
    key = arrive(company)
    officer = sign_in(OFFICER)
    listed = officer.get(f"/o/{company}/mail/").content.decode()
    assert key in listed
    assert "jeanne" not in listed, "who writes is seen by whoever opens the message"
    page = officer.get(f"/o/{company}/mail/{key}/").content.decode()
    assert "jeanne@exemple.example" in page
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert [one.payload["about"] for one in evidence.records(company, kind="personal-data.read")] == [key]
    sent = {
        "right": "erasure", "channel": "mail", "capacity": "self", "on": "2026-11-20", "purpose": "", "name": "Jeanne Martin",
        "email": "jeanne@exemple.example", "phone": "", "about_name": "", "about_email": "", "message": "", "language": "fr",
    }  # fmt: skip
    assert officer.post(f"/o/{company}/mail/{key}/", {**sent, "email": "nothing"}).status_code == 200
    assert inbox.waiting(company) == 1
    moved = officer.post(f"/o/{company}/mail/{key}/", sent)["Location"]
    (request,) = rights.listing(company)
    assert moved == f"/o/{company}/requests/{request.key}/"
    assert (request.channel, str(request.received_on)) == ("mail", "2026-11-20")
    assert inbox.waiting(company) == 0
    assert officer.get(f"/o/{company}/mail/{key}/").status_code == 404
    assert {one.kind for one in services.of(company, f"request/{request.key}")} >= {"acknowledged"}


def test_a_message_is_put_aside(company: str) -> None:
    key = arrive(company)
    assert sign_in("technicien@demo.example").get(f"/o/{company}/mail/{key}/").status_code == 403
    officer = sign_in(OFFICER)
    assert officer.post(f"/o/{company}/mail/{key}/dismiss/").status_code == 302
    assert officer.post(f"/o/{company}/mail/{key}/dismiss/").status_code == 404
    assert "Aucun message n’attend" in officer.get(f"/o/{company}/mail/").content.decode()


def test_those_who_answer_are_reminded_of_what_waits(company: str) -> None:
    arrive(company)
    assert mailbox.remind(company, WHEN.date()) == 0, "it came today"
    night = datetime(2026, 11, 22, 2, 30, tzinfo=ZoneInfo("Europe/Paris"))
    ask_nightly(night)
    assert services.of(company, "arrivals/2026-11-23") == []
    told = services.of(company, "arrivals/2026-11-22")
    assert OFFICER in {one.to for one in told}
    assert "technicien@demo.example" not in {one.to for one in told}
    assert all(
        "20\u202fnovembre 2026" in one.text or "20 novembre 2026" in " ".join(one.text.split())
        for one in told
    )


def test_letters_are_previewed_before_they_are_kept(company: str) -> None:
    officer = sign_in(OFFICER)
    page = f"/o/{company}/mail/letters/"
    assert "R-0000" in officer.get(page).content.decode()
    said = {
        "opening_fr": "Merci, {number} !",
        "opening_en": "Thanks.",
        "closing_fr": "",
        "closing_en": "",
        "kind": "refused",
    }
    preview = officer.post(page, {**said, "preview": "1"}).content.decode()
    assert "Merci, R-0000\u202f!" in preview
    assert services.frame(company).opening.fr == ""
    assert sign_in("technicien@demo.example").post(page, said).status_code == 403
    assert (
        "n’est pas connu" in officer.post(page, {**said, "opening_fr": "{facts.__class__}"}).content.decode()
    )
    assert officer.post(page, said).status_code == 302
    assert services.frame(company).opening.fr == "Merci, {number} !"
    assert "Merci, R-0000" in officer.get(f"{page}?kind=refused").content.decode()
