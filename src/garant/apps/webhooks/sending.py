"""Calling an address that somebody gave us, without letting it lead us into our own network.

The name is resolved once; every address it has must be a public one; the connection goes to one of these and to no
other. No redirect is followed, and what is answered is not kept.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import ipaddress
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO, Final
from urllib.parse import SplitResult, urlsplit

from garant.apps.webhooks import refusals
from garant.apps.webhooks.refusals import NotTakenError, WebhookRefusedError

SECONDS: Final = 10
"""How long an address may take to answer."""
MARK: Final = "whsec_"
"""How a secret begins, as Standard Webhooks write it."""
WHOLE: Final = 30
"""How long a message and its answer may take as a whole, however often a byte of it comes."""
ALL: Final = 3600
"""How long a file may take as a whole."""
_TAKEN: Final = range(200, 300)
_PIECE: Final = 64 * 1024
_TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv4 addresses as IPv6 networks write them (NAT64, RFC 6052)."""


def allows_private() -> bool:
    """Whether addresses of this machine and its network may be called, and without TLS (GARANT_WEBHOOKS=private)."""
    return os.environ.get("GARANT_WEBHOOKS", "").strip() == "private"


def check(url: str) -> SplitResult:
    """Look at an address before it is kept. Raises WebhookRefusedError."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise refusals.bad_address("elle est mal formée", "it is malformed") from None
    if not url.isprintable() or not url.isascii() or not parts.hostname or port == 0 or " " in url:
        raise refusals.bad_address("elle est mal formée", "it is malformed")
    if parts.scheme != "https" and not (parts.scheme == "http" and allows_private()):
        raise refusals.bad_address("elle doit commencer par https://", "it must begin with https://")
    if parts.username is not None or parts.password is not None:
        raise refusals.bad_address("elle porte un nom ou un mot de passe", "it holds a name or a password")
    _numeric(parts.hostname)
    return parts


def _numeric(host: str) -> None:
    """An address written in numbers is known for what it is at once."""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return
    _refuse_inside(host, str(found))


def _refuse_inside(host: str, address: str) -> None:
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    if found in _TRANSLATED:  # a gateway of our network sends it on to the address at its end
        mapped = ipaddress.IPv4Address(int(found) & 0xFFFF_FFFF)
    outside = found.is_global and not found.is_multicast and (mapped is None or mapped.is_global)
    if not outside and not allows_private():
        raise refusals.inside(host)


def sign(secret: bytes, name: str, at: int, body: bytes) -> str:
    """The signature of a message (Standard Webhooks, HMAC-SHA-256)."""
    signed = f"{name}.{at}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()


@dataclass(frozen=True, slots=True)
class Answered:
    """What an address answered: its status, its headers in small letters, and as much of its body as was asked for."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Post a message; the status it was taken with. What is answered is not read.

    Raises:
        NotTakenError: there was no answer, or another than 2xx.
        WebhookRefusedError: the name leads into our own network now.
    """
    status = call("POST", url, body, headers, most=0).status
    if status not in _TAKEN:
        raise NotTakenError(status, f"HTTP {status}")
    return status


def call(
    method: str,
    url: str,
    body: bytes | Iterable[bytes],
    headers: Mapping[str, str],
    *,
    most: int,
    seconds: float = SECONDS,
    whole: float | None = None,
) -> Answered:
    """Ask an address, and read at most so many bytes of what it answers, whatever its status.

    Args:
        method: of HTTP.
        url: the address; a redirect is an answer like others.
        body: what is sent; in pieces, it needs its Content-Length among the headers.
        headers: of what is sent.
        most: bytes of the answer that are read; a longer one is no answer.
        seconds: how long each piece, and the answer, may take.
        whole: how long all of it may take, in seconds; half a minute, where nothing is said.

    Raises:
        NotTakenError: there was no answer in time, or one too long.
        WebhookRefusedError: the name leads into our own network now.
    """
    parts = check(url)
    try:
        address = _resolved(parts)
        connection = _connection(parts, address, seconds)
        with _within(connection, WHOLE if whole is None else whole):
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, body, {**headers, "Host": parts.netloc})
            answer = connection.getresponse()
            said = _read(answer, most) if most else b""
            names = {name.lower(): value for name, value in answer.getheaders()}
            return Answered(answer.status, names, said)
    except WebhookRefusedError:
        raise
    except (OSError, http.client.HTTPException, UnicodeError, ValueError) as error:
        raise NotTakenError(None, type(error).__name__) from None


def fetch(
    url: str, headers: Mapping[str, str], into: BinaryIO, *, most: int, seconds: float = SECONDS
) -> Answered:
    """Ask an address for a file, which goes where it is told, piece by piece: memory does not grow with it.

    Args:
        url: the address; a redirect is an answer like others.
        headers: of what is asked.
        into: where its bytes go; those of any other answer than 200 do not.
        most: bytes at most; a longer one is no answer.
        seconds: how long each piece may take; an hour for all.

    Raises:
        NotTakenError: there was no answer in time, one too long, or one that broke off.
        WebhookRefusedError: the name leads into our own network now.
    """
    parts = check(url)
    try:
        connection = _connection(parts, _resolved(parts), seconds)
        with _within(connection, ALL):
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("GET", target, b"", {**headers, "Host": parts.netloc})
            answer = connection.getresponse()
            if answer.status == 200:
                _pour(answer, into, most)
            names = {name.lower(): value for name, value in answer.getheaders()}
            return Answered(answer.status, names, b"")
    except WebhookRefusedError:
        raise
    except (OSError, http.client.HTTPException, UnicodeError, ValueError) as error:
        raise NotTakenError(None, type(error).__name__) from None


@contextmanager
def _within(connection: http.client.HTTPConnection, seconds: float) -> Iterator[None]:
    """Break the connection off at an end that no byte puts off: each one renews the patience of a socket, and the lines of
    headers are read one byte after the other.

    Raises NotTakenError where it was broken off, whatever had come by then.
    """
    over = threading.Event()

    def end() -> None:
        over.set()
        with suppress(OSError):
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)  # of TLS, what is below it

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        connection.close()
        if over.is_set():
            raise NotTakenError(None, "too slow")


def _pour(answer: http.client.HTTPResponse, into: BinaryIO, most: int) -> None:
    size = 0
    while piece := answer.read1(_PIECE):
        size += len(piece)
        if size > most:
            raise NotTakenError(answer.status, "too long")
        into.write(piece)
    if answer.length not in (None, 0):
        raise NotTakenError(answer.status, "broken off")


def _read(answer: http.client.HTTPResponse, most: int) -> bytes:
    """The body, if it is not too long and does not come drop by drop."""
    end, pieces, size = time.monotonic() + SECONDS, list[bytes](), 0
    while piece := answer.read1(_PIECE):
        size += len(piece)
        if size > most or time.monotonic() > end:
            raise NotTakenError(answer.status, "too long")
        pieces.append(piece)
    return b"".join(pieces)


def _resolved(parts: SplitResult) -> tuple[str, int]:
    """One of the addresses of a name, all of which are outside."""
    host = str(parts.hostname)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_, place in found:
        _refuse_inside(host, str(place[0]))
    return str(found[0][4][0]), port


def _connection(parts: SplitResult, address: tuple[str, int], seconds: float) -> http.client.HTTPConnection:
    """To that address and no other, whatever the name says a moment later; TLS is still with the name."""
    host = str(parts.hostname)
    opened = socket.create_connection(address, timeout=SECONDS)
    opened.settimeout(seconds)
    if parts.scheme == "https":
        opened = ssl.create_default_context().wrap_socket(opened, server_hostname=host)
    connection = http.client.HTTPConnection(host, address[1], timeout=seconds)
    connection.sock = opened
    return connection
