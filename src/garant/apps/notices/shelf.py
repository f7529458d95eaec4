"""Finished pages, kept in memory: what was made once for a version and a language is not made again."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final

ROOM: Final = 24 * 1024 * 1024
"""Bytes that one process keeps; the least lately asked for leave first."""

_WORTH_PACKING: Final = 1024
"""Bytes below which compressing gains nothing."""


@dataclass(frozen=True, slots=True)
class Finished:
    """Bytes ready to be sent, as they are and compressed."""

    body: bytes
    packed: bytes | None
    tag: str
    """Of these bytes: SHA-256, shortened."""
    kind: str
    """Content type."""

    @property
    def size(self) -> int:
        """Bytes of memory."""
        return len(self.body) + len(self.packed or b"")


def finished(body: bytes, kind: str) -> Finished:
    """Compress and name bytes, once for all who will ask."""
    text = kind.startswith(("text/", "application/json", "application/ld+json", "application/linkset+json"))
    packed = gzip.compress(body, 9, mtime=0) if text and len(body) > _WORTH_PACKING else None
    return Finished(body, packed, hashlib.sha256(body).hexdigest()[:24], kind)


class Shelf:
    """A bounded store of finished pages, safe for the threads of one process."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._taken = 0
        self._pages: OrderedDict[Hashable, Finished] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: Hashable, make: Callable[[], Finished]) -> Finished:
        """The page of this name, made by `make` where it is not here yet."""
        with self._lock:
            known = self._pages.get(name)
            if known is not None:
                self._pages.move_to_end(name)
                return known
        made = make()  # outside the lock: two threads may make it, and one is kept
        with self._lock:
            if name not in self._pages:
                self._pages[name] = made
                self._taken += made.size
            while self._taken > self._room and len(self._pages) > 1:
                _, gone = self._pages.popitem(last=False)
                self._taken -= gone.size
        return made

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._pages.clear()
            self._taken = 0
