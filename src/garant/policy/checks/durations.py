"""GAR22x: how long the law and the CNIL allow, or ask for."""

from collections.abc import Iterable

from ..coverage import Coverage, Kept
from ..document import Category, Policy, RetentionRule, Tree
from ..periods import Period
from .base import Finding, Findings, both, check, guillemets

PROSPECTS = Period(years=3)
CANDIDATES = Period(years=2)
IMAGES = Period(months=1)
ACCOUNTS = Period(years=10)


def about_people(policy: Policy, category: str) -> list[RetentionRule]:
    """The rules about these people: those that name them, and those for everybody where none names them."""
    tree = policy.subject_categories
    named = [rule for rule in policy.retention.values() if _names(tree, category, rule.subjects)]
    coverage = Coverage(policy)
    kept = (one for one in coverage.kept() if one.subject and tree.covers(category, one.subject))
    return _with_general(coverage, named, kept)


def about_data(policy: Policy, category: str) -> list[RetentionRule]:
    """The rules about these data: those that name them, and those for everything where none names them."""
    tree = policy.data_categories
    named = [rule for rule in policy.retention.values() if _names(tree, category, rule.data)]
    coverage = Coverage(policy)
    kept = (one for one in coverage.kept() if tree.covers(category, one.data))
    return _with_general(coverage, named, kept)


def _names(tree: Tree[Category], category: str, keys: Iterable[str]) -> bool:
    return any(tree.covers(category, key) for key in keys)


def _with_general(
    coverage: Coverage, named: list[RetentionRule], kept: Iterable[Kept]
) -> list[RetentionRule]:
    found = {rule.key: rule for rule in named}
    names = frozenset(found)
    for one in kept:
        rules = {rule.key: rule for rule in coverage.rules_for(one)}
        if not names & rules.keys():
            found.update(rules)
    return list(found.values())


def _too_long(rules: Iterable[RetentionRule], limit: Period, fr: str, en: str) -> Findings:
    for rule in rules:
        if rule.total_period.exceeds(limit):
            yield Finding(
                ("retention", rule.key, "phases"),
                both(
                    f"La règle {guillemets(rule.key)} garde {fr} {rule.total_period}\u202f: au plus {limit}.",
                    f"The rule “{rule.key}” keeps {en} {rule.total_period}: at most {limit}.",
                ),
            )


@check(
    "GAR221",
    "prospects-too-long",
    title=both("Des prospects sont gardés plus de trois ans.", "Prospects are kept more than three years."),
    why=both(
        "CNIL, référentiel «\u202fgestion des activités commerciales\u202f»\u202f: trois ans après le dernier contact.",
        "CNIL guideline on commercial activities: three years after the last contact.",
    ),
    mend=both("Ramener la durée à P3Y, ou moins.", "Bring the period down to P3Y, or less."),
)
def prospects_too_long(policy: Policy) -> Findings:
    return _too_long(about_people(policy, "prospects"), PROSPECTS, "des prospects", "prospects")


@check(
    "GAR222",
    "candidates-too-long",
    title=both("Des candidats sont gardés plus de deux ans.", "Candidates are kept more than two years."),
    why=both(
        "CNIL, guide du recrutement (2023)\u202f: deux ans après le dernier contact, sauf refus du candidat.",
        "CNIL guide on recruitment (2023): two years after the last contact, unless the candidate refuses.",
    ),
    mend=both("Ramener la durée à P2Y, ou moins.", "Bring the period down to P2Y, or less."),
)
def candidates_too_long(policy: Policy) -> Findings:
    return _too_long(about_people(policy, "candidates"), CANDIDATES, "des candidats", "candidates")


@check(
    "GAR223",
    "images-too-long",
    title=both(
        "Des images de vidéoprotection sont gardées plus d’un mois.",
        "Video surveillance images are kept more than a month.",
    ),
    why=both(
        "Code de la sécurité intérieure, art. L. 252-5\u202f: un mois au plus, hors procédure judiciaire. "
        "Trente jours dépassent un mois en février.",
        "French Code de la sécurité intérieure, art. L. 252-5: one month at most, judicial proceedings excepted. "
        "Thirty days exceed one month in February.",
    ),
    mend=both("Ramener la durée à P1M, ou moins.", "Bring the period down to P1M, or less."),
)
def images_too_long(policy: Policy) -> Findings:
    return _too_long(about_data(policy, "video-surveillance"), IMAGES, "des images", "images")


@check(
    "GAR224",
    "accounts-too-short",
    title=both(
        "Des pièces comptables sont gardées moins de dix ans.",
        "Accounting documents are kept less than ten years.",
    ),
    why=both(
        "Code de commerce, art. L. 123-22\u202f: dix ans. Les effacer avant serait une faute.",
        "French Code de commerce, art. L. 123-22: ten years. Erasing them before would be an offence.",
    ),
    mend=both(
        "Porter la durée à P10Y, en archivage intermédiaire, ou retirer ces pièces de la règle.",
        "Bring the period up to P10Y, in an intermediate archive, or remove these documents from the rule.",
    ),
)
def accounts_too_short(policy: Policy) -> Findings:
    rules = about_data(policy, "invoicing")
    long_enough = [rule for rule in rules if not ACCOUNTS.exceeds(rule.total_period)]
    kept = {activity for rule in long_enough for activity in rule.activities}
    for rule in rules:
        if rule not in long_enough and not kept.intersection(rule.activities):
            yield Finding(
                ("retention", rule.key, "phases"),
                both(
                    f"La règle {guillemets(rule.key)} garde des pièces comptables {rule.total_period}\u202f: au moins P10Y.",
                    f"The rule “{rule.key}” keeps accounting documents {rule.total_period}: at least P10Y.",
                ),
            )
