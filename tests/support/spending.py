"""How much of a processor something takes, whatever else goes on in the process and on the machine."""

from __future__ import annotations

import time
from collections.abc import Callable

TRIES = 4


def spends(do: Callable[[], object], below: float) -> float:
    """Seconds of a processor that doing it takes in this thread.

    Where they are not below what is expected, it is done again, and the least counts: garbage collected in between, of
    thousands of tests before, is not its own; what is slow is slow each time.
    """
    least = float("inf")
    for _ in range(TRIES):
        started = time.thread_time()
        do()
        least = min(least, time.thread_time() - started)
        if least < below:
            break
    return least
