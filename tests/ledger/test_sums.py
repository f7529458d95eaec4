"""An export whose entries do not add up is refused, even where the signature key itself signed them so."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garant.ledger import verify_export
from garant.ledger.canonical import canonical_json
from garant.ledger.entries import write_instant
from garant.ledger.sums import Sums
from tests.ledger.logs import ORIGIN, START, MemoryLog, key

Told = tuple[str, int, dict[str, Any]]
"""A kind, the minute of its instant, a payload."""


def written(told: Told) -> bytes:
    kind, minute, payload = told
    at = write_instant(START + timedelta(minutes=minute))
    return canonical_json({"actor": "garant", "at": at, "kind": kind, "payload": payload, "v": 1})


def approved(plan: str, more: int, minute: int = 1) -> list[Told]:
    parts = [("plan.people", minute, {"part": n, "people": [], "plan": plan}) for n in range(1, more + 1)]
    return [("plan.approved", minute, {"more": more, "people": [], "plan": plan}), *parts]


def searched(kind: str, more: int, minute: int) -> list[Told]:
    parts = [("subject.people", minute, {"of": kind, "part": n, "people": []}) for n in range(1, more + 1)]
    return [(kind, minute, {"more": more, "people": []}), *parts]


def held(hold: str, more: int) -> list[Told]:
    parts = [("hold.people", 3, {"hold": hold, "part": n, "people": []}) for n in range(1, more + 1)]
    return [("hold.placed", 3, {"hold": hold, "more": more}), *parts]


def receipt(run: str, rows: Sequence[int], recovered: bool, state: str) -> Told:
    tables = [{"deleted": n, "table": "t", "treated": n // 2} for n in rows]
    payload = {"recovered": recovered, "run": run, "state": state, "tables": tables}
    return "batch.recorded", 2, payload


def ran(run: str, receipts: Sequence[tuple[Sequence[int], bool, str]]) -> list[Told]:
    closed = {
        "run": run,
        "batches": len(receipts),
        "recovered": sum(recovered for _, recovered, _ in receipts),
        "blocked": sum(state == "blocked" for _, _, state in receipts),
        "rows": sum(n + n // 2 for rows, _, _ in receipts for n in rows),
    }
    return [*(receipt(run, *one) for one in receipts), ("run.finished", 4, closed)]


def problems(told: Sequence[Told]) -> list[str]:
    """What a verifier of the export says, offline."""
    log = MemoryLog().open()
    log.append(*map(written, told))
    log.sign()
    with TemporaryDirectory() as folder:
        report = verify_export(log.export(Path(folder) / "export"), [key(1).verifier(ORIGIN)])
    assert {problem.code for problem in report.problems} <= {"sum"}
    return [f"{problem.place}: {problem.seen}" for problem in report.problems]


RECEIPTS = st.tuples(
    st.lists(st.integers(0, 9), max_size=3), st.booleans(), st.sampled_from(["applied", "blocked"])
)
STORIES = st.tuples(
    st.lists(st.integers(0, 3), max_size=3).map(
        lambda parts: [entry for n, more in enumerate(parts) for entry in approved(f"{n:064}", more)]
    ),
    st.lists(RECEIPTS, max_size=4).map(lambda receipts: ran("run-1", receipts)),
    st.tuples(st.sampled_from(["subject.found", "residue.searched"]), st.integers(0, 3)).map(
        lambda found: searched(*found, minute=7)
    ),
    st.integers(0, 2).map(lambda more: held("h-1", more)),
).map(lambda parts: [entry for part in parts for entry in part])


@settings(max_examples=25)
@given(STORIES, st.data())
def test_what_adds_up_verifies_and_any_other_number_or_a_missing_part_does_not(
    story: list[Told], data: st.DataObject
) -> None:
    assert problems(story) == []
    counted = [
        (index, name)
        for index, (_, _, payload) in enumerate(story)
        for name in ("more", "part", "batches", "recovered", "blocked", "rows")
        if type(payload.get(name)) is int
    ]
    index, name = data.draw(st.sampled_from(counted))
    kind, minute, payload = story[index]
    changed = payload | {name: payload[name] + data.draw(st.integers(1, 3))}
    assert problems([*story[:index], (kind, minute, changed), *story[index + 1 :]])
    parts = [
        n for n, (kind, _, _) in enumerate(story) if kind.endswith(".people") or kind == "batch.recorded"
    ]
    if parts:
        gone = data.draw(st.sampled_from(parts))
        assert problems([*story[:gone], *story[gone + 1 :]])
        assert problems([*story[: gone + 1], *story[gone:]])


def test_it_says_where_and_what() -> None:
    plan = "a" * 64
    assert problems(approved(plan, 2)[:2]) == ["entry 2: more 2 ≠ 1"]
    assert problems([approved(plan, 2)[0], *approved(plan, 2)[2:]]) == [
        "entry 3: part 2 ≠ 1",
        "entry 2: more 2 ≠ 1",
    ]
    assert problems(approved(plan, 1)[1:]) == ["entry 2: part 1 of nothing"]
    (finished,) = ran("run-1", [])
    lost = finished[2] | {"rows": 9, "batches": 1}
    assert problems([("run.finished", 4, lost)]) == ["entry 2: batches 1 ≠ 0", "entry 2: rows 9 ≠ 0"]


def test_an_older_entry_without_the_number_means_no_further_one() -> None:
    assert problems([("plan.approved", 1, {"people": [], "plan": "a" * 64})]) == []
    assert problems([("some.thing", 1, {"more": 0})]) == []


@pytest.mark.parametrize(
    "entry",
    [
        b'{"more":',
        b'{"at":"x","kind":"run.finished","payload":[]}',
        b'{"at":"x","kind":"a.people","payload":{"a":[],"part":1}}',
        b'{"at":"x","kind":"batch.recorded","payload":{"run":"r"}}',
        b'{"more":' + b"[" * 30_000,
    ],
)
def test_what_cannot_be_read_is_a_problem_and_no_crash(entry: bytes) -> None:
    assert len(list(Sums().read(0, entry))) == 1


def test_other_entries_are_not_even_parsed() -> None:
    assert list(Sums().read(0, b"not JSON at all")) == []
    assert json.loads(written(("some.thing", 1, {"more": 0})))["payload"] == {"more": 0}
