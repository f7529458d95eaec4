"""Whatever rows are changed, put in or taken out, the policy that comes of it shows them so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, assume, given
from hypothesis import Phase as Step
from hypothesis import strategies as st

from garant.policy import Period, Policy, RetentionRule, Text
from garant.policy.coverage import Coverage, Kept
from garant.policy.document import ControllerActivity, Organisation, Phase, Purpose
from garant.publish.register.cnil.importing import merged
from garant.publish.register.cnil.projection import categories_of, projected
from garant.publish.register.cnil.record import Record, Register, Row, same_rows
from garant.publish.register.cnil.vocabulary import row_of
from tests.engine.support.examples import examples
from tests.support.policies import KEYS, of, policies

ACTIVITIES = st.dictionaries(KEYS, of(ControllerActivity), min_size=1, max_size=3)
POLICIES = policies("recipients", "processors", "measures", activities=ACTIVITIES)
UNSHRUNK = (Step.explicit, Step.reuse, Step.generate)
"""Whole policies take minutes to shrink."""
NEW = [f"Chose nouvelle {number}" for number in range(30)]
"""Words that nothing has: a known word would mean a known thing."""


@st.composite
def edited(draw: st.DrawFn, policy: Policy, block: str) -> tuple[Record, Record]:
    """A record of the policy, and the same with some rows of one block changed."""
    records = [record for record in projected(policy).records if not draw(st.booleans())] or projected(
        policy
    ).records
    assume(records)
    record = draw(st.sampled_from(records))
    rows = list(getattr(record, block))
    for number in range(draw(st.integers(1, 3))):
        words = NEW[number * 5 + draw(st.integers(0, 4))]
        at = draw(st.integers(0, len(rows)))
        kind = draw(st.sampled_from(["insert", "change", "remove"]))
        if kind == "insert" or at == len(rows):
            rows.insert(at, made(block, words))
        elif kind == "change":
            rows[at] = made(block, words, rows[at])
        else:
            del rows[at]
    return record, replace(record, **{block: tuple(rows)})


def made(block: str, words: str, old: Row | None = None) -> Row:
    """A row of the block, new or with its label changed."""
    if block == "purposes":
        return Row((words, *(old.cells[1:] if old else ("Détail",))))
    if block == "people":
        return Row(((old.cells[0] if old else "Autres"), words, (old.cells[2] if old else "")))
    first = {"recipients": "Sous-traitants", "measures": "Chiffrement des données"}[block]
    return Row(((old.cells[0] if old else first), words))


def with_record(register: Register, old: Record, new: Record) -> Register:
    records = tuple(new if one.key == old.key else one for one in register.records)
    return replace(register, records=records)


def words_of(record: Record, block: str) -> list[tuple[str, ...]]:
    """The rows of a block, in no order; of people, whom it names."""
    rows: list[Any] = [row.cells for row in getattr(record, block)]
    return sorted([cells[1:2] for cells in rows] if block == "people" else rows)


@examples(120, phases=UNSHRUNK)
@given(
    data=st.data(), policy=POLICIES, block=st.sampled_from(["purposes", "people", "recipients", "measures"])
)
def test_rows_changed_are_shown_so(data: st.DataObject, policy: Policy, block: str) -> None:
    old, new = data.draw(edited(policy, block))
    assume(len({row.cells for row in getattr(new, block)}) == len(getattr(new, block)))
    before = projected(policy)
    taken = merged(policy, with_record(before, old, new), {one.sheet: one.key for one in before.records})
    assume(not any(note.kind == "lost" for note in taken.notes))
    # A purpose without its French is shown by its English, and does not come back as it was.
    uses = [use for activity in taken.policy.activities.values() for use in activity.purposes.values()]
    assume(all(use.label.fr.strip() for use in uses))
    shown = next(one for one in projected(taken.policy).records if one.key == old.key)
    found, wanted = words_of(shown, block), words_of(new, block)
    assert len(found) == len(wanted)
    assert all(same_rows(one, other) for one, other in zip(found, wanted, strict=True))
    shown_now = projected(taken.policy)
    again = merged(taken.policy, shown_now, {one.sheet: one.key for one in shown_now.records})
    assert (again.policy, again.notes) == (taken.policy, ())


POOL = ["identity", "name", "photograph", "habits", "economic", "invoicing", "cv", "nir", "health"]
DATA = st.lists(st.sampled_from(POOL), unique=True, max_size=5).map(tuple)
SAID = Text(fr="Dit", en="Said")


@st.composite
def kept_otherwise(draw: st.DrawFn) -> tuple[Policy, Record, str, Row]:
    """A policy with rules for its activities, and one line of one row of data of the first."""
    keys = ["a", "b", "c"][: draw(st.integers(1, 3))]
    purposes = {"p": Purpose(label=SAID, data=draw(DATA))}
    activities = {
        key: ControllerActivity(role="controller", label=SAID, data=draw(DATA), purposes=purposes)
        for key in keys
    }
    phases = (Phase(kind="active", period=Period(years=3)),)
    rules = {
        f"r{number}": RetentionRule(
            label=SAID,
            activities=tuple(draw(st.lists(st.sampled_from(keys), min_size=1, unique=True))),
            data=draw(DATA),
            subjects=(f"people-{number}",),
            phases=phases,
        )
        for number in range(draw(st.integers(1, 3)))
    }
    policy = Policy(
        organisation=Organisation(key="acme", name="Acme", time_zone="UTC"),
        activities=activities,
        retention=rules,
    )
    record = projected(policy).records[0]
    lines = [(row, line) for row, found in record.retention.items() for line in found]
    assume(lines)
    return policy, record, *draw(st.sampled_from(lines))


def lengths(policy: Policy, activity: str, category: str, people: str) -> list[str]:
    """How long rules about these people keep a category, in an activity."""
    rules = Coverage(policy).rules_for(Kept(activity, "p", category, people))
    return sorted(str(rule.total_period) for rule in rules if rule.subjects)


@examples(300, suppress_health_check=[HealthCheck.filter_too_much])
@given(kept_otherwise())
def test_a_period_changed_in_one_row_is_the_period_of_its_data_alone(
    drawn: tuple[Policy, Record, str, Row],
) -> None:
    policy, record, row, line = drawn
    new = tuple(Row(("Tous : 7 mois",)) if one.key == line.key else one for one in record.retention[row])
    after = replace(record, retention={**record.retention, row: new})
    changed = merged(policy, with_record(projected(policy), record, after), {}).policy
    (people,) = policy.retention[line.key].subjects
    for activity in policy.controller_activities:
        for category in categories_of(activity):
            before = lengths(policy, activity.key, category, people)
            everywhere = _rows_of(record, line) == {row}  # then the rule itself is changed
            here = everywhere or row_of(policy, category).key == row
            wanted = ["P7M" for _ in before] if here and activity.key == record.key else before
            assert lengths(changed, activity.key, category, people) == wanted


def _rows_of(record: Record, line: Row) -> set[str]:
    return {row for row, lines in record.retention.items() if any(one.key == line.key for one in lines)}
