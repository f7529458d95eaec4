"""Encryption of records: AES-256-GCM (NIST SP 800-38D) in frames, under a key that serves once.

A record's key encrypts one record and nothing else, so that the frame's number can be the nonce. The number,
the record and whether it is the last frame are bound to each frame: none can be moved, cut off or replaced.
The record's key is itself encrypted (wrapped) by the archive's key, bound to the record. Whoever removes the
wrapped key has destroyed the record.
"""

from __future__ import annotations

import hmac
import os
import zlib
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from garant.systems.port import ConnectorError

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
FRAME: Final = 256 * 1024
"""Bytes of a frame before it is compressed, at most."""


class Unsealable(ConnectorError):
    """A record does not open: another archive key, or bytes that were changed."""


def new_record_key() -> bytes:
    """32 random bytes of the operating system."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, record: str, number: int, content: bytes, *, last: bool) -> bytes:
    """One frame: the content compressed, then encrypted."""
    return AESGCM(key).encrypt(
        number.to_bytes(_NONCE_BYTES), zlib.compress(content, 6), _bound(record, number, last)
    )


def unseal(key: bytes, record: str, number: int, frame: bytes, *, last: bool) -> bytes:
    """What :func:`seal` was given. Raises Unsealable."""
    try:
        packed = AESGCM(key).decrypt(number.to_bytes(_NONCE_BYTES), frame, _bound(record, number, last))
    except InvalidTag:
        raise Unsealable(f"record {record}: frame {number} is not what was written") from None
    return zlib.decompressobj().decompress(packed, FRAME)


def wrap(master: bytes, key: bytes, record: str) -> bytes:
    """A record's key, encrypted by the archive's key and bound to the record."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(master).encrypt(nonce, key, record.encode())


def unwrap(master: bytes, wrapped: bytes, record: str) -> bytes:
    """A record's key. Raises Unsealable."""
    try:
        return AESGCM(master).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], record.encode())
    except InvalidTag:
        raise Unsealable(f"record {record}: the archive key at hand does not open it") from None


def lookup_digest(key: bytes, kind: str, value: str) -> str:
    """The keyed hash (HMAC-SHA256) by which a record is found from an identity, in hexadecimal."""
    return hmac.new(key, f"{kind}\0{value}".encode("utf-8", "surrogatepass"), "sha256").hexdigest()


def _bound(record: str, number: int, last: bool) -> bytes:
    return f"{record}/{number}/{'last' if last else 'more'}".encode()
