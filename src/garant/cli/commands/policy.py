"""`garant policy`: the versions of a policy, from a draft to the day it takes effect."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from garant.cli import options, state
from garant.cli.exits import Exit
from garant.cli.language import both
from garant.cli.output import note, write_json
from garant.cli.views import policy as policyview

VersionArgument = Annotated[
    str,
    typer.Argument(metavar="VERSION", help=both("Numéro de la version.", "Number of the version.")),
]

ReasonOption = Annotated[
    str,
    typer.Option("--reason", metavar="WHY", help=both("Ce qui doit changer.", "What has to change.")),
]

_COMMANDS = {
    "import": both(
        "Fait un brouillon d’un dossier de fichiers YAML.", "Make a draft of a folder of YAML files."
    ),
    "export": both("Écrit une version en fichiers YAML.", "Write a version as YAML files."),
    "list": both("Montre les versions.", "Show the versions."),
    "show": both("Montre une version et où elle en est.", "Show a version and where it stands."),
    "diff": both(
        "Dit ce qui change d’une version à l’autre, le plus lourd pour les personnes d’abord.",
        "Say what changes from one version to another, what weighs most on people first.",
    ),
    "consequences": both(
        "Demande aux systèmes ce qu’une version changerait. Ne change rien.",
        "Ask the systems what a version would change. Changes nothing.",
    ),
    "submit": both("Soumet un brouillon à la relecture.", "Submit a draft for review."),
    "reject": both("Renvoie une version à son auteur.", "Send a version back to its author."),
    "approve": both(
        "Approuve une version soumise par quelqu’un d’autre.",
        "Approve a version that somebody else submitted.",
    ),
    "notice": both(
        "Note que les personnes concernées ont été prévenues.", "Note that the people concerned were told."
    ),
    "correct-notice": both(
        "Corrige le jour où les personnes ont été prévenues.", "Correct the day on which people were told."
    ),
    "publish": both("Publie une version pour un jour.", "Publish a version for a day."),
    "unpublish": both(
        "Retire une publication dont le jour est à venir.", "Withdraw a publication whose day is to come."
    ),
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        no_args_is_help=True,
        help=both(
            "Versions de la politique : rédiger, relire, approuver, publier.",
            "Versions of the policy: write, review, approve, publish.",
        ),
    )
    commands = (
        ("import", import_),
        ("export", export),
        ("list", show_all),
        ("show", show),
        ("diff", diff),
        ("consequences", consequences),
        ("submit", submit),
        ("reject", reject),
        ("approve", approve),
        ("notice", notice),
        ("correct-notice", correct_notice),
        ("publish", publish),
        ("unpublish", unpublish),
    )
    for name, command in commands:
        group.command(name, help=_COMMANDS[name])(command)
    app.add_typer(group, name="policy")


def import_(policy: options.PolicyArgument) -> int:
    """Make a draft of a folder; the same folder makes the same draft."""
    state.ready()
    from garant.apps.policies import services

    version = services.import_folder(policy, actor=state.actor())
    note(
        f"Version {version.number} : un brouillon. Ensuite : garant policy submit {version.number}",
        f"Version {version.number}: a draft. Next: garant policy submit {version.number}",
    )
    return Exit.OK


def export(
    version: VersionArgument,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help=both("Dossier à écrire.", "Folder to write."))
    ],
    organisation: state.OrganisationOption = None,
) -> int:
    """Write the files of a version in a new folder."""
    state.ready()
    from garant.apps.policies import services
    from garant.policy.writer import write_policy

    found = services.find(state.the_organisation(organisation), version)
    write_policy(found.policy, folder)
    note(f"La version {found.number} est écrite dans {folder}.", f"Version {found.number} is in {folder}.")
    return Exit.OK


def show_all(
    form: options.FormOption = options.Form.TEXT, organisation: state.OrganisationOption = None
) -> int:
    """List the versions, the latest first."""
    state.ready()
    from garant.apps.policies import services
    from garant.apps.register import services as register

    whose = state.the_organisation(organisation)
    found, current = services.versions(whose), services.published(whose)
    if form is options.Form.TEXT:
        policyview.show_versions(found, {one.key: register.standing(whose, one).state for one in found})
    else:
        write_json([policyview.document(one, current) for one in found])
    return Exit.OK


def show(version: VersionArgument, organisation: state.OrganisationOption = None) -> int:
    """Show where a version stands, and what it waits for."""
    state.ready()
    from garant.apps.policies import services
    from garant.apps.register import services as register

    whose = state.the_organisation(organisation)
    found = services.find(whose, version)
    policyview.show_version(found, register.standing(whose, found).state)
    policyview.show_notice(found, services.announcements(found), services.earliest_day(found))
    policyview.show_hanging(services.hanging(found))
    policyview.show_consequences(found, services.consequence_lines(found))
    return Exit.OK


def diff(
    version: VersionArgument,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="VERSION",
            help=both(
                "Version de départ ; sinon, celle qui est en vigueur.",
                "Version to start from; else the one in force.",
            ),
        ),
    ] = None,
    form: options.FormOption = options.Form.TEXT,
    organisation: state.OrganisationOption = None,
) -> int:
    """Say what changes; 1 to the shell where something does."""
    state.ready()
    from garant.apps.policies import services

    whose = state.the_organisation(organisation)
    new = services.find(whose, version)
    old = services.find(whose, against) if against else services.published(whose)
    changes = services.changes(old, new)
    if form is options.Form.TEXT:
        policyview.show_changes(old, new, changes)
    else:
        write_json([policyview.change_document(change) for change in changes])
    return Exit.FINDINGS if changes else Exit.OK


def consequences(
    version: VersionArgument,
    maps: options.MapsOption = None,
    on: options.AsOfOption = None,
    organisation: state.OrganisationOption = None,
) -> int:
    """Count what a version would change on the systems, and keep the answer with it."""
    state.ready()
    from garant.apps.policies import services

    whose = state.the_organisation(organisation)
    found = services.find(whose, version)
    day = None if on is None else on.date()
    services.count_consequences(whose, found.key, on=day, maps=maps)
    found = services.find(whose, version)
    policyview.show_consequences(found, services.consequence_lines(found))
    return Exit.OK


def submit(version: VersionArgument, organisation: state.OrganisationOption = None) -> int:
    """Ask for a review."""
    state.ready()
    from garant.apps.policies import services

    whose = state.the_organisation(organisation)
    found = services.submit(whose, services.find(whose, version).key, actor=state.actor())
    note(
        f"Version {found.number} soumise. Une autre personne l’approuve : "
        f"garant policy approve {found.number} --approve {found.digest}",
        f"Version {found.number} submitted. Another person approves it: "
        f"garant policy approve {found.number} --approve {found.digest}",
    )
    policyview.show_hanging(services.hanging(found))
    return Exit.OK


def reject(
    version: VersionArgument, reason: ReasonOption, organisation: state.OrganisationOption = None
) -> int:
    """Send a version back, with a reason."""
    state.ready()
    from garant.apps.policies import services

    whose = state.the_organisation(organisation)
    found = services.find(whose, version)
    services.reject(whose, found.key, reason=reason, actor=state.actor())
    note(
        f"La version {found.number} est de nouveau un brouillon.", f"Version {found.number} is a draft again."
    )
    return Exit.OK


def approve(
    version: VersionArgument,
    digest: Annotated[
        str,
        typer.Option(
            "--approve",
            metavar="DIGEST",
            help=both("Empreinte de la version relue.", "Digest of the version that you reviewed."),
        ),
    ],
    organisation: state.OrganisationOption = None,
) -> int:
    """Approve what somebody else submitted."""
    state.ready()
    from garant.apps.policies import services

    whose = state.the_organisation(organisation)
    key = services.find(whose, version).key
    found = services.approve(whose, key, digest=digest, actor=state.actor())
    note(
        f"Version {found.number} approuvée. Ensuite : garant policy publish {found.number} --on DATE",
        f"Version {found.number} approved. Next: garant policy publish {found.number} --on DATE",
    )
    policyview.show_hanging(services.hanging(found))
    policyview.show_notice(found, services.announcements(found), services.earliest_day(found))
    return Exit.OK


def notice(
    version: VersionArgument,
    channel: Annotated[
        str,
        typer.Option(
            metavar="HOW", help=both("Par quel moyen : courriel, lettre…", "By what means: e-mail, letter…")
        ),
    ],
    evidence: Annotated[
        str,
        typer.Option(metavar="WHAT", help=both("Ce qui le prouve : référence…", "What shows it: reference…")),
    ],
    on: Annotated[
        datetime | None,
        typer.Option(
            "--on",
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help=both("Quand ; sinon aujourd’hui.", "When; else today."),
        ),
    ] = None,
    organisation: state.OrganisationOption = None,
) -> int:
    """Record that people were told, and say from when the version may take effect."""
    state.ready()
    from garant.apps.policies import services

    whose = state.the_organisation(organisation)
    found = services.find(whose, version)
    day = services.today(whose) if on is None else on.date()
    services.record_notice_given(
        whose, found.key, channel=channel, on=day, evidence=evidence, actor=state.actor()
    )
    policyview.show_notice(found, services.announcements(found), services.earliest_day(found))
    return Exit.OK


def correct_notice(
    version: VersionArgument,
    was: Annotated[
        datetime,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="DATE", help=both("Le jour noté.", "The day that was recorded.")
        ),
    ],
    on: Annotated[
        datetime,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help=both("Le jour où l’annonce est partie.", "The day on which the notice went out."),
        ),
    ],
    organisation: state.OrganisationOption = None,
) -> int:
    """Put the day right: what was recorded stays in the ledger, and the correction is added to it."""
    state.ready()
    from garant.apps.policies import services

    whose = state.the_organisation(organisation)
    found = services.find(whose, version)
    wrong = next((one.pk for one in services.notices(found) if one.on == was.date()), 0)
    services.correct_notice(whose, found.key, wrong, on=on.date(), actor=state.actor())
    first = services.too_soon(found)
    if first is None:
        policyview.show_notice(found, services.announcements(found), services.earliest_day(found))
        return Exit.OK
    note(
        f"La version {found.number} est publiée pour un jour trop proche. Retirez sa publication, puis publiez-la pour le "
        f"{first:%d/%m/%Y} : garant policy unpublish {found.number}",
        f"Version {found.number} is published for too soon a day. Withdraw its publication, then publish it for "
        f"{first.isoformat()}: garant policy unpublish {found.number}",
    )
    return Exit.FINDINGS


def publish(
    version: VersionArgument,
    on: Annotated[
        datetime | None,
        typer.Option(
            "--on",
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help=both("Premier jour en vigueur ; sinon aujourd’hui.", "First day in force; else today."),
        ),
    ] = None,
    organisation: state.OrganisationOption = None,
) -> int:
    """Publish an approved version: it never changes afterwards."""
    state.ready()
    from garant.apps.policies import services

    whose = state.the_organisation(organisation)
    day = services.today(whose) if on is None else on.date()
    found = services.publish(whose, services.find(whose, version).key, on=day, actor=state.actor())
    note(
        f"Version {found.number} publiée, en vigueur à partir du {day:%d/%m/%Y}. Empreinte : {found.digest}",
        f"Version {found.number} published, in force from {day.isoformat()}. Digest: {found.digest}",
    )
    return Exit.OK


def unpublish(
    version: VersionArgument, reason: ReasonOption, organisation: state.OrganisationOption = None
) -> int:
    """Before its day: the version is approved again."""
    state.ready()
    from garant.apps.policies import services

    whose = state.the_organisation(organisation)
    key = services.find(whose, version).key
    found = services.unpublish(whose, key, reason=reason, actor=state.actor())
    note(
        f"La publication de la version {found.number} est retirée. Ensuite : garant policy publish {found.number} --on DATE",
        f"The publication of version {found.number} is withdrawn. Next: garant policy publish {found.number} --on DATE",
    )
    return Exit.OK
