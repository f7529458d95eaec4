"""Load data maps: YAML with positions, completed by a shipped map, held against the strict model.

``use: odoo18`` starts from the map shipped under that name. What the file says then wins, key by key and at
any depth; a list replaces a list whole, and so does a column's ``erase``; ``null`` takes a key away.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

from garant.policy.diagnostics import Position, UnusableDocument
from garant.policy.places import Place, Positions
from garant.policy.source_rules import NOT_A_MAPPING, UNREADABLE
from garant.policy.text import Text
from garant.policy.validation import validated
from garant.policy.yaml_source import Json, YamlSource, parse_yaml, read_text
from garant.systems.checks.unusable import BY_HAND, SAME_SYSTEM, SECRET_IN_MAP, UNKNOWN_SHIPPED_MAP
from garant.systems.manual.model import ManualMap
from garant.systems.model import DataMap

Section: TypeAlias = dict[str, Json]

_WHOLE: Final = frozenset({"connection", "erase", "store"})
"""Keys whose value is one choice: it is replaced, never mixed."""

_USER_PART: Final = re.compile(r"[a-z0-9+.-]://([^\s/@]*)@", re.IGNORECASE)
_SECRET_PARAMETER: Final = re.compile(r"[?&](password|pwd|token|secret)=", re.IGNORECASE)
_SECRET_KEYS: Final = frozenset({"password", "passwd", "pwd", "secret", "token", "api_key", "mot_de_passe"})


class UnusableMap(UnusableDocument):
    """A data map that cannot be used at all; `diagnostics` says why, sorted by place."""


@dataclass(frozen=True, slots=True)
class LoadedMap:
    """A data map, where each part of it is written, and the digest of its resolved form.

    `digest` is the SHA-256, in hexadecimal, of the canonical JSON of the whole map, shipped parts included.
    """

    map: DataMap
    positions: Positions
    digest: str
    file: str


@dataclass(frozen=True, slots=True)
class LoadedManual:
    """The map of a system worked by hand, as `LoadedMap` is one of a system that a program reaches."""

    map: ManualMap
    positions: Positions
    digest: str
    file: str


Loaded: TypeAlias = LoadedMap | LoadedManual


def load_any(path: Path, shown: str | None = None) -> Loaded:
    """Load the map in the file `path`, called `shown` in messages, whatever its connector.

    Raises UnusableMap: unreadable, not plain YAML, a secret in it, or not what a data map may say.
    """
    try:
        return _parsed(read_text(path, shown), shown or str(path))
    except UnusableDocument as problem:
        raise UnusableMap(problem.diagnostics) from None


@lru_cache(maxsize=32)
def _parsed(text: str, file: str) -> Loaded:
    """The same text is the same map: a worker and a site read it once, not at every job and page."""
    return _resolved(parse_yaml(text, file))


def load_map(path: Path, shown: str | None = None) -> LoadedMap:
    """Load the data map in the file `path` of a system that a program reaches. Raises UnusableMap as `load_any`."""
    return _reached(load_any(path, shown))


def parse_any(text: str, file: str = "map.yaml") -> Loaded:
    """Load a map from a text, called `file` in messages. Raises UnusableMap as `load_any` does."""
    try:
        return _parsed(text, file)
    except UnusableDocument as problem:
        raise UnusableMap(problem.diagnostics) from None


def parse_map(text: str, file: str = "map.yaml") -> LoadedMap:
    """Load a data map from a text, called `file` in messages. Raises UnusableMap as `load_map` does."""
    return _reached(parse_any(text, file))


def load_maps(folder: Path) -> dict[str, LoadedMap]:
    """The data maps of a folder that a program reaches. Raises UnusableMap as `load_folder` does."""
    return {name: one for name, one in load_folder(folder).items() if isinstance(one, LoadedMap)}


def load_folder(folder: Path) -> dict[str, Loaded]:
    """The maps of a folder (its ``.yaml`` and ``.yml`` files), by system, in the order of the files.

    Raises UnusableMap: with what is wrong in all of them together; no map at all; a system twice.
    """
    loaded, unusable = load_each(folder)
    if unusable:
        raise UnusableMap(found for problem in unusable.values() for found in problem.diagnostics)
    return loaded


def load_each(folder: Path) -> tuple[dict[str, Loaded], dict[str, UnusableMap]]:
    """The maps of a folder, each by itself: by system those that can be used, by file name those that cannot.

    Of two maps of one system none can be used. Raises UnusableMap: no map at all.
    """
    files = sorted(f for f in folder.glob("*") if f.suffix in (".yaml", ".yml")) if folder.is_dir() else []
    if not files:
        raise UnusableMap([UNREADABLE.at(Position(str(folder)))])
    loaded, unusable, twice = dict[str, Loaded](), dict[str, UnusableMap](), set[str]()
    for file in files:
        try:
            one = load_any(file, file.name)
        except UnusableMap as problem:
            unusable[file.name] = problem
            continue
        if one.map.system in loaded:
            unusable[file.name] = UnusableMap([SAME_SYSTEM.at(one.positions.of(("system",)))])
            twice.add(one.map.system)
        else:
            loaded[one.map.system] = one
    return {system: one for system, one in loaded.items() if system not in twice}, unusable


def load_usable(folder: Path) -> dict[str, Loaded]:
    """The maps of a folder that can be used, by system, for what no other map hinders; none where there is none."""
    try:
        return load_each(folder)[0]
    except UnusableMap:  # there is no map at all
        return {}


def spoken_of(path: Path) -> tuple[str, frozenset[str]]:
    """The system that a map is of which cannot be used, and the retention rules that it answers, as far as it can be read.

    Without a word of its system, it is called as its file is.
    """
    try:
        text = read_text(path)
        said = _section(_completed(parse_yaml(text, path.name)))
        promises = cast("list[Any]", said.get("promises") or [])
        rules = [cast("Section", one).get("rule") for one in promises if isinstance(one, dict)]
        return str(said.get("system") or path.stem), frozenset(map(str, rules))
    except (UnusableDocument, TypeError):
        pass
    with suppress(OSError):
        text = path.read_text("utf-8", errors="replace")
        system = re.search(_SYSTEM, text)
        return system[1] if system else path.stem, frozenset(re.findall(_RULE, text))
    return path.stem, frozenset()


_SYSTEM: Final = re.compile(r"""^system:\s*["']?([\w.-]+)""", re.MULTILINE)
_RULE: Final = re.compile(r"""\brule:\s*["']?([\w.-]+)""")


