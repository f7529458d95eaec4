"""How many random worlds a test looks at: a few in `make test`, all in `make slow`, HYPOTHESIS_PROFILE=long for many."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

LONG = 40
"""How many times more examples the long profile looks at."""
FEW = 6
"""How many times fewer are looked at where GARANT_WORLDS says few."""


def every(number: int, **said: Any) -> settings:
    """Settings for a property over whole databases, where each example takes a good part of a second: all of them each time.

    `said` is what else hypothesis is told.
    """
    if os.environ.get("HYPOTHESIS_PROFILE") == "long":
        number *= LONG
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(**{"max_examples": number, "suppress_health_check": checks, "deadline": None, **said})


def examples(number: int, **said: Any) -> Callable[[Any], Any]:
    """The same for a test, which counts nothing of what it saw: a few of them in `make test`, all in `make slow`."""
    few = os.environ.get("GARANT_WORLDS") == "few"
    chosen = every(max(1, number // FEW) if few else number, **said)
    return lambda test: pytest.mark.worlds(chosen(test))
