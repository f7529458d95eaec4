"""What a command works on: a policy and the systems whose maps answer it, opened together."""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine

from garant.apps.promises import refusals
from garant.apps.promises.opening.archiving import archive_of, archive_source, refuse_orphans
from garant.engine.manual import ManualSource
from garant.engine.terms import Source
from garant.ledger.keys import KeyMissingError, KeySource
from garant.policy.diagnostics import Diagnostic
from garant.policy.loader import LoadedPolicy, load_policy
from garant.site import own
from garant.systems.archive.archive import RecordArchive
from garant.systems.archive.data_map import SYSTEM as ARCHIVE
from garant.systems.checks.manual import check_manual
from garant.systems.checks.static import check_map
from garant.systems.files.store import FileStore
from garant.systems.loader import Loaded, LoadedManual, LoadedMap, UnusableMap, load_chosen, load_usable
from garant.systems.model import DataMap
from garant.systems.port import Connector

PSEUDONYMS = b"garant/pseudonyms/1"
"""Separates the key of pseudonyms from every other use of the key it comes from."""


@dataclass(frozen=True)
class Workspace:
    """A policy, and the systems by name."""

    policy: LoadedPolicy
    sources: Mapping[str, Source]
    manual: Mapping[str, ManualSource] = field(default_factory=dict[str, ManualSource])
    """The systems worked by hand."""
    besides: tuple[str, ...] = ()
    """Other systems that have a map, and that a program reaches: they were not asked for."""

    @property
    def map_digests(self) -> dict[str, str]:
        """The digest of each map, as it is now."""
        by_hand = {name: source.digest for name, source in self.manual.items()}
        return by_hand | {name: source.digest for name, source in self.sources.items()}


@contextmanager
def open_workspace(
    policy: Path | LoadedPolicy,
    maps: Path,
    keys: KeySource,
    *,
    only: Sequence[str] = (),
    those_there: bool = False,
) -> Iterator[Workspace]:
    """Load a policy and the maps of a folder, open their systems, and close them at the end.

    Args:
        policy: the policy's folder, or the policy itself.
        maps: the folder of the data maps.
        keys: where the installation's keys are; before ``garant init`` there are none, and what
            is pseudonymised is then counted with a key of the moment.
        only: names of systems; empty for all.
        those_there: of the named systems, those that have a map still.

    Raises:
        UnusableDocument: the policy or a map cannot be used; where systems are named, a map of theirs.
        RefusedError: a named system has no map, or its connection variable is not set.
        SystemUnreachable: a connection is not one.
    """
    loaded = load_policy(policy) if isinstance(policy, Path) else policy
    archive = archive_of(loaded.document.organisation.key, keys)
    there = _there(maps, only)
    every = _chosen(there, only, archive, those_there=those_there)
    besides = sorted(name for name, one in there.items() if name not in every and isinstance(one, LoadedMap))
    _refuse_own(every, loaded.document.organisation.key)
    chosen = {name: one for name, one in every.items() if isinstance(one, LoadedMap)}
    by_hand = {name: one for name, one in every.items() if isinstance(one, LoadedManual)}
    _refuse_errors(every, loaded)
    pseudonyms = _pseudonym_key(keys)
    opened: dict[str, Source] = {}
    try:
        for name, one in chosen.items():
            opened[name] = Source(one.map, one.digest, connect(one.map, pseudonyms, archive), archive)
        if archive is not None and archive.store.exists and (not only or ARCHIVE in only):
            refuse_orphans(archive.store, loaded)
            opened[ARCHIVE] = archive_source(archive.store, loaded, chosen.values())
        manual = {name: ManualSource(one.map, one.digest) for name, one in by_hand.items()}
        yield Workspace(loaded, opened, manual, tuple(besides))
    finally:
        for source in opened.values():
            source.connector.close()


