"""`garant init`: make a home for Garant's state, and its keys, once their loss is understood."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from garant.cli import state
from garant.cli.exits import Exit
from garant.cli.language import both, say
from garant.cli.output import note
from garant.ledger.keys import LOSS_EXPLAINED
from garant.site import paths, setup


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        name="init",
        help=both(
            "Prépare Garant ici : dossier, base, clés, et le registre de l’organisation. Répétable.",
            "Set Garant up here: folder, database, keys, and the organisation’s ledger. Repeatable.",
        ),
    )(init)


def init(
    policy: Annotated[
        Path | None,
        typer.Option(
            "--policy",
            metavar="DIR",
            help=both(
                "Politique de l’organisation dont ouvrir le registre ; sinon, à la première exécution.",
                "Policy of the organisation whose ledger to open; else, with its first run.",
            ),
        ),
    ] = None,
) -> int:
    """Set up what is missing and leave alone what is there."""
    from garant.policy.loader import load_policy

    organisation = load_policy(policy).document.organisation if policy is not None else None
    note(LOSS_EXPLAINED.fr, LOSS_EXPLAINED.en)
    setup.prepare()
    from garant.apps.evidence import services as evidence

    made = evidence.create_keys()
    folder = paths.keys_folder()
    if made:
        note(
            f"Clés créées dans {folder} : {', '.join(made)}. Sauvegardez ce dossier à part, maintenant.",
            f"Keys made in {folder}: {', '.join(made)}. Back this folder up apart, now.",
        )
    else:
        note("Les clés étaient déjà là ; elles n’ont pas changé.", "The keys were there already; unchanged.")
    if organisation is not None:
        state.ensure_organisation(organisation)
        _tell_verifiers(organisation.key)
    note(
        f"Garant est prêt dans {paths.home()}. Ensuite : garant check POLICY, puis garant plan POLICY",
        f"Garant is ready in {paths.home()}. Next: garant check POLICY, then garant plan POLICY",
    )
    return Exit.OK


def _tell_verifiers(organisation: str) -> None:
    from garant.apps.evidence import services as evidence

    for key in evidence.verifier_keys(organisation):
        words = say(
            "Clé publique du registre, à donner à qui vérifie :",
            "Public key of the ledger, for whoever verifies:",
        )
        note(f"{words} {key}", f"{words} {key}")
