"""A long YAML text is parsed once by a worker: the reference policy takes a third of a second, and hundreds of tests publish
it.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from garant.policy.yaml_source import YamlSource

LONG = 1000
"""In characters: what is shorter is parsed each time."""

MANY = 200
"""How many texts are remembered."""


def remembering(read: Callable[[Any], YamlSource]) -> Callable[[Any], YamlSource]:
    """How a reader reads what may have been read before: nobody changes the places; of the data, each has a copy."""
    known: dict[tuple[str, str], tuple[YamlSource, bytes]] = {}

    def again(reader: Any) -> YamlSource:
        asked = (reader._text, reader._file)
        if len(reader._text) < LONG:
            return read(reader)
        if asked not in known:
            source = read(reader)
            if len(known) >= MANY:
                del known[next(iter(known))]
            known[asked] = source, pickle.dumps(source.data)
        source, data = known[asked]
        return replace(source, data=pickle.loads(data))

    return again
