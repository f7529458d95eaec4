"""The intermediate archive of an organisation, opened with its key, and as a system like the others."""

from __future__ import annotations

from collections.abc import Iterable

from garant.apps.promises import refusals
from garant.engine.terms import Source
from garant.ledger.keys import KeyMissingError, KeySource, KeyUnreadableError
from garant.policy.loader import LoadedPolicy
from garant.policy.text import Text
from garant.site.paths import archive_folder
from garant.systems.archive.archive import RecordArchive
from garant.systems.archive.connector import ArchiveConnector
from garant.systems.archive.data_map import archive_map
from garant.systems.archive.keyring import is_current
from garant.systems.archive.store import ArchiveStore
from garant.systems.loader import LoadedMap, digest_of

WAITING = Text(
    fr="La règle prévoit que ces données restent archivées jusqu’à leur terme.",
    en="The rule says that these data stay archived until their end.",
)
"""Said of records whose rule gives no reason of its own."""


def archive_of(organisation: str, keys: KeySource) -> RecordArchive | None:
    """The archive of an organisation; none where nothing could have been archived yet, for want of a key.

    While its key is being replaced, it is opened with the old one or the new one, whichever it is.

    Raises:
        KeyMissingError: there are records, and the key that opens them is not here.
        RefusedError: there are records, and the key that is here does not open them.
    """
    path = archive_folder() / f"{organisation}.sqlite3"
    try:
        store = ArchiveStore(path, keys.read("archive"))
    except KeyMissingError:
        if path.is_file():
            raise
        return None
    if not _fits(store):
        successor = _pending(keys)
        store = ArchiveStore(path, successor) if successor is not None else store
        if successor is None or not _fits(store):
            raise refusals.archive_locked(str(path))
    return RecordArchive(store)


def is_there(organisation: str) -> bool:
    """Whether anything of an organisation was ever archived."""
    return (archive_folder() / f"{organisation}.sqlite3").is_file()


def _fits(store: ArchiveStore) -> bool:
    """Whether the key at hand opens the archive, or may begin it."""
    return store.opens if store.exists else is_current(store.path.parent, store.master)


def _pending(keys: KeySource) -> bytes | None:
    try:
        return keys.read("archive", pending=True)
    except (KeyMissingError, KeyUnreadableError):
        return None


def archive_source(store: ArchiveStore, policy: LoadedPolicy, maps: Iterable[LoadedMap]) -> Source:
    """The archive as a system like the others; its map follows from the policy and from what it holds."""
    maps = list(maps)
    asked = {binding.rule for one in maps for binding in one.map.promises if binding.archive}
    rules = sorted(asked | set(store.rules()))
    apart = any(one.map.apart for one in maps) or any(store.of_restrictions())
    data_map = archive_map({rule: _reason(policy, rule) for rule in rules}, apart=apart)
    return Source(data_map, digest_of(data_map), ArchiveConnector(data_map, store))


def archived_rules(organisation: str) -> list[str]:
    """The retention rules that an organisation's archive has records of. Nothing is opened, and no key is needed.

    Raises ConnectorError: the archive cannot be read.
    """
    path = archive_folder() / f"{organisation}.sqlite3"
    return ArchiveStore(path, b"").rules() if path.is_file() else []


def refuse_orphans(store: ArchiveStore, policy: LoadedPolicy) -> None:
    """Raises RefusedError: the archive holds records of rules that the policy has no more."""
    if orphans := [rule for rule in store.rules() if rule not in policy.document.retention]:
        raise refusals.archive_without_rule(orphans)


def _reason(policy: LoadedPolicy, rule: str) -> Text:
    """Why records of a rule are kept, as the policy says it."""
    known = policy.document.retention.get(rule)
    phase = known.archive_phase if known is not None else None
    return phase.reason if phase is not None and phase.reason is not None else WAITING