def load_chosen(folder: Path, only: Sequence[str]) -> dict[str, Loaded]:
    """The maps of a folder, where those of the systems named can be used: what is wrong in another file is its own.

    Raises UnusableMap as `load_folder` does, where no system is named, or none of the usable maps is of one that is.
    """
    loaded, unusable = load_each(folder)
    if unusable and not (only and loaded.keys() >= set(only)):
        return load_folder(folder)
    return loaded


def shipped_maps() -> list[str]:
    """The names that ``use`` may take."""
    return sorted({_stem(entry) for entry in _shipped_folder() if _holds_map(entry)})


def digest_of(data_map: DataMap | ManualMap) -> str:
    """SHA-256, in hexadecimal, of the canonical JSON of a map: sorted keys, no spaces, UTF-8.

    What has its default is left out: a map that uses nothing new keeps its digest when maps can say more.
    """
    data = data_map.model_dump(mode="json", exclude_defaults=True)
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _resolved(source: YamlSource) -> Loaded:
    file = source.positions.of(()).file
    _refuse_secrets(source)
    whole = _completed(source)
    if _section(whole).get("connector") == "manual":
        manual = validated(ManualMap, whole)
        return LoadedManual(manual, whole.positions, digest_of(manual), file)
    data_map = validated(DataMap, whole)
    return LoadedMap(data_map, whole.positions, digest_of(data_map), file)


def _reached(loaded: Loaded) -> LoadedMap:
    if isinstance(loaded, LoadedManual):
        raise UnusableMap([BY_HAND.at(loaded.positions.of(("connector",)))])
    return loaded


def _completed(source: YamlSource) -> YamlSource:
    """The source over the shipped map that it uses."""
    data = _section(source)
    if "use" not in data:
        return source
    base = _shipped(data["use"], source.positions.of(("use",)))
    over = {key: value for key, value in data.items() if key != "use"}
    return YamlSource(_merged(_section(base), over), source.positions.joined(base.positions))


