"""The rows of the register about those who receive data, process them or have them processed, and protect them."""

from collections.abc import Iterator
from typing import Final

from garant.policy import Policy
from garant.policy.document import Activity, Measure, ProcessorActivity, Transfer

from .. import words
from . import phrases as say
from .phrases import Lines, both, line

KINDS: Final = {
    "internal-service": both("Service interne", "Internal service"),
    "partner": both("Partenaire", "Partner"),
    "public-authority": both("Autorité publique", "Public authority"),
    "third-country": both("Pays tiers", "Third country"),
    "other": both("Autre", "Other"),
}
ON_REQUEST: Final = both("Seulement sur demande fondée en droit", "Only on a lawful request")
SAFEGUARDS: Final = {
    "adequacy": both("Décision d’adéquation (art. 45)", "Adequacy decision (art. 45)"),
    "standard-clauses": both(
        "Clauses contractuelles types (art. 46)", "Standard contractual clauses (art. 46)"
    ),
    "binding-rules": both(
        "Règles d’entreprise contraignantes (art. 47)", "Binding corporate rules (art. 47)"
    ),
    "code-of-conduct": both("Code de conduite (art. 40)", "Code of conduct (art. 40)"),
    "certification": both("Certification (art. 42)", "Certification (art. 42)"),
    "public-instrument": both("Instrument juridique public (art. 46)", "Public instrument (art. 46)"),
    "authorised-clauses": both("Clauses autorisées (art. 46(3))", "Authorised clauses (art. 46(3))"),
    "derogation": both("Dérogation (art. 49)", "Derogation (art. 49)"),
}
MEASURES: Final = {
    "traceability": both("Traçabilité", "Traceability"),
    "software-protection": both("Protection des logiciels", "Software protection"),
    "backup": both("Sauvegarde", "Backup"),
    "encryption": both("Chiffrement", "Encryption"),
    "access-control": both("Contrôle d’accès", "Access control"),
    "processor-control": both("Contrôle des sous-traitants", "Control of processors"),
    "confidentiality": both("Confidentialité", "Confidentiality"),
    "availability": both("Disponibilité", "Availability"),
    "training": both("Formation", "Training"),
    "physical": both("Sécurité physique", "Physical security"),
    "testing": both("Essais", "Testing"),
    "other": both("Autre", "Other"),
}


def recipients(policy: Policy, activity: Activity) -> Iterator[tuple[Lines, ...]]:
    """Who receives the data, what kind of recipient it is, and why."""
    for key in say.all_recipients(activity):
        known = policy.recipients.get(key)
        if known is None:
            yield line(key), (), ()
            continue
        asked = (ON_REQUEST,) if known.on_request else ()
        yield (
            (*say.texts(known.label), *say.reach(known.contact)),
            (KINDS[known.kind], *say.country(known.country)),
            (*say.texts(known.reason), *asked),
        )


def processors(policy: Policy, activity: Activity) -> Iterator[tuple[Lines, ...]]:
    """Who processes the data for the organisation."""
    for key in activity.processors:
        known = policy.processors.get(key)
        if known is None:
            yield line(key), (), (), (), ()
            continue
        yield (
            (*say.texts(known.label), *line(known.name), *say.reach(known.contact)),
            say.texts(known.services),
            say.country(known.country),
            say.contract(known.contract),
            say.texts(known.guarantees),
        )


def transfers(policy: Policy, activity: Activity) -> Iterator[tuple[Lines, ...]]:
    """What leaves the European Economic Area."""
    for one in policy.transfers.values():
        if say.is_concerned(activity, one.activities):
            yield _transfer(policy, one)


def _transfer(policy: Policy, one: Transfer) -> tuple[Lines, ...]:
    receiver = policy.recipients.get(one.to) or policy.processors.get(one.to)
    guard = one.safeguard
    to = say.texts(receiver.label) if receiver is not None else line(one.to)
    if guard is None:
        return to, say.country(one.country), (), ()
    kind = SAFEGUARDS[guard.kind]
    return to, say.country(one.country), (kind, *say.texts(guard.reference)), line(guard.document)


def measures(policy: Policy, activity: Activity) -> Iterator[tuple[Lines, ...]]:
    """What protects the data."""
    for one in policy.measures.values():
        if say.is_concerned(activity, one.activities):
            yield say.texts(one.label), (MEASURES[one.kind],), say.texts(one.description), _tests(one)


def _tests(measure: Measure) -> Lines:
    plan = measure.test
    if plan is None:
        return ()
    every = words.period(plan.every)
    last: Lines = ()
    if plan.last is not None:
        last = (both(f"dernier : {words.day(plan.last, 'fr')}", f"last: {words.day(plan.last, 'en')}"),)
    return (both(f"périodicité : {every.fr}", f"period: {every.en}"), *say.texts(plan.method), *last)


def clients(activity: ProcessorActivity) -> Iterator[tuple[Lines, ...]]:
    """On whose behalf the activity is done."""
    for one in activity.clients.values():
        yield (
            say.texts(one.label),
            say.contact(one.contact),
            say.contact(one.representative),
            say.country(one.country),
            say.contract(one.contract),
        )
