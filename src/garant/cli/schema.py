"""`garant schema`: the JSON Schema of policies and data maps, for editors."""

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


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        name="schema",
        help=both(
            "Écrit le schéma JSON d’une politique, d’une carte ou d’un plan, pour les éditeurs.",
            "Write the JSON Schema of a policy, a data map or a plan, for editors.",
        ),
    )(schema)


def schema(
    kind: Annotated[
        Kind,
        typer.Argument(metavar="policy|map|manual-map|plan", help=both("De quoi.", "Of what.")),
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
    from garant.engine.document import Plan

    return Plan.model_json_schema()
