"""`garant backup`, `garant restore`, `garant drill`: Garant's own state, made safe, put back, and tried out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from garant.cli import state
from garant.cli.exits import Exit
from garant.cli.language import both, count, plural
from garant.cli.output import note, warn
from garant.policy.text import Text
from garant.site import paths

if TYPE_CHECKING:
    from garant.apps.backups.entries import DrillPassed
    from garant.apps.backups.services import Place
    from garant.policy.loader import LoadedPolicy

FileArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE",
        help=both(
            "La sauvegarde ; sinon, dans « backups » du dossier de Garant.",
            "The backup; else, in “backups” of Garant’s folder.",
        ),
    ),
]

RecipientOption = Annotated[
    list[str] | None,
    typer.Option(
        "--recipient",
        envvar="GARANT_BACKUP_RECIPIENTS",
        metavar="age1…",
        help=both(
            "Clé publique age pour qui chiffrer ; peut se répéter.",
            "Public key of age to encrypt for; may be repeated.",
        ),
    ),
]

IdentityOption = Annotated[
    Path | None,
    typer.Option(
        "--identity",
        envvar="GARANT_BACKUP_IDENTITY",
        metavar="FILE",
        help=both(
            "Fichier de la clé secrète age qui ouvre la sauvegarde.",
            "File of the secret key of age that opens the backup.",
        ),
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        "backup",
        help=both(
            "Sauvegarde Garant (base, archive, exécution durable) dans un seul fichier chiffré. "
            "Les clés se gardent à part.",
            "Back Garant up (database, archive, durable execution) in one encrypted file. Keys are kept apart.",
        ),
    )(backup)
    app.command(
        "restore",
        help=both(
            "Remet une sauvegarde dans une installation vide, la vérifie, la met à niveau.",
            "Put a backup into an empty installation, verify it, upgrade it.",
        ),
    )(restore)
    app.command(
        "drill",
        help=both(
            "Essaie la dernière sauvegarde : la restaure à part, vérifie tout, l’inscrit au registre, détruit l’essai.",
            "Try the last backup: restore it apart, verify everything, enter it in the ledger, destroy the trial.",
        ),
    )(drill)


def backup(
    file: FileArgument = None,
    recipient: RecipientOption = None,
    new_key: Annotated[
        Path | None,
        typer.Option(
            "--new-key",
            metavar="FILE",
            help=both(
                "Crée la clé secrète qui ouvrira les sauvegardes, et montre sa clé publique. Gardez-la ailleurs.",
                "Make the secret key that will open backups, and show its public key. Keep it elsewhere.",
            ),
        ),
    ] = None,
) -> int:
    """Write one encrypted file, or make the key that opens it."""
    state.wake()
    from garant.apps.backups import services

    if new_key is not None:
        public = services.new_identity(new_key)
        note(
            f"{new_key} ouvre les sauvegardes : gardez-le hors de cette machine. Clé publique : {public}",
            f"{new_key} opens backups: keep it off this machine. Public key: {public}",
        )
        return Exit.OK
    state.ready()
    made = services.make(_here(), file, recipient or [], actor=state.actor())
    manifest = made.manifest
    note(
        f"{made.path} est écrit : {count(len(manifest.counts))} tables, {count(manifest.rows)} lignes, "
        f"{plural(len(manifest.ledgers), ('registre', 'registres'), ('', ''))}. "
        f"Empreinte : {made.digest}",
        f"{made.path} is written: {count(len(manifest.counts))} tables, {count(manifest.rows)} rows, "
        f"{plural(len(manifest.ledgers), ('', ''), ('ledger', 'ledgers'))}. "
        f"Digest: {made.digest}",
    )
    note(
        "Les clés n’y sont pas : sauvegardez leur dossier à part. Essayez-la : garant drill",
        "The keys are not in it: back their folder up apart. Try it: garant drill",
    )
    return Exit.OK


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=both("La sauvegarde.", "The backup."))],
    identity: IdentityOption = None,
    into: Annotated[
        Path | None,
        typer.Option(
            "--into",
            metavar="DIR",
            help=both(
                "Dossier où restaurer, au lieu de celui de Garant.",
                "Folder to restore into, instead of Garant’s.",
            ),
        ),
    ] = None,
) -> int:
    """Put a backup back where nothing is, and say what to do before anybody works with it."""
    state.wake()
    from garant.apps.backups import services

    home = into.absolute() if into is not None else paths.home()
    manifest = services.restore(file, identity, _place(home, moved=into is not None))
    for organisation, ledger in manifest.ledgers.items():
        note(
            f"{organisation} : registre vérifié, {count(ledger.size)} entrées.",
            f"{organisation}: ledger verified, {count(ledger.size)} entries.",
        )
    note(
        f"Garant est restauré dans {home}, tel qu’au {manifest.made_at:%d/%m/%Y à %H:%M} UTC.",
        f"Garant is restored in {home}, as of {manifest.made_at:%Y-%m-%d %H:%M} UTC.",
    )
    warn(
        Text(
            fr="Ce qui a été effacé depuis, cette copie ne le sait pas. Avant d’ouvrir les systèmes : "
            "garant replay POLICY --check, puis refaites les demandes et les purges faites depuis. Un export du registre gardé "
            "ailleurs dit lesquelles : garant ledger since EXPORT. Tant que personne n’atteste l’avoir lu, rien ne s’exécute.",
            en="What was erased since then, this copy does not know. Before you open the systems: "
            "garant replay POLICY --check, then do again the requests and sweeps done since. An export of the ledger kept "
            "elsewhere says which: garant ledger since EXPORT. "
            "Until somebody says that they read it, nothing is carried out.",
        )
    )
    return Exit.OK


def drill(
    file: FileArgument = None,
    identity: IdentityOption = None,
    policy: Annotated[
        list[Path] | None,
        typer.Option(
            "--policy",
            envvar="GARANT_POLICY",
            metavar="DIR",
            help=both(
                "Politique d’une organisation, pour chercher dans son archive restaurée qui a été effacé depuis.",
                "Policy of an organisation, to look in its restored archive for whoever was erased since.",
            ),
        ),
    ] = None,
) -> int:
    """Restore apart, verify, measure, destroy, and enter the evidence."""
    state.ready()
    from garant.apps.backups import services

    policies = dict(_loaded(folder) for folder in policy or [])
    done = services.drill(_here(), file, identity, policies, actor=state.actor())
    note(f"Essai réussi : {done.path}", f"Drill passed: {done.path}")
    for organisation, passed in done.passed.items():
        _tell(organisation, passed)
    return Exit.OK


def _tell(organisation: str, passed: DrillPassed) -> None:
    note(
        f"{organisation} : {count(passed.entries)} entrées vérifiées, {count(passed.rows)} lignes comptées, "
        f"en {passed.seconds} s.",
        f"{organisation}: {count(passed.entries)} entries verified, {count(passed.rows)} rows counted, "
        f"in {passed.seconds} s.",
    )
    if passed.forgotten:
        warn(
            Text(
                fr=f"{organisation} : {count(passed.forgotten)} effacements sont plus récents que la sauvegarde. "
                "Sauvegardez plus souvent.",
                en=f"{organisation}: {count(passed.forgotten)} erasures are newer than the backup. Back up more often.",
            )
        )
    if passed.found:
        warn(
            Text(
                fr=f"{organisation} : {count(passed.found)} dossiers archivés reviendraient ; "
                "garant replay les efface de nouveau après une restauration.",
                en=f"{organisation}: {count(passed.found)} archived records would come back; "
                "garant replay erases them again after a restore.",
            )
        )
    if not passed.replayed:
        warn(
            Text(
                fr=f"{organisation} : sans --policy, son archive restaurée n’a pas été fouillée.",
                en=f"{organisation}: without --policy, its restored archive was not searched.",
            )
        )


def _loaded(folder: Path) -> tuple[str, LoadedPolicy]:
    from garant.policy.loader import load_policy

    loaded = load_policy(folder)
    return loaded.document.organisation.key, loaded


def _here() -> Place:
    return _place(paths.home(), moved=False)


def _place(home: Path, *, moved: bool) -> Place:
    """The installation of a folder; of another than Garant's own, with its database and archive in it."""
    from garant.apps.backups.services import Place, State
    from garant.site.databases import database

    url = os.environ.get("DATABASE_URL", "")
    archive = home / "archive" if moved else paths.archive_folder()
    where = State(home, archive, home / "checkpoints", database(url, home))
    return Place(where, state.keys(), paths.keys_folder())
