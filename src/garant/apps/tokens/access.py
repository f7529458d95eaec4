"""The door of programs: what an operation needs, and whether the token at hand has it.

The middleware of the site recognised the token, opened its organisation's scope and closed every other address.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from garant.apps.accounts.roles import May
from garant.apps.tokens.services import Bearer
from garant.site.problems import ProblemError


class Needs(HttpBearer):
    """An operation that takes this right, and a token that has it."""

    def __init__(self, may: May) -> None:
        super().__init__()
        self.may = may

    def authenticate(self, request: HttpRequest, token: str) -> Any:  # noqa: ARG002 - recognised already
        """Give who comes; None for a token that opens nothing. Raises ProblemError for one that opens less."""
        bearer = getattr(request, "bearer", None)
        if bearer is not None and self.may not in bearer.granted:
            raise ProblemError(
                403,
                "scope-missing",
                fr=f"Ce jeton, ou la personne pour qui il agit, n’a pas le droit «\u202f{self.may.value}\u202f».",
                en=f"This token, or the person it acts for, has not the right “{self.may.value}”.",
            )
        return bearer


def who(request: HttpRequest) -> Bearer:
    """Who comes: the bearer that the middleware recognised."""
    asked: Any = request
    return asked.bearer
