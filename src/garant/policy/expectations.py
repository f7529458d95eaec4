"""What a value should have looked like, in words, for each way in which pydantic refuses one."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic_core import ErrorDetails

from .document.base import COUNTRY_PATTERN, KEY_PATTERN, URL_PATTERN
from .text import Text

_KEYS = Text(fr="un ensemble de clés et de valeurs", en="a set of keys and values")
_LIST = Text(fr="une liste", en="a list")
_DATE = Text(fr="une date, comme 2026-11-01", en="a date, such as 2026-11-01")

TYPES: Final[Mapping[str, Text]] = {
    "string_type": Text(
        fr="un texte (entre guillemets s’il ressemble à un nombre)",
        en="text (between quotes if it looks like a number)",
    ),
    "int_type": Text(fr="un nombre entier", en="a whole number"),
    "float_type": Text(fr="un nombre", en="a number"),
    "bool_type": Text(fr="true ou false", en="true or false"),
    "model_type": _KEYS,
    "dict_type": _KEYS,
    "model_attributes_type": _KEYS,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "date_type": _DATE,
}
"""By the type of pydantic's error, where the type of the value itself is wrong."""

_PATTERNS: Final[Mapping[str, Text]] = {
    KEY_PATTERN: Text(
        fr="des minuscules, chiffres et traits d’union, comme last-contact",
        en="lower case letters, digits and hyphens, such as last-contact",
    ),
    URL_PATTERN: Text(fr="une adresse commençant par https://", en="an address starting with https://"),
    COUNTRY_PATTERN: Text(
        fr="un pays en deux lettres majuscules, comme FR",
        en="a country in two capital letters, such as FR",
    ),
}


def expectation(details: ErrorDetails) -> Text:
    """What was expected, where the value has the right type and a wrong form."""
    context: Mapping[str, Any] = details.get("ctx", {})
    kind = details["type"]
    if "fr" in context and "en" in context:
        return Text(fr=str(context["fr"]), en=str(context["en"]))
    if kind == "string_pattern_mismatch":
        pattern = str(context["pattern"])
        return _PATTERNS.get(pattern) or Text(fr=f"la forme {pattern}", en=f"the form {pattern}")
    if kind == "string_too_short":
        return Text(fr="un texte qui n’est pas vide", en="text that is not empty")
    if kind == "string_too_long":
        most = context["max_length"]
        return Text(fr=f"au plus {most} caractères", en=f"at most {most} characters")
    if kind.startswith("date"):
        return _DATE
    reason = details["msg"].removeprefix("Value error, ")
    return Text(fr=reason, en=reason)
