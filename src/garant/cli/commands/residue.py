"""`garant residue`: is it really gone? Rows asked, and the raw bytes of the systems searched."""

from __future__ import annotations

from pathlib import Path

import typer

from garant.cli import options, state
from garant.cli.exits import Exit
from garant.cli.language import both
from garant.cli.output import CommandError, out, warn
from garant.cli.views.residue import show_search
from garant.policy.text import Text

POLICY = Path("policy")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help=both(
            "Dit ce qui reste d’une personne effacée, jusque dans les octets des bases.",
            "Say what remains of an erased person, down to the bytes of the databases.",
        ),
        no_args_is_help=True,
    )
    group.command(
        "search",
        help=both(
            "Cherche une adresse, un téléphone ou un nom dans les lignes, les journaux et les octets. Ne change rien.",
            "Search for an address, a telephone or a name in rows, logs and bytes. Changes nothing.",
        ),
    )(search)
    app.add_typer(group, name="residue")


def search(
    identity: options.IdentityOption,
    policy: options.PolicyOption = POLICY,
    maps: options.MapsOption = None,
    system: options.SystemOption = None,
) -> int:
    """Look everywhere, and say where it is, why, and until when."""
    from garant.apps.promises.opening.workspace import open_workspace

    identities = options.pairs(identity, "--identity")
    folder = options.maps_folder(policy, maps)
    with open_workspace(policy, folder, state.keys(), only=system or ()) as workspace:
        recorded = state.can_record(workspace.policy.document.organisation)
        from garant.apps.promises.people import residue

        try:
            reports = residue.search(workspace, identities, recorded=recorded)
        except residue.NotDistinctiveError:
            raise _too_plain() from None
    details = [report.details for report in reports]
    show_search(out(), details)
    plain = residue.too_plain(identities)
    if plain:
        warn(_not_searched(plain))
    nowhere = not plain and all(report.gone and not report.kept for report in reports)
    return Exit.OK if nowhere else Exit.FINDINGS


def _not_searched(kinds: list[str]) -> Text:
    named = ", ".join(kinds)
    return Text(
        fr=f"N’a pas été cherché, trop court ou trop courant pour l’être dans des octets\u202f: {named}.",
        en=f"Not searched for, too short or too plain to be looked for in bytes: {named}.",
    )


def _too_plain() -> CommandError:
    return CommandError(
        Text(
            fr="C’est trop court ou trop courant pour être cherché dans des octets.",
            en="This is too short or too plain to be searched for in bytes.",
        ),
        Text(
            fr="Donnez une adresse, un téléphone, ou un nom complet d’au moins huit caractères.",
            en="Give an address, a telephone, or a whole name of eight characters or more.",
        ),
    )
