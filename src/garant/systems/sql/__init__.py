"""The SQL connector: set-based statements on SQLAlchemy Core, for SQLite and PostgreSQL."""

from garant.systems.sql.connector import SqlConnector

__all__ = ["SqlConnector"]
