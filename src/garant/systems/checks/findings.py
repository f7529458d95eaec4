"""A finding: a rule of the map checks, and where in the map it is broken."""

from __future__ import annotations

from dataclasses import dataclass

from garant.policy.diagnostics import RULES, Diagnostic, Position, Rule, Severity
from garant.policy.places import Place, Positions
from garant.policy.text import Text
from garant.systems.fragments import Place as FragmentPlace


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule broken at a place of the map; `inside` is a position in the SQL that stands there."""

    rule: Rule
    place: Place
    message: Text | None = None
    mend: Text | None = None
    inside: FragmentPlace | None = None

    def diagnostic(self, positions: Positions) -> Diagnostic:
        """The finding with its line and column."""
        position = positions.of(self.place)
        if self.inside is not None:
            position = _inside(position, self.inside)
        return self.rule.at(position, self.message, self.mend)


def _inside(position: Position, inside: FragmentPlace) -> Position:
    """The place within SQL written on the line of its key, or on the lines below it (``|``)."""
    opening = position.source[position.column - 1 : position.column]
    if opening == "|":
        return Position(position.file, position.line + inside.line, 1)
    column = position.column + inside.column - 1 + (opening in ("'", '"'))
    if inside.line > 1 or column > len(position.source):
        return position
    return Position(position.file, position.line, column, position.source)


def rule(
    number: int,
    slug: str,
    title: tuple[str, str],
    why: tuple[str, str],
    mend: tuple[str, str],
    examples: tuple[str, str],
    severity: Severity = "error",
) -> Rule:
    """Register rule GAR`number`; texts are (French, English), examples (bad, good)."""
    bad, good = examples
    return RULES.add(Rule(f"GAR{number}", slug, said(*title), said(*why), said(*mend), bad, good, severity))


def said(fr: str, en: str) -> Text:
    """A message in both languages."""
    return Text(fr=fr, en=en)
