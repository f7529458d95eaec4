"""GAR41x: how data are protected, and whether anyone looks (GDPR art. 32)."""

from datetime import date

from ..document import Measure, Policy
from ..periods import expiry
from .base import Finding, Findings, both, check, dated_check, guillemets


@check(
    "GAR411",
    "no-measure",
    title=both("Aucune mesure de sécurité n’est déclarée.", "No security measure is declared."),
    why=both("RGPD, art. 32(1) et 30(1)(g).", "GDPR, art. 32(1) and 30(1)(g)."),
    mend=both("Écrire les mesures sous measures.", "Write the measures under measures."),
)
def no_measure(policy: Policy) -> Findings:
    if policy.activities and not policy.measures:
        yield Finding(
            ("measures",),
            both("Aucune mesure de sécurité n’est déclarée.", "No security measure is declared."),
        )


@check(
    "GAR412",
    "measure-never-tested",
    title=both("Une mesure n’est jamais testée.", "A measure is never tested."),
    why=both(
        "RGPD, art. 32(1)(d)\u202f: une procédure teste et évalue régulièrement les mesures.",
        "GDPR, art. 32(1)(d): a process regularly tests and assesses the measures.",
    ),
    mend=both(
        "Écrire test: {every: P1Y, …}, ou une mesure de type testing qui couvre les mêmes activités.",
        "Write test: {every: P1Y, …}, or a measure of kind testing that covers the same activities.",
    ),
    severity="warning",
)
def measure_never_tested(policy: Policy) -> Findings:
    testing = [measure for measure in policy.measures.values() if measure.kind == "testing"]
    for measure in policy.measures.values():
        if measure.test is None and not any(_covers(one, measure) for one in testing):
            yield Finding(
                ("measures", measure.key),
                both(
                    f"La mesure {guillemets(measure.key)} n’est jamais testée.",
                    f"The measure “{measure.key}” is never tested.",
                ),
            )


def _covers(testing: Measure, measure: Measure) -> bool:
    """Whether a testing procedure extends to all the activities that `measure` protects."""
    if not testing.activities:
        return True
    return bool(measure.activities) and set(measure.activities) <= set(testing.activities)


@dated_check(
    "GAR413",
    "test-overdue",
    title=both("Le test d’une mesure est en retard.", "The test of a measure is overdue."),
    why=both("RGPD, art. 32(1)(d)\u202f: régulièrement.", "GDPR, art. 32(1)(d): regularly."),
    mend=both("Faire le test, puis mettre à jour last.", "Make the test, then update last."),
    severity="warning",
)
def test_overdue(policy: Policy, as_of: date) -> Findings:
    for measure in policy.measures.values():
        plan = measure.test
        if plan is not None and plan.last is not None and expiry(plan.last, plan.every) < as_of:
            yield Finding(
                ("measures", measure.key, "test"),
                both(
                    f"La mesure {guillemets(measure.key)} devait être testée au plus tard le {expiry(plan.last, plan.every)}.",
                    f"The measure “{measure.key}” was to be tested by {expiry(plan.last, plan.every)}.",
                ),
            )
