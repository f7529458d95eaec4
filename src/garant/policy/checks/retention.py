"""GAR20x, GAR21x: everything has an end, counted from something (GDPR art. 5(1)(e), 13(2)(a), 30(1)(f))."""

from collections.abc import Iterator
from itertools import pairwise

from ..coverage import Coverage, kept_in
from ..document import Policy, RetentionRule
from ..periods import Period
from .base import Finding, Findings, both, check, guillemets, listed


def rule_words(rule: RetentionRule, fr: str, en: str) -> Finding:
    """A finding about a whole rule; `{}` stands for the rule's key between quotes."""
    place = ("retention", rule.key)
    return Finding(place, both(fr.format(guillemets(rule.key)), en.format(f"“{rule.key}”")))


@check(
    "GAR201",
    "no-retention",
    title=both(
        "Rien ne dit combien de temps des données sont gardées.", "Nothing says how long data are kept."
    ),
    why=both("RGPD, art. 5(1)(e), 13(2)(a) et 30(1)(f).", "GDPR, art. 5(1)(e), 13(2)(a) and 30(1)(f)."),
    mend=both(
        "Ajouter une règle sous retention, ou étendre une règle à ces données et à ces personnes.",
        "Add a rule under retention, or extend a rule to these data and people.",
    ),
)
def no_retention(policy: Policy) -> Findings:
    missing: dict[tuple[str, str], dict[str, None]] = {}
    for kept in Coverage(policy).unanswered():
        people = missing.setdefault((kept.activity, kept.data), {})
        people.update({kept.subject: None} if kept.subject else {})
    for (activity, data), people in missing.items():
        whose = listed(people) or "?"
        yield Finding(
            ("activities", activity),
            both(
                f"Aucune règle ne dit combien de temps {guillemets(activity)} garde {guillemets(data)} ({whose}).",
                f"No rule says how long “{activity}” keeps “{data}” ({whose}).",
            ),
        )


@check(
    "GAR202",
    "no-trigger",
    title=both("Une durée ne part d’aucun événement.", "A period is counted from no event."),
    why=both(
        "RGPD, art. 5(1)(e)\u202f: une durée sans départ ne finit jamais.",
        "GDPR, art. 5(1)(e): a period without a start never ends.",
    ),
    mend=both(
        "Écrire trigger\u202f: l’événement dont part la durée.",
        "Write trigger: the event from which the period is counted.",
    ),
)
def no_trigger(policy: Policy) -> Findings:
    for rule in policy.retention.values():
        if rule.trigger is None:
            yield rule_words(
                rule, "La règle {} ne part d’aucun événement.", "The rule {} is counted from no event."
            )


@check(
    "GAR203",
    "no-period",
    title=both("Une règle de conservation n’a pas de durée.", "A retention rule has no period."),
    why=both("RGPD, art. 5(1)(e) et 13(2)(a).", "GDPR, art. 5(1)(e) and 13(2)(a)."),
    mend=both("Écrire au moins une phase avec sa durée.", "Write at least one phase with its period."),
)
def no_period(policy: Policy) -> Findings:
    for rule in policy.retention.values():
        if not rule.phases:
            yield rule_words(rule, "La règle {} n’a pas de durée.", "The rule {} has no period.")


@check(
    "GAR204",
    "no-fate",
    title=both(
        "Rien ne dit ce que deviennent les données à la fin.",
        "Nothing says what becomes of the data in the end.",
    ),
    why=both(
        "RGPD, art. 5(1)(e)\u202f: au-delà de la durée, les données sont effacées ou rendues anonymes.",
        "GDPR, art. 5(1)(e): beyond the period, data are erased or made anonymous.",
    ),
    mend=both("Écrire fate: erase ou fate: anonymise.", "Write fate: erase or fate: anonymise."),
)
def no_fate(policy: Policy) -> Findings:
    for rule in policy.retention.values():
        if rule.fate is None:
            yield rule_words(rule, "La règle {} n’a pas de sort final.", "The rule {} has no final fate.")


