"""A message that anybody may have sent, read for what it asks: bounded in every direction, and nothing of it opened.

Attachments are named and never looked into: what is not unpacked cannot burst, and what is not opened cannot be two
things at once. A message that was forwarded as it was is read as the rest is: what somebody asks stands in it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from email import policy
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.utils import parseaddr
from html.parser import HTMLParser
from typing import Any, Final, Literal, cast

LONGEST: Final = 1_000_000
"""Bytes of a message that are read."""
HEADERS: Final = 64 * 1024
"""Bytes of its headers that are read."""
WORDS: Final = 4_000
"""Characters of its text that are kept."""
_HEADER: Final = 1_000
_PARTS: Final = 50
_NAMES: Final = 20
_DEEP: Final = 200
"""Boundaries of parts in a message that is read as parts …"""
_INSIDE: Final = 20
"""… and parts inside one another."""
_UNSEEN: Final = ("Cc", "Cs", "Co", "Cn", "Zl", "Zp")
_TURNING: Final = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff]")
_OURS: Final = re.compile(rb"<(m-[0-9a-f]{24})@")
_STATUS: Final = re.compile(rb"^Diagnostic-Code:[^\n]{0,200}?\b([45]\d\d)\b", re.IGNORECASE | re.MULTILINE)
_FAILED: Final = re.compile(rb"^Action:\s*failed\b", re.IGNORECASE | re.MULTILINE)

Kind = Literal["written", "bounce", "delay", "echo"]


@dataclass(frozen=True, slots=True)
class Incoming:
    """What is kept of a message."""

    kind: Kind
    """Somebody writes; one of our letters came back, or is late; a machine answers one of them, which asks nothing."""
    sender: str
    name: str
    subject: str
    text: str
    attachments: tuple[str, ...]
    cut: bool
    """There was more than is read."""
    program: bool = False
    """A program or a list sent it on: the form of a web site, an address that several people share, an advertisement."""
    bounced: str = ""
    """The key of our letter that came back."""
    status: int = 0


def read(raw: bytes, *, cut: bool = False) -> Incoming:
    """Read a message. It never raises: of one that cannot be read there is only that it came."""
    try:
        return _read(raw, cut=cut)
    except Exception:  # whatever a stranger sends, the next message is still read
        return Incoming("written", sender="", name="", subject="", text="", attachments=(), cut=True)


def _read(raw: bytes, *, cut: bool) -> Incoming:
    shortened = raw[:LONGEST]
    end = _end_of_headers(shortened)
    head = BytesHeaderParser(policy=policy.compat32).parsebytes(shortened[: min(end, HEADERS)])
    name, sender = _sender(head)
    kind, key, status = _returned(head, shortened) or ("echo" if _echoes(head) else "written", "", 0)
    said = _Said()
    try:
        whole = _parsed(shortened)
        if whole is not None:
            said.read(whole)
    except Exception:  # who wrote it is known all the same
        whole = None
    return Incoming(
        kind=kind,
        sender=sender,
        name=name,
        subject=_header(head, "Subject"),
        text=said.text[:WORDS].strip(),
        attachments=tuple(said.attachments),
        cut=cut or len(raw) > LONGEST or end > HEADERS or whole is None or said.cut or len(said.text) > WORDS,
        program=kind != "written" or _by_program(head),
        bounced=key,
        status=status,
    )


def _end_of_headers(raw: bytes) -> int:
    ends = [at for at in (raw.find(b"\r\n\r\n"), raw.find(b"\n\n")) if at >= 0]
    return min(ends, default=len(raw))


def _parsed(raw: bytes) -> Message | None:
    """The message as parts; none where it is deeper than messages are."""
    if raw.lower().count(b"boundary=") > _DEEP or _end_of_headers(raw) > HEADERS:
        return None
    return BytesParser(policy=policy.compat32).parsebytes(raw)


def _header(message: Message, name: str) -> str:
    value = str(message.get(name) or "")[:_HEADER]
    return clean(_decoded(value), lines=False)[:300]


def _decoded(value: str) -> str:
    """RFC 2047, and whatever passes for it."""
    try:
        parts = decode_header(value)
        return "".join(
            part if isinstance(part, str) else part.decode(charset or "latin-1", "replace")
            for part, charset in parts
        )
    except Exception:
        return value


def clean(text: str, *, lines: bool) -> str:
    """Text without what is not seen or turns it round; on one line unless `lines`."""
    normal = _TURNING.sub("", unicodedata.normalize("NFC", text.replace("\r\n", "\n")))
    kept = "".join(
        one if one == "\n" and lines else " " if one in "\n\t" else one
        for one in normal
        if one in "\n\t" or unicodedata.category(one) not in _UNSEEN
    )
    return kept.strip() if lines else " ".join(kept.split())


def _sender(head: Message) -> tuple[str, str]:
    value = _header(head, "Reply-To") or _header(head, "From")
    name, address = parseaddr(value)
    return clean(name, lines=False)[:120], clean(address, lines=False)[:254]


def _by_program(head: Message) -> bool:
    """Whether a program or a list says that it sent it (RFC 3834, RFC 2919): nothing of it is answered by one."""
    automatic = _header(head, "Auto-Submitted").lower()
    listed = head.get("List-Id") is not None or _header(head, "Precedence").lower() in (
        "bulk",
        "junk",
        "list",
    )
    return automatic not in ("", "no") or listed or _header(head, "Return-Path") == "<>"


def _echoes(head: Message) -> bool:
    """Whether a machine answers one of our letters: somebody is away."""
    answered = "".join(str(head.get(name) or "")[:HEADERS] for name in ("In-Reply-To", "References"))
    automatic = _header(head, "Auto-Submitted").lower().startswith("auto-replied")
    return automatic and _OURS.search(answered.encode(errors="replace")) is not None


def _returned(head: Message, raw: bytes) -> tuple[Kind, str, int] | None:
    """Whether it reports on one of our letters (RFC 3464): which, and with what code. Other reports are for people."""
    said = str(head.get("Content-Type") or "")[:_HEADER].lower()
    if not said.startswith("multipart/report") or "delivery-status" not in said:
        return None
    ours, status = _OURS.search(raw), _STATUS.search(raw)
    if ours is None:
        return None
    if not _FAILED.search(raw):
        return "delay", ours[1].decode(), 0
    return "bounce", ours[1].decode(), int(status[1]) if status else 0


@dataclass(slots=True)
class _Said:
    """What a message says, part by part: its words, the names of what is attached, and whether more was left."""

    text: str = ""
    attachments: list[str] = field(default_factory=list[str])
    cut: bool = False
    _parts: int = 0

    def read(self, whole: Message) -> None:
        """Read it."""
        self.text = self._words(whole, 0)

    def _words(self, part: Message, depth: int) -> str:
        self._parts += 1
        if self._parts > _PARTS or depth > _INSIDE:
            self.cut = True
            return ""
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            return self._forwarded(_inside(part)[0], depth)
        if part.is_multipart():
            found = [self._words(one, depth + 1) for one in _inside(part)[: _PARTS + 1]]
            if part.get_content_type() == "multipart/alternative":
                return next((words for words in found if words), "")  # the plainest first (RFC 2046, 5.1.4)
            return "\n\n".join(words for words in found if words)
        return self._leaf(part)

    def _leaf(self, part: Message) -> str:
        kind = part.get_content_type()
        named = _name(part)
        attached = part.get_content_disposition() == "attachment"
        if named or attached or kind not in ("text/plain", "text/html"):
            if len(self.attachments) == _NAMES:
                self.cut = True
            else:
                self.attachments.append(named or kind)
            return ""
        body = _body(part)
        if kind == "text/html":
            self.cut = self.cut or len(body) > WORDS * 50
            body = _Words.of(body[: WORDS * 50])
        self.cut = (
            self.cut or len(body) > WORDS * 2
        )  # what is blank, and not seen, may stand before the words
        return clean(body[: WORDS * 2], lines=True)

    def _forwarded(self, message: Message, depth: int) -> str:
        """A message inside: who wrote it and about what, then its words."""
        said = [_header(message, name) for name in ("From", "Date", "Subject")]
        words = self._words(message, depth + 1)
        return "\n".join(("— " + " · ".join(one for one in said if one), words)).strip()


def _inside(part: Message) -> list[Message]:
    return cast("list[Message]", part.get_payload())


def _name(part: Message) -> str:
    try:
        named = part.get_filename()
    except Exception:  # a name that is there, and that nobody can read
        return "?"
    return clean(_decoded(str(named)[:_HEADER]), lines=False)[:120] or "?" if named else ""


def _body(part: Message) -> str:
    try:
        content = part.get_payload(decode=True)
    except Exception:
        return ""
    data = content if isinstance(content, bytes) else b""
    try:
        return data.decode(part.get_content_charset() or "utf-8", "replace")
    except Exception:  # an alphabet that is none, or a name of one that cannot be read
        return data.decode("latin-1")


class _Words(HTMLParser):
    """The words of a page, without its programs and styles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._said: list[str] = []
        self._silent = 0

    @classmethod
    def of(cls, page: str) -> str:
        """What a page says."""
        reader = cls()
        try:
            reader.feed(page)
            reader.close()
        except Exception:
            return ""
        return re.sub(r"\n\s*\n+", "\n\n", "".join(reader._said))

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """Where a line ends, and what is not words."""
        del attrs
        if tag in ("script", "style", "title"):
            self._silent += 1
        elif tag in ("p", "br", "div", "tr", "li", "h1", "h2", "h3"):
            self._said.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Words again."""
        if tag in ("script", "style", "title") and self._silent:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        """Words."""
        if not self._silent:
            self._said.append(data)
