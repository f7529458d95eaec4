"""Each field of the document is described: its form, its words in both languages, what it refers to."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from garant.policy import Period, Text, load_policy
from garant.policy.anatomy import Form, Section, Slot, referred, slots
from garant.policy.choices import in_words
from garant.policy.document import ControllerActivity, Cookies, Policy, Rights, SafeguardKind, Transfer
from garant.policy.document.base import Model
from garant.policy.document.categories import Event
from garant.policy.saying import day, listed, period
from tests.conftest import ROOT

REFERENCE = load_policy(ROOT / "examples" / "seipra-score" / "policy").document


def kinds(part: type[Model] = Policy) -> Iterator[type[Model]]:
    """Every kind of part that a policy may hold."""
    yield part
    for slot in slots(part).values():
        for inner in slot.parts:
            yield from kinds(inner)


EVERY = [(part, slot) for part in dict.fromkeys(kinds()) for slot in slots(part).values()]


def test_every_form_and_section_is_used() -> None:
    assert {slot.form for _, slot in EVERY} == set(get_args(Form))
    assert {slot.refers for _, slot in EVERY} - {None} == set(get_args(Section))


@pytest.mark.parametrize(("part", "slot"), EVERY, ids=lambda one: getattr(one, "name", None) or one.__name__)
def test_every_field_has_its_words(part: type[Model], slot: Slot) -> None:
    schema: Any = part.model_json_schema()["properties"][slot.name]
    assert slot.help == Text(fr=schema["x-fr"], en=schema["description"])
    for words in (slot.label, *slot.choices.values()):
        assert not words.missing()
        assert len(words.fr) < 65
        assert not words.fr.endswith(".")


@pytest.mark.parametrize(("part", "slot"), EVERY, ids=lambda one: getattr(one, "name", None) or one.__name__)
def test_the_form_is_what_the_values_are(part: type[Model], slot: Slot) -> None:
    for value in values(REFERENCE, part, slot.name):
        assert isinstance(value, FORMS[slot.form])


FORMS: dict[str, Any] = {
    "text": Text, "texts": tuple, "line": str, "url": str, "key": str, "keys": tuple, "country": str, "choice": str,
    "flag": bool, "answer": bool, "date": object, "period": Period, "number": int, "part": BaseModel, "parts": tuple, "map": dict,
}  # fmt: skip


def values(inside: Any, part: type[Model], name: str) -> Iterator[Any]:
    """Every value that the reference policy gives to a field."""
    if isinstance(inside, part) and getattr(inside, name) is not None:
        yield getattr(inside, name)
    if isinstance(inside, BaseModel):
        for field in type(inside).model_fields:
            yield from values(getattr(inside, field), part, name)
    elif isinstance(inside, dict | tuple):
        every: Any = inside.values() if isinstance(inside, dict) else inside
        for one in every:
            yield from values(one, part, name)


def test_some_fields() -> None:
    assert slots(ControllerActivity)["purposes"].required
    assert slots(Policy)["activities"].tag == "role"
    assert list(slots(Rights)["offered"].choices)[:2] == ["access", "rectification"]
    assert slots(Cookies)["choice_lifetime"].default == Period(months=6)
    assert slots(Event)["parent"].refers == "events"
    assert slots(Transfer)["country"].form == "country"
    assert slots(type(REFERENCE.organisation))["key"].refers is None


def test_what_may_be_referred_to() -> None:
    assert set(referred(REFERENCE, "receivers")) == {*REFERENCE.recipients, *REFERENCE.processors}
    assert referred(REFERENCE, "events")["last-contact"].en == "last contact"
    assert "support" in referred(REFERENCE, "purposes")


def test_words_of_values() -> None:
    assert list(in_words(get_args(SafeguardKind))) == list(get_args(SafeguardKind))
    with pytest.raises(LookupError, match="no words for red"):
        in_words(["red"])


def test_periods_days_and_lists() -> None:
    assert period(Period(2, 6)).fr == "2\u00a0ans et 6\u00a0mois"
    assert period(Period(1, 0, 1)).en == "1\u00a0year and 1\u00a0day"
    assert period(Period()).fr == "0\u00a0jour"
    import datetime

    assert day(datetime.date(2024, 6, 1)) == Text(fr="1er\u00a0juin\u00a02024", en="1\u00a0June\u00a02024")
    assert day(datetime.date(2024, 6, 10)).fr == "10\u00a0juin\u00a02024"
    assert listed(["a", "", "b", "c"], "fr") == "a, b et c"
    assert listed([], "en") == ""
