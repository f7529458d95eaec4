"""The values a run will search for in the bytes: encrypted under a key of the run, which dies with it.

They are somebody's data, on their way out. They lie in Garant's database only as ciphertext (AES-256-GCM);
the key is a file in Garant's folder, outside that database, its logs and its backups, so that no copy of
the one is of use without the other. Killed, a run finds both again; finished, the key is destroyed.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from garant.systems.residue import Canary

_NONCE = 12
"""Bytes of a nonce (NIST SP 800-38D, section 8.2)."""


def lock(run_key: str, canaries: Iterable[Canary]) -> bytes:
    """Encrypt values under the key of a run, made when first needed."""
    plain = json.dumps([[c.system, c.table, c.column, c.value] for c in canaries]).encode()
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(_key(run_key)).encrypt(nonce, plain, run_key.encode())


def unlock(run_key: str, locked: bytes) -> list[Canary] | None:
    """Decrypt what ``lock`` encrypted; None when its key is not here any more."""
    path = _path(run_key)
    if not path.exists():
        return None
    try:
        plain = AESGCM(path.read_bytes()).decrypt(locked[:_NONCE], locked[_NONCE:], run_key.encode())
    except (InvalidTag, ValueError):
        return None
    return [Canary(*fields) for fields in json.loads(plain)]


def destroy(run_key: str) -> None:
    """Destroy the key of a run; harmless when there is none."""
    path = _path(run_key)
    if path.exists():
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            os.fsync(file.fileno())
        path.unlink()


def _key(run_key: str) -> bytes:
    """The key of a run: written whole before it has its name, so that a crash leaves none or all of it."""
    path = _path(run_key)
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = path.with_suffix(".new")
        made.unlink(missing_ok=True)
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(AESGCM.generate_key(256))
            file.flush()
            os.fsync(file.fileno())
        made.replace(path)
    return path.read_bytes()


def _path(run_key: str) -> Path:
    return Path(settings.GARANT_HOME) / "runs" / f"{run_key}.key"
