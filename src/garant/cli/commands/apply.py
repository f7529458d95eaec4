"""`garant apply`: carry out exactly the plan that a person approved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from garant.cli import options, state
from garant.cli.carrying import BATCH, carry_out
from garant.cli.language import both
from garant.cli.output import CommandError
from garant.cli.planfiles import read_plan_file
from garant.policy.text import Text
from garant.systems.residue import Cleaning

PlanArgument = Annotated[
    Path,
    typer.Argument(metavar="PLAN", help=both("Fichier du plan.", "File of the plan.")),
]

PolicyOverride = Annotated[
    Path | None,
    typer.Option(
        "--policy",
        metavar="DIR",
        help=both(
            "Dossier de la politique ; sinon celui du plan.", "Folder of the policy; else the plan’s own."
        ),
    ),
]

MapsOverride = Annotated[
    Path | None,
    typer.Option(
        "--maps",
        metavar="DIR",
        help=both("Dossier des cartes ; sinon celui du plan.", "Folder of the maps; else the plan’s own."),
    ),
]

BatchSizeOption = Annotated[
    int,
    typer.Option(
        "--batch-size",
        min=1,
        help=both(
            "Dossiers par transaction ; fixé au début de l’exécution.",
            "Roots per transaction; fixed when the run starts.",
        ),
    ),
]

if TYPE_CHECKING:
    from garant.engine.document import Plan


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        name="apply",
        help=both(
            "Exécute exactement le plan approuvé, puis interroge de nouveau les systèmes. "
            "Interrompue, la même commande reprend.",
            "Carry out exactly the approved plan, then ask the systems again. "
            "Interrupted, the same command goes on.",
        ),
    )(apply)


def apply(
    plan: PlanArgument,
    approve: options.ApproveOption = None,
    policy: PolicyOverride = None,
    maps: MapsOverride = None,
    batch_size: BatchSizeOption = BATCH,
    clean: options.CleanOption = Cleaning.LIGHT,
) -> int:
    """Approve a plan by its digest, carry it out, and show its receipts."""
    from garant.apps.promises.opening.workspace import open_workspace
    from garant.apps.promises.refusals import of_a_request

    read = read_plan_file(plan)
    if read.plan.request:
        raise of_a_request(read.plan.request)
    digest = approved_digest(approve, read.plan)
    state.ready()
    folder, map_folder = policy or read.policy, maps or read.maps
    if folder is None or map_folder is None:
        raise CommandError(
            Text(
                fr="Le plan ne dit pas où sont sa politique et ses cartes.",
                en="The plan does not say where its policy and maps are.",
            ),
            Text(fr="Indiquez --policy DIR et --maps DIR.", en="Give --policy DIR and --maps DIR."),
        )
    systems = sorted(read.plan.map_digests)
    with open_workspace(folder, map_folder, state.keys(), only=systems) as workspace:
        return carry_out(read.plan, digest, workspace, batch_size, clean)


def approved_digest(approve: str | None, plan: Plan) -> str:
    """Give the digest that was approved.

    Raises:
        CommandError: none was.
    """
    if approve is None:
        raise CommandError(
            Text(
                fr="Un plan ne s’exécute qu’approuvé : son empreinte manque.",
                en="A plan runs only once approved: its digest is missing.",
            ),
            Text(
                fr=f"Après l’avoir relu, ajoutez : --approve {plan.digest}",
                en=f"Once you have read it, add: --approve {plan.digest}",
            ),
        )
    return approve.strip().lower()
