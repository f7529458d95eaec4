"""The installation's secret keys: outside the database, in a folder only their owner can read, or behind a
command.

Four keys, 32 bytes each, one file each: `<name>.key`, mode 0600, one line `garant-key:1:<name>:<Base64>`.
The name is in the file so that two files cannot be mistaken for each other.
"""

import os
import shlex
import stat
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, Protocol

from garant.ledger.commitments import KEY_BYTES, new_key
from garant.ledger.words import LedgerError, Text

KeyName = Literal["ledger-signature", "subject-commitments", "archive", "session"]
KEY_NAMES: Final[tuple[KeyName, ...]] = ("ledger-signature", "subject-commitments", "archive", "session")
COMMAND_VARIABLE: Final = "GARANT_KEYS_COMMAND"
COMMAND_SECONDS: Final = 30
_HEADER: Final = "garant-key:1"
_NEXT: Final = ".next"
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO

LOSS_EXPLAINED: Final = Text(
    fr=(
        "Quatre clés sont créées, et Garant n’en garde aucune copie. "
        "Sauvegardez-les à part de la base de données.\n"
        "• ledger-signature signe le registre. "
        "Perdue : les preuves déjà remises restent vérifiables, mais rien de nouveau ne peut être signé "
        "au nom du même registre ; il faut publier une nouvelle clé, et l’expliquer à ceux qui vérifient. "
        "Volée : remplacez-la aussitôt.\n"
        "• subject-commitments protège les clés des personnes. "
        "Perdue : plus aucun engagement du registre ne peut être rattaché à quelqu’un ; "
        "les quantités, les dates et les empreintes restent prouvées.\n"
        "• archive ouvre les dossiers de l’archive intermédiaire. "
        "Perdue\u202f: plus aucun d’eux ne peut être lu. Seuls ceux qui peuvent les consulter doivent l’avoir.\n"
        "• session protège les sessions du site. Perdue : chacun se connecte de nouveau.\n"
        "Personne ne peut les reconstituer, nous non plus."
    ),
    en=(
        "Four keys are made, and Garant keeps no copy of them. Back them up apart from the database.\n"
        "• ledger-signature signs the ledger. "
        "Lost: proofs already handed out stay verifiable, but nothing new can be signed in the name of the "
        "same ledger; you must publish a new key, and explain it to those who verify. "
        "Stolen: replace it at once.\n"
        "• subject-commitments protects the keys of people. "
        "Lost: no commitment of the ledger can be linked to anyone any more; "
        "counts, dates and digests stay proved.\n"
        "• archive opens the records of the intermediate archive. "
        "Lost: none of them can be read any more. Only those who may consult them should have it.\n"
        "• session protects the sessions of the site. Lost: everyone signs in again.\n"
        "No one can make them again, and neither can we."
    ),
)


class KeyMissingError(LedgerError):
    """There is no such key yet."""


class KeyExposedError(LedgerError):
    """A key, or its folder, is open to others than its owner."""


class KeyUnreadableError(LedgerError):
    """A key file or the answer of a command is not a key, or the command failed."""


class KeySourceFixedError(LedgerError):
    """Keys that a command fetches cannot be written by Garant."""


class KeySource(Protocol):
    """Where keys come from."""

    def read(self, name: KeyName, *, pending: bool = False) -> bytes:
        """The 32 bytes of a key; of its announced successor when `pending`."""
        ...

    def create(self, name: KeyName, *, pending: bool = False) -> bytes:
        """Make a key that is not there yet."""
        ...

    def promote(self, name: KeyName) -> None:
        """Let the announced successor take the place of a key; the old one is destroyed."""
        ...


