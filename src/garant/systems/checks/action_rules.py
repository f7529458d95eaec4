"""GAR52x, GAR53x: dispositions, duties and seals that would not do what they say."""

from typing import Final

from garant.systems.checks.findings import rule


def _actions(*actions: str) -> str:
    lines = "".join(f"      - {action}\n" for action in actions)
    return f"dispositions:\n  erase-client:\n    actions:\n{lines}"


def _duty(row: str) -> str:
    keeps = f"keeps: {{client: {{row: {row}}}}}, why: {{fr: Comptes., en: Accounts.}}"
    return f"duties:\n  - {{rule: invoices, root: client, role: client, event: end,\n     {keeps}}}\n"


_MARKED: Final = "restriction: {client: {table: client, set: {active: false}}}\n"

OUT_OF_REACH: Final = rule(
    520,
    "out-of-reach",
    (
        "Aucun lien ne mène de cette table à cette racine.",
        "No link leads from this table to this root.",
    ),
    (
        "Sans lien, l’action ne toucherait aucune ligne et la promesse semblerait tenue.",
        "Without a link the action would touch no row, and the promise would seem kept.",
    ),
    (
        "Ajouter un lien (owned ou co-owned) de la table à la racine, ou retirer l’action.",
        "Add a link (owned or co-owned) from the table to the root, or remove the action.",
    ),
    (
        "tables: {ticket: {links: [{root: client, column: client_id, relation: visible}]}}\n",
        "tables: {ticket: {links: [{root: client, column: client_id}]}}\n",
    ),
)
PARENT_FIRST: Final = rule(
    521,
    "parent-first",
    (
        "La table parente est détruite avant celle-ci, dont aucune clé ne retient les lignes.",
        "The parent table goes before this one, and no key holds on to its rows.",
    ),
    (
        "Une fois le parent parti, plus rien ne dit à qui étaient ces lignes\u202f: elles resteraient.",
        "Once the parent is gone, nothing says whose these rows were: they would stay.",
    ),
    (
        "Mettre l’enfant avant le parent, ou donner la clé (key) de la table enfant.",
        "Put the child before the parent, or give the child table’s key.",
    ),
    (
        "tables: {note: {key: null}}\n"
        + _actions("{table: ticket, do: delete}", "{table: note, do: delete}"),
        _actions("{table: note, do: delete}", "{table: ticket, do: delete}"),
    ),
)
PATH_ERASED: Final = rule(
    522,
    "path-erased",
    (
        "Une action précédente change la colonne par où passe ce lien.",
        "An earlier action changes the column that this link goes through.",
    ),
    (
        "Le chemin vers la personne serait coupé\u202f: ces lignes resteraient sans qu’on les voie.",
        "The way to the person would be cut: these rows would stay unseen.",
    ),
    (
        "Traiter cette table avant celle dont la colonne est changée.",
        "Treat this table before the one whose column is changed.",
    ),
    (
        "tables: {ticket: {columns: {client_id: {category: name, erase: blank}}}}\n"
        + _actions("{table: ticket, do: treat}", "{table: note, do: delete}"),
        _actions("{table: note, do: delete}", "{table: ticket, do: treat}"),
    ),
)
NOT_SAID: Final = rule(
    523,
    "column-not-said",
    (
        "La ligne peut rester, et rien ne dit ce que devient cette colonne.",
        "The row may stay, and nothing says what becomes of this column.",
    ),
    (
        "RGPD, art. 5(1)(c) et (e)\u202f: ce qu’aucun devoir ne retient doit partir, colonne par colonne.",
        "GDPR, art. 5(1)(c) and (e): what no duty keeps must go, column by column.",
    ),
    (
        "Ajouter erase\u202f: blank, keep, {constant: …}, {pseudonymise: …} …",
        "Add erase: blank, keep, {constant: …}, {pseudonymise: …} …",
    ),
    (
        "tables: {client: {columns: {vat: {category: identity}}}}\n" + _actions("{table: client, do: treat}"),
        "tables: {client: {columns: {vat: {category: identity, erase: blank}}}}\n"
        + _actions("{table: client, do: treat}"),
    ),
    severity="warning",
)
NOTHING_TO_TREAT: Final = rule(
    524,
    "nothing-to-treat",
    ("Cette action ne change aucune colonne.", "This action changes no column."),
    (
        "Traiter une table sans dire comment, c’est tout garder.",
        "To treat a table without saying how is to keep everything.",
    ),
    (
        "Donner erase à des colonnes, ou columns à l’action, ou détruire les lignes (delete).",
        "Give columns an erase, or the action its columns, or delete the rows.",
    ),
    (
        "tables: {note: {columns: {text: {erase: keep}}}}\n" + _actions("{table: note, do: treat}"),
        "tables: {note: {columns: {text: {erase: blank}}}}\n" + _actions("{table: note, do: treat}"),
    ),
)
FORGOTTEN: Final = rule(
    525,
    "forgotten-table",
    (
        "Une suite d’actions oublie cette table, dont des lignes appartiennent à une racine qu’elle efface.",
        "A disposition forgets this table, though rows of it belong to a root that it erases.",
    ),
    (
        "RGPD, art. 17\u202f: les données oubliées d’une personne effacée restent des données personnelles.",
        "GDPR, art. 17: data forgotten from an erased person are still personal data.",
    ),
    (
        "Ajouter une action (delete ou treat), ou dire relation: visible si la ligne n’est pas à elle.",
        "Add an action (delete or treat), or say relation: visible if the row is not theirs.",
    ),
    (
        _actions("{table: client, do: delete}"),
        _actions("{table: note, do: delete}", "{table: ticket, do: delete}", "{table: client, do: delete}"),
    ),
    severity="warning",
)
KEY_CHANGED: Final = rule(
    526,
    "key-changed",
    (
        "Cette colonne est une clé\u202f: la changer coupe tous les liens.",
        "This column is a key: to change it cuts every link.",
    ),
    (
        "Une clé changée fait perdre ses enfants à la ligne, et la ligne à Garant.",
        "A changed key loses the row its children, and Garant the row.",
    ),
    (
        "Garder la clé (erase: keep) et traiter les autres colonnes.",
        "Keep the key (erase: keep) and treat the other columns.",
    ),
    (
        "tables: {client: {columns: {id: {category: customer-account, erase: {pseudonymise: {}}}}}}\n",
        "tables: {client: {columns: {id: {category: customer-account, erase: keep}}}}\n",
    ),
)
SEALED_MARK: Final = rule(
    527,
    "sealed-mark",
    (
        "La limitation écrirait dans une colonne scellée par la même carte.",
        "The restriction would write to a column that the same map seals.",
    ),
    (
        "Code général des impôts, art. 286, I, 3° bis\u202f: une pièce scellée ne change plus.",
        "French tax code, art. 286, I, 3° bis: a sealed document no longer changes.",
    ),
    ("Marquer la personne dans une autre colonne.", "Mark the person in another column."),
    (
        "seals: [{table: client, when: id > 0, columns: [active], why: {fr: Clos}}]\n" + _MARKED,
        "seals: [{table: client, when: id > 0, columns: [name], why: {fr: Clos}}]\n" + _MARKED,
    ),
)
SHARED_WITHOUT_KEY: Final = rule(
    528,
    "shared-without-key",
    (
        "Cette table est partagée (co-owned) et n’a pas de clé (key).",
        "This table is shared (co-owned) and has no key.",
    ),
    (
        "Pour savoir qui possède encore une ligne, il faut pouvoir la nommer.",
        "To know who still owns a row, one must be able to name it.",
    ),
    ("Donner la colonne unique de la table\u202f: key: id.", "Give the table’s unique column: key: id."),
    (
        "tables: {note: {key: null, links: [{root: client, column: client_id, relation: co-owned}]}}\n",
        "tables: {note: {key: id, links: [{root: client, column: client_id, relation: co-owned}]}}\n",
    ),
)
KEEPS_NOTHING: Final = rule(
    529,
    "keeps-nothing",
    (
        "Le devoir ne retient ni la ligne ni une colonne.",
        "The duty keeps neither the row nor any column.",
    ),
    (
        "RGPD, art. 17(3)(b)\u202f: ce que la loi oblige à garder se dit, sinon cela part.",
        "GDPR, art. 17(3)(b): what the law obliges to keep is said, or else it goes.",
    ),
    ("Dire row: true, ou nommer des colonnes.", "Say row: true, or name columns."),
    (
        _duty("false"),
        _duty("true"),
    ),
)
DUTY_WITHOUT_EFFECT: Final = rule(
    530,
    "duty-without-effect",
    (
        "Le devoir retient une table que rien ne détruit ni ne traite pour cette racine.",
        "The duty keeps a table that nothing deletes or treats for this root.",
    ),
    (
        "Un devoir sans effet cache une erreur de table ou de racine.",
        "A duty without effect hides a mistaken table or root.",
    ),
    (
        "Corriger la table ou la racine, ou retirer cette ligne du devoir.",
        "Correct the table or the root, or remove this line from the duty.",
    ),
    (
        _actions("{table: ticket, do: delete}") + _duty("true"),
        _actions("{table: client, do: delete}") + _duty("true"),
    ),
    severity="warning",
)
FILES_NEVER_GO: Final = rule(
    531,
    "files-never-go",
    (
        "Aucune action ne détruit ces lignes ni ne vide cette colonne\u202f: les fichiers restent.",
        "No action deletes these rows or blanks this column: the files stay.",
    ),
    (
        "RGPD, art. 17\u202f: un fichier dont le nom est oublié est encore un fichier.",
        "GDPR, art. 17: a file whose name is forgotten is still a file.",
    ),
    (
        (
            "Détruire les lignes, ou donner à la colonne erase: blank dans une table traitée. S’il n’y a pas de "
            "fichiers ici, dans une carte partie d’une autre (use)\u202f: files: []."
        ),
        (
            "Delete the rows, or give the column erase: blank in a treated table. Where there are no files here, in "
            "a map that starts from another (use): files: []."
        ),
    ),
    (
        _actions("{table: ticket, do: delete}"),
        _actions("{table: client, do: delete}"),
    ),
    severity="warning",
)
RESTRICTION_OUT_OF_REACH: Final = rule(
    532,
    "restriction-out-of-reach",
    (
        "Aucun lien ne mène de la table de limitation à cette racine.",
        "No link leads from the restriction’s table to this root.",
    ),
    (
        "RGPD, art. 18\u202f: la limitation demandée ne marquerait personne.",
        "GDPR, art. 18: the restriction asked for would mark nobody.",
    ),
    (
        "Nommer une table liée à la racine (owned).",
        "Name a table linked to the root (owned).",
    ),
    (
        "tables: {client: {links: [{root: client, column: id, relation: visible}]}}\n" + _MARKED,
        "restriction: {client: {table: client, set: {active: false}}}\n",
    ),
)
