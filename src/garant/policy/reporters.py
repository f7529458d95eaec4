"""Diagnostics as text for people, JSON for programs, SARIF 2.1.0 for code hosts and editors."""

import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, get_args
from urllib.parse import quote

from .diagnostics import RULES, Diagnostic, Rule, Severity
from .text import Language, Text

Format = Literal["text", "json", "sarif"]

FORMATS: Final[tuple[Format, ...]] = get_args(Format)

_WIDEST: Final = 100
_WHY: Final = Text(fr="Pourquoi\u202f: ", en="Why: ")
_MEND: Final = Text(fr="Remède\u202f: ", en="Mend: ")
_CLEAN: Final = Text(fr="Rien à signaler.", en="Nothing to report.")
_NOUNS: Final[Mapping[Severity, tuple[Text, Text]]] = {
    "error": (Text(fr="erreur", en="error"), Text(fr="erreurs", en="errors")),
    "warning": (Text(fr="avertissement", en="warning"), Text(fr="avertissements", en="warnings")),
}


def report(diagnostics: Sequence[Diagnostic], form: Format = "text", language: Language = "fr") -> str:
    """The diagnostics in one of the three forms, ending with a newline."""
    reporters: Mapping[Format, Callable[[Sequence[Diagnostic], Language], str]] = {
        "text": as_text,
        "json": as_json,
        "sarif": as_sarif,
    }
    return reporters[form](diagnostics, language)


def as_text(diagnostics: Sequence[Diagnostic], language: Language = "fr") -> str:
    """One paragraph a finding, `path:line:column: CODE message` first, and a last line that counts them."""
    paragraphs = [_paragraph(diagnostic, language) for diagnostic in diagnostics]
    return "\n".join([*paragraphs, _summary(diagnostics, language)]) + "\n"


def as_json(diagnostics: Sequence[Diagnostic], language: Language = "fr") -> str:
    """A JSON object; each text is in the language asked for."""
    entries = [
        {
            "code": found.code,
            "slug": RULES[found.code].slug if found.code in RULES else None,
            "severity": found.severity,
            "file": found.file,
            "line": found.line,
            "column": found.column,
            "message": found.message.say(language),
            "why": found.why.say(language),
            "mend": found.mend.say(language),
        }
        for found in diagnostics
    ]
    return _dump({"format": 1, "language": language, "diagnostics": entries})


def as_sarif(diagnostics: Sequence[Diagnostic], language: Language = "fr") -> str:
    """A SARIF 2.1.0 log (OASIS standard) with one run, and the rules that were broken."""
    codes = sorted({found.code for found in diagnostics})
    run = {
        "tool": {
            "driver": {
                "name": "garant",
                "rules": [_sarif_rule(RULES[code], language) for code in codes if code in RULES],
            }
        },
        "language": language,
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(found, language) for found in diagnostics],
    }
    schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    return _dump({"$schema": schema, "version": "2.1.0", "runs": [run]})


def _paragraph(found: Diagnostic, language: Language) -> str:
    head = f"{found.file}:{found.line}:{found.column}: {found.code} {found.message.say(language)}"
    why = _WHY.say(language) + found.why.say(language)
    mend = _MEND.say(language) + found.mend.say(language)
    lines = [_plain(head), *_excerpt(found), f"  {_plain(why)}", f"  {_plain(mend)}", ""]
    return "\n".join(lines)


def _excerpt(found: Diagnostic) -> list[str]:
    """The line at fault with a caret below the column, cut to a window where it is very long."""
    source = _plain(found.source)
    if not source.strip():
        return []
    start = max(0, found.column - 1 - _WIDEST // 2) if found.column > _WIDEST else 0
    margin = " " * len(str(found.line))
    caret = " " * (found.column - 1 - start) + "^"
    return [f"  {found.line} | {source[start : start + _WIDEST]}", f"  {margin} | {caret}"]


def _plain(text: str) -> str:
    """The text without control characters, which could drive a terminal."""
    return "".join(
        " " if unicodedata.category(character) in {"Cc", "Cf"} else character for character in text
    )


def _summary(diagnostics: Sequence[Diagnostic], language: Language) -> str:
    said: list[str] = []
    for severity, (one, many) in _NOUNS.items():
        count = sum(found.severity == severity for found in diagnostics)
        if count:
            said.append(f"{count} {(one if count == 1 else many).say(language)}")
    return ", ".join(said) + "." if said else _CLEAN.say(language)


def _sarif_rule(rule: Rule, language: Language) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.slug,
        "shortDescription": {"text": rule.title.say(language)},
        "fullDescription": {"text": rule.why.say(language)},
        "help": {"text": rule.mend.say(language)},
        "defaultConfiguration": {"level": rule.severity},
    }


def _sarif_result(found: Diagnostic, language: Language) -> dict[str, Any]:
    region = {"startLine": found.line, "startColumn": found.column}
    place = {"artifactLocation": {"uri": _uri(found.file)}, "region": region}
    return {
        "ruleId": found.code,
        "level": found.severity,
        "message": {"text": f"{found.message.say(language)} {found.mend.say(language)}"},
        "locations": [{"physicalLocation": place}],
    }


def _uri(file: str) -> str:
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _dump(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
