"""GAR50x, GAR51x: names in a data map that lead nowhere."""

from typing import Final

from garant.systems.checks.findings import rule

_DEAD_NAME: Final = (
    "Un nom qui ne mène nulle part est une promesse que personne ne tient.",
    "A name that leads nowhere is a promise that nobody keeps.",
)
_DECLARE: Final = ("Corriger le nom, ou le déclarer.", "Correct the name, or declare it.")

_IDENTITY: Final = """\
identities:
  email:
    - {root: client, query: SELECT id AS key FROM client WHERE email = :identity}
"""

UNKNOWN_ROOT: Final = rule(
    501,
    "unknown-root",
    ("Cette racine n’est pas déclarée.", "This root is not declared."),
    _DEAD_NAME,
    _DECLARE,
    (
        "roles: {client: {root: person, query: SELECT id AS key FROM client}}\n",
        "roles: {client: {root: client, query: SELECT id AS key FROM client}}\n",
    ),
)
UNKNOWN_ROLE: Final = rule(
    502,
    "unknown-role",
    ("Ce rôle n’est pas déclaré.", "This role is not declared."),
    _DEAD_NAME,
    _DECLARE,
    (
        "promises: [{rule: customers, role: customer, event: end, dispositions: erase-client}]\n",
        "promises: [{rule: customers, role: client, event: end, dispositions: erase-client}]\n",
    ),
)
UNKNOWN_EVENT: Final = rule(
    503,
    "unknown-event",
    ("Cet événement n’est pas déclaré.", "This event is not declared."),
    _DEAD_NAME,
    _DECLARE,
    (
        "promises: [{rule: customers, role: client, event: ended, dispositions: erase-client}]\n",
        "promises: [{rule: customers, role: client, event: end, dispositions: erase-client}]\n",
    ),
)
UNKNOWN_DISPOSITION: Final = rule(
    504,
    "unknown-disposition",
    ("Cette suite d’actions n’est pas déclarée.", "This disposition is not declared."),
    _DEAD_NAME,
    _DECLARE,
    (
        "promises: [{rule: customers, role: client, event: end, dispositions: forget}]\n",
        "promises: [{rule: customers, role: client, event: end, dispositions: erase-client}]\n",
    ),
)
UNKNOWN_TABLE: Final = rule(
    505,
    "unknown-table",
    ("Cette table n’est pas dans la carte.", "This table is not in the map."),
    (
        "Garant ne touche et ne retient que les tables dont la carte dit à qui elles sont.",
        "Garant touches and keeps only tables of which the map says whose they are.",
    ),
    ("Corriger le nom, ou ajouter la table sous tables.", "Correct the name, or add the table under tables."),
    (
        "dispositions: {erase-client: {root: client, actions: [{table: clients, do: delete}]}}\n",
        "dispositions: {erase-client: {root: client, actions: [{table: client, do: delete}]}}\n",
    ),
)
UNKNOWN_COLUMN: Final = rule(
    506,
    "unknown-column",
    ("Cette colonne n’est pas dans la carte.", "This column is not in the map."),
    (
        "Une colonne sans catégorie n’est ni traitée, ni retenue, ni montrée à la personne.",
        "A column without a category is neither treated, nor kept, nor shown to the person.",
    ),
    (
        "Corriger le nom, ou donner la catégorie de la colonne sous tables.",
        "Correct the name, or give the column’s category under tables.",
    ),
    (
        "files: [{table: client, column: photo, store: {env: CLIENT_FILES}}]\n",
        "files: [{table: client, column: portrait, store: {env: CLIENT_FILES}}]\n",
    ),
)
LINK_CYCLE: Final = rule(
    507,
    "link-cycle",
    ("Les liens tournent en rond.", "The links turn in a circle."),
    (
        "Une ligne dont les liens reviennent à leur départ n’est à personne.",
        "A row whose links come back to where they started belongs to nobody.",
    ),
    (
        "Faire finir chaque suite de liens à une racine (root).",
        "Make every chain of links end at a root.",
    ),
    (
        "tables: {note: {links: [{parent: note, column: reply_to}]}}\n",
        "tables: {note: {links: [{parent: ticket, column: ticket_id}]}}\n",
    ),
)
ROOT_NOT_MAPPED: Final = rule(
    508,
    "root-not-mapped",
    (
        "La table de la racine n’est pas dans la carte, ou rien ne l’y rattache.",
        "The root’s own table is not in the map, or nothing links it to the root.",
    ),
    (
        "RGPD, art. 5(1)(e) et 17\u202f: la première ligne à effacer est celle de la personne elle-même.",
        "GDPR, art. 5(1)(e) and 17: the first row to erase is the person’s own.",
    ),
    (
        "Ajouter sous tables, pour cette table\u202f: links: [{root: …, column: la clé de la racine}].",
        "Add under tables, for that table: links: [{root: …, column: the root’s key}].",
    ),
    (
        "roots: {client: {table: customer, key: id}}\n",
        "roots: {client: {table: client, key: id}}\n",
    ),
)
EVENT_WITHOUT_SOURCE: Final = rule(
    509,
    "event-without-source",
    (
        "Aucune source de cet événement ne porte sur cette racine.",
        "No source of this event speaks of this root.",
    ),
    (
        "Sans date, rien n’est jamais dû\u202f: la durée promise ne court pas.",
        "Without a date nothing is ever due: the promised period does not run.",
    ),
    (
        "Ajouter une source\u202f: {root: …, type: date, query: SELECT … AS key, … AS at …}.",
        "Add a source: {root: …, type: date, query: SELECT … AS key, … AS at …}.",
    ),
    (
        "events: {end: []}\n",
        "events: {end: [{root: client, type: date, query: 'SELECT id AS key, ended AS at FROM client'}]}\n",
    ),
)
OTHER_ROOT: Final = rule(
    510,
    "other-root",
    ("Deux parties liées parlent de racines différentes.", "Two linked parts speak of different roots."),
    (
        "Les clés d’une racine ne valent rien dans une autre\u202f: d’autres lignes seraient effacées.",
        "The keys of one root mean nothing in another: the wrong rows would be erased.",
    ),
    (
        "Prendre un rôle et une suite d’actions de la même racine.",
        "Take a role and a disposition of the same root.",
    ),
    (
        "dispositions: {erase-client: {root: ticket, actions: [{table: ticket, do: delete}]}}\n",
        "dispositions: {erase-client: {root: client, actions: [{table: client, do: delete}]}}\n",
    ),
)
UNKNOWN_RULE: Final = rule(
    511,
    "unknown-rule",
    ("La politique n’a pas cette règle de conservation.", "The policy has no such retention rule."),
    (
        "RGPD, art. 5(1)(e)\u202f: la durée vient de la politique, jamais de la carte.",
        "GDPR, art. 5(1)(e): the period comes from the policy, never from the map.",
    ),
    (
        "Corriger le nom, ou écrire la règle dans la politique, avec ses phases.",
        "Correct the name, or write the rule in the policy, with its phases.",
    ),
    (
        "promises: [{rule: clients, role: client, event: end, dispositions: erase-client}]\n",
        "promises: [{rule: customers, role: client, event: end, dispositions: erase-client}]\n",
    ),
)
UNKNOWN_CATEGORY: Final = rule(
    512,
    "unknown-category",
    ("La politique n’a pas cette catégorie de données.", "The policy has no such data category."),
    (
        "RGPD, art. 30(1)(c)\u202f: les catégories de données du registre sont celles des systèmes.",
        "GDPR, art. 30(1)(c): the register’s data categories are those of the systems.",
    ),
    (
        "Prendre une catégorie de la politique, ou l’y ajouter.",
        "Take a category of the policy, or add it there.",
    ),
    (
        "tables: {client: {columns: {name: {category: names, erase: blank}}}}\n",
        "tables: {client: {columns: {name: {category: name, erase: blank}}}}\n",
    ),
)
UNKNOWN_SUBJECTS: Final = rule(
    513,
    "unknown-subjects",
    (
        "Ces personnes ne sont pas celles que vise la politique.",
        "These people are not those the policy is about.",
    ),
    (
        "RGPD, art. 13(2)(a)\u202f: la durée est promise à certaines personnes\u202f; on l’applique à elles.",
        "GDPR, art. 13(2)(a): the period is promised to certain people; it is applied to them.",
    ),
    (
        "Corriger la catégorie de personnes du rôle, ou la règle nommée par la promesse.",
        "Correct the role’s subject category, or the rule that the promise names.",
    ),
    (
        "roles: {client: {root: client, subjects: clients, query: SELECT id AS key FROM client}}\n",
        "roles: {client: {root: client, subjects: customers, query: SELECT id AS key FROM client}}\n",
    ),
)
UNKNOWN_ZONE: Final = rule(
    514,
    "unknown-zone",
    ("Ce fuseau horaire n’existe pas.", "This time zone does not exist."),
    (
        "Base IANA\u202f: à la limite d’une durée, une heure fausse efface un jour trop tôt.",
        "IANA database: at the end of a period, a wrong hour erases a day too early.",
    ),
    ("Écrire un nom IANA, comme UTC ou Europe/Paris.", "Write an IANA name, such as UTC or Europe/Paris."),
    ("zone: Paris\n", "zone: Europe/Paris\n"),
)
NEVER_USED: Final = rule(
    515,
    "never-used",
    ("Rien ne se sert de cette partie.", "Nothing uses this part."),
    (
        "Une suite d’actions qu’aucune promesse ne nomme n’efface rien\u202f; un événement de même.",
        "A disposition that no promise names erases nothing; nor does such an event.",
    ),
    ("La nommer dans une promesse, ou la retirer.", "Name it in a promise, or remove it."),
    (
        "events: {visit: [{root: client, type: date, query: 'SELECT id AS key, seen AS at FROM client'}]}\n",
        "events: {end: [{root: client, type: date, query: 'SELECT id AS key, ended AS at FROM client'}]}\n",
    ),
    severity="warning",
)
PROMISED_TWICE: Final = rule(
    516,
    "promised-twice",
    (
        "La même règle est déjà promise pour le même rôle.",
        "The same rule is already promised for the same role.",
    ),
    (
        "Les mêmes personnes seraient comptées deux fois dans le plan.",
        "The same people would be counted twice in the plan.",
    ),
    ("Garder une seule des deux promesses.", "Keep only one of the two promises."),
    (
        "promises:\n" + 2 * "  - {rule: customers, role: client, event: end, dispositions: erase-client}\n",
        "promises:\n  - {rule: customers, role: client, event: end, dispositions: erase-client}\n",
    ),
)
NO_IDENTITY: Final = rule(
    517,
    "no-identity",
    ("Rien ne dit comment trouver ces personnes.", "Nothing says how these people are found."),
    (
        "RGPD, art. 12(2) et 15\u202f: qui demande ses données donne une adresse ou un numéro, pas une clé.",
        "GDPR, art. 12(2) and 15: people asking for their data give an address or a number, not a key.",
    ),
    (
        "Ajouter sous identities une requête qui mène d’une adresse électronique (:identity) à cette racine.",
        "Add under identities a query that leads from an e-mail (:identity) to this root.",
    ),
    (
        "identities: {email: []}\n",
        _IDENTITY,
    ),
    severity="warning",
)
PARENT_WITHOUT_KEY: Final = rule(
    518,
    "parent-without-key",
    (
        "La table parente n’a pas de clé, et le lien ne dit pas par quelle colonne la rejoindre.",
        "The parent table has no key, and the link does not say which of its columns to join.",
    ),
    (
        "Un lien va d’une colonne à une autre\u202f: il faut les deux.",
        "A link goes from one column to another: both are needed.",
    ),
    (
        "Donner key à la table parente, ou parent_column au lien.",
        "Give the parent table a key, or the link a parent_column.",
    ),
    (
        "tables: {ticket: {key: null}, note: {links: [{parent: ticket, column: ticket_id}]}}\n",
        "tables: {ticket: {key: id}, note: {links: [{parent: ticket, column: ticket_id}]}}\n",
    ),
)
