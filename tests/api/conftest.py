"""Programs at the door: tokens of the organisation's people, of a neighbour's, and none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from garant.apps.accounts import services as accounts
from garant.apps.accounts.roles import May
from garant.apps.accounts.services import Habilitation
from garant.apps.organisations import services as organisations
from garant.apps.policies import services as policies
from garant.apps.tokens import services as tokens
from garant.site import rates
from garant.site.rates import Buckets
from tests.apps.evidence.conftest import installation
from tests.conftest import ROOT
from tests.support.laying import laid

__all__ = ["installation"]

POLICY = ROOT / "examples" / "seipra-score" / "policy"
ORGANISATION = "seipra-score"
EVERYTHING = [may.value for may in May if may not in (May.MANAGE_SYSTEMS, May.MANAGE_PEOPLE)]

Program = Callable[..., Client]
TAKE = Buckets.take


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """No limit but where a test sets one."""
    monkeypatch.setattr(Buckets, "take", lambda *_: 0)


@pytest.fixture
def organisation(installation: Path, settings: Any) -> str:
    """The reference organisation, with its policy published."""
    settings.GARANT_MFA_REQUIRED = False
    return laid(installation, _organisation)


def _organisation() -> str:
    version = policies.import_folder(POLICY, actor="author@demo.example")
    key = version.organisation
    policies.submit(key, version.key, actor="author@demo.example")
    policies.approve(key, version.key, digest=version.digest, actor="dpo@demo.example")
    policies.publish(key, version.key, on=policies.today(key), actor="dpo@demo.example")
    return key


@pytest.fixture
def neighbour(organisation: str) -> str:
    """Another organisation of the same installation."""
    return organisations.create_organisation("neighbour", "Voisine", "Europe/Paris").key


def token_of(organisation: str, role: str, scopes: list[str] | None = None, **values: Any) -> str:
    """The text of a token of somebody with this role."""
    user = accounts.ensure_user(f"{role}@{organisation}.example", role)
    if accounts.membership(organisation, user) is None:
        until = datetime.now(UTC).date().replace(year=2999) if role == "auditor" else None
        accounts.give(organisation, user, Habilitation(role, until), actor="garant")
    held = accounts.membership(organisation, user)
    assert held is not None
    wanted = [may.value for may in May if held.may(may)] if scopes is None else scopes
    return tokens.issue(organisation, user, "test", wanted, actor="garant", **values)[1]


def client(token: str = "", **headers: str) -> Client:
    """A program with a token, that reads English."""
    said = {"Accept-Language": "en", **headers}
    return Client(headers={**said, "Authorization": f"Bearer {token}"} if token else said)


@pytest.fixture
def dpo(organisation: str) -> Client:
    """A program of the data protection officer."""
    return client(token_of(organisation, "dpo"))


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Callable[[str, int], None]]:
    """Limits of one kind, for the rest of a test."""

    def limit(kind: str, burst: int) -> None:
        monkeypatch.setattr(Buckets, "take", TAKE)
        settings.GARANT_API_RATES = {**settings.GARANT_API_RATES, kind: (60, burst)}
        rates.buckets.cache_clear()

    yield limit
    rates.buckets.cache_clear()
