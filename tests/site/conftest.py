"""Who comes to the site: a member of each role, a member of another organisation, a stranger."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from garant.apps.accounts import services as accounts
from garant.apps.accounts.models import User
from garant.apps.accounts.roles import TIME_BOXED, Role
from garant.apps.accounts.services import Habilitation
from garant.apps.organisations import services as organisations
from garant.demo import site as demo_site
from garant.demo.build import DemoData, build_demo
from garant.demo.stage import example
from tests.apps.evidence.conftest import demo, installation
from tests.support.laying import laid

__all__ = ["demo", "installation", "neighbour", "persona", "site"]

TOMORROW: date = datetime.now(UTC).date() + timedelta(days=2)
PASSWORD = "correct horse battery staple"

Persona = Callable[[str], Client]


@pytest.fixture
def site(settings: Any, demo: str) -> str:
    """The key of the organisation of the tests, on a site where the second factor is not imposed."""
    settings.GARANT_MFA_REQUIRED = False
    return demo


@pytest.fixture
def neighbour(site: str) -> str:
    """Another organisation of the same installation."""
    return organisations.create_organisation("neighbour", "Voisine", "Europe/Paris").key


@pytest.fixture
def persona(site: str, neighbour: str) -> Persona:
    """Signed in as a role of the organisation, as `neighbour` (a DPO elsewhere), or as `stranger` (nobody)."""

    def sign_in(name: str) -> Client:
        client = Client()
        if name == "stranger":
            return client
        client.force_login(
            user_of(name, site, neighbour), "allauth.account.auth_backends.AuthenticationBackend"
        )
        return client

    return sign_in


def user_of(name: str, organisation: str, elsewhere: str) -> User:
    """A user who is what the name says."""
    user = accounts.ensure_user(f"{name}@demo.example", name)
    where, role = (elsewhere, "dpo") if name == "neighbour" else (organisation, name)
    if accounts.membership(where, user) is None:
        until = TOMORROW if role in {one.value for one in TIME_BOXED} else None
        accounts.give(where, user, Habilitation(Role(role), until), actor="garant")
    return user


@pytest.fixture(scope="session")
def demo_systems(tmp_path_factory: pytest.TempPathFactory) -> DemoData:
    """The three systems of the made-up company, small, built once."""
    return build_demo(tmp_path_factory.mktemp("systems"), as_of=datetime.now(UTC).date(), people=150)


@pytest.fixture
def company(
    site: str, demo_systems: DemoData, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The reference organisation with its policy published, its maps, its systems and its people."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick
    monkeypatch.setenv("GARANT_ARCHIVE", str(tmp_path / "archive"))
    laid(tmp_path, _company)
    folder = tmp_path / "systems"
    shutil.copytree(demo_systems.folder, folder)
    for name, value in demo_systems.environment().items():
        monkeypatch.setenv(name, value.replace(str(demo_systems.folder), str(folder)))
    settings.GARANT_MAPS = tmp_path / "maps"
    shutil.copytree(example() / "maps", tmp_path / "maps" / demo_site.ORGANISATION)
    return demo_site.ORGANISATION


def _company() -> None:
    demo_site.publish(example() / "policy")
    demo_site.open_accounts()


def sign_in(email: str) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(accounts.ensure_user(email), "allauth.account.auth_backends.AuthenticationBackend")
    return client
