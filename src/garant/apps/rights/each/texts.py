"""The sentences and files of a package, which somebody reads before it goes: a program does not know all (art. 15(4))."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from garant.apps.promises.opening.workspace import Workspace
from garant.apps.promises.people.packages import Named, Reading, attached, digest_of, names_met, sentences
from garant.apps.rights.each.packages import chosen
from garant.apps.rights.words import Right
from garant.policy.text import Text
from garant.publish.packages.masking import Mask
from garant.publish.packages.values import encoded

MOST: Final = 200
"""Texts of one system that are shown."""
_LONGEST: Final = 2_000
"""Characters of one text that are shown."""


@dataclass(frozen=True, slots=True)
class Found:
    """The names and the sentences of one system."""

    named: Named = field(default_factory=Named)
    texts: Sequence[tuple[Text, str]] = ()
    more: bool = False
    """Whether there are more texts than are shown."""
    files: Sequence[tuple[str, str]] = ()


def read(workspace: Workspace, right: Right, identities: Mapping[str, str]) -> Found:
    """What there is to read in the systems of a workspace.

    Raises:
        ConnectorError: a system did not answer.
    """
    choose = chosen(workspace.policy.document, right)
    texts = sentences(workspace.sources, identities, choose, MOST + 1)
    files = attached(workspace.sources, identities, choose) if right != Right.PORTABILITY else []
    named = names_met(workspace.sources, identities)
    return Found(named, texts[:MOST], len(texts) > MOST, files)


def to_look_at(
    every: Iterable[tuple[dict[str, str], Found]], before: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The files with their system; what was decided about one before is shown, and asked again."""
    out = {(one["system"], one["name"]) for one in before if one["out"]}
    return [
        {"where": label, "system": system, "name": name, "out": (system, name) in out}
        for label, one in every
        for system, name in one.files
    ]


def to_read(
    every: Iterable[tuple[dict[str, str], Found]], identities: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The sentences with their system, and those whose names are known masked already."""
    told = list(every)
    own = {name for _, one in told for name in one.named.own}
    mask = Mask((*identities.values(), *own), {name for _, one in told for name in one.named.others} - own)
    return [
        {
            "where": label,
            "table": table.model_dump(),
            "text": encoded(mask(text[:_LONGEST])).decode(),
            "cut": len(text) > _LONGEST,
            "digest": digest_of(text),
        }
        for label, one in told
        for table, text in one.texts
    ]


def reading(texts: Sequence[Mapping[str, Any]], notes: Mapping[str, str]) -> Reading | None:
    """What was read, for the package; nothing where not all was shown: then whoever read says that they read the rest."""
    known = [one.get("digest") for one in texts]
    return None if notes.get("more") or None in known else Reading(frozenset(filter(None, known)))


def hiding(texts: Sequence[Mapping[str, Any]], hidden: Sequence[str]) -> list[dict[str, Any]]:
    """The same with the names masked that somebody found there."""
    mask = Mask((), hidden)
    return [{**one, "text": mask(one["text"])} for one in texts]
