"""Tasks of persons, for programs: what waits for an answer, and the signed answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from garant.apps.accounts.roles import May
from garant.apps.promises import services as promises
from garant.apps.tasks import services
from garant.apps.tokens.access import Needs
from garant.site.paging import Cursor, Limit, page
from garant.site.problems import sought

router = Router(tags=["tasks"])
_AT = "/{organisation}/tasks"


class TaskOut(Schema):
    """A question to a person about a system that no program reaches; never whom it is about."""

    key: str
    run: str
    purpose: str
    state: str
    created_at: datetime
    due_on: date
    reminded: int
    answered_at: datetime | None


class TasksOut(Schema):
    """A page of tasks, the soonest due first."""

    items: list[TaskOut]
    next: str | None


class AnswerIn(Schema):
    """An answer as `garant task sign` writes it."""

    answer: Annotated[str, StringConstraints(min_length=1, max_length=100_000, pattern=r"^[^\x00]*$")]


@router.get(_AT, auth=Needs(May.SEE), response=TasksOut, summary="Tasks, the soonest due first")
def tasks(
    request: HttpRequest,
    organisation: str,
    every: Annotated[bool, Field(description="those answered too")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """Those that wait for an answer; all of them where asked."""
    return page(services.tasks(organisation, every=every), lambda one: one.key, cursor, limit)


@router.post(_AT + "/answers", auth=Needs(May.RUN), response={200: dict[str, str]}, summary="Give an answer")
def answer(request: HttpRequest, organisation: str, body: AnswerIn) -> Any:
    """A signed answer; with the last one, the run that waited ends."""
    received = promises.receive_answer(body.answer.encode())
    return {"run": received.key, "state": received.state, "purpose": received.purpose}


@router.get(_AT + "/{task}", auth=Needs(May.SEE), response=TaskOut, summary="One task")
def task(request: HttpRequest, organisation: str, task: str) -> Any:
    """Where it stands."""
    with sought():
        return services.task(task)


@router.post(_AT + "/{task}/remind", auth=Needs(May.RUN), response=TaskOut, summary="Count a reminder")
def remind(request: HttpRequest, organisation: str, task: str) -> Any:
    """The caller reminds the person; the ledger counts it."""
    with sought():
        services.task(task)
    return services.remind(task)
