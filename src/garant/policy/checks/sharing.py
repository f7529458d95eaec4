"""GAR25x, GAR26x: recipients, processors, and what is done for clients (GDPR art. 13(1)(e), 28 to 30)."""

from ..document import Policy, ProcessorActivity
from .base import Finding, Findings, both, check, guillemets


@check(
    "GAR251",
    "recipient-never-used",
    title=both("Un destinataire ne reçoit rien.", "A recipient receives nothing."),
    why=both(
        "RGPD, art. 13(1)(e) et 5(1)(a)\u202f: la notice dit qui reçoit vraiment les données.",
        "GDPR, art. 13(1)(e) and 5(1)(a): the notice says who really receives data.",
    ),
    mend=both("Le nommer dans une activité, ou le retirer.", "Name it in an activity, or remove it."),
    severity="warning",
)
def recipient_never_used(policy: Policy) -> Findings:
    used = {key for activity in policy.activities.values() for key in activity.recipients}
    used |= {key for _, purpose in policy.purposes() for key in purpose.recipients}
    for key in policy.recipients:
        if key not in used:
            yield Finding(
                ("recipients", key),
                both(
                    f"Le destinataire {guillemets(key)} ne reçoit rien.",
                    f"The recipient “{key}” receives nothing.",
                ),
            )


@check(
    "GAR252",
    "processor-never-used",
    title=both("Un sous-traitant ne traite rien.", "A processor processes nothing."),
    why=both(
        "RGPD, art. 13(1)(e) et 30(1)(d)\u202f: la notice et le registre disent qui traite vraiment les données.",
        "GDPR, art. 13(1)(e) and 30(1)(d): notice and record say who really processes data.",
    ),
    mend=both("Le nommer dans une activité, ou le retirer.", "Name it in an activity, or remove it."),
    severity="warning",
)
def processor_never_used(policy: Policy) -> Findings:
    used = {key for activity in policy.activities.values() for key in activity.processors}
    used |= {key for processor in policy.processors.values() for key in processor.sub_processors}
    for key in policy.processors:
        if key not in used:
            yield Finding(
                ("processors", key),
                both(
                    f"Le sous-traitant {guillemets(key)} ne traite rien.",
                    f"The processor “{key}” processes nothing.",
                ),
            )


def _sub_processors(policy: Policy) -> set[str]:
    """The processors of which the organisation, or another processor, is itself the client's processor."""
    used = {key for activity in policy.processor_activities for key in activity.processors}
    return used | {key for processor in policy.processors.values() for key in processor.sub_processors}


@check(
    "GAR253",
    "processor-without-contract",
    title=both("Un sous-traitant n’a pas de contrat.", "A processor has no contract."),
    why=both(
        "RGPD, art. 28(3)\u202f: un contrat écrit lie le sous-traitant.",
        "GDPR, art. 28(3): a written contract binds the processor.",
    ),
    mend=both("Signer le contrat, puis écrire contract.", "Sign the contract, then write contract."),
)
def processor_without_contract(policy: Policy) -> Findings:
    below = _sub_processors(policy)
    for key, processor in policy.processors.items():
        if processor.contract is None and key not in below:
            yield Finding(
                ("processors", key),
                both(
                    f"Le sous-traitant {guillemets(key)} n’a pas de contrat.",
                    f"The processor “{key}” has no contract.",
                ),
            )


@check(
    "GAR254",
    "sub-processor-without-contract",
    title=both("Un sous-traitant ultérieur n’a pas de contrat.", "A sub-processor has no contract."),
    why=both(
        "RGPD, art. 28(4)\u202f: les mêmes obligations que celles du client lui sont imposées par contrat.",
        "GDPR, art. 28(4): the same obligations as the client’s are imposed on it by contract.",
    ),
    mend=both(
        "Signer un contrat aux mêmes obligations, avec l’autorisation du client, puis écrire contract.",
        "Sign a contract with the same obligations, with the client’s authorisation, then write contract.",
    ),
)
def sub_processor_without_contract(policy: Policy) -> Findings:
    below = _sub_processors(policy)
    for key, processor in policy.processors.items():
        if processor.contract is None and key in below:
            yield Finding(
                ("processors", key),
                both(
                    f"Le sous-traitant ultérieur {guillemets(key)} n’a pas de contrat.",
                    f"The sub-processor “{key}” has no contract.",
                ),
            )


@check(
    "GAR255",
    "unverified-processor",
    title=both(
        "Rien ne dit comment un sous-traitant est vérifié.", "Nothing says how a processor is verified."
    ),
    why=both(
        "RGPD, art. 28(1)\u202f: des garanties suffisantes.", "GDPR, art. 28(1): sufficient guarantees."
    ),
    mend=both(
        "Écrire guarantees\u202f: l’audit, la certification, la revue.",
        "Write guarantees: the audit, certification or review.",
    ),
    severity="warning",
)
def unverified_processor(policy: Policy) -> Findings:
    for key, processor in policy.processors.items():
        if processor.guarantees is None:
            yield Finding(
                ("processors", key),
                both(
                    f"Rien ne dit comment {guillemets(key)} est vérifié.",
                    f"Nothing says how “{key}” is verified.",
                ),
            )


