"""What a letter is made of, and its two forms: plain text, and a page without script, image or address of elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap
from typing import Final

from garant.policy.text import Language
from garant.publish.typography import typeset

WIDTH: Final = 72
"""Characters of a line of the plain text."""


@dataclass(frozen=True, slots=True)
class Say:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """An address to follow, written whole: a reader sees where it leads."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Typed:
    """Something to type, as it is."""

    text: str


Block = Say | Items | Link | Typed

_STYLE: Final = "font:16px/1.5 system-ui,sans-serif;max-width:40em;margin:1em auto;padding:0 1em;color:#1b1b1f;background:#fff"


def plain(blocks: Sequence[Block], language: Language) -> str:
    """The letter as plain text."""
    return "\n\n".join(_plain(block, language) for block in blocks if _holds(block)) + "\n"


def _holds(block: Block) -> bool:
    return not ((isinstance(block, Say) and not block.text) or (isinstance(block, Items) and not block.items))


def _plain(block: Block, language: Language) -> str:
    match block:
        case Say(text):
            return "\n".join(_folded(line, "") for line in typeset(text, language).split("\n"))
        case Items(items):
            return "\n".join(_folded("• " + typeset(item, language), "  ") for item in items)
        case Link(label, url):
            return f"{typeset(label, language)}\n{url}"
        case Typed(text):
            return f"    {text}"


def _folded(line: str, indent: str) -> str:
    folded = wrap(line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return "\n".join(folded)


def page(subject: str, blocks: Sequence[Block], language: Language) -> str:
    """The letter as HTML: everything that is not ours is escaped."""
    body = "\n".join(_html(block, language) for block in blocks if _holds(block))
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(subject)}</title></head>\n'
        f'<body style="{_STYLE}">\n{body}\n</body>\n</html>\n'
    )


def _html(block: Block, language: Language) -> str:
    match block:
        case Say(text):
            return f"<p>{_lines(typeset(text, language))}</p>"
        case Items(items):
            listed = "".join(f"<li>{_lines(typeset(item, language))}</li>" for item in items)
            return f"<ul>{listed}</ul>"
        case Link(label, url):
            shown = escape(url)
            return f'<p>{escape(typeset(label, language))}<br><a href="{shown}">{shown}</a></p>'
        case Typed(text):
            return f'<p style="font:700 1.5em monospace;letter-spacing:.1em">{escape(text)}</p>'


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")
