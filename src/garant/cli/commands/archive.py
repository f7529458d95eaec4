"""`garant archive`: the intermediate archive, consulted one record at a time by those who are entitled."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from garant.cli import options, state
from garant.cli.exits import Exit
from garant.cli.language import both, count, plural, say
from garant.cli.output import note, out, table
from garant.cli.views.archive import end_in_words, in_words, last_day, show_record, tell_apart, tell_who_may

if TYPE_CHECKING:
    from garant.policy.loader import LoadedPolicy
    from garant.systems.archive.store import ArchiveStore, RecordEntry

POLICY = Path("policy")

RecordArgument = Annotated[
    str,
    typer.Argument(
        metavar="RECORD",
        help=both("Numéro du dossier, donné par « find ».", "Number of the record, given by “find”."),
    ),
]

WhoArgument = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help=both(
            "Qui, comme dans GARANT_ACTOR ; pour le site, l’adresse de son compte.",
            "Who, as in GARANT_ACTOR; for the site, the address of their account.",
        ),
    ),
]

_COMMANDS = {
    "list": both(
        "Compte les dossiers par règle et par terme ; ne dit rien de personne.",
        "Count the records by rule and end date; says nothing of anybody.",
    ),
    "find": both(
        "Donne les numéros des dossiers d’une personne, sans les ouvrir.",
        "Give the numbers of a person’s records, without opening them.",
    ),
    "consult": both(
        "Montre un dossier à qui y est habilité, avec un motif ; le registre le dit.",
        "Show one record to whoever is entitled, for a reason; the ledger says so.",
    ),
    "release": both(
        "Détruit ce qu’une limitation levée a laissé scellé, une fois décidé ce que le système garde.",
        "Destroy what a lifted restriction left sealed, once it is decided what the system holds.",
    ),
    "allow": both("Habilite une personne à consulter.", "Entitle a person to consult."),
    "revoke": both("Retire une habilitation.", "Take an entitlement back."),
    "allowed": both("Montre qui est habilité.", "Show who is entitled."),
    "uses": both(
        "Montre qui a consulté quel dossier, pourquoi, et à quelle entrée du registre.",
        "Show who consulted which record, why, and by which entry of the ledger.",
    ),
    "rotate": both(
        "Remplace la clé de l’archive ; les dossiers restent lisibles, l’ancienne clé n’ouvre plus rien.",
        "Replace the archive’s key; records stay readable, the old key opens nothing any more.",
    ),
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help=both(
            "Archive intermédiaire : compter, chercher, consulter, habiliter.",
            "Intermediate archive: count, find, consult, entitle.",
        ),
        no_args_is_help=True,
    )
    for name, command in (
        ("list", list_records),
        ("find", find),
        ("consult", consult),
        ("release", release),
        ("allow", allow),
        ("revoke", revoke),
        ("allowed", allowed),
        ("uses", uses),
        ("rotate", rotate),
    ):
        group.command(name, help=_COMMANDS[name])(command)
    app.add_typer(group, name="archive")


def list_records(policy: options.PolicyOption = POLICY) -> int:
    """Count the records by system, rule and the day on which they end."""
    from garant.apps.archives.looking import by_end

    loaded, store = _opened(policy)
    groups = store.groups() if store is not None else []
    waiting, left = store.of_restrictions() if store is not None else (0, 0)
    tell_apart(waiting, left)
    if not groups and (waiting or left):
        return Exit.OK
    if not groups:
        note("L’archive est vide.", "The archive is empty.")
        return Exit.OK
    shown = table(
        say("Système", "System"),
        say("Règle", "Rule"),
        say("Dernier jour", "Last day"),
        say("Dossiers", "Records"),
        say("Lignes", "Rows"),
    )
    for column in shown.columns[3:]:
        column.justify = "right"
    for (system, rule, last), (records, rows) in by_end(loaded.document, groups).items():
        shown.add_row(system, rule, end_in_words(last), count(records), count(rows))
    out().print(shown)
    return Exit.OK


def find(identity: options.IdentityOption, policy: options.PolicyOption = POLICY) -> int:
    """Say which records are a person's: their numbers, never what they hold."""
    from garant.apps.archives.looking import found as records_of

    loaded, store = _opened(policy)
    identities = options.pairs(identity, "--identity")
    found = [] if store is None else records_of(store, loaded, identities.items())
    if not found:
        note("Aucun dossier archivé n’est connu ainsi.", "No archived record is known by that.")
        return Exit.FINDINGS
    shown = table(
        say("Dossier", "Record"), say("Système", "System"), say("Règle", "Rule"),
        say("Archivé le", "Archived on"), say("Dernier jour", "Last day"), say("Lignes", "Rows"),
    )  # fmt: skip
    for entry in found:
        last = last_day(loaded, entry.rule, entry.counted_from)
        shown.add_row(entry.id, entry.system, entry.rule, in_words(entry.archived), last, count(entry.rows))
    out().print(shown)
    return Exit.OK


