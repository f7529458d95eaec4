"""The kinds of entry that a ledger may hold, from the classes that make them."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator
from typing import Any

import django

import garant.apps
from garant.ledger.entries import KINDS, PATTERNS, Payload
from garant.policy.text import Language
from scripts.reference import words

Schema = dict[str, Any]


def all_kinds() -> dict[str, type[Payload]]:
    """Every kind of entry there is: importing the apps registers theirs."""
    django.setup()
    for app in pkgutil.iter_modules(garant.apps.__path__, "garant.apps."):
        if importlib.util.find_spec(f"{app.name}.entries"):
            importlib.import_module(f"{app.name}.entries")
    return KINDS


def kind_markdown(kind: str, payload: type[Payload], language: Language) -> str:
    """The section of one kind: what it says, and its fields."""
    schema = payload.model_json_schema()
    rows = list(_rows(kind, schema, schema.get("$defs", {}), "", language))
    head = [word.say(language) for word in (words.FIELD, words.FORM, words.MEANING)]
    table = [f"| {' | '.join(head)} |", "|---|---|---|", *rows, ""] if rows else []
    title = words.set_out(payload.title.fr if language == "fr" else payload.title.en, language)
    return "\n".join([f"### `{kind}`", "", title, "", *table])


def _rows(kind: str, schema: Schema, parts: Schema, prefix: str, language: Language) -> Iterator[str]:
    """A line of the table for each field, and for each field of its parts."""
    for name, field in schema.get("properties", {}).items():
        form, part = _form(field, parts, language)
        yield f"| `{prefix}{name}` | {form} | {_meaning(kind, name, field, language)} |"
        if part is not None:
            inside = f"{prefix}{name}{'[]' if 'items' in field else ''}."
            yield from _rows(kind, part, parts, inside, language)


def _meaning(kind: str, name: str, field: Schema, language: Language) -> str:
    """In English as the class says it; in French as the ledger's own pages call it."""
    if language == "en":
        return str(field.get("description", ""))
    from garant.apps.evidence import wording

    return words.said(wording.field(kind, name), language)


def _form(schema: Schema, parts: Schema, language: Language) -> tuple[str, Schema | None]:
    """A JSON Schema in a few words, and the part it leads to."""
    if "$ref" in schema:
        return words.ENTRY_FORMS["part"].say(language), parts[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        form, part = _form(schema["anyOf"][0], parts, language)
        return form + words.OR_NOTHING.say(language), part
    if "items" in schema:
        form, part = _form(schema["items"], parts, language)
        return f"{words.LIST_OF_ENTRIES.say(language)} {form}", part
    if "enum" in schema:
        return words.OR.say(language).join(f"`{value}`" for value in schema["enum"]), None
    if "const" in schema:
        return f"`{schema['const']}`", None
    form = PATTERNS.get(schema.get("pattern", "")) or schema.get("format") or schema["type"]
    return words.ENTRY_FORMS[form].say(language), None