def connect(data_map: DataMap, pseudonym_key: bytes, archive: RecordArchive | None = None) -> Connector:
    """Open the connector that a map names; ``archive`` has the values that restrictions set apart.

    Raises:
        RefusedError: the variable of the connection, or of a file store, is not set, or its folder is not there.
    """
    from garant.systems.sql import SqlConnector

    url = _variable(data_map.system, data_map.connection.env)
    stores = {
        files.store.env: _store(data_map.system, files.store.env, files.store.folders)
        for files in data_map.files
    }
    if data_map.connection.env == own.VARIABLE:
        from garant.apps.promises.opening.ownconnector import OwnConnector

        return OwnConnector(data_map, url, pseudonym_key=pseudonym_key, stores=stores, archive=archive)
    return SqlConnector(data_map, url, pseudonym_key=pseudonym_key, stores=stores, archive=archive)


@contextmanager
def looking(data_map: DataMap) -> Iterator[Engine]:
    """Open a map's system to look at its catalogue only.

    Raises:
        RefusedError: the variable of the connection is not set.
        ConnectorError: the system does not answer, or refuses.
    """
    from garant.systems.sql.engines import open_engine, plain_errors, read_url

    url = read_url(_variable(data_map.system, data_map.connection.env), data_map.system)
    engine = open_engine(url, writing=False, pseudonym_key=secrets.token_bytes(32), zone=data_map.zone)
    try:
        with plain_errors(data_map.system):
            yield engine
    finally:
        engine.dispose()


def _refuse_own(chosen: Mapping[str, Loaded], organisation: str) -> None:
    """No organisation but the installation's reaches Garant's own database: it holds those of all."""
    if organisation == own.INSTALLATION:
        return
    for name, one in chosen.items():
        if isinstance(one, LoadedMap) and own.is_ours(_variables(one.map)):
            raise refusals.not_the_installation(name)


def _variables(data_map: DataMap) -> list[str]:
    """The variables that a map names."""
    return [data_map.connection.env, *(files.store.env for files in data_map.files)]


def _refuse_errors(chosen: Mapping[str, Loaded], policy: LoadedPolicy) -> None:
    """A map with an error could end somebody else's data: nothing is planned on it."""
    found = [d for one in chosen.values() for d in _checked(one, policy) if d.severity == "error"]
    if found:
        raise UnusableMap(found)


def _checked(one: Loaded, policy: LoadedPolicy) -> list[Diagnostic]:
    if isinstance(one, LoadedManual):
        return check_manual(one, policy.document)
    return check_map(one, policy.document)


def _store(system: str, variable: str, folders: Sequence[int]) -> FileStore:
    """The folder behind a variable: with none, each file would seem to have gone already."""
    folder = own.folder(variable) or os.environ.get(variable, "")
    store = FileStore(Path(folder), folders)
    if not folder or not store.is_there:
        raise refusals.no_folder(system, variable)
    return store


def _variable(system: str, name: str) -> str:
    value = own.address() if name == own.VARIABLE else os.environ.get(name, "")
    if not value:
        raise refusals.no_connection(system, name)
    return value


def _there(maps: Path, only: Sequence[str]) -> dict[str, Loaded]:
    """The maps that can be used, where all that were asked for can. The archive has none in the folder."""
    named = [name for name in only if name != ARCHIVE]
    return load_chosen(maps, named) if named or not only else load_usable(maps)


def _chosen(
    loaded: dict[str, Loaded], only: Sequence[str], archive: RecordArchive | None, *, those_there: bool
) -> dict[str, Loaded]:
    if ARCHIVE in loaded:
        raise refusals.reserved_system(ARCHIVE)
    there = archive is not None and archive.store.exists
    known = [*loaded, ARCHIVE] if there else list(loaded)
    for name in only:
        if name not in known and not those_there:
            raise refusals.unknown_system(name, known=known)
    return {name: one for name, one in loaded.items() if not only or name in only}


def _pseudonym_key(keys: KeySource) -> bytes:
    try:
        return hmac.digest(keys.read("subject-commitments"), PSEUDONYMS, "sha256")
    except KeyMissingError:
        return secrets.token_bytes(32)
