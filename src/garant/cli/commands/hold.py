"""`garant hold`: reasons that stop destruction; add, prolong, end, list."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from garant.cli import options, state
from garant.cli.exits import Exit
from garant.cli.language import both, plural, say
from garant.cli.output import CommandError, note, out, table, warn, write_json
from garant.policy.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from garant.apps.holds.services import Hold
    from garant.engine.holds import HeldRows
    from garant.engine.planning.subject import Place

POLICY = Path("policy")

UntilOption = Annotated[
    datetime | None,
    typer.Option(
        "--until",
        formats=["%Y-%m-%d"],
        metavar="DATE",
        help=both("Dernier jour de la suspension.", "Last day of the hold."),
    ),
]

ReviewOption = Annotated[
    datetime | None,
    typer.Option(
        "--review",
        formats=["%Y-%m-%d"],
        metavar="DATE",
        help=both(
            "Sans terme connu : jour avant lequel la réexaminer.",
            "Without a known end: day by which to review it.",
        ),
    ),
]

KeyArgument = Annotated[
    str, typer.Argument(metavar="KEY", help=both("Clé de la suspension.", "Key of the hold."))
]

_COMMANDS = {
    "add": both(
        "Pose une suspension sur une personne, une activité ou des lignes.",
        "Place a hold on a person, an activity or rows.",
    ),
    "prolong": both("Donne une autre fin à une suspension.", "Give a hold another end."),
    "end": both(
        "Lève une suspension ; les règles ordinaires reprennent au prochain plan.",
        "End a hold; the ordinary rules apply again from the next plan on.",
    ),
    "list": both("Montre les suspensions.", "Show the holds."),
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help=both(
            "Suspensions d’effacement : litige, contrôle, enquête (RGPD, art. 17(3)(e)).",
            "Holds: litigation, inspection, inquiry (GDPR, art. 17(3)(e)).",
        ),
        no_args_is_help=True,
    )
    for name, command in (("add", add), ("prolong", prolong), ("end", end), ("list", show)):
        group.command(name, help=_COMMANDS[name])(command)
    app.add_typer(group, name="hold")


def add(
    owner: Annotated[str, typer.Option(metavar="WHO", help=both("Qui en répond.", "Who answers for it."))],
    reason: Annotated[
        str,
        typer.Option(
            metavar="WHY",
            help=both(
                "Pourquoi, sans nommer la personne : la phrase figure dans les plans.",
                "Why, without naming the person: the sentence is in plans.",
            ),
        ),
    ],
    until: UntilOption = None,
    review: ReviewOption = None,
    identity: Annotated[
        list[str] | None,
        typer.Option(
            "--identity",
            metavar="KIND=VALUE",
            help=both(
                "La personne, par exemple email=… ; peut se répéter.",
                "The person, for instance email=…; may be repeated.",
            ),
        ),
    ] = None,
    activity: Annotated[
        str | None,
        typer.Option(metavar="KEY", help=both("L’activité de la politique.", "The activity of the policy.")),
    ] = None,
    rows: Annotated[
        str | None,
        typer.Option(
            metavar="SYSTEM:TABLE=K1,K2",
            help=both("Des lignes, par leurs clés.", "Rows, by their keys."),
        ),
    ] = None,
    policy: options.PolicyOption = POLICY,
    maps: options.MapsOption = None,
) -> int:
    """Place a hold, and say where the person is known now."""
    from garant.apps.promises.opening.workspace import open_workspace

    state.ready()
    from garant.apps.holds import services

    asked = services.Asked(
        owner,
        reason,
        until=_day(until),
        review=_day(review),
        identities=options.pairs(identity, "--identity") if identity else None,
        activity=activity,
        rows=None if rows is None else _rows(rows),
    )
    with open_workspace(policy, options.maps_folder(policy, maps), state.keys()) as workspace:
        state.ensure_organisation(workspace.policy.document.organisation)
        hold, places = services.place(workspace.policy, workspace.sources, asked, actor=state.actor())
    _tell(hold, places, by_identity=bool(identity))
    return Exit.OK


def _tell(hold: Hold, places: Sequence[Place], *, by_identity: bool) -> None:
    """What was placed, and where the person is known now."""
    note(f"Suspension posée : {hold.key}, {_term(hold)}.", f"Hold placed: {hold.key}, {_term(hold)}.")
    for place in places:
        found = plural(sum(t.rows for t in place.tables), ("ligne", "lignes"), ("row", "rows"))
        note(f"  {place.system} · {place.root} : {found}", f"  {place.system} · {place.root}: {found}")
    if by_identity and not places:
        warn(
            Text(
                fr="Personne n’est connu ainsi aujourd’hui ; la suspension vaudra dès que ce sera le cas.",
                en="Nobody is known by that today; the hold will apply as soon as somebody is.",
            )
        )


def prolong(
    key: KeyArgument,
    until: UntilOption = None,
    review: ReviewOption = None,
    organisation: state.OrganisationOption = None,
) -> int:
    """Give a hold another end."""
    state.ready()
    from garant.apps.holds import services

    whose = state.the_organisation(organisation)
    hold = services.prolong(whose, key, until=_day(until), review=_day(review), actor=state.actor())
    note(f"Suspension {hold.key} : {_term(hold)}.", f"Hold {hold.key}: {_term(hold)}.")
    return Exit.OK


def end(key: KeyArgument, organisation: state.OrganisationOption = None) -> int:
    """End a hold."""
    state.ready()
    from garant.apps.holds import services

    hold = services.end(state.the_organisation(organisation), key, actor=state.actor())
    note(
        f"Suspension {hold.key} levée ; Garant ne sait plus sur qui elle portait.",
        f"Hold {hold.key} ended; Garant no longer knows whom it was about.",
    )
    return Exit.OK


def show(
    every: Annotated[
        bool, typer.Option("--all", help=both("Aussi celles qui sont finies.", "Those that are over too."))
    ] = False,
    form: options.FormOption = options.Form.TEXT,
    organisation: state.OrganisationOption = None,
) -> int:
    """List the holds; a review that is overdue is a finding."""
    state.ready()
    from garant.apps.holds import services

    found = services.listing(state.the_organisation(organisation), ended=every)
    late = [hold for hold in found if services.overdue(hold)]
    if form is options.Form.TEXT:
        _show(found)
    else:
        write_json([_document(hold) for hold in found])
    for hold in late:
        warn(
            Text(
                fr=f"La suspension {hold.key} devait être réexaminée avant le {hold.review:%d/%m/%Y}.",
                en=f"Hold {hold.key} was to be reviewed by {hold.review}.",
            )
        )
    return Exit.FINDINGS if late else Exit.OK


def _show(found: list[Hold]) -> None:
    if not found:
        note("Aucune suspension en cours.", "No hold in force.")
        return
    shown = table(
        say("Clé", "Key"),
        say("Porte sur", "On"),
        say("Responsable", "Owner"),
        say("Motif", "Reason"),
        say("Terme", "Term"),
    )
    for hold in found:
        shown.add_row(hold.key, _subject(hold), hold.owner, hold.reason, _term(hold))
    out().print(shown)


def _subject(hold: Hold) -> str:
    if hold.on == "activity":
        return f"{say('activité', 'activity')} {hold.activity}"
    return say("une personne", "a person") if hold.on == "person" else say("des lignes", "rows")


def _term(hold: Hold) -> str:
    if hold.ended_at is not None:
        return f"{say('finie le', 'ended on')} {_written(hold.ended_at.date())}"
    if hold.until is not None:
        return f"{say('jusqu’au', 'until')} {_written(hold.until)}"
    assert hold.review is not None
    return f"{say('sans terme, à réexaminer avant le', 'until ended, to be reviewed by')} {_written(hold.review)}"


def _written(day: date) -> str:
    return say(f"{day:%d/%m/%Y}", day.isoformat())


def _document(hold: Hold) -> dict[str, object]:
    return {
        "key": hold.key,
        "on": hold.on,
        "activity": hold.activity or None,
        "owner": hold.owner,
        "reason": hold.reason,
        "until": hold.until,
        "review": hold.review,
        "placed_at": hold.placed_at.isoformat(),
        "ended_at": hold.ended_at and hold.ended_at.isoformat(),
    }


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _rows(written: str) -> HeldRows:
    from garant.engine.holds import HeldRows

    place, _, keys = written.partition("=")
    system, _, name = place.partition(":")
    named = tuple(key.strip() for key in keys.split(",") if key.strip())
    if not system or not name or not named:
        raise CommandError(
            Text(
                fr="--rows s’écrit SYSTEME:TABLE=CLE1,CLE2.", en="--rows is written SYSTEM:TABLE=KEY1,KEY2."
            ),
            Text(fr="Par exemple : --rows crm:message=12,13", en="For instance: --rows crm:message=12,13"),
        )
    return HeldRows(system, name, named)
