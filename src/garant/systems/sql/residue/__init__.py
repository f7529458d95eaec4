"""What each database keeps of what is gone: one module per database."""

from __future__ import annotations

import sqlalchemy as sa

from garant.systems.model import DataMap
from garant.systems.residue import Keeper
from garant.systems.sql.residue.mariadb import MariadbKeeper
from garant.systems.sql.residue.postgresql import PostgresKeeper
from garant.systems.sql.residue.sqlite import SqliteKeeper


def keeper_of(data_map: DataMap, looking: sa.Engine, changing: sa.Engine) -> Keeper:
    """The keeper of the database behind these engines."""
    keepers = {"sqlite": SqliteKeeper, "postgresql": PostgresKeeper}
    return keepers.get(looking.dialect.name, MariadbKeeper)(data_map, looking, changing)
