"""GAR533 to GAR535: the intermediate archive that the policy promises and the map carries out, or not."""

from typing import Final

from garant.systems.checks.findings import rule


def _promise(rule_key: str, archive: str = "") -> str:
    said = f", archive: {archive}" if archive else ""
    return f"promises: [{{rule: {rule_key}, role: client, event: end, dispositions: erase-client{said}}}]\n"


ARCHIVE_WITHOUT_PHASE: Final = rule(
    533,
    "archive-without-phase",
    (
        "La carte demande l’archive, et la règle n’a pas de phase d’archivage intermédiaire.",
        "The map asks for the archive, and the rule has no intermediate archive phase.",
    ),
    (
        "RGPD, art. 13(2)(a)\u202f: ce qui reste archivé après la durée promise est gardé sans que personne le sache.",
        "GDPR, art. 13(2)(a): what stays archived after the promised period is kept without anybody knowing.",
    ),
    (
        "Écrire la phase intermediate-archive dans la règle de la politique, ou retirer archive: true.",
        "Write the intermediate-archive phase in the policy’s rule, or remove archive: true.",
    ),
    (_promise("customers", "true"), _promise("customers")),
)
PHASE_NOT_CARRIED_OUT: Final = rule(
    534,
    "phase-not-carried-out",
    (
        "La règle a une phase d’archivage intermédiaire, et aucune promesse de la carte ne la réalise.",
        "The rule has an intermediate archive phase, and no promise of the map carries it out.",
    ),
    (
        (
            "CNIL, guide sur les durées de conservation\u202f: archivées, les données quittent la base active et seuls "
            "quelques-uns les consultent. Ici elles y restent jusqu’à la fin, sauf si le système les met lui-même à part."
        ),
        (
            "CNIL guide on retention periods: archived data leave the active base and only a few consult them. "
            "Here they stay in it until the end, unless the system sets them apart by itself."
        ),
    ),
    (
        (
            "Écrire archive: true pour que les lignes passent dans l’archive, ou archive: false pour dire que le "
            "système s’en charge ou qu’elles doivent rester."
        ),
        (
            "Write archive: true so that the rows move to the archive, or archive: false to say that the system sees "
            "to it or that they must stay."
        ),
    ),
    (_promise("contracts"), _promise("contracts", "true")),
    severity="warning",
)
ARCHIVED_UNFINDABLE: Final = rule(
    535,
    "archived-unfindable",
    (
        "Un dossier archivé ne pourrait plus être retrouvé\u202f: aucune colonne n’y est marquée email, phone ou number.",
        "An archived record could not be found again: no column in it is marked email, phone or number.",
    ),
    (
        "RGPD, art. 15\u202f: une fois la ligne archivée, seules ces valeurs, hachées, mènent à son dossier.",
        "GDPR, art. 15: once the row is archived, only these values, hashed, lead to its record.",
    ),
    (
        (
            "Marquer la colonne par où la personne est connue (identity: email, phone ou number) dans une table que "
            "la disposition touche."
        ),
        (
            "Mark the column by which the person is known (identity: email, phone or number) in a table that the "
            "disposition touches."
        ),
    ),
    (
        _promise("contracts", "true") + "tables: {client: {columns: {email: {identity: null}}}}\n",
        _promise("contracts", "true"),
    ),
)
