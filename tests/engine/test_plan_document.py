"""The plan as a file: what was approved, or nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.engine.document import Plan, UnreadablePlan, read_plan, read_told
from garant.engine.planning.plan import plan_retention
from tests.engine.support.databases import SqliteFile
from tests.engine.support.shop import AS_OF, Shop


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plan]:
    """A real plan, read only."""
    shop = Shop(SqliteFile(tmp_path_factory.mktemp("plan") / "crm.sqlite")).create()
    shop.people(1, 2, 3, 4).invoice(2).meet(1, 1, 2)
    yield plan_retention(shop.policy, shop.system(), as_of=AS_OF)
    shop.close()


@pytest.fixture(scope="module")
def written(plan: Plan) -> bytes:
    return json.dumps(plan.document(), ensure_ascii=False).encode()


def read(content: bytes) -> Plan:
    return read_plan(json.loads(content))


def test_a_plan_is_read_as_it_was_written(plan: Plan, written: bytes) -> None:
    assert read(written) == plan
    assert read(written).digest == plan.digest
    assert read(json.dumps(json.loads(written), indent=3, sort_keys=True).encode()) == plan, (
        "layout does not count"
    )


@given(st.data())
def test_any_changed_byte_is_refused_or_changes_nothing(
    plan: Plan, written: bytes, data: st.DataObject
) -> None:
    where = data.draw(st.integers(0, len(written) - 1))
    changed = bytearray(written)
    changed[where] = data.draw(st.integers(0, 255))
    try:
        again = read(bytes(changed))
    except (UnreadablePlan, ValueError):
        return
    assert again == plan


@given(st.data())
def test_without_its_digest_a_changed_plan_has_another(plan: Plan, data: st.DataObject) -> None:
    """Whoever edits a plan may drop the digest; what was approved is the digest itself."""
    content = plan.canonical()
    where = data.draw(st.integers(0, len(content) - 1))
    changed = content[:where] + bytes([data.draw(st.integers(0, 255))]) + content[where + 1 :]
    try:
        again = read(changed)
    except (UnreadablePlan, ValueError):
        return
    assert (again.digest == plan.digest) == (again == plan)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_noise_is_no_plan(noise: bytes) -> None:
    with pytest.raises((UnreadablePlan, ValueError)):
        read(noise)


def changed(plan: Plan, **selection: Any) -> dict[str, Any]:
    document = json.loads(plan.canonical())
    document["selections"][0] |= selection
    return document


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"due": 3}, "not as many"),
        ({"keys": "AAAA"}, "keys of the plan are damaged"),
        ({"due": "four"}, "selections.0.due"),
        ({"surprise": 1}, "selections.0.surprise"),
    ],
)
def test_what_is_wrong_is_said(plan: Plan, part: dict[str, Any], said: str) -> None:
    with pytest.raises(UnreadablePlan, match=said):
        read_plan(changed(plan, **part))


@pytest.mark.parametrize("thing", [None, [], "plan", 1, {}, {"digest": "x"}, {"format": "garant-plan/2"}])
def test_other_json_is_no_plan(thing: object) -> None:
    with pytest.raises(UnreadablePlan):
        read_plan(thing)


def test_a_plan_nested_without_end_is_refused(plan: Plan) -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(UnreadablePlan):
        read_plan({**changed(plan), "corrections": deep})


def test_a_lone_surrogate_is_refused(plan: Plan) -> None:
    with pytest.raises(UnreadablePlan):
        read_plan({**changed(plan), "organisation": "\ud800"})


def test_a_digest_that_is_not_its_own_is_said(plan: Plan) -> None:
    with pytest.raises(UnreadablePlan, match=f"its digest is {plan.digest}, it says 00"):
        read_plan({**plan.document(), "digest": "00"})


def test_a_plan_holds_no_personal_data(plan: Plan, written: bytes, tmp_path: Path) -> None:
    for value in (b"N1", b"n1@x.example", b"+33100000001", b"hello 1", b"note 1"):
        assert value not in written


def test_once_carried_out_it_is_read_without_whom_it_was_about(plan: Plan) -> None:
    document = plan.document()
    nobody = {**document, "selections": [{**one, "keys": ""} for one in document["selections"]]}
    with pytest.raises(UnreadablePlan):
        read_plan(nobody)
    told = read_told(nobody)
    assert [one.actions for one in told.selections] == [one.actions for one in plan.selections]
    with pytest.raises(UnreadablePlan, match="not a plan of Garant"):
        read_told({"kind": "wish"})
