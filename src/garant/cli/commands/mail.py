"""`garant mail`: whether letters go, and whether the mailbox is read."""

from __future__ import annotations

from typing import Annotated

import typer

from garant.cli import state
from garant.cli.exits import Exit
from garant.cli.language import both, say, say_text, spoken
from garant.cli.output import note, out, table


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        no_args_is_help=True,
        help=both("Les lettres : essayer l’envoi, lire la boîte.", "Letters: try sending, read the mailbox."),
    )
    group.command(
        "try",
        help=both(
            "Envoie une lettre d’essai à une adresse, tout de suite.",
            "Send a trial letter to an address, at once.",
        ),
    )(try_out)
    group.command(
        "fetch",
        help=both(
            "Lit les boîtes de GARANT_IMAP maintenant, sans attendre.",
            "Read the mailboxes of GARANT_IMAP now, without waiting.",
        ),
    )(fetch)
    app.add_typer(group, name="mail")


def try_out(
    address: Annotated[str, typer.Argument(metavar="EMAIL", help=both("Où l’envoyer.", "Where to send it."))],
    organisation: state.OrganisationOption = None,
) -> int:
    """Write it, try it once, and forget it."""
    state.ready()
    from garant.apps.mails import services
    from garant.apps.organisations import services as organisations
    from garant.publish.letters import LetterFacts, write

    key = state.the_organisation(organisation)
    name = organisations.organisation(key).name
    sent = services.send_now(key, address, write("trial", LetterFacts(organisation=name), spoken()))
    if sent:
        note("La lettre est partie.", "The letter has gone.")
        return Exit.OK
    why = services.unreachable()
    said = say_text(why) if why is not None else say("l’adresse est refusée", "the address is refused")
    out().print(
        say(f"La lettre n’est pas partie\u202f: {said}", f"The letter has not gone: {said}"), markup=False
    )
    return Exit.FINDINGS


def fetch() -> int:
    """What came of each mailbox."""
    state.ready()
    from garant.apps.mails import mailbox

    shown = table(say("Organisation", "Organisation"), say("Messages pris", "Messages taken"))
    for key, outcome in mailbox.look_all().items():
        shown.add_row(key, str(outcome) if isinstance(outcome, int) else say_text(outcome))
    out().print(shown)
    return Exit.OK
