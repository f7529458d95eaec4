"""Each retention rule: nobody is kept beyond its term, in any system (GDPR art. 5(1)(e))."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from garant.apps.controls.findings import Finding, Mend, State, on
from garant.apps.controls.gathering import Seen
from garant.engine.document import Selection
from garant.policy.document import RetentionRule
from garant.policy.text import Text
from garant.publish.words import counted

PLAN = Mend(Text(fr="Faire le plan qui les efface", en="Make the plan that erases them"), "plans:new")
MAP = Mend(Text(fr="Relier un système à cette règle", en="Map a system to this rule"), "systems:list")
DATE = Mend(Text(fr="Regarder qui n’a pas de date", en="Look at who has no date"), "plans:new")


def look(seen: Seen) -> Iterator[Finding]:
    """One finding per rule."""
    for key, rule in seen.policy.retention.items():
        yield _finding(seen, rule, seen.selections.get(key, ()))


def _finding(seen: Seen, rule: RetentionRule, selections: Sequence[Selection]) -> Finding:
    due = sum(one.due for one in selections)
    undated = sum(one.undated + one.unreadable for one in selections)
    oldest = min((one.oldest for one in selections if one.oldest and one.due), default=None)
    evidence = {
        "activities": list(rule.activities),
        "systems": sorted({one.system for one in selections}),
        "population": sum(one.population for one in selections if not one.archive),
        "due": due,
        "undated": undated,
        "on_hold": sum(one.on_hold for one in selections),
        **({"oldest": on(oldest)} if oldest else {}),
    }
    state, why, mend = _judged(seen, selections, due, undated)
    return Finding(f"retention.{rule.key}", 6, rule.label, state, why, due, evidence, mend)


def _judged(
    seen: Seen, selections: Sequence[Selection], due: int, undated: int
) -> tuple[State, Text, Mend | None]:
    if due:
        return (
            State.BROKEN,
            counted(
                due,
                Text(fr="dossier a dépassé son terme.", en="record is past its term."),
                Text(fr="dossiers ont dépassé leur terme.", en="records are past their term."),
            ),
            PLAN,
        )
    if not selections:
        return State.UNPROVEN, _unanswered(seen), MAP
    if seen.unreached:
        missing = ", ".join(seen.unreached)
        words = Text(fr=f"Sans réponse de : {missing}.", en=f"No answer from: {missing}.")
        return (
            State.UNPROVEN,
            words,
            Mend(Text(fr="Rétablir la connexion", en="Restore the connection"), "systems:list"),
        )
    if undated:
        words = counted(
            undated,
            Text(
                fr="dossier sans date lisible : rien ne prouve qu’il est dans les temps.",
                en="record without a readable date: nothing proves it is in time.",
            ),
            Text(
                fr="dossiers sans date lisible : rien ne prouve qu’ils sont dans les temps.",
                en="records without a readable date: nothing proves they are in time.",
            ),
        )
        return State.UNPROVEN, words, DATE
    return State.KEPT, Text(fr="Personne n’est gardé au-delà.", en="Nobody is kept beyond it."), None


def _unanswered(seen: Seen) -> Text:
    if seen.unreached:
        missing = ", ".join(seen.unreached)
        return Text(fr=f"Sans réponse de : {missing}.", en=f"No answer from: {missing}.")
    return Text(fr="Aucun système relié ne répond à cette règle.", en="No mapped system answers this rule.")
