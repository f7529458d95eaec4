"""YAML read with the place of every key and value, and nothing of YAML that could surprise.

Only maps, lists and scalars: no tags, no merge keys, one document, text keys. Aliases are followed
within a bound. Scalars follow the core schema of YAML 1.2, save that a number written with a leading
`+` or `0` stays text, so that telephone numbers and postal codes survive.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from . import source_rules as rules
from .diagnostics import Diagnostic, Position, Rule, UnusableDocument
from .places import Place, Positions
from .syntax_words import syntax_words
from .text import Text

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

LARGEST_FILE: Final = 512 * 1024
DEEPEST: Final = 24
LARGEST_EXPANDED: Final = 4 * LARGEST_FILE
"""Characters and values once aliases are followed."""

_LINE_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII)
_DECIMAL: Final = re.compile(r"-?(0|[1-9][0-9]{0,14})\.[0-9]{1,15}", re.ASCII)
_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(frozen=True, slots=True)
class YamlSource:
    """What one YAML text says, and where it says it."""

    data: Json
    positions: Positions
    size: int = 0
    """Characters and values once aliases are followed."""


def read_yaml(path: Path, shown: str | None = None) -> YamlSource:
    """Read the YAML file `path`, called `shown` in messages.

    Raises UnusableDocument: unreadable, over 512 KiB, not UTF-8, or not the plain YAML that is accepted.
    """
    return parse_yaml(read_text(path, shown), shown or str(path))


def read_text(path: Path, shown: str | None = None) -> str:
    """Read the text of a file that should be YAML, called `shown` in messages.

    Raises UnusableDocument: unreadable, over 512 KiB, or not UTF-8.
    """
    start = Position(shown or str(path))
    try:
        if not path.is_file():
            raise FileNotFoundError("not a file")
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as problem:
        _refuse(rules.UNREADABLE, start, _unreadable(problem))
    if len(raw) > LARGEST_FILE:
        _refuse(rules.TOO_LARGE, start, _over("512 Kio", "512 KiB"))
    return _decode(raw, start)


def parse_yaml(text: str, file: str = "policy.yaml") -> YamlSource:
    """Read YAML from a text, called `file` in messages. Raises UnusableDocument as `read_yaml` does."""
    if len(text) > LARGEST_FILE:
        _refuse(rules.TOO_LARGE, Position(file), _over("512 Kio", "512 KiB"))
    return _Reader(text, file).read()


class _Reader:
    """Turns parser events into data, bounded in depth and number, and remembers places."""

    def __init__(self, text: str, file: str) -> None:
        self._file = file
        self._lines = _LINE_BREAK.split(text)
        self._text = text
        self._values: dict[Place, Position] = {}
        self._keys: dict[Place, Position] = {}
        self._found: list[Diagnostic] = []
        self._anchors: dict[str, tuple[Json, int] | None] = {}
        self._size = 0

    def read(self) -> YamlSource:
        self._events = self._parse()
        data: Json = None
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                if self._values:
                    self._refuse(rules.UNSUPPORTED, event, _several_documents())
                data = self._value(next(self._events), (), 0)
        if self._found:
            raise UnusableDocument(self._found)
        self._values.setdefault((), Position(self._file, source=self._lines[0]))
        return YamlSource(data, Positions(self._values, self._keys), self._size)

    def _parse(self) -> Iterator[Any]:
        parser: Any = YAML(typ="safe", pure=True)
        try:
            yield from parser.parse(self._text)
        except Exception as problem:
            # Beside its own errors, the parser fails in unforeseen ways on hostile input.
            self._refuse_syntax(problem)

    def _refuse_syntax(self, problem: Any) -> NoReturn:
        mark = getattr(problem, "problem_mark", None)
        position = self._position(mark.line, mark.column) if mark else Position(self._file)
        reason = getattr(problem, "problem", None) or str(problem)
        _refuse(rules.SYNTAX, position, _syntax(reason))

    def _value(self, event: Any, place: Place, depth: int) -> Json:
        self._values[place] = self._at(event)
        if isinstance(event, AliasEvent):
            return self._alias(event)
        self._bound(event, depth)
        before = self._size
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        value = self._built(event, place, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, self._size - before)
        return value

    def _bound(self, event: Any, depth: int) -> None:
        if depth > DEEPEST:
            self._refuse(rules.TOO_LARGE, event, _over(f"{DEEPEST} niveaux", f"{DEEPEST} levels"))
        if event.tag is not None:
            self._refuse(rules.TAG, event)

    def _built(self, event: Any, place: Place, depth: int) -> Json:
        self._size += 1
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(place, depth)
        return self._mapping(place, depth)

    def _sequence(self, place: Place, depth: int) -> Json:
        values: list[Json] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            values.append(self._value(event, (*place, len(values)), depth + 1))
        return values

    def _mapping(self, place: Place, depth: int) -> Json:
        values: dict[str, Json] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._key(event)
            inner = (*place, key)
            if key in values:
                self._found.append(_twice(key, self._at(event), self._keys[inner]))
            self._keys[inner] = self._at(event)
            values[key] = self._value(next(self._events), inner, depth + 1)
        return values

    def _key(self, event: Any) -> str:
        if not isinstance(event, ScalarEvent):
            self._refuse(rules.UNSUPPORTED, event)
        if getattr(event, "tag", None) is not None:
            self._refuse(rules.TAG, event)
        key = self._printable(event)
        if key == "<<":
            self._refuse(rules.UNSUPPORTED, event)
        return key

    def _scalar(self, event: Any) -> Json:
        text = self._printable(event)
        return plain_value(text) if event.implicit[0] else text

    def _printable(self, event: Any) -> str:
        text: str = event.value
        self._size += len(text)
        if _UNPRINTABLE.search(text):
            self._refuse(rules.ENCODING, event, _control_character())
        return text

    def _alias(self, event: Any) -> Json:
        if event.anchor not in self._anchors:
            self._refuse(rules.ALIAS, event, _no_anchor(event.anchor))
        known = self._anchors[event.anchor]
        if known is None:
            self._refuse(rules.ALIAS, event, _circular(event.anchor))
        value, size = known
        self._size += size
        if self._size > LARGEST_EXPANDED:
            self._refuse(rules.ALIAS, event, _over("2 Mio, alias suivis", "2 MiB with aliases followed"))
        return value

    def _at(self, event: Any) -> Position:
        return self._position(event.start_mark.line, event.start_mark.column)

    def _position(self, line: int, column: int) -> Position:
        source = self._lines[line] if line < len(self._lines) else ""
        return Position(self._file, line + 1, column + 1, source)

    def _refuse(self, rule: Rule, event: Any, message: Text | None = None) -> NoReturn:
        _refuse(rule, self._at(event), message)


def plain_value(text: str) -> Json:
    """What `text` is when it stands without quotes: itself, or the word or number it looks like."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def unreadable_characters(text: str) -> bool:
    """Whether `text` holds what no document may hold, even escaped: control characters, halves of characters."""
    return _UNPRINTABLE.search(text) is not None


