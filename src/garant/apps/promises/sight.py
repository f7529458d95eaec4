"""What somebody sees of plans and runs: the parts about systems, and rules of activities, that they are habilitated to.

A plan is one decision: who sees but a part of it neither approves it nor carries it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from garant.apps.policies import services as policies
from garant.apps.promises.models import Batch, Plan
from garant.engine.document import Plan as EnginePlan


class Sight:
    """The eyes of a member of an organisation."""

    def __init__(self, organisation: str, membership: Any) -> None:
        self._organisation = organisation
        self._held = membership

    @cached_property
    def _rules(self) -> Mapping[str, tuple[str, ...]]:
        """The activities of each rule of the policy in force."""
        version = policies.published(self._organisation)
        rules = {} if version is None else version.policy.retention
        return {key: rule.activities for key, rule in rules.items()}

    def sees(self, system: str, rule: str | None) -> bool:
        """Whether a part is theirs to see. What no rule asked for (somebody's request) is nobody's activity."""
        if not self._held.narrow:
            return True
        activities = self._rules.get(rule, ()) if rule is not None else ()
        return self._held.covers(system=system) and self._held.touches(activities)

    def parts(self, plan: Plan) -> list[dict[str, Any]]:
        """The parts of a plan that they see, in numbers."""
        return [one for one in plan.summary["parts"] if self.sees(one["system"], one["rule"])]

    def whole(self, plan: Plan) -> bool:
        """Whether they see all of a plan."""
        return not self._held.narrow or len(self.parts(plan)) == len(plan.summary["parts"]) > 0

    def any(self, plan: Plan) -> bool:
        """Whether they see something of a plan; if not, it is not there for them."""
        return not self._held.narrow or bool(self.parts(plan))

    def cut(self, document: EnginePlan) -> EnginePlan:
        """What a plan says, cut to what they see: to be read, never to be carried out."""
        seen = [one for one in document.selections if self.sees(one.system, one.rule)]
        return document.model_copy(update={"selections": seen})

    def receipt(self, batch: Batch) -> bool:
        """Whether a receipt is theirs to see."""
        receipt = batch.receipt or {}
        return self.sees(receipt.get("system", ""), receipt.get("rule"))
