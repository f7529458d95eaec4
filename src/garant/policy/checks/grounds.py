"""GAR10x, GAR11x: on which ground each purpose rests (GDPR art. 6 to 10, 22, 35)."""

from collections.abc import Iterator

from ..document import (
    Consent,
    ControllerActivity,
    LegalObligation,
    LegitimateInterests,
    Policy,
    Protection,
    PublicTask,
    Purpose,
)
from ..places import Place
from .base import Finding, Findings, both, check, guillemets, listed


def place_of(activity: ControllerActivity, purpose: Purpose) -> Place:
    """Where a purpose stands in the document."""
    return ("activities", activity.key, "purposes", purpose.key)


def protected(policy: Policy, purpose_data: tuple[str, ...], protection: Protection) -> list[str]:
    """The data categories that carry this protection, of their own or from a category above, and those that are processed
    with a wider one: what is wide holds what is below.
    """
    tree = policy.data_categories
    every = (one for key in purpose_data for one in (key, *(below.key for below in tree.below(key))))
    return [key for key in dict.fromkeys(every) if protection_of(policy, key) == protection]


def protection_of(policy: Policy, key: str) -> Protection | None:
    """The protection of a data category: its own, or that of the nearest category above that has one."""
    line = policy.data_categories.lineage(key)
    return next((category.protection for category in line if category.protection is not None), None)


@check(
    "GAR101",
    "missing-legal-basis",
    title=both("Une finalité n’a pas de base légale.", "A purpose has no legal basis."),
    why=both("RGPD, art. 6(1) et 13(1)(c).", "GDPR, art. 6(1) and 13(1)(c)."),
    mend=both(
        "Écrire legal_basis: {ground: …} avec l’un des six cas de l’art. 6.",
        "Write legal_basis: {ground: …} with one of the six cases of art. 6.",
    ),
)
def missing_legal_basis(policy: Policy) -> Findings:
    for activity, purpose in policy.purposes():
        if purpose.legal_basis is None:
            yield Finding(
                place_of(activity, purpose),
                both(
                    f"La finalité {guillemets(purpose.key)} n’a pas de base légale.",
                    f"The purpose “{purpose.key}” has no legal basis.",
                ),
            )


@check(
    "GAR102",
    "no-balancing-note",
    title=both(
        "Un intérêt légitime n’est pas mis en balance avec les droits des personnes.",
        "A legitimate interest is not balanced against people’s rights.",
    ),
    why=both(
        "RGPD, art. 6(1)(f)\u202f: l’intérêt ne vaut que si les droits des personnes ne prévalent pas.",
        "GDPR, art. 6(1)(f): the interest counts only where people’s rights do not override it.",
    ),
    mend=both(
        "Écrire balancing\u202f: pourquoi les personnes s’y attendent, ce qui les protège, comment elles s’opposent.",
        "Write balancing: why people expect it, what protects them, how they object.",
    ),
)
def no_balancing_note(policy: Policy) -> Findings:
    for activity, purpose in policy.purposes():
        basis = purpose.legal_basis
        if isinstance(basis, LegitimateInterests) and basis.balancing is None:
            yield Finding(
                (*place_of(activity, purpose), "legal_basis"),
                both(
                    f"L’intérêt légitime de {guillemets(purpose.key)} n’est pas mis en balance.",
                    f"The legitimate interest of “{purpose.key}” is not balanced.",
                ),
            )


@check(
    "GAR103",
    "unnamed-interest",
    title=both(
        "L’intérêt légitime poursuivi n’est pas nommé.", "The legitimate interest pursued is not named."
    ),
    why=both("RGPD, art. 13(1)(d) et 14(2)(b).", "GDPR, art. 13(1)(d) and 14(2)(b)."),
    mend=both(
        "Écrire interest\u202f: ce que l’organisation y gagne, en une phrase.",
        "Write interest: what the organisation gains, in a sentence.",
    ),
)
def unnamed_interest(policy: Policy) -> Findings:
    for activity, purpose in policy.purposes():
        basis = purpose.legal_basis
        if isinstance(basis, LegitimateInterests) and basis.interest is None:
            yield Finding(
                (*place_of(activity, purpose), "legal_basis"),
                both(
                    f"L’intérêt poursuivi par {guillemets(purpose.key)} n’est pas nommé.",
                    f"The interest pursued by “{purpose.key}” is not named.",
                ),
            )


