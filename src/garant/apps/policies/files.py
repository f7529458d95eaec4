"""Policies as files: a folder's YAML in a zip, both ways, without loss."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

from garant.apps.policies import refusals
from garant.apps.policies.models import Version
from garant.policy import LoadedPolicy, UnusablePolicy, load_policy
from garant.policy.loader import LARGEST_POLICY, MOST_FILES
from garant.policy.writer import to_yaml
from garant.publish.zips import DAMAGED

_SUFFIXES: Final = (".yaml", ".yml")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The date of every file in a zip: the same policy is the same bytes."""


def export_yaml(version: Version) -> dict[str, str]:
    """The YAML files of a version: their texts, by path within the folder."""
    return to_yaml(version.policy)


def export_zip(version: Version) -> bytes:
    """The YAML files of a version in one zip, in a folder called `policy`."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in export_yaml(version).items():
            archive.writestr(zipfile.ZipInfo(f"policy/{name}", _EPOCH), text.encode(), zipfile.ZIP_DEFLATED)
    return made.getvalue()


class Upload(Protocol):
    """A file that somebody sent."""

    name: str | None
    size: int | None

    def read(self) -> bytes:
        """Its bytes."""
        ...


def read_uploads(files: Sequence[Upload]) -> LoadedPolicy:
    """The policy in files that somebody sent; nothing is read of what is too large. Raises as `read_files` does."""
    if sum(one.size or 0 for one in files) > LARGEST_POLICY:
        raise refusals.too_much()
    return read_files((one.name or "", one.read()) for one in files)


def read_files(files: Iterable[tuple[str, bytes]]) -> LoadedPolicy:
    """The policy in files that somebody sent: YAML files, or zips of them.

    Raises RefusedError for a broken zip, too much, or nothing at all; UnusablePolicy for what is no policy.
    """
    texts: list[tuple[str, bytes]] = []
    for name, content in files:
        texts += (
            _unzipped(content) if name.lower().endswith(".zip") else [(PurePosixPath(name).name, content)]
        )
    wanted = [(name, text) for name, text in texts if _is_wanted(name)]
    if not wanted:
        raise refusals.no_files()
    if len(wanted) > MOST_FILES or sum(len(text) for _, text in wanted) > LARGEST_POLICY:
        raise refusals.too_much()
    return _read(wanted)


def _is_wanted(name: str) -> bool:
    """A YAML file; macOS puts a shadow of each beside it in a zip, which is none."""
    return name.lower().endswith(_SUFFIXES) and not PurePosixPath(name).name.startswith("._")


def _unzipped(content: bytes) -> list[tuple[str, bytes]]:
    """The YAML files of a zip, never more of them than a policy may have."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = [one for one in archive.infolist() if _is_wanted(one.filename)]
            if len(inside) > MOST_FILES or sum(one.file_size for one in inside) > LARGEST_POLICY:
                raise refusals.too_much()
            return [(one.filename, archive.read(one)) for one in inside]
    except DAMAGED:
        raise refusals.broken_zip() from None


def _read(files: Sequence[tuple[str, bytes]]) -> LoadedPolicy:
    """Put under numbers of our own, so that no name leads out of the folder, and two files of one name (from two folders) are
    both read; messages keep their names."""
    names: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, content) in enumerate(sorted(files)):
            path = Path(folder) / f"{number:03d}.yaml"
            path.write_bytes(content)
            names[str(path)] = name
        try:
            return load_policy(Path(folder))
        except UnusablePolicy as problem:
            found = [replace(d, file=names.get(d.file, d.file)) for d in problem.diagnostics]
            raise UnusablePolicy(found) from None
