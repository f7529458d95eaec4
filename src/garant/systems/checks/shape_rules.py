"""GAR620 to GAR623: tables that are not where the rows are, or not the only place.

In the examples, the lines that begin with ``#`` are statements that made the system.
"""

from typing import Final

from garant.systems.checks.findings import rule

_VISIT: Final = (
    "tables: {visit: {key: id, links: [{root: client, column: client_id}]}}\n"
    "dispositions: {erase-client: {actions: [{table: visit, do: delete}]}}"
)
_COLUMNS: Final = "id INTEGER, client_id INTEGER, PRIMARY KEY (id)"
_TABLE: Final = f"# CREATE TABLE visit ({_COLUMNS});\n"
_VIEW: Final = "SELECT id, client_id FROM visits"
_SHOWN: Final = "SELECT client_id FROM visit"
_PARTED: Final = f"# CREATE TABLE visits ({_COLUMNS}) PARTITION BY LIST (id);\n"

_BILLED: Final = (
    "# CREATE TABLE bill (id INTEGER PRIMARY KEY, client_id INTEGER, FOREIGN KEY (client_id) REFERENCES client (id) "
    "ON DELETE CASCADE);\n"
    "tables: {bill: {key: id, links: [{root: client, column: client_id}]}}\n"
    "duties:\n  - {rule: invoices, root: client, role: client, event: end, why: {fr: Comptes., en: Accounts.}, "
    "keeps: {bill: {row: true}}}\n"
    "dispositions:\n  erase-client:\n    root: client\n    actions:\n%s"
    "    - {table: note, do: delete}\n    - {table: ticket, do: delete}\n    - {table: client, do: delete}\n"
)

WRITTEN_VIEW: Final = rule(
    620,
    "written-view",
    ("La carte écrit à travers une vue.", "The map writes through a view."),
    (
        "Ce que la vue ne montre pas, ou ne montre plus une fois écrit, n’est ni effacé ni vu quand on vérifie.",
        "What the view does not show, or shows no longer once written, is neither erased nor seen when it is verified.",
    ),
    (
        "Nommer les tables que la vue montre\u202f; sinon, s’assurer qu’elle montre toutes les lignes et toutes les colonnes.",
        "Name the tables that the view shows; else make sure that it shows all rows and all columns.",
    ),
    (
        f"# CREATE TABLE visits ({_COLUMNS});\n# CREATE VIEW visit AS {_VIEW};\n{_VISIT}\n",
        f"{_TABLE}{_VISIT}\n",
    ),
    severity="warning",
)
PART_OF_A_TABLE: Final = rule(
    621,
    "part-of-a-table",
    ("La carte nomme une partie d’une table.", "The map names a part of a table."),
    (
        "Les lignes des autres parties ne sont pas vues, ni celles qui y passent\u202f: elles resteraient sans un mot.",
        "The rows of the other parts are not seen, nor those that move there: they would stay, and nothing would say so.",
    ),
    ("Nommer la table entière.", "Name the whole table."),
    (
        f"{_PARTED}# CREATE TABLE visit PARTITION OF visits DEFAULT;\n{_VISIT}\n",
        f"{_TABLE}{_VISIT}\n",
    ),
    severity="warning",
)
KEPT_COPY: Final = rule(
    622,
    "kept-copy",
    ("Le système garde une copie de cette table.", "The system keeps a copy of this table."),
    (
        "Une vue matérialisée, ou un index de mots (FTS) de SQLite, garde ce qui est effacé jusqu’à ce qu’on le rafraîchisse.",
        "A materialised view, or an index of words (FTS) of SQLite, keeps what is erased until it is refreshed.",
    ),
    (
        "Rafraîchir après chaque exécution (REFRESH MATERIALIZED VIEW, 'rebuild'), ou par un déclencheur.",
        "Refresh it after each run (REFRESH MATERIALIZED VIEW, 'rebuild'), or by a trigger.",
    ),
    (
        f"{_TABLE}# CREATE MATERIALIZED VIEW visitors AS {_SHOWN};\n{_VISIT}\n",
        f"{_TABLE}# CREATE VIEW visitors AS {_SHOWN};\n{_VISIT}\n",
    ),
    severity="warning",
)
TAKEN_ALONG: Final = rule(
    623,
    "kept-row-cascades",
    (
        "Une ligne qu’un devoir garde partirait avec une autre (CASCADE).",
        "A row that a duty keeps would go with another (CASCADE).",
    ),
    (
        "Garant laisse donc la personne entière telle qu’elle est, aussi longtemps que le devoir court.",
        "So Garant leaves the whole person as they are, as long as the duty holds.",
    ),
    (
        "Supprimer dans cette table aussi (ce que le devoir garde restera), ou garder la ligne qui l’emporte.",
        "Delete from this table too (what the duty keeps will stay), or keep the row that takes it along.",
    ),
    (_BILLED % "", _BILLED % "    - {table: bill, do: delete}\n"),
    severity="warning",
)
