"""What people write by e-mail is taken once, whatever a stranger sends, and a person decides what it asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from garant.apps.accounts import services as accounts
from garant.apps.accounts.roles import Role
from garant.apps.evidence import services as evidence
from garant.apps.mails import imap, inbox, services
from garant.apps.mails import mailbox as mailboxes
from garant.apps.mails.imap import MailboxError
from garant.apps.mails.models import Arrival, MailboxCursor, ToRemove
from garant.apps.mails.parsing import read
from garant.apps.mails.refusals import MailRefusedError
from garant.apps.organisations import services as organisations
from garant.site import environment, health
from garant.site.environment import Mailbox, SettingError
from tests.apps.mails.conftest import letter
from tests.apps.mails.test_parsing import HOSTILE, attached, written
from tests.apps.seen import seen
from tests.servers.dovecot import PASSWORD, USER, Dovecot
from tests.servers.smtp import Postbox

WHEN = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    server = Dovecot()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def mailbox(dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    """An empty mailbox, whose server is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.certificate))
    with dovecot.inside() as server:
        server.uid("STORE", "1:*", "+FLAGS.SILENT", r"(\Deleted)")
        server.expunge()
    return named(dovecot)


def named(dovecot: Dovecot, query: str = "", password: str = PASSWORD) -> Mailbox:
    address = f"demo=imaps://{USER}:{quote(password, safe='')}@localhost:{dovecot.port}/INBOX{query}"
    (found,) = environment.mailboxes({"GARANT_IMAP": address})
    return replace(found, local=False)


@pytest.mark.django_db
def test_a_message_is_a_draft_once(demo: str, dovecot: Dovecot, mailbox: Mailbox) -> None:
    dovecot.deliver(written().as_bytes(), written("Another", Subject="=?utf-8?b?w6k=?=").as_bytes(), at=WHEN)
    assert mailboxes.look(demo, mailbox) == 2
    assert mailboxes.look(demo, mailbox) == 0
    first, second = inbox.drafts(demo)
    assert (first.sender, first.name, first.subject) == (
        "jeanne@exemple.example",
        "Jeanne Martin",
        "Mes données",
    )
    assert (first.text, second.subject, str(first.on)) == ("Je veux voir mes données.", "é", "2026-11-21")
    assert dovecot.count() == 2
    row = seen(Arrival).first()
    assert b"jeanne" not in bytes(row.sealed)
    assert "jeanne" not in repr([one.payload for one in evidence.records(demo)])
    dovecot.deliver(written("A third").as_bytes())
    with imap.opened(mailbox) as inside:  # two looks at once
        (third,) = inside.after(2, 10)
        validity = inside.validity
    assert mailboxes.look(demo, mailbox) == 1
    mailboxes.take(demo, validity, third)
    assert len(inbox.drafts(demo)) == 3


@pytest.mark.django_db
def test_what_was_read_is_deleted_where_that_is_asked(demo: str, dovecot: Dovecot, mailbox: Mailbox) -> None:
    dovecot.deliver(written().as_bytes())
    mailboxes.look(demo, mailbox)
    dovecot.deliver(written().as_bytes())
    assert mailboxes.look(demo, named(dovecot, "?then=delete")) == 1
    assert dovecot.count() == 1, "what was taken before that was asked is left alone"
    assert len(inbox.drafts(demo)) == 2


