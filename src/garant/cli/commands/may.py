"""`garant may`: may this person's data be used, and what people decided of it."""

from __future__ import annotations

from typing import Annotated

import typer

from garant.cli import options, state
from garant.cli.exits import Exit
from garant.cli.language import both, say, say_text
from garant.cli.output import note, out, table, warn
from garant.policy.text import Text

SubjectOption = Annotated[
    list[str],
    typer.Option(
        "--identity",
        metavar="KIND=VALUE",
        help=both(
            "email=…, phone=…, row=SYSTÈME/RACINE/CLÉ ; plusieurs d’une même personne.",
            "email=…, phone=…, row=SYSTEM/ROOT/KEY; several of one person.",
        ),
    ),
]
PurposeOption = Annotated[
    str,
    typer.Option(
        "--purpose", metavar="KEY", help=both("Finalité de la politique.", "Purpose of the policy.")
    ),
]

_COMMANDS = {
    "ask": both(
        "Dit si les données d’une personne peuvent servir à une finalité ; 1 sinon.",
        "Say whether a person’s data may be used for a purpose; 1 if not.",
    ),
    "consent": both("Enregistre un consentement donné ou retiré.", "Record a consent given or withdrawn."),
    "restrict": both(
        "Enregistre une limitation du traitement, ou sa levée.",
        "Record a restriction of processing, or its end.",
    ),
    "look": both("Regarde maintenant qui est au terme.", "Look now at who is past their term."),
    "counts": both("Ce qu’on a demandé, par jour et par finalité.", "What was asked, by day and purpose."),
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        no_args_is_help=True,
        help=both(
            "Puis-je ? Demandé avant d’utiliser les données d’une personne.",
            "May I? Asked before a person’s data are used.",
        ),
    )
    commands = (
        ("ask", ask),
        ("consent", consent),
        ("restrict", restrict),
        ("look", look),
        ("counts", counts),
    )
    for name, command in commands:
        group.command(name, help=_COMMANDS[name])(command)
    app.add_typer(group, name="may")


def ask(
    identity: SubjectOption,
    purpose: PurposeOption,
    data: Annotated[
        list[str] | None,
        typer.Option("--data", metavar="KEY", help=both("Catégorie de données.", "Data category.")),
    ] = None,
    organisation: state.OrganisationOption = None,
) -> int:
    """Yes or no, and because of what."""
    state.ready()
    from garant.apps.permissions import services

    key = state.the_organisation(organisation)
    answer = services.may(key, _people(identity), purpose, data or ())
    word = say("oui", "yes") if answer.allowed else say("non", "no")
    out().print(f"{word} · {say_text(answer.because)} ({answer.source})", markup=False, highlight=False)
    return Exit.OK if answer.allowed else Exit.FINDINGS


def consent(
    identity: SubjectOption,
    purpose: PurposeOption,
    given: Annotated[
        bool, typer.Option("--given/--withdrawn", help=both("Donné, ou retiré.", "Given, or withdrawn."))
    ],
    organisation: state.OrganisationOption = None,
) -> int:
    """The last word counts."""
    state.ready()
    from garant.apps.permissions import services

    key = state.the_organisation(organisation)
    services.consent(key, _people(identity), purpose, given=given, actor=state.actor())
    note("Enregistré.", "Recorded.")
    return Exit.OK


def restrict(
    identity: SubjectOption,
    lift: Annotated[bool, typer.Option("--lift", help=both("Lève la limitation.", "End it."))] = False,
    organisation: state.OrganisationOption = None,
) -> int:
    """Stored and no more, or as before."""
    state.ready()
    from garant.apps.permissions import services

    key = state.the_organisation(organisation)
    still = services.restrict(key, _people(identity), on=not lift, actor=state.actor())
    if not (lift and still):
        note("Enregistré.", "Recorded.")
        return Exit.OK
    note(
        "Enregistré ; une demande en cours, ou un plan exécuté (garant subject restrict), limite encore ces données : "
        "la réponse reste non jusqu’à sa fin.",
        "Recorded; a request in force, or a plan carried out (garant subject restrict), still restricts these data: "
        "the answer stays no until it ends.",
    )
    return Exit.FINDINGS


def look(organisation: state.OrganisationOption = None) -> int:
    """As each night."""
    state.ready()
    from garant.apps.permissions import services

    whose = state.the_organisation(organisation)
    seen = services.look(whose)
    note(f"Systèmes regardés : {seen}.", f"Systems looked at: {seen}.")
    unusable = services.unusable_maps(whose)
    for file, why in unusable:
        warn(
            Text(
                fr=f"{file} n’a pas été regardé\u202f: cette carte est inutilisable. {why}",
                en=f"{file} was not looked at: this map cannot be used. {why}",
            )
        )
    return Exit.FINDINGS if unusable else Exit.OK


def counts(organisation: state.OrganisationOption = None) -> int:
    """The latest day first."""
    state.ready()
    from garant.apps.permissions import services

    shown = table(
        say("Jour", "Day"), say("Finalité", "Purpose"), say("Réponse", "Answer"), say("Fois", "Times")
    )
    for one in services.counts(state.the_organisation(organisation)):
        shown.add_row(f"{one.day:%Y-%m-%d}", one.purpose, one.code, str(one.number))
    out().print(shown)
    return Exit.OK


def _people(identity: list[str]) -> list[tuple[str, str]]:
    return [pair for one in identity for pair in options.pairs([one], "--identity").items()]
