"""What Garant finds wrong in a document: one form for policies, data maps and live catalogues.

Codes are stable: GAR0xx an unusable document, GAR1xx to GAR4xx a policy, GAR5xx a data map,
GAR6xx a data map against the live catalogue.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from .text import Text

Severity = Literal["error", "warning"]

EXIT_CLEAN: Final = 0
EXIT_FINDINGS: Final = 1
EXIT_UNUSABLE: Final = 2


_SECRET: Final = re.compile(
    r"(?P<before>://[^\s:/@]*:|(?:password|passwd|pwd|secret|token|mot_de_passe)\"?'?\s*[:=]\s*)(?P<secret>[^\s@,}]+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file; lines and columns count from 1, columns in characters."""

    file: str
    line: int = 1
    column: int = 1
    source: str = ""
    """The line itself, as written, for the excerpt."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing to mend: what, where, why (with its legal or technical source) and how to mend it."""

    code: str
    severity: Severity
    file: str
    line: int
    column: int
    message: Text
    why: Text
    mend: Text
    source: str = field(default="", compare=False)

    @property
    def unusable(self) -> bool:
        """Whether the document could not be read at all."""
        return self.code.startswith("GAR0")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a code means: its title, its reasons, how to mend it, a bad and a good example."""

    code: str
    slug: str
    title: Text
    why: Text
    mend: Text
    bad: str
    good: str
    severity: Severity = "error"

    def at(self, position: Position, message: Text | None = None, mend: Text | None = None) -> Diagnostic:
        """The diagnostic of this rule at `position`; the rule's own words stand where none are given.

        What looks like a password is masked, and a line that holds one is not shown.
        """
        return Diagnostic(
            code=self.code,
            severity=self.severity,
            file=position.file,
            line=position.line,
            column=position.column,
            message=_masked(message) if message else self.title,
            why=self.why,
            mend=mend or self.mend,
            source="" if _SECRET.search(position.source) else position.source,
        )


def _masked(message: Text) -> Text:
    return Text(fr=_SECRET.sub(r"\g<before>•••", message.fr), en=_SECRET.sub(r"\g<before>•••", message.en))


class RuleBook:
    """The rules by code, in the order of the codes. A code and a slug are given only once."""

    def __init__(self) -> None:
        self._rules: dict[str, Rule] = {}

    def add(self, rule: Rule) -> Rule:
        """Register `rule`. Raises ValueError where its code or slug is taken."""
        taken = next((known for known in self if known.code == rule.code or known.slug == rule.slug), None)
        if taken is not None:
            raise ValueError(f"{rule.code} {rule.slug}: already taken by {taken.code} {taken.slug}")
        self._rules[rule.code] = rule
        return rule

    def __iter__(self) -> Iterator[Rule]:
        return iter(sorted(self._rules.values(), key=lambda rule: rule.code))

    def __len__(self) -> int:
        return len(self._rules)

    def __contains__(self, code: object) -> bool:
        return code in self._rules

    def __getitem__(self, code: str) -> Rule:
        return self._rules[code]


RULES: Final = RuleBook()
"""Every rule of Garant; a module that holds rules registers them when it is imported."""


class UnusableDocument(Exception):
    """A document that cannot be used at all; `diagnostics` says why, sorted by place."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(sorted_by_place(diagnostics))
        first = self.diagnostics[0]
        more = f" (and {len(self.diagnostics) - 1} more)" if len(self.diagnostics) > 1 else ""
        super().__init__(f"{first.file}:{first.line}:{first.column}: {first.code} {first.message.en}{more}")


def sorted_by_place(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics by file, line, column and code, each only once."""

    def place(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
        found = diagnostic
        return found.file, found.line, found.column, found.code, found.message.en

    return sorted(dict.fromkeys(diagnostics), key=place)


def exit_code(diagnostics: Iterable[Diagnostic]) -> int:
    """What `garant check` answers: 0 clean, 1 findings, 2 unusable."""
    found = list(diagnostics)
    if any(diagnostic.unusable for diagnostic in found):
        return EXIT_UNUSABLE
    return EXIT_FINDINGS if found else EXIT_CLEAN
