"""Everything that Garant holds is in its map, or declared to be nobody's with a reason: a new column needs a decision."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from garant.apps.installation import completeness, services
from garant.demo.stage import example
from garant.policy import check_policy
from garant.policy.document import Organisation
from garant.policy.loader import load_policy
from garant.policy.writer import write_policy
from garant.systems.checks.static import check_map
from garant.systems.loader import parse_map
from tests.own.tenant import Tenant

DECIDE = """
New in Garant's own database, and nobody said whose it is:

    {found}

Is it a person's? Put it into the map (src/garant/systems/maps/garant/2-tables.yaml), with what becomes of it when its
row stays, and the row into a disposition of 3-endings.yaml under a rule of src/garant/apps/installation/policy.
Is it nobody's? Say why in src/garant/apps/installation/free.yaml.
"""


def decided(found: list[str]) -> None:
    assert found == [], DECIDE.format(found="\n    ".join(found))


def test_every_column_of_every_model_is_decided_about() -> None:
    data_map = parse_map(services.MAP).map
    models = {
        model._meta.db_table: [field.column for field in model._meta.concrete_fields]
        for model in apps.get_models(include_auto_created=True)
    }
    decided([f"{table}.{column}" for table, column in completeness.undecided(data_map, models)])


@pytest.mark.timeout(300)
def test_every_column_of_the_database_and_every_file_of_the_data_folder_is_decided_about(
    house: Tenant,
) -> None:
    house.ask("fill", name="complete")
    house.ask("run", digest=house.ask("propose")["digest"])
    decided(house.ask("undecided"))
    assert house.ask("check") == []
    decided(house.ask("durable"))


def test_nothing_is_declared_that_is_not_there_or_is_mapped() -> None:
    data_map = parse_map(services.MAP).map
    declared = set(completeness.declared().columns)
    assert declared & completeness.mapped(data_map) == set()
    there = {
        (model._meta.db_table, field.column)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
    }
    by_django = {
        (table, column)
        for table, column in declared
        if table in ("django_migrations", "socialaccount_socialapp")
    }
    assert declared - by_django <= there


def test_a_new_column_is_told_by_its_name() -> None:
    data_map = parse_map(services.MAP).map
    found = completeness.undecided(
        data_map, {"accounts_user": ["id", "email", "nickname"], "new_table": ["id"]}
    )
    assert found == [("accounts_user", "nickname"), ("new_table", "id")]
    with pytest.raises(AssertionError, match=r"accounts_user\.nickname"):
        decided([f"{table}.{column}" for table, column in found])


def test_each_reason_is_in_both_languages() -> None:
    said = completeness.declared()
    for why in (*said.columns.values(), *said.durable.values(), *said.files.values()):
        assert why.fr.strip()
        assert why.en.strip()
        assert why.fr != why.en


MODELS = """
import django, json; django.setup()
from django.apps import apps
print(json.dumps({m._meta.db_table: [f.column for f in m._meta.concrete_fields] for m in apps.get_models()}))
"""


def test_where_people_sign_in_through_a_provider_their_accounts_there_go_too(
    settings: Any, tmp_path: Path
) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {}}
    more, shipped = parse_map(services.own_map()), parse_map(services.MAP)
    known = {"GARANT_OIDC": "https://client:secret@idp.example/", "GARANT_HOME": str(tmp_path)}
    command = [sys.executable, "-c", MODELS]
    asked = subprocess.run(command, env={**os.environ, **known}, check=True, capture_output=True, text=True)
    models = json.loads(asked.stdout)
    assert {"socialaccount_socialaccount", "socialaccount_socialtoken"} <= models.keys()
    decided([f"{table}.{column}" for table, column in completeness.undecided(more.map, models)])

    actions, before = (one.map.dispositions["erase-account"].actions for one in (more, shipped))
    assert actions[2:] == before
    assert [action.table for action in actions[:2]] == [
        "socialaccount_socialtoken",
        "socialaccount_socialaccount",
    ]
    assert check_map(more, services.own_policy(company())) == []
    assert check_map(shipped, services.own_policy(company())) == []


def test_the_policy_of_the_installation_has_no_finding(tmp_path: Path) -> None:
    policy = services.own_policy(company())
    write_policy(policy, tmp_path / "policy")
    assert check_policy(tmp_path / "policy") == []
    assert policy.organisation.key == "garant"
    assert policy.organisation.dpo == company().dpo


def company() -> Organisation:
    return load_policy(example() / "policy").document.organisation