def _about(activity: ProcessorActivity, fr: str, en: str) -> Finding:
    place = ("activities", activity.key)
    return Finding(place, both(fr.format(guillemets(activity.key)), en.format(f"“{activity.key}”")))


@check(
    "GAR256",
    "no-client",
    title=both(
        "Une activité de sous-traitance ne nomme aucun client.",
        "An activity done as a processor names no client.",
    ),
    why=both(
        "RGPD, art. 30(2)(a)\u202f: chaque responsable pour le compte duquel on agit.",
        "GDPR, art. 30(2)(a): each controller on behalf of which one acts.",
    ),
    mend=both("Écrire clients.", "Write clients."),
)
def no_client(policy: Policy) -> Findings:
    for activity in policy.processor_activities:
        if not activity.clients:
            yield _about(activity, "L’activité {} ne nomme aucun client.", "The activity {} names no client.")


@check(
    "GAR257",
    "no-instruction",
    title=both(
        "Une activité de sous-traitance n’a pas d’instruction.",
        "An activity done as a processor has no instruction.",
    ),
    why=both(
        "RGPD, art. 28(3)(a) et 29\u202f: seulement sur instruction documentée du client.",
        "GDPR, art. 28(3)(a) and 29: only on the client’s documented instructions.",
    ),
    mend=both(
        "Écrire instructions\u202f: ce que le client a demandé, par écrit.",
        "Write instructions: what the client asked for, in writing.",
    ),
)
def no_instruction(policy: Policy) -> Findings:
    for activity in policy.processor_activities:
        if not activity.instructions:
            yield _about(
                activity, "L’activité {} n’a pas d’instruction.", "The activity {} has no instruction."
            )


@check(
    "GAR258",
    "no-operation",
    title=both(
        "Une activité de sous-traitance ne dit pas ce qui est fait.",
        "An activity done as a processor does not say what is done.",
    ),
    why=both(
        "RGPD, art. 30(2)(b)\u202f: les catégories de traitements faits pour chaque client.",
        "GDPR, art. 30(2)(b): the categories of processing done for each client.",
    ),
    mend=both("Écrire operations.", "Write operations."),
)
def no_operation(policy: Policy) -> Findings:
    for activity in policy.processor_activities:
        if not activity.operations:
            yield _about(
                activity,
                "L’activité {} ne dit pas ce qui est fait.",
                "The activity {} does not say what is done.",
            )


@check(
    "GAR259",
    "client-without-contract",
    title=both("Un client n’a pas de contrat de sous-traitance.", "A client has no processing contract."),
    why=both("RGPD, art. 28(3) et (9).", "GDPR, art. 28(3) and (9)."),
    mend=both(
        "Écrire contract\u202f: le contrat ou la clause des conditions générales.",
        "Write contract: the contract, or the clause of the general terms.",
    ),
)
def client_without_contract(policy: Policy) -> Findings:
    for activity in policy.processor_activities:
        for key, client in activity.clients.items():
            if client.contract is None:
                yield Finding(
                    ("activities", activity.key, "clients", key),
                    both(
                        f"Le client {guillemets(key)} n’a pas de contrat de sous-traitance.",
                        f"The client “{key}” has no processing contract.",
                    ),
                )


@check(
    "GAR260",
    "own-copy-unsaid",
    title=both(
        "Rien ne dit si un sous-traitant tient une copie à lui.",
        "Nothing says whether a processor holds a copy of its own.",
    ),
    why=both(
        (
            "RGPD, art. 15 et 28(3)(e)\u202f: la copie qu’il tient est due à la personne\u202f; tant que rien ne le dit, elle "
            "n’est pas demandée."
        ),
        (
            "GDPR, art. 15 and 28(3)(e): the copy that it holds is due to the person; as long as nothing says so, it is "
            "not asked for."
        ),
    ),
    mend=both(
        "Écrire own_copy\u202f: true s’il tient des données dans ses propres systèmes, false s’il n’emploie que les vôtres.",
        "Write own_copy: true where it holds data in systems of its own, false where it uses only yours.",
    ),
    severity="warning",
)
def own_copy_unsaid(policy: Policy) -> Findings:
    for key, processor in policy.processors.items():
        if processor.own_copy is None:
            yield Finding(
                ("processors", key),
                both(
                    f"Rien ne dit si {guillemets(key)} tient une copie à lui.",
                    f"Nothing says whether “{key}” holds a copy of its own.",
                ),
            )
