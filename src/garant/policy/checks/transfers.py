"""GAR30x: data that leave the European Economic Area (GDPR chapter V)."""

from collections.abc import Iterator
from datetime import date

from ..adequacy import decision_for, in_eea, is_adequate
from ..document import Policy, Transfer
from .base import Finding, Findings, both, check, dated_check, guillemets


def _about(transfer: Transfer, fr: str, en: str, *inside: str) -> Finding:
    place = ("transfers", transfer.key, *inside)
    return Finding(place, both(fr.format(guillemets(transfer.key)), en.format(f"“{transfer.key}”")))


def _leaving(policy: Policy) -> Iterator[Transfer]:
    return (transfer for transfer in policy.transfers.values() if not in_eea(transfer.country))


@check(
    "GAR301",
    "transfer-without-safeguard",
    title=both(
        "Un transfert hors de l’Espace économique européen n’a pas de garantie.",
        "A transfer outside the European Economic Area has no safeguard.",
    ),
    why=both("RGPD, art. 44 à 46 et 13(1)(f).", "GDPR, art. 44 to 46 and 13(1)(f)."),
    mend=both(
        "Écrire safeguard\u202f: décision d’adéquation, clauses types, règles d’entreprise…",
        "Write safeguard: adequacy decision, standard clauses, binding rules…",
    ),
)
def transfer_without_safeguard(policy: Policy) -> Findings:
    for transfer in _leaving(policy):
        if transfer.safeguard is None:
            yield _about(
                transfer, "Le transfert {} n’a pas de garantie.", "The transfer {} has no safeguard."
            )


@dated_check(
    "GAR302",
    "country-not-adequate",
    title=both(
        "Une décision d’adéquation est invoquée à tort.",
        "An adequacy decision is relied on wrongly.",
    ),
    why=both(
        "RGPD, art. 45\u202f: la décision existe, est en vigueur, et couvre le destinataire "
        "(États-Unis\u202f: organismes certifiés seulement).",
        "GDPR, art. 45: the decision exists, is in force, and covers the recipient "
        "(United States: certified organisations only).",
    ),
    mend=both(
        "Choisir une autre garantie\u202f; pour les États-Unis, vérifier la certification et écrire certified: true.",
        "Choose another safeguard; for the United States, verify the certification and write certified: true.",
    ),
)
def country_not_adequate(policy: Policy, as_of: date) -> Findings:
    for transfer in _leaving(policy):
        safeguard = transfer.safeguard
        if safeguard is None or safeguard.kind != "adequacy":
            continue
        if not is_adequate(transfer.country, as_of, certified=safeguard.certified):
            fr, en = _reason(transfer.country, as_of)
            yield Finding(
                ("transfers", transfer.key, "safeguard"),
                both(
                    f"Le transfert {guillemets(transfer.key)} invoque une décision d’adéquation\u202f: {fr}.",
                    f"The transfer “{transfer.key}” relies on an adequacy decision: {en}.",
                ),
            )


def _reason(country: str, as_of: date) -> tuple[str, str]:
    decision = decision_for(country)
    if decision is None:
        return f"il n’y en a pas pour {country}", f"there is none for {country}"
    if not decision.holds_on(as_of):
        return f"{decision.reference} n’est pas en vigueur", f"{decision.reference} is not in force"
    return (
        f"{decision.reference} ne couvre que des organismes certifiés",
        f"{decision.reference} covers certified organisations only",
    )


@check(
    "GAR303",
    "transfer-inside",
    title=both(
        "Un transfert reste dans l’Espace économique européen.",
        "A transfer stays inside the European Economic Area.",
    ),
    why=both(
        "RGPD, art. 1(3) et 44\u202f: le chapitre V ne vise que les pays tiers.",
        "GDPR, art. 1(3) and 44: chapter V concerns third countries only.",
    ),
    mend=both(
        "Retirer le transfert\u202f: le destinataire suffit.", "Remove the transfer: the recipient is enough."
    ),
    severity="warning",
)
def transfer_inside(policy: Policy) -> Findings:
    for transfer in policy.transfers.values():
        if in_eea(transfer.country):
            yield _about(
                transfer,
                "Le transfert {} reste dans l’EEE.",
                "The transfer {} stays inside the EEA.",
                "country",
            )


@check(
    "GAR304",
    "undeclared-transfer",
    title=both(
        "Un destinataire hors de l’Espace économique européen n’a pas de transfert déclaré.",
        "A recipient outside the European Economic Area has no declared transfer.",
    ),
    why=both("RGPD, art. 13(1)(f), 30(1)(e) et 44.", "GDPR, art. 13(1)(f), 30(1)(e) and 44."),
    mend=both(
        "Ajouter le transfert et sa garantie sous transfers.",
        "Add the transfer and its safeguard under transfers.",
    ),
)
def undeclared_transfer(policy: Policy) -> Findings:
    declared = {(transfer.to, transfer.country) for transfer in policy.transfers.values()}
    for section, parties in (("recipients", policy.recipients), ("processors", policy.processors)):
        for key, party in parties.items():
            if (
                party.country is not None
                and not in_eea(party.country)
                and (key, party.country) not in declared
            ):
                yield Finding(
                    (section, key),
                    both(
                        f"{guillemets(key)} est en {party.country}, sans transfert déclaré vers ce pays.",
                        f"“{key}” is in {party.country}, without a declared transfer to that country.",
                    ),
                )


@check(
    "GAR305",
    "transfer-unassessed",
    title=both(
        "Des clauses ou règles protègent un transfert sans analyse du pays.",
        "Clauses or rules protect a transfer without an assessment of the country.",
    ),
    why=both(
        "CJUE, C-311/18, et recommandations 01/2020 du CEPD\u202f: le droit du pays ne doit pas vider la garantie.",
        "CJEU, C-311/18, and EDPB recommendations 01/2020: the country’s law must not defeat the safeguard.",
    ),
    mend=both(
        "Faire l’analyse d’impact du transfert, puis écrire assessment.",
        "Make the transfer impact assessment, then write assessment.",
    ),
)
def transfer_unassessed(policy: Policy) -> Findings:
    contractual = {
        "standard-clauses",
        "binding-rules",
        "authorised-clauses",
        "code-of-conduct",
        "certification",
    }
    for transfer in _leaving(policy):
        safeguard = transfer.safeguard
        if safeguard is not None and safeguard.kind in contractual and safeguard.assessment is None:
            yield _about(
                transfer,
                "Le transfert {} n’a pas d’analyse d’impact.",
                "The transfer {} has no impact assessment.",
                "safeguard",
            )


@check(
    "GAR306",
    "derogation-without-case",
    title=both(
        "Une dérogation est invoquée sans dire laquelle.", "A derogation is relied on without saying which."
    ),
    why=both(
        "RGPD, art. 49\u202f: des cas limités, d’interprétation stricte.",
        "GDPR, art. 49: limited cases, strictly construed.",
    ),
    mend=both("Écrire reference\u202f: le cas de l’art. 49(1).", "Write reference: the case of art. 49(1)."),
)
def derogation_without_case(policy: Policy) -> Findings:
    for transfer in _leaving(policy):
        safeguard = transfer.safeguard
        if safeguard is not None and safeguard.kind == "derogation" and safeguard.reference is None:
            yield _about(
                transfer,
                "Le transfert {} invoque une dérogation sans dire laquelle.",
                "The transfer {} relies on a derogation without saying which.",
                "safeguard",
            )
