"""Findings of a check, in the form that was asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from garant.cli.language import spoken
from garant.cli.options import Form
from garant.policy.diagnostics import Diagnostic, exit_code
from garant.policy.reporters import report


def tell(found: Sequence[Diagnostic], form: Form) -> int:
    """Write findings in one form and give the exit code that they deserve."""
    sys.stdout.write(report(found, form.value, spoken()))
    return exit_code(found)
