"""`garant check`: hold a policy against the rules."""

from __future__ import annotations

import typer

from garant.cli import options
from garant.cli.language import both
from garant.cli.views.findings import tell
from garant.policy.diagnostics import UnusableDocument


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        name="check",
        help=both(
            "Vérifie une politique : ce qui manque, se contredit ou dépasse la loi.",
            "Check a policy: what is missing, contradicts itself or exceeds the law.",
        ),
    )(check)


def check(
    policy: options.PolicyArgument,
    form: options.FormOption = options.Form.TEXT,
    as_of: options.AsOfOption = None,
) -> int:
    """Report the findings; 0 clean, 1 findings, 2 unusable."""
    from garant.policy.checks import findings
    from garant.policy.loader import load_policy

    try:
        loaded = load_policy(policy)
        found = findings(loaded, options.day(as_of, loaded.document.organisation.time_zone))
    except UnusableDocument as unusable:
        found = unusable.diagnostics
    return tell(found, form)
