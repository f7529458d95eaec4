"""The plan as a file: what is approved, and beside it where its policy and maps were."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from garant.cli.output import CommandError
from garant.engine.document import Plan, UnreadablePlan, read_plan
from garant.policy.text import Text

_LARGEST = 1024 * 1024 * 1024
"""Bytes of a plan file: a bound against a hostile one."""


@dataclass(frozen=True)
class PlanFile:
    """A plan read back, and the folders it was made from, where the file says so."""

    plan: Plan
    policy: Path | None
    maps: Path | None


def write_plan(file: Path, plan: Plan, *, policy: Path, maps: Path) -> None:
    """Write a plan for its owner only: it holds the keys of the people it is about.

    The folders are relative to the file, and not part of what is approved.
    """
    folder = file.resolve().parent
    sources = {"policy": _from(folder, policy), "maps": _from(folder, maps)}
    text = json.dumps({**plan.document(), "sources": sources}, ensure_ascii=False, indent=1)
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        os.fchmod(opened.fileno(), 0o600)
        opened.write(text + "\n")


def read_plan_file(file: Path) -> PlanFile:
    """Read a plan back.

    Raises:
        CommandError: it is not a plan, or does not have the digest it says.
    """
    document = _document(file)
    sources = document.pop("sources", {})
    try:
        plan = read_plan(document)
    except UnreadablePlan as error:
        raise _unreadable(file, error.text) from None
    return PlanFile(plan, _folder(file, sources, "policy"), _folder(file, sources, "maps"))


def _document(file: Path) -> dict[str, Any]:
    if file.stat().st_size > _LARGEST:
        raise _unreadable(file, Text(fr="trop gros", en="too large"))
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise _unreadable(file, _no_json(error)) from None
    if not isinstance(document, dict):
        raise _unreadable(file, Text(fr="un plan est un objet JSON", en="a plan is a JSON object"))
    return document


def _no_json(error: Exception) -> Text:
    """Where the text stops being JSON, in words of ours: the reader's own are English."""
    if isinstance(error, json.JSONDecodeError):
        return Text(
            fr=f"ce n’est pas du JSON, ligne {error.lineno}, colonne {error.colno}",
            en=f"this is not JSON, at line {error.lineno}, column {error.colno}",
        )
    if isinstance(error, UnicodeDecodeError):
        return Text(fr="ce n’est pas du texte en UTF-8", en="this is not text in UTF-8")
    return Text(
        fr="des objets y sont les uns dans les autres sans fin", en="objects in it are nested without end"
    )


def _folder(file: Path, sources: Any, name: str) -> Path | None:
    said = sources.get(name) if isinstance(sources, dict) else None
    return file.resolve().parent / said if isinstance(said, str) and "\0" not in said else None


def _from(folder: Path, path: Path) -> str:
    return os.path.relpath(path.resolve(), folder)


def _unreadable(file: Path, why: Text) -> CommandError:
    return CommandError(
        Text(
            fr=f"{file} n’est pas un plan utilisable : {why.fr}", en=f"{file} is not a usable plan: {why.en}"
        ),
        Text(
            fr="Refaites-le : garant plan POLICY --out PLAN.",
            en="Make it again: garant plan POLICY --out PLAN.",
        ),
    )
