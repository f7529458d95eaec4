"""Services of plans and runs open the scope of the organisation whose plan, or run, they are given."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from garant.apps.promises.models import Plan, Run
from garant.apps.scoping import scope_of, scoped

P = ParamSpec("P")
R = TypeVar("R")


def for_plan(service: Callable[Concatenate[Plan, P], R]) -> Callable[Concatenate[Plan, P], R]:
    """Make a service open the scope of the plan that it is given first."""

    @wraps(service)
    def within(plan: Plan, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with scoped(plan.organisation):
            return service(plan, *args, **kwargs)

    return within


def for_run(service: Callable[Concatenate[str, P], R]) -> Callable[Concatenate[str, P], R]:
    """Make a service open the scope of the run whose key it is given first: a workflow knows nothing else."""

    @wraps(service)
    def within(run_key: str, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with scope_of(Run, "plan__organisation", key=run_key):
            return service(run_key, *args, **kwargs)

    return within
