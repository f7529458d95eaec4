"""Entries of the ledger: what happened, when, by whom — and no personal data.

An entry is canonical JSON: `actor`, `at`, `kind`, `payload`, `v`, and `key` where the event has an
idempotency key. Each kind is one small class. Registering it checks that no field could hold free text,
where a name or an address would end up: strings are keys, digests, dates … of a known form (GDPR art.
5(1)(c), data minimisation).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from garant.ledger.canonical import JsonObject, NotCanonicalError, canonical_json, read_canonical
from garant.ledger.tiles import LONGEST_ENTRY
from garant.ledger.words import Text

FORMAT: Final = 1
_FORMS: Final = {"pattern", "format", "enum", "const"}
_PLAIN: Final = {"string", "integer", "boolean", "null"}
_KIND: Final = re.compile(r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*", re.ASCII)
_ACTOR: Final = re.compile(r"[a-z][a-z-]{0,31}(:[A-Za-z0-9._-]{1,80})?", re.ASCII)
_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:-]{0,199}", re.ASCII)

PATTERNS: Final = {
    r"^[A-Za-z0-9][A-Za-z0-9._/:-]{0,127}$": "key",
    r"^(sha256:)?[0-9a-f]{64}$": "digest",
    r"^hmac-sha256:[0-9a-f]{64}$": "commitment",
    r"^[A-Za-z0-9+/]+={0,2}$": "Base64",
    r"^[^+\s]{1,200}\+[0-9a-f]{8}\+[A-Za-z0-9+/]+={0,2}$": "verifier key",
}
_KEY_FORM, _DIGEST_FORM, _COMMITMENT_FORM, _BASE64_FORM, _VERIFIER_FORM = PATTERNS

Key = Annotated[str, StringConstraints(pattern=_KEY_FORM)]
"""A stable key: of an organisation, a rule, a system, a table, a batch …"""
Digest = Annotated[str, StringConstraints(pattern=_DIGEST_FORM)]
"""SHA-256, in hexadecimal."""
Commitment = Annotated[str, StringConstraints(pattern=_COMMITMENT_FORM)]
"""A keyed commitment to a value that stays outside the ledger."""
Count = Annotated[int, Field(ge=0)]
"""How many."""
Base64 = Annotated[str, StringConstraints(pattern=_BASE64_FORM)]
"""Bytes in Base64."""
KeyText = Annotated[str, StringConstraints(pattern=_VERIFIER_FORM)]
"""A verifier key: `name+hash+base64`."""
Day = date
"""A calendar day, written YYYY-MM-DD."""


class MalformedEntryError(ValueError):
    """Bytes, or values, that are not an entry of the ledger."""


def write_instant(at: datetime) -> str:
    """An instant as entries hold it: UTC, six decimals, `Z` (RFC 3339).

    Raises MalformedEntryError for one without a zone, and for one that leaves the calendar in UTC.
    """
    if at.tzinfo is None:
        raise MalformedEntryError("the instant of an entry has a time zone")
    try:
        utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    except OverflowError as error:
        raise MalformedEntryError(f"{at} is not in the calendar") from error
    return utc.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def read_instant(text: str) -> datetime:
    """Read what `write_instant` wrote. Raises ValueError for any other form."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None or write_instant(at) != text:
        raise ValueError(f"not an instant: {text[:40]!r}")
    return at.astimezone(UTC)


