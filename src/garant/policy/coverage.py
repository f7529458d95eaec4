"""Which retention rule answers for which data of which people in which activity."""

from collections.abc import Iterator
from dataclasses import dataclass

from .document import Activity, ControllerActivity, Policy, RetentionRule


@dataclass(frozen=True, slots=True)
class Kept:
    """Data of people that an activity processes, for one of its purposes where it is a controller's."""

    activity: str
    purpose: str | None
    data: str
    subject: str | None


def kept_data(policy: Policy) -> Iterator[Kept]:
    """Everything that the policy says is processed, one category of data and of people at a time."""
    for activity in policy.activities.values():
        for purpose, data, subjects in _uses(activity):
            for category in data:
                for subject in subjects or (None,):
                    yield Kept(activity.key, purpose, category, subject)


def rules_for(policy: Policy, kept: Kept) -> list[RetentionRule]:
    """The retention rules that cover all of `kept`."""
    return [rule for rule in policy.retention.values() if _covers(policy, rule, kept, kept.data)]


def is_covered(policy: Policy, kept: Kept) -> bool:
    """Whether rules answer for all of `kept`: for the category itself, or for each category below it."""
    return _answered(policy, kept, kept.data)


def unanswered(policy: Policy) -> list[Kept]:
    """What no rule answers for.

    The purposes of a controller pair data with people, and every pair must have its rule. A processor's activity
    lists both apart: it is enough that each category of data, and of people, appears in a pair that has one.
    """
    everything = list(kept_data(policy))
    bare = [kept for kept in everything if not is_covered(policy, kept)]
    answered = [kept for kept in everything if kept not in bare]
    by_data = {(kept.activity, kept.data) for kept in answered}
    by_people = {(kept.activity, kept.subject) for kept in answered}
    return [
        kept
        for kept in bare
        if kept.purpose is not None
        or (kept.activity, kept.data) not in by_data
        or (kept.activity, kept.subject) not in by_people
    ]


def _answered(policy: Policy, kept: Kept, category: str) -> bool:
    if any(_covers(policy, rule, kept, category) for rule in policy.retention.values()):
        return True
    below = [child.key for child in policy.data_categories.children(category)]
    return bool(below) and all(_answered(policy, kept, child) for child in below)


def _covers(policy: Policy, rule: RetentionRule, kept: Kept, category: str) -> bool:
    data, people = policy.data_categories, policy.subject_categories
    return (
        kept.activity in rule.activities
        and (not rule.purposes or kept.purpose in rule.purposes)
        and (not rule.data or any(data.covers(wide, category) for wide in rule.data))
        and (
            not rule.subjects
            or kept.subject is None
            or any(people.covers(wide, kept.subject) for wide in rule.subjects)
        )
    )


def _uses(activity: Activity) -> Iterator[tuple[str | None, tuple[str, ...], tuple[str, ...]]]:
    if not isinstance(activity, ControllerActivity):
        yield None, activity.data, activity.subjects
        return
    for purpose in activity.purposes.values():
        yield purpose.key, activity.data_of(purpose), activity.subjects_of(purpose)
