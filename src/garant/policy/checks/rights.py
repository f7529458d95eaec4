"""GAR36x: the rights people are offered (GDPR art. 12 to 22; loi Informatique et Libertés, art. 85)."""

from typing import get_args

from ..document import Ground, Policy, RightKind
from ..periods import Period
from .base import Finding, Findings, both, check, guillemets, listed

ANSWER = Period(months=1)
EXTENSION = Period(months=2)

_GROUNDS: dict[RightKind, frozenset[Ground]] = {
    "portability": frozenset({"consent", "contract"}),
    "objection": frozenset({"legitimate-interests", "public-task"}),
}
"""The rights that some grounds alone open (GDPR art. 20(1)(a), art. 21(1))."""


def _grounds(policy: Policy, activities: tuple[str, ...] = ()) -> set[Ground]:
    """The grounds on which the purposes of these activities rest; of all activities where none is named."""
    return {
        purpose.legal_basis.ground
        for activity, purpose in policy.purposes()
        if purpose.legal_basis is not None and (not activities or activity.key in activities)
    }


def owed(policy: Policy) -> list[RightKind]:
    """The rights that the policy must offer, given its grounds and its country."""
    french = policy.organisation.country == "FR"
    opened = _grounds(policy)
    always: set[RightKind] = {"access", "rectification", "erasure", "restriction"}
    return [
        kind
        for kind in get_args(RightKind)
        if kind in always or (kind == "post-mortem" and french) or opened & _GROUNDS.get(kind, frozenset())
    ]


@check(
    "GAR361",
    "right-not-offered",
    title=both("Un droit dû n’est pas offert.", "A right that is owed is not offered."),
    why=both(
        "RGPD, art. 13(2)(b) et 15 à 21\u202f; loi Informatique et Libertés, art. 48 et 85.",
        "GDPR, art. 13(2)(b) and 15 to 21; French loi Informatique et Libertés, art. 48 and 85.",
    ),
    mend=both("L’ajouter sous rights.offered.", "Add it under rights.offered."),
)
def right_not_offered(policy: Policy) -> Findings:
    missing = [kind for kind in owed(policy) if kind not in policy.rights.offered]
    if policy.activities and missing:
        yield Finding(
            ("rights",),
            both(
                f"Droits dus et non offerts\u202f: {listed(missing)}.",
                f"Rights owed and not offered: {listed(missing)}.",
            ),
        )


@check(
    "GAR362",
    "right-without-ground",
    title=both(
        "Un droit est offert là où aucune base légale ne l’ouvre.",
        "A right is offered where no legal basis opens it.",
    ),
    why=both(
        "RGPD, art. 20(1)(a)\u202f: portabilité si consentement ou contrat\u202f; "
        "art. 21(1)\u202f: opposition si intérêt légitime ou mission publique.",
        "GDPR, art. 20(1)(a): portability with consent or contract; "
        "art. 21(1): objection with legitimate interests or public task.",
    ),
    mend=both(
        "Limiter le droit aux activités qui l’ouvrent, ou le retirer.",
        "Limit the right to the activities that open it, or remove it.",
    ),
    severity="warning",
)
def right_without_ground(policy: Policy) -> Findings:
    for kind, right in policy.rights.offered.items():
        opening = _GROUNDS.get(kind)
        if opening is None:
            continue
        for scope in [(key,) for key in right.activities] or [()]:
            grounds = _grounds(policy, scope)
            if grounds and not grounds & opening:
                yield Finding(
                    ("rights", "offered", kind),
                    both(
                        f"Le droit {guillemets(kind)} est offert, mais la base légale est {listed(sorted(grounds))}.",
                        f"The right “{kind}” is offered, but the legal basis is {listed(sorted(grounds))}.",
                    ),
                )


@check(
    "GAR363",
    "answer-too-late",
    title=both(
        "Le délai de réponse promis dépasse celui de la loi.",
        "The time to answer promised exceeds that of the law.",
    ),
    why=both(
        "RGPD, art. 12(3)\u202f: un mois, prolongé de deux au plus.",
        "GDPR, art. 12(3): one month, extended by two at most.",
    ),
    mend=both(
        "Écrire deadline: P1M et extension: P2M, ou moins.",
        "Write deadline: P1M and extension: P2M, or less.",
    ),
)
def answer_too_late(policy: Policy) -> Findings:
    rights = policy.rights
    limits = (("deadline", rights.deadline, ANSWER), ("extension", rights.extension, EXTENSION))
    for name, period, limit in limits:
        if period.exceeds(limit):
            yield Finding(
                ("rights", name),
                both(
                    f"{name} vaut {period}\u202f: au plus {limit}.", f"{name} is {period}: at most {limit}."
                ),
            )


@check(
    "GAR364",
    "nobody-to-ask",
    title=both(
        "Rien ne dit à qui demander l’exercice d’un droit.", "Nothing says whom to ask to exercise a right."
    ),
    why=both("RGPD, art. 12(2) et 13(1)(b).", "GDPR, art. 12(2) and 13(1)(b)."),
    mend=both(
        "Écrire rights.contact, ou les coordonnées du délégué (organisation.dpo).",
        "Write rights.contact, or how to reach the officer (organisation.dpo).",
    ),
)
def nobody_to_ask(policy: Policy) -> Findings:
    contacts = (policy.rights.contact, policy.organisation.dpo)
    if policy.rights.offered and not any(contact and contact.reachable for contact in contacts):
        yield Finding(
            ("rights",),
            both(
                "Rien ne dit à qui demander l’exercice d’un droit.",
                "Nothing says whom to ask to exercise a right.",
            ),
        )
