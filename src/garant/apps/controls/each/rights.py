"""Each right offered: requests are answered in time (GDPR art. 12(3))."""

from __future__ import annotations

from collections.abc import Iterator

from garant.apps.controls.findings import Finding, Mend, State
from garant.apps.controls.gathering import Seen
from garant.policy.text import Text


def look(seen: Seen) -> Iterator[Finding]:
    """What is asked of people by hand within its day, then each right."""
    late = len(seen.late_tasks)
    label = Text(fr="Les demandes ont leur réponse dans le délai", en="Requests are answered in time")
    if late:
        words = Text(fr=f"{late} tâches ont dépassé leur date.", en=f"{late} tasks are past their day.")
        mend = Mend(Text(fr="Voir les tâches en retard", en="See the late tasks"), "plans:list")
        yield Finding("requests", 8, label, State.BROKEN, words, late, mend=mend)
    else:
        words = Text(
            fr=f"{seen.open_tasks} tâches en cours, aucune en retard.",
            en=f"{seen.open_tasks} tasks open, none late.",
        )
        yield Finding("requests", 8, label, State.KEPT, words, 0)
    for kind, right in seen.policy.rights.offered.items():
        words = Text(
            fr="Aucune demande n’est encore suivie ici ; la première, et sa réponse, en feront la preuve.",
            en="No request is followed here yet; the first one and its answer will prove it.",
        )
        yield Finding(f"right.{kind}", 8, right.statement, State.UNPROVEN, words)
