"""A register in the CNIL's template that Garant did not write."""

from __future__ import annotations

import pytest

from garant.policy import Period
from garant.publish.register import import_register
from garant.publish.register.cnil.retention import periods
from tests.publish.register.workbooks import plain_workbook

LIST = [
    ["Responsable de traitement", "Nom", "Acme SARL", "Prénom", "", "Adresse", "1 rue de la Paix", "", ""],
    [
        "",
        "CP",
        "75002",
        "Ville",
        "Paris",
        "Téléphone",
        "01 02 03 04 05",
        "Adresse mél",
        "contact@acme.example",
    ],
    ["Représentant", "Nom", "", "Prénom", "", "Adresse", "", "", ""],
    ["", "CP", "", "Ville", "", "Téléphone", "", "Adresse mél", ""],
    [
        "Délégué à la protection des données",
        "Nom",
        "Martin",
        "Prénom",
        "Camille",
        "Société",
        "Conseil",
        "Adresse",
        "",
    ],
    ["", "CP", "", "Ville", "", "Téléphone", "", "Adresse mél", "dpo@acme.example"],
    [],
    [
        "Nom du traitement",
        "N° / REF",
        "Date de création",
        "Mise à jour",
        "Finalité",
        "",
        "Données sensibles ?",
    ],
    ["Gestion de la paie", "T-1", "01/02/2024", "", "Payer les salariés", "", "Oui"],
    ["Vidéoprotection", "T-2", "", "", "Protéger les biens", "", "Non"],
]
RECORD = [
    ["Fiche de registre", "", "", "réf", "T-1"],
    [],
    ["Description du traitement"],
    ["Nom / sigle", "Gestion de la paie"],
    ["N° / REF", "T-1"],
    ["Date de création", "01/02/2024"],
    ["Mise à jour", "2025-03-04"],
    [],
    ["Acteurs", "Nom", "Adresse", "CP", "Ville", "Pays", "Téléphone", "Adresse mél"],
    ["Responsable du traitement", "Acme SARL"],
    ["Délégué à la protection des données", "Camille Martin"],
    ["Société du DPO"],
    ["Représentant"],
    ["Responsable(s) conjoint(s)", "Groupe Acme", "", "", "", "", "", "groupe@acme.example"],
    [],
    ["Finalité(s) du traitement effectué"],
    ["Finalité principale", "Payer les salariés"],
    ["Sous-finalité 1", "Calculer les cotisations"],
    ["Sous-finalité 2"],
    [],
    ["Catégories de données personnelles concernées", "Description", "", "Durée de conservation"],
    ["État civil, identité, données d'identification, images…", "Noms, prénoms, adresses", "", "5 ans"],
    ["Données de connexion (adress IP, logs, etc.)"],
    ["Numéro de Sécurité Sociale (ou NIR)", "NIR", "", "cinq ans après le départ du salarié"],
    [],
    ["Données sensibles", "Description", "", "Durée de conservation"],
    ["Données concernant la santé", "Arrêts maladie", "", "Le temps utile"],
    [],
    ["Catégories de personnes concernées", "Description", "", "Précisions"],
    ["Catégorie de personnes 1", "Salariés", "", "Tous"],
    [],
    ["Destinataires", "Type de destinataire", "", "Précisions"],
    ["Destinataire 1", "Service interne qui traite les données", "", "Ressources humaines"],
    ["Destinataire 2", "Sous-traitants", "", "Cabinet comptable"],
    [],
    ["Mesures de sécurité", "Type de mesure", "", "Précisions"],
    ["Mesure 1", "Chiffrement des données", "", "Disques chiffrés"],
    ["Mesure 2", "Contrôle d'accès des utilisateurs", "", ""],
    [],
    ["Transferts hors UE", "Destinataire", "Pays", "Type de garanties", "", "Lien vers le doc"],
    [
        "Organisme destinataire 1",
        "Nuage Inc.",
        "Etats-Unis",
        "Clauses contractuelles types",
        "",
        "nuage.example",
    ],
]