@check(
    "GAR205",
    "no-legal-source",
    title=both("Rien ne dit d’où vient une durée.", "Nothing says where a period comes from."),
    why=both(
        "RGPD, art. 5(2)\u202f: le responsable démontre que la durée est justifiée.",
        "GDPR, art. 5(2): the controller demonstrates that the period is justified.",
    ),
    mend=both(
        "Écrire legal_source\u202f: l’article, le référentiel, ou le besoin qui fonde la durée.",
        "Write legal_source: the article, the guideline or the need behind the period.",
    ),
    severity="warning",
)
def no_legal_source(policy: Policy) -> Findings:
    for rule in policy.retention.values():
        if rule.legal_source is None:
            yield rule_words(
                rule,
                "Rien ne dit d’où vient la durée de {}.",
                "Nothing says where the period of {} comes from.",
            )


@check(
    "GAR206",
    "incoherent-phases",
    title=both("Les phases d’une règle se contredisent.", "The phases of a rule contradict each other."),
    why=both(
        "Guide de la CNIL sur les durées de conservation\u202f: base active, puis archivage intermédiaire, puis sort final.",
        "CNIL guide on retention periods: active base, then intermediate archive, then final fate.",
    ),
    mend=both(
        "Mettre la base active d’abord, une phase de chaque sorte au plus, chacune avec une durée.",
        "Put the active base first, at most one phase of each kind, each with a period.",
    ),
)
def incoherent_phases(policy: Policy) -> Findings:
    for rule in policy.retention.values():
        empty = len(rule.phases) > 1 and any(phase.period == Period() for phase in rule.phases)
        if empty or any(_wrong_order(one.kind, next_one.kind) for one, next_one in pairwise(rule.phases)):
            yield rule_words(
                rule, "Les phases de {} se contredisent.", "The phases of {} contradict each other."
            )


def _wrong_order(first: str, second: str) -> bool:
    return (first, second) != ("active", "intermediate-archive")


@check(
    "GAR207",
    "archive-without-access",
    title=both(
        "Rien ne dit qui consulte un archivage intermédiaire.",
        "Nothing says who may consult an intermediate archive.",
    ),
    why=both(
        "CNIL, délibération 2005-213 et guide sur les durées\u202f: un accès ponctuel, motivé, à des personnes habilitées.",
        "CNIL, deliberation 2005-213 and guide on periods: occasional, justified access by authorised people.",
    ),
    mend=both("Écrire access\u202f: les personnes habilitées.", "Write access: the people authorised."),
)
def archive_without_access(policy: Policy) -> Findings:
    for rule in policy.retention.values():
        for number, phase in enumerate(rule.phases):
            if phase.kind == "intermediate-archive" and phase.access is None:
                yield Finding(
                    ("retention", rule.key, "phases", number),
                    both(
                        f"Rien ne dit qui consulte l’archive de {guillemets(rule.key)}.",
                        f"Nothing says who may consult the archive of “{rule.key}”.",
                    ),
                )


@check(
    "GAR208",
    "rule-for-nothing",
    title=both("Une règle de conservation ne s’applique à rien.", "A retention rule applies to nothing."),
    why=both(
        "Une promesse qui ne vise aucune donnée traitée ne protège personne.",
        "A promise about no data that is processed protects nobody.",
    ),
    mend=both(
        "Nommer les activités qui traitent ces données, ou retirer ce qui ne l’est pas.",
        "Name the activities that process these data, or remove what is not processed.",
    ),
    severity="warning",
)
def rule_for_nothing(policy: Policy) -> Findings:
    for rule in policy.retention.values():
        if not rule.activities:
            yield rule_words(rule, "La règle {} ne nomme aucune activité.", "The rule {} names no activity.")
            continue
        for section, key in _beside_the_point(policy, rule):
            yield Finding(
                ("retention", rule.key, section),
                both(
                    f"La règle {guillemets(rule.key)} vise {guillemets(key)}, qu’aucune de ses activités ne traite.",
                    f"The rule “{rule.key}” concerns “{key}”, which none of its activities processes.",
                ),
            )


def _beside_the_point(policy: Policy, rule: RetentionRule) -> Iterator[tuple[str, str]]:
    """What the rule names and its activities do not process, not even in part or as part of something wider."""
    data, people = policy.data_categories, policy.subject_categories
    activities = [policy.activities[key] for key in rule.activities if key in policy.activities]
    kept = [one for activity in activities for one in kept_in(activity)]
    processed = {one.data for one in kept}
    for key in rule.data:
        if key in data and not any(data.covers(key, one) or data.covers(one, key) for one in processed):
            yield "data", key
    known = {one.subject for one in kept if one.subject is not None}
    for key in rule.subjects:
        if key in people and not any(people.covers(key, one) or people.covers(one, key) for one in known):
            yield "subjects", key
