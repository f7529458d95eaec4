"""Cookies as declared: nothing visits the organisation's website yet, and it is said so."""

from __future__ import annotations

from collections.abc import Iterator

from garant.apps.controls.findings import Finding, State
from garant.apps.controls.gathering import Seen
from garant.policy.text import Text


def look(seen: Seen) -> Iterator[Finding]:
    """One finding per category of trackers."""
    if seen.policy.cookies is None:
        return
    for key, category in seen.policy.cookies.categories.items():
        why = Text(
            fr="Garant ne visite pas encore votre site : un relevé des traceurs déposés le prouverait.",
            en="Garant does not visit your website yet: a survey of the trackers set would prove it.",
        )
        yield Finding(f"cookies.{key}", 11, category.label, State.UNPROVEN, why)
