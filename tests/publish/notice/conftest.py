"""Policies whose notices are looked at: the reference organisation's, and one that says a little of everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from garant.policy.loader import LoadedPolicy, load_policy
from garant.policy.text import LANGUAGES, Language
from garant.publish.notice import Notice, build_notice
from tests.publish.notice.samples import full_policy

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "seipra-score" / "policy"


@pytest.fixture(scope="session")
def reference() -> LoadedPolicy:
    return load_policy(EXAMPLE)


@pytest.fixture(scope="session")
def full() -> LoadedPolicy:
    return full_policy()


@pytest.fixture(scope="session", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    return request.param


@pytest.fixture(scope="session", params=["reference", "full"])
def loaded(request: pytest.FixtureRequest) -> LoadedPolicy:
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def notice(loaded: LoadedPolicy, language: Language) -> Notice:
    return build_notice(loaded.document, language, loaded.digest)
