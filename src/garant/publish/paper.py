"""What every printed document shares: fonts, characters that can be drawn, PDF/UA-1 (ISO 14289-1) through Typst.

Texts travel as data, never as source. The fonts are those within Typst, so that a page looks the same wherever it is
made; a character that they cannot draw is named by its number, since PDF/UA allows no blank for a letter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final, cast

import typst

DRAWN: Final = (
    "\n\u0020-\u007e\u00a0-\u017f\u0180-\u024f\u0259\u02c6\u02c7\u02d8-\u02dd\u0300-\u0304\u0306-\u030c\u0327\u0328"
    "\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce\u0400-\u045f\u0490-\u0491"
    "\u05d0-\u05ea\u0621-\u063a\u0641-\u064a"
    "\u1e80-\u1e85\u1ef2-\u1ef3\u2002-\u200b\u200e-\u200f\u2010-\u2015\u2018-\u201e\u2020-\u2022\u2026\u202f"
    "\u2030\u2032\u2033\u2039\u203a\u2044\u20ac\u2116\u2122\u2190-\u2195\u2212\u221e\u2248\u2260\u2264\u2265"
)
"""What the fonts within Typst draw: Latin, Greek, Cyrillic, Hebrew, Arabic, marks (a regular expression's set)."""

_UNDRAWN: Final = re.compile(f"[^{DRAWN}]")
LONGEST: Final = 24
"""Characters of a word after which a break is offered."""

_BREAK: Final = "\u200b"


def printed(template: bytes, data: Mapping[str, Any], *, at: datetime, longest: int = LONGEST) -> bytes:
    """A document as a tagged PDF: each value of `data` reaches the template as JSON under its name.

    The same data at the same instant give the same bytes.
    """
    return typst.compile(
        template,
        sys_inputs={name: json.dumps(_drawable(value, longest)) for name, value in data.items()},
        font_paths=_fonts(),
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=at.replace(microsecond=0),
    )


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)


def _drawable(part: Any, longest: int, name: str = "") -> Any:
    """Every text with a break offered in words too long for a line, and undrawn characters named."""
    if isinstance(part, dict):
        return {key: _drawable(inner, longest, key) for key, inner in cast(dict[str, Any], part).items()}
    if isinstance(part, list):
        return [_drawable(inner, longest, name) for inner in cast(list[Any], part)]
    if not isinstance(part, str) or name in ("id", "href"):
        return part
    drawn = _UNDRAWN.sub(lambda found: f"[U+{ord(found[0]):04X}]", part)
    return re.sub(rf"\S{{{longest}}}(?=\S)", rf"\g<0>{_BREAK}", drawn)