class KeyFolder:
    """Keys as files in a folder that only their owner can read."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; it is made with the first key."""
        self.folder = folder

    def path(self, name: KeyName, *, pending: bool = False) -> Path:
        """The file of a key."""
        return self.folder / f"{name}{_NEXT if pending else ''}.key"

    def read(self, name: KeyName, *, pending: bool = False) -> bytes:
        """Read a key. Raises KeyMissingError, KeyExposedError or KeyUnreadableError."""
        path = self.path(name, pending=pending)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            raise _missing(name, str(path)) from None
        except OSError as error:
            raise _unreadable(str(path), error.strerror or "OSError") from None
        with os.fdopen(descriptor, "rb") as file:
            _refuse_exposed(self.folder, self.folder.stat())
            _refuse_exposed(path, os.fstat(descriptor))
            return decode_key(name, file.read(1024), str(path))

    def create(self, name: KeyName, *, pending: bool = False) -> bytes:
        """Make a key, mode 0600, on disk before this returns. Raises FileExistsError rather than lose one."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_exposed(self.folder, self.folder.stat())
        key = new_key()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with os.fdopen(os.open(self.path(name, pending=pending), flags, 0o600), "wb") as file:
            file.write(encode_key(name, key))
            file.flush()
            os.fsync(file.fileno())
        return key

    def promote(self, name: KeyName) -> None:
        """Replace a key by its successor, in one step of the file system."""
        self.path(name, pending=True).replace(self.path(name))


class KeyCommand:
    """Keys that a command fetches, from a vault or a hardware module: `<command> <key name>` prints the key
    line."""

    def __init__(self, command: str) -> None:
        """Split the command as a shell would, without a shell. Raises ValueError for an open quote."""
        self.argv = shlex.split(command)

    def read(self, name: KeyName, *, pending: bool = False) -> bytes:
        """Run the command. Raises KeyUnreadableError, which never repeats what the command printed."""
        asked = f"{name}{_NEXT if pending else ''}"
        try:
            done = subprocess.run(  # noqa: S603 - the operator's own command, without a shell
                [*self.argv, asked], capture_output=True, check=True, timeout=COMMAND_SECONDS
            )
        except subprocess.CalledProcessError as error:
            raise _unreadable(COMMAND_VARIABLE, f"exit {error.returncode}") from None
        except subprocess.TimeoutExpired:
            raise _unreadable(COMMAND_VARIABLE, f"{COMMAND_SECONDS} s") from None
        except OSError as error:
            raise _unreadable(COMMAND_VARIABLE, error.strerror or "OSError") from None
        return decode_key(name, done.stdout, COMMAND_VARIABLE)

    def create(self, name: KeyName, *, pending: bool = False) -> bytes:
        """Raises KeySourceFixedError: only the vault can make its keys."""
        raise _fixed(f"{name}{_NEXT if pending else ''}")

    def promote(self, name: KeyName) -> None:
        """Raises KeySourceFixedError: only the vault can replace its keys."""
        raise _fixed(name)


def key_source(folder: Path, environment: Mapping[str, str]) -> KeySource:
    """The command of GARANT_KEYS_COMMAND where it is set, else the folder."""
    command = environment.get(COMMAND_VARIABLE, "").strip()
    return KeyCommand(command) if command else KeyFolder(folder)


def encode_key(name: KeyName, key: bytes) -> bytes:
    """The line that holds a key."""
    return f"{_HEADER}:{name}:{b64encode(key).decode()}\n".encode()


def decode_key(name: KeyName, line: bytes, place: str) -> bytes:
    """Read the line of a key. Raises KeyUnreadableError, which never repeats the line."""
    header, _, encoded = line.decode(errors="replace").strip().rpartition(":")
    if header != f"{_HEADER}:{name}":
        raise _unreadable(place, f"{_HEADER}:{name}:…")
    try:
        key = b64decode(encoded, validate=True)
    except ValueError:
        raise _unreadable(place, "Base64") from None
    if len(key) != KEY_BYTES:
        raise _unreadable(place, f"{len(key)} ≠ {KEY_BYTES}")
    return key


def _refuse_exposed(path: Path, found: os.stat_result) -> None:
    """Raise KeyExposedError when others may touch it, or when it belongs to someone else."""
    mode = stat.S_IMODE(found.st_mode)
    if mode & _OTHERS or found.st_uid != os.geteuid():
        wanted = "700" if stat.S_ISDIR(found.st_mode) else "600"
        raise KeyExposedError(
            fr=f"{path} est ouvert à d’autres (mode {mode:04o}, propriétaire {found.st_uid}). "
            f"Tapez : chmod {wanted} {path} ; et si quelqu’un a pu lire la clé, remplacez-la.",
            en=f"{path} is open to others (mode {mode:04o}, owner {found.st_uid}). "
            f"Type: chmod {wanted} {path}; and if anyone may have read the key, replace it.",
        )


def _missing(name: str, place: str) -> KeyMissingError:
    return KeyMissingError(
        fr=f"La clé {name} n’existe pas ({place}). Tapez : garant init ; ou restaurez-la de votre "
        "sauvegarde.",
        en=f"There is no key {name} ({place}). Type: garant init; or restore it from your backup.",
    )


def _unreadable(place: str, why: str) -> KeyUnreadableError:
    return KeyUnreadableError(
        fr=f"{place} ne donne pas de clé lisible ({why}). Attendu : une ligne {_HEADER}:nom:Base64 de 32 "
        "octets.",
        en=f"{place} gives no readable key ({why}). Expected: one line {_HEADER}:name:Base64 of 32 bytes.",
    )


def _fixed(name: str) -> KeySourceFixedError:
    return KeySourceFixedError(
        fr=f"La clé {name} vient de {COMMAND_VARIABLE} : créez-la ou remplacez-la dans le coffre qui la "
        "garde.",
        en=f"The key {name} comes from {COMMAND_VARIABLE}: make or replace it in the vault that keeps it.",
    )
