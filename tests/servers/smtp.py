"""A real SMTP server of the tests' own: TLS, passwords, refusals, and being away."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.servers.process import free_port

USER, PASSWORD = "garant", "p@ss wörd"


@dataclass
class Postbox:
    """What a server took, and what it answers next instead of taking: `on` is `RCPT` or `DATA`."""

    taken: list[EmailMessage] = field(default_factory=list[EmailMessage])
    raw: list[bytes] = field(default_factory=list[bytes])
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list[tuple[str, list[str]]])
    answers: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    encrypted: list[bool] = field(default_factory=list[bool])
    users: list[str] = field(default_factory=list[str])
    port: int = 0

    def _refusal(self, on: str) -> str | None:
        if self.answers and self.answers[0][0] == on:
            return self.answers.pop(0)[1]
        return None

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: Any) -> str:
        refused = self._refusal("RCPT")
        if refused is None:
            envelope.rcpt_tos.append(address)
        return refused or "250 OK"

    async def handle_DATA(self, _: SMTP, session: Session, envelope: Envelope) -> str:
        refused = self._refusal("DATA")
        if refused is None:
            content = envelope.content
            assert isinstance(content, bytes)
            self.raw.append(content)
            message = message_from_bytes(content, policy=SMTPUTF8)
            assert isinstance(message, EmailMessage)
            self.taken.append(message)
            self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos)))
            self.encrypted.append(session.ssl is not None)
        return refused or "250 OK"


def _authenticate(box: Postbox) -> Any:
    def check(_: SMTP, __: Session, ___: Envelope, ____: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        box.users.append(data.login.decode())
        return AuthResult(
            success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()), handled=False
        )

    return check


@contextmanager
def listening(
    box: Postbox, *, tls: tuple[Path, str] | None = None, port: int = 0, utf8: bool = True
) -> Iterator[Postbox]:
    """Serve on this machine; with TLS (`starttls` or `smtps`) and then with a password."""
    box.port = port or free_port()
    options: dict[str, Any] = {"enable_SMTPUTF8": utf8, "decode_data": False}
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls[0])
        options |= {"authenticator": _authenticate(box), "auth_required": True}
        options |= {"tls_context": context, "require_starttls": True} if tls[1] == "starttls" else {}
        # The server does not know that the whole connection is encrypted already, and warns of what it cannot see.
        options |= {"ssl_context": context, "auth_require_tls": False} if tls[1] == "smtps" else {}
    controller = Controller(box, hostname="127.0.0.1", port=box.port, **options)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def certificate(folder: Path) -> Path:
    """A certificate for this machine, and its key, in one file: whoever trusts it trusts the server."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file
