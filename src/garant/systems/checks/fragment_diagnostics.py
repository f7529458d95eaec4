"""GAR55x: SQL of a data map that is not one bounded, read-only fragment."""

from typing import Final

from garant.policy.diagnostics import Rule
from garant.systems.checks.findings import rule

_BOUNDED: Final = (
    "Le SQL d’une carte lit et ne fait que lire\u202f: c’est ce qui permet de partager une carte.",
    "The SQL of a map reads and only reads: that is what lets a map be shared.",
)


def _example(bad: str, good: str) -> tuple[str, str]:
    shape = 'roles: {{client: {{root: client, query: "{}"}}}}\n'
    return shape.format(bad), shape.format(good)


_IDENTITY: Final = """\
identities:
  email:
    - {root: client, query: SELECT id AS key FROM client WHERE email = :identity}
"""

UNREADABLE: Final = rule(
    550,
    "sql-unreadable",
    ("Ce SQL ne se lit pas.", "This SQL cannot be read."),
    ("Ce qui ne se lit pas ne se vérifie pas.", "What cannot be read cannot be checked."),
    (
        "Écrire du SQL courant, court, sans syntaxe propre à un moteur.",
        "Write common, short SQL, without syntax of one engine only.",
    ),
    _example("SELECT id AS key FROM client WHERE", "SELECT id AS key FROM client WHERE id > 0"),
)
NOT_READ_ONLY: Final = rule(
    551,
    "sql-not-read-only",
    ("Ce n’est pas un simple SELECT en lecture.", "This is not one plain reading SELECT."),
    _BOUNDED,
    ("Écrire un seul SELECT, ou une seule expression.", "Write a single SELECT, or a single expression."),
    _example("DELETE FROM client", "SELECT id AS key FROM client"),
)
FUNCTION: Final = rule(
    552,
    "sql-function",
    (
        "Cette fonction ou ce type n’est pas permis, ou n’existe pas partout.",
        "This function or type is not allowed, or does not exist everywhere.",
    ),
    _BOUNDED,
    (
        "N’utiliser que des fonctions de calcul pures et des types courants.",
        "Use pure computing functions and common types only.",
    ),
    _example("SELECT pg_sleep(9) AS key FROM client", "SELECT abs(id) AS key FROM client"),
)
CLOCK: Final = rule(
    553,
    "sql-clock",
    ("Ce SQL lit l’horloge.", "This SQL reads the clock."),
    (
        "La date limite est calculée par Garant, liée comme paramètre, et fait partie de la preuve.",
        "The cut-off is computed by Garant, bound as a parameter, and part of the evidence.",
    ),
    ("Retirer la comparaison à la date du jour.", "Remove the comparison with today’s date."),
    _example("SELECT id AS key FROM client WHERE ended < 'now'", "SELECT id AS key FROM client"),
)
CATALOGUE: Final = rule(
    554,
    "sql-catalogue",
    ("Ce SQL lit le catalogue ou une autre base.", "This SQL reads the catalogue or another database."),
    _BOUNDED,
    ("Ne lire que les tables de l’application.", "Read the application’s tables only."),
    _example("SELECT oid AS key FROM pg_class", "SELECT id AS key FROM client"),
)
PARAMETER: Final = rule(
    555,
    "sql-parameter",
    ("Ce paramètre n’existe pas ici.", "This parameter does not exist here."),
    (
        "Le seul paramètre est :identity, dans les requêtes d’identité\u202f; il est toujours lié.",
        "The only parameter is :identity, in identity queries; it is always bound.",
    ),
    ("Écrire la valeur elle-même.", "Write the value itself."),
    _example("SELECT id AS key FROM client WHERE id > :least", "SELECT id AS key FROM client WHERE id > 0"),
)
SHAPE: Final = rule(
    556,
    "sql-shape",
    (
        "Ce SQL ne donne pas ce qui est attendu à cet endroit.",
        "This SQL does not give what is expected here.",
    ),
    (
        "Un rôle donne key\u202f; un événement donne key et at\u202f; une condition est vraie ou fausse.",
        "A role gives key; an event gives key and at; a condition is true or false.",
    ),
    ("Nommer les colonnes avec AS, sans limite.", "Name the columns with AS, without a limit."),
    _example("SELECT id FROM client", "SELECT id AS key FROM client"),
)
IDENTITY_UNUSED: Final = rule(
    557,
    "identity-unused",
    ("Cette requête n’utilise pas :identity.", "This query does not use :identity."),
    (
        "RGPD, art. 12(6)\u202f: sans elle, chaque demande trouverait tout le monde.",
        "GDPR, art. 12(6): without it, every request would find everybody.",
    ),
    (
        "Comparer une colonne à :identity, par exemple email = lower(:identity).",
        "Compare a column with :identity, for example email = lower(:identity).",
    ),
    (
        "identities: {email: [{root: client, query: SELECT id AS key FROM client}]}\n",
        _IDENTITY,
    ),
)

BY_REASON: Final[dict[str, Rule]] = {
    **dict.fromkeys(("control-character", "empty", "too-deep", "too-long", "unreadable"), UNREADABLE),
    **dict.fromkeys(("comment", "construct", "recursive", "several-statements", "statement"), NOT_READ_ONLY),
    **dict.fromkeys(("function", "missing-function", "type", "unsupported"), FUNCTION),
    **dict.fromkeys(("catalogue", "other-database"), CATALOGUE),
    **dict.fromkeys(("aggregate", "limit", "natural-join", "outputs", "predicate", "unknown-alias"), SHAPE),
    "clock": CLOCK,
    "parameter": PARAMETER,
}
"""The rule broken, by the reason of a refusal."""
