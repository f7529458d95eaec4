"""What people write by e-mail is taken once, whatever a stranger sends, and a person decides what it asks."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from garant.apps.evidence import services as evidence
from garant.apps.mails import imap, inbox, services
from garant.apps.mails.imap import MailboxError
from garant.apps.mails.models import Arrival
from garant.apps.mails.parsing import LONGEST, WORDS, read
from garant.apps.mails.refusals import MailRefusedError
from garant.site import environment, health
from garant.site.environment import Mailbox, SettingError
from tests.apps.mails.conftest import letter
from tests.apps.seen import seen
from tests.servers.dovecot import PASSWORD, USER, Dovecot
from tests.servers.smtp import Postbox

WHEN = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)


def written(text: str = "Je veux voir mes données.", **headers: str) -> EmailMessage:
    message = EmailMessage()
    said = {"From": "Jeanne Martin <jeanne@exemple.example>", "Subject": "Mes données", **headers}
    for name, value in said.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


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
    assert inbox.look(demo, mailbox) == 2
    assert inbox.look(demo, mailbox) == 0
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
        (third,) = inside.after(inbox._read_until(demo, inside.validity), 10)
        validity = inside.validity
    assert inbox.look(demo, mailbox) == 1
    inbox._take(demo, validity, third)
    assert len(inbox.drafts(demo)) == 3


@pytest.mark.django_db
def test_what_was_read_is_deleted_where_that_is_asked(demo: str, dovecot: Dovecot, mailbox: Mailbox) -> None:
    dovecot.deliver(written().as_bytes())
    inbox.look(demo, mailbox)
    dovecot.deliver(written().as_bytes())
    assert inbox.look(demo, named(dovecot, "?then=delete")) == 1
    assert (dovecot.count(), len(inbox.drafts(demo))) == (0, 2)


@pytest.mark.django_db
def test_over_starttls(
    demo: str, dovecot: Dovecot, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.deliver(written().as_bytes())
    beyond = replace(mailbox, encrypted=False, port=dovecot.plain)
    assert inbox.look(demo, beyond) == 1
    monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
    with pytest.raises(MailboxError, match="certificate"):
        inbox.look(demo, beyond)


@pytest.mark.django_db
def test_a_draft_becomes_a_request_or_is_destroyed(demo: str, dovecot: Dovecot, mailbox: Mailbox) -> None:
    dovecot.deliver(written().as_bytes(), written().as_bytes())
    inbox.look(demo, mailbox)
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
    assert inbox.look(demo, mailbox) == 7
    assert inbox.drafts(demo) == [], "machines are not answered"
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
    assert inbox.look_all() == {"demo": "1"}
    assert said() == "The mailbox of demo can be read."
    with pytest.raises(MailboxError, match="password"):
        inbox.look(demo, named(dovecot, password="another"))
    point(f"demo={address.replace(quote(PASSWORD, safe=''), 'another')} nobody={address}")
    assert inbox.look_all() == {"demo": "password", "nobody": "unknown"}
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


def bomb() -> bytes:
    """An archive that says it holds a gigabyte."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(50_000_000))
    return out.getvalue()


def attached(name: str, content: bytes, subtype: str = "octet-stream") -> bytes:
    message = written()
    message.add_attachment(content, maintype="application", subtype=subtype, filename=name)
    return message.as_bytes()


def nested(depth: int) -> bytes:
    inner = b"Content-Type: text/plain\r\n\r\nhello\r\n"
    for number in range(depth):
        mark = f"b{number}".encode()
        inner = b'Content-Type: multipart/mixed; boundary="%b"\r\n\r\n--%b\r\n%b\r\n--%b--\r\n' % (
            mark,
            mark,
            inner,
            mark,
        )
    return b"From: a@b.example\r\nMIME-Version: 1.0\r\n" + inner


HOSTILE = {
    "a bomb": attached("photo.zip", bomb(), "zip"),
    "two things at once": attached("cv.pdf", b"%PDF-1.7\nPK\x03\x04<script>alert(1)</script>", "pdf"),
    "a giant header": b"From: a@b.example\r\nSubject: " + b"A" * 5_000_000 + b"\r\n\r\nhello",
    "a hundred thousand headers": b"From: a@b.example\r\n" + b"X: y\r\n" * 100_000 + b"\r\nhello",
    "a folded header": b"From: a@b.example\r\nSubject: x" + b"\r\n y" * 200_000 + b"\r\n\r\nhello",
    "nested a hundred deep": nested(100),
    "nested ten thousand deep": nested(10_000),
    "a thousand parts": b'From: a@b.example\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    + b"--b\r\nContent-Disposition: attachment; filename=x\r\n\r\ny\r\n" * 1000,
    "a boundary that never comes": b'From: a@b.example\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    + b"x\r\n" * 300_000,
    "an unknown alphabet": b"From: a@b.example\r\nContent-Type: text/plain; charset=klingon\r\n\r\n\xff\xfe hello",
    "encoded words without end": b"From: a@b.example\r\nSubject: " + b"=?utf-8?b?" * 5000 + b"\r\n\r\nhello",
    "addresses without end": b"From: " + b"<" * 50_000 + b"a@b.example" + b">(" * 50_000 + b"\r\n\r\nhello",
    "markup without end": b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n" + b"<" * 500_000,
    "a bad encoding": b"From: a@b.example\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!=A",
    "nothing": b"",
    "bytes": bytes(range(256)) * 100,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_a_stranger_sends_is_read_at_once_and_bounded(name: str) -> None:
    begun = time.process_time()
    found = read(HOSTILE[name])
    assert time.process_time() - begun < 3
    assert len(found.text) <= WORDS
    assert len(found.subject) <= 300
    assert len(found.attachments) <= 20
    assert "\r" not in found.subject + found.sender + found.name
    assert "\n" not in found.subject + found.sender + found.name


@pytest.mark.django_db
def test_hostile_messages_keep_nothing_waiting(demo: str, dovecot: Dovecot, mailbox: Mailbox) -> None:
    some = ("a bomb", "two things at once", "a giant header", "nested ten thousand deep", "bytes")
    dovecot.deliver(*(HOSTILE[name] for name in some), written("after").as_bytes())
    assert inbox.look(demo, mailbox) == len(some) + 1
    drafts = inbox.drafts(demo)
    assert drafts[-1].text == "after"
    assert [draft.attachments for draft in drafts[:2]] == [("photo.zip",), ("cv.pdf",)]
    assert [draft.cut for draft in drafts[2:4]] == [True, True]


@given(st.binary(max_size=2000))
@example(b"Content-Type: multipart/report; report-type=delivery-status\r\n\r\nAction: failed")
@example(b"From: =?x?q?a?=\r\n\r\n")
def test_any_bytes_are_a_message(raw: bytes) -> None:
    found = read(b"From: a@b.example\r\n" + raw)
    assert found.kind in ("request", "bounce", "delay", "automatic")


def test_words_of_a_page_and_names_of_attachments() -> None:
    page = written()
    page.set_content(
        "<style>p{}</style><p>Bonjour</p><script>x()</script><div>Je veux <b>mes</b> donn&eacute;es</div>",
        subtype="html",
    )
    page.add_attachment(b"x", maintype="image", subtype="png", filename="carte\r\nd'identité\u202egnp.png")
    found = read(page.as_bytes())
    assert found.text == "Bonjour\nJe veux mes données"
    assert found.attachments == ("carte d'identitégnp.png",) or "\u202e" not in found.attachments[0]
    assert read(b"x" * (LONGEST + 1)).cut
    assert read(written("Bob", Reply_To="Other <o@b.example>").as_bytes()).sender == "o@b.example"
