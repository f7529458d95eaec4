"""What a person is written, and where it goes."""

from __future__ import annotations

from typing import Any

from garant.apps.rights.models import Request


def write(request: Request, kind: str, **facts: Any) -> None:
    """Write a letter about a request to whoever asked, in their language, in the caller's transaction."""


def remind(request: Request, left: int) -> None:
    """Tell whoever handles the request how much time is left; from the last days on, the officer too."""


def forget(request: Request) -> None:
    """Destroy every letter about a request."""
