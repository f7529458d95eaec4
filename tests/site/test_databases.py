"""Where Garant's own state lives."""

from __future__ import annotations

from pathlib import Path

import pytest

from garant.site import paths
from garant.site.databases import DatabaseUrlError, database

HOME = Path("/srv/garant")


def test_sqlite_in_the_data_folder_is_the_default() -> None:
    found = database("", HOME)
    assert found["ENGINE"] == "django.db.backends.sqlite3"
    assert found["NAME"] == HOME / "garant.sqlite3"
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert found["OPTIONS"]["timeout"] == 20
    for pragma in ("journal_mode=WAL", "busy_timeout=20000", "secure_delete=ON", "synchronous=FULL"):
        assert pragma in found["OPTIONS"]["init_command"]


def test_sqlite_elsewhere() -> None:
    assert database("sqlite:////var/lib/a%20b.db", HOME)["NAME"] == Path("/var/lib/a b.db")
    assert database("sqlite:///near.db", HOME)["NAME"] == Path("near.db")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_what_libpq_makes_of_it(scheme: str) -> None:
    url = f"{scheme}://ann:p%40ss@db.example:5433/garant?sslmode=require&connect_timeout=5"
    assert database(url, HOME) == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "garant",
        "USER": "ann",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require", "connect_timeout": "5"},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def test_postgresql_through_a_socket() -> None:
    found = database("postgresql:///garant?host=/run/postgresql", HOME)
    assert (found["HOST"], found["NAME"], found["USER"]) == ("/run/postgresql", "garant", "")


@pytest.mark.parametrize(
    "url",
    ["mysql://ann:s3cret@h/d", "s3cret", "postgresql://ann:s3cret@h:port:x/d?s3cret", "postgres:s3cret"],
)
def test_another_address_is_refused_and_never_repeated(url: str) -> None:
    with pytest.raises(DatabaseUrlError) as caught:
        database(url, HOME)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_the_data_folder_is_named_here_or_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert paths.home({"GARANT_HOME": "data"}) == tmp_path / "data"
    assert paths.home({"XDG_DATA_HOME": "/xdg"}) == Path("/xdg/garant")
    assert paths.home({}) == Path.home() / ".local" / "share" / "garant"
    (tmp_path / ".garant").mkdir()
    assert paths.home({"XDG_DATA_HOME": "/xdg"}) == tmp_path / ".garant"
    assert paths.keys_folder({}) == tmp_path / ".garant" / "keys"
    assert paths.keys_folder({"GARANT_KEYS": "/safe"}) == Path("/safe")
