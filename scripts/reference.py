"""Writes the reference pages from the code: keys, diagnostics, commands, ledger entries.

`scripts/docs` writes them; a test compares what is committed with what would be written.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import types
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import django
from pydantic import BaseModel
from pydantic.fields import FieldInfo

import garant.apps
import garant.policy
import garant.systems
from garant.cli import commands_markdown
from garant.ledger.entries import KINDS, Payload, ledger_entries_markdown
from garant.policy.diagnostics import RULES, Rule
from garant.policy.document.policy import Policy
from garant.policy.text import Text
from garant.site.environment import SETTINGS
from garant.systems.manual import ManualMap
from garant.systems.model import DataMap

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
NOTE = "<!-- Written by scripts/docs from the code: change it there. -->\n\n"


@dataclass(frozen=True)
class Key:
    """One key of a YAML document: where it stands, what it takes, what it means."""

    path: str
    form: str
    required: bool
    english: str
    french: str

    def also(self, other: Key) -> Key:
        """Both keys as one: what either takes, required where both are."""
        takes = " or ".join(dict.fromkeys([*self.form.split(" or "), *other.form.split(" or ")]))
        return replace(
            self,
            form=takes,
            required=self.required and other.required,
            english=self.english or other.english,
            french=self.french or other.french,
        )

    def markdown(self) -> str:
        level = "##" if "." not in self.path and "[" not in self.path else "###"
        need = "required" if self.required else "optional"
        said = [f"{level} `{self.path}`", "", f"{self.form} · {need}", ""]
        said += [self.english, ""] if self.english else []
        said += [f"*{self.french}*", ""] if self.french else []
        return "\n".join(said)


def keys(model: type[BaseModel], prefix: str = "", seen: dict[Any, str] | None = None) -> Iterator[Key]:
    """Every key of a document, depth first, in the order of the model; a part used twice is told once."""
    seen = {} if seen is None else seen
    for name, field in model.model_fields.items():
        path = f"{prefix}{field.alias or name}"
        inner = list(parts(field.annotation))
        same = next((seen[part] for _, part in inner if part in seen), None)
        yield _key(path, field, same)
        for suffix, part in inner:
            if part not in seen:
                seen[part] = f"{path}{suffix}"
                yield from keys(part, f"{path}{suffix}.", seen)


def _key(path: str, field: FieldInfo, same: str | None) -> Key:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    takes = form(field.annotation) + (f", as in [`{same}`](#{anchor(same)})" if same else "")
    return Key(path, takes, field.is_required(), field.description or "", str(extra.get("x-fr", "")))


def merged(found: Iterable[Key]) -> list[Key]:
    """Keys that several kinds of the same part share, told once."""
    by_path: dict[str, Key] = {}
    for key in found:
        known = by_path.get(key.path)
        by_path[key.path] = key if known is None else known.also(key)
    return list(by_path.values())


def anchor(heading: str) -> str:
    """The fragment that leads to a heading, as GitHub makes it."""
    kept = "".join(letter for letter in heading.lower() if letter.isalnum() or letter in " -_")
    return kept.replace(" ", "-")


def parts(annotation: Any) -> Iterator[tuple[str, type[BaseModel]]]:
    """The models inside an annotation, each with the path that leads to it."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation is not Text:
            yield "", annotation
    elif origin is Annotated:
        yield from parts(arguments[0])
    elif origin is dict:
        yield from ((f".KEY{rest}", part) for rest, part in parts(arguments[1]))
    elif origin in (list, tuple, set, frozenset):
        yield from ((f"[]{rest}", part) for rest, part in parts(arguments[0]))
    elif origin in (Union, types.UnionType):
        for argument in arguments:
            yield from parts(argument)


def form(annotation: Any) -> str:
    """What a key takes, in a few words."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return form(arguments[0])
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin in (Union, types.UnionType):
        forms = dict.fromkeys(form(argument) for argument in arguments if argument is not type(None))
        return " or ".join(forms)
    if origin is dict:
        return f"by key: {form(arguments[1])}"
    if origin in (list, tuple, set, frozenset):
        return f"list of {form(arguments[0])}"
    return _named(annotation)


_NAMES: dict[Any, str] = {
    str: "text",
    int: "number",
    bool: "`true` or `false`",
    Text: "text in `fr` and `en`",
}


def _named(annotation: Any) -> str:
    if annotation in _NAMES:
        return _NAMES[annotation]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "mapping"
    values = getattr(annotation, "__members__", None)
    if values is not None:
        return " or ".join(f"`{member.value}`" for member in values.values())
    return getattr(annotation, "__name__", str(annotation)).lower()


def policy_keys() -> str:
    about = """\
A policy is a folder of YAML files. Together they make one document; each top-level key may stand in any of
the files. `KEY` stands for a name that you choose, `[]` for each item of a list.
[Write a policy](../how-to/write-a-policy.md) shows them at work.
"""
    return _page("Policy keys", about, (key.markdown() for key in merged(keys(Policy))))


def map_keys() -> str:
    about = """\
