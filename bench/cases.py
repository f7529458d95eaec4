"""What is measured: each case with Garant and its rival or limit, which leave the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from bench import by_hand, garant
from bench.harness import Case, Line
from bench.systems import System
from bench.world import BUSY, HEAVY, Size, state

BUSY_EMAIL, HEAVY_EMAIL = by_hand.emails([BUSY, HEAVY])

PER_RUN = {"run", "batches"}
"""Counted, and told, but as many as there are batches."""

HAND, GARANT = "hand-written SQL", "Garant"

HAND_LOOKING = "hand-written SQL that looks again first"
"""Like for like: the sweep of whoever asks a second time before anything goes, as a run does."""


def asking(size: Size) -> list[str]:
    """Those who ask to be erased: spread over everybody, prospects and customers."""
    step = (size.people // size.requests - 2) | 1  # odd, so that every kind of person is among them
    return by_hand.emails([11 + number * step for number in range(size.requests)])


def cases(system: System, size: Size) -> list[Case]:
    """Every case on one database; in each the first contender is the baseline."""

    many = asking(size)
    some = many[: max(40, len(many) // 10)]  # persons of every kind come again after twenty

    @contextmanager
    def as_is() -> Iterator[str]:
        yield system.url

    return [
        Case(
            f"{system.name}: sweep of a tenth",
            {HAND: by_hand.sweep, HAND_LOOKING: by_hand.sweep_after_a_look, GARANT: garant.sweep},
            system.fresh,
            state,
            beside=HAND_LOOKING,
        ),
        Case(
            f"{system.name}: one person with 10,000 rows",
            {
                HAND: partial(by_hand.erase, emails=[BUSY_EMAIL]),
                GARANT: partial(garant.erase_one, email=BUSY_EMAIL),
            },
            system.fresh,
            state,
        ),
        Case(
            f"{system.name}: many people who ask",
            {
                HAND: partial(by_hand.erase, emails=many),
                GARANT: partial(garant.erase_many, emails=many),
            },
            system.fresh,
            state,
        ),
        Case(
            f"{system.name}: some of them, beside application code",
            {
                HAND: partial(by_hand.erase, emails=some),
                GARANT: partial(garant.erase_many, emails=some),
                "row by row, each committed": partial(by_hand.erase_row_by_row, emails=some),
            },
            system.fresh,
            state,
        ),
        Case(
            f"{system.name}: many requests in one run, beside one",
            {
                "one request": partial(garant.erase_one, email=many[0]),
                f"{size.requests:,} requests": partial(garant.erase_many, emails=many),
            },
            system.fresh,
            _nothing,
        ),
        Case(
            f"{system.name}: plan",
            {"the same counts by hand": by_hand.count, GARANT: garant.plan},
            as_is,
            _nothing,
        ),
        Case(
            f"{system.name}: export of one person",
            {
                "the driver's own fetch": partial(by_hand.fetch, person=HEAVY),
                GARANT: partial(garant.export, email=HEAVY_EMAIL),
            },
            as_is,
            _nothing,
        ),
    ]


def _nothing(_url: str) -> object:
    """What is only read is left as it was."""
    return None


def statements(lines: list[Line]) -> dict[str, dict[str, int]]:
    """By case, the statements of each part of Garant's work; of the run, the most that one batch took."""
    return {
        line.case: {part: sent for part, sent in line.statements.items() if part not in PER_RUN}
        for line in lines
        if line.statements
    }
