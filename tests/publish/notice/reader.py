"""Reading a PDF's words with something that did not write them: content streams and ToUnicode maps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pikepdf

_PAIR = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]*)>")
_RANGE = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")


def words(pdf: pikepdf.Pdf) -> str:
    """All the text of a document, in the order in which it is drawn, without spaces."""
    return re.sub(r"[\s\u200b\u00ad]", "", "".join(_page(page) for page in pdf.pages))


def _page(page: pikepdf.Page) -> str:
    maps = {name: _map(font) for name, font in page.resources.get("/Font", {}).items()}
    found: list[str] = []
    font: Mapping[int, str] = {}
    marked: list[bool] = []
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "BDC" | "BMC":
                replaced = _actual(operands)
                marked.append(replaced is not None)
                found.append(replaced or "")
            case "EMC":
                marked.pop()
            case "Tf":
                font = maps[str(operands[0])]
            case "Tj" if not any(marked):
                found.append(_shown(operands[0], font))
            case "TJ" if not any(marked):
                found += (_shown(part, font) for part in operands[0] if isinstance(part, pikepdf.String))
    return "".join(found)


def _actual(operands: Any) -> str | None:
    """What a marked span stands for, where it says so (a ligature, a reordered word)."""
    if len(operands) == 2 and isinstance(operands[1], pikepdf.Dictionary) and "/ActualText" in operands[1]:
        return str(operands[1]["/ActualText"])
    return None


def _shown(string: Any, font: Mapping[int, str]) -> str:
    raw = bytes(string)
    return "".join(
        font.get(int.from_bytes(raw[place : place + 2], "big"), "") for place in range(0, len(raw), 2)
    )


def _map(font: Any) -> dict[int, str]:
    """A font's map from codes to text."""
    known: dict[int, str] = {}
    source = font["/ToUnicode"].read_bytes()
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", source, re.DOTALL):
        known |= {int(code, 16): _text(text) for code, text in _PAIR.findall(block)}
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", source, re.DOTALL):
        for first, last, text in _RANGE.findall(block):
            start = _text(text)
            for step in range(int(last, 16) - int(first, 16) + 1):
                known[int(first, 16) + step] = start[:-1] + chr(ord(start[-1]) + step)
    return known


def _text(hexadecimal: bytes) -> str:
    return bytes.fromhex(hexadecimal.decode()).decode("utf-16-be")