@check(
    "GAR104",
    "no-withdrawal-path",
    title=both("Rien ne dit comment retirer un consentement.", "Nothing says how to withdraw consent."),
    why=both(
        "RGPD, art. 7(3)\u202f: retirer son consentement est aussi simple que le donner.",
        "GDPR, art. 7(3): withdrawing consent is as easy as giving it.",
    ),
    mend=both(
        "Écrire withdrawal\u202f: le lien, l’adresse ou le réglage qui suffit.",
        "Write withdrawal: the link, address or setting that is enough.",
    ),
)
def no_withdrawal_path(policy: Policy) -> Findings:
    for activity, purpose in policy.purposes():
        basis = purpose.legal_basis
        if isinstance(basis, Consent) and basis.withdrawal is None:
            yield Finding(
                (*place_of(activity, purpose), "legal_basis"),
                both(
                    f"Rien ne dit comment retirer le consentement donné pour {guillemets(purpose.key)}.",
                    f"Nothing says how to withdraw the consent given for “{purpose.key}”.",
                ),
            )


@check(
    "GAR105",
    "no-legal-text",
    title=both(
        "Une obligation légale ou une mission publique est invoquée sans son texte.",
        "A legal obligation or a public task is relied on without its legal text.",
    ),
    why=both(
        "RGPD, art. 6(3)\u202f: l’obligation ou la mission est fixée par le droit de l’Union ou d’un État.",
        "GDPR, art. 6(3): the obligation or task is laid down by Union or Member State law.",
    ),
    mend=both(
        "Écrire legal_text\u202f: le code et l’article.", "Write legal_text: the code and the article."
    ),
)
def no_legal_text(policy: Policy) -> Findings:
    for activity, purpose in policy.purposes():
        basis = purpose.legal_basis
        if isinstance(basis, LegalObligation | PublicTask) and basis.legal_text is None:
            yield Finding(
                (*place_of(activity, purpose), "legal_basis"),
                both(
                    f"Aucun texte n’est cité pour {guillemets(purpose.key)} ({basis.ground}).",
                    f"No law is quoted for “{purpose.key}” ({basis.ground}).",
                ),
            )


@check(
    "GAR106",
    "special-category-without-exception",
    title=both(
        "Des données sensibles sont traitées sans exception de l’art. 9.",
        "Special categories are processed without an exception of art. 9.",
    ),
    why=both(
        "RGPD, art. 9(1) et (2)\u202f: leur traitement est interdit, sauf dans dix cas.",
        "GDPR, art. 9(1) and (2): processing them is prohibited, save in ten cases.",
    ),
    mend=both(
        "Écrire special_ground: {condition: …}, ou retirer ces données de la finalité.",
        "Write special_ground: {condition: …}, or remove these data from the purpose.",
    ),
)
def special_category_without_exception(policy: Policy) -> Findings:
    for activity, purpose in policy.purposes():
        found = protected(policy, activity.data_of(purpose), "special")
        if found and purpose.special_ground is None:
            yield from _without_ground(activity, purpose, found)


@check(
    "GAR107",
    "nir-without-ground",
    title=both(
        "Le numéro de sécurité sociale est utilisé sans texte qui le permette.",
        "The French social security number is used without a law that allows it.",
    ),
    why=both(
        "Décret n°\u202f2019-341 du 19 avril 2019 et loi Informatique et Libertés, art. 30\u202f: usages limités.",
        "French décret no. 2019-341 of 19 April 2019 and loi Informatique et Libertés, art. 30: limited uses.",
    ),
    mend=both(
        "Écrire nir_ground\u202f: le cas de l’art. 2 du décret, ou retirer le NIR de la finalité.",
        "Write nir_ground: the case of art. 2 of the décret, or remove the NIR from the purpose.",
    ),
)
def nir_without_ground(policy: Policy) -> Findings:
    for activity, purpose in policy.purposes():
        found = protected(policy, activity.data_of(purpose), "nir")
        if found and purpose.nir_ground is None:
            yield from _without_ground(activity, purpose, found)


@check(
    "GAR108",
    "offences-without-ground",
    title=both(
        "Des infractions sont traitées sans texte qui le permette.",
        "Data on offences are processed without a law that allows it.",
    ),
    why=both(
        "RGPD, art. 10\u202f; loi Informatique et Libertés, art. 46.",
        "GDPR, art. 10; French loi Informatique et Libertés, art. 46.",
    ),
    mend=both(
        "Écrire offences_ground\u202f: le texte, ou retirer ces données de la finalité.",
        "Write offences_ground: the law, or remove these data from the purpose.",
    ),
)
def offences_without_ground(policy: Policy) -> Findings:
    for activity, purpose in policy.purposes():
        found = protected(policy, activity.data_of(purpose), "offences")
        if found and purpose.offences_ground is None:
            yield from _without_ground(activity, purpose, found)


