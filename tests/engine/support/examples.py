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


def examples(number: int) -> Callable[[Any], Any]:
    """Settings for a property over whole databases, where each example takes a good part of a second."""
    if os.environ.get("HYPOTHESIS_PROFILE") == "long":
        number *= LONG
    elif os.environ.get("GARANT_WORLDS") == "few":
        number = max(1, number // FEW)
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    chosen = settings(max_examples=number, suppress_health_check=checks, deadline=None)
    return lambda test: pytest.mark.worlds(chosen(test))