def _section(source: YamlSource) -> Section:
    if not isinstance(source.data, dict):
        raise UnusableMap([NOT_A_MAPPING.at(source.positions.of(()))])
    return source.data


def _merged(base: Section, over: Section) -> Section:
    """`over` on top of `base`, key by key; null takes a key away."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(below, dict) and key not in _WHOLE:
            merged[key] = _merged(below, value)
        else:
            merged[key] = value
    return merged


def _shipped(name: Json, position: Position) -> YamlSource:
    known = shipped_maps()
    if not isinstance(name, str) or name not in known:
        mend = Text(fr=f"Cartes livrées\u202f: {', '.join(known)}.", en=f"Shipped maps: {', '.join(known)}.")
        raise UnusableMap([UNKNOWN_SHIPPED_MAP.at(position, mend=mend)])
    parts = [
        _read(file, name) for entry in _shipped_folder() if _stem(entry) == name for file in _files(entry)
    ]
    whole = parts[0]
    for part in parts[1:]:
        whole = _joined(whole, part)
    return whole


def _joined(first: YamlSource, second: YamlSource) -> YamlSource:
    """Two files of one shipped map: keys side by side, lists one after the other."""
    data, positions = dict(_section(first)), first.positions
    for key, value in _section(second).items():
        there = data.get(key)
        if isinstance(there, dict) and isinstance(value, dict):
            data[key] = _merged(there, value)
        elif isinstance(there, list) and isinstance(value, list):
            positions = positions.joined(_moved(second.positions, key, len(there), len(value)))
            data[key] = [*there, *value]
        else:
            data[key] = value
    return YamlSource(data, positions.joined(second.positions))


def _moved(positions: Positions, key: str, by: int, count: int) -> Positions:
    """The positions of a list's entries, once it stands after another list of `by` entries."""
    values = {(key, by + number): positions.of((key, number)) for number in range(count)}
    return Positions(values, {})


def _read(file: Traversable, name: str) -> YamlSource:
    return parse_yaml(file.read_text(encoding="utf-8"), f"garant:{name}/{file.name}")


def _shipped_folder() -> list[Traversable]:
    return sorted(_maps().iterdir(), key=lambda entry: entry.name)


def _maps() -> Traversable:
    return resources.files("garant.systems") / "maps"


def _holds_map(entry: Traversable) -> bool:
    return bool(_files(entry))


def _files(entry: Traversable) -> list[Traversable]:
    """The YAML files of a shipped map: itself, or those of its folder."""
    inside = sorted(entry.iterdir(), key=lambda f: f.name) if entry.is_dir() else [entry]
    return [file for file in inside if file.name.endswith((".yaml", ".yml")) and file.is_file()]


def _stem(entry: Traversable) -> str:
    return entry.name.rpartition(".")[0] or entry.name


def _refuse_secrets(source: YamlSource) -> None:
    """A URL with a password, or a key that names a secret: said without showing it."""
    found = [_masked(source.positions, place) for place in _secrets(source.data, ())]
    if found:
        raise UnusableMap(SECRET_IN_MAP.at(position) for position in found)


def _secrets(data: Json, place: Place) -> Iterator[Place]:
    if isinstance(data, str):
        if _has_credentials(data):
            yield place
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _secrets(value, (*place, number))
    elif isinstance(data, Mapping):
        for key, value in cast(Section, data).items():
            if place[:1] == ("connection",) and key.lower() in _SECRET_KEYS:
                yield (*place, key)
            yield from _secrets(value, (*place, key))


def _has_credentials(text: str) -> bool:
    """Whether an address in the text carries a password. In steps that a long text cannot slow down."""
    for word in text.split():
        _, separator, rest = word.partition("://")
        if separator:
            users = (found[1] for found in _USER_PART.finditer(word))
            if any(user.partition(":")[2] for user in users) or _SECRET_PARAMETER.search(rest):
                return True
    return False


def _masked(positions: Positions, place: Place) -> Position:
    position = positions.of(place)
    return Position(position.file, position.line, position.column)
