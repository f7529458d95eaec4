"""`garant schema`: the JSON Schema of what Garant reads and writes, for editors and programs."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from garant.cli.exits import Exit
from garant.cli.language import both, spoken
from garant.cli.output import write_json


class Kind(StrEnum):
    """What there is a schema of."""

    POLICY = "policy"
    MAP = "map"
    MANUAL = "manual-map"
    PLAN = "plan"
    NOTICE = "notice"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        name="schema",
        help=both(
            "Écrit le schéma JSON d’une politique, d’une carte, d’un plan ou d’une notice.",
            "Write the JSON Schema of a policy, a data map, a plan or a notice.",
        ),
    )(schema)


def schema(
    kind: Annotated[
        Kind,
        typer.Argument(metavar="policy|map|manual-map|plan|notice", help=both("De quoi.", "Of what.")),
    ] = Kind.POLICY,
) -> int:
    """Write one schema to standard output."""
    write_json(_schema(kind))
    return Exit.OK


def _schema(kind: Kind) -> dict[str, object]:
    if kind is Kind.POLICY:
        from garant.policy.schema import file_schema

        return file_schema(spoken())
    if kind is Kind.MAP:
        from garant.systems.model import DataMap

        return DataMap.model_json_schema()
    if kind is Kind.MANUAL:
        from garant.systems.manual import ManualMap

        return ManualMap.model_json_schema()
    if kind is Kind.NOTICE:
        from garant.publish.notice import notice_schema

        return notice_schema()
    from garant.engine.document import Plan

    return Plan.model_json_schema()
