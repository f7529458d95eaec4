"""`garant own`: Garant's own data, under its own policy, map, engine and dashboard."""

from __future__ import annotations

import typer

from garant.cli import options, state
from garant.cli.exits import Exit
from garant.cli.language import both
from garant.cli.output import note


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        name="own",
        help=both(
            "Prépare la politique et la carte de Garant pour ses propres données : comptes, demandes, lettres… Répétable.",
            "Prepare Garant’s policy and map for its own data: accounts, requests, letters… Repeatable.",
        ),
    )(own)


def own(policy: options.PolicyArgument) -> int:
    """Make the organisation of the installation, in the name of the company of a policy."""
    from garant.policy.loader import load_policy

    company = load_policy(policy).document.organisation
    state.ready()
    from garant.apps.installation import services

    made = services.prepare(company, actor=state.actor())
    if made.map_made:
        note(f"Carte écrite : {made.map}", f"Map written: {made.map}")
    note(
        f"Politique de l’installation : version {made.version}, un brouillon de l’organisation garant. "
        f"Ensuite : garant policy submit {made.version} --organisation garant",
        f"Policy of the installation: version {made.version}, a draft of the organisation garant. "
        f"Next: garant policy submit {made.version} --organisation garant",
    )
    return Exit.OK
