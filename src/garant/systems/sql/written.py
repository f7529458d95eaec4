"""Keys as the columns that refer to them write them: as they are, or as text behind a prefix."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from garant.systems.model import Link


def written(keys: sa.Select[Any], link: Link) -> sa.Select[Any]:
    """The keys of a one-column query as the link's column holds them.

    Where the link has a prefix the keys are made texts, not the column a number: an index on the column
    still serves, and a text that is no reference at all breaks nothing.
    """
    if link.prefix is None:
        return keys
    (key,) = keys.selected_columns
    return keys.with_only_columns(key_as_written(key, link), maintain_column_froms=True)


def key_as_written(key: ColumnElement[Any], link: Link) -> ColumnElement[Any]:
    """One key as the link's column holds it."""
    if link.prefix is None:
        return key
    return sa.literal(link.prefix, sa.String()) + sa.cast(key, sa.String())
