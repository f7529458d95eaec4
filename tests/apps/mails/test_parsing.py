"""A message is read whatever a stranger sends, in so much time and no more; what is asked stands in any part of it."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from garant.apps.mails.parsing import LONGEST, WORDS, read
from tests.support.spending import spends


def written(text: str = "Je veux voir mes données.", **headers: str) -> EmailMessage:
    message = EmailMessage()
    said = {"From": "Jeanne Martin <jeanne@exemple.example>", "Subject": "Mes données", **headers}
    for name, value in said.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


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
    assert spends(lambda: read(HOSTILE[name]), 3) < 3
    found = read(HOSTILE[name])
    assert len(found.text) <= WORDS
    assert len(found.subject) <= 300
    assert len(found.attachments) <= 20
    assert "\r" not in found.subject + found.sender + found.name
    assert "\n" not in found.subject + found.sender + found.name


@given(st.binary(max_size=2000))
@example(b"Content-Type: multipart/report; report-type=delivery-status\r\n\r\nAction: failed")
@example(b"From: =?x?q?a?=\r\n\r\n")
def test_any_bytes_are_a_message(raw: bytes) -> None:
    found = read(b"From: a@b.example\r\n" + raw)
    assert found.kind in ("written", "bounce", "delay", "echo")


def parts(kind: str, *inside: bytes) -> bytes:
    joined = b"".join(b"--b\r\n" + one + b"\r\n" for one in inside)
    head = f'From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/{kind}; boundary="b"\r\n\r\n'
    return head.encode() + joined + b"--b--\r\n"


PLAIN, PAGE = b"Content-Type: text/plain\r\n\r\n", b"Content-Type: text/html\r\n\r\n"

FORWARDED = (
    b"Content-Type: message/rfc822\r\n\r\nFrom: p@c.example\r\nSubject: Mes donnees\r\n\r\nEffacez tout"
)


@pytest.mark.parametrize(
    ("raw", "text", "attachments"),
    [
        (parts("alternative", PLAIN + b" ", PAGE + b"<p>Effacez</p>"), "Effacez", ()),
        (parts("alternative", PLAIN + b"plain", PAGE + b"<p>page</p>"), "plain", ()),
        (
            parts("mixed", PAGE + b"<p>Effacez</p>", PLAIN + b"sent by a list"),
            "Effacez\n\nsent by a list",
            (),
        ),
        (parts("mixed", PLAIN + b"FYI", FORWARDED), "FYI\n\n— p@c.example · Mes donnees", ()),
        (parts("mixed", b"Content-Type: image/png\r\n\r\nx"), "", ("image/png",)),
    ],
)
def test_what_is_asked_stands_in_any_part(raw: bytes, text: str, attachments: tuple[str, ...]) -> None:
    found = read(raw)
    assert (found.text[: len(text)], found.attachments, found.cut) == (text, attachments, False)
    assert "Effacez" in found.text or b"Effacez" not in raw


def test_a_machine_that_answers_one_of_our_letters_asks_nothing() -> None:
    ours = "<m-0123456789abcdef01234567@garant.example>"
    away = {"Auto_Submitted": "auto-replied", "In_Reply_To": ours}
    assert read(written(**away).as_bytes()).kind == "echo"
    assert read(written(In_Reply_To=ours).as_bytes()).kind == "written", "somebody answers it"
    form = read(written(Auto_Submitted="auto-generated").as_bytes())
    assert (form.kind, form.program) == ("written", True), "the form of the organisation's own site"


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


def test_words_after_much_that_nobody_sees_are_not_lost_in_silence() -> None:
    for raw in (PLAIN + b" " * 9000 + b"Effacez", PAGE + b"<p>" + b" " * 9000 + b"Effacez</p>"):
        found = read(b"From: a@b.example\r\nMIME-Version: 1.0\r\n" + raw)
        assert "Effacez" in found.text or found.cut
