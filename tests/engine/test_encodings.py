"""A PostgreSQL database that does not say how its texts are encoded: common where a server was set up in the C locale."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from garant.engine.planning.subject import plan_subjects
from garant.engine.telling.export import export_subject
from garant.systems.port import ConnectorError
from tests.engine.support.databases import PostgresDatabase
from tests.engine.support.running import carry_out
from tests.engine.support.shop import AS_OF, Shop
from tests.servers.postgres import PostgresServer


@pytest.fixture
def unsaid(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty database of the encoding SQL_ASCII."""
    name = f"unsaid_{uuid4().hex}"
    with postgres_server.connect() as connection:
        connection.execute(
            f"CREATE DATABASE {name} ENCODING SQL_ASCII TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
        )
        yield postgres_server.url(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def shop(unsaid: str) -> Iterator[Shop]:
    """The shop in it; the test writes in UTF-8, and Garant is told nothing."""
    mark = "&" if "?" in unsaid else "?"
    database = PostgresDatabase(f"{unsaid}{mark}client_encoding=utf8")
    shop = Shop(database).create()
    shop.database.url = unsaid
    yield shop
    shop.close()
    database.close()


def exported(shop: Shop, email: str = "n1@x.example") -> dict[str, object]:
    out = io.BytesIO()
    export_subject(
        shop.system(), {"email": email}, out, organisation="S", at=datetime(2026, 11, 1, tzinfo=UTC)
    )
    return json.loads(zipfile.ZipFile(out).read("crm/contact/contact.jsonl"))


def test_texts_are_read_as_texts_and_the_person_is_erased(shop: Shop) -> None:
    shop.people(1, 2, name="Zoé")
    assert exported(shop)["name"] == "Zoé"
    plan = plan_subjects(shop.policy, shop.system(), [{"email": "n1@x.example"}], "erasure", as_of=AS_OF)
    _, verification = carry_out(plan, shop.policy, shop.system())
    assert verification.verified
    assert shop.ids("contact") == [2]


def test_what_is_in_another_encoding_is_refused_in_words_until_the_address_says_which(shop: Shop) -> None:
    shop.people(1)
    shop.database.run(r"UPDATE contact SET name = E'Zo\xe9'")
    with pytest.raises(ConnectorError, match="crm: invalid byte sequence"):
        exported(shop)
    mark = "&" if "?" in shop.database.url else "?"
    shop.database.url += f"{mark}client_encoding=latin1"
    assert exported(shop)["name"] == "Zoé"
    with pytest.raises(ConnectorError, match="crm: a text is not in the encoding of the connection"):
        exported(shop, "n1@🦊.example")
