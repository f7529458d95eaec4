"""The keys of a YAML document, from the model that reads it."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from garant.policy.text import Language, Text
from scripts.reference import words


@dataclass(frozen=True)
class Key:
    """One key of a YAML document: where it stands, what it takes, what it means."""

    path: str
    forms: tuple[Text, ...]
    """What it takes: one of these."""
    required: bool
    meaning: Text
    same: str | None = None
    """The key whose part it takes too, where that has been told."""

    def also(self, other: Key) -> Key:
        """Both keys as one: what either takes, required where both are."""
        return replace(
            self,
            forms=tuple(dict.fromkeys([*self.forms, *other.forms])),
            required=self.required and other.required,
            meaning=Text(fr=self.meaning.fr or other.meaning.fr, en=self.meaning.en or other.meaning.en),
            same=self.same or other.same,
        )

    def markdown(self, language: Language) -> str:
        """Its section of the page."""
        level = "##" if "." not in self.path and "[" not in self.path else "###"
        takes = words.OR.say(language).join(dict.fromkeys(one.say(language) for one in self.forms))
        if self.same:
            takes += f", {words.AS_IN.say(language)} [`{self.same}`](#{anchor(self.same)})"
        need = (words.REQUIRED if self.required else words.OPTIONAL).say(language)
        return "\n".join(
            [f"{level} `{self.path}`", "", f"{takes} · {need}", "", words.said(self.meaning, language), ""]
        )


def keys(model: type[BaseModel], prefix: str = "", seen: dict[Any, str] | None = None) -> Iterator[Key]:
    """Every key of a document, depth first, in the order of the model; a part used twice is told once."""
    seen = {} if seen is None else seen
    for name, field in model.model_fields.items():
        path = f"{prefix}{field.alias or name}"
        inner = list(parts(field.annotation))
        same = next((seen[part] for _, part in inner if part in seen), None)
        yield _key(path, field, same)
        for suffix, part in inner:
            if part not in seen:
                seen[part] = f"{path}{suffix}"
                yield from keys(part, f"{path}{suffix}.", seen)


def _key(path: str, field: FieldInfo, same: str | None) -> Key:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    meaning = Text(fr=str(extra.get("x-fr", "")), en=field.description or "")
    return Key(path, tuple(forms(field.annotation)), field.is_required(), meaning, same)


def merged(found: Iterable[Key]) -> list[Key]:
    """Keys that several kinds of the same part share, told once."""
    by_path: dict[str, Key] = {}
    for key in found:
        known = by_path.get(key.path)
        by_path[key.path] = key if known is None else known.also(key)
    return list(by_path.values())


def anchor(heading: str) -> str:
    """The fragment that leads to a heading, as GitHub makes it."""
    kept = "".join(letter for letter in heading.lower() if letter.isalnum() or letter in " -_")
    return kept.replace(" ", "-")


def parts(annotation: Any) -> Iterator[tuple[str, type[BaseModel]]]:
    """The models inside an annotation, each with the path that leads to it."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation is not Text:
            yield "", annotation
    elif origin is Annotated:
        yield from parts(arguments[0])
    elif origin is dict:
        yield from ((f".KEY{rest}", part) for rest, part in parts(arguments[1]))
    elif origin in (list, tuple, set, frozenset):
        yield from ((f"[]{rest}", part) for rest, part in parts(arguments[0]))
    elif origin in (Union, types.UnionType):
        for argument in arguments:
            yield from parts(argument)


def forms(annotation: Any) -> Iterator[Text]:
    """What a key takes: one of these, each in a few words."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from forms(arguments[0])
    elif origin is Literal:
        yield from (_exactly(value) for value in arguments)
    elif origin in (Union, types.UnionType):
        for argument in arguments:
            if argument is not type(None):
                yield from forms(argument)
    elif origin is dict:
        yield _each(words.BY_KEY, arguments[1])
    elif origin in (list, tuple, set, frozenset):
        yield _each(words.LIST_OF, arguments[0])
    else:
        yield from _named(annotation)


def _each(first: Text, annotation: Any) -> Text:
    inside = list(forms(annotation))
    fr = words.OR.fr.join(dict.fromkeys(one.fr for one in inside))
    return Text(
        fr=f"{first.fr} {fr}", en=f"{first.en} {words.OR.en.join(dict.fromkeys(one.en for one in inside))}"
    )


def _exactly(value: Any) -> Text:
    return Text(fr=f"`{value}`", en=f"`{value}`")


def _named(annotation: Any) -> Iterator[Text]:
    if annotation is Text:
        yield words.TEXTS
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield words.MAPPING
    elif (values := getattr(annotation, "__members__", None)) is not None:
        yield from (_exactly(member.value) for member in values.values())
    else:
        yield words.FORMS[str(getattr(annotation, "__name__", annotation)).lower()]
