"""Finished pages are kept while there is room."""

from __future__ import annotations

from garant.apps.notices.shelf import Finished, Shelf, finished


def page(size: int) -> Finished:
    return finished(b"x" * size, "application/pdf")


def test_a_page_is_made_once() -> None:
    shelf, made = Shelf(), []

    def make() -> Finished:
        made.append(1)
        return page(10)

    assert shelf.get("a", make) is shelf.get("a", make)
    assert len(made) == 1


def test_the_least_lately_asked_for_leaves() -> None:
    shelf, made = Shelf(room=25), []

    def ask(name: str) -> None:
        shelf.get(name, lambda: made.append(name) or page(10))

    for name in ("a", "b", "a", "c", "a", "b"):
        ask(name)
    assert made == ["a", "b", "c", "b"]


def test_one_page_too_large_is_kept_alone() -> None:
    shelf = Shelf(room=5)
    shelf.get("a", lambda: page(10))
    assert shelf.get("a", lambda: page(11)).size == 10


def test_small_and_binary_bytes_are_not_compressed() -> None:
    assert finished(b"x" * 5000, "application/pdf").packed is None
    assert finished(b"x" * 10, "text/html").packed is None
    assert len(finished(b"x" * 5000, "text/html").packed or b"") < 100
