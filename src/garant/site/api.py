"""The JSON API, version 1: each room's operations under one roof, its errors in one form, its description."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja.errors import AuthenticationError, HttpError, ValidationError

from garant.apps.accounts.api import router as accounts
from garant.apps.controls.api import router as controls
from garant.apps.evidence.api import router as evidence
from garant.apps.exchanges.api import router as exchanges
from garant.apps.holds.api import router as holds
from garant.apps.jobs.api import router as jobs
from garant.apps.organisations.api import router as organisations
from garant.apps.organisations.services import OrganisationUnknownError
from garant.apps.permissions.api import router as permissions
from garant.apps.policies.api import router as policies
from garant.apps.promises.api import router as promises
from garant.apps.promises.refusals import RefusedError, RunInterruptedError
from garant.apps.register.api import router as register
from garant.apps.replays.api import router as replays
from garant.apps.rights.api import router as rights
from garant.apps.tasks.api import router as tasks
from garant.apps.tasks.refusals import RefusedError as TaskRefusedError
from garant.apps.webhooks.api import router as webhooks
from garant.ledger import LedgerError
from garant.policy.diagnostics import UnusableDocument
from garant.policy.text import Text
from garant.site import problems
from garant.site.description import DescribedAPI
from garant.site.problems import ProblemError, problem
from garant.systems.port import ConnectorError

api = DescribedAPI(
    title="Garant",
    version="1",
    description="What an organisation promises about people’s data, and the evidence that it is kept.",
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api-1",
)

_ROUTERS = (
    permissions,  # first: addresses are tried in this order, and programs ask before each use of data
    organisations,
    accounts,
    controls,
    policies,
    promises,
    jobs,
    evidence,
    holds,
    tasks,
    replays,
    rights,
    register,
    webhooks,
    exchanges,
)
for _router in _ROUTERS:
    api.add_router("/organisations", _router)


@api.exception_handler(ProblemError)
def _said(_: HttpRequest, error: ProblemError) -> HttpResponse:
    return problems.of(error)


@api.exception_handler(AuthenticationError)
def _stranger(_: HttpRequest, __: Any) -> HttpResponse:
    return problem(401, "token", headers={"WWW-Authenticate": 'Bearer realm="garant"'})


@api.exception_handler(ValidationError)
def _malformed(_: HttpRequest, error: Any) -> HttpResponse:
    found = [{"place": ".".join(map(str, one["loc"])), "message": one["msg"]} for one in error.errors]
    return problem(422, "validation", errors=found)


@api.exception_handler(HttpError)
def _http(_: HttpRequest, error: Any) -> HttpResponse:
    return problem(error.status_code)


@api.exception_handler(Http404)
def _nothing(_: HttpRequest, __: Any) -> HttpResponse:
    return problem(404, "not-found")


@api.exception_handler(OrganisationUnknownError)
def _nobody(_: HttpRequest, __: Any) -> HttpResponse:
    return problem(404, "not-found")


@api.exception_handler(UnusableDocument)
def _unusable(_: HttpRequest, error: Any) -> HttpResponse:
    found = [
        {"place": one.file, "line": one.line, "code": one.code, "message": one.message.model_dump()}
        for one in error.diagnostics
    ]
    return problem(422, "document", errors=found)


@api.exception_handler(ConnectorError)
@api.exception_handler(RunInterruptedError)
def _silent(_: HttpRequest, error: Any) -> HttpResponse:
    from garant.apps.promises.opening.discretion import brief

    said = brief(error)
    return problem(424, "system", Text(fr=said, en=said))


for _refusal in (RefusedError, TaskRefusedError, LedgerError):
    api.exception_handler(_refusal)(problems.refused)
