"""Going through a document, part by part."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from pydantic import BaseModel

from .places import Place
from .text import Text


def texts(part: Any, place: Place = ()) -> Iterator[tuple[Place, Text]]:
    """Every bilingual text of a document, and where it stands."""
    if isinstance(part, Text):
        yield place, part
        return
    for step, inner in _inside(part):
        yield from texts(inner, (*place, step))


def _inside(part: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(part, BaseModel):
        yield from ((name, getattr(part, name)) for name in type(part).model_fields)
    elif isinstance(part, Mapping):
        yield from cast(Mapping[str, Any], part).items()
    elif isinstance(part, tuple):
        yield from enumerate(cast(tuple[Any, ...], part))
