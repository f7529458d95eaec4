"""The refusals: which pieces of SQL a data map may not hold, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from sqlglot import exp

from garant.systems.fragments.tokens import place, refuse
from garant.systems.fragments.words import (
    AGGREGATES,
    ALLOWED,
    CATALOGUE_TABLES,
    CATALOGUES,
    CLOCK_WORDS,
    MISSING,
    MISSING_TYPES,
    OTHER_FUNCTIONS,
    TEMPORAL_TYPES,
    TYPES,
    UNIT_WORDS,
    Dialect,
    FragmentRefused,
    Place,
)

_TIME_TOKEN = re.compile(r"[\d:.+-]+|utc|gmt|z|[a-z]+/[a-z_]+", re.IGNORECASE)


def check_tree(sql: str, tree: exp.Expr, parameters: Collection[str], dialect: Dialect | None) -> None:
    """Refuse every node that is not on the allow-list.

    Raises:
        FragmentRefused: at the first node that is not allowed.
    """
    for node in tree.walk():
        for problem in _problems(node, parameters, dialect):
            raise problem(place(sql, node))


Problem = Callable[[Place], FragmentRefused]


def _problems(node: exp.Expr, parameters: Collection[str], dialect: Dialect | None) -> Iterator[Problem]:
    if isinstance(node, exp.Anonymous):
        yield from _other_function(node, dialect)
    elif type(node) not in ALLOWED:
        yield _not_allowed(node)
    elif dialect and type(node) in MISSING[dialect]:
        yield _missing_function(_name(node), dialect)
    check = _CHECKS.get(type(node))
    if check is not None:
        yield from check(node, parameters, dialect)


def _name(node: exp.Expr) -> str:
    if isinstance(node, exp.Anonymous):
        return node.name.upper()
    return node.sql_name() if isinstance(node, exp.Func) else type(node).__name__.upper()


def _not_allowed(node: exp.Expr) -> Problem:
    name = _name(node)
    if isinstance(node, exp.Func):
        return lambda at: refuse(
            "function",
            at,
            f"La fonction {name} n’est pas dans la liste des fonctions permises.",
            f"The function {name} is not on the list of allowed functions.",
            "N’utilisez que des fonctions de calcul pures ; les dates limites sont calculées par Garant.",
            "Use pure computing functions only; cut-off dates are computed by Garant.",
        )
    return lambda at: refuse(
        "construct",
        at,
        f"La construction {name} n’est pas permise ici.",
        f"The construct {name} is not allowed here.",
        "Écrivez un simple SELECT en lecture, ou une vue dans le système.",
        "Write a plain reading SELECT, or a view in the system.",
    )


def _missing_function(name: str, dialect: Dialect) -> Problem:
    return lambda at: refuse(
        "missing-function",
        at,
        f"{name} n’existe pas, ou répond autrement, sur {dialect}.",
        f"{name} does not exist, or answers otherwise, on {dialect}.",
        "Écrivez-le avec des fonctions que ce moteur possède.",
        "Write it with functions that this engine has.",
    )


def _other_function(node: exp.Anonymous, dialect: Dialect | None) -> Iterator[Problem]:
    name = node.name.lower()
    fewest, engines = OTHER_FUNCTIONS.get(name, (0, None))
    if engines is None:
        yield _not_allowed(node)
    elif dialect and dialect not in engines:
        yield _missing_function(name, dialect)
    elif len(node.expressions) < fewest:
        yield _clock


def _clock(at: Place) -> FragmentRefused:
    return refuse(
        "clock",
        at,
        "Le fragment lit l’horloge ou le fuseau de la machine.",
        "The fragment reads the machine’s clock or time zone.",
        "Retirez-le : la date limite est calculée par Garant et liée comme paramètre.",
        "Remove it: the cut-off is computed by Garant and bound as a parameter.",
    )


def _reads_clock(text: str) -> bool:
    words = text.lower().split()
    return bool(CLOCK_WORDS.intersection(words)) and all(
        word in CLOCK_WORDS or _TIME_TOKEN.fullmatch(word) for word in words
    )


def _literal(node: exp.Expr, *_: object) -> Iterator[Problem]:
    if node.args.get("is_string") and _reads_clock(node.name):
        yield _clock


def _cast(node: exp.Expr, _parameters: Collection[str], dialect: Dialect | None) -> Iterator[Problem]:
    kind = node.args["to"].this
    if kind not in TYPES:
        yield lambda at: refuse(
            "type",
            at,
            "La conversion vers ce type n’est pas permise.",
            "A cast to this type is not allowed.",
            "Convertissez vers un type courant : text, integer, numeric, date, timestamp, boolean, uuid.",
            "Cast to a common type: text, integer, numeric, date, timestamp, boolean, uuid.",
        )
    elif dialect and kind in MISSING_TYPES[dialect]:
        yield _missing_function(f"CAST … AS {kind.value}", dialect)
    elif kind in TEMPORAL_TYPES:
        yield from _moment(node)


def _moment(node: exp.Expr, *_: object) -> Iterator[Problem]:
    """A date made from no column and no plain literal could spell the word *now* in pieces."""
    source = node.this
    if source is None or not (isinstance(source, exp.Literal) or source.find(exp.Column)):
        yield _clock


def _placeholder(node: exp.Expr, parameters: Collection[str], _: Dialect | None) -> Iterator[Problem]:
    if node.this not in parameters:
        yield from _parameter(parameters)


def _identifier(node: exp.Expr, parameters: Collection[str], _: Dialect | None) -> Iterator[Problem]:
    """A dollar begins a parameter or a text of PostgreSQL, not a name."""
    if node.name.startswith("$") and not node.args.get("quoted"):
        yield from _parameter(parameters)


def _parameter(parameters: Collection[str]) -> Iterator[Problem]:
    wanted = ", ".join(f":{name}" for name in parameters) or "—"
    yield lambda at: refuse(
        "parameter",
        at,
        f"Paramètre inconnu (permis ici : {wanted}).",
        f"Unknown parameter (allowed here: {wanted}).",
        "Écrivez la valeur, ou le paramètre permis.",
        "Write the value, or the allowed parameter.",
    )


def _table(node: exp.Expr, *_: object) -> Iterator[Problem]:
    name, schema = node.name.lower(), node.text("db").lower()
    if isinstance(node.this, exp.Func) or not node.name:
        yield _not_allowed(node.this)
    elif node.args.get("catalog"):
        yield lambda at: refuse(
            "other-database",
            at,
            "Le fragment nomme une autre base.",
            "The fragment names another database.",
            "Nommez la table, ou schéma.table, de la base reliée.",
            "Name the table, or schema.table, of the connected database.",
        )
    elif schema in CATALOGUES or name.startswith(CATALOGUE_TABLES):
        yield lambda at: refuse(
            "catalogue",
            at,
            "Le fragment lit le catalogue du système.",
            "The fragment reads the system’s catalogue.",
            "N’interrogez que les tables de l’application.",
            "Query the application’s tables only.",
        )


def _column(node: exp.Expr, *_: object) -> Iterator[Problem]:
    if node.args.get("catalog"):
        yield _not_allowed(node)


def _with(node: exp.Expr, *_: object) -> Iterator[Problem]:
    if node.args.get("recursive"):
        yield lambda at: refuse(
            "recursive",
            at,
            "WITH RECURSIVE pourrait ne jamais finir.",
            "WITH RECURSIVE might never end.",
            "Écrivez les étapes une par une (UNION), ou déclarez des liens de table à table.",
            "Write the steps one by one (UNION), or declare links from table to table.",
        )
    for part in node.expressions:
        if not isinstance(part.this, exp.Query):
            yield _not_allowed(part)


def _from(node: exp.Expr, *_: object) -> Iterator[Problem]:
    """Common SQL sets a query in parentheses; the parser also takes one that stands bare."""
    if not isinstance(node.this, exp.Table | exp.Subquery):
        yield _not_allowed(node.this)


def _join(node: exp.Expr, *_: object) -> Iterator[Problem]:
    if node.args.get("method"):
        yield lambda at: refuse(
            "natural-join",
            at,
            "Une jointure NATURAL (ou ASOF) change de sens quand une colonne s’ajoute.",
            "A NATURAL (or ASOF) join changes its meaning when a column is added.",
            "Écrivez JOIN … ON …",
            "Write JOIN … ON …",
        )


def _star(node: exp.Expr, *_: object) -> Iterator[Problem]:
    holder = node.parent.parent if isinstance(node.parent, exp.Column) else node.parent
    if not isinstance(holder, exp.Count | exp.Select):
        yield _not_allowed(node)


def _bare_word(node: exp.Expr, *_: object) -> Iterator[Problem]:
    if node.name.upper() not in UNIT_WORDS:
        yield _not_allowed(node)


def _truncation(node: exp.Expr, *_: object) -> Iterator[Problem]:
    if node.text("unit").upper() not in UNIT_WORDS:
        yield _not_allowed(node)


_CHECKS: dict[type[exp.Expr], Callable[[exp.Expr, Collection[str], Dialect | None], Iterator[Problem]]] = {
    exp.Cast: _cast,
    exp.Column: _column,
    exp.Date: _moment,
    exp.DateTrunc: _truncation,
    exp.From: _from,
    exp.Identifier: _identifier,
    exp.Join: _join,
    exp.Literal: _literal,
    exp.Placeholder: _placeholder,
    exp.Star: _star,
    exp.Table: _table,
    exp.TimestampTrunc: _truncation,
    exp.Var: _bare_word,
    exp.With: _with,
}


def is_aggregate(tree: exp.Expr) -> exp.Expr | None:
    """The first aggregate or window of an expression that is not inside a subquery of its own."""
    for node in tree.walk(prune=lambda n: isinstance(n, exp.Query)):
        if isinstance(node, AGGREGATES):
            return node
    return None
