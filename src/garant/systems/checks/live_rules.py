"""GAR6xx: a data map held against the catalogue of the live system.

In the examples, the lines that begin with ``#`` are statements that made the system.
"""

from typing import Final

from garant.systems.checks.findings import rule


def _after(statement: str, over: str = "zone: Europe/Paris") -> str:
    return f"# {statement};\n{over}\n"


MISSING_TABLE: Final = rule(
    601,
    "missing-table",
    ("Le système n’a pas cette table.", "The system has no such table."),
    (
        "La carte et le système ne disent plus la même chose\u202f: rien ne sera fait de ces données.",
        "The map and the system no longer say the same: nothing will be done with these data.",
    ),
    ("Corriger le nom (schéma.table au besoin).", "Correct the name (schema.table if need be)."),
    (
        "tables: {visit: {links: [{root: client, column: client_id}]}}\n",
        _after(
            "CREATE TABLE visit (client_id INTEGER)",
            "tables: {visit: {links: [{root: client, column: client_id}]}}",
        ),
    ),
)
MISSING_COLUMN: Final = rule(
    602,
    "missing-column",
    ("La table n’a pas cette colonne.", "The table has no such column."),
    (
        "La carte et le système ne disent plus la même chose\u202f: l’action échouerait.",
        "The map and the system no longer say the same: the action would fail.",
    ),
    (
        "Corriger le nom, ou retirer la colonne de la carte.",
        "Correct the name, or remove the column from the map.",
    ),
    (
        "tables: {client: {columns: {fax: {category: phone-number, erase: blank}}}}\n",
        _after(
            "ALTER TABLE client ADD COLUMN fax TEXT",
            "tables: {client: {columns: {fax: {category: phone-number, erase: blank}}}}",
        ),
    ),
)
WRONG_TYPE: Final = rule(
    603,
    "wrong-column-type",
    ("Le type de la colonne ne convient pas.", "The column’s type does not fit."),
    (
        "Comparer ou écrire une valeur d’un autre type échoue, ou compare autre chose.",
        "To compare or write a value of another type fails, or compares something else.",
    ),
    (
        "Corriger le type dans la carte, la colonne, ou la valeur donnée.",
        "Correct the type in the map, the column, or the value given.",
    ),
    (
        "roots: {client: {type: text}}\n",
        "roots: {client: {type: integer}}\n",
    ),
)
KEY_NOT_UNIQUE: Final = rule(
    604,
    "key-not-unique",
    ("Rien ne garantit que cette clé est unique.", "Nothing guarantees that this key is unique."),
    (
        "Deux lignes de même clé seraient prises pour une\u202f: celle d’un autre partirait avec.",
        "Two rows with one key would be taken for one: somebody else’s would go with it.",
    ),
    (
        "Prendre la clé primaire, ou créer un index unique sur la colonne.",
        "Take the primary key, or create a unique index on the column.",
    ),
    ("tables: {client: {key: email}}\n", "tables: {client: {key: id}}\n"),
)
NOT_NULL_BLANKED: Final = rule(
    605,
    "not-null-blanked",
    ("Cette colonne n’accepte pas de vide.", "This column takes no blank."),
    (
        "La base refuserait le lot entier (contrainte NOT NULL).",
        "The database would refuse the whole batch (NOT NULL constraint).",
    ),
    ("Écrire une constante\u202f: erase: {constant: …}.", "Write a constant: erase: {constant: …}."),
    (
        "tables: {client: {columns: {name: {erase: blank}}}}\n",
        "tables: {client: {columns: {name: {erase: {constant: '—'}}}}}\n",
    ),
)
TOO_LONG: Final = rule(
    606,
    "value-too-long",
    ("La valeur écrite est plus longue que la colonne.", "The value written is longer than the column."),
    ("La base refuserait le lot entier.", "The database would refuse the whole batch."),
    ("Écrire une valeur plus courte.", "Write a shorter value."),
    (
        "tables: {client: {columns: {name: {erase: {constant: Personne effacée à sa demande}}}}}\n",
        "tables: {client: {columns: {name: {erase: {constant: Effacée}}}}}\n",
    ),
)
BLOCKING_KEY: Final = rule(
    607,
    "blocking-reference",
    (
        "Une clé étrangère empêchera de détruire ces lignes.",
        "A foreign key will prevent these rows from being deleted.",
    ),
    (
        "Les lignes qui la portent restent\u202f: la base refuserait le lot (RESTRICT, NO ACTION).",
        "The rows that bear it stay: the database would refuse the batch (RESTRICT, NO ACTION).",
    ),
    (
        "Déclarer la table qui la porte et la traiter avant, ou retenir ces lignes par un devoir.",
        "Declare the table that bears it and treat it before, or keep these rows by a duty.",
    ),
    (
        _after("CREATE TABLE visit (id INTEGER PRIMARY KEY, client_id INTEGER REFERENCES client (id))"),
        _after(
            "CREATE TABLE visit (id INTEGER PRIMARY KEY, "
            "client_id INTEGER REFERENCES client (id) ON DELETE SET NULL)"
        ),
    ),
)
CASCADING_KEY: Final = rule(
    608,
    "cascading-reference",
    (
        "Des lignes qu’aucune carte ne déclare partiront avec celles-ci (CASCADE).",
        "Rows that no map declares will go with these (CASCADE).",
    ),
    (
        "RGPD, art. 5(2)\u202f: ce qui est détruit se compte et se prouve\u202f; la cascade le tait.",
        "GDPR, art. 5(2): what is destroyed is counted and proved; a cascade says nothing.",
    ),
    (
        "Déclarer la table et la détruire avant, pour que le plan la compte.",
        "Declare the table and delete from it before, so that the plan counts it.",
    ),
    (
        _after("CREATE TABLE visit (label TEXT, client_id INTEGER REFERENCES client (id) ON DELETE CASCADE)"),
        _after(
            "CREATE TABLE visit (label TEXT, client_id INTEGER REFERENCES client (id) ON DELETE SET NULL)"
        ),
    ),
    severity="warning",
)
ORPHANING_KEY: Final = rule(
    609,
    "orphaning-reference",
    (
        "Des données resteront dans une table non déclarée, sans plus savoir à qui (SET NULL).",
        "Data will stay in an undeclared table, no longer knowing whose they are (SET NULL).",
    ),
    (
        "RGPD, art. 17\u202f: un lien coupé n’efface pas le nom écrit à côté.",
        "GDPR, art. 17: a cut link does not erase the name written beside it.",
    ),
    (
        "Déclarer la table, et traiter ses colonnes avant.",
        "Declare the table, and treat its columns before.",
    ),
    (
        _after(
            "CREATE TABLE visit (client_id INTEGER REFERENCES client (id) ON DELETE SET NULL, email TEXT)"
        ),
        _after("CREATE TABLE visit (client_id INTEGER REFERENCES client (id) ON DELETE SET NULL, room TEXT)"),
    ),
    severity="warning",
)
UNDECLARED_LINK: Final = rule(
    610,
    "undeclared-link",
    (
        "Une colonne semble désigner cette racine, sans clé étrangère ni lien dans la carte.",
        "A column seems to point at this root, with neither foreign key nor link in the map.",
    ),
    (
        "Beaucoup de systèmes ne déclarent pas leurs références\u202f: ces lignes seraient oubliées.",
        "Many systems do not declare their references: these rows would be forgotten.",
    ),
    (
        "Ajouter la table avec ce lien, ou dire relation: visible.",
        "Add the table with this link, or say relation: visible.",
    ),
    (
        _after("CREATE TABLE visit (id INTEGER PRIMARY KEY, client_id INTEGER)"),
        _after("CREATE TABLE visit (id INTEGER PRIMARY KEY, room_id INTEGER)"),
    ),
    severity="warning",
)
UNMAPPED_COLUMN: Final = rule(
    611,
    "unmapped-personal-column",
    (
        "Cette table a des colonnes au nom de donnée personnelle que la carte ne nomme pas.",
        "This table has columns named like personal data that the map does not name.",
    ),
    (
        "RGPD, art. 5(1)(c) et 15\u202f: une colonne oubliée n’est ni montrée ni effacée.",
        "GDPR, art. 5(1)(c) and 15: a forgotten column is neither shown nor erased.",
    ),
    (
        "Ajouter la colonne et sa catégorie (erase: keep si elle doit rester).",
        "Add the column and its category (erase: keep if it must stay).",
    ),
    (
        _after("ALTER TABLE client ADD COLUMN second_email TEXT"),
        _after("ALTER TABLE client ADD COLUMN colour TEXT"),
    ),
    severity="warning",
)
UNMAPPED_TABLE: Final = rule(
    612,
    "unmapped-personal-table",
    (
        "Une table non déclarée désigne cette personne et semble contenir ses données.",
        "An undeclared table points at this person and seems to hold their data.",
    ),
    (
        "RGPD, art. 15 et 17\u202f: une table oubliée n’est ni montrée ni effacée.",
        "GDPR, art. 15 and 17: a forgotten table is neither shown nor erased.",
    ),
    (
        "Ajouter la table, son lien et ses colonnes.",
        "Add the table, its link and its columns.",
    ),
    (
        _after("CREATE TABLE visit (client_id INTEGER REFERENCES client (id), phone TEXT)"),
        _after("CREATE TABLE visit (client_id INTEGER REFERENCES client (id), room TEXT)"),
    ),
    severity="warning",
)
TRIGGERS: Final = rule(
    613,
    "trigger",
    ("Des déclencheurs réagiront à nos écritures.", "Triggers will react to our writes."),
    (
        "Un déclencheur, ou une règle (RULE), peut recopier ce qui est effacé, ou faire repartir une date.",
        "A trigger, or a rule (RULE), may copy what is erased, or restart a date.",
    ),
    (
        "Lire ces déclencheurs, et déclarer les tables où ils écrivent.",
        "Read these triggers, and declare the tables they write to.",
    ),
    (
        _after("CREATE TRIGGER remember AFTER UPDATE ON client BEGIN SELECT 1; END"),
        "zone: Europe/Paris\n",
    ),
    severity="warning",
)
MISSING_INDEX: Final = rule(
    614,
    "missing-index",
    ("Aucun index ne sert cette recherche.", "No index serves this search."),
    (
        "Sans index, chaque lot relit toute la table, et bloque ceux qui s’en servent.",
        "Without an index every batch reads the whole table, and blocks those who use it.",
    ),
    ("Créer l’index.", "Create the index."),
    (
        _after("DROP INDEX ticket_client"),
        "zone: Europe/Paris\n",
    ),
    severity="warning",
)
SQL_REFUSED: Final = rule(
    615,
    "sql-refused",
    ("Le système refuse ce SQL.", "The system refuses this SQL."),
    (
        "Ce qui échoue aujourd’hui échouera le jour du plan.",
        "What fails today will fail on the day of the plan.",
    ),
    ("Corriger le SQL d’après le message du système.", "Correct the SQL from the system’s message."),
    (
        'roles: {client: {query: "SELECT max(id, (SELECT id, name FROM client)) AS key FROM client"}}\n',
        "roles: {client: {query: SELECT max(id) AS key FROM client}}\n",
    ),
)
GENERATED_CHANGED: Final = rule(
    616,
    "generated-changed",
    ("Cette colonne est calculée par le système.", "This column is computed by the system."),
    (
        "On n’écrit pas dans une colonne calculée\u202f: la base refuserait le lot.",
        "A computed column cannot be written: the database would refuse the batch.",
    ),
    (
        "Traiter les colonnes dont elle est calculée (erase: keep ici).",
        "Treat the columns it is computed from (erase: keep here).",
    ),
    (
        _after(
            "ALTER TABLE client ADD COLUMN label TEXT GENERATED ALWAYS AS (name) VIRTUAL",
            "tables: {client: {columns: {label: {category: name, erase: blank}}}}",
        ),
        _after(
            "ALTER TABLE client ADD COLUMN label TEXT",
            "tables: {client: {columns: {label: {category: name, erase: blank}}}}",
        ),
    ),
)
NO_ROLLBACK: Final = rule(
    617,
    "no-rollback",
    ("Cette table ne sait rien annuler.", "This table cannot roll back."),
    (
        "Un lot est fait tout entier ou pas du tout\u202f: ici, un refus au milieu laisserait une moitié.",
        "A batch is done whole or not at all: here, a refusal midway would leave half of it.",
    ),
    (
        "Convertir la table (ENGINE=InnoDB)\u202f; d’ici là, Garant refuse d’y écrire.",
        "Convert the table (ENGINE=InnoDB); until then, Garant refuses to write to it.",
    ),
    (
        _after(
            "CREATE TABLE visit (id INTEGER PRIMARY KEY, client_id INTEGER) ENGINE=MyISAM",
            "tables: {visit: {key: id, links: [{root: client, column: client_id}]}}\n"
            "dispositions: {erase-client: {actions: [{table: visit, do: delete}]}}",
        ),
        _after(
            "CREATE TABLE visit (id INTEGER PRIMARY KEY, client_id INTEGER) ENGINE=InnoDB",
            "tables: {visit: {key: id, links: [{root: client, column: client_id}]}}\n"
            "dispositions: {erase-client: {actions: [{table: visit, do: delete}]}}",
        ),
    ),
)
REMEMBERING: Final = rule(
    619,
    "keeps-history",
    ("Cette table garde tout ce qu’elle a eu.", "This table keeps all it had."),
    (
        "Ce qui en est effacé y reste lisible (FOR SYSTEM_TIME ALL), et rien ne l’y efface d’une seule personne.",
        "What is erased there stays readable (FOR SYSTEM_TIME ALL), and nothing erases it of one person alone.",
    ),
    (
        "Mettre fin à l’historique\u202f; d’ici là, Garant refuse d’y écrire.",
        "End the history; until then, Garant refuses to write to it.",
    ),
    (
        _after(
            "CREATE TABLE visit (id INTEGER PRIMARY KEY, client_id INTEGER) WITH SYSTEM VERSIONING",
            "tables: {visit: {key: id, links: [{root: client, column: client_id}]}}\n"
            "dispositions: {erase-client: {actions: [{table: visit, do: delete}]}}",
        ),
        _after(
            "CREATE TABLE visit (id INTEGER PRIMARY KEY, client_id INTEGER)",
            "tables: {visit: {key: id, links: [{root: client, column: client_id}]}}\n"
            "dispositions: {erase-client: {actions: [{table: visit, do: delete}]}}",
        ),
    ),
)
MOVING_DATE: Final = rule(
    618,
    "moving-date",
    ("Cette date bouge à chaque écriture.", "This date moves with every write."),
    (
        "Un import, une correction, notre propre écriture la remettraient à aujourd’hui\u202f: rien n’échoirait jamais.",
        "An import, a correction, our own write would set it to today: nothing would ever be due.",
    ),
    (
        "Compter depuis la date d’un fait\u202f: message, commande, facture.",
        "Count from the date of a fact: a message, an order, an invoice.",
    ),
    (
        _after(
            "ALTER TABLE client ADD COLUMN tms TIMESTAMP NULL ON UPDATE CURRENT_TIMESTAMP",
            "events: {end: [{root: client, type: instant, query: 'SELECT id AS key, tms AS at FROM client'}]}",
        ),
        _after(
            "ALTER TABLE client ADD COLUMN tms TIMESTAMP NULL ON UPDATE CURRENT_TIMESTAMP",
            "events: {end: [{root: client, type: date, query: 'SELECT id AS key, ended AS at FROM client'}]}",
        ),
    ),
    severity="warning",
)
