"""A policy written as its folder of YAML files, which `loader` reads back as the same policy.

The files are those of the loader's convention, one for each activity; a file that would be too large is divided.
Comments, aliases and the layout of what was read are not kept; defaults are left out.
"""

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias, cast

from . import source_rules as rules
from .diagnostics import Position
from .document import Policy
from .loader import DEEPER, LARGEST_POLICY, MOST_FILES, UnusablePolicy
from .places import Place
from .text import Text
from .yaml_source import LARGEST_FILE, Json, unreadable_characters
from .yaml_writing import as_yaml

Part: TypeAlias = tuple[Place, Json]
"""A part of the document that stays in one file, and where it stands."""

_FILES: Final[Mapping[str, tuple[str, ...]]] = {
    "organisation": ("format", "organisation", "notice"),
    "categories": ("categories",),
    "retention": ("retention",),
    "recipients": ("recipients", "processors"),
    "transfers": ("transfers", "transfer_clause"),
    "measures": ("measures", "security"),
    "rights": ("rights", "promises"),
    "cookies": ("cookies",),
}
_MOST_ACTIVITY_FILES: Final = MOST_FILES - 100
"""Beyond this number, activities stand together."""


def to_yaml(document: Policy) -> dict[str, str]:
    """The policy's files: their texts, by path within the folder (with `/`).

    Raises UnusablePolicy where it holds a character that no policy may hold (GAR002), or is larger than a policy
    may be (GAR007).
    """
    content = cast(dict[str, Json], document.model_dump(mode="json", exclude_defaults=True))
    _readable(content, ())
    files = dict(_texts(content))
    size = sum(len(text.encode()) for text in files.values())
    if size > LARGEST_POLICY or len(files) > MOST_FILES:
        raise UnusablePolicy([rules.TOO_LARGE.at(Position("policy"))])
    return files


def write_policy(document: Policy, folder: Path) -> None:
    """Write the policy's files in `folder`, which must not exist or be empty; all of them, or none.

    Raises UnusablePolicy as `to_yaml` does, FileExistsError where something is in the folder, OSError.
    """
    files = to_yaml(document)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(str(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        for name, text in files.items():
            path = beside / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(folder)
    except BaseException:
        shutil.rmtree(beside)
        raise


def _texts(content: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    for name, sections in _FILES.items():
        yield from _divided(name, list(_parts(content, sections)))
    activities = list(_parts(content, ["activities"]))
    if len(activities) > _MOST_ACTIVITY_FILES:
        yield from _divided("activities", activities)
        return
    for number, name in enumerate(_in_order([str(place[-1]) for place, _ in activities])):
        yield from _divided(f"activities/{name}", [activities[number]])


def _in_order(keys: list[str]) -> list[str]:
    """The keys as names of files, numbered where the order of the files would not be theirs."""
    if keys == sorted(keys, key=lambda key: f"{key}.yaml"):
        return keys
    digits = len(str(len(keys)))
    return [f"{number:0{digits}}-{key}" for number, key in enumerate(keys, 1)]


def _parts(content: Mapping[str, Json], sections: Iterable[str]) -> Iterator[Part]:
    """What the sections are made of, as far apart as the loader can put files together again."""
    for section in sections:
        if section in content:
            yield from _apart((section,), content[section])


def _apart(place: Place, value: Json) -> Iterator[Part]:
    deeper = len(place) == 1 or (len(place) == 2 and place[0] in DEEPER)
    if not deeper or not isinstance(value, dict) or not value:
        yield place, value
        return
    for key, inner in value.items():
        yield from _apart((*place, key), inner)


def _divided(name: str, parts: list[Part]) -> Iterator[tuple[str, str]]:
    """The parts as one file, or as several that are each small enough."""
    if not parts:
        return
    text = as_yaml(_together(parts))
    if len(text.encode()) <= LARGEST_FILE:
        yield f"{name}.yaml", text
        return
    if len(parts) == 1:
        raise UnusablePolicy([rules.TOO_LARGE.at(Position(f"{name}.yaml"))])
    half = len(parts) // 2
    yield from _divided(f"{name}-1", parts[:half])
    yield from _divided(f"{name}-2", parts[half:])


def _together(parts: Iterable[Part]) -> dict[str, Json]:
    whole: dict[str, Json] = {}
    for place, value in parts:
        inside = whole
        for step in place[:-1]:
            inside = cast(dict[str, Json], inside.setdefault(str(step), {}))
        inside[str(place[-1])] = value
    return whole


def _readable(value: Json, place: Place) -> None:
    if isinstance(value, str) and unreadable_characters(value):
        name = ".".join(str(step) for step in place)
        message = Text(
            fr=f"«\u202f{name}\u202f» contient un caractère de contrôle.",
            en=f"“{name}” holds a control character.",
        )
        raise UnusablePolicy([rules.ENCODING.at(Position("policy"), message)])
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, one in inside:
        _readable(one, (*place, step))
