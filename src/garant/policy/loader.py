"""A policy read from its folder of YAML files.

The folder may be split in any way: every `.yaml` or `.yml` file, at any depth, holds one or more
sections of the document, and files may add to the same section. By convention: `organisation.yaml`
(organisation, notice), `categories.yaml`, `activities/*.yaml`, `retention.yaml`, `recipients.yaml`
(recipients, processors), `transfers.yaml` (transfers, transfer_clause), `measures.yaml` (measures,
security), `rights.yaml` (rights, promises) and `cookies.yaml`. Hidden files and folders are left alone.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from . import source_rules as rules
from .diagnostics import Diagnostic, Position, UnusableDocument
from .document import Policy
from .places import Place, Positions
from .text import Text
from .validation import validated
from .yaml_source import Json, YamlSource, parse_yaml, read_yaml

MOST_FILES: Final = 500
LARGEST_POLICY: Final = 4 * 1024 * 1024
_SUFFIXES: Final = frozenset({".yaml", ".yml"})
DEEPER: Final = frozenset({"categories", "cookies", "notice", "rights"})
"""Sections made of sections: files may add to `categories.data` as they add to `activities`."""


class UnusablePolicy(UnusableDocument):
    """A policy that cannot be used at all; `diagnostics` says why, sorted by place."""


@dataclass(frozen=True, slots=True)
class LoadedPolicy:
    """A policy, where each part of it is written, and the digest it is known by."""

    document: Policy
    positions: Positions
    digest: str
    """SHA-256, in hexadecimal, of the canonical JSON of what the document says, defaults left out."""


def load_policy(folder: Path) -> LoadedPolicy:
    """Read the policy in `folder`, or in a single file.

    Raises UnusablePolicy with GAR0xx diagnostics, each with its place; nothing else, whatever the input.
    """
    try:
        return _loaded(_merged(_files(folder)))
    except UnusableDocument as problem:
        raise UnusablePolicy(problem.diagnostics) from None


def parse_policy(text: str, file: str = "policy.yaml") -> LoadedPolicy:
    """Read a policy from one YAML text, called `file` in messages. Raises UnusablePolicy."""
    try:
        source = parse_yaml(text, file)
        _sections(source)
        return _loaded(source)
    except UnusableDocument as problem:
        raise UnusablePolicy(problem.diagnostics) from None


def digest_of(policy: Policy) -> str:
    """The digest a policy is known by: two policies that say the same, however written, have the same."""
    content = policy.model_dump(mode="json", exclude_defaults=True)
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _loaded(source: YamlSource) -> LoadedPolicy:
    document = validated(Policy, source)
    return LoadedPolicy(document, source.positions, digest_of(document))


def _files(folder: Path) -> list[Path]:
    """The policy's files in a stable order, none of them from elsewhere."""
    start = Position(str(folder))
    try:
        found = [folder] if folder.is_file() else sorted(_walk(folder))
        links = [path for path in found if path != folder and _leads_out(path, folder)]
        files = [path for path in found if not path.is_dir()]
        size = sum(path.stat().st_size for path in files if path.is_file())
    except (OSError, ValueError) as problem:
        raise UnusableDocument([rules.UNREADABLE.at(start, _unreadable(problem))]) from None
    if links:
        raise UnusableDocument(rules.OUTSIDE.at(Position(str(path))) for path in links)
    if not files:
        raise UnusableDocument([rules.UNREADABLE.at(start, _no_file())])
    if len(files) > MOST_FILES or size > LARGEST_POLICY:
        raise UnusableDocument([rules.TOO_LARGE.at(start, _too_large())])
    return files


def _walk(folder: Path) -> Iterator[Path]:
    for inside, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        here = Path(inside)
        yield from (here / name for name in folders if (here / name).is_symlink())
        yield from (here / name for name in files if _is_ours(name))


def _is_ours(name: str) -> bool:
    return Path(name).suffix in _SUFFIXES and not name.startswith(".")


def _leads_out(path: Path, folder: Path) -> bool:
    try:
        return path.is_symlink() and not path.resolve().is_relative_to(folder.resolve())
    except RuntimeError:  # a link that leads to itself
        return True


def _sections(source: YamlSource) -> dict[str, Json]:
    if not isinstance(source.data, dict) or not source.data:
        raise UnusableDocument([rules.NOT_A_MAPPING.at(source.positions.of(()))])
    return source.data


def _merged(paths: Iterable[Path]) -> YamlSource:
    """All the files as one document, or everything that is wrong with any of them."""
    joiner = _Joiner()
    for path in paths:
        joiner.add(path)
    return joiner.whole()


class _Joiner:
    """Puts files together; a part written in two of them is refused, naming both places."""

    def __init__(self) -> None:
        self._data: dict[str, Json] = {}
        self._positions: Positions | None = None
        self._found: list[Diagnostic] = []
        self._size = 0

    def add(self, path: Path) -> None:
        """Add what one file says."""
        try:
            source = read_yaml(path)
            data = _sections(source)
        except UnusableDocument as problem:
            self._found += problem.diagnostics
            return
        self._size += source.size
        if self._size > LARGEST_POLICY:
            raise UnusableDocument([rules.TOO_LARGE.at(source.positions.of(()), _too_large())])
        known = self._positions or source.positions
        self._data, clashes = _joined(self._data, data)
        self._found += (
            _twice(place, source.positions.of_key(place), known.of_key(place)) for place in clashes
        )
        self._positions = known.joined(source.positions)

    def whole(self) -> YamlSource:
        """The document. Raises UnusableDocument with everything found."""
        if self._found or self._positions is None:
            raise UnusableDocument(self._found)
        return YamlSource(self._data, self._positions, self._size)


def _joined(
    first: dict[str, Json], second: dict[str, Json], place: Place = ()
) -> tuple[dict[str, Json], list[Place]]:
    """Both maps together, and the places that both write."""
    joined = dict(first)
    clashes: list[Place] = []
    for key, value in second.items():
        inner = (*place, key)
        known = joined.get(key)
        if key not in joined:
            joined[key] = value
        elif isinstance(known, dict) and isinstance(value, dict) and _is_section(inner):
            joined[key], more = _joined(known, value, inner)
            clashes += more
        else:
            clashes.append(inner)
    return joined, clashes


def _is_section(place: Place) -> bool:
    return len(place) == 1 or (len(place) == 2 and place[0] in DEEPER)


def _twice(place: Place, here: Position, first: Position) -> Diagnostic:
    name = ".".join(str(step) for step in place)
    message = Text(
        fr=f"«\u202f{name}\u202f» est déjà écrit dans {first.file}, ligne {first.line}.",
        en=f"“{name}” is already written in {first.file}, line {first.line}.",
    )
    return rules.DUPLICATE_KEY.at(here, message)


def _unreadable(problem: Exception) -> Text:
    reason = getattr(problem, "strerror", None) or str(problem)
    return Text(fr=f"Lecture impossible\u202f: {reason}.", en=f"Cannot be read: {reason}.")


def _no_file() -> Text:
    return Text(fr="Aucun fichier .yaml ici.", en="No .yaml file here.")


def _too_large() -> Text:
    return Text(
        fr=f"La politique dépasse {MOST_FILES} fichiers ou 4 Mio.",
        en=f"The policy exceeds {MOST_FILES} files or 4 MiB.",
    )
