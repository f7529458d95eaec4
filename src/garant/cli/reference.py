"""The reference of commands, generated from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from garant.cli.exits import MEANINGS
from garant.policy.text import Language

_HEADINGS: dict[Language, dict[str, str]] = {
    "fr": {
        "title": "Commandes",
        "exits": "Codes de sortie",
        "code": "Code",
        "meaning": "Sens",
        "option": "Argument ou option",
        "required": "obligatoire",
        "default": "défaut",
    },
    "en": {
        "title": "Commands",
        "exits": "Exit codes",
        "code": "Code",
        "meaning": "Meaning",
        "option": "Argument or option",
        "required": "required",
        "default": "default",
    },
}


def commands_markdown(language: Language = "en") -> str:
    """Write every command, argument, option and exit code as one Markdown page."""
    from garant.cli import registration

    words = _HEADINGS[language]
    lines = [f"# {words['title']}", ""]
    for path, node in _walk(registration.command(language), "garant"):
        lines += _command(path, node, words)
    lines += [f"## {words['exits']}", "", f"| {words['code']} | {words['meaning']} |", "| --- | --- |"]
    lines += [f"| {int(code)} | {text.say(language)} |" for code, text in MEANINGS.items()]
    return "\n".join([*lines, ""])


def _walk(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    yield path, node
    for name, child in getattr(node, "commands", {}).items():
        yield from _walk(child, f"{path} {name}")


def _command(path: str, node: Any, words: dict[str, str]) -> list[str]:
    lines = [f"## `{path}`", "", (node.help or "").strip(), ""]
    rows = [_parameter(parameter, words) for parameter in node.params if parameter.name != "help"]
    if rows:
        lines += [f"| {words['option']} | {words['meaning']} |", "| --- | --- |", *rows, ""]
    return lines


def _parameter(parameter: Any, words: dict[str, str]) -> str:
    names = ", ".join([*parameter.opts, *parameter.secondary_opts])
    if parameter.param_type_name == "argument":
        names = parameter.metavar or parameter.name.upper()
    notes = [(parameter.help or "").strip()]
    if parameter.required:
        notes.append(f"({words['required']})")
    elif isinstance(parameter.default, str | int) and not isinstance(parameter.default, bool):
        notes += [f"({words['default']} `{parameter.default}`)"] if parameter.default != "" else []
    cell = " ".join(notes).replace("|", "\\|")
    return f"| `{names}` | {cell} |"
