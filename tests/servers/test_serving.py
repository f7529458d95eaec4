"""The server that tests run beside themselves is at rest when its client has the answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.serving import answering_whole, under_way


class Noting:
    """An answer that notes something after its last byte, as a file that is handed over once."""

    def __init__(self, said: list[str]) -> None:
        self.said = said

    def __iter__(self) -> Iterator[bytes]:
        assert under_way.locked()
        yield b"all of it"
        self.said.append("noted")

    def close(self) -> None:
        """At its end."""
        self.said.append("closed")


def test_what_follows_the_last_byte_is_done_before_the_first_one_leaves() -> None:
    said: list[str] = []

    def answer(environ: dict[str, Any], start: Any) -> Noting:
        return Noting(said)

    given = answering_whole(answer)({}, print)
    assert (next(iter(given)), said) == (b"all of it", ["noted", "closed"])
    assert not under_way.locked()


def test_one_request_is_answered_at_a_time() -> None:
    at_once: list[int] = []
    now: set[int] = set()

    def answer(environ: dict[str, Any], start: Any) -> Iterator[bytes]:
        now.add(threading.get_ident())
        time.sleep(0.01)
        at_once.append(len(now))
        yield b""
        now.clear()

    threads = [threading.Thread(target=answering_whole(answer), args=({}, print)) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert at_once == [1, 1, 1, 1]


def test_an_answer_that_fails_lets_the_next_one_come() -> None:
    def fail(environ: dict[str, Any], start: Any) -> Iterator[bytes]:
        yield b""
        raise OSError

    for _ in range(2):
        with pytest.raises(OSError):  # noqa: PT011
            answering_whole(fail)({}, print)
