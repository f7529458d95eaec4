"""Signed notes (C2SP `signed-note`) with Ed25519 (RFC 8032), and their keys.

A verifier key is public text: `name+hash+base64`. A note is text, an empty line, then signature lines.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519: Final = b"\x01"
LONGEST_NOTE: Final = 64 * 1024
_MARK: Final = "— "
_KEY_BYTES: Final = 32
_ID_BYTES: Final = 4


class MalformedNoteError(ValueError):
    """A note, a signature line or a verifier key that is not written as the specification says."""


class SignatureRefusedError(ValueError):
    """No known key signed the note, or a known key's signature is false."""


def decode_base64(text: str) -> bytes:
    """Read standard Base64 (RFC 4648, section 4) written in its only canonical way.

    Raises MalformedNoteError otherwise, so that no changed character can pass for the same bytes.
    """
    try:
        data = b64decode(text, validate=True)
    except ValueError as error:
        raise MalformedNoteError(f"not Base64: {text[:60]!r}") from error
    if b64encode(data).decode() != text:
        raise MalformedNoteError(f"not canonical Base64: {text[:60]!r}")
    return data


def check_name(name: str) -> str:
    """Return the key name. Raises MalformedNoteError when it is empty or holds a space or a plus sign."""
    if not name or "+" in name or any(character.isspace() or character < " " for character in name):
        raise MalformedNoteError(f"a key name is not empty and holds neither space nor plus sign: {name!r}")
    return name


def _key_id(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + ED25519 + public).digest()[:_ID_BYTES]


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public half of a key, under the name it signs with."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read `name+hash+base64`. Raises MalformedNoteError when a part is missing or they do not agree."""
        name, *rest = text.strip().split("+", 2)
        if len(rest) != 2:
            raise MalformedNoteError(f"a verifier key is written name+hash+base64, not {text[:80]!r}")
        data = decode_base64(rest[1])
        if data[:1] != ED25519 or len(data) != 1 + _KEY_BYTES:
            raise MalformedNoteError("this verifier key is not an Ed25519 key")
        key = cls(check_name(name), data[1:])
        if key.id.hex() != rest[0]:
            raise MalformedNoteError(f"the hash of this verifier key is {key.id.hex()}, not {rest[0]}")
        return key

    @property
    def id(self) -> bytes:
        """The first four bytes of SHA-256(name || 0x0A || 0x01 || public key)."""
        return _key_id(self.name, self.public)

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(ED25519 + self.public).decode()}"

    def accepts(self, text: str, signature: bytes) -> bool:
        """Whether this key made the signature over the text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


class SigningKey:
    """The private half of a key. It has no name: it signs for each log under that log's name."""

    def __init__(self, seed: bytes) -> None:
        """Take the 32 secret bytes (RFC 8032). Raises ValueError for another length."""
        self._private = Ed25519PrivateKey.from_private_bytes(seed)

    def verifier(self, name: str) -> VerifierKey:
        """The public half, under a name."""
        return VerifierKey(check_name(name), self._private.public_key().public_bytes_raw())

    def signature(self, name: str, text: str) -> "Signature":
        """Sign a text under a name."""
        return Signature(name, self.verifier(name).id, self._private.sign(text.encode()))

    def __repr__(self) -> str:
        return "SigningKey(secret)"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line of a note."""

    name: str
    id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{_MARK}{self.name} {b64encode(self.id + self.signature).decode()}\n"

    @classmethod
    def parse(cls, line: str) -> "Signature":
        """Read one line, without its end. Raises MalformedNoteError."""
        name, _, encoded = line.removeprefix(_MARK).partition(" ")
        data = decode_base64(encoded)
        if not line.startswith(_MARK) or len(data) <= _ID_BYTES:
            raise MalformedNoteError(f"not a signature line: {line[:80]!r}")
        return cls(check_name(name), data[:_ID_BYTES], data[_ID_BYTES:])


@dataclass(frozen=True, slots=True)
class Note:
    """A text, ending with a newline, and the signatures over it."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def signed(cls, text: str, name: str, *keys: SigningKey) -> "Note":
        """Sign a text under one name with one key or several. Raises MalformedNoteError for an unfit text."""
        _check_text(text)
        return cls(text, tuple(key.signature(name, text) for key in keys))

    @classmethod
    def parse(cls, data: bytes) -> "Note":
        """Read a note without trusting it. Raises MalformedNoteError."""
        if len(data) > LONGEST_NOTE:
            raise MalformedNoteError(f"a note of {len(data)} bytes is longer than {LONGEST_NOTE}")
        try:
            whole = data.decode()
        except UnicodeDecodeError as error:
            raise MalformedNoteError("a note is UTF-8 text") from error
        text, separator, lines = whole.rpartition("\n\n")
        if not separator or not lines.endswith("\n"):
            raise MalformedNoteError("a note is a text, an empty line, then signature lines")
        _check_text(text + "\n")
        return cls(text + "\n", tuple(Signature.parse(line) for line in lines[:-1].split("\n")))

    def encode(self) -> bytes:
        """The note as it is written in a file."""
        return (self.text + "\n" + "".join(map(str, self.signatures))).encode()

    def signers(self, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
        """The known keys that signed, in the order of the lines; lines of unknown keys are passed over.

        Raises SignatureRefusedError when a known key's signature is false, or when no known key signed.
        """
        known = {(key.name, key.id): key for key in keys}
        found: list[VerifierKey] = []
        for line in self.signatures:
            key = known.get((line.name, line.id))
            if key is None:
                continue
            if not key.accepts(self.text, line.signature):
                raise SignatureRefusedError(f"the signature of {key.name} ({key.id.hex()}) is false")
            found.append(key)
        if not found:
            raise SignatureRefusedError("no known key signed this note")
        return tuple(found)


def _check_text(text: str) -> None:
    if not text.endswith("\n") or any(character < " " and character != "\n" for character in text):
        raise MalformedNoteError(
            "the text of a note ends with a newline and holds no other control character"
        )
