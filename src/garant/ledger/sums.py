"""Numbers of one entry that others must bear out: parts announced and written, receipts added up.

The tree proves that entries are those that were signed. It does not prove that whoever signs wrote them all: a
receipt that was never written, or a part of the people of a plan left out, leaves no trace in it. These entries
say how many others there are, and so they can be held against them.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

_MORE: Final = b'"more":'
_PART: Final = b'.people","payload":'
_RECEIPT: Final = b'"kind":"batch.recorded","payload":'
_CLOSED: Final = b'"kind":"run.finished","payload":'
_READ: Final = (_MORE, _PART, _RECEIPT, _CLOSED)

_TOTALS: Final = ("batches", "recovered", "blocked", "rows")

_Bond = tuple[str, str]
"""What ties a part to the entry that it goes on with."""


@dataclass(slots=True)
class _Announced:
    """Parts that an entry said would follow."""

    index: int
    parts: int
    seen: int = 0


@dataclass(slots=True)
class _Receipts:
    """What the receipts of a run add up to, so far."""

    batches: int = 0
    recovered: int = 0
    blocked: int = 0
    rows: int = 0


class Sums:
    """Reads the entries of a log in their order, and says what does not add up."""

    def __init__(self) -> None:
        """Before the first entry nothing is announced."""
        self._announced: dict[_Bond, _Announced] = {}
        self._receipts: dict[str, _Receipts] = {}

    def read(self, index: int, entry: bytes) -> Iterator[str]:
        """What an entry says that the ones before it do not bear out."""
        if not any(mark in entry for mark in _READ):
            return
        try:
            whole = json.loads(entry)
            yield from self._read(index, whole["kind"], whole["at"], whole["payload"])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            yield type(error).__name__

    def finish(self) -> Iterator[tuple[int, str]]:
        """The entries whose announced parts never came, with the index of each."""
        for announced in self._announced.values():
            yield announced.index, f"more {announced.parts} ≠ {announced.seen}"

    def _read(self, index: int, kind: str, at: str, payload: dict[str, Any]) -> Iterator[str]:
        if kind.endswith(".people"):
            yield from self._part(_bond_of_part(kind, at, payload), payload["part"])
        elif payload.get("more", 0):
            self._announced[_bond(kind, at, payload)] = _Announced(index, payload["more"])
        if kind == "batch.recorded":
            self._receipt(payload)
        elif kind == "run.finished":
            yield from self._closed(payload)

    def _part(self, bond: _Bond, part: int) -> Iterator[str]:
        announced = self._announced.get(bond)
        if announced is None:
            yield f"part {part} of nothing"
            return
        announced.seen += 1
        if part != announced.seen:
            yield f"part {part} ≠ {announced.seen}"
        if announced.seen == announced.parts:
            del self._announced[bond]

    def _receipt(self, payload: dict[str, Any]) -> None:
        sums = self._receipts.setdefault(payload["run"], _Receipts())
        sums.batches += 1
        sums.recovered += payload["recovered"]
        sums.blocked += payload["state"] == "blocked"
        sums.rows += sum(table["deleted"] + table["treated"] for table in payload["tables"])

    def _closed(self, payload: dict[str, Any]) -> Iterator[str]:
        """A closed run says what its receipts add up to."""
        sums = self._receipts.pop(payload["run"], _Receipts())
        for name in _TOTALS:
            found = getattr(sums, name)
            if payload[name] != found:
                yield f"{name} {payload[name]} ≠ {found}"


def _bond(kind: str, at: str, payload: dict[str, Any]) -> _Bond:
    """By what it is about (``plan``, ``hold``) where it says so, else by its kind and instant."""
    about = kind.partition(".")[0]
    return (about, payload[about]) if about in payload else (kind, at)


def _bond_of_part(kind: str, at: str, payload: dict[str, Any]) -> _Bond:
    return (payload["of"], at) if "of" in payload else _bond(kind, at, payload)
