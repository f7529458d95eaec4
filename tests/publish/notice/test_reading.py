"""Our own words are short and plain: measured, in French, on every sentence that the code can say.

Kandel and Moles (1958) fitted Flesch's index to French: 207 - 1.015 × words per sentence - 73.6 × syllables per word.
Above 60 is plain (a newspaper for all), above 70 easy.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import garant.publish.notice as room

FOLDER = Path(room.__file__).parent
_VOWELS = re.compile(r"[aeiouyàâäéèêëîïôöùûüœæ]+")
_NAMES = re.compile(r"RGPD|CNIL|art\.|n°|Commission européenne")


def spoken() -> Iterator[str]:
    """Every French text of the room: first arguments of `tell`, and `fr=` of `Text`."""
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Attribute) and node.func.attr == "tell" and node.args:
                yield _text(node.args[0])
            yield from (_text(argument.value) for argument in node.keywords if argument.arg == "fr")


def _text(node: ast.expr) -> str:
    """A literal, with a plain word for each value put in it."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "mot" for part in node.values)
    return ""


def sentences() -> list[str]:
    found = [part for text in spoken() for part in re.split(r"(?<=[.!?])\s+", text)]
    return [text for text in found if text.endswith((".", "!", "?")) and not _NAMES.search(text)]


def syllables(word: str) -> int:
    """A mute e at the end is not heard."""
    heard = re.sub(r"(?<=[^aeiouyéèê])(e|es|ent)$", "", word.lower())
    return max(1, len(_VOWELS.findall(heard)))


def test_there_is_something_to_measure() -> None:
    assert len(sentences()) > 50


def test_sentences_are_short() -> None:
    lengths = [len(re.findall(r"\w+(?:[’-]\w+)*", text)) for text in sentences()]
    assert sum(lengths) / len(lengths) < 10
    assert max(lengths) <= 25


def test_french_is_easy_to_read() -> None:
    words = [word for text in sentences() for word in re.findall(r"[^\W\d_]+", text)]
    index = 207 - 1.015 * len(words) / len(sentences()) - 73.6 * sum(map(syllables, words)) / len(words)
    assert index > 70


def test_no_word_of_the_office() -> None:
    heavy = r"\b(susceptible|conformément|dans le cadre de|au titre de|ci-dessous|le cas échéant|afin de|ladite)\b"
    assert [text for text in spoken() if re.search(heavy, text, re.IGNORECASE)] == []
