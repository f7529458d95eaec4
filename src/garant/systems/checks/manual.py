"""What is wrong with the map of a system worked by hand, beside the policy that it answers."""

from __future__ import annotations

from garant.policy.diagnostics import Diagnostic, sorted_by_place
from garant.policy.document.policy import Policy
from garant.policy.shapes import nearest
from garant.policy.text import Text
from garant.systems.checks.reference_rules import UNKNOWN_RULE
from garant.systems.loader import LoadedManual


def check_manual(loaded: LoadedManual, policy: Policy | None = None) -> list[Diagnostic]:
    """The retention rules that the policy does not have, sorted by place."""
    if policy is None:
        return []
    found: list[Diagnostic] = []
    for number, promise in enumerate(loaded.map.promises):
        known = policy.retention.get(promise.rule)
        if known is None or not known.phases:
            close = nearest(promise.rule, list(policy.retention))
            mend = Text(fr=f"Écrire «\u202f{close}\u202f»\u202f?", en=f"Write “{close}”?") if close else None
            position = loaded.positions.of(("promises", number, "rule"))
            message = Text(
                fr=f"{UNKNOWN_RULE.title.fr.rstrip('.')}\u202f: «\u202f{promise.rule}\u202f».",
                en=f"{UNKNOWN_RULE.title.en.rstrip('.')}: “{promise.rule}”.",
            )
            found.append(UNKNOWN_RULE.at(position, message, mend))
    return sorted_by_place(found)
