"""Systems worked by hand in plans: a task with words, never a count, never silence."""

from __future__ import annotations

from datetime import date

import pytest

from garant.engine.document import read_plan
from garant.engine.holds import Hold
from garant.engine.manual import ManualSource, request_tasks
from garant.engine.planning.plan import plan_retention
from garant.engine.planning.subject import plan_subject
from garant.engine.running.execution import Execution, PlanRefused
from garant.policy import parse_policy
from garant.policy.text import Text
from garant.systems.manual import ManualMap, ManualPromise, Requests, Responsible

POLICY = parse_policy(
    """\
organisation: {key: acme, name: Acme, time_zone: Europe/Paris}
retention:
  customers: {label: {fr: Clients}, trigger: end-of-relationship, phases: [{kind: active, period: P5Y}], fate: erase}
  prospects: {label: {fr: Prospects}, trigger: last-contact, phases: [{kind: active, period: P3Y}], fate: erase}
"""
)
DAY = date(2026, 11, 1)
HOLD = Hold(key="lawsuit", owner="dpo", reason="A lawsuit", identities=(("email", "a@b.example"),))


def archive(**changes: object) -> dict[str, ManualSource]:
    whole: dict[str, object] = {
        "system": "archive",
        "label": Text(fr="Archives", en="Archive"),
        "connector": "manual",
        "responsible": Responsible(name="Camille Exemple", email="camille@archive.example"),
        "days": 14,
        "promises": [
            ManualPromise(rule="customers", look_for=Text(fr="Boîtes C.", en="Boxes C.")),
            ManualPromise(rule="gone", look_for=Text(fr="Rien.", en="Nothing.")),
        ],
        "requests": Requests(erasure=Text(fr="Broyez.", en="Shred.")),
    }
    return {"archive": ManualSource(ManualMap.model_validate({**whole, **changes}), "ab" * 32)}


def test_a_sweep_asks_for_the_rules_that_are_kept_by_hand() -> None:
    plan = plan_retention(POLICY, {}, as_of=DAY, manual=archive())
    assert [(task.system, task.rule, task.look_for.en) for task in plan.tasks] == [
        ("archive", "customers", "Boxes C.")
    ]
    assert plan.unanswered == ["prospects"]
    assert plan.map_digests == {"archive": "ab" * 32}
    assert read_plan(plan.document()) == plan


def test_without_systems_by_hand_a_plan_keeps_its_digest() -> None:
    plan = plan_retention(POLICY, {}, as_of=DAY)
    assert b"tasks" not in plan.canonical()


@pytest.mark.parametrize(
    ("kind", "words"),
    [("erasure", "Shred."), ("rectification", "correct it"), ("restriction", "put it aside")],
)
def test_a_request_asks_everywhere_in_the_words_of_the_map_or_plain_ones(kind: str, words: str) -> None:
    plan = plan_subject(POLICY, {}, {"email": "a@b.example"}, kind, as_of=DAY, manual=archive())  # type: ignore[arg-type]
    (task,) = plan.tasks
    assert words in task.look_for.en
    assert task.identities == {"email": "a@b.example"}
    assert task.rule is None


def test_an_access_request_is_asked_for_a_copy_whatever_is_on_hold() -> None:
    (task,) = request_tasks("access", {"email": "a@b.example"}, archive(), [("h-1", "A lawsuit")])
    assert "hand a copy" in task.look_for.en
    assert (task.rule, task.holds, task.identities) == (None, [], {"email": "a@b.example"})


def test_who_looks_is_told_of_the_holds() -> None:
    sweep = plan_retention(POLICY, {}, as_of=DAY, manual=archive(), holds=[HOLD])
    asked = plan_subject(
        POLICY, {}, {"email": "a@b.example"}, "erasure", as_of=DAY, manual=archive(), holds=[HOLD]
    )
    for plan in (sweep, asked):
        assert ["lawsuit" in hold.en and "A lawsuit" in hold.fr for hold in plan.tasks[0].holds] == [True]
    aside = plan_subject(
        POLICY, {}, {"email": "a@b.example"}, "restriction", as_of=DAY, manual=archive(), holds=[HOLD]
    )
    assert aside.tasks[0].holds == []


def test_a_plan_of_tasks_alone_has_no_batch_and_nothing_left() -> None:
    plan = plan_retention(POLICY, {}, as_of=DAY, manual=archive())
    execution = Execution(plan, POLICY, {})
    assert execution.batch_keys() == []
    changed = plan.model_copy(update={"map_digests": {**plan.map_digests, "crm": "cd" * 32}})
    with pytest.raises(PlanRefused, match="crm"):
        Execution(changed, POLICY, {})
