"""A message that anybody may have sent, read for what it asks: bounded in every direction, and nothing of it opened.

Attachments are named and never looked into: what is not unpacked cannot burst, and what is not opened cannot be two
things at once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
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
_UNSEEN: Final = ("Cc", "Cs", "Co", "Cn", "Zl", "Zp")
_TURNING: Final = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff]")
_OURS: Final = re.compile(rb"<(m-[0-9a-f]{24})@")
_STATUS: Final = re.compile(rb"^Diagnostic-Code:[^\n]{0,200}?\b([45]\d\d)\b", re.IGNORECASE | re.MULTILINE)
_FAILED: Final = re.compile(rb"^Action:\s*failed\b", re.IGNORECASE | re.MULTILINE)

Kind = Literal["request", "bounce", "delay", "automatic"]


@dataclass(frozen=True, slots=True)
class Incoming:
    """What is kept of a message."""

    kind: Kind
    """Somebody writes; one of our letters came back, or is late; a machine answers, which is not answered."""
    sender: str
    name: str
    subject: str
    text: str
    attachments: tuple[str, ...]
    cut: bool
    """There was more than is read."""
    bounced: str = ""
    """The key of our letter that came back."""
    status: int = 0


def read(raw: bytes, *, cut: bool = False) -> Incoming:
    """Read a message. It never raises: of one that cannot be read there is only who says to have sent it."""
    shortened = raw[:LONGEST]
    end = _end_of_headers(shortened)
    head = BytesHeaderParser(policy=policy.compat32).parsebytes(shortened[: min(end, HEADERS)])
    try:
        whole: Message | None = _parsed(shortened)
    except Exception:  # whatever a stranger sends, the next message is still read
        whole = None
    name, sender = _sender(head)
    returned = _returned(head, shortened)
    return Incoming(
        kind=returned[0] if returned else _kind(head),
        sender=sender,
        name=name,
        subject=_header(head, "Subject"),
        text=_text(whole) if whole is not None else "",
        attachments=tuple(_attachments(whole)) if whole is not None else (),
        cut=cut or len(raw) > LONGEST or end > HEADERS or whole is None,
        bounced=returned[1] if returned else "",
        status=returned[2] if returned else 0,
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


def _kind(head: Message) -> Kind:
    """Whether somebody wrote it: a machine's answer is not answered (RFC 3834)."""
    automatic = _header(head, "Auto-Submitted").lower()
    listed = head.get("List-Id") is not None or _header(head, "Precedence").lower() in (
        "bulk",
        "junk",
        "list",
    )
    empty = _header(head, "Return-Path") == "<>"
    return "automatic" if automatic not in ("", "no") or listed or empty else "request"


def _returned(head: Message, raw: bytes) -> tuple[Kind, str, int] | None:
    """Whether it reports on one of our letters (RFC 3464): which, and with what code."""
    said = str(head.get("Content-Type") or "")[:_HEADER].lower()
    if not said.startswith("multipart/report") or "delivery-status" not in said:
        return None
    ours, status = _OURS.search(raw), _STATUS.search(raw)
    key = ours[1].decode() if ours else ""
    if not _FAILED.search(raw):
        return "delay", key, 0
    return "bounce", key, int(status[1]) if status else 0


def _leaves(whole: Message) -> Iterator[Message]:
    """The parts that hold something, so many at most; not those of a message inside."""
    waiting: list[Message] = [whole]
    seen = 0
    while waiting and seen < _PARTS:
        part = waiting.pop(0)
        seen += 1
        if part.is_multipart():
            if part.get_content_maintype() == "multipart":
                waiting[:0] = cast("list[Message]", part.get_payload())[:_PARTS]
            continue
        yield part


def _text(whole: Message) -> str:
    """The words: of the first part in plain text, else of the first page."""
    page = ""
    for part in _leaves(whole):
        if part.get_filename() or part.get_content_disposition() == "attachment":
            continue
        kind = part.get_content_type()
        if kind == "text/plain":
            return clean(_body(part), lines=True)[:WORDS]
        if kind == "text/html" and not page:
            page = _Words.of(_body(part)[: WORDS * 50])
    return clean(page, lines=True)[:WORDS]


def _body(part: Message) -> str:
    try:
        content = part.get_payload(decode=True)
    except Exception:
        return ""
    data = content if isinstance(content, bytes) else b""
    try:
        return data.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError):
        return data.decode("latin-1")


def _attachments(whole: Message) -> Iterator[str]:
    """Their names, as the message says them; nothing of what they hold."""
    found = 0
    for part in _leaves(whole):
        if found == _NAMES:
            return
        named = part.get_filename()
        if named or part.get_content_disposition() == "attachment":
            found += 1
            yield clean(_decoded(str(named or "")[:_HEADER]), lines=False)[:120] or "?"


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
