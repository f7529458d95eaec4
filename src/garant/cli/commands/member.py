"""`garant member`: who may sign in, and in which role."""

from __future__ import annotations

import os
from datetime import date
from typing import Annotated, Any

import typer

from garant.cli import state
from garant.cli.exits import Exit
from garant.cli.language import both
from garant.cli.output import CommandError, note, out
from garant.policy.text import Text


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        no_args_is_help=True,
        help=both("Les personnes habilitées dans le site.", "The people who may use the site."),
    )
    group.command("add", help=both("Habilite quelqu’un.", "Give somebody a role."))(add)
    group.command(
        "invite",
        help=both(
            "Invite quelqu’un : un lien, valable une fois, pour choisir un mot de passe.",
            "Invite somebody: a link that works once, to choose a password.",
        ),
    )(invite)
    group.command("list", help=both("Liste les habilitations.", "List the habilitations."))(show)
    group.command("remove", help=both("Met fin à une habilitation.", "End somebody’s role."))(remove)
    app.add_typer(group, name="member")


EmailArgument = Annotated[str, typer.Argument(metavar="EMAIL", help=both("Son adresse.", "Their address."))]


RoleOption = Annotated[
    str,
    typer.Option(
        "--role",
        help=both(
            "administrator, dpo, dpo-delegate, staff, technician, auditor ou client-contact.",
            "administrator, dpo, dpo-delegate, staff, technician, auditor or client-contact.",
        ),
    ),
]
NameOption = Annotated[str, typer.Option("--name", help=both("Son nom.", "Their name."))]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="DATE", help=both("Dernier jour.", "Last day."))
]
ActivityOption = Annotated[
    list[str] | None,
    typer.Option(
        "--activity",
        metavar="KEY",
        help=both(
            "Activité couverte ; peut se répéter ; toutes sinon.",
            "Activity covered; may be repeated; all without it.",
        ),
    ),
]
SystemOption = Annotated[
    list[str] | None,
    typer.Option(
        "--system",
        metavar="NAME",
        help=both(
            "Système couvert ; peut se répéter ; tous sinon.",
            "System covered; may be repeated; all without it.",
        ),
    ),
]
ClientOption = Annotated[
    list[str] | None,
    typer.Option(
        "--client",
        metavar="KEY",
        help=both(
            "Client pour qui vient un interlocuteur ; peut se répéter.",
            "Client for whom a contact comes; may be repeated.",
        ),
    ),
]


def add(
    email: EmailArgument,
    role: RoleOption = "staff",
    name: NameOption = "",
    until: UntilOption = None,
    activity: ActivityOption = None,
    system: SystemOption = None,
    client: ClientOption = None,
    organisation: state.OrganisationOption = None,
) -> int:
    """Give a role; the password comes from GARANT_PASSWORD, or is asked for, or is left to be chosen."""
    state.ready()
    from garant.apps.accounts import services

    key = state.the_organisation(organisation)
    user = services.ensure_user(email, name)
    wanted = services.Habilitation(role, _day(until), activity or (), system or (), client or ())
    services.give(key, user, wanted, actor=state.actor())
    password = os.environ.get("GARANT_PASSWORD", "")
    if password:
        _set_password(user, password)
    note(
        f"{user.email} est habilité pour {key}." + _next(user, "fr"),
        f"{user.email} has a role in {key}." + _next(user, "en"),
    )
    return Exit.OK


def invite(
    email: EmailArgument,
    role: RoleOption = "staff",
    name: NameOption = "",
    until: UntilOption = None,
    activity: ActivityOption = None,
    system: SystemOption = None,
    client: ClientOption = None,
    organisation: state.OrganisationOption = None,
) -> int:
    """Send the invitation, or write its link alone on standard output where no letter leaves."""
    state.ready()
    from garant.apps.accounts import invitations, services

    key = state.the_organisation(organisation)
    wanted = services.Habilitation(role, _day(until), activity or (), system or (), client or ())
    sent = invitations.invite(key, email, wanted, name=name, actor=state.actor())
    if sent.mailed:
        note(
            f"L’invitation part par courriel à {email} : garant work l’envoie.",
            f"The invitation goes to {email} by e-mail: garant work sends it.",
        )
        return Exit.OK
    out().print(sent.link, markup=False, highlight=False, soft_wrap=True)
    note(
        "Remettez ce lien à la personne : il sert une fois, pendant sept jours.",
        "Hand this link over to the person: it works once, for seven days.",
    )
    return Exit.OK


def show(organisation: state.OrganisationOption = None) -> int:
    """List the habilitations in force."""
    state.ready()
    from garant.apps.accounts import services

    for one in services.members(state.the_organisation(organisation)):
        out().print(f"{one.user.email}\t{one.role}\t{one.until or ''}", markup=False, highlight=False)
    return Exit.OK


def remove(email: EmailArgument, organisation: state.OrganisationOption = None) -> int:
    """End a role."""
    state.ready()
    from garant.apps.accounts import services

    services.take(state.the_organisation(organisation), email, actor=state.actor())
    note(f"{email} n’est plus habilité.", f"{email} has no role any more.")
    return Exit.OK


def _set_password(user: Any, password: str) -> None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    from garant.apps.accounts import services

    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise CommandError(
            Text(fr="Ce mot de passe est trop faible.", en="This password is too weak."),
            Text(fr=" ".join(weak.messages), en=" ".join(weak.messages)),
        ) from None
    services.set_password(user, password)


def _next(user: Any, language: str) -> str:
    if user.has_usable_password():
        return ""
    if language == "fr":
        return " Cette personne choisit son mot de passe par « Mot de passe oublié »."
    return " They choose their password with “Forgotten password”."


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(
            Text(fr=f"{text!r} n’est pas une date.", en=f"{text!r} is not a date."),
            Text(fr="Écrivez-la 2026-12-31.", en="Write it 2026-12-31."),
        ) from None
