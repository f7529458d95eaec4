"""`garant plan`: how far reality is from each promise, and what would mend it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from garant.cli import options, state
from garant.cli.exits import Exit
from garant.cli.language import both, say
from garant.cli.output import err, note, out
from garant.cli.planfiles import write_plan
from garant.cli.views.plan import how_to_apply, show_plan
from garant.cli.views.task import tell_overdue

_DEFAULT_TOLERANCE = 0.01

ToleranceOption = Annotated[
    float,
    typer.Option(
        min=0.0,
        max=1.0,
        help=both(
            "Part d’écart acceptée entre le plan et son exécution (0 à 1).",
            "Share of drift accepted between the plan and its run (0 to 1).",
        ),
    ),
]

OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help=both("Écrit le plan dans ce fichier (JSON).", "Write the plan to this file (JSON)."),
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        name="plan",
        help=both(
            "Montre ce qui est échu, promesse par promesse, et ce qui en serait fait. Ne change rien.",
            "Show what is overdue, promise by promise, and what would be done. Changes nothing.",
        ),
    )(plan)


def plan(
    policy: options.PolicyArgument,
    maps: options.MapsOption = None,
    as_of: options.AsOfOption = None,
    system: options.SystemOption = None,
    tolerance: ToleranceOption = _DEFAULT_TOLERANCE,
    out_file: OutOption = None,
) -> int:
    """Make a retention plan, show it, and write it where asked."""
    from garant.apps.promises.opening.workspace import open_workspace
    from garant.engine.planning.plan import plan_retention

    folder = options.maps_folder(policy, maps)
    with open_workspace(policy, folder, state.keys(), only=system or ()) as workspace:
        zone = workspace.policy.document.organisation.time_zone
        with err().status(say("Question posée aux systèmes…", "Asking the systems…")) as status:
            made = plan_retention(
                workspace.policy,
                workspace.sources,
                as_of=options.day(as_of, zone),
                tolerance=tolerance,
                holds=state.holds(workspace.policy.document.organisation.key, destroys=True),
                manual=workspace.manual,
                progress=lambda name, rule: status.update(f"{name} · {rule}"),
            )
        made = state.anew(made)
    tell_overdue(made.organisation)
    show_plan(out(), made)
    if out_file is None:
        note(
            "Rien n’a été changé. Pour l’appliquer, écrivez-le d’abord : --out plan.json",
            "Nothing was changed. To apply it, write it first: --out plan.json",
        )
        return Exit.OK
    write_plan(out_file, made, policy=policy, maps=folder)
    if made.as_of > options.day(None, zone):
        note(
            "Rien n’a été changé. Un jour à venir se regarde ; il ne s’exécute pas.",
            "Nothing was changed. A day to come is looked at; it is not carried out.",
        )
        return Exit.OK
    command = how_to_apply(made, str(out_file))
    note(f"Rien n’a été changé. Pour l’appliquer : {command}", f"Nothing was changed. To apply it: {command}")
    return Exit.OK
