"""`garant ledger`: verify, export, prove and inspect what was done."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from garant.cli import state
from garant.cli.exits import Exit
from garant.cli.language import both, count, say
from garant.cli.output import CommandError, note, out, table, warn
from garant.ledger import (
    InclusionProof,
    ProofUnusableError,
    Record,
    VerifierKey,
    inspect_export,
    read_records,
    verify_export,
)
from garant.policy.text import Text

if TYPE_CHECKING:
    from garant.apps.backups.since import Since

KeyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--key",
        metavar="KEY",
        help=both(
            "Clé publique en qui vous avez confiance (nom+empreinte+base64) ; peut se répéter.",
            "Public key that you trust (name+hash+base64); may be repeated.",
        ),
    ),
]

ExportArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="EXPORT",
        help=both(
            "Dossier ou ZIP exporté, ou fichier de preuve ; sans lui, le registre d’ici.",
            "Exported folder or ZIP, or a proof file; without it, the ledger here.",
        ),
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help=both("Registre : vérifier, exporter, prouver, lire.", "Ledger: verify, export, prove, inspect."),
        no_args_is_help=True,
    )
    group.command(
        "verify",
        help=both(
            "Vérifie un export ou une preuve, sans base de données ; ou le registre d’ici.",
            "Verify an export or a proof, without any database; or the ledger here.",
        ),
    )(verify)
    group.command(
        "export",
        help=both(
            "Écrit tout le registre dans un dossier ou un ZIP qui se vérifie seul.",
            "Write the whole ledger to a folder or a ZIP that verifies by itself.",
        ),
    )(export)
    group.command(
        "prove",
        help=both(
            "Écrit la preuve qu’une entrée est au registre.",
            "Write the proof that an entry is in the ledger.",
        ),
    )(prove)
    group.command(
        "since",
        help=both(
            "Après une restauration de Garant : ce qu’un export gardé ailleurs a de plus, et ce qu’il faut refaire.",
            "After a restore of Garant: what an export kept elsewhere has beyond, and what is to be done again.",
        ),
    )(since)
    group.command(
        "inspect",
        help=both("Montre les entrées d’un registre.", "Show the entries of a ledger."),
    )(inspect)
    app.add_typer(group, name="ledger")


def verify(
    export_path: ExportArgument = None,
    key: KeyOption = None,
    older: Annotated[
        Path | None,
        typer.Option(
            "--checkpoint",
            metavar="FILE",
            help=both(
                "Point de contrôle gardé d’un autre jour : un registre tronqué ou réécrit se voit.",
                "Checkpoint kept from another day: a log cut short or rewritten shows.",
            ),
        ),
    ] = None,
    organisation: state.OrganisationOption = None,
) -> int:
    """Check every entry, hash and signature; 0 when everything fits, 1 when something does not."""
    if older is not None and (export_path is None or _is_proof(export_path)):
        raise _only_of_an_export()
    if export_path is None:
        return _verify_here(organisation)
    keys = _trusted(key)
    if _is_proof(export_path):
        return _verify_proof(export_path, keys)
    report = verify_export(export_path, keys, older.read_bytes() if older is not None else None)
    note(report.describe("fr"), report.describe("en"))
    return Exit.OK if report.ok else Exit.FINDINGS


def export(
    out_path: Annotated[
        Path,
        typer.Argument(metavar="OUT", help=both("Dossier, ou fichier .zip.", "Folder, or .zip file.")),
    ],
    organisation: state.OrganisationOption = None,
) -> int:
    """Write an export and say how to verify it elsewhere."""
    state.ready()
    from garant.apps.evidence import services as evidence

    name = state.the_organisation(organisation)
    evidence.export(name, out_path)
    keys = " ".join(f"--key {key}" for key in evidence.verifier_keys(name))
    note(
        f"{out_path} est écrit. Partout, sans base : garant ledger verify {out_path} {keys}",
        f"{out_path} is written. Anywhere, without a database: garant ledger verify {out_path} {keys}",
    )
    return Exit.OK


def prove(
    entry: Annotated[
        str,
        typer.Argument(
            metavar="ENTRY",
            help=both(
                "Numéro de l’entrée, ou sa clé (exécution/lot).",
                "Number of the entry, or its key (run/batch).",
            ),
        ),
    ],
    out_path: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help=both("Fichier à écrire.", "File to write.")),
    ] = None,
    organisation: state.OrganisationOption = None,
) -> int:
    """Write a proof of inclusion, and say in words what it proves."""
    state.ready()
    from garant.apps.evidence import services as evidence

    name = state.the_organisation(organisation)
    numbered = entry.isdecimal()
    proof = evidence.prove(name, index=int(entry)) if numbered else evidence.prove(name, key=entry)
    if out_path is None:
        sys.stdout.write(proof.to_json().decode())
        return Exit.OK
    out_path.write_bytes(proof.to_json())
    note(proof.describe("fr"), proof.describe("en"))
    return Exit.OK


def since(
    export_path: Annotated[
        Path | None,
        typer.Argument(metavar="EXPORT", help=both("Dossier ou ZIP exporté.", "Exported folder or ZIP.")),
    ] = None,
    key: KeyOption = None,
    read: Annotated[
        str | None,
        typer.Option(
            "--read",
            metavar="DIGEST",
            help=both(
                "J’ai lu cette comparaison : les exécutions reprennent. L’empreinte est celle qu’elle a affichée.",
                "I have read this comparison: runs go on. The digest is the one that it showed.",
            ),
        ),
    ] = None,
    without_export: Annotated[
        bool,
        typer.Option(
            "--without-export",
            help=both(
                "Aucun export n’existe : j’en réponds, les exécutions reprennent.",
                "No export exists: I answer for it, runs go on.",
            ),
        ),
    ] = False,
    organisation: state.OrganisationOption = None,
) -> int:
    """Hold the ledger here against an export that is verified first; 0 where nothing was forgotten, 1 where something was."""
    if (export_path is None) != without_export:
        raise CommandError(
            Text(
                fr="Donnez un export du registre gardé ailleurs ; ou, s’il n’en existe aucun, --without-export.",
                en="Give an export of the ledger kept elsewhere; or, where there is none, --without-export.",
            )
        )
    if export_path is None:
        return _without_export(organisation)
    report = verify_export(export_path, _trusted(key))
    if not report.ok:
        note(report.describe("fr"), report.describe("en"))
        return Exit.FINDINGS
    state.ready()
    from garant.apps.backups import services as backups

    name = state.the_organisation(organisation)
    found = backups.since(name, export_path)
    _told(found)
    return _read(name, found, str(inspect_export(export_path).head.root.hex()), read)


def _told(found: Since) -> None:
    """What this ledger has forgotten, entry by entry where something is to be done again, else by kind."""
    note(
        f"{count(found.common)} entrées en commun ; l’export en a {count(found.beyond)} de plus, ce registre {count(found.own)}.",
        f"{count(found.common)} entries in common; the export has {count(found.beyond)} more, this ledger {count(found.own)}.",
    )
    for one in found.missed:
        about = f"\n  {', '.join(one.about)}" if one.about else ""
        note(f"- {one.what.fr}{about}", f"- {one.what.en}{about}")
    if found.beyond:
        shown = table(say("Genre", "Kind"), say("Entrées oubliées", "Entries forgotten"))
        for kind, number in found.kinds.items():
            shown.add_row(kind, count(number))
        out().print(shown)


def _read(organisation: str, found: Since, root: str, read: str | None) -> int:
    """Take the word of whoever read the comparison, or say how to give it."""
    from garant.apps.backups.services import reading, unread

    digest = reading.told(organisation, found, root)
    if not digest:
        return Exit.FINDINGS if found.beyond else Exit.OK
    if read is None:
        warn(
            Text(
                fr=f"Rien ne s’exécute avant que quelqu’un ait lu ceci. Lu et compris : la même commande, avec --read {digest}",
                en=f"Nothing is carried out before somebody has read this. Understood: the same command, with --read {digest}",
            )
        )
        return Exit.FINDINGS if found.beyond else Exit.OK
    if read != digest:
        raise CommandError(
            Text(
                fr=f"L’empreinte lue ({read[:16]}) n’est pas celle de cette comparaison ({digest}).",
                en=f"The digest read ({read[:16]}) is not that of this comparison ({digest}).",
            )
        )
    unread.acknowledge(organisation, missing=found.beyond, actor=state.actor())
    note(
        "C’est au registre : vous avez lu ce qui fut oublié. Les exécutions reprennent.",
        "It is in the ledger: you read what was forgotten. Runs go on.",
    )
    return Exit.OK


def _without_export(organisation: str | None) -> int:
    """Nobody has an export: a person answers for going on without."""
    state.ready()
    from garant.apps.backups.services import unread

    name = state.the_organisation(organisation)
    unread.note_restored()
    if not (unread.waits(name) or unread.is_shorter(name)):
        note("Rien n’attend d’être lu.", "Nothing waits to be read.")
        return Exit.OK
    unread.acknowledge(name, missing=None, actor=state.actor())
    warn(
        Text(
            fr="C’est au registre : sans export, nul ne sait ce que Garant a oublié, et vous en répondez. Cherchez les demandes, "
            "les oppositions et les suspensions récentes dans la messagerie et les courriers. Les exécutions reprennent.",
            en="It is in the ledger: without an export nobody knows what Garant forgot, and you answer for it. Look for recent "
            "requests, objections and holds in the mailbox and in letters. Runs go on.",
        )
    )
    return Exit.OK


def inspect(
    export_path: ExportArgument = None,
    organisation: state.OrganisationOption = None,
) -> int:
    """List entries: number, instant, kind, key."""
    if export_path is not None:
        summary = inspect_export(export_path)
        _show_records(list(read_records(export_path)))
        note(
            f"{summary.head.origin} : {count(summary.head.size)} entrées",
            f"{summary.head.origin}: {count(summary.head.size)} entries",
        )
        return Exit.OK
    state.ready()
    from garant.apps.evidence import services as evidence

    _show_records(list(evidence.records(state.the_organisation(organisation))))
    return Exit.OK


def _verify_here(organisation: str | None) -> int:
    state.ready()
    from garant.apps.evidence import services as evidence

    report = evidence.verify_database(state.the_organisation(organisation))
    note(
        f"Registre vérifié : {report.organisation}, {count(report.entries)} entrées, "
        f"{count(report.checkpoints)} points de contrôle signés.",
        f"Ledger verified: {report.organisation}, {count(report.entries)} entries, "
        f"{count(report.checkpoints)} signed checkpoints.",
    )
    if unsigned := report.entries - report.signed:
        warn(
            Text(
                fr=f"{count(unsigned)} des dernières entrées ne sont encore signées par aucun point de contrôle\u202f: d’elles, "
                "seule la base répond. L’export suivant les signe.",
                en=f"{count(unsigned)} of the last entries are signed by no checkpoint yet: for them the database alone "
                "answers. The next export signs them.",
            )
        )
    return Exit.OK


def _only_of_an_export() -> CommandError:
    return CommandError(
        Text(
            fr="Un point de contrôle gardé d’un autre jour se compare avec un export\u202f: rien n’a été vérifié.",
            en="A checkpoint kept from another day is compared with an export: nothing was verified.",
        ),
        Text(
            fr="Exportez le registre, puis vérifiez l’export\u202f: garant ledger export OUT.",
            en="Export the ledger, then verify the export: garant ledger export OUT.",
        ),
    )


def _is_proof(path: Path) -> bool:
    return path.is_file() and path.suffix == ".json"


def _verify_proof(path: Path, keys: list[VerifierKey]) -> int:
    try:
        proof = InclusionProof.from_json(path.read_bytes())
        proof.verify(keys)
    except ProofUnusableError as refused:
        note(refused.text.fr, refused.text.en)
        return Exit.FINDINGS
    note(proof.describe("fr"), proof.describe("en"))
    return Exit.OK


def _trusted(keys: list[str] | None) -> list[VerifierKey]:
    if not keys:
        raise CommandError(
            Text(
                fr="Vérifier ailleurs demande la clé publique du registre.",
                en="Verifying elsewhere needs the public key of the ledger.",
            ),
            Text(
                fr="Ajoutez --key CLE ; là où est Garant, garant keys show la donne.",
                en="Add --key KEY; where Garant is, garant keys show gives it.",
            ),
        )
    return [_verifier(key) for key in keys]


def _verifier(key: str) -> VerifierKey:
    try:
        return VerifierKey.parse(key)
    except ValueError as error:
        raise CommandError(
            Text(fr=f"Clé publique illisible : {key[:40]}", en=f"Unreadable public key: {error}"),
            Text(
                fr="Attendu : nom+empreinte+base64, comme l’écrit garant keys show.",
                en="Expected: name+hash+base64, as garant keys show writes it.",
            ),
        ) from None


def _show_records(records: list[Record]) -> None:
    shown = table("#", say("Instant (UTC)", "Instant (UTC)"), say("Genre", "Kind"), say("Clé", "Key"))
    for index, record in enumerate(records):
        shown.add_row(str(index), record.at.strftime("%Y-%m-%d %H:%M:%S"), record.kind, record.key or "")
    out().print(shown)
