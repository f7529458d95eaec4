"""May this person's data be used for this purpose: the first reason that forbids it, and never a guess."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.policy.permission import Answer, Heirs, Known, Permissions
from tests.policy.policies import changed

LOOKED = frozenset({"customers", "invoices", "prospects", "meals"})
ORDERS, NEWS, SURVEY, MEALS = "customers/orders", "customers/news", "customers/survey", "canteen/meals"


@pytest.fixture(scope="module")
def permissions() -> Permissions:
    at = "activities.customers.purposes."
    said = {"fr": "Faire", "en": "Do"}
    policy = changed(
        (at + "survey", {"label": said, "legal_basis": {"ground": "consent"}}),
        (at + "study", {"label": said, "legal_basis": {"ground": "legitimate-interests"}}),
        (at + "bare", {"label": said}),
    )
    return Permissions(policy.document)


def judged(permissions: Permissions, name: str, *data: str, **known: Any) -> Answer:
    return permissions.judge(permissions.use(name), data, Known(**{"looked": LOOKED, **known}))


@pytest.mark.parametrize(
    ("name", "data", "known", "code"),
    [
        (ORDERS, (), {}, "permitted"),
        ("meals", ("allergies",), {}, "permitted"),
        (ORDERS, ("name",), {}, "permitted"),
        (NEWS, ("invoicing",), {}, "data-not-declared"),
        (ORDERS, ("salary-of-nobody",), {}, "data-not-declared"),
        ("sales/orders", (), {}, "purpose-unknown"),
        ("maintenance", (), {}, "purpose-unknown"),
        ("customers/bare", (), {}, "purpose-unknown"),
        (ORDERS, (), {"restricted": True}, "restricted"),
        (SURVEY, (), {"restricted": True}, "restricted"),
        (SURVEY, (), {"restricted": True, "consents": {SURVEY: True}}, "permitted"),
        (SURVEY, (), {}, "consent-missing"),
        (SURVEY, (), {"consents": {NEWS: True}}, "consent-missing"),
        (SURVEY, (), {"consents": {SURVEY: False}}, "consent-withdrawn"),
        (SURVEY, (), {"consents": {SURVEY: True}}, "permitted"),
        (NEWS, (), {"objections": frozenset({""})}, "objected"),
        (NEWS, (), {"objections": frozenset({NEWS})}, "objected"),
        (NEWS, (), {"objections": frozenset({ORDERS})}, "permitted"),
        (ORDERS, (), {"objections": frozenset({"", ORDERS})}, "permitted"),
        ("customers/study", (), {"objections": frozenset({"customers/study"})}, "objected"),
        ("customers/study", (), {"objections": frozenset({""})}, "permitted"),
        (NEWS, (), {"over": frozenset({"prospects"})}, "term-over"),
        (ORDERS, (), {"over": frozenset({"meals"})}, "permitted"),
        (ORDERS, ("name",), {"over": frozenset({"invoices"})}, "permitted"),
        (ORDERS, ("invoicing",), {"over": frozenset({"invoices"})}, "term-over"),
        (ORDERS, (), {"over": frozenset({"invoices"})}, "term-over"),
        (MEALS, (), {"looked": frozenset()}, "term-unknown"),
        (MEALS, (), {"looked": frozenset({"meals"})}, "permitted"),
        (ORDERS, (), {"looked": frozenset({"customers"})}, "term-unknown"),
    ],
)  # fmt: skip
def test_the_first_reason(
    permissions: Permissions, name: str, data: tuple[str, ...], known: dict[str, Any], code: str
) -> None:
    answer = judged(permissions, name, *data, **known)
    assert (answer.code, answer.allowed) == (code, code == "permitted")
    assert answer.because.fr
    assert answer.because.en
    assert answer.source.startswith("RGPD, art. ")


def test_a_name_that_two_activities_have_is_none(permissions: Permissions) -> None:
    twice = changed(("activities.canteen.purposes.orders.label", {"fr": "Commander", "en": "Order"}))
    assert Permissions(twice.document).use("orders") is None
    use = permissions.use("orders")
    assert use is not None
    assert use.name == ORDERS


def legitimate(*keys: str) -> Any:
    """The policy with purposes that are weighed, under these keys."""
    said = {"label": {"fr": "Faire", "en": "Do"}, "legal_basis": {"ground": "legitimate-interests"}}
    return changed(*((f"activities.customers.purposes.{key}", said) for key in keys)).document


def test_an_objection_goes_on_under_what_came_since_its_purpose_went() -> None:
    """Nobody knows under which name; what was there beside it has another."""
    now, before = legitimate("fraud", "inquiry"), legitimate("fraud", "study")
    objected = {"objections": frozenset({"customers/study"})}
    known, unknown = Permissions(now, [now, before]), Permissions(now, [now])
    for permissions, name, code in (
        (known, "customers/inquiry", "objected"),
        (known, "customers/fraud", "permitted"),
        (known, NEWS, "objected"),
        (known, ORDERS, "permitted"),
        (unknown, "customers/inquiry", "objected"),
        (unknown, "customers/fraud", "objected"),
        (unknown, ORDERS, "permitted"),
    ):
        assert judged(permissions, name, **objected).code == code, name
    assert Heirs(now, [before]).of("customers/fraud") == frozenset()
    assert Heirs(now, [before]).of("") == frozenset()
    twice = Heirs(legitimate("poll"), [now, before])
    assert twice.of("customers/study") == {NEWS, "customers/poll"}


names = st.sampled_from([ORDERS, NEWS, SURVEY, "customers/study", MEALS])
facts = st.fixed_dictionaries(
    {
        "consents": st.dictionaries(names, st.booleans()),
        "objections": st.frozensets(st.one_of(names, st.just(""))),
        "restricted": st.booleans(),
        "over": st.frozensets(st.sampled_from(sorted(LOOKED))),
        "looked": st.frozensets(st.sampled_from(sorted(LOOKED))),
    }
)


@given(name=names, known=facts, more=names)
def test_knowing_more_against_it_never_turns_a_no_into_a_yes(
    permissions: Permissions, name: str, known: dict[str, Any], more: str
) -> None:
    if judged(permissions, name, **known).allowed:
        return
    worse = {
        **known,
        "objections": known["objections"] | {more},
        "restricted": True,
        "over": known["over"] | {"prospects"},
        "looked": frozenset[str](),
    }
    assert not judged(permissions, name, **worse).allowed
