"""`garant keys`: rotate the installation's keys without breaking old proofs."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from garant.cli import state
from garant.cli.exits import Exit
from garant.cli.language import both
from garant.cli.output import note


class Rotated(StrEnum):
    """Which key to rotate."""

    SIGNATURE = "ledger-signature"
    COMMITMENTS = "subject-commitments"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help=both("Clés : remplacer, montrer.", "Keys: rotate, show."), no_args_is_help=True)
    group.command(
        "rotate",
        help=both(
            "Remplace une clé ; les preuves déjà remises restent vérifiables.",
            "Replace a key; proofs already handed out stay verifiable.",
        ),
    )(rotate)
    group.command(
        "replace-lost",
        help=both(
            "Nomme la clé présente à la place d’une clé perdue. Aucune clé ancienne ne s’en porte garante.",
            "Name the key at hand in place of a lost one. No old key vouches for it.",
        ),
    )(replace_lost)
    group.command(
        "show",
        help=both(
            "Montre les clés publiques du registre, à donner à qui vérifie.",
            "Show the public keys of the ledger, for whoever verifies.",
        ),
    )(show)
    app.add_typer(group, name="keys")


def rotate(
    key: Annotated[
        Rotated,
        typer.Argument(metavar="ledger-signature|subject-commitments", help=both("Laquelle.", "Which one.")),
    ] = Rotated.SIGNATURE,
) -> int:
    """Replace one key and write it to every ledger."""
    state.ready()
    from garant.apps.evidence import services as evidence

    if key is Rotated.SIGNATURE:
        told = evidence.rotate_signing_key()
        note(
            f"Clé de signature remplacée dans {told} registre(s). Donnez la nouvelle : garant keys show",
            f"Signature key replaced in {told} ledger(s). Hand out the new one: garant keys show",
        )
    else:
        wrapped = evidence.rotate_commitments_key()
        note(
            f"Clé des engagements remplacée ; {wrapped} clé(s) protégée(s) de nouveau.",
            f"Commitments key replaced; {wrapped} key(s) wrapped again.",
        )
    note("Sauvegardez le dossier des clés, maintenant.", "Back the folder of keys up, now.")
    return Exit.OK


def replace_lost() -> int:
    """Name the key at hand in every ledger that names a lost one."""
    state.ready()
    from garant.apps.evidence import services as evidence

    told = evidence.replace_lost_signing_key()
    note(
        f"{told} registre(s) nomment la clé présente. Donnez-la avec une explication : garant keys show",
        f"{told} ledger(s) name the key at hand. Hand it out with an explanation: garant keys show",
    )
    return Exit.OK


def show(organisation: state.OrganisationOption = None) -> int:
    """Print the verifier keys of a ledger."""
    state.ready()
    from garant.apps.evidence import services as evidence

    for key in evidence.verifier_keys(state.the_organisation(organisation)):
        note(str(key), str(key))
    return Exit.OK
