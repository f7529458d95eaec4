"""What people change in the template's cells wins over Garant's own sheet, and is told in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from garant.policy import Policy, load_policy
from garant.publish.register import Imported, as_ods, import_register
from tests.conftest import ROOT
from tests.publish.register.workbooks import Workbook

REFERENCE = load_policy(ROOT / "examples" / "seipra-score" / "policy").document
RAW = as_ods(REFERENCE)
CUSTOMERS, RECRUITMENT, DEVELOPMENT = "Fiche 1", "Fiche 2", "Fiche 3"


def changed(*changes: Callable[[Workbook], object]) -> Imported:
    workbook = Workbook(RAW)
    for change in changes:
        change(workbook)
    return import_register(workbook.saved())


def cell(sheet: str, label: str, column: int, text: str) -> Imported:
    return changed(lambda workbook: workbook.write(sheet, label, column, text))


def told(imported: Imported) -> list[str]:
    said = [f"{note.kind}: {note.where.fr}: {note.text.fr}" for note in imported.notes]
    return [one.replace("\u202f", " ") for one in said]


def apart_from(policy: Policy, *sections: str) -> Policy:
    """The policy, with these sections as in the reference."""
    return policy.model_copy(update={name: getattr(REFERENCE, name) for name in sections})


def test_another_library_that_changes_nothing_changes_nothing() -> None:
    imported = changed()
    assert (imported.policy, imported.notes) == (REFERENCE, ())


def test_the_name_of_a_processing() -> None:
    imported = cell(CUSTOMERS, "Nom du traitement", 1, "Clients et prospects")
    label = imported.policy.activities["customer-relationship"].label
    assert (label.fr, label.en) == ("Clients et prospects", "Customer relationship")
    assert told(imported) == [
        "changed: Fiche 1 - Relation client, nom: « Relation client » devient « Clients et prospects ».",
        "check: Fiche 1 - Relation client, nom: L’anglais dit encore « Customer relationship ».",
    ]
    assert apart_from(imported.policy, "activities") == REFERENCE


def test_the_name_in_the_list_alone_counts_too() -> None:
    imported = cell("Liste", "Relation client", 0, "Clients")
    assert imported.policy.activities["customer-relationship"].label.fr == "Clients"


def test_numbers_and_dates() -> None:
    imported = changed(
        lambda one: one.write(CUSTOMERS, "N° / REF", 1, "T-01"),
        lambda one: one.write(CUSTOMERS, "Date de création", 1, "01/02/2024"),
        lambda one: one.write(CUSTOMERS, "Dernière mise", 1, "hier"),
    )
    activity = imported.policy.activities["customer-relationship"]
    assert (activity.reference, str(activity.created), activity.updated) == ("T-01", "2024-02-01", None)
    assert [note.kind for note in imported.notes] == ["added", "added", "lost"]


def test_purposes_are_renamed_added_and_taken_out() -> None:
    imported = changed(
        lambda one: one.write(
            CUSTOMERS, "Finalité principale", 1, "Suivre nos clients\n– Garder des fiches\n– X"
        ),
        lambda one: one.write(CUSTOMERS, "Sous-finalité 2", 1, ""),
        lambda one: one.insert_row(
            CUSTOMERS, "Catégories de données", "Sous-finalité 6", "Fêter les clients"
        ),
    )
    purposes = imported.policy.controller_activities[0].purposes
    first = purposes["commercial-relationship"]
    assert [first.label.fr, *(one.fr for one in first.details)] == [
        "Suivre nos clients",
        "Garder des fiches",
        "X",
    ]
    assert (
        first.legal_basis
        == REFERENCE.controller_activities[0].purposes["commercial-relationship"].legal_basis
    )
    assert "support" not in purposes
    assert purposes["feter-les-clients"].legal_basis is None
    assert any(line.startswith("complete") and "base légale" in line for line in told(imported))


def test_data_and_people_come_and_go() -> None:
    imported = changed(
        lambda one: one.write(CUSTOMERS, "État civil", 1, "Identité ; Photographie ; Badge"),
        lambda one: one.write(
            CUSTOMERS, "Vie professionnelle", 1, "Vie professionnelle ; Coordonnées au travail"
        ),
        lambda one: one.write(CUSTOMERS, "Catégorie de personnes 3", 1, "Salariés"),
        lambda one: one.write(CUSTOMERS, "Catégorie de personnes 2", 2, "Curieux"),
    )
    activity = imported.policy.activities["customer-relationship"]
    assert "photograph" in activity.data
    assert imported.policy.data_categories["badge"].parent == "identity"
    assert imported.policy.data_categories["professional-contact"].label.fr == "Coordonnées au travail"
    assert activity.subjects == ("customers", "curieux", "staff")
    assert imported.policy.subject_categories["curieux"].parent == "prospects"


def test_a_period_changed_in_every_row_changes_the_rule() -> None:
    rows = ("État civil", "Informations d’ordre", "Vie professionnelle", "Autres données")

    def shorter(workbook: Workbook) -> None:
        for row in rows:
            said = workbook.read(CUSTOMERS, row, 3).replace("Prospects : 3 ans", "Prospects : 2 ans")
            workbook.write(CUSTOMERS, row, 3, said)

    imported = changed(shorter)
    rule = imported.policy.retention["prospects"]
    assert str(rule.total_period) == "P2Y"
    assert (
        rule.model_copy(update={"phases": REFERENCE.retention["prospects"].phases})
        == (REFERENCE.retention["prospects"])
    )
    assert apart_from(imported.policy, "retention") == REFERENCE
    assert [note.kind for note in imported.notes] == ["changed", "check"]
    assert "trois ans" in imported.notes[1].text.fr


def test_a_period_changed_for_some_data_makes_a_rule_for_them() -> None:
    imported = cell(
        CUSTOMERS,
        "Autres données",
        3,
        "Prospects : 6 mois après la dernière activité\nClients : 5 ans après la fin de la relation commerciale, en "
        "archives, à l’accès restreint, puis effacées",
    )
    rules = imported.policy.retention
    made = rules["customer-relationship-other"]
    assert (str(made.total_period), made.trigger) == ("P6M", "last-activity")
    assert set(made.data) == {"commercial-relationship", "preferences"}
    assert set(rules["prospects"].data) == {
        "identity",
        "professional-life",
        "professional-contact",
        "economic",
    }
    assert (made.subjects, made.fate) == (("prospects",), "erase")


def test_a_rule_that_serves_several_activities_is_split() -> None:
    said = "Clients : 4 ans après la fin de la relation commerciale, en archives"
    imported = cell(DEVELOPMENT, "État civil", 3, said)
    rules = imported.policy.retention
    assert rules["customers"].activities == ("customer-relationship",)
    assert rules["customers"].phases == REFERENCE.retention["customers"].phases
    assert rules["customers-technical-development"].data == ("professional-life",)
    assert str(rules["technical-development-civil-status"].total_period) == "P4Y"
    assert rules["technical-development-civil-status"].data == ("identity",)


def test_a_rule_changed_for_one_activity_stays_as_it_was_for_the_others() -> None:
    said = "Clients : 4 ans après la fin de la relation commerciale, en archives"
    imported = changed(
        lambda one: one.write(DEVELOPMENT, "État civil", 3, said),
        lambda one: one.write(DEVELOPMENT, "Vie professionnelle", 3, said),
    )
    rules = imported.policy.retention
    assert rules["customers"].activities == ("customer-relationship",)
    assert rules["customers"].phases == REFERENCE.retention["customers"].phases
    own = rules["customers-technical-development"]
    assert (own.activities, str(own.total_period)) == (("technical-development",), "P4Y")
    assert own.archive_phase is not None
    assert "reste comme elle était" in told(imported)[0]


def test_what_names_no_period_is_told_and_not_guessed() -> None:
    imported = cell(RECRUITMENT, "Numéro de Sécurité", 3, "Le temps qu’il faut")
    assert imported.policy.retention == REFERENCE.retention
    assert [note.kind for note in imported.notes] == ["lost"]
    assert "aucune durée" in imported.notes[0].text.fr


def test_recipients_and_processors() -> None:
    imported = changed(
        lambda one: one.write(CUSTOMERS, "Destinataire 1", 3, "Le service commercial"),
        lambda one: one.write(CUSTOMERS, "Destinataire 4", 1, ""),
        lambda one: one.write(CUSTOMERS, "Destinataire 4", 3, ""),
        lambda one: one.insert_row(
            CUSTOMERS, "Mesures de sécurité", "Destinataire 8", "Sous-traitants", "", "Routeur"
        ),
    )
    activity, policy = imported.policy.activities["customer-relationship"], imported.policy
    assert policy.recipients["authorised-staff"].label.fr == "Le service commercial"
    assert "police" not in activity.recipients
    assert "police" in policy.recipients
    assert activity.processors == ("it-provider", "accountant", "routeur")
    assert policy.processors["routeur"].label.fr == "Routeur"
    assert policy.activities["recruitment"] == REFERENCE.activities["recruitment"]


def test_measures() -> None:
    imported = changed(
        lambda one: one.write(CUSTOMERS, "Mesure de sécurité 2", 1, "Sauvegarde des données"),
        lambda one: one.write(CUSTOMERS, "Mesure de sécurité 2", 3, "Copies chaque nuit"),
        lambda one: one.insert_row(
            CUSTOMERS, "Transferts hors UE", "Mesure 6", "Chiffrement des données", "", "TLS"
        ),
    )
    before, after = REFERENCE.measures, imported.policy.measures
    key = list(before)[1]
    assert (after[key].kind, after[key].label.fr) == ("backup", "Copies chaque nuit")
    assert (after["tls"].kind, after["tls"].activities) == ("encryption", ("customer-relationship",))


def test_a_measure_taken_out_of_one_activity_stays_in_the_others() -> None:
    imported = changed(
        lambda one: one.write(CUSTOMERS, "Mesure de sécurité 1", 1, ""),
        lambda one: one.write(CUSTOMERS, "Mesure de sécurité 1", 3, ""),
    )
    key = next(iter(REFERENCE.measures))
    assert imported.policy.measures[key].activities == ("recruitment", "technical-development")


def test_transfers() -> None:
    def write(workbook: Workbook) -> None:
        for column, text in enumerate(("Nuage SA", "États-Unis", "Clauses contractuelles types (CCT)"), 1):
            workbook.write(CUSTOMERS, "Transfert 1", column, text)
        workbook.write(CUSTOMERS, "Transfert 1", 5, "https://nuage.example/clauses")
        workbook.write(CUSTOMERS, "Transfert 2", 1, "Ailleurs")
        workbook.write(CUSTOMERS, "Transfert 3", 1, "Bouclier")
        workbook.write(CUSTOMERS, "Transfert 3", 2, "us")
        workbook.write(CUSTOMERS, "Transfert 3", 3, "Privacy Shield")

    imported = changed(write)
    transfer = imported.policy.transfers["nuage-sa"]
    assert transfer.safeguard is not None
    assert (transfer.country, transfer.to, transfer.safeguard.kind) == ("US", "nuage-sa", "standard-clauses")
    assert transfer.safeguard.document == "https://nuage.example/clauses"
    assert imported.policy.transfers["bouclier"].safeguard is None
    lost = [note.text.fr for note in imported.notes if note.kind == "lost"]
    assert len(lost) == 2
    assert "16 juillet 2020" in lost[1]
    again = Workbook(as_ods(imported.policy)).write(CUSTOMERS, "Transfert 1", 2, "Japon")
    assert import_register(again.saved()).policy.transfers["nuage-sa"].country == "JP"


def test_the_head_of_the_list() -> None:
    imported = changed(
        lambda one: one.write("Liste", "Responsable", 2, "Score SAS"),
        lambda one: one.write("Liste", "Délégué", 4, "Camille"),
        lambda one: one.write("Liste", "Délégué", 6, "Conseil RGPD"),
    )
    organisation = imported.policy.organisation
    assert organisation.name == "Score SAS"
    assert organisation.dpo is not None
    assert (organisation.dpo.first_name, organisation.dpo.company) == ("Camille", "Conseil RGPD")


def test_a_record_that_is_gone_leaves_its_activity_and_is_told() -> None:
    imported = changed(lambda one: one.remove(RECRUITMENT))
    assert imported.policy == REFERENCE
    assert "n’est plus là" in imported.notes[0].text.fr


def test_a_record_that_is_copied_makes_an_activity() -> None:
    imported = changed(
        lambda one: one.copy(RECRUITMENT, "Stages"),
        lambda one: one.write("Stages", "Nom du traitement", 1, "Stages"),
        lambda one: one.write("Stages", "N° / REF", 1, "T-9"),
    )
    made = imported.policy.activities["stages"]
    assert made.reference == "T-9"
    assert set(made.data) == set(REFERENCE.activities["recruitment"].data)
    assert apart_from(imported.policy, "activities", "retention") == REFERENCE
    assert list(imported.policy.activities)[:-1] == list(REFERENCE.activities)


def test_two_records_that_differ_about_one_recipient_are_told() -> None:
    imported = changed(
        lambda one: one.write(CUSTOMERS, "Destinataire 1", 3, "Les uns"),
        lambda one: one.write(RECRUITMENT, "Destinataire 1", 3, "Les autres"),
    )
    assert imported.policy.recipients["authorised-staff"].label.fr == "Les autres"
    assert any("Deux feuilles" in note.text.fr for note in imported.notes)


@pytest.mark.parametrize(
    ("label", "column", "text", "kind"),
    [
        ("Responsable du traitement", 1, "Autre", "lost"),
        ("Nom du traitement", 1, "x" * 600, "changed"),
    ],
)
def test_whatever_is_written_is_told(label: str, column: int, text: str, kind: str) -> None:
    assert cell(CUSTOMERS, label, column, text).notes[0].kind == kind