def consult(
    record: RecordArgument,
    reason: Annotated[
        str,
        typer.Option(
            "--reason",
            metavar="TEXT",
            help=both("Pourquoi, en une phrase ; gardée chiffrée.", "Why, in a sentence; kept encrypted."),
        ),
    ],
    out_file: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="ZIP",
            help=both(
                "Écrit le dossier ici, lignes et fichiers, au lieu de le montrer.",
                "Write the record here, rows and files, instead of showing it.",
            ),
        ),
    ] = None,
    policy: options.PolicyOption = POLICY,
) -> int:
    """Enter the consultation in the ledger, then show the record, or write it."""
    state.ready()
    from garant.apps.archives import services

    loaded, store = _opened(policy)
    if store is None:
        return _empty()
    key, today = _whose(loaded)
    entry = services.consult(key, store, record, actor=state.actor(), reason=reason, today=today)
    tell_who_may(loaded, entry)
    if out_file is None:
        show_record(store, entry)
    else:
        _write(store, entry, out_file)
    return Exit.OK


def release(
    record: RecordArgument,
    reason: Annotated[
        str,
        typer.Option(
            "--reason",
            metavar="TEXT",
            help=both(
                "Ce qui a été décidé, en une phrase ; gardé chiffré.",
                "What was decided, in a sentence; kept encrypted.",
            ),
        ),
    ],
    policy: options.PolicyOption = POLICY,
) -> int:
    """Enter the decision in the ledger, then destroy the record."""
    state.ready()
    from garant.apps.archives import services
    from garant.systems.archive.archive import RecordArchive

    loaded, store = _opened(policy)
    if store is None:
        return _empty()
    key, today = _whose(loaded)
    archive, actor = RecordArchive(store), state.actor()
    entry = services.release(key, archive, record, actor=actor, reason=reason, today=today)
    note(f"Dossier {entry.id} détruit.", f"Record {entry.id} destroyed.")
    return Exit.OK


def _empty() -> int:
    note("L’archive est vide.", "The archive is empty.")
    return Exit.FINDINGS


def _whose(loaded: LoadedPolicy) -> tuple[str, date]:
    """The organisation of a policy, known here from now on, and the day it is there."""
    organisation = loaded.document.organisation
    state.ensure_organisation(organisation)
    return organisation.key, datetime.now(ZoneInfo(organisation.time_zone)).date()


def allow(
    name: WhoArgument,
    policy: options.PolicyOption = POLICY,
    until: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help=both("Dernier jour de l’habilitation.", "Last day of the entitlement."),
        ),
    ] = None,
) -> int:
    """Entitle a person to consult the archive."""
    organisation = _organisation(policy)
    from garant.apps.archives import services

    last = until.date() if until is not None else None
    services.allow(organisation, name, until=last, by=state.actor())
    end = say("jusqu’à son retrait", "until it is taken back") if last is None else in_words(last)
    note(f"{name} peut consulter l’archive : {end}.", f"{name} may consult the archive: {end}.")
    return Exit.OK


def revoke(name: WhoArgument, policy: options.PolicyOption = POLICY) -> int:
    """Take an entitlement back."""
    organisation = _organisation(policy)
    from garant.apps.archives import services

    if services.revoke(organisation, name, by=state.actor()):
        note(f"{name} ne peut plus consulter l’archive.", f"{name} may no longer consult the archive.")
        return Exit.OK
    note(f"{name} n’était pas habilité.", f"{name} was not entitled.")
    return Exit.FINDINGS


