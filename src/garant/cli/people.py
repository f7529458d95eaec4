"""A file of many people who ask at once: one on each line, or a CSV whose header names the kinds."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from garant.cli.language import plural
from garant.cli.output import CommandError, warn
from garant.engine.identities import variants
from garant.policy.text import Text

_MARKS = ",;\t"
_MOST_LINES = 50
"""Lines named before they are only counted."""

_LONGEST_LINE = 4_096
"""Characters; a longer line is no one’s identities."""


@dataclass(frozen=True, slots=True)
class Asking:
    """The people who ask; where they come from a file, the line of each, and how many came again."""

    people: list[dict[str, str]]
    file: Path | None = None
    lines: Sequence[int] = ()
    merged: int = 0


def read_people(file: Path, kinds: Sequence[str]) -> Asking:
    """Read the people of a file; the same identities twice are one person.

    Args:
        file: its lines are ``email=…;phone=…``, or its first line is a header of kinds.
        kinds: by what the systems find people; none where only persons are asked, who are told anything.

    Raises:
        CommandError: a line cannot be read: the whole file is refused, with the number of the line. The
            message does not repeat what is there: it may name a person.
    """
    people: dict[frozenset[tuple[str, str]], tuple[int, dict[str, str]]] = {}
    read = 0
    for number, identities in _Reader(file, kinds).people():
        read += 1
        one = frozenset((kind, form) for kind, value in identities.items() for form in variants(kind, value))
        people.setdefault(one, (number, identities))
    if not people:
        raise _refused(file, 1, "il n’y a personne ici", "there is nobody here")
    first = list(people.values())
    lines = [number for number, _ in first]
    return Asking([who for _, who in first], file, lines, read - len(first))


def tell_missing(asking: Asking, unknown: Sequence[int]) -> None:
    """Say on which lines stand those whom no system knows, and that some came twice."""
    if asking.merged:
        again = plural(
            asking.merged, ("ligne répétée", "lignes répétées"), ("repeated line", "repeated lines")
        )
        warn(Text(fr=f"{again}\u202f: une seule demande pour chacun.", en=f"{again}: one request for each."))
    if unknown:
        lines = ", ".join(str(asking.lines[one]) for one in unknown[:_MOST_LINES])
        more = len(unknown) - _MOST_LINES
        rest = Text(fr=f" et {more} autres", en=f" and {more} more") if more > 0 else Text(fr="", en="")
        warn(
            Text(
                fr=f"Connus d’aucun système, {asking.file}, lignes\u202f: {lines}{rest.fr}.",
                en=f"Known to no system, {asking.file}, lines: {lines}{rest.en}.",
            )
        )


class _Reader:
    def __init__(self, file: Path, kinds: Sequence[str]) -> None:
        self._file = file
        self._kinds = kinds

    def people(self) -> Iterator[tuple[int, dict[str, str]]]:
        lines = self._lines()
        header = lines[0] if lines else ""
        if not lines or "=" in header:
            yield from ((number, self._pairs(number, line)) for number, line in enumerate(lines, start=1))
            return
        mark = max(_MARKS, key=header.count)
        kinds = [self._kind(1, cell) for cell in self._cells(1, header, mark)]
        if len(set(kinds)) < len(kinds):
            raise self._refused(1, "un genre y est deux fois", "a kind is there twice")
        for number, line in enumerate(lines[1:], start=2):
            yield number, self._row(number, kinds, self._cells(number, line, mark))

    def _lines(self) -> list[str]:
        """Every line, none of them empty; those that end the file are left out."""
        try:
            raw = self._file.read_bytes()
            text = raw.decode("utf-8-sig")
        except OSError as error:
            raise self._refused(
                0, f"illisible ({error.strerror})", f"unreadable ({error.strerror})"
            ) from None
        except UnicodeDecodeError as error:
            number = error.object.count(b"\n", 0, error.start) + 1
            raise self._refused(number, "ce n’est pas de l’UTF-8", "this is not UTF-8") from None
        lines = text.replace("\r\n", "\n").split("\n")
        while lines and not lines[-1].strip():
            lines.pop()
        for number, line in enumerate(lines, start=1):
            self._check(number, line)
        return lines

    def _check(self, number: int, line: str) -> None:
        if not line.strip():
            raise self._refused(number, "la ligne est vide", "the line is empty")
        if len(line) > _LONGEST_LINE:
            raise self._refused(number, "la ligne est trop longue", "the line is too long")
        if any(unicodedata.category(mark) in ("Cc", "Cs", "Zl", "Zp") and mark != "\t" for mark in line):
            raise self._refused(number, "un caractère de commande s’y trouve", "it has a control character")

    def _pairs(self, number: int, line: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for pair in line.split(";"):
            name, equals, value = pair.partition("=")
            if not equals or not value.strip():
                raise self._refused(
                    number,
                    "chaque identité s’écrit GENRE=VALEUR, avec « ; » entre deux",
                    "each identity is written KIND=VALUE, with “;” between two",
                )
            kind = self._kind(number, name)
            if kind in found:
                raise self._refused(number, "un genre y est deux fois", "a kind is there twice")
            found[kind] = value.strip()
        return found

    def _cells(self, number: int, line: str, mark: str) -> list[str]:
        try:
            return next(csv.reader([line], delimiter=mark, strict=True))
        except csv.Error:
            raise self._refused(
                number, "ce n’est pas une ligne de CSV (guillemets\u202f?)", "not a line of CSV (quotes?)"
            ) from None

    def _row(self, number: int, kinds: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
        if len(cells) != len(kinds):
            raise self._refused(
                number,
                f"{len(cells)} cellules au lieu de {len(kinds)}",
                f"{len(cells)} cells instead of {len(kinds)}",
            )
        found = {kind: cell.strip() for kind, cell in zip(kinds, cells, strict=True) if cell.strip()}
        if not found:
            raise self._refused(number, "la ligne est vide", "the line is empty")
        return found

    def _kind(self, number: int, name: str) -> str:
        kind = name.strip()
        if not kind or (self._kinds and kind not in self._kinds):
            known = ", ".join(self._kinds)
            raise self._refused(
                number,
                f"un genre d’identité n’est connu d’aucun système\u202f; ils connaissent\u202f: {known}",
                f"no system finds people by a kind that is there; they do by: {known}",
            )
        return kind

    def _refused(self, number: int, fr: str, en: str) -> CommandError:
        return _refused(self._file, number, fr, en)


def _refused(file: Path, number: int, fr: str, en: str) -> CommandError:
    place = f"{file}:{number}" if number else str(file)
    return CommandError(
        Text(fr=f"{place}\u202f: {fr}.", en=f"{place}: {en}."),
        Text(
            fr="Rien n’a été lu au-delà. Une personne par ligne (email=…;phone=…), ou un CSV dont la première "
            "ligne nomme les genres.",
            en="Nothing was read beyond. One person a line (email=…;phone=…), or a CSV whose first line names "
            "the kinds.",
        ),
    )
