"""A live server whose client, once it has an answer, finds the server at rest.

On SQLite in memory the test and the server speak through one connection. A server that goes on after the last byte, to note
that a file was taken, or that is still asked something while the test ends, would do so in the middle of what the test does
next: "database table is locked", a transaction within a transaction. Here an answer leaves when all of it is done, one
request at a time, and a test ends when nothing is under way any more.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import closing, nullcontext
from typing import Any

from django.core.servers.basehttp import ThreadedWSGIServer

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

under_way = threading.Lock()
"""Held while a request is answered."""


def answering_whole(application: Application) -> Application:
    """The same answers, which leave once they are made and closed; one request at a time."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        with under_way:
            given: Any = application(environ, start_response)
            with closing(given) if hasattr(given, "close") else nullcontext():
                return list(given)

    return answer


class WholeServer(ThreadedWSGIServer):
    """Django's server of tests, of which each answer is whole."""

    def set_app(self, application: Application) -> None:
        """What answers."""
        super().set_app(answering_whole(application))
