"""Lists in pages: a cursor says after which item the next page begins, whatever was added meanwhile."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, TypeVar

from pydantic import Field, StringConstraints

from garant.site.problems import ProblemError

T = TypeVar("T")

MOST: Final = 200
"""Items of a page at most."""

Limit = Annotated[int, Field(ge=1, le=MOST, description="items of a page at most")]
Cursor = Annotated[
    Annotated[str, StringConstraints(max_length=400)] | None,
    Field(description="`next` of the page before; none for the first"),
]


def page(rows: Sequence[T], name: Callable[[T], str], cursor: str | None, limit: int) -> dict[str, Any]:
    """Cut one page out of rows in a stable order, each of which has a name of its own.

    Raises ProblemError (400) for a cursor that is none, or whose item is gone.
    """
    start = 0
    if cursor:
        after = read(cursor)
        start = next((place for place, row in enumerate(rows, start=1) if name(row) == after), 0)
        if not start:
            raise no_cursor()
    chosen = list(rows[start : start + limit])
    further = start + limit < len(rows)
    return {"items": chosen, "next": write(name(chosen[-1])) if further else None}


def write(name: str) -> str:
    """A cursor, which means nothing but to us."""
    return base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")


def read(cursor: str) -> str:
    """The name in a cursor. Raises ProblemError (400)."""
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        raise no_cursor() from None


def no_cursor() -> ProblemError:
    """For a cursor that leads nowhere."""
    return ProblemError(
        400,
        "cursor",
        fr="Ce curseur ne mène nulle part\u202f: reprenez à la première page.",
        en="This cursor leads nowhere: begin again at the first page.",
    )
