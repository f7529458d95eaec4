"""A French page is its English one: same headings, same code, same commands, same places it leads to."""

from __future__ import annotations

import re
import shlex
from os.path import relpath
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, blocks, links, prose

DOCS = ROOT / "docs"
FRENCH = DOCS / "fr"
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_WITH_WORDS = {"yaml"}  # whose quoted words may be said in French
_WITH_OUTPUT = {"", "console", "text"}  # where Garant speaks French; what is typed stays


def french_pages() -> list[Path]:
    """Every page in French: those under docs/fr and that of the root."""
    return sorted([*ROOT.glob("*.fr.md"), *FRENCH.rglob("*.md")])


def english_of(page: Path) -> Path:
    """The page that a French one follows."""
    if page.parent == ROOT:
        return page.with_name(page.name.replace(".fr.md", ".md"))
    return DOCS / page.relative_to(FRENCH)


pairs = pytest.mark.parametrize("page", french_pages(), ids=lambda page: str(page.relative_to(ROOT)))


def test_there_are_french_pages() -> None:
    assert french_pages()


@pairs
def test_it_has_its_english_page_and_each_leads_to_the_other(page: Path) -> None:
    english = english_of(page)
    assert english.is_file()
    assert _first_line(page) == f"[English]({_from(page, english)})"
    assert _first_line(english) == f"[Français]({_from(english, page)})"


def _first_line(page: Path) -> str:
    """The first line after the title."""
    return next(line for line in page.read_text(encoding="utf-8").splitlines()[1:] if line)


def _from(page: Path, target: Path) -> str:
    return relpath(target, page.parent)


@pairs
def test_it_has_the_same_headings(page: Path) -> None:
    assert _levels(page) == _levels(english_of(page))


def _levels(page: Path) -> list[int]:
    return [len(marks) for marks in re.findall(r"^(#{1,6}) ", prose(page), re.MULTILINE)]


@pairs
def test_it_has_the_same_tables(page: Path) -> None:
    assert _rows(page) == _rows(english_of(page))


def _rows(page: Path) -> list[int]:
    """How many cells each row of the page's tables has."""
    return [line.count("|") for line in prose(page).splitlines() if line.startswith("|")]


@pairs
def test_it_shows_the_same_code(page: Path) -> None:
    """To the letter, but for what a French reader would write or read: comments, quoted words and output."""
    french, english = blocks(page), blocks(english_of(page))
    assert [language for language, _ in french] == [language for language, _ in english]
    for (language, block), (_, original) in zip(french, english, strict=True):
        assert _commands(block) == _commands(original)
        if language in _WITH_WORDS:
            assert _bare(block) == _bare(original)
        elif language not in _WITH_OUTPUT:
            assert block == original


def _commands(block: str) -> list[list[str]]:
    """The words of each command, whatever was quoted left out."""
    lines = re.sub(r"\\\n\s*(>\s*)?", "", block).splitlines()
    return [shlex.split(_QUOTED.sub("…", line[2:]), comments=True) for line in lines if line.startswith("$ ")]


def _bare(block: str) -> list[str]:
    """The lines without their comments and quoted words."""
    return [re.sub(r"(^|\s+)#.*", "", line).rstrip() for line in _QUOTED.sub("…", block).splitlines()]


@pairs
def test_it_leads_to_the_same_places(page: Path) -> None:
    """As often as the English page does; in French wherever that is written."""
    found, expected = _places(page), _places(english_of(page))
    assert found == sorted(_in_french(place) for place in expected)


def _places(page: Path) -> list[str]:
    """Where the links lead, and whether inside a page; but for the one to the other language."""
    found = [_place(page, link) for link in links(page)]
    found.remove(_place(page, _other_language(page)))
    return sorted(found)


def _other_language(page: Path) -> str:
    return re.findall(r"\(([^)]+)\)", _first_line(page))[0]


def _place(page: Path, link: str) -> str:
    path, mark, _ = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return f"{target.relative_to(ROOT)}{mark}"


def _in_french(place: str) -> str:
    path = place.removesuffix("#")
    french = {str(english_of(page).relative_to(ROOT)): page for page in french_pages()}
    return place.replace(path, str(french[path].relative_to(ROOT))) if path in french else place
