"""`garant mail`: whether letters go, and whether the mailbox is read."""

from __future__ import annotations

from typing import Annotated

import typer

from garant.cli import state
from garant.cli.exits import Exit
from garant.cli.language import both, plural, say, say_text, spoken
from garant.cli.output import CommandError, note, out, table
from garant.policy.text import Text


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
    group.command(
        "held",
        help=both(
            "Montre les lettres retenues après une restauration ; décide lesquelles partent.",
            "Show the letters that were kept after a restore; decide which go.",
        ),
    )(held)
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


def held(
    go: Annotated[
        list[str] | None,
        typer.Option(
            "--go",
            metavar="LETTER",
            help=both("Celle-ci part ; peut se répéter.", "This one goes; may be repeated."),
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help=both("Toutes partent.", "All of them go."))] = False,
    decided: Annotated[
        bool,
        typer.Option(
            "--decide",
            help=both(
                "Les lettres nommées partent, les autres ne partiront jamais.",
                "The letters named go, the others never will.",
            ),
        ),
    ] = False,
    organisation: state.OrganisationOption = None,
) -> int:
    """List them; with --decide, let those named go and end the others."""
    state.ready()
    from garant.apps.backups.services import reading
    from garant.apps.mails import holding

    key = state.the_organisation(organisation)
    found = holding.held(key)
    if not found:
        note("Aucune lettre n’est retenue.", "No letter is kept.")
        return Exit.OK
    going = {one.key for one in found} if every else set(go or ())
    if unknown := sorted(going - {one.key for one in found}):
        raise CommandError(
            Text(
                fr=f"Aucune lettre retenue ne s’appelle {unknown[0]}.",
                en=f"No letter kept is called {unknown[0]}.",
            )
        )
    if decided:
        gone, kept = reading.let_letters_go(key, going, actor=state.actor())
        going_words = plural(gone, ("lettre part", "lettres partent"), ("letter goes", "letters go"))
        kept_words = plural(kept, ("ne part pas", "ne partent pas"), ("does not", "do not"))
        note(f"{going_words}, {kept_words}.", f"{going_words}, {kept_words}.")
        return Exit.OK
    shown = table(
        say("Lettre", "Letter"),
        say("Genre", "Kind"),
        say("Au sujet de", "About"),
        say("Écrite le", "Written on"),
    )
    for one in found:
        shown.add_row(one.key, one.kind, one.about, f"{one.written_at:%Y-%m-%d %H:%M}")
    out().print(shown)
    return Exit.FINDINGS
