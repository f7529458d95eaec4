"""The scope of one organisation: outside of one, a query of what belongs to an organisation raises ScopeError.

Every model that belongs to an organisation has a ``ScopedManager``. A service opens the scope of the organisation
that it is given, or that of the row whose key it is given.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.db import models
from django_scopes import ScopeError, get_scope, scope, scopes_disabled
from django_scopes.manager import DisabledQuerySet

_log = logging.getLogger("garant.worker")

P = ParamSpec("P")
R = TypeVar("R")

NOBODY = ""
"""No organisation has this key: in its scope there is nothing."""


@contextmanager
def scoped(organisation: str) -> Iterator[None]:
    """Open the scope of an organisation.

    Raises:
        ScopeError: that of another organisation is open: whoever works for one does not reach into another.
    """
    open_one = in_force()
    if open_one not in (None, organisation):
        raise ScopeError(f"The scope of {open_one} is open: nothing of {organisation} is read in it.")
    with scope(organisation=organisation):
        yield


def in_force() -> str | None:
    """The organisation whose scope is open, if one is."""
    current = get_scope()
    return current.get("organisation") if current.get("_enabled", True) else None


def for_organisation(service: Callable[Concatenate[str, P], R]) -> Callable[Concatenate[str, P], R]:
    """Make a service open the scope of the organisation that it is given first."""

    @wraps(service)
    def within(organisation: str, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with scoped(organisation):
            return service(organisation, *args, **kwargs)

    return within


@contextmanager
def scope_of(model: type[models.Model], path: str, **row: str) -> Iterator[None]:
    """Open the scope of the organisation that a row belongs to, found by its key.

    In a scope already open nothing is opened: the row of another organisation is then not there.

    Args:
        model: whose row.
        path: from the model to the organisation's key, such as ``plan__organisation``.
        row: what the row, or all rows of one owner, are found by.
    """
    if in_force() is not None:
        yield
        return
    with scope(organisation=_owner(model, path, row)):
        yield


def _owner(model: type[models.Model], path: str, row: dict[str, str]) -> str:
    """Whose row it is: the only look outside of every scope, and it tells nothing else."""
    with scopes_disabled():
        rows: Any = model._default_manager.filter(**row)
        return rows.values_list(path, flat=True).first() or NOBODY


def owners(model: type[models.Model], path: str) -> list[str]:
    """The organisations that have rows of a model, so that each is worked on in its own scope."""
    with scopes_disabled():
        rows: Any = model._default_manager.order_by(path)
        return list(rows.values_list(path, flat=True).distinct())


@contextmanager
def apart(what: str) -> Iterator[None]:
    """Around what is done for one organisation after another, with nobody there to be told: what breaks is said in the
    log, and keeps none of the others waiting."""
    try:
        yield
    except Exception as error:
        _log.error("%s: %s", what, type(error).__name__, exc_info=error)


def close_gaps() -> None:
    """Make ``exists`` and ``explain`` raise outside of a scope: django-scopes disables every question but these."""
    unscoped: Any = DisabledQuerySet
    unscoped.exists = unscoped.explain = unscoped.error
