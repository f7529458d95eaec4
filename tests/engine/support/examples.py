"""How many random worlds a test looks at: few by default, HYPOTHESIS_PROFILE=long for many."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

LONG = 40
"""How many times more examples the long profile looks at."""


def examples(number: int) -> settings:
    """Settings for a property over whole databases, where each example takes a good part of a second."""
    times = LONG if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 1
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=number * times, suppress_health_check=checks)