def _refuse(rule: Rule, position: Position, message: Text | None = None) -> NoReturn:
    raise UnusableDocument([rule.at(position, message)]) from None


def _decode(raw: bytes, start: Position) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        column = problem.start - (raw.rfind(b"\n", 0, problem.start) + 1) + 1
        found = Text(
            fr=f"L’octet 0x{raw[problem.start]:02x} n’est pas de l’UTF-8.",
            en=f"The byte 0x{raw[problem.start]:02x} is not UTF-8.",
        )
        _refuse(rules.ENCODING, Position(start.file, line, column), found)
    bad = _UNPRINTABLE.search(text.replace("\r", " "))
    if bad is not None:
        line = text.count("\n", 0, bad.start()) + 1
        column = bad.start() - text.rfind("\n", 0, bad.start())
        _refuse(rules.ENCODING, Position(start.file, line, column), _control_character())
    return text


def _unreadable(problem: Exception) -> Text:
    if isinstance(problem, FileNotFoundError):
        return Text(fr="Il n’y a pas de fichier à cet endroit.", en="There is no file in this place.")
    reason = getattr(problem, "strerror", None) or str(problem)
    return Text(fr=f"Lecture impossible\u202f: {reason}.", en=f"Cannot be read: {reason}.")


def _over(fr: str, en: str) -> Text:
    return Text(fr=f"Le document dépasse {fr}.", en=f"The document exceeds {en}.")


def _syntax(problem: str) -> Text:
    words = syntax_words(problem)
    return Text(fr=f"Ce n’est pas du YAML\u202f: {words.fr}.", en=f"This is not YAML: {words.en}.")


def _several_documents() -> Text:
    return Text(fr="Un second document commence ici.", en="A second document starts here.")


def _control_character() -> Text:
    return Text(fr="Un caractère de contrôle est interdit.", en="A control character is not allowed.")


def _twice(key: str, here: Position, first: Position) -> Diagnostic:
    message = Text(
        fr=f"La clé «\u202f{key[:80]}\u202f» est déjà écrite à la ligne {first.line}.",
        en=f"The key “{key[:80]}” is already written on line {first.line}.",
    )
    return rules.DUPLICATE_KEY.at(here, message)


def _no_anchor(name: str) -> Text:
    return Text(fr=f"Aucune ancre ne s’appelle «\u202f{name}\u202f».", en=f"No anchor is called “{name}”.")


def _circular(name: str) -> Text:
    return Text(
        fr=f"L’alias «\u202f{name}\u202f» se contient lui-même.", en=f"The alias “{name}” contains itself."
    )
