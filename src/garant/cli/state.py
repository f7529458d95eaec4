"""Garant's own state, as commands need it: awake, with its keys, under the name of who acts."""

from __future__ import annotations

import getpass
import os
from typing import TYPE_CHECKING, Annotated

import typer

from garant.cli.language import both
from garant.cli.output import CommandError, warn
from garant.ledger.keys import KeySource, key_source
from garant.policy.text import Text
from garant.site import own, paths, setup

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from garant.apps.promises.opening.workspace import Workspace
    from garant.engine.document import Gone, Plan
    from garant.engine.holds import Hold
    from garant.engine.planning.restricted import Holding, Known, Place, Staying
    from garant.policy.document import Organisation

wake = setup.wake
ready = setup.ready

OrganisationOption = Annotated[
    str | None,
    typer.Option(
        "--organisation",
        metavar="KEY",
        help=both(
            "Clé de l’organisation ; sans elle, la seule qui est ici.",
            "Key of the organisation; without it, the only one here.",
        ),
    ),
]


def keys() -> KeySource:
    """Give the source of the installation's keys, whether they were made or not."""
    return key_source(paths.keys_folder(), os.environ)


def actor() -> str:
    """Name who acts: GARANT_ACTOR, else the account of the operating system."""
    named = os.environ.get("GARANT_ACTOR", "").strip()
    return named or getpass.getuser()


def ensure_organisation(organisation: Organisation) -> None:
    """Make sure that the policy's organisation has its ledger here."""
    from garant.apps.organisations import services

    services.ensure_organisation(organisation.key, organisation.name, organisation.time_zone)


def holds(organisation: str, *, destroys: bool) -> tuple[Hold, ...]:
    """Give the holds in force, and where something is to be destroyed what people's requests keep; none where Garant was
    never set up, since none could be placed there."""
    if not setup.has_state():
        return ()
    ready()
    from garant.apps.holds import services
    from garant.apps.organisations.services import keys as known

    if organisation not in known():
        return ()
    return services.against_destruction(organisation) if destroys else services.in_force(organisation)


def anew(plan: Plan) -> Plan:
    """Give a plan that was just made a digest of its own where one that said the same has been carried out here."""
    if not setup.has_state():
        return plan
    ready()
    from garant.apps.organisations.services import keys as known
    from garant.apps.promises import services

    return services.anew(plan) if plan.organisation in known() else plan


def forgotten(organisation: str) -> Known:
    """Give which records a restriction may be on that a restored Garant forgot; none where it was not restored."""
    from garant.engine.planning.restricted import no_place

    if setup.has_state():
        ready()
        from garant.apps.organisations.services import keys as known
        from garant.apps.rights import services

        if organisation in known():
            return services.forgotten(organisation)
    return no_place


def restricting(organisation: str) -> tuple[list[dict[str, str]], Holding]:
    """Give by what those are known whose requests restrict, and which records these hold; tell where there is nowhere
    to look for them.
    """
    if setup.has_state():
        ready()
        from garant.apps.organisations.services import keys as known
        from garant.apps.rights import services

        if organisation in known():
            return services.restricting(organisation), services.holding(organisation)
    warn(
        Text(
            fr="Cette organisation n’a pas de demandes ici : personne n’a regardé si une demande limite encore ces données.",
            en="This organisation has no requests here: nobody looked whether a request still restricts these data.",
        )
    )
    from garant.engine.planning.restricted import nothing_held

    return [], nothing_held


def marked(organisation: str) -> tuple[Staying, Known]:
    """Give what of a mark was there before anything restricted its record, and which records a terminal restricts."""
    from garant.engine.planning.restricted import every_place, nothing_stays

    if not setup.has_state():
        return nothing_stays, every_place
    ready()
    from garant.apps.promises.people import restrictions

    return restrictions.staying(organisation), restrictions.known(organisation)


def absent(
    workspace: Workspace, asked: Sequence[Mapping[str, str]]
) -> tuple[Mapping[Place, bool], Sequence[Gone]]:
    """Give the records restricted under what people named themselves that are known otherwise now, or gone; tell of those that
    are not looked for.
    """
    if not setup.has_state():
        return {}, []
    ready()
    from garant.apps.promises.people import absent

    organisation = workspace.policy.document.organisation.key
    found = absent.look(workspace, organisation, [one for person in asked for one in person.items()])
    for system in found.unread:
        warn(
            Text(
                fr=f"Une limitation sous ce nom porte sur {system}, qui n’est pas lu ici\u202f: elle continue.",
                en=f"A restriction under this name is on {system}, which is not read here: it goes on.",
            )
        )
    for (system, root, key), known in found.places.items():
        if not known:
            warn(
                Text(
                    fr=f"Encore limitée, et connue autrement\u202f: {system}/{root}/{key}.",
                    en=f"Still restricted, and known otherwise: {system}/{root}/{key}.",
                )
            )
    return found.places, found.gone


def the_organisation(key: str | None) -> str:
    """Give the key of the organisation that a command is about: as said, else the only one besides the installation's.

    Raises:
        CommandError: there is none, or several and none was named.
    """
    from garant.apps.organisations import services

    if key is not None:
        return services.organisation(key).key
    known = services.keys()
    companies = [one for one in known if one != own.INSTALLATION] or known
    if len(companies) == 1:
        return companies[0]
    if not known:
        raise CommandError(
            Text(fr="Aucune organisation n’est encore ici.", en="No organisation is here yet."),
            Text(fr="Tapez : garant init --policy POLICY", en="Type: garant init --policy POLICY"),
        )
    raise CommandError(
        Text(fr="Plusieurs organisations sont ici.", en="Several organisations are here."),
        Text(
            fr=f"Choisissez avec --organisation : {', '.join(known)}",
            en=f"Choose with --organisation: {', '.join(known)}",
        ),
    )


def can_record(organisation: Organisation) -> bool:
    """Say whether the ledger is there; where it is not, tell so: looking needs no installation."""
    try:
        ready()
    except setup.NotReadyError:
        warn(
            Text(
                fr="Garant n’est pas installé ici : cette recherche n’est pas inscrite au registre.",
                en="Garant is not set up here: this search is not recorded in a ledger.",
            )
        )
        return False
    ensure_organisation(organisation)
    return True
