"""What a request holds about a person: sealed under a key of the request, which is destroyed with it."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

from django.db.models import Subquery

from garant.apps.evidence import services as evidence
from garant.apps.rights.models import Request
from garant.apps.rights.words import Method
from garant.ledger.commitments import unwrap, wrap

_FILED = ("garant", "requests")
"""Under which the organisation's key of marks is filed: repetitions and links are known by hashes alone."""


@dataclass(slots=True)
class Whom:
    """Who asks, for whom, what they wrote, and what was written about it.

    Args:
        name: how they want to be called.
        email: where they are answered; shown to be theirs once a code came back.
        phone, number: by what else they may be known, as they said.
        message: what they wrote.
        about: for somebody else: that person's name, email, phone, number.
        now: for a rectification, what the systems hold in the columns that it corrects.
        values: for a rectification, each wrong value and the right one (kind, was, becomes); where it is not said
            which was wrong, every value of the kind.
        notes: what staff wrote: reasons of an extension, of a weighing, of a refusal; doubt about identity.
        kept: what stays after an erasure: why, and until when.
        letters: what is to be printed, for whoever gave no e-mail address.
        told: the recipients who were told.
        texts: for an access or a portability, the free texts that somebody reads before the package goes, others masked.
        files: for an access, the files that rows name, and whether each is left out: it is about others.
        hidden: the names of others that they found there.
        without: for a processor without whose copy the person is answered, why.
        places: of a restriction, the records that its runs were about; of an erasure, its plans: system, root, key.
        besides: what else was written: at, by which way, whether nobody showed it to be theirs, the question it answers.
        renamed: kind, value and the right one, of what a rectification of theirs corrected since this was asked: they are
            looked for as they are written now, and answered where they were.
        also: kind and value by which another request knew them, whose restriction ended while this one's went on.
    """

    name: str = ""
    email: str = ""
    phone: str = ""
    number: str = ""
    message: str = ""
    about: dict[str, str] = field(default_factory=dict[str, str])
    now: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    values: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    notes: dict[str, str] = field(default_factory=dict[str, str])
    kept: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    letters: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    told: list[str] = field(default_factory=list[str])
    texts: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    files: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    hidden: list[str] = field(default_factory=list[str])
    without: dict[str, str] = field(default_factory=dict[str, str])
    besides: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    also: list[list[str]] = field(default_factory=list[list[str]])
    places: list[list[Any]] = field(default_factory=list[list[Any]])
    renamed: list[list[str]] = field(default_factory=list[list[str]])

    def identities(self, identified_by: str = "") -> dict[str, str]:
        """By what systems may know the person that it is about.

        Args:
            identified_by: a method that shows an address, or an address and a telephone, and nothing of what was only
                said besides; without it, everything.
        """
        said = self.about or {"email": self.email, "phone": self.phone, "number": self.number}
        kinds = _SHOWN.get(identified_by, ("email", "phone", "number"))
        known = {kind: said[kind] for kind in kinds if said.get(kind)}
        for kind, was, becomes in self.renamed:
            if known.get(kind) == was:
                known[kind] = becomes
        return known


_SHOWN: Final = {Method.CODE.value: ("email",), Method.CALL.value: ("email", "phone")}


_NAMES = {one.name for one in fields(Whom)}


def person(key: str) -> tuple[str, str]:
    """Under what the key of a request is filed."""
    return ("request", key)


def key_of(request: Request) -> bytes:
    """The key of a request, asked for once for each time the row is read."""
    held = vars(request)
    if "_sealing" not in held:
        held["_sealing"] = evidence.subject_key(request.organisation, person(request.key))
    return held["_sealing"]


def knows(request: Request, earlier: Request) -> None:
    """Spare a locked row the question for its key, where an earlier reading of it has it: it is destroyed once a
    request has ended, and then for good."""
    vars(request)["_sealing"] = key_of(earlier)


def seal(request: Request, whom: Whom) -> None:
    """Put what is known about the person into the row, encrypted; the caller saves it."""
    data = json.dumps(asdict(whom)).encode()
    request.sealed = wrap(key_of(request), data, request.key)


def opened(request: Request) -> Whom | None:
    """What is known about the person; None once it was destroyed."""
    if request.sealed is None:
        return None
    found = json.loads(unwrap(key_of(request), bytes(request.sealed), request.key))
    if isinstance(found.get("values"), dict):  # as they were written before they were told apart
        found["values"] = [
            {"kind": kind, "was": "", "becomes": value} for kind, value in found["values"].items()
        ]
    return Whom(**{name: value for name, value in found.items() if name in _NAMES})


def opened_each(organisation: str, requests: Iterable[Request]) -> list[tuple[Request, Whom]]:
    """Several requests of an organisation, each with what is known about its person: their keys are one question."""
    every = [one for one in requests if one.sealed is not None]
    keys = evidence.subject_keys(organisation, [person(one.key) for one in every]) if every else []
    for one, key in zip(every, keys, strict=True):
        vars(one)["_sealing"] = key
    return [(one, whom) for one in every if (whom := opened(one)) is not None]


def mark(organisation: str, *parts: str) -> str:
    """A keyed hash: what is the same has the same, and nobody without the key can tell what it was."""
    return marks(organisation, parts)[0]


def marks_beside(organisation: str) -> dict[str, Subquery]:
    """What asks for the key of marks with the rows of another room, in the organisation's scope, if anything can."""
    asked = evidence.key_beside(organisation, _FILED)
    return {} if asked is None else {"marks_key": asked}


def marks(organisation: str, *several: Sequence[str], read: Any = None) -> list[str]:
    """The same of several at once; the key may have been read with a row."""
    key = evidence.key_read(organisation, _FILED, getattr(read, "marks_key", None))
    return [hmac.new(key, "\x1f".join(parts).encode(), "sha256").hexdigest() for parts in several]
