"""Before anything is parsed: what a fragment may be made of, how long and how deep; and where a piece stands."""

from __future__ import annotations

import re

import sqlglot
from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from garant.policy.text import Text
from garant.systems.fragments.words import (
    DEEPEST,
    LONGEST,
    MOST_TOKENS,
    FragmentRefused,
    Place,
    place_of,
)

_OPENING = {TokenType.L_PAREN, TokenType.CASE, TokenType.L_BRACKET, TokenType.L_BRACE}
_CLOSING = {TokenType.R_PAREN, TokenType.END, TokenType.R_BRACKET, TokenType.R_BRACE}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def refuse(reason: str, place: Place, fr: str, en: str, mend_fr: str, mend_en: str) -> FragmentRefused:
    """A refusal, worded in both languages."""
    return FragmentRefused(reason, place, Text(fr=fr, en=en), Text(fr=mend_fr, en=mend_en))


def check_tokens(sql: str) -> list[Token]:
    """Cut a fragment into tokens, refusing what must not even be parsed.

    Raises:
        FragmentRefused: too long, too deep, comments, several statements, control characters.
    """
    _check_characters(sql)
    try:
        tokens = sqlglot.tokenize(sql)
    except sqlglot.TokenError as error:
        raise _unreadable(Place()) from error
    if not tokens:
        raise refuse(
            "empty",
            Place(),
            "Le fragment SQL est vide.",
            "The SQL fragment is empty.",
            "Écrivez une expression ou un SELECT.",
            "Write an expression or a SELECT.",
        )
    if len(tokens) > MOST_TOKENS:
        raise _too_long(Place())
    _check_depth(sql, tokens)
    for token in tokens:
        _check_token(sql, token)
    return tokens


def _check_characters(sql: str) -> None:
    if len(sql) > LONGEST:
        raise _too_long(Place())
    if control := _CONTROL.search(sql):
        raise refuse(
            "control-character",
            place_of(sql, control.start()),
            "Le fragment contient un caractère de contrôle.",
            "The fragment holds a control character.",
            "Retirez-le.",
            "Remove it.",
        )


def _too_long(place: Place) -> FragmentRefused:
    return refuse(
        "too-long",
        place,
        f"Le fragment est trop long (au plus {LONGEST} caractères et {MOST_TOKENS} mots).",
        f"The fragment is too long (at most {LONGEST} characters and {MOST_TOKENS} words).",
        "Créez une vue dans le système et interrogez-la.",
        "Create a view in the system and query it.",
    )


def too_deep(place: Place) -> FragmentRefused:
    """The refusal of expressions nested beyond reason."""
    return refuse(
        "too-deep",
        place,
        "Le fragment est trop imbriqué.",
        "The fragment is nested too deeply.",
        "Simplifiez-le, ou créez une vue dans le système.",
        "Simplify it, or create a view in the system.",
    )


def _check_depth(sql: str, tokens: list[Token]) -> None:
    depth = 0
    for token in tokens:
        depth += (token.token_type in _OPENING) - (token.token_type in _CLOSING)
        if depth > DEEPEST:
            raise too_deep(place_of(sql, token.start))


def _check_token(sql: str, token: Token) -> None:
    if token.comments:
        raise refuse(
            "comment",
            place_of(sql, token.start),
            "Le fragment contient un commentaire.",
            "The fragment holds a comment.",
            "Mettez le commentaire dans le YAML, hors du SQL.",
            "Put the comment in the YAML, outside the SQL.",
        )
    if token.token_type is TokenType.SEMICOLON:
        raise refuse(
            "several-statements",
            place_of(sql, token.start),
            "Un point-virgule sépare des instructions ; une seule est permise.",
            "A semicolon separates statements; only one is allowed.",
            "Retirez le point-virgule et ce qui le suit.",
            "Remove the semicolon and what follows it.",
        )


def _unreadable(place: Place) -> FragmentRefused:
    return refuse(
        "unreadable",
        place,
        "Ce SQL ne se lit pas ici.",
        "This SQL cannot be read here.",
        "Écrivez du SQL courant : SELECT … FROM … WHERE …, sans syntaxe propre à un moteur.",
        "Write common SQL: SELECT … FROM … WHERE …, without syntax of one engine only.",
    )


def unreadable(error: sqlglot.ParseError) -> FragmentRefused:
    """The refusal of text that is not SQL, where the parser stopped."""
    first = error.errors[0] if error.errors else {}
    line, end = int(first.get("line") or 1), int(first.get("col") or 1)
    return _unreadable(Place(line, max(1, end - len(str(first.get("highlight") or " ")) + 1)))


def place(sql: str, node: exp.Expr) -> Place:
    """Where a node was written: its first word that remembers its place, or its parent's."""
    holder: exp.Expr | None = node
    while holder is not None:
        starts = [int(n.meta["start"]) for n in holder.walk() if "start" in n.meta]
        if starts:
            return place_of(sql, min(starts))
        holder = holder.parent
    return Place()
