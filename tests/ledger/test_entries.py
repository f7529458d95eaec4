"""Entries: typed, canonical, and without room for personal data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from garant.ledger import (
    KINDS,
    Commitment,
    Count,
    Day,
    Digest,
    Entry,
    Key,
    MalformedEntryError,
    OrganisationCreated,
    Payload,
    Record,
    SubjectKeysDestroyed,
    entry_kind,
)
from garant.ledger.canonical import canonical_json
from tests.ledger.logs import START

CREATED = OrganisationCreated(organisation="demo", time_zone="Europe/Paris")


class Part(BaseModel):
    system: Key


@pytest.fixture
def registry() -> Iterator[None]:
    """Kinds made by a test go with it."""
    before = dict(KINDS)
    yield
    KINDS.clear()
    KINDS.update(before)


def test_an_entry_is_canonical_json() -> None:
    entry = Entry(CREATED, START, "cli", "organisation/demo")
    assert entry.canonical() == (
        b'{"actor":"cli","at":"2026-11-01T08:00:00.000000Z","key":"organisation/demo",'
        b'"kind":"organisation.created","payload":{"organisation":"demo","time_zone":"Europe/Paris"},"v":1}'
    )


@given(
    at=st.datetimes(timezones=st.timezones()),
    actor=st.from_regex(r"[a-z]{1,10}(:[a-z0-9]{1,20})?", fullmatch=True),
    key=st.none() | st.from_regex(r"[a-z0-9][a-z0-9/._-]{0,30}", fullmatch=True),
    keys=st.integers(0, 10**9),
)
def test_what_was_written_is_read_back(at: datetime, actor: str, key: str | None, keys: int) -> None:
    payload = SubjectKeysDestroyed(keys=keys)
    try:
        utc = at.astimezone(UTC)
    except OverflowError:
        with pytest.raises(MalformedEntryError, match="calendar"):
            Entry(payload, at)
        return
    record = Record.parse(Entry(payload, at, actor, key).canonical())
    assert (record.at, record.actor, record.key, record.kind) == (utc, actor, key, payload.kind)
    assert record.typed() == payload


def test_instants_are_kept_in_utc() -> None:
    paris = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert Record.parse(Entry(CREATED, paris).canonical()).at == datetime(2026, 7, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("actor", ["", "Ann Onymous", "ann@example.org", "é", "user:", "user:a b", "Ann"])
def test_an_actor_is_never_a_name_or_an_address(actor: str) -> None:
    with pytest.raises(MalformedEntryError, match="an actor"):
        Entry(CREATED, START, actor)


@pytest.mark.parametrize("key", ["", "a b", "/a", "a@b", "é", "a" * 201])
def test_an_idempotency_key_is_plain(key: str) -> None:
    with pytest.raises(MalformedEntryError, match="idempotency"):
        Entry(CREATED, START, "cli", key)


def test_an_instant_stays_in_the_calendar() -> None:
    beyond = datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-1)))
    with pytest.raises(MalformedEntryError, match="calendar"):
        Entry(CREATED, beyond)


def test_an_entry_needs_a_time_zone_and_a_registered_payload() -> None:
    with pytest.raises(MalformedEntryError, match="time zone"):
        Entry(CREATED, datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(MalformedEntryError, match="not registered"):
        Entry(Payload(), START)


def test_payloads_refuse_what_is_not_theirs() -> None:
    for values in ({"organisation": "a b", "time_zone": "UTC"}, {"organisation": "a"}, {"surname": "x"}):
        with pytest.raises(ValueError, match="OrganisationCreated"):
            OrganisationCreated.model_validate(values)


@pytest.mark.usefixtures("registry")
def test_a_kind_is_one_small_class() -> None:
    @entry_kind("test.made", fr="Essai.", en="Test.")
    class Made(Payload):
        """A test."""

        digest: Digest = Field(description="a digest")
        day: Day = Field(description="a day")
        rows: Count = Field(description="how many")
        state: Literal["applied", "blocked"] = Field(description="what became of it")
        one: Literal["only"] = Field(default="only", description="always the same")
        parts: list[Part] = Field(description="the parts")
        commitment: Commitment | None = Field(default=None, description="to a person")

    made = Made(digest="0" * 64, day=date(2026, 1, 2), rows=3, state="applied", parts=[Part(system="crm")])
    record = Record.parse(Entry(made, START).canonical())
    assert record.payload["day"] == "2026-01-02"
    assert "commitment" not in record.payload
    assert record.typed() == made


@pytest.mark.usefixtures("registry")
def test_a_kind_may_have_nothing_to_say() -> None:
    @entry_kind("test.silent", fr="Essai.", en="Test.")
    class Silent(Payload):
        """Nothing."""

    assert Record.parse(Entry(Silent(), START).canonical()).payload == {}


class _FreeText(Payload):
    name: str = Field(description="a name")


class _Fraction(Payload):
    share: float = Field(description="a share")


class _Anything(Payload):
    content: object = Field(description="anything")


class _Texts(Payload):
    texts: list[str] = Field(description="texts")


class _Things(Payload):
    things: list[Any] = Field(description="things")


class _Maybe(Payload):
    name: str | None = Field(default=None, description="a name, perhaps")


class _Loose(BaseModel):
    name: str


class _Nested(Payload):
    loose: list[_Loose] = Field(description="parts")


class _Mapping(Payload):
    names: dict[str, str] = Field(description="texts by name")


class _Undescribed(Payload):
    rows: Count


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (_FreeText, "free text"),
        (_Texts, "free text"),
        (_Maybe, "free text"),
        (_Nested, r"_Loose\.name could hold free text"),
        (_Anything, "anything"),
        (_Things, "anything"),
        (_Mapping, "anything"),
        (_Fraction, "fraction"),
        (_Undescribed, "no description"),
    ],
)
def test_a_kind_with_room_for_personal_data_is_refused(payload: type[Payload], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        entry_kind("test.refused", fr="Essai.", en="Test.")(payload)
    assert "test.refused" not in KINDS


@pytest.mark.usefixtures("registry")
def test_a_kind_has_a_name_of_its_own() -> None:
    with pytest.raises(ValueError, match=r"subject\.event"):
        entry_kind("Nothing", fr="", en="")(_FreeText)
    with pytest.raises(ValueError, match="already OrganisationCreated"):
        entry_kind("organisation.created", fr="", en="")(_FreeText)


def record_with(**changes: object) -> bytes:
    values = {
        "actor": "cli",
        "at": "2026-11-01T08:00:00.000000Z",
        "kind": "organisation.created",
        "payload": {"organisation": "demo", "time_zone": "UTC"},
        "v": 1,
    } | changes
    return canonical_json({name: value for name, value in values.items() if value is not ...})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        record_with(v=2),
        record_with(v=...),
        record_with(at="yesterday"),
        record_with(at=1),
        record_with(at="2026-11-01T08:00:00Z"),
        record_with(at="2026-11-01T08:00:00.000000"),
        record_with(at="2026-11-01T08:00:00.000000+00:00"),
        record_with(kind=...),
        record_with(payload=...),
        record_with() + b" ",
    ],
)
def test_what_is_not_an_entry_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedEntryError):
        Record.parse(data)


def test_a_record_of_another_program_is_read_but_not_typed() -> None:
    record = Record.parse(record_with(kind="later.invented", payload={"anything": 1}))
    assert record.payload == {"anything": 1}
    with pytest.raises(MalformedEntryError, match="not registered here"):
        record.typed()
    with pytest.raises(MalformedEntryError, match="does not say"):
        Record.parse(record_with(payload={"anything": 1})).typed()


@pytest.mark.usefixtures("registry")
def test_an_entry_too_long_for_the_log_is_refused() -> None:
    @entry_kind("test.long", fr="Essai.", en="Test.")
    class Long(Payload):
        """Long."""

        systems: list[Key] = Field(description="systems")

    with pytest.raises(MalformedEntryError, match="longer than 65535"):
        Entry(Long(systems=["s" * 100] * 700), START).canonical()
