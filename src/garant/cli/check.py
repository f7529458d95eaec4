"""`garant check`: hold a policy against the rules."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path

import typer

from garant.cli.language import both, spoken


class Form(StrEnum):
    """How findings are written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


FORM_HELP = both(
    "text pour les personnes, json pour les programmes, sarif pour les forges et les éditeurs.",
    "text for people, json for programs, sarif for code hosts and editors.",
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        name="check",
        help=both(
            "Vérifie une politique : ce qui manque, ce qui se contredit, ce qui dépasse la loi.",
            "Check a policy: what is missing, what contradicts itself, what exceeds the law.",
        ),
    )(check)


def check(
    policy: Path = typer.Argument(
        ..., metavar="POLICY", help=both("Dossier de la politique.", "Folder of the policy.")
    ),
    form: Form = typer.Option(Form.TEXT, "--format", help=FORM_HELP),
) -> int:
    """Report the findings; 0 clean, 1 findings, 2 unusable."""
    from garant.policy import check_policy
    from garant.policy.diagnostics import exit_code
    from garant.policy.reporters import report

    diagnostics = check_policy(policy)
    sys.stdout.write(report(diagnostics, form.value, spoken()))
    return exit_code(diagnostics)
