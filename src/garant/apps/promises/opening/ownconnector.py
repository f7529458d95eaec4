"""Garant's own database, as a system among others: its batches carry their journal with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import sqlalchemy as sa

from garant.apps.promises.opening import ownjournal
from garant.systems.changing import Counts
from garant.systems.sql import SqlConnector

SAME: Final = "same"
"""The transaction of a batch that is in the journal because it was committed."""


class OwnConnector(SqlConnector):
    """Garant's own database, whose batches carry their journal."""

    def prepare(
        self, connection: sa.Connection, counts: Counts, before_commit: Callable[[Counts], None], /
    ) -> None:
        """Let the journal write by the connection of the change."""
        with ownjournal.by(connection):
            before_commit(replace(counts, transaction=SAME))

    def committed(self, transaction: str) -> bool | None:
        """What the journal holds was committed with it."""
        return True if transaction == SAME else super().committed(transaction)
