"""Each retention rule: nobody is kept beyond its term, in any system (GDPR art. 5(1)(e))."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from garant.apps.controls.findings import Finding, Mend, State, on
from garant.apps.controls.gathering import Seen, SystemSeen
from garant.engine.document import Selection
from garant.policy.document import RetentionRule
from garant.policy.periods import Period, expiry
from garant.policy.saying import day as said_day
from garant.policy.text import LANGUAGES, Text
from garant.publish.words import counted

PLAN = Mend(Text(fr="Faire le plan qui les efface", en="Make the plan that erases them"), "plans:new")
MAP = Mend(Text(fr="Relier un système à cette règle", en="Map a system to this rule"), "systems:list")
ASK = Mend(Text(fr="Faire le plan qui le demande", en="Make the plan that asks them"), "plans:new")
DATE = Mend(Text(fr="Regarder qui n’a pas de date", en="Look at who has no date"), "plans:new")

Verdict = tuple[State, Text, Mend | None]
YEAR: Final = Period(years=1)
"""How long what somebody signed of a system worked by hand is believed at most: no longer than the rule itself."""


def look(seen: Seen) -> Iterator[Finding]:
    """One finding per rule."""
    for key, rule in seen.policy.retention.items():
        yield _finding(seen, rule, seen.selections.get(key, ()))


def _finding(seen: Seen, rule: RetentionRule, selections: Sequence[Selection]) -> Finding:
    due = sum(one.due for one in selections)
    undated = sum(one.undated + one.unreadable for one in selections)
    oldest = min((one.oldest for one in selections if one.oldest and one.due), default=None)
    by_hand = [one for one in seen.systems.values() if rule.key in one.rules]
    signed = {one.name: day for one in by_hand if (day := seen.signed.get((one.name, rule.key)))}
    evidence = {
        "activities": list(rule.activities),
        "systems": sorted({*(one.system for one in selections), *(one.name for one in by_hand)}),
        "population": sum(one.population for one in selections if not one.archive),
        "due": due,
        "undated": undated,
        "on_hold": sum(one.on_hold for one in selections),
        **({"oldest": on(oldest)} if oldest else {}),
        **({"signed": {name: on(day) for name, day in signed.items()}} if by_hand else {}),
    }
    state, why, mend = _judged(seen, selections, due, undated)
    if by_hand and state is not State.BROKEN and (selections or not seen.unreached):
        state, why, mend = _with_people(seen, rule, by_hand, (state, why, mend) if selections else None)
    return Finding(f"retention.{rule.key}", 6, rule.label, state, why, due, evidence, mend)


def _judged(seen: Seen, selections: Sequence[Selection], due: int, undated: int) -> Verdict:
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
        return (
            State.UNPROVEN,
            _unanswered(seen),
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


def _with_people(
    seen: Seen, rule: RetentionRule, by_hand: Sequence[SystemSeen], programs: Verdict | None
) -> Verdict:
    """The same where people keep the rule too: no program sees what is in a filing cabinet, so that they sign for it.

    Args:
        seen: everything.
        rule: which.
        by_hand: the systems where people keep it.
        programs: how it stands in the systems that a program reaches; none where it is kept by hand alone.
    """
    if programs is not None and programs[0] is not State.KEPT:
        return programs
    days = [(one.label, seen.signed.get((one.name, rule.key))) for one in by_hand]
    periods = [YEAR, *(phase.period for phase in rule.phases)]
    silent = [
        label for label, day in days if day is None or min(expiry(day, one) for one in periods) < seen.today
    ]
    if silent:
        fr, en = ", ".join(one.fr for one in silent), ", ".join(one.en for one in silent)
        words = Text(
            fr=f"Tenu à la main\u202f: {fr}. Aucune réponse signée n’y vaut aujourd’hui\u202f: il n’y en a pas, elle "
            "est trop ancienne, ou il restait à faire.",
            en=f"Worked by hand: {en}. No signed answer holds there today: there is none, it is too old, or "
            "something was left to be done.",
        )
        return State.UNPROVEN, words, ASK
    fr = ", ".join(f"{label.fr}, le {said_day(day).fr}" for label, day in days if day)
    en = ", ".join(f"{label.en}, on {said_day(day).en}" for label, day in days if day)
    words = Text(
        fr=f"Personne n’est gardé au-delà. Signé par qui tient à la main\u202f: {fr}.",
        en=f"Nobody is kept beyond it. Signed by those who work by hand: {en}.",
    )
    return State.KEPT, words, None


def _unanswered(seen: Seen) -> Text:
    if seen.unreached:
        fr, en = (", ".join(one.say(language) for one in seen.unreached) for language in LANGUAGES)
        return Text(fr=f"Sans réponse de : {fr}.", en=f"No answer from: {en}.")
    return Text(fr="Aucun système relié ne répond à cette règle.", en="No mapped system answers this rule.")
