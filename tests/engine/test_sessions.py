"""How a server is set must not hide anybody: what is left out of an answer in silence is left behind in silence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from garant.engine.planning.subject import plan_subjects
from garant.systems.port import ConnectorError
from tests.engine.support.archives import BETWEEN, LATER, Vault, archiving_shop, sweep
from tests.engine.support.databases import MariadbDatabase
from tests.engine.support.running import carry_out
from tests.engine.support.shop import AS_OF, Shop


@pytest.fixture
def limited(postgres_shop: Shop) -> Iterator[Shop]:
    """The shop, asked by a role that sees one contact of three."""
    shop, role = postgres_shop.people(1, 2, 3), f"r{uuid4().hex}"
    url = make_url(shop.database.url)
    shop.database.run(
        f"CREATE ROLE {role} LOGIN PASSWORD 'x'",
        f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}",
        "ALTER TABLE contact ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY mine ON contact USING (id = 1)",
    )
    shop.database.url = url.set(username=role, password="x").render_as_string(hide_password=False)
    yield shop
    shop.close()
    shop.database.run(f"DROP OWNED BY {role}", f"DROP ROLE {role}")


def test_rows_that_postgresql_would_hide_from_garant_are_a_refusal(limited: Shop) -> None:
    with pytest.raises(ConnectorError, match="row-level security policy for table"):
        limited.plan()


@pytest.mark.parametrize("style", ["SQL, DMY", "German", "Postgres, MDY"])
def test_days_are_read_whatever_the_style_of_the_server(
    postgres_shop: Shop, vault: Vault, style: str
) -> None:
    shop = archiving_shop(postgres_shop).people(1, at=BETWEEN)
    name = make_url(shop.database.url).database
    shop.database.run(f"ALTER DATABASE {name} SET datestyle = '{style}'")
    plan, _ = sweep(shop, vault)
    assert [one.oldest for one in plan.selections if one.due] == [date(2024, 5, 5)]
    assert sorted(vault.by_key()) == [1]
    plan, _ = sweep(shop, vault, LATER)
    assert [(one.system, one.due) for one in plan.selections if one.due] == [("archive", 1)]


def test_a_server_that_gives_few_rows_at_a_time_gives_them_all(mariadb_shop: Shop) -> None:
    shop = mariadb_shop.people(1, 2, 3)
    shop.database.url += (
        "?init_command=SET+sql_select_limit+%3D+1,+foreign_key_checks+%3D+0,+sql_auto_is_null+%3D+1"
    )
    plan = plan_subjects(
        shop.policy,
        shop.system(),
        [{"email": f"n{one}@x.example"} for one in (1, 2, 3)],
        "erasure",
        as_of=AS_OF,
    )
    carry_out(plan, shop.policy, shop.system())
    assert shop.ids("contact") == []


@pytest.fixture
def mariadb_shop(mariadb: MariadbDatabase) -> Iterator[Shop]:
    """The shop on MariaDB alone."""
    shop = Shop(mariadb).create()
    yield shop
    shop.close()
