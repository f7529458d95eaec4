"""The documentation as tests see it: its pages, headings, links and examples."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SHELL = {">", ">>", "|", "&", "&&"}
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def pages() -> list[Path]:
    """Every page: those of the documentation and those at the root."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "changes").glob("README.md")])


def prose(page: Path) -> str:
    """The page without its code blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def blocks(page: Path) -> list[tuple[str, str]]:
    """The code blocks of the page: the language of each, and its text."""
    return _FENCE.findall(page.read_text(encoding="utf-8"))


def headings(page: Path) -> list[str]:
    """The headings, without their marks."""
    return [line.lstrip("#").strip() for line in prose(page).splitlines() if re.match(r"#{1,6} ", line)]


def anchors(page: Path) -> set[str]:
    """The fragments that lead into the page, as the usual renderers make them."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings(page)}


def links(page: Path) -> list[str]:
    """The relative links of a page."""
    found = _LINK.findall(prose(page))
    return [link for link in found if not link.startswith(("http:", "https:", "mailto:"))]


@dataclass(frozen=True)
class Example:
    """One command that a reader is told to type."""

    page: Path
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}: {' '.join(self.words)}"


def examples() -> Iterator[Example]:
    """Every command after a `$` in a console block; environment variables before it are left out."""
    for page in pages():
        for language, block in blocks(page):
            if language == "console":
                for line in re.sub(r"\\\n\s*(>\s*)?", "", block).splitlines():
                    if line.startswith("$ "):
                        words = _without_variables(shlex.split(line[2:], comments=True))
                        yield Example(page, tuple(takewhile(lambda word: word not in _SHELL, words)))


def _without_variables(words: list[str]) -> list[str]:
    first = next((place for place, word in enumerate(words) if not re.match(r"[A-Z_]+=", word)), len(words))
    return words[first:]
