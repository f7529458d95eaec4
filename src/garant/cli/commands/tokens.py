"""`garant token`: how programs act for a person, through the JSON API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from garant.cli import state
from garant.cli.exits import Exit
from garant.cli.language import both, say
from garant.cli.output import note, out, table


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        no_args_is_help=True,
        help=both(
            "Les jetons des programmes : émettre, lister, révoquer.",
            "Tokens of programs: issue, list, revoke.",
        ),
    )
    group.command(
        "issue",
        help=both(
            "Émet un jeton, montré une seule fois. Il agit pour une personne, dans la limite de ses droits.",
            "Issue a token, shown once. It acts for a person, within their rights.",
        ),
    )(issue)
    group.command("list", help=both("Liste les jetons.", "List the tokens."))(show)
    group.command("revoke", help=both("Révoque un jeton, aussitôt.", "Revoke a token, at once."))(revoke)
    app.add_typer(group, name="token")


def issue(
    email: Annotated[
        str,
        typer.Option(
            "--for", metavar="EMAIL", help=both("La personne pour qui il agit.", "Whom it acts for.")
        ),
    ],
    scope: Annotated[
        list[str],
        typer.Option(
            "--scope",
            metavar="RIGHT",
            help=both(
                "Droit accordé (see, plan, approve-plan, run, hold, export…) ; peut se répéter.",
                "Right granted (see, plan, approve-plan, run, hold, export…); may be repeated.",
            ),
        ),
    ],
    name: Annotated[str, typer.Option("--name", help=both("À quoi il sert.", "What it is for."))] = "",
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until",
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help=both("Dernier jour ; quatre-vingt-dix jours sinon.", "Last day; ninety days without it."),
        ),
    ] = None,
    organisation: state.OrganisationOption = None,
) -> int:
    """Write the token alone on standard output."""
    state.ready()
    from garant.apps.accounts import services as accounts
    from garant.apps.tokens import refusals, services

    key = state.the_organisation(organisation)
    user = next((one.user for one in accounts.members(key) if one.user.email == email.lower()), None)
    if user is None:
        raise refusals.not_a_member(email, key)
    day = until.date() if until is not None else None
    _, text = services.issue(key, user, name, scope, until=day, actor=state.actor())
    out().print(text, markup=False, highlight=False, soft_wrap=True)
    return Exit.OK


def show(organisation: state.OrganisationOption = None) -> int:
    """List them, the latest first; what opens the door is nowhere."""
    state.ready()
    from garant.apps.tokens import services

    shown = table(
        say("Clé", "Key"),
        say("Nom", "Name"),
        say("Pour", "For"),
        say("Droits", "Rights"),
        say("Fin", "End"),
        say("Vu le", "Seen on"),
        say("État", "State"),
    )
    now = datetime.now().astimezone()
    for one in services.listing(state.the_organisation(organisation)):
        in_force = say("en vigueur", "in force") if one.in_force(now) else say("fini", "over")
        standing = say("révoqué", "revoked") if one.revoked_at else in_force
        used = f"{one.last_used_at:%Y-%m-%d}" if one.last_used_at else ""
        rights = ", ".join(one.scopes)
        shown.add_row(one.key, one.name, one.user.email, rights, f"{one.expires_at:%Y-%m-%d}", used, standing)
    out().print(shown)
    return Exit.OK


def revoke(
    key: Annotated[str, typer.Argument(metavar="KEY", help=both("La clé du jeton.", "The token’s key."))],
    organisation: state.OrganisationOption = None,
) -> int:
    """Revoke it."""
    state.ready()
    from garant.apps.tokens import services

    services.revoke(state.the_organisation(organisation), key, actor=state.actor())
    note(f"Jeton {key} révoqué.", f"Token {key} revoked.")
    return Exit.OK
