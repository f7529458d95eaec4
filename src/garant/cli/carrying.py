"""An approved plan carried out by a command, its progress shown: by `garant apply`, a person’s request, a replay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from garant.cli import state
from garant.cli.output import note
from garant.cli.views.residue import warn_of_locks
from garant.cli.views.run import conclude, watching
from garant.systems.residue import Cleaning

if TYPE_CHECKING:
    from garant.apps.promises.opening.workspace import Workspace
    from garant.apps.promises.services import Run
    from garant.engine.document import Plan

BATCH = 10_000
"""Roots per transaction unless said."""


def carry_out(
    plan: Plan,
    digest: str,
    workspace: Workspace,
    batch_size: int = BATCH,
    clean: Cleaning = Cleaning.LIGHT,
    asked: Sequence[Mapping[str, str]] = (),
) -> int:
    """Carry out an approved plan with a progress bar, and conclude; gives the exit code.

    Args:
        plan: what was approved.
        digest: the digest that a person approved.
        workspace: the systems.
        batch_size: roots per transaction.
        clean: how far the systems are cleaned before their bytes are searched.
        asked: those who asked, by what they named themselves, where that is known.

    Raises:
        RefusedError: it answers somebody's request, and runs with it; or a request restricts what it would let go of.
    """
    from garant.apps.promises import refusals, services
    from garant.apps.promises.refusals import RunStoppedError
    from garant.apps.promises.running import execution
    from garant.engine.running.residue import touched_tables

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
                asked=asked,
            )
        except RunStoppedError:
            raise KeyboardInterrupt from None
    code = conclude(run, done_before=before)
    if not before:
        _say_may(plan, run, workspace, asked)
    return code


def _say_may(plan: Plan, run: Run, workspace: Workspace, asked: Sequence[Mapping[str, str]]) -> None:
    """What is answered from now on to whoever asks before using the data; nothing where it is as before."""
    from garant.apps.permissions import carried
    from garant.apps.promises.people import restrictions

    if restrictions.is_told(plan, "restriction"):
        note(
            "« Puis-je ? » répond non pour ces données, jusqu’à leur levée (garant subject restrict --lift).",
            "“May I?” answers no for these data, until they are lifted (garant subject restrict --lift).",
        )
    elif restrictions.is_told(plan, "lifting") and run.state == "not-kept":
        note(
            "« Puis-je ? » répond encore non : la levée n’est pas entière. Préparez-en une autre.",
            "“May I?” still answers no: not all of it was lifted. Plan another lifting.",
        )
    elif restrictions.is_told(plan, "lifting") and carried.still(
        plan.organisation,
        restrictions.whom(plan, workspace, asked) | {one: [] for who in asked for one in who.items()},
    ):
        note(
            "« Puis-je ? » répond encore non : autre chose limite ces données "
            "(une demande, un autre dossier, ou garant may restrict).",
            "“May I?” still answers no: something else restricts these data "
            "(a request, another record, or garant may restrict).",
        )


def _refuse_shared(plan: Plan, workspace: Workspace) -> None:
    """Made before a request came that restricts the same data, it would put them back into use."""
    from garant.apps.promises import refusals
    from garant.apps.rights import services as rights

    if rights.ends_what_others_restrict(workspace, plan):
        raise refusals.still_restricted()
