"""Any policy there can be, for properties: drawn from the document's own models, whatever they become."""

from __future__ import annotations

import types
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic import BaseModel

from garant.policy import Period, Policy
from garant.policy.document import DATA, EVENTS, SUBJECTS
from garant.policy.document.base import COUNTRY_PATTERN, KEY_PATTERN, URL_PATTERN

OWN = ["customers", "orders", "hosting", "x", "no", "null", "007", "12", "a-1"]
KEYS = (
    st.sampled_from(OWN)
    | st.sampled_from([*DATA, *SUBJECTS, *EVENTS])
    | st.from_regex(r"\A[a-z0-9]{1,4}(-[a-z0-9]{1,3}){0,2}\Z")
)
"""Often the same few, so that parts refer to each other."""

CHARACTERS = st.characters(
    exclude_categories=["Cs"], exclude_characters=[*map(chr, range(9)), *map(chr, range(11, 32)), "\x7f"]
)
"""All that a document may hold."""

PIECES = [
    "Nos clients", "l’État", "à", "É", "2026-11-01", "1e3", "-0", "0042", "+33 1 02 03 04 05", "yes", "~", "", " ",
    "\n", "\t", "\u202f:", "\u2028", "\x85", "\ufeff", "- ", "# ", ": ", "{", "]", "'", '"', "\\", "&a", "*a", "!x",
    "%", "=1+1", "@x", "🧑‍⚖️", "a" * 90, "mot " * 40, "\n\n", "| ", ">-", "<b>", "]]>", "&amp;",
]  # fmt: skip
WORDS = st.lists(st.sampled_from(PIECES) | st.text(CHARACTERS, max_size=6), max_size=4).map(
    lambda pieces: "".join(pieces)[:500]
)
PERIODS = st.builds(
    Period,
    years=st.integers(0, 10),
    months=st.integers(0, 40),
    days=st.integers(0, 60),
)
_PATTERNS: dict[str, st.SearchStrategy[str]] = {
    KEY_PATTERN: KEYS,
    COUNTRY_PATTERN: st.sampled_from(["FR", "NO", "US", "JP"]),
    URL_PATTERN: st.sampled_from(["https://a.example", "https://a.example/x?y=1&z=%20#é", "https://-"]),
}


def policies(*needed: str, **sections: st.SearchStrategy[Any]) -> st.SearchStrategy[Policy]:
    """Policies that a file may hold.

    Those always have the sections `needed`, and `sections`, which are drawn as said; any other as it may be.
    """
    rest = {**_sections(), **sections}
    always = {name: rest.pop(name) for name in ("organisation", *needed, *sections)}
    return st.fixed_dictionaries(always, optional=rest).map(lambda content: Policy(**content))


@cache
def _sections() -> dict[str, st.SearchStrategy[Any]]:
    fields = Policy.model_fields
    return {name: st.deferred(lambda f=field: _field(f)) for name, field in fields.items()}


@cache
def of(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    """Any part of this kind."""
    needed = {name: _field(field) for name, field in model.model_fields.items() if field.is_required()}
    rest = {name: _field(field) for name, field in model.model_fields.items() if not field.is_required()}
    if model.__name__ == "Organisation":
        needed["time_zone"] = st.sampled_from(["Europe/Paris", "UTC", "America/Cayenne"])
    return st.fixed_dictionaries(needed, optional=rest).map(lambda content: model(**content))


def _field(field: Any) -> st.SearchStrategy[Any]:
    return _kind(Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation)


def _kind(kind: Any, constraints: tuple[Any, ...] = ()) -> st.SearchStrategy[Any]:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _kind(arguments[0], arguments[1:])
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in {Union, types.UnionType}:
        return st.one_of([st.none() if one is type(None) else _kind(one) for one in arguments])
    if origin is dict:
        return st.dictionaries(_kind(arguments[0]), _kind(arguments[1]), max_size=2)
    if origin is tuple:
        return st.lists(_kind(arguments[0]), max_size=2).map(tuple)
    return _single(kind, constraints)


def _single(kind: Any, constraints: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if kind is str:
        patterns = [one.pattern for one in constraints if getattr(one, "pattern", None)]
        shortest = max((getattr(one, "min_length", None) or 0 for one in constraints), default=0)
        return _PATTERNS[patterns[0]] if patterns else WORDS.filter(lambda text: len(text) >= shortest)
    simple = {bool: st.booleans(), date: st.dates(), Period: PERIODS}
    return simple[kind] if kind in simple else of(kind)