def _without_ground(activity: ControllerActivity, purpose: Purpose, data: list[str]) -> Iterator[Finding]:
    yield Finding(
        place_of(activity, purpose),
        both(
            f"La finalité {guillemets(purpose.key)} utilise {listed(data)} sans dire ce qui le permet.",
            f"The purpose “{purpose.key}” uses {listed(data)} without saying what allows it.",
        ),
    )


@check(
    "GAR109",
    "marketing-without-choice",
    title=both(
        "La prospection ne repose ni sur un accord ni sur un intérêt légitime.",
        "Direct marketing rests neither on consent nor on a legitimate interest.",
    ),
    why=both(
        "RGPD, art. 21(2) et (3)\u202f; code des postes et des communications électroniques, art. L. 34-5\u202f: "
        "la personne l’accepte ou peut s’y opposer.",
        "GDPR, art. 21(2) and (3); French CPCE, art. L. 34-5: people agree to it or may object.",
    ),
    mend=both(
        "Choisir consent ou legitimate-interests, dans une finalité à part.",
        "Choose consent or legitimate-interests, in a purpose of its own.",
    ),
)
def marketing_without_choice(policy: Policy) -> Findings:
    for activity, purpose in policy.purposes():
        basis = purpose.legal_basis
        if purpose.direct_marketing and basis and not isinstance(basis, Consent | LegitimateInterests):
            yield Finding(
                (*place_of(activity, purpose), "legal_basis"),
                both(
                    f"La prospection {guillemets(purpose.key)} repose sur {guillemets(basis.ground)}.",
                    f"The direct marketing “{purpose.key}” rests on “{basis.ground}”.",
                ),
            )


@check(
    "GAR110",
    "automated-decision-without-review",
    title=both(
        "Une décision automatisée n’offre pas d’intervention humaine.",
        "An automated decision offers no human intervention.",
    ),
    why=both("RGPD, art. 22(3) et 13(2)(f).", "GDPR, art. 22(3) and 13(2)(f)."),
    mend=both(
        "Écrire human_review\u202f: à qui parler, comment contester.",
        "Write human_review: whom to talk to, how to contest.",
    ),
)
def automated_decision_without_review(policy: Policy) -> Findings:
    for activity, purpose in policy.purposes():
        decision = purpose.automated_decision
        if decision is not None and decision.human_review is None:
            yield Finding(
                (*place_of(activity, purpose), "automated_decision"),
                both(
                    f"La décision automatisée de {guillemets(purpose.key)} n’offre pas d’intervention humaine.",
                    f"The automated decision of “{purpose.key}” offers no human intervention.",
                ),
            )


@check(
    "GAR111",
    "missing-impact-assessment",
    title=both(
        "Une analyse d’impact obligatoire n’a pas été faite.", "A compulsory impact assessment was not made."
    ),
    why=both("RGPD, art. 35(1)\u202f: avant le traitement.", "GDPR, art. 35(1): before the processing."),
    mend=both(
        "La faire, puis écrire made: la date, et document: où la lire.",
        "Make it, then write made: its date, and document: where to read it.",
    ),
)
def missing_impact_assessment(policy: Policy) -> Findings:
    for activity in policy.controller_activities:
        assessment = activity.impact_assessment
        if assessment is not None and assessment.required and assessment.made is None:
            yield Finding(
                ("activities", activity.key, "impact_assessment"),
                both(
                    f"L’analyse d’impact de {guillemets(activity.key)} n’a pas de date.",
                    f"The impact assessment of “{activity.key}” has no date.",
                ),
            )


@check(
    "GAR112",
    "joint-controllers-without-arrangement",
    title=both(
        "Des responsables conjoints n’ont pas d’accord de répartition.",
        "Joint controllers have no arrangement.",
    ),
    why=both("RGPD, art. 26(1) et (2).", "GDPR, art. 26(1) and (2)."),
    mend=both(
        "Écrire arrangement\u202f: l’accord qui dit qui fait quoi, et essence\u202f: ce que les personnes en apprennent.",
        "Write arrangement: the agreement that says who does what, and essence: what people are told of it.",
    ),
)
def joint_controllers_without_arrangement(policy: Policy) -> Findings:
    for activity in policy.controller_activities:
        for number, joint in enumerate(activity.joint_controllers):
            if joint.arrangement is None or joint.essence is None:
                yield Finding(
                    ("activities", activity.key, "joint_controllers", number),
                    both(
                        f"Un responsable conjoint de {guillemets(activity.key)} n’a pas d’accord dit aux personnes.",
                        f"A joint controller of “{activity.key}” has no arrangement made known to people.",
                    ),
                )