@pytest.fixture(scope="module")
def imported():
    sheets = {
        "Tutoriel": [["Bienvenue"]],
        "2 - Liste des traitements": LIST,
        "3 - Modèle de fiche de registre": [[row[0] if row else ""] for row in RECORD],
        "4 - Exemple de fiche": RECORD,
        "Paie": RECORD,
        "5 - Listes": [["Salariés"], ["Clients"]],
    }
    return import_register(plain_workbook(sheets))


def test_the_head_becomes_the_organisation(imported) -> None:
    organisation = imported.policy.organisation
    assert not imported.from_garant
    assert (organisation.key, organisation.name, organisation.time_zone) == (
        "acme-sarl",
        "Acme SARL",
        "Europe/Paris",
    )
    assert (organisation.address.city, organisation.contact.phone) == ("Paris", "01 02 03 04 05")
    assert (organisation.dpo.name, organisation.dpo.first_name, organisation.dpo.company) == (
        "Martin",
        "Camille",
        "Conseil",
    )
    assert organisation.dpo.email == "dpo@acme.example"
    assert organisation.representative is None


def test_a_record_becomes_an_activity(imported) -> None:
    assert list(imported.policy.activities) == ["gestion-de-la-paie", "videoprotection"]
    activity = imported.policy.activities["gestion-de-la-paie"]
    assert (activity.label.fr, activity.reference) == ("Gestion de la paie", "T-1")
    assert (str(activity.created), str(activity.updated)) == ("2024-02-01", "2025-03-04")
    assert [one.label.fr for one in activity.purposes.values()] == [
        "Payer les salariés",
        "Calculer les cotisations",
    ]
    assert activity.joint_controllers[0].contact.email == "groupe@acme.example"
    assert activity.subjects == ("staff",)
    own = imported.policy.categories.data
    assert own["noms-prenoms-adresses"].parent == "identity"
    assert own["arrets-maladie"].parent == "health"
    assert imported.policy.recipients["ressources-humaines"].kind == "internal-service"
    assert activity.processors == ("cabinet-comptable",)
    assert {one.kind for one in imported.policy.measures.values()} == {"encryption", "access-control"}
    assert imported.policy.transfers["nuage-inc"].country == "US"


def test_retention_is_read_where_it_is_said(imported) -> None:
    rules = {rule.label.fr: rule for rule in imported.policy.retention.values()}
    assert rules["5 ans"].data == ("noms-prenoms-adresses",)
    assert (rules["5 ans"].total_period, rules["5 ans"].trigger) == (Period(years=5), None)
    assert rules["cinq ans après le départ du salarié"].trigger == "departure"
    assert rules["Le temps utile"].phases == ()


def test_what_is_missing_is_said(imported) -> None:
    said = [f"{note.kind}: {note.text.fr}".replace("\u202f", " ") for note in imported.notes]
    assert sum("La base légale (art. 6)" in line for line in said) == 3
    assert any(line.startswith("complete: « Le temps utile » : il manque la durée") for line in said)
    assert any("Le modèle ne dit ni les bases légales" in line for line in said)
    assert any(line.startswith("lost: « nuage.example »") for line in said)
    assert all(note.where.missing() == () and note.text.missing() == () for note in imported.notes)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("3 ans", ["P3Y"]),
        ("Trois années après le contrat", ["P3Y"]),
        ("2 ans et 6 mois, puis 5 ans", ["P2Y6M", "P5Y"]),
        ("6 semaines puis 1 an", ["P42D", "P1Y"]),
        ("30 jours", ["P30D"]),
        ("aussi longtemps que nécessaire", []),
        ("5000 ans", []),
        ("12anses", []),
    ],
)
def test_periods_are_found_in_words(words: str, found: list[str]) -> None:
    assert [str(one) for one in periods(words)] == found