def allowed(policy: options.PolicyOption = POLICY) -> int:
    """Show who may consult the archive."""
    organisation = _organisation(policy)
    from garant.apps.archives import services

    people = services.entitled(organisation)
    for name, until in people:
        note(
            f"{name} {in_words(until) if until else ''}".rstrip(),
            f"{name} {in_words(until) if until else ''}".rstrip(),
        )
    if not people:
        note("Personne n’est habilité.", "Nobody is entitled.")
    return Exit.OK


def uses(policy: options.PolicyOption = POLICY) -> int:
    """List consultations; 1 where a reason is not the one whose digest the ledger has."""
    organisation = _organisation(policy)
    from garant.apps.archives import services

    found = services.uses(organisation, state.keys().read("archive"))
    if not found:
        note("Aucun dossier n’a été consulté.", "No record was consulted.")
        return Exit.OK
    shown = table(
        say("Le", "On"), say("Qui", "Who"), say("Dossier", "Record"), say("Motif", "Reason"),
        say("Entrée", "Entry"),
    )  # fmt: skip
    for one in found:
        entry = "—" if one.entry is None else str(one.entry)
        shown.add_row(f"{one.at:%Y-%m-%d %H:%M}", one.actor, one.record, one.reason or "?", entry)
    out().print(shown)
    return Exit.OK if all(one.entry is not None for one in found) else Exit.FINDINGS


def rotate() -> int:
    """Replace the archive's key, for every organisation here."""
    state.ready()
    from garant.apps.archives import services
    from garant.site.paths import archive_folder

    records = services.rotate_key(state.keys(), archive_folder(), by=state.actor())
    kept = plural(records, ("dossier s’ouvre", "dossiers s’ouvrent"), ("record opens", "records open"))
    note(
        f"Clé de l’archive remplacée ; {kept} avec la nouvelle.",
        f"Archive key replaced; {kept} with the new one.",
    )
    note(
        "Sauvegardez la clé, maintenant. Détruisez les copies de l’ancienne, et les sauvegardes de l’archive "
        "d’avant ce jour : ensemble, elles ouvrent encore.",
        "Back the key up, now. Destroy the copies of the old one, and the backups of the archive from before "
        "today: together they still open.",
    )
    return Exit.OK


def _opened(policy: Path) -> tuple[LoadedPolicy, ArchiveStore | None]:
    """The policy, and its organisation's archive where anything was ever archived."""
    from garant.apps.promises.opening.archiving import archive_of
    from garant.policy.loader import load_policy

    loaded = load_policy(policy)
    archive = archive_of(loaded.document.organisation.key, state.keys())
    return loaded, archive.store if archive is not None and archive.store.exists else None


def _organisation(policy: Path) -> str:
    from garant.policy.loader import load_policy

    state.ready()
    organisation = load_policy(policy).document.organisation
    state.ensure_organisation(organisation)
    return organisation.key


def _write(store: ArchiveStore, entry: RecordEntry, file: Path) -> None:
    """Write the record for its owner only, and say what Garant does not do with it."""
    from garant.cli.newfile import new_file
    from garant.systems.archive.reading import unpack

    with new_file(file) as (raw, _):
        unpack(store.content(entry.id), raw)
    note(
        f"{file}\u202f: le dossier, déchiffré. Détruisez-le après usage.",
        f"{file}: the record, decrypted. Destroy it after use.",
    )
    note(
        "Garant ne remet pas ces lignes dans la base\u202f: le système a pu changer depuis, et ses règles ne sont pas les "
        "nôtres. Remettez-les par le système lui-même, et suspendez la personne (garant hold add) avant la prochaine "
        "purge, qui les archiverait de nouveau.",
        "Garant does not put these rows back: the system may have changed since, and its rules are not ours. Put them "
        "back by the system itself, and place a hold on the person (garant hold add) before the next sweep, which "
        "would archive them again.",
    )
