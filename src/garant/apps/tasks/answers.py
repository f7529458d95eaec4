"""The answer to a task as a signed text (C2SP signed note, Ed25519): written, signed and read without Garant's database.

garant-answer/1
task 1f0c…-archive-prospects
asked 9b1e…            the digest of what was asked
outcome done           or nothing-found, or refused
found 3
treated 3
reason                 required where refused, or where fewer were treated than found
"""

from __future__ import annotations

import json
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, cast, get_args

from garant.apps.tasks.entries import Outcome
from garant.apps.tasks.refusals import (
    answer_malformed,
    answer_unfit,
    key_file_unreadable,
    left_without_reason,
)
from garant.ledger.notes import MalformedNoteError, Note, SigningKey, VerifierKey, check_name

FORMAT: Final = "garant-answer/1"
_KEY_HEADER: Final = "garant-task-key:1"
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,8}")
_LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person states about one task."""

    task: str
    asked: str
    outcome: Outcome
    found: int
    treated: int
    reason: str = ""

    @property
    def left(self) -> int:
        """How many of what was found were left as they are."""
        return self.found - self.treated

    def text(self) -> str:
        """The text that is signed."""
        lines = (
            FORMAT,
            f"task {self.task}",
            f"asked {self.asked}",
            f"outcome {self.outcome}",
            f"found {self.found}",
            f"treated {self.treated}",
            f"reason {self.reason}".rstrip(),
        )
        return "".join(f"{line}\n" for line in lines)


def sign(answer: Answer, key: SigningKey, name: str) -> bytes:
    """The signed answer, as it is handed in."""
    check_answer(answer)
    return Note.signed(answer.text(), name, key).encode()


def read_answer(data: bytes) -> tuple[Answer, Note]:
    """Read a signed answer without trusting it.

    Raises RefusedError: not a signed note, or not the text of an answer.
    """
    try:
        note = Note.parse(data)
    except MalformedNoteError:
        raise answer_malformed() from None
    lines = note.text[:-1].split("\n")
    wanted = ("task", "asked", "outcome", "found", "treated", "reason")
    said = [line.partition(" ") for line in lines[1:]]
    if lines[0] != FORMAT or tuple(word for word, _, _ in said) != wanted:
        raise answer_malformed()
    values = {word: value for word, _, value in said}
    for name in ("found", "treated"):
        if not _NUMBER.fullmatch(values[name]):
            raise answer_malformed()
    answer = Answer(
        values["task"],
        values["asked"],
        cast("Outcome", values["outcome"]),
        int(values["found"]),
        int(values["treated"]),
        values["reason"],
    )
    check_answer(answer)
    if answer.text() != note.text:
        raise answer_malformed()
    return answer, note


def check_answer(answer: Answer) -> None:
    """Raises RefusedError where the parts of an answer do not go together."""
    if answer.outcome not in get_args(Outcome):
        raise answer_malformed()
    if answer.treated > answer.found:
        raise answer_unfit(
            f"Traités\u202f: {answer.treated}, trouvés\u202f: {answer.found}. On ne traite que ce qu’on a trouvé.",
            f"Treated: {answer.treated}, found: {answer.found}. One treats no more than one found.",
        )
    if answer.outcome == "nothing-found" and answer.found:
        raise answer_unfit(
            f"«\u202fnothing-found\u202f» dit que rien n’a été trouvé, et l’on en compte {answer.found}.",
            f"“nothing-found” says that nothing was found, and {answer.found} are counted.",
        )
    if answer.outcome == "refused" and not answer.reason.strip():
        raise answer_unfit(
            "Un refus dit pourquoi\u202f: ajoutez --reason, sans nommer personne.",
            "A refusal says why: add --reason, and name nobody.",
        )
    if answer.outcome == "done" and answer.left and not answer.reason.strip():
        raise left_without_reason(answer.left, answer.found)
    if len(answer.reason) > _LONGEST_REASON or any(ord(letter) < 32 for letter in answer.reason):
        raise answer_unfit(
            f"La raison tient en une ligne, de {_LONGEST_REASON} caractères au plus.",
            f"The reason is one line, of {_LONGEST_REASON} characters at most.",
        )


def statement_digest(statement: Mapping[str, Any]) -> str:
    """SHA-256 of what was asked, in one form only."""
    text = json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def new_key_file(path: Path, name: str) -> VerifierKey:
    """Make a person's key pair: the private half in a file of their own (mode 0600); gives the public half.

    Raises FileExistsError rather than lose a key, MalformedNoteError for an unfit name.
    """
    seed = os.urandom(32)
    verifier = SigningKey(seed).verifier(check_name(name))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(f"{_KEY_HEADER}:{name}:{b64encode(seed).decode()}\n".encode())
    return verifier


def read_key_file(path: Path) -> tuple[SigningKey, str]:
    """The private half of a person's key, and the name that it signs under. Raises RefusedError, OSError."""
    header, _, encoded = path.read_text(encoding="utf-8", errors="replace").strip().rpartition(":")
    if not header.startswith(f"{_KEY_HEADER}:"):
        raise key_file_unreadable(str(path))
    try:
        return SigningKey(b64decode(encoded, validate=True)), check_name(
            header.removeprefix(f"{_KEY_HEADER}:")
        )
    except ValueError:
        raise key_file_unreadable(str(path)) from None