A data map is one YAML file per system. `KEY` stands for a name that you choose (or the name of a table or
column), `[]` for each item of a list. [Map a database](../how-to/map-a-database.md) shows them at work.
"""
    return _page("Data map keys", about, (key.markdown() for key in merged(keys(DataMap))))


def manual_keys() -> str:
    about = """\
The map of a system that no program reaches: one YAML file among the data maps, with `connector: manual`.
[Ask a person](../how-to/ask-a-person.md) shows it at work.
"""
    return _page("Manual map keys", about, (key.markdown() for key in merged(keys(ManualMap))))


def all_rules() -> list[Rule]:
    """Every rule there is: importing the core registers them."""
    for room in (garant.policy, garant.systems):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            importlib.import_module(module.name)
    return list(RULES)


def diagnostics() -> str:
    about = """\
Codes are stable: GAR0xx a document that cannot be used, GAR1xx to GAR4xx a policy, GAR5xx a data map, GAR6xx
a data map held against the system’s catalogue. Each has a bad and a good example, and both are tested.
"""
    return _page("Diagnostics", about, (_rule(rule) for rule in all_rules()))


def _rule(rule: Rule) -> str:
    return "\n".join(
        [
            f"## {rule.code} · {rule.slug}",
            "",
            f"**{rule.title.en}** · *{rule.title.fr}* ({rule.severity})",
            "",
            f"{rule.why.en}",
            "",
            f"*{rule.why.fr}*",
            "",
            f"To mend it: {rule.mend.en}",
            "",
            f"*Pour corriger\u202f: {rule.mend.fr}*",
            "",
            _example("Bad", rule.bad),
            _example("Good", rule.good),
        ]
    )


def _example(title: str, yaml: str) -> str:
    if not yaml.strip():
        return f"{title}: an empty file.\n"
    return "\n".join([f"{title}:", "", "```yaml", yaml.strip("\n"), "```", ""])


def commands() -> str:
    title, _, rest = commands_markdown("en").partition("\n")
    return f"{title}\n\n{NOTE}{rest.lstrip()}"


def all_kinds() -> dict[str, type[Payload]]:
    """Every kind of entry there is: importing the apps registers theirs."""
    django.setup()
    for app in pkgutil.iter_modules(garant.apps.__path__, "garant.apps."):
        if importlib.util.find_spec(f"{app.name}.entries"):
            importlib.import_module(f"{app.name}.entries")
    return KINDS


def ledger_entries() -> str:
    all_kinds()
    about = """\
What the ledger may say. No kind of entry has room for free text, so no name or address can end up in it:
text fields are keys, digests, days, commitments. [Verify a ledger](../how-to/verify-a-ledger.md) shows how
they are proved.
"""
    return _page("Ledger entries", about, [ledger_entries_markdown()])


def _page(title: str, about: str, sections: Any) -> str:
    return f"# {title}\n\n{NOTE}{about}\n" + "\n".join(sections).rstrip() + "\n"


def settings_page() -> str:
    """The variables of the environment that an installation may set."""
    about = "Every variable that an installation may set. None is needed to begin."
    sections = [f"## `{name}`\n\n{text.en}\n\n*{text.fr}*\n" for name, text in SETTINGS.items()]
    return f"# Settings\n\n{NOTE}{about}\n\n" + "\n".join(sections)


def api_page() -> str:
    """Every operation of the JSON API, its right, and what it takes and gives."""
    from garant.site import setup

    setup.wake()
    from garant.site.api import api

    lines = [
        "# The JSON API",
        "",
        (
            "Under `/api/v1`; described for programs at `/api/v1/openapi.json` (OpenAPI 3.1). "
            "[How to use it](../how-to/use-the-api.md)."
        ),
        "",
    ]
    for address, methods in api.get_openapi_schema()["paths"].items():
        for method, one in methods.items():
            right = one.get("x-right")
            needs = f"Right `{right}`." if right else "For anyone."
            taken = ", ".join(f"`{p['name']}`" for p in one.get("parameters", []) if p["in"] == "query")
            told = [
                one["summary"] + ".",
                one.get("description", ""),
                needs,
                f"Takes {taken}." if taken else "",
            ]
            lines += [f"## `{method.upper()} {address}`", "", " ".join(filter(None, told)), ""]
    return "\n".join(lines)


PAGES: dict[str, Callable[[], str]] = {
    "api.md": api_page,
    "policy-keys.md": policy_keys,
    "map-keys.md": map_keys,
    "manual-map-keys.md": manual_keys,
    "diagnostics.md": diagnostics,
    "commands.md": commands,
    "ledger-entries.md": ledger_entries,
    "settings.md": settings_page,
}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, write in PAGES.items():
        (FOLDER / name).write_text(write(), encoding="utf-8")


if __name__ == "__main__":
    main()
