"""How often programs may ask, and forms be sent: a bucket for each token and each address, which fills with time.

Buckets are in the memory of a process: with several, each counts for itself, and what they allow adds up.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from django.conf import settings

_MOST: Final = 10_000
"""Buckets remembered; the one not used for longest goes, which is by then full again or nobody's."""


@dataclass
class Buckets:
    """Buckets of one kind.

    Args:
        per_minute: how many requests fill again in a minute.
        burst: how many may come at once.
    """

    per_minute: int
    burst: int
    _levels: OrderedDict[str, tuple[float, float]] = field(
        default_factory=OrderedDict[str, tuple[float, float]]
    )
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, name: str, now: float | None = None) -> int:
        """Take one; 0 where there was one, else whole seconds until there is."""
        at = time.monotonic() if now is None else now
        rate = self.per_minute / 60
        with self._lock:
            level, then = self._levels.pop(name, (float(self.burst), at))
            level = min(float(self.burst), level + (at - then) * rate)
            there = level >= 1
            self._levels[name] = (level - 1 if there else level, at)
            if len(self._levels) > _MOST:
                self._levels.popitem(last=False)
        return 0 if there else max(1, math.ceil((1 - level) / rate))


@cache
def buckets() -> dict[str, Buckets]:
    """The buckets of programs, by what they ask: those of this process."""
    rates: dict[str, tuple[int, int]] = settings.GARANT_API_RATES
    return {kind: Buckets(*rate) for kind, rate in rates.items()}


def caller(environ: Mapping[str, Any]) -> str:
    """Where a request comes from (WSGI's environ): what the proxy in front of us says, where there is one."""
    if settings.SECURE_PROXY_SSL_HEADER is not None:
        return environ.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or "proxy"
    return environ.get("REMOTE_ADDR", "")
