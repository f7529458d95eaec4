"""The shop with an archive: prospects are archived after a year and destroyed after three."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from garant.engine.document import Plan
from garant.engine.terms import Source
from garant.policy.document import Phase, RetentionRule
from garant.policy.periods import Period
from garant.policy.text import Text
from garant.systems.archive.archive import RecordArchive
from garant.systems.archive.connector import ArchiveConnector
from garant.systems.archive.data_map import SYSTEM, archive_map
from garant.systems.archive.store import KEPT, ArchiveStore
from garant.systems.archive.values import decoded
from tests.engine.support.policies import SAID, policy
from tests.engine.support.running import carry_out, retention
from tests.engine.support.shop import AS_OF, Shop

MASTER = b"an archive key, of 32 bytes long"
REASON = Text(fr="Prouver ce qui a été convenu.", en="To prove what was agreed.")
ACCESS = Text(fr="Le service juridique.", en="The legal department.")
BETWEEN = "2024-05-05 10:00:00"
"""Past the active year, within the three years of the whole."""

LATER = date(2027, 6, 1)
"""Past the three years of what was archived on AS_OF."""


def archived_rule(active: str = "P1Y", archive: str = "P2Y") -> RetentionRule:
    """A rule with an active phase and an archive."""
    phases = [
        Phase(kind="active", period=Period.parse(active)),
        Phase(kind="intermediate-archive", period=Period.parse(archive), access=ACCESS, reason=REASON),
    ]
    return RetentionRule(label=SAID, phases=tuple(phases if active != "P0D" else phases[1:]), fate="erase")


class Vault:
    """An archive in a folder, as a test sees it."""

    def __init__(self, folder: Path, master: bytes = MASTER) -> None:
        self.store = ArchiveStore(folder / "archive" / "seipra.sqlite3", master)
        self.archive = RecordArchive(self.store)

    def source(self, *rules: str) -> Source:
        """The archive as a system."""
        data_map = archive_map(dict.fromkeys(rules or ("prospects",), REASON))
        return Source(data_map, "archive-map", ArchiveConnector(data_map, self.store))

    def systems(self, shop: Shop) -> dict[str, Source]:
        """The shop, whose rows are archived here, and the archive itself once there is one."""
        systems = {name: replace(one, archive=self.archive) for name, one in shop.system().items()}
        if self.store.exists:
            systems[SYSTEM] = self.source()
            shop.remember(systems[SYSTEM])
        return systems

    def records(self, state: str = KEPT) -> list[str]:
        """The numbers of the records."""
        if not self.store.exists:
            return []
        with self.store.opened() as database:
            found = database.execute("SELECT id FROM record WHERE state = ? ORDER BY 1", (state,))
            return [record for (record,) in found]

    def lines(self, record: str) -> list[Any]:
        """What a record holds, decrypted."""
        return [json.loads(line) for line in b"".join(self.store.content(record)).splitlines()]

    def rows(self, record: str) -> dict[str, list[dict[str, Any]]]:
        """The rows of a record, by table."""
        found: dict[str, list[dict[str, Any]]] = {}
        table, columns = "", list[str]()
        for line in self.lines(record):
            if "table" in line:
                table, columns = line["table"], line["columns"]
            elif "row" in line:
                found.setdefault(table, []).append(dict(zip(columns, map(decoded, line["row"]), strict=True)))
        return found

    def by_key(self) -> dict[Any, Mapping[str, list[dict[str, Any]]]]:
        """Root key → its archived rows; one record each."""
        return {self.lines(record)[0]["key"]: self.rows(record) for record in self.records()}

    def bytes(self) -> bytes:
        """Everything that lies in the archive's folder."""
        folder = self.store.path.parent
        return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def archiving_shop(shop: Shop, active: str = "P1Y", archive: str = "P2Y") -> Shop:
    """The shop's promise about prospects asks for the archive."""
    shop.document["promises"][0]["archive"] = True
    shop.policy = policy(prospects=archived_rule(active, archive), invoices="P10Y")
    return shop


def sweep(shop: Shop, vault: Vault, as_of: date = AS_OF, size: int = 1000) -> tuple[Plan, Any]:
    """Plan, run and look again."""
    plan = retention(shop.policy, vault.systems(shop), as_of)
    results, checked = carry_out(plan, shop.policy, vault.systems(shop), size)
    assert checked.verified, checked
    return plan, results


def plain(row: dict[str, Any]) -> dict[str, str | None]:
    """A row as PostgreSQL writes it, so that both databases compare."""
    return {name: None if value is None else str(value) for name, value in row.items()}
