"""Garant's own database: SQLite in the data folder, or the PostgreSQL that DATABASE_URL names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, unquote

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

BUSY_SECONDS: Final = 20
KEPT_SECONDS: Final = 60
"""How long a thread of the site keeps its connection: opening one costs more than most pages."""
_PRAGMAS: Final = "; ".join(
    [
        "PRAGMA journal_mode=WAL",
        # Evidence is on disk before anyone acts on it.
        "PRAGMA synchronous=FULL",
        # A destroyed key leaves no bytes behind in free pages.
        "PRAGMA secure_delete=ON",
        f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",
    ]
)
_CONNECTION: Final = {
    "dbname": "NAME",
    "user": "USER",
    "password": "PASSWORD",
    "host": "HOST",
    "port": "PORT",
}


class DatabaseUrlError(ValueError):
    """DATABASE_URL is not one Garant understands. The message never repeats it: it may hold a password."""


def database(url: str, folder: Path) -> dict[str, Any]:
    """Django's settings for one database. Raises DatabaseUrlError."""
    scheme, separator, rest = url.partition("://")
    if not url:
        return sqlite(folder / "garant.sqlite3")
    if separator and scheme == "sqlite":
        return sqlite(Path(unquote(rest.removeprefix("/"))))
    if separator and scheme.partition("+")[0] in ("postgres", "postgresql"):
        return postgresql(f"postgresql://{rest}")
    raise DatabaseUrlError("DATABASE_URL: expected postgresql://user@host/name or sqlite:////folder/file")


def sqlite(path: Path) -> dict[str, Any]:
    """SQLite, several processes at a time: readers never wait, a writer waits up to 20 seconds."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": KEPT_SECONDS,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": BUSY_SECONDS, "init_command": _PRAGMAS},
    }


def postgresql(url: str) -> dict[str, Any]:
    """PostgreSQL through psycopg. Parameters such as `sslmode` stay what libpq makes of them."""
    try:
        found = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    except ProgrammingError:
        raise DatabaseUrlError("DATABASE_URL: libpq does not understand this PostgreSQL address") from None
    settings = {setting: found.pop(name, "") for name, setting in _CONNECTION.items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **settings,
        "OPTIONS": found,
        "CONN_MAX_AGE": KEPT_SECONDS,
        "CONN_HEALTH_CHECKS": True,
    }


def address_of(settings: Mapping[str, Any]) -> str:
    """The SQLAlchemy URL that leads to a database of Django's settings. It may hold a password."""
    if str(settings["ENGINE"]).endswith("sqlite3"):
        return f"sqlite:///{settings['NAME']}"
    return url_of(settings)


def url_of(settings: Mapping[str, Any]) -> str:
    """The DATABASE_URL that leads to a database of Django's settings. It may hold a password."""
    if str(settings["ENGINE"]).endswith("sqlite3"):
        return f"sqlite:///{quote(str(settings['NAME']))}"
    said = {ours: str(settings.get(theirs) or "") for ours, theirs in _CONNECTION.items()}
    from sqlalchemy import URL  # a while to load, and few need it

    return URL.create(
        "postgresql",
        username=said["user"] or None,
        password=said["password"] or None,
        host=said["host"] or None,
        port=int(said["port"]) if said["port"] else None,
        database=said["dbname"],
        query={name: value for name, value in settings.get("OPTIONS", {}).items() if isinstance(value, str)},
    ).render_as_string(hide_password=False)
