"""The description of the API holds for what it does: asked at random within it, nothing breaks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from garant.apps.policies import services as policies
from garant.site.api import api
from tests.api.conftest import ORGANISATION, token_of

EXAMPLES = 6
"""Requests made up for each operation."""


@cache
def loaded() -> Any:
    """The description as a program reads it from the server, once."""
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


def described() -> dict[str, Any]:
    return api.get_openapi_schema()


STREAMED = "/api/v1/organisations/{organisation}/ledger/export"
"""A file that whoever asks closes: read whole in the ledger's tests."""


def every() -> list[tuple[str, str]]:
    return [
        (method, path)
        for path, methods in described()["paths"].items()
        if path != STREAMED
        for method in methods
    ]


def test_it_is_openapi_3_1_and_names_every_operation_once() -> None:
    schema = described()
    assert schema["openapi"].startswith("3.1")
    names = [one["operationId"] for methods in schema["paths"].values() for one in methods.values()]
    assert len(names) == len(set(names))
    silent = [
        name for methods in schema["paths"].values() for name, one in methods.items() if not one["summary"]
    ]
    assert silent == []


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Requests of a test share its transaction, as those of Django's own test client do."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.django_db
@pytest.mark.usefixtures("one_connection")
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("method", "path"), every(), ids=lambda part: part)
def test_nothing_that_is_asked_breaks_it(method: str, path: str, organisation: str) -> None:
    text = token_of(organisation, "dpo")
    known = [policies.versions(organisation)[0].key, "1", "h-00000000"]
    operation = loaded()[path][method.upper()]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), ours=st.booleans(), one=st.sampled_from(known))
    def ask(case: Any, ours: bool, one: str) -> None:
        if ours:
            case.path_parameters = {
                name: ORGANISATION if name == "organisation" else one for name in case.path_parameters
            }
        answer = case.call(headers={"Authorization": f"Bearer {text}"})
        assert answer.status_code < 500, answer.text
        assert answer.status_code != 401, "the token opens the door"
        if answer.status_code >= 400:
            assert answer.headers["content-type"][0] == "application/problem+json", answer.text

    ask()
