"""After a restore: what the ledger that was kept elsewhere has, and the restored one has forgotten, and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

from garant.apps.backups.redo import REDO
from garant.apps.evidence import services as evidence
from garant.ledger import Record, read_records
from garant.policy.text import Text


@dataclass(frozen=True, slots=True)
class Missed:
    """Something to do again: in words, and the numbers or digests that it is about; nobody's name is in a ledger."""

    what: Text
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Since:
    """How the ledger of an export goes on after the restored one.

    Args:
        common: entries that both have: the restored ledger as of its backup.
        beyond: entries that only the export has.
        own: entries that only the restored ledger has: written since it was restored.
        kinds: what the export has beyond, kind by kind.
        missed: what to do again.
    """

    common: int
    beyond: int
    own: int
    kinds: Mapping[str, int]
    missed: tuple[Missed, ...]


def since(organisation: str, export: Path) -> Since:
    """Hold the ledger here against an export of it that was kept elsewhere, and verified.

    Raises:
        ExportUnusableError: it cannot be read.
    """
    kept, here = list(read_records(export)), list(evidence.records(organisation))
    common = sum(1 for _ in takewhile(lambda both: both[0] == both[1], zip(kept, here, strict=False)))
    beyond = list(islice(kept, common, None))
    return Since(
        common,
        len(beyond),
        len(here) - common,
        dict(sorted(Counter(record.kind for record in beyond).items())),
        _missed(beyond),
    )


def _missed(records: Iterable[Record]) -> tuple[Missed, ...]:
    beyond = list(records)
    found: list[Missed] = []
    for redo in REDO:
        mine = [record for record in beyond if redo.about(record.kind, record.payload)]
        if mine:
            named = (_named(record.payload, redo.field) for record in mine)
            found.append(Missed(redo.what, tuple(dict.fromkeys(filter(None, named)))))
    return tuple(found)


def _named(payload: Mapping[str, Any], field: str) -> str:
    """A number or a digest; of a digest, its beginning."""
    return str(payload.get(field, ""))[:24] if field else ""
