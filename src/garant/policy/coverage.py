"""Which retention rule answers for which data of which people in which activity."""

from collections import defaultdict
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


def kept_in(activity: Activity) -> Iterator[Kept]:
    """Everything that one activity processes, one category of data and of people at a time."""
    for purpose, data, subjects in _uses(activity):
        for category in data:
            for subject in subjects or (None,):
                yield Kept(activity.key, purpose, category, subject)


def _uses(activity: Activity) -> Iterator[tuple[str | None, tuple[str, ...], tuple[str, ...]]]:
    if not isinstance(activity, ControllerActivity):
        yield None, activity.data, activity.subjects
        return
    for purpose in activity.purposes.values():
        yield purpose.key, activity.data_of(purpose), activity.subjects_of(purpose)


class Coverage:
    """The retention rules of a policy held against everything that it says is processed."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._rules: dict[str, list[RetentionRule]] = defaultdict(list)
        for rule in policy.retention.values():
            for activity in rule.activities:
                self._rules[activity].append(rule)

    def kept(self) -> Iterator[Kept]:
        """Everything that the policy says is processed."""
        return (kept for activity in self._policy.activities.values() for kept in kept_in(activity))

    def rules_for(self, kept: Kept) -> list[RetentionRule]:
        """The retention rules that cover all of `kept`."""
        return [rule for rule in self._rules[kept.activity] if self._covers(rule, kept, kept.data)]

    def unanswered(self) -> list[Kept]:
        """What no rule answers for.

        The purposes of a controller pair data with people, and every pair must have its rule. A processor's
        activity lists both apart: it is enough that each category of data, and of people, is in a pair that
        has one.
        """
        everything = list(self.kept())
        answered = {kept for kept in everything if self._answers(kept, kept.data)}
        by_data = {(kept.activity, kept.data) for kept in answered}
        by_people = {(kept.activity, kept.subject) for kept in answered}
        return [
            kept
            for kept in everything
            if kept not in answered
            and (
                kept.purpose is not None
                or (kept.activity, kept.data) not in by_data
                or (kept.activity, kept.subject) not in by_people
            )
        ]

    def _answers(self, kept: Kept, category: str) -> bool:
        """Whether rules answer for the category itself, or for each category below it."""
        if any(self._covers(rule, kept, category) for rule in self._rules[kept.activity]):
            return True
        below = [child.key for child in self._policy.data_categories.children(category)]
        return bool(below) and all(self._answers(kept, child) for child in below)

    def _covers(self, rule: RetentionRule, kept: Kept, category: str) -> bool:
        """Whether `rule`, one of the activity's, covers `category` of the people in `kept`."""
        data, people = self._policy.data_categories, self._policy.subject_categories
        return (
            (not rule.purposes or kept.purpose in rule.purposes)
            and (not rule.data or any(data.covers(wide, category) for wide in rule.data))
            and (
                not rule.subjects
                or kept.subject is None
                or any(people.covers(wide, kept.subject) for wide in rule.subjects)
            )
        )
