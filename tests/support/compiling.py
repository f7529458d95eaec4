"""A question is compiled once by a worker: each test opens its systems anew, and asks them what the test before asked.

SQLAlchemy keeps what it compiled for as long as the engine lives, by what the statement is made of, without its values.
Here it is kept for all engines whose dialects are alike: what a statement compiles to depends on nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.util import LRUCache

MANY = 3000
"""How many statements are remembered."""

Key = tuple[Any, ...]
_PLAIN = (bool, int, str, tuple, type(None))


class Compiled:
    """What was compiled, as an engine asks for it."""

    def __init__(self) -> None:
        self._known: LRUCache[Key, Any] = LRUCache(MANY)
        self._alike: WeakKeyDictionary[sa.Dialect, Key] = WeakKeyDictionary()

    def get(self, key: Key) -> Any:
        """What was compiled for a dialect that is like this one; None."""
        return self._known.get(self._shared(key))

    def __setitem__(self, key: Key, compiled: Any) -> None:
        self._known[self._shared(key)] = compiled

    def _shared(self, key: Key) -> Key:
        dialect, *rest = key
        if dialect not in self._alike:
            if dialect.server_version_info is None:  # it does not yet know what it speaks to
                return key
            self._alike[dialect] = settings_of(dialect)
        return (self._alike[dialect], *rest)


def settings_of(dialect: sa.Dialect) -> Key:
    """All that tells one dialect from another of its kind: its version, its modes, what it was opened with."""
    said = vars(dialect).items()
    return (type(dialect), *sorted((name, repr(value)) for name, value in said if isinstance(value, _PLAIN)))


def compiling_once(open_engine: Callable[..., sa.Engine]) -> Callable[..., sa.Engine]:
    """How engines are opened that share what is compiled."""
    compiled = Compiled()

    def opened(*given: Any, **named: Any) -> sa.Engine:
        engine = open_engine(*given, **named)
        engine.update_execution_options(compiled_cache=compiled)
        return engine

    return opened