class Payload(BaseModel):
    """What a kind of entry says. One subclass per kind, registered with `entry_kind`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    kind: ClassVar[str]
    title: ClassVar[Text]


KINDS: Final[dict[str, type[Payload]]] = {}
"""Every registered kind of entry, by its name."""

P = TypeVar("P", bound=Payload)


def entry_kind(kind: str, *, fr: str, en: str) -> Callable[[type[P]], type[P]]:
    """Register a class as the payload of a kind of entry, with the sentence that documents it.

    Raises ValueError for a name that is taken or not written `subject.event`, and TypeError for a field
    without a description or of a type that could hold free text or a fraction.
    """

    def register(payload: type[P]) -> type[P]:
        if not _KIND.fullmatch(kind):
            raise ValueError(f"a kind of entry is written subject.event, not {kind!r}")
        if kind in KINDS:
            raise ValueError(f"the kind {kind!r} is already {KINDS[kind].__qualname__}")
        payload.kind, payload.title = kind, Text(fr, en)
        for name, field in payload.model_fields.items():
            if not field.description:
                raise TypeError(f"{kind}: the field {name} has no description")
        _refuse_free_text(payload.model_json_schema(), kind)
        KINDS[kind] = payload
        return payload

    return register


def _refuse_free_text(schema: dict[str, Any], place: str) -> None:
    """Walk the JSON Schema of a payload. Raises TypeError for a place where free text would fit."""
    kind = schema.get("type")
    for name, part in [*schema.get("$defs", {}).items(), *schema.get("properties", {}).items()]:
        _refuse_free_text(part, f"{place}.{name}")
    if "anyOf" in schema or kind == "array":
        for part in schema.get("anyOf") or [schema.get("items", {})]:
            _refuse_free_text(part, place)
    elif kind == "string" and not schema.keys() & _FORMS:
        raise TypeError(f"{place} could hold free text: give it a pattern, an enumeration or a date type")
    elif kind == "number":
        raise TypeError(f"{place} could hold a fraction: the ledger counts in whole numbers")
    elif not (kind in _PLAIN or "properties" in schema or "$ref" in schema):
        raise TypeError(f"{place} could hold anything: name its fields and their types")


@dataclass(frozen=True, slots=True)
class Entry:
    """One event to be written.

    `at` is an instant (any zone, kept in UTC); `actor` is a role, or a role and a reference such as
    `user:7f3a…`, never a name or an address; `key` makes writing it again harmless: a log has each key
    once. Raises MalformedEntryError for an actor or a key of another form and for a naive instant.
    """

    payload: Payload
    at: datetime
    actor: str = "garant"
    key: str | None = None

    def __post_init__(self) -> None:
        if not _ACTOR.fullmatch(self.actor):
            raise MalformedEntryError(f"an actor is a role, or role:reference, not {self.actor!r}")
        if self.key is not None and not _KEY.fullmatch(self.key):
            raise MalformedEntryError(
                f"an idempotency key is at most 200 letters, digits and ._/:-, not {self.key!r}"
            )
        write_instant(self.at)
        if KINDS.get(self.kind) is not type(self.payload):
            raise MalformedEntryError(f"{type(self.payload).__name__} is not registered as a kind of entry")

    @property
    def kind(self) -> str:
        """The kind, known from the payload's class."""
        return getattr(self.payload, "kind", "")

    def canonical(self) -> bytes:
        """The bytes that go into the tree. Raises MalformedEntryError beyond 65,535 of them."""
        key = {} if self.key is None else {"key": self.key}
        data = canonical_json(
            {
                "actor": self.actor,
                "at": write_instant(self.at),
                **key,
                "kind": self.kind,
                "payload": self.payload.model_dump(mode="json", exclude_none=True),
                "v": FORMAT,
            }
        )
        if len(data) > LONGEST_ENTRY:
            raise MalformedEntryError(
                f"a {self.kind} entry of {len(data)} bytes is longer than {LONGEST_ENTRY}"
            )
        return data


@dataclass(frozen=True, slots=True)
class Record:
    """An entry read back. Its payload is raw, so that a log outlives the program that wrote it."""

    kind: str
    at: datetime
    actor: str
    key: str | None
    payload: JsonObject

    @classmethod
    def parse(cls, data: bytes) -> "Record":
        """Read the bytes of an entry. Raises MalformedEntryError."""
        try:
            found = read_canonical(data)
            at = read_instant(found["at"])
            record = cls(found["kind"], at, found["actor"], found.get("key"), found["payload"])
            if found["v"] != FORMAT:
                raise MalformedEntryError(f"an entry of the unknown format {found['v']!r}")
        except (NotCanonicalError, KeyError, TypeError, ValueError) as error:
            raise MalformedEntryError(f"not an entry of the ledger: {error}") from error
        return record

    def typed(self) -> Payload:
        """The payload as its registered class.

        Raises MalformedEntryError when it is unknown or does not fit.
        """
        payload = KINDS.get(self.kind)
        if payload is None:
            raise MalformedEntryError(f"the kind {self.kind!r} is not registered here")
        try:
            return payload.model_validate_json(canonical_json(self.payload))
        except ValidationError as error:
            raise MalformedEntryError(f"this {self.kind} entry does not say what it must: {error}") from error
