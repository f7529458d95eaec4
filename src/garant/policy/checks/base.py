"""How a rule of the policy is written: words, two examples, and a function that finds what breaks it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Final, TypeAlias

from ..diagnostics import RULES, Rule, Severity
from ..document import Policy
from ..places import Place
from ..text import Text


@dataclass(frozen=True, slots=True)
class Finding:
    """Where a rule is broken, and in which words; the rule's own mending stands where none is given."""

    place: Place
    message: Text
    mend: Text | None = None


Findings: TypeAlias = Iterable[Finding]
Finder: TypeAlias = Callable[[Policy], Findings]
DatedFinder: TypeAlias = Callable[[Policy, date], Findings]


@dataclass(frozen=True, slots=True)
class Check:
    """A rule and its function."""

    rule: Rule
    find: DatedFinder


_EXAMPLES: Final = files("garant.policy.checks") / "examples"

CHECKS: Final[list[Check]] = []
"""Every check of a policy, in the order in which the families declare them."""


def check(
    code: str, slug: str, *, title: Text, why: Text, mend: Text, severity: Severity = "error"
) -> Callable[[Finder], Finder]:
    """Register the function that finds what breaks the rule `code`."""
    dated = dated_check(code, slug, title=title, why=why, mend=mend, severity=severity)

    def register(find: Finder) -> Finder:
        dated(lambda policy, _: find(policy))
        return find

    return register


def dated_check(
    code: str, slug: str, *, title: Text, why: Text, mend: Text, severity: Severity = "error"
) -> Callable[[DatedFinder], DatedFinder]:
    """Register a function whose findings depend on the day of the check."""
    bad, good = _examples(code)
    rule = RULES.add(Rule(code, slug, title, why, mend, bad, good, severity))

    def register(find: DatedFinder) -> DatedFinder:
        CHECKS.append(Check(rule, find))
        return find

    return register


def both(fr: str, en: str) -> Text:
    """A text in both languages."""
    return Text(fr=fr, en=en)


def guillemets(word: str) -> str:
    """A word between French quotes, with their narrow no-break spaces."""
    return f"«\u202f{word}\u202f»"


def listed(words: Iterable[str]) -> str:
    """Words one after the other."""
    return ", ".join(words)


def _examples(code: str) -> tuple[str, str]:
    """The bad and the good example, which stand in one file with `---` between them."""
    text = (_EXAMPLES / f"{code}.yaml").read_text(encoding="utf-8")
    bad, good = text.split("---\n")
    return bad, good
