"""What somebody sees of the promises: those that are about activities and systems they are habilitated to, and those
about the whole organisation, whose words name no system that is not theirs.
"""

from __future__ import annotations

from typing import Any, Final

from garant.apps.controls.models import Standing

HIDDEN: Final = {
    "fr": "Ce qui a été vu concerne des systèmes hors de votre habilitation.",
    "en": "What was seen is about systems beyond your habilitation.",
}
_NAMING: Final = {"retention": "unproven", "promise": "broken"}
"""Kinds of promises, and the state in which what was seen names systems: those that do not answer, or hold too much."""


def seen(standing: Standing, membership: Any) -> Standing | None:
    """A promise as somebody sees it; None where it is about nothing of theirs."""
    if membership is None or not membership.narrow:
        return standing
    kind, _, key = standing.promise.partition(".")
    if not _about(standing, kind, key, membership):
        return None
    if membership.systems and kind in _NAMING:
        systems = standing.evidence.get("systems", [])
        mine = [one for one in systems if membership.covers(system=one)]
        if len(mine) < len(systems) or standing.state == _NAMING[kind]:
            standing.why = HIDDEN
        standing.evidence = {**standing.evidence, "systems": mine}
    return standing


def _about(standing: Standing, kind: str, key: str, membership: Any) -> bool:
    if kind == "system":
        return membership.covers(system=key)
    if kind == "instructions":
        return membership.covers(activity=key)
    if kind == "retention":
        return membership.touches(standing.evidence.get("activities", ()))
    return True
