"""An approved plan carried out by a command, its progress shown: by `garant apply`, a person’s request, a replay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from garant.cli import state
from garant.cli.views.residue import warn_of_locks
from garant.cli.views.run import conclude, watching
from garant.systems.residue import Cleaning

if TYPE_CHECKING:
    from garant.apps.promises.workspace import Workspace
    from garant.engine.document import Plan

BATCH = 10_000
"""Roots per transaction unless said."""


def carry_out(
    plan: Plan, digest: str, workspace: Workspace, batch_size: int = BATCH, clean: Cleaning = Cleaning.LIGHT
) -> int:
    """Carry out an approved plan with a progress bar, and conclude; gives the exit code.

    Raises:
        RefusedError: it answers somebody's request, and runs with it; or a request restricts what it would let go of.
    """
    from garant.apps.promises import execution, refusals, services
    from garant.apps.promises.refusals import RunStoppedError
    from garant.engine.residue import touched_tables

    if plan.request:
        raise refusals.of_a_request(plan.request)
    organisation = workspace.policy.document.organisation
    state.ensure_organisation(organisation)
    done = services.run_of_digest(plan.digest, kind=plan.kind)
    before = done is not None and not done.open
    if done is None and plan.kind == "lifting":
        _refuse_shared(plan, workspace)
    if clean is Cleaning.FULL and not before:
        warn_of_locks(touched_tables(plan))
    with watching() as watch:
        try:
            run = execution.apply_plan(
                plan,
                workspace,
                digest=digest,
                actor=state.actor(),
                observer=watch.report,
                stop=watch.stop,
                batch_size=batch_size,
                cleaning=clean,
            )
        except RunStoppedError:
            raise KeyboardInterrupt from None
    return conclude(run, done_before=before)


def _refuse_shared(plan: Plan, workspace: Workspace) -> None:
    """Made before a request came that restricts the same data, it would put them back into use."""
    from garant.apps.promises import refusals
    from garant.apps.rights import services as rights

    if rights.ends_what_others_restrict(workspace, plan):
        raise refusals.still_restricted()
