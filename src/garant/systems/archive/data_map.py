"""The data map of an archive: a record is a root of its own, due when its rule's whole period is over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from garant.policy.text import Text
from garant.systems.archive.store import APART, KEPT, LEFT
from garant.systems.archiving import KINDS
from garant.systems.model import DataMap

SYSTEM: Final = "archive"
"""The name of the archive among the systems; no data map may take it."""

ROOT: Final = "record"

FILES: Final = "GARANT_ARCHIVE"
"""The name under which the contents of records are read, as the files of a store."""

EVENT: Final = "archived-event"

KEY: Final = "key"
"""Finds a record by what its root was in its system: ``crm/person/12``."""

LABEL: Final = Text(fr="Archive intermédiaire", en="Intermediate archive")
_RECORD = Text(fr="Dossier archivé", en="Archived record")
_EVERY_KEPT = f"SELECT id AS key FROM record WHERE state = '{KEPT}'"


def archive_map(reasons: Mapping[str, Text], *, apart: bool = False) -> DataMap:
    """The map of an archive that holds records of these retention rules, each with why it is kept.

    ``apart``: it may also hold values that restrictions set apart. Nothing but the end of these destroys them.

    Until the rule's period is over, the reason is a duty: a person's request does not end it sooner
    (art. 17(3)(b) and (e) GDPR).
    """
    return DataMap.model_validate(
        {
            "system": SYSTEM,
            "label": LABEL.model_dump(),
            "connection": {"env": FILES},
            "roots": {
                ROOT: {
                    "table": "record", "key": "id", "type": "text", "kind": "record",
                    "label": _RECORD.model_dump(),
                }
            },
            "roles": {rule: {"root": ROOT, "query": _of_rule(rule)} for rule in reasons} | (_WAITING if apart else {}),
            "identities": {kind: [{"root": ROOT, "query": identity_query(kind)}] for kind in (*KINDS, KEY)},
            "events": {
                EVENT: [
                    {"root": ROOT, "type": "date", "query": "SELECT id AS key, counted_from AS at FROM record"}
                ]
            },
            "tables": _TABLES,
            "dispositions": {
                "destroy": {
                    "root": ROOT,
                    "actions": [{"table": table, "do": "delete"} for table in ("lookup", "frame", "record")],
                }
            },
            "promises": [
                {"rule": rule, "role": rule, "event": EVENT, "dispositions": "destroy"} for rule in reasons
            ],
            "duties": [_duty(rule, why) for rule, why in reasons.items()] + ([_waiting()] if apart else []),
            "files": [{"table": "record", "column": "file", "store": {"env": FILES}}],
        }
    )  # fmt: skip


def identity_query(kind: str) -> str:
    """The records that an identity of this kind leads to; what is bound is its keyed hash."""
    return (
        "SELECT lookup.record AS key FROM lookup JOIN record ON record.id = lookup.record "
        f"WHERE record.state IN ('{KEPT}', '{APART}', '{LEFT}') AND lookup.kind = '{kind}' AND lookup.digest = :identity"
    )


def _of_rule(rule: str) -> str:
    return f"{_EVERY_KEPT} AND rule = '{rule}'"


def _duty(rule: str, why: Text) -> dict[str, Any]:
    keeps = {table: {"row": True, "columns": "all"} for table in _TABLES}
    return {
        "rule": rule, "root": ROOT, "role": rule, "event": EVENT, "keeps": keeps, "why": why.model_dump(),
    }  # fmt: skip


def _waiting() -> dict[str, Any]:
    keeps = {table: {"row": True, "columns": "all"} for table in _TABLES}
    return {"seal": True, "root": ROOT, "role": _SET_APART, "keeps": keeps, "why": _UNTIL_LIFTED.model_dump()}


_SET_APART: Final = "set-apart-by-restriction"

_WAITING: Final[dict[str, Any]] = {
    _SET_APART: {"root": ROOT, "query": f"SELECT id AS key FROM record WHERE state = '{APART}'"}
}

_UNTIL_LIFTED: Final = Text(
    fr="Une limitation met ces valeurs à part : elles restent scellées jusqu’à sa levée, qui les remet en place.",
    en="A restriction sets these values apart: they stay sealed until it is lifted, which puts them back.",
)

_TABLES: Final[dict[str, Any]] = {
    "record": {
        "key": "id",
        "label": _RECORD.model_dump(),
        "links": [{"root": ROOT, "column": "id"}],
        "columns": {
            name: {"category": "archive"}
            for name in ("system", "root", "rule", "counted_from", "archived", "rows", "file")
        },
    },
    "frame": {"links": [{"root": ROOT, "column": "record"}]},
    "lookup": {"links": [{"root": ROOT, "column": "record"}]},
}
