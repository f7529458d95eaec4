"""The reference policy: every fact of the published one, none of its sentences, no finding."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from garant.policy.document import Policy
from garant.policy.loader import LoadedPolicy
from garant.policy.text import Text
from tests.examples.conftest import EXAMPLE

Fact = Callable[[Policy], bool]
LONGEST_SHARED_RUN = 7
"""So many words in a row, in common with the published policy, are a copy."""
LAWS = re.compile(r"Règlement \(UE\).*|Loi n°.*|Commission nationale.*|Code de .*")


def _activity(policy: Policy, key: str, role: str, data: set[str], subjects: set[str]) -> bool:
    activity = policy.activities[key]
    return activity.role == role and data <= set(activity.data) and subjects <= set(activity.subjects)


def _ground(policy: Policy, activity: str, ground: str, *words: str) -> bool:
    """Each word is in a detail of a purpose that rests on this ground."""
    found = next(a for a in policy.controller_activities if a.key == activity)
    purposes = [p for p in found.purposes.values() if p.legal_basis and p.legal_basis.ground == ground]
    details = " ".join(text.fr for p in purposes for text in p.details).lower()
    return all(word in details for word in words)


def _rule(policy: Policy, key: str, period: str, trigger: str, subject: str, *activities: str) -> bool:
    rule = policy.retention[key]
    same = (
        str(rule.total_period) == period and rule.trigger == trigger and subject in (rule.subjects or subject)
    )
    return same and rule.activities == activities and rule.fate == "erase"


def _covers(policy: Policy, *keys: str) -> bool:
    """Each category is, or stands below, one that some activity collects."""
    tree = policy.data_categories
    collected = {key for activity in policy.activities.values() for key in activity.data}
    return all(any(tree.covers(wide, key) for wide in collected) for key in keys)


def _promise(policy: Policy, kind: str) -> bool:
    return any(promise.kind == kind for promise in policy.promises.values())


def _says(text: Text | None, *words: str) -> bool:
    return text is not None and all(word in text.fr for word in words)


def _principle(policy: Policy, *words: str) -> bool:
    said = " ".join(f"{p.label.fr} {p.statement.fr}" for p in policy.notice.principles.values()).lower()
    return all(word in said for word in words)


FACTS: dict[str, Fact] = {
    # Foreword, words, principles
    "the GDPR applies, since 25 May 2018": lambda p: _says(
        p.notice.legal_framework[0], "2016/679", "27 avril 2016", "25 mai 2018"
    ),
    "so does the French act of 1978": lambda p: _says(p.notice.legal_framework[1], "78-17", "6 janvier 1978"),
    "it goes with the legal notice and the terms of sale": lambda p: (
        _says(p.notice.related[0], "mentions légales") and _says(p.notice.related[1], "conditions générales")
    ),
    "the foreword announces controller, collection, rights, recipients, cookies": lambda p: _says(
        p.notice.introduction, "répond", "recueillons", "droits", "à qui", "cookies"
    ),
    "four words are explained": lambda p: (
        set(p.notice.glossary) == {"personal-data", "processing", "controller", "processor"}
    ),
    "five principles are stated": lambda p: len(p.notice.principles) == 5,
    "lawfulness names five grounds": lambda p: _principle(
        p, "contrat", "obligation légale", "consentement", "intérêt légitime", "intérêts vitaux"
    ),
    "purposes, minimisation, limits, integrity": lambda p: _principle(
        p, "finalités limitées", "minimisation", "conservation limitée", "intégrité et confidentialité"
    ),
    # Who
    "the controller is SEIPRA Score": lambda p: p.organisation.name == "SEIPRA Score",
    "its trade is on-board equipment and its maintenance": lambda p: _says(
        p.organisation.mission, "équipements embarqués", "maintenance"
    ),
    "as a processor it follows written instructions": lambda p: _says(
        p.processor_activities[0].instructions[0].statement, "instruction écrite", "limites"
    ),
    # Data
    "identity: name, first name, age, sex": lambda p: _covers(p, "name", "birth", "gender"),
    "work: qualification, job, place, diplomas, status": lambda p: _covers(
        p, "qualifications", "occupation", "workplace", "employment-status"
    ),
    "private life: address, telephone": lambda p: _says(
        p.categories.data["application-contact"].description, "Adresse postale", "téléphone"
    ),
    "private life: family, number, licence": lambda p: _covers(
        p, "family-situation", "nir", "driving-licence"
    ),
    "economy: salary, bank": lambda p: _covers(p, "salary", "bank-details"),
    "connection: identifiers and passwords": lambda p: _covers(p, "credentials"),
    "location": lambda p: _covers(p, "location"),
    "internet: address and history": lambda p: _covers(p, "ip-address", "browsing-history"),
    "video: image and location": lambda p: _covers(p, "cctv-images", "cctv-location"),
    "sound": lambda p: _covers(p, "sound-recording"),
    "no sensitive data in supply and maintenance": lambda p: (
        set(p.promises["no-sensitive-data"].data)
        == {"religion", "trade-union", "racial-origin", "offences", "health"}
    ),
    # Customer relationship
    "customer relationship, as controller": lambda p: _activity(
        p,
        "customer-relationship",
        "controller",
        {"identity", "professional-life", "economic"},
        {"customers", "prospects"},
    ),
    "on contract: relationship, records, offer": lambda p: _ground(
        p, "customer-relationship", "contract", "relation commerciale", "fiches clients", "offre", "besoins"
    ),
    "on contract: quotes, invoices, orders, renewals, payments": lambda p: _ground(
        p,
        "customer-relationship",
        "contract",
        "devis",
        "factures",
        "commandes",
        "renouveler les contrats",
        "règlements",
    ),
    "on contract: answers and telephone support": lambda p: _ground(
        p, "customer-relationship", "contract", "questions", "téléphone"
    ),
    "on legitimate interest: marketing on request, services, information": lambda p: _ground(
        p,
        "customer-relationship",
        "legitimate-interests",
        "commerciales, seulement si vous les avez demandées",
        "services adaptés",
        "communications d’information",
    ),
    # Technical development
    "technical development, as controller": lambda p: _activity(
        p, "technical-development", "controller", {"identity", "professional-life"}, {"customers"}
    ),
    "on legitimate interest: develop, specify, displays, acceptance": lambda p: _ground(
        p,
        "technical-development",
        "legitimate-interests",
        "développer",
        "écrire ce qu’ils doivent faire",
        "affichage",
        "éprouver",
        "mettre en service",
    ),
    "on contract: deployment, feedback": lambda p: _ground(
        p, "technical-development", "contract", "déployer", "retours"
    ),
    # Recruitment
    "recruitment, as controller": lambda p: _activity(
        p,
        "recruitment",
        "controller",
        {"identity", "application-contact", "family-situation", "professional-life", "internet"},
        {"candidates"},
    ),
    "on consent: everything from organisation to welcome": lambda p: _ground(
        p,
        "recruitment",
        "consent",
        "organiser",
        "suivre les candidatures",
        "inviter",
        "rencontrer",
        "choix",
        "formalités d’embauche",
        "accueillir",
    ),
    # Remote maintenance
    "remote maintenance, as processor": lambda p: _activity(
        p,
        "remote-maintenance",
        "processor",
        {"cctv-images", "sound-recording", "cctv-location"},
        {"customer-contacts"},
    ),
    "its ground is the contract": lambda p: p.processor_activities[0].legal_basis.ground == "contract",
    "image sequences are received": lambda p: _says(p.processor_activities[0].operations[0], "séquences"),
    "control is taken after the client's consent": lambda p: _says(
        p.processor_activities[0].operations[1], "accord", "poste"
    ),
    "technical maintenance": lambda p: _says(
        p.processor_activities[0].operations[2], "maintenance technique"
    ),
    "clauses after the CNIL, on line; amendment from the officer": lambda p: _says(
        p.processor_activities[0].clients["maintenance-clients"].contract.label,
        "conditions générales de vente",
        "CNIL",
        "site",
        "avenant",
        "délégué",
    ),
    "disks are the client's duty, nothing is hosted": lambda p: _says(
        p.processor_activities[0].client_duties[0], "disques durs", "entières", "n’hébergeons pas"
    ),
    "remote maintenance is confidential and secure": lambda p: (
        p.measures["remote-access"].activities == ("remote-maintenance",)
    ),
    # Retention
    "customers: relationship + 5 years": lambda p: _rule(
        p,
        "customers",
        "P5Y",
        "end-of-relationship",
        "customers",
        "customer-relationship",
        "technical-development",
    ),
    "prospects: last exchange + 3 years": lambda p: _rule(
        p, "prospects", "P3Y", "last-contact", "prospects", "customer-relationship"
    ),
    "invoices and accounting documents: 10 years": lambda p: _rule(
        p, "invoices", "P10Y", "fiscal-year-close", "customers", "customer-relationship"
    ),
    "unselected candidates: last contact + 2 years": lambda p: _rule(
        p, "candidates", "P2Y", "last-contact", "candidates", "recruitment"
    ),
    "… with their consent": lambda p: (
        p.retention["candidates"].conditions is not None and p.retention["candidates"].sooner == "withdrawal"
    ),
    "maintenance: relationship + 5 years": lambda p: _rule(
        p, "remote-maintenance", "P5Y", "end-of-relationship", "customer-contacts", "remote-maintenance"
    ),
    # Recipients
    "staff who are authorised": lambda p: p.recipients["authorised-staff"].kind == "internal-service",
    "authorised third parties": lambda p: (
        {key for key, r in p.recipients.items() if r.on_request and r.kind == "public-authority"}
        == {"tax-customs-economy", "justice", "police", "health-social"}
    ),
    "IT provider and accountant, verified": lambda p: (
        set(p.processors) == {"it-provider", "accountant"}
        and all(x.guarantees for x in p.processors.values())
    ),
    "nobody else without express agreement": lambda p: _promise(p, "no-disclosure-without-consent"),
    "no sale": lambda p: _promise(p, "no-sale"),
    "no automated decision": lambda p: _promise(p, "no-automated-decision"),
    "no profiling": lambda p: _promise(p, "no-profiling") and not any(u.profiling for _, u in p.purposes()),
    # Rights
    "seven rights": lambda p: (
        set(p.rights.offered)
        == {"access", "rectification", "objection", "restriction", "erasure", "portability", "post-mortem"}
    ),
    "the officer's address": lambda p: (
        p.organisation.dpo is not None
        and p.organisation.dpo.email == "rgpd@seiprascore.com"
        and p.organisation.dpo.address is not None
        and p.organisation.dpo.address.postal_code == "69570"
    ),
    "complaints go to the CNIL": lambda p: (
        p.organisation.authority is not None
        and p.organisation.authority.complaint_url == "https://www.cnil.fr/fr/plaintes"
    ),
    # Security
    "confidentiality, integrity, availability, resilience": lambda p: _says(
        p.measures["resilience"].label, "Confidentialité", "intégrité", "disponibilité", "résilience"
    ),
    "recovery in time": lambda p: _says(p.measures["recovery"].description, "physique ou technique", "temps"),
    "regular tests": lambda p: _says(p.measures["testing"].description, "procédure", "régulièrement"),
    "an obligation of means": lambda p: p.security is not None and _says(p.security.limits, "moyens"),
    "staff aware, bound, liable to discipline": lambda p: (
        p.security is not None and _says(p.security.staff, "formées", "secret", "disciplinaire")
    ),
    # Transfers
    "nothing leaves the Union": lambda p: not p.transfers and _promise(p, "no-transfer"),
    "people are told before, with the safeguards": lambda p: (
        p.transfer_clause is not None
        and _says(p.transfer_clause.statement, "avant", "garanties", "protégées")
    ),
    # Cookies
    "two categories of cookies": lambda p: (
        p.cookies is not None and set(p.cookies.categories) == {"strictly-necessary", "functionality"}
    ),
    "refusing by default is advised": lambda p: (
        p.cookies is not None and _says(p.cookies.statement, "refuser")
    ),
    "the banner at the top lets accept, refuse, choose": lambda p: (
        p.cookies is not None
        and _says(p.cookies.banner, "haut", "accepter", "refuser", "choisir", "politique")
    ),
    "functionality cookies: choices, anonymised, no tracking elsewhere": lambda p: (
        p.cookies is not None
        and _says(p.cookies.categories["functionality"].description, "choix", "anonymisé", "autres sites")
    ),
    # The notice
    "it may evolve": lambda p: _says(p.notice.update_clause, "évoluera"),
    "last updated on 10 June 2024 by OPTIMEX DATA": lambda p: (
        p.notice.updated == date(2024, 6, 10) and p.notice.author == "OPTIMEX DATA"
    ),
}


@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_of_the_published_policy_is_there(policy: LoadedPolicy, fact: str) -> None:
    assert FACTS[fact](policy.document)


def _texts() -> list[tuple[str, str]]:
    """Every French and English text of the example, as written in its files."""
    return [(path.name, path.read_text("utf-8")) for path in sorted((EXAMPLE / "policy").glob("*.yaml"))]


def _words(text: str) -> list[str]:
    return re.findall(r"[\w]+", text.lower().replace("’", "'"))


def test_no_sentence_of_the_published_policy_is_copied(shared_folder: Path) -> None:
    seed = _words("\n".join(path.read_text("utf-8") for path in (shared_folder / "seed").glob("*.txt")))
    runs = {tuple(seed[i : i + LONGEST_SHARED_RUN]) for i in range(len(seed))}
    for name, text in _texts():
        words = _words(LAWS.sub("", text))
        copied = [
            " ".join(words[i : i + LONGEST_SHARED_RUN])
            for i in range(len(words) - LONGEST_SHARED_RUN)
            if tuple(words[i : i + LONGEST_SHARED_RUN]) in runs
        ]
        assert copied == [], name


def test_french_is_typeset_as_french_is() -> None:
    for name, text in _texts():
        assert "'" not in text, name
        assert not re.search(r"[a-zéè»)] [;!?»]|« ", text), name
        assert not re.search(r"(?<=\w) :\s", text), name


def test_everything_is_said_in_both_languages(policy: LoadedPolicy) -> None:
    def texts(part: object) -> list[Text]:
        if isinstance(part, Text):
            return [part]
        if isinstance(part, dict):
            return [text for value in part.values() for text in texts(value)]
        if isinstance(part, tuple):
            return [text for value in part for text in texts(value)]
        fields = getattr(type(part), "model_fields", {})
        return [text for field in fields for text in texts(getattr(part, field))]

    every = texts(policy.document)
    assert len(every) > 150
    assert [text for text in every if text.missing()] == []
    assert [text.fr for text in every if text.fr == text.en] == []
