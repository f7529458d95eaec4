"""JSON Schema (2020-12) of policies, for editors: completion, and each key explained in the language asked for."""

from typing import Any, Final, cast

from .document import Policy
from .text import Language

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def policy_schema(language: Language = "fr") -> dict[str, Any]:
    """The schema of a whole policy, all files together."""
    schema = Policy.model_json_schema()
    return {"$schema": DIALECT, **cast(dict[str, Any], _spoken(schema, language))}


def file_schema(language: Language = "fr") -> dict[str, Any]:
    """The schema of one file of a policy: any sections, at least one, none of them required."""
    schema = policy_schema(language)
    return {**{name: part for name, part in schema.items() if name != "required"}, "minProperties": 1}


def _spoken(part: Any, language: Language) -> Any:
    """The schema with its descriptions in one language; those of whole parts are in English only."""
    if isinstance(part, list):
        return [_spoken(inner, language) for inner in cast(list[Any], part)]
    if not isinstance(part, dict):
        return part
    spoken = {name: _spoken(inner, language) for name, inner in cast(dict[str, Any], part).items()}
    french = spoken.pop("x-fr", None)
    if language == "fr" and isinstance(spoken.get("description"), str):
        spoken.pop("description")
        spoken.update({"description": french} if french else {})
    return spoken
