"""The file that a backup is: a manifest and what it lists, in one tar, encrypted with age.

It has its name once it is whole and on the disk, never before. The manifest comes first and carries a MAC under
a key of the installation: whoever only has the public key that backups are encrypted for cannot make one up.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import tarfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal

import pyrage as _pyrage
from pydantic import BaseModel, ConfigDict, ValidationError

from garant.apps.backups import refusals
from garant.ledger.keys import KeyMissingError, KeySource, KeyUnreadableError

age: Any = _pyrage
"""It comes without types."""

FORMAT: Literal["garant-backup/1"] = "garant-backup/1"
SUFFIX = ".garant.age"

NEEDED = ("ledger-signature", "subject-commitments", "archive")
"""The keys without which a restored installation is of no use; that of sessions is not one."""

_MANIFEST, _MAC = "manifest.json", "manifest.mac"
_NAME, _SEAL = b"garant/backup-key-name/1", b"garant/backup-manifest/1"
_LONGEST_IDENTITY = 65_536


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Ledger(_Model):
    """The head of an organisation's ledger as it is in the backup."""

    size: int
    root: str


class Sealed(_Model):
    """One file of the backup."""

    bytes: int
    sha256: str


class Manifest(_Model):
    """What a backup holds. `made_at`: the instant (UTC) from which on something done may not be in it."""

    format: Literal["garant-backup/1"] = FORMAT
    version: str
    made_at: datetime
    database: Literal["sqlite", "postgresql"]
    counts: dict[str, int]
    ledgers: dict[str, Ledger]
    keys: dict[str, str]
    files: dict[str, Sealed]

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(self.counts.values())


def key_names(keys: KeySource) -> dict[str, str]:
    """A name for each key that a restore needs, which tells nothing of it. Raises what reading a key raises."""
    return {name: hmac.digest(keys.read(name), _NAME, "sha256").hex()[:32] for name in NEEDED}


def refuse_foreign_keys(manifest: Manifest, keys: KeySource) -> None:
    """Raise BackupRefusedError unless the keys at hand are those of the backup."""
    missing: list[str] = []
    for name in NEEDED:
        with suppress(KeyMissingError, KeyUnreadableError):
            if hmac.digest(keys.read(name), _NAME, "sha256").hex()[:32] == manifest.keys.get(name):
                continue
        missing.append(name)
    if missing:
        raise refusals.foreign_keys(missing)


def seal(folder: Path, names: Sequence[str]) -> dict[str, Sealed]:
    """What the files of a folder are."""
    return {
        name: Sealed(bytes=(folder / name).stat().st_size, sha256=digest(folder / name)) for name in names
    }


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def recipients(texts: Sequence[str]) -> list[Any]:
    """The public keys that a backup is encrypted for. Raises BackupRefusedError."""
    if not texts:
        raise refusals.no_recipient()
    found: list[Any] = []
    for text in texts:
        try:
            found.append(age.x25519.Recipient.from_str(text))
        except age.RecipientError:
            raise refusals.bad_recipient(text) from None
    return found


def identities(path: Path | None) -> list[Any]:
    """The secret keys in a file, one a line, as age-keygen writes them. Raises BackupRefusedError."""
    if path is None:
        raise refusals.no_identity()
    with path.open(errors="replace") as file:
        lines = file.read(_LONGEST_IDENTITY).splitlines()
    try:
        found = [
            age.x25519.Identity.from_str(line.strip()) for line in lines if line.strip().startswith("AGE-")
        ]
    except age.IdentityError:
        found = []
    if not found:
        raise refusals.bad_identity(str(path))
    return found


def new_identity(path: Path) -> str:
    """Write a new secret key to a new file that only its owner reads; its public key."""
    made = age.x25519.Identity.generate()
    public = str(made.to_public())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"# public key: {public}\n{made}\n")
        file.flush()
        os.fsync(file.fileno())
    return public


def write(folder: Path, manifest: Manifest, keys: KeySource, out: Path, to: Sequence[Any]) -> None:
    """Write a backup from the files of a folder; it has its name once it is whole.

    Raises FileExistsError: there is a file of that name.
    """
    if out.exists():
        raise FileExistsError(17, os.strerror(17), str(out))
    text = manifest.model_dump_json(indent=2).encode()
    (folder / _MANIFEST).write_bytes(text)
    (folder / _MAC).write_text(_mac(keys, text))
    packed = folder / "packed.tar.gz"
    with tarfile.open(packed, "w:gz", compresslevel=6) as tar:
        for name in (_MANIFEST, _MAC, *manifest.files):
            tar.add(folder / name, arcname=name, recursive=False, filter=_anonymous)
    partial = out.with_name(f".{out.name}.partial")
    partial.unlink(missing_ok=True)
    with (
        packed.open("rb") as source,
        os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target,
    ):
        age.encrypt_io(source, target, to)
        target.flush()
        os.fsync(target.fileno())
    partial.rename(out)
    _sync(out.parent)


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Nothing of the machine that it was made on."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(path: Path, mine: Sequence[Any], into: Path) -> tuple[Manifest, bytes, str]:
    """Open a backup into an empty folder and hold every file against the manifest.

    Returns the manifest, its bytes and its MAC, for `refuse_forged`. Raises BackupRefusedError.
    """
    packed = into / "packed.tar.gz"
    with path.open("rb") as source, private(packed) as target:
        try:
            age.decrypt_io(source, target, mine)
        except (age.DecryptError, OSError) as error:
            raise refusals.unreadable(str(error).splitlines()[0][:200]) from None
    try:
        with tarfile.open(packed, "r:gz") as tar:
            tar.extractall(into, filter="data")
        text = (into / _MANIFEST).read_bytes()
        manifest = Manifest.model_validate_json(text)
        mac = (into / _MAC).read_text()
    except (tarfile.TarError, OSError, EOFError, ValidationError) as error:
        raise refusals.unreadable(type(error).__name__) from None
    packed.unlink()
    _refuse_changed(manifest.files, into)
    return manifest, text, mac


def private(path: Path) -> BinaryIO:
    """A new file that only its owner reads, open for writing."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _refuse_changed(files: Mapping[str, Sealed], folder: Path) -> None:
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    if there != {*files, _MANIFEST, _MAC}:
        raise refusals.unreadable("files")
    for name, sealed in files.items():
        if digest(folder / name) != sealed.sha256:
            raise refusals.unreadable(name)


def refuse_forged(text: bytes, mac: str, keys: KeySource) -> None:
    """Raise BackupRefusedError unless the manifest was written where these keys are."""
    if not hmac.compare_digest(_mac(keys, text), mac.strip()):
        raise refusals.unreadable("MAC")


def _mac(keys: KeySource, text: bytes) -> str:
    key = hmac.digest(keys.read("subject-commitments"), _SEAL, "sha256")
    return hmac.digest(key, text, "sha256").hex()
