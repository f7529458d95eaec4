"""The package of a person of the made-up company, handed over through its link."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import zipfile
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from garant.apps.deliveries import services as deliveries
from garant.apps.promises.opening.published import open_published
from garant.apps.promises.people.packages import person_package
from garant.publish.packages import ADDRESS, Made, package_schema

pytestmark = pytest.mark.django_db


def somebody() -> str:
    """The address of a person who wrote, met and bought."""
    with closing(sqlite3.connect(os.environ["GARANT_DEMO_CRM"].removeprefix("sqlite:///"))) as crm:
        asked = "SELECT email FROM person WHERE email IS NOT NULL AND id IN (SELECT person_id FROM interaction) LIMIT 1"
        return str(crm.execute(asked).fetchone()[0])


@pytest.mark.parametrize("kind", ["access", "portability"])
def test_a_package_is_handed_over(company: str, kind: Any) -> None:
    made, email = Made(), somebody()
    with open_published(company) as workspace:
        pieces = person_package(
            workspace, {"email": email}, number="R-2026-0001", language="fr", kind=kind, made=made
        )
        _, link = deliveries.prepare(company, "R-2026-0001", "vos-donnees.zip", pieces)
    response: Any = Client().post(urlsplit(link).path)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    assert archive.testzip() is None
    data = json.loads(archive.read("data.json"))
    Draft202012Validator(package_schema()).validate(data)
    rows = sum(len(table["rows"]) for table in data["tables"])
    assert (rows > 0, rows) == (True, made.rows)
    assert email in json.dumps(data)
    assert ("index.html" in archive.namelist()) == (kind == "access")


def test_the_schema_is_published(client: Client) -> None:
    answered = client.get(ADDRESS)
    assert answered.json() == package_schema()
    assert not answered.cookies
