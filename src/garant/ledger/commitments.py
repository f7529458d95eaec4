"""Keyed commitments: how the ledger speaks of people without naming them.

An entry may carry `HMAC-SHA256(key of the person, value)`. Whoever holds the key and the value can show
that the entry is about them; once the key is destroyed the commitment points to no one (GDPR art. 4(5),
art. 17). The keys of people lie in the database, wrapped by a master key that does not.
"""

import hmac
import os
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from garant.ledger.canonical import Json, canonical_json

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_PREFIX: Final = "hmac-sha256:"


class UnwrapRefusedError(ValueError):
    """The master key does not open this wrapped key, or not for this owner."""


def new_key() -> bytes:
    """32 random bytes from the operating system."""
    return os.urandom(KEY_BYTES)


def commit(subject_key: bytes, value: Json) -> str:
    """Commit to a value: `hmac-sha256:` and HMAC-SHA256(key, canonical JSON of the value) in hexadecimal.

    Raises ValueError for a key that is not 32 bytes, and NotCanonicalError for a value JSON does not know.
    """
    return _PREFIX + hmac.new(_checked(subject_key), canonical_json(value), sha256).hexdigest()


def opens(subject_key: bytes, value: Json, commitment: str) -> bool:
    """Whether the commitment was made with this key to this value."""
    return hmac.compare_digest(commit(subject_key, value), commitment)


def reference(reference_key: bytes, *parts: str) -> str:
    """A stable pseudonym (64 hexadecimal digits) under which a person's key is filed, such as system, root,
    key. A part that is not Unicode (a key of a system may be any bytes) is its bytes, which no text is written as."""
    written: list[Json] = ["reference", *map(_unicode, parts)]
    return hmac.new(_checked(reference_key), canonical_json(written), sha256).hexdigest()


def _unicode(part: str) -> Json:
    try:
        part.encode()
    except UnicodeEncodeError:
        return {"bytes": part.encode("utf-8", "surrogatepass").hex()}
    return part


def wrap(master: bytes, key: bytes, owner: str) -> bytes:
    """Encrypt a key under the master (AES-256-GCM, NIST SP 800-38D), bound to its owner's reference."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(_checked(master)).encrypt(nonce, key, owner.encode())


def unwrap(master: bytes, wrapped: bytes, owner: str) -> bytes:
    """Decrypt a wrapped key. Raises UnwrapRefusedError when the master or the owner is another."""
    try:
        return AESGCM(_checked(master)).decrypt(
            wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], owner.encode()
        )
    except (InvalidTag, ValueError) as error:
        raise UnwrapRefusedError("this master key does not open this wrapped key") from error


def _checked(key: bytes) -> bytes:
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(key)}")
    return key
