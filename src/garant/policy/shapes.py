"""What a document may hold at a place, found in its JSON Schema: for suggestions and expectations."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, TypeAlias, cast

from .places import Place

Schema: TypeAlias = dict[str, Any]


def keys_at(schema: Schema, data: Any, place: Place) -> list[str]:
    """The keys that the map at `place` may have; nothing where they are free."""
    found: dict[str, None] = {}
    for shape in _shapes_at(schema, data, place):
        found.update(dict.fromkeys(shape.get("properties", {})))
    return list(found)


def nearest(word: str, candidates: list[str]) -> str | None:
    """The candidate most like `word`, if one is like it."""
    close = get_close_matches(word, candidates, n=1, cutoff=0.6)
    return close[0] if close else None


def _shapes_at(schema: Schema, data: Any, place: Place) -> list[Schema]:
    shapes = list(_alternatives(schema, schema, data))
    for step in place:
        data = _inside(data, step)
        shapes = [
            alternative
            for shape in shapes
            for inner in _step(shape, step)
            for alternative in _alternatives(schema, inner, data)
        ]
    return shapes


def _alternatives(root: Schema, shape: Schema, data: Any) -> Iterator[Schema]:
    """The shape with references followed, one for each alternative that the data may mean."""
    if "$ref" in shape:
        name = str(shape["$ref"]).rpartition("/")[2]
        yield from _alternatives(root, root["$defs"][name], data)
        return
    choices = [*shape.get("anyOf", ()), *shape.get("oneOf", ())]
    tag = cast(Schema, shape.get("discriminator", {})).get("propertyName")
    chosen = _inside(data, tag) if tag is not None else None
    mapping = cast(Schema, shape.get("discriminator", {})).get("mapping", {})
    if isinstance(chosen, str) and chosen in mapping:
        choices = [{"$ref": mapping[chosen]}]
    for choice in choices:
        yield from _alternatives(root, choice, data)
    if not choices:
        yield shape


def _step(shape: Schema, step: str | int) -> Iterator[Schema]:
    properties = shape.get("properties", {})
    if step in properties:
        yield properties[step]
    for free in ("additionalProperties", "items"):
        if isinstance(shape.get(free), dict):
            yield shape[free]
    yield from shape.get("patternProperties", {}).values()


def _inside(data: Any, step: Any) -> Any:
    if isinstance(data, dict):
        return cast(dict[Any, Any], data).get(step)
    if isinstance(data, list) and isinstance(step, int) and step < len(cast(list[Any], data)):
        return cast(list[Any], data)[step]
    return None
