"""Bytes searched for many texts at once, against the plain search of Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.systems import rawsearch
from garant.systems.rawreading import PIECE, Searcher
from garant.systems.rawsearch import Patterns, search_files
from garant.systems.residue import distinctive

few = st.binary(min_size=1, max_size=4).map(lambda data: bytes(b % 3 for b in data))


@given(st.lists(few, max_size=5, unique=True), st.lists(few, max_size=8))
def test_pieces_are_searched_as_if_they_were_one(forms: list[bytes], pieces: list[bytes]) -> None:
    whole = b"".join(pieces)
    assert Searcher(forms).search(pieces) == {n for n, form in enumerate(forms) if form in whole}


def test_a_text_across_two_readings_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that reads has its own size of a piece: eight million bytes and then some."""
    file = tmp_path / "large"
    file.write_bytes(bytes(PIECE - 5) + "Zéphyrine Dupont".encode() + bytes(10))
    (read,) = search_files(Patterns(["Zéphyrine Dupont", "somebody else"], ["utf-8"]), [file], 60)
    assert (read.hits, read.size, read.whole) == ({0}, file.stat().st_size, True)


def test_every_encoding_of_the_store_is_searched(tmp_path: Path) -> None:
    text = "Zéphyrine €"
    patterns = Patterns([text, "nobody here"], ["utf-8", "latin-1", "utf-16-le"])
    assert (
        len(patterns.forms) == 4
    )  # the texts are the same in UTF-8 and latin-1 without accents; latin-1 has no euro
    file = tmp_path / "wide"
    file.write_bytes(b"x" + text.encode("utf-16-le"))
    (read,) = search_files(patterns, [file], 60)
    assert read.hits == {0}


def test_without_time_nothing_is_said_to_be_whole(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"canary in the file")
    (read,) = search_files(Patterns(["canary in"], ["utf-8"]), [file], 0)
    assert (read.hits, read.size, read.whole) == (frozenset(), 0, False)


def test_a_file_that_has_gone_holds_nothing_and_one_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    gone, folder = search_files(Patterns(["canary in"], ["utf-8"]), [tmp_path / "gone", tmp_path], 60)
    assert (gone.there, gone.whole) == (False, True)
    assert (folder.there, folder.whole, folder.hits) == (True, False, frozenset())


def test_nothing_to_search_for_finds_nothing(tmp_path: Path) -> None:
    assert Searcher([]).search([b"bytes"]) == set()
    empty = tmp_path / "empty"
    empty.touch()
    (read,) = search_files(Patterns(["canary in"], ["utf-8"]), [empty], 60)
    assert (read.hits, read.size, read.whole) == (frozenset(), 0, True)


def test_what_is_searched_for_is_never_on_a_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    real = subprocess.run

    def spy(command: list[str], **more: object) -> object:
        seen.append(command)
        return real(command, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", spy)
    search_files(Patterns(["canary in"], ["utf-8"]), [tmp_path / "gone"], 60)
    assert seen == [[sys.executable, "-I", "-S", "-c", *rawsearch.READING]]
    assert "canary" not in "".join(seen[0])


@pytest.mark.parametrize(
    ("value", "number", "piece"),
    [
        ("jeanne@exemple.example", False, "jeanne@exemple.example"),
        ("  Zéphyrine  ", False, "Zéphyrine"),
        ("short", False, None),
        ("aaaaaaaaaaaa", False, None),
        ("2021-03-04 10:11:12", False, None),
        ("+33 1 99 00 12 34", False, None),
        ("+33 1 99 00 12 34", True, "+33 1 99 00 12 34"),
        (123456789, True, None),
        (None, False, None),
        ("a\0bcdefghij", False, None),
        (
            "start " + "x" * 100 + " the middle of a long text is what is searched for " + "y" * 100,
            False,
            ...,
        ),
    ],
)
def test_only_distinctive_texts_are_searched_for(value: object, number: bool, piece: object) -> None:
    found = distinctive(value, number=number)
    if piece is ...:
        assert found is not None
        assert len(found) <= 64
        assert found in str(value)
    else:
        assert found == piece
