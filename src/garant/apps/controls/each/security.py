"""Measures tested within their period, staff trained and bound to secrecy (GDPR art. 32)."""

from __future__ import annotations

from collections.abc import Iterator

from garant.apps.accounts.roles import Role
from garant.apps.controls.findings import Finding, Mend, State, on
from garant.apps.controls.gathering import Seen
from garant.policy.document import Measure
from garant.policy.periods import Period, expiry
from garant.policy.saying import day as said_day
from garant.policy.text import Text
from garant.publish.words import counted

WRITE = Mend(
    Text(fr="Noter le test dans la politique", en="Record the test in the policy"), "policies:versions"
)
PEOPLE = Mend(
    Text(fr="Noter formations et engagements", en="Record trainings and undertakings"), "organisations:people"
)
DRILL = Mend(
    Text(fr="Restaurer une sauvegarde à blanc : garant drill", en="Rehearse a restoration: garant drill"),
    "home",
)
YEAR = Period(years=1)


def look(seen: Seen) -> Iterator[Finding]:
    """One finding per measure."""
    for measure in seen.policy.measures.values():
        yield _measure(seen, measure)


def _measure(seen: Seen, measure: Measure) -> Finding:
    if measure.kind == "training":
        return _staff(seen, measure)
    if measure.kind in ("availability", "backup"):
        return _drill(seen, measure)
    key, label = f"measure.{measure.key}", measure.label
    test = measure.test
    if test is None or test.last is None:
        words = Text(fr="Aucun test n’est noté.", en="No test is recorded.")
        return Finding(key, 9, label, State.UNPROVEN, words, mend=WRITE)
    due = expiry(test.last, test.every)
    evidence = {"last": on(test.last), "next": on(due)}
    if due < seen.today:
        late = (seen.today - due).days
        days = counted(late, Text(fr="jour", en="day"), Text(fr="jours", en="days"))
        words = Text(fr=f"Le test a {days.fr} de retard.", en=f"The test is {days.en} late.")
        return Finding(key, 9, label, State.BROKEN, words, late, evidence, WRITE)
    words = Text(fr=f"Testée le {said_day(test.last).fr}.", en=f"Tested on {said_day(test.last).en}.")
    return Finding(key, 9, label, State.KEPT, words, 0, evidence)


def _drill(seen: Seen, measure: Measure) -> Finding:
    """Availability is restored: shown by restoring a backup, not by saying so."""
    key, label = f"measure.{measure.key}", measure.label
    if seen.last_drill is None:
        words = Text(fr="Aucune restauration n’a été essayée.", en="No restoration was rehearsed.")
        return Finding(key, 9, label, State.UNPROVEN, words, mend=DRILL)
    day, passed = seen.last_drill
    if not passed or expiry(day, YEAR) < seen.today:
        words = Text(
            fr=f"La dernière restauration à blanc ({said_day(day).fr}) a échoué ou a plus d’un an.",
            en=f"The last rehearsal ({said_day(day).en}) failed or is over a year old.",
        )
        return Finding(key, 9, label, State.BROKEN, words, evidence={"last": on(day)}, mend=DRILL)
    words = Text(fr=f"Restauration réussie le {said_day(day).fr}.", en=f"Restored on {said_day(day).en}.")
    return Finding(key, 9, label, State.KEPT, words, evidence={"last": on(day)})


def _staff(seen: Seen, measure: Measure) -> Finding:
    """Everybody with a habilitation was trained and signed within the year."""
    key, label = f"measure.{measure.key}", measure.label
    members = [one for one in seen.members if one.role != Role.CLIENT_CONTACT]
    if not members:
        words = Text(fr="Aucune habilitation n’est tenue ici.", en="No habilitation is kept here.")
        return Finding(key, 9, label, State.UNPROVEN, words, mend=PEOPLE)
    missing = [
        one
        for one in members
        if one.trained_on is None
        or one.confidentiality_signed_on is None
        or expiry(one.trained_on, YEAR) < seen.today
    ]
    if missing:
        some = len(missing) > 1
        words = Text(
            fr=f"{len(missing)} {'personnes habilitées' if some else 'personne habilitée'} sur {len(members)} "
            f"{'n’ont' if some else 'n’a'} pas de formation de moins d’un an, ou pas d’engagement signé.",
            en=f"{len(missing)} of {len(members)} {'have' if some else 'has'} no training within a year, or no signed "
            "undertaking.",
        )
        return Finding(key, 9, label, State.BROKEN, words, len(missing), mend=PEOPLE)
    words = Text(
        fr="Toutes les personnes habilitées sont formées et engagées.", en="Everybody is trained and bound."
    )
    return Finding(key, 9, label, State.KEPT, words, 0)
