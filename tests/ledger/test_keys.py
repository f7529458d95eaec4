"""Secret keys: where they lie, who may read them, and what is said when something is wrong."""

from __future__ import annotations

import os
import shlex
import stat
import sys
from base64 import b64encode
from pathlib import Path

import pytest

from garant.ledger import (
    KEY_NAMES,
    LOSS_EXPLAINED,
    KeyCommand,
    KeyExposedError,
    KeyFolder,
    KeyMissingError,
    KeySourceFixedError,
    KeyUnreadableError,
    LedgerError,
    key_source,
)
from garant.ledger import keys as module
from garant.ledger.keys import KeyName, decode_key, encode_key

NAME: KeyName = "ledger-signature"
SECRET = bytes(range(32))
LINE = encode_key(NAME, SECRET)


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "keys")


def script(tmp_path: Path, code: str) -> KeyCommand:
    """A key command made of a line of Python."""
    file = tmp_path / "fetch key.py"
    file.write_text(f"import sys, time\n{code}\n")
    return KeyCommand(f"{shlex.quote(sys.executable)} {shlex.quote(str(file))}")


def test_a_key_is_made_for_its_owner_alone(folder: KeyFolder) -> None:
    made = [folder.create(name) for name in KEY_NAMES]
    assert len(set(made)) == len(KEY_NAMES)
    for name, key in zip(KEY_NAMES, made, strict=True):
        assert folder.read(name) == key
        assert stat.S_IMODE(folder.path(name).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.folder.stat().st_mode) == 0o700


def test_a_loose_umask_changes_nothing(folder: KeyFolder) -> None:
    before = os.umask(0)
    try:
        folder.create(NAME)
    finally:
        os.umask(before)
    assert folder.read(NAME)


def test_a_key_is_never_written_over(folder: KeyFolder) -> None:
    key = folder.create(NAME)
    with pytest.raises(FileExistsError):
        folder.create(NAME)
    assert folder.read(NAME) == key


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602, 0o777])
def test_a_key_open_to_others_is_refused_loudly(folder: KeyFolder, mode: int) -> None:
    folder.create(NAME)
    folder.path(NAME).chmod(mode)
    with pytest.raises(KeyExposedError, match=rf"mode {mode:04o}.*chmod 600"):
        folder.read(NAME)


def test_a_folder_open_to_others_is_refused_loudly(folder: KeyFolder) -> None:
    folder.create(NAME)
    folder.folder.chmod(0o755)
    with pytest.raises(KeyExposedError, match="chmod 700"):
        folder.read(NAME)
    with pytest.raises(KeyExposedError, match="chmod 700"):
        folder.create("session")


def test_a_key_of_someone_else_is_refused(folder: KeyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.create(NAME)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(KeyExposedError, match="owner"):
        folder.read(NAME)


def test_a_link_is_not_a_key(folder: KeyFolder, tmp_path: Path) -> None:
    folder.create(NAME)
    folder.path("session").symlink_to(folder.path(NAME))
    with pytest.raises(KeyUnreadableError):
        folder.read("session")


def test_a_missing_key_says_what_to_type(folder: KeyFolder) -> None:
    with pytest.raises(KeyMissingError, match="garant init"):
        folder.read(NAME)


def test_a_successor_waits_and_then_takes_over(folder: KeyFolder) -> None:
    old = folder.create(NAME)
    new = folder.create(NAME, pending=True)
    assert folder.read(NAME) == old != new
    folder.promote(NAME)
    assert folder.read(NAME) == new
    with pytest.raises(KeyMissingError):
        folder.read(NAME, pending=True)
    assert not any(old in file.read_bytes() for file in folder.folder.iterdir())


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\xff\xfe",
        LINE.replace(b"ledger-signature", b"session"),
        LINE.replace(b":1:", b":2:"),
        LINE.replace(b"=", b"!"),
        b"garant-key:1:ledger-signature:" + b64encode(b"short"),
    ],
)
def test_a_line_that_is_not_the_key_is_refused_and_never_repeated(folder: KeyFolder, line: bytes) -> None:
    folder.create(NAME)
    folder.path(NAME).write_bytes(line)
    with pytest.raises(KeyUnreadableError) as caught:
        folder.read(NAME)
    assert b64encode(SECRET).decode()[:20] not in f"{caught.value.text}{caught.getrepr()}"


def test_a_command_gives_the_key_it_is_asked_for(tmp_path: Path) -> None:
    command = script(tmp_path, f"print(sys.argv[1] == 'ledger-signature' and {LINE.decode().strip()!r})")
    assert command.read(NAME) == SECRET
    pending = script(tmp_path, f"print(sys.argv[1] == 'ledger-signature.next' and {LINE.decode().strip()!r})")
    assert pending.read(NAME, pending=True) == SECRET
    with pytest.raises(KeyUnreadableError):
        pending.read(NAME)


def test_a_command_is_run_without_a_shell(tmp_path: Path) -> None:
    command = KeyCommand(f"echo ok ; touch {tmp_path / 'pwned'}")
    with pytest.raises(KeyUnreadableError):
        command.read(NAME)
    assert not (tmp_path / "pwned").exists()


def test_a_command_that_fails_says_so_without_what_it_printed(tmp_path: Path) -> None:
    printed = LINE.decode().strip()
    failing = script(tmp_path, f"print({printed!r}); print({printed!r}, file=sys.stderr); sys.exit(3)")
    with pytest.raises(KeyUnreadableError, match="exit 3") as caught:
        failing.read(NAME)
    assert printed[-20:] not in f"{caught.value.text}{caught.getrepr(chain=True)}"
    with pytest.raises(KeyUnreadableError, match="No such file"):
        KeyCommand(str(tmp_path / "nothing")).read(NAME)


def test_a_command_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COMMAND_SECONDS", 0.2)
    with pytest.raises(KeyUnreadableError, match=r"0\.2 s"):
        script(tmp_path, "time.sleep(60)").read(NAME)


def test_keys_of_a_vault_are_not_written_here() -> None:
    command = KeyCommand("vault")
    for write in (lambda: command.create(NAME), lambda: command.create(NAME, pending=True)):
        with pytest.raises(KeySourceFixedError, match="vault"):
            write()
    with pytest.raises(KeySourceFixedError, match="vault"):
        command.promote(NAME)


def test_the_environment_chooses_the_source(tmp_path: Path) -> None:
    assert isinstance(key_source(tmp_path, {}), KeyFolder)
    assert isinstance(key_source(tmp_path, {"GARANT_KEYS_COMMAND": "  "}), KeyFolder)
    source = key_source(tmp_path, {"GARANT_KEYS_COMMAND": "vault read 'a b'"})
    assert isinstance(source, KeyCommand)
    assert source.argv == ["vault", "read", "a b"]


def test_a_key_line_is_read_back() -> None:
    assert decode_key(NAME, LINE, "here") == SECRET


def test_the_loss_of_each_key_is_explained_in_both_languages() -> None:
    for language in ("fr", "en"):
        said = LOSS_EXPLAINED.to(language)
        assert all(name in said for name in KEY_NAMES)
    assert "Perdue\u202f:" in LOSS_EXPLAINED.fr


def test_an_error_speaks_both_languages() -> None:
    error = LedgerError("non", "no")
    assert (str(error), error.text.to("fr"), error.text.to("en")) == ("no", "non", "no")