@pytest.mark.django_db
def test_a_crash_between_taken_and_deleted_leaves_nothing_there(
    demo: str, dovecot: Dovecot, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    dovecot.deliver(written().as_bytes())
    remove = imap.Opened.remove
    monkeypatch.setattr(imap.Opened, "remove", crash)
    with pytest.raises(KeyboardInterrupt):
        mailboxes.look(demo, named(dovecot, "?then=delete"))
    monkeypatch.setattr(imap.Opened, "remove", remove)
    assert (dovecot.count(), len(inbox.drafts(demo))) == (1, 1)
    assert mailboxes.look(demo, named(dovecot, "?then=delete")) == 0
    assert (dovecot.count(), len(inbox.drafts(demo))) == (0, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("decision", ["made", "dismissed"])
def test_what_was_not_taken_whole_is_deleted_once_somebody_decided(
    demo: str, dovecot: Dovecot, mailbox: Mailbox, decision: str
) -> None:
    box = named(dovecot, "?then=delete")
    dovecot.deliver(attached("demande signée.pdf", b"%PDF-1.7"), written().as_bytes())
    assert mailboxes.look(demo, box) == 2
    signed, plain = inbox.drafts(demo)
    assert (signed.attachments, signed.stays, plain.stays) == (("demande signée.pdf",), True, False)
    assert (mailboxes.look(demo, box), dovecot.count()) == (0, 1), "the letter that nobody has read yet"
    if decision == "made":
        inbox.make(demo, signed.key, lambda: "R-1", actor="dpo@demo.example")
    else:
        inbox.dismiss(demo, signed.key, actor="dpo@demo.example")
    assert (mailboxes.look(demo, box), dovecot.count()) == (0, 0)
    assert not seen(ToRemove)


@pytest.mark.django_db
def test_a_mailbox_that_is_new_or_has_other_numbers_is_read_from_a_month_back(
    demo: str, dovecot: Dovecot, mailbox: Mailbox
) -> None:
    box, now = named(dovecot, "?then=delete"), datetime.now(UTC)
    dovecot.deliver(written("Years ago").as_bytes(), at=now - timedelta(days=900))
    dovecot.deliver(written("Last week").as_bytes(), at=now - timedelta(days=7))
    assert mailboxes.look(demo, box) == 1
    assert ([one.text for one in inbox.drafts(demo)], dovecot.count()) == (["Last week"], 1)
    dovecot.deliver(attached("a.pdf", b"%PDF"), at=now - timedelta(days=1))
    assert mailboxes.look(demo, box) == 1
    seen(MailboxCursor).update(validity=7)  # as after the mailbox has moved to another server
    seen(ToRemove).update(validity=7)
    assert mailboxes.look(demo, box) == 1, "rather twice than never"
    assert (len(inbox.drafts(demo)), dovecot.count()) == (3, 2)


POISON = {
    "a name of endless digits": b"Content-Disposition: attachment; filename*" + b"1" * 5000 + b"=x",
    "an alphabet of endless digits": b"Content-Type: text/plain; charset*" + b"1" * 5000 + b"=x",
    "a boundary of endless digits": b"Content-Type: multipart/mixed; boundary*" + b"1" * 5000 + b"=x",
    "a name with a nought": b"Content-Disposition: attachment; filename*=a\0b'en'%41",
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", POISON)
def test_no_message_keeps_the_next_from_being_taken(
    demo: str, dovecot: Dovecot, mailbox: Mailbox, name: str
) -> None:
    head = b"From: a@b.example\r\nMIME-Version: 1.0\r\n"
    poison = head + POISON[name].replace(b"\0", b"%00") + b"\r\n\r\nhello"
    read(head + POISON[name] + b"\r\n\r\nhello")  # a server may refuse a nought itself
    dovecot.deliver(poison, written("after").as_bytes())
    assert mailboxes.look(demo, mailbox) == 2
    assert [one.text for one in inbox.drafts(demo)][-1] == "after"


@pytest.mark.django_db
def test_a_mailbox_that_fails_is_told_and_keeps_no_other_from_being_read(
    demo: str, dovecot: Dovecot, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"imaps://{USER}:{quote(PASSWORD, safe='')}@localhost:{dovecot.port}/INBOX"
    monkeypatch.setenv("GARANT_IMAP", f"broken={address} demo={address}")
    organisations.create_organisation("broken", "Broken", "Europe/Paris")
    look = mailboxes.look

    def breaks(organisation: str, box: Mailbox) -> int:
        if organisation == "broken":
            raise RuntimeError
        return look(organisation, box)

    monkeypatch.setattr(mailboxes, "look", breaks)
    dovecot.deliver(written().as_bytes())
    outcome = mailboxes.look_all()
    assert (outcome["demo"], getattr(outcome["broken"], "en", "")) == (
        1,
        "Garant broke down while reading it; the worker’s log says where",
    )
    assert mailboxes.failing("broken") is not None
    assert mailboxes.failing(demo) is None


@pytest.mark.django_db
def test_those_who_answer_are_told_of_a_mailbox_that_is_away(
    demo: str, dovecot: Dovecot, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = accounts.ensure_user("dpo@demo.example")
    accounts.give(demo, officer, accounts.Habilitation(Role.DPO), actor="garant")
    today = datetime.now(UTC).date()
    address = f"demo=imaps://{USER}:{quote(PASSWORD, safe='')}@localhost:{dovecot.port}/INBOX"
    monkeypatch.setenv("GARANT_IMAP", address.replace(quote(PASSWORD, safe=""), "changed"))
    mailboxes.look_all()
    assert mailboxes.remind(demo, today) == 0, "it may be back tomorrow"
    since = datetime.now(UTC) - timedelta(days=2)
    seen(MailboxCursor).update(failing_since=since)
    mailboxes.look_all()
    assert mailboxes.failing(demo)[0] == since, "it counts from the first time"
    assert mailboxes.remind(demo, today) == 1
    (told,) = services.of(demo, f"arrivals/{today.isoformat()}")
    assert (told.kind, "nom ou le mot de passe est refusé" in told.text) == ("mailbox_away", True)
    monkeypatch.setenv("GARANT_IMAP", address)
    mailboxes.look_all()
    assert (mailboxes.failing(demo), mailboxes.remind(demo, today)) == (None, 0)


@pytest.mark.django_db
def test_over_starttls(
    demo: str, dovecot: Dovecot, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.deliver(written().as_bytes())
    beyond = replace(mailbox, encrypted=False, port=dovecot.plain)
    assert mailboxes.look(demo, beyond) == 1
    monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
    with pytest.raises(MailboxError, match="certificate"):
        mailboxes.look(demo, beyond)


@pytest.mark.django_db
def test_a_draft_becomes_a_request_or_is_destroyed(demo: str, dovecot: Dovecot, mailbox: Mailbox) -> None:
    dovecot.deliver(written().as_bytes(), written().as_bytes())
    mailboxes.look(demo, mailbox)
    first, second = inbox.drafts(demo)

    def refused() -> str:
        raise MailRefusedError(fr="non", en="no")

    with pytest.raises(MailRefusedError):
        inbox.make(demo, first.key, refused, actor="dpo@demo.example")
    assert inbox.make(demo, first.key, lambda: "R-1", actor="dpo@demo.example") == "R-1"
    inbox.dismiss(demo, second.key, actor="dpo@demo.example")
    assert (inbox.drafts(demo), inbox.waiting(demo)) == ([], 0)
    for key in (first.key, second.key):
        with pytest.raises(MailRefusedError):
            inbox.dismiss(demo, key, actor="dpo@demo.example")
    ended = [one.payload["outcome"] for one in evidence.records(demo, kind="arrival.ended")]
    assert ended == ["request", "dismissed"]


def report(key: str, action: str = "failed") -> bytes:
    """A notice as a mail server sends it (RFC 3464)."""
    return f"""From: MAILER-DAEMON@mx.example\r
To: garant@garant.example\r
Subject: Undelivered\r
Auto-Submitted: auto-replied\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r
\r
--b\r
Content-Type: text/plain\r
\r
Sorry.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.example\r
\r
Final-Recipient: rfc822; a@b.example\r
Action: {action}\r
Status: 5.1.1\r
Diagnostic-Code: smtp; 550 5.1.1 no such user\r
--b\r
Content-Type: text/rfc822-headers\r
\r
Message-ID: <{key}@garant.example>\r
Subject: x\r
--b--\r
""".encode()


@pytest.mark.django_db
def test_a_letter_of_ours_that_comes_back(
    demo: str, dovecot: Dovecot, mailbox: Mailbox, postbox: Postbox
) -> None:
    key, other = (services.send(demo, "a@b.example", letter(), about="R-1") for _ in range(2))
    for name, number in services.due().values():
        services.deliver(name, number)
    dovecot.deliver(
        report(key), report(key), report(other, "delayed"), report("m-" + "0" * 24),
        written(Auto_Submitted="auto-replied").as_bytes(), written(List_Id="<x.example>").as_bytes(),
        written(Return_Path="<>").as_bytes(),
    )  # fmt: skip
    assert mailboxes.look(demo, mailbox) == 7
    assert [one.program for one in inbox.drafts(demo)] == [True] * 3, "somebody may stand behind a machine"
    assert [(one.state, one.status) for one in services.of(demo, "R-1")] == [("bounced", 550), ("sent", 250)]


@pytest.mark.django_db
def test_the_mailbox_is_away_or_refuses(
    demo: str, dovecot: Dovecot, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said() -> str:
        return "\n".join(one.text.en for one in health._mailboxes())

    def point(where: str) -> None:
        monkeypatch.setenv("GARANT_IMAP", where)

    address = f"imaps://{USER}:{quote(PASSWORD, safe='')}@localhost:{dovecot.port}/INBOX"
    point(f"demo={address}")
    dovecot.deliver(written().as_bytes())
    assert mailboxes.look_all() == {"demo": 1}
    assert said() == "The mailbox of demo can be read."
    with pytest.raises(MailboxError, match="password"):
        mailboxes.look(demo, named(dovecot, password="another"))
    point(f"demo={address.replace(quote(PASSWORD, safe=''), 'another')} nobody={address}")
    refused = {key: getattr(why, "en", why) for key, why in mailboxes.look_all().items()}
    assert refused == {
        "demo": "the name or the password is refused",
        "nobody": "no organisation has that key",
    }
    assert "password is refused" in said()
    assert "no organisation has the key nobody" in said()
    point(f"demo={address.replace('INBOX', 'Nothing')}")
    assert "does not answer" in said()
    monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
    point(f"demo={address}")
    assert "certificate is not trusted" in said()
    point(f"demo={address.replace(str(dovecot.port), '1')}")
    assert "does not answer" in said()
    point("demo=imaps://secret")
    assert "expected organisation=imaps://" in said()


def test_addresses_of_mailboxes() -> None:
    (box,) = environment.mailboxes({"GARANT_IMAP": "a=imap://me:p%40ss@127.0.0.1/Requests%20in"})
    assert (box.port, box.local, box.folder, box.password, box.delete) == (
        143,
        True,
        "Requests in",
        "p@ss",
        False,
    )
    for wrong in (
        "imaps://u:secret@h",
        "a=imaps://h",
        "a=ftp://u:secret@h",
        "a=imaps://u:secret@h:x",
        "a=imaps://u@h a=imaps://u@h",
    ):
        with pytest.raises(SettingError) as refused:
            environment.mailboxes({"GARANT_IMAP": wrong})
        assert "secret" not in str(refused.value)


@pytest.mark.django_db
def test_hostile_messages_keep_nothing_waiting(demo: str, dovecot: Dovecot, mailbox: Mailbox) -> None:
    some = ("a bomb", "two things at once", "a giant header", "nested ten thousand deep", "bytes")
    dovecot.deliver(*(HOSTILE[name] for name in some), written("after").as_bytes())
    assert mailboxes.look(demo, mailbox) == len(some) + 1
    drafts = inbox.drafts(demo)
    assert drafts[-1].text == "after"
    assert [draft.attachments for draft in drafts[:2]] == [("photo.zip",), ("cv.pdf",)]
    assert [draft.cut for draft in drafts[2:4]] == [True, True]
