"""`garant register`: the register of processing activities, out, in, and how complete it is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from garant.cli import options
from garant.cli.exits import Exit
from garant.cli.language import both, plural, say, spoken
from garant.cli.newfile import new_file
from garant.cli.output import CommandError, err, note
from garant.policy.text import Text

if TYPE_CHECKING:
    from garant.policy import Language, Policy
    from garant.publish.register import Missing, Note


class Format(StrEnum):
    """The forms of a register."""

    ODS = "ods"
    XLSX = "xlsx"
    CSV = "csv"
    PDF = "pdf"


FROM_FILES = Text(
    fr="D’un dossier de fichiers\u202f: rien ne dit si c’est le registre en vigueur",
    en="From a folder of files: nothing says whether this is the register in force",
)
"""What an exported file says of itself: files have no version."""

WORDS: dict[str, Text] = {
    "changed": Text(fr="modifié", en="changed"),
    "added": Text(fr="ajouté", en="added"),
    "removed": Text(fr="retiré", en="removed"),
    "lost": Text(fr="non repris", en="not taken over"),
    "check": Text(fr="à vérifier", en="to check"),
    "complete": Text(fr="à compléter", en="to complete"),
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help=both(
            "Le registre des activités de traitement (RGPD, art. 30).",
            "The record of processing activities (GDPR, art. 30).",
        ),
        no_args_is_help=True,
    )
    group.command(
        "export",
        help=both(
            "Écrit le registre\u202f: ods (modèle de la CNIL), xlsx, csv ou pdf.",
            "Write the register: ods (the CNIL’s template), xlsx, csv or pdf.",
        ),
    )(export)
    group.command(
        "import",
        help=both(
            "Reprend un registre au modèle de la CNIL\u202f; dit ce qui a changé, et ce qui manque.",
            "Take over a register in the CNIL’s template; say what changed, and what is missing.",
        ),
    )(take_over)
    group.command(
        "check",
        help=both(
            "Dit si le registre est complet, et ce qui lui manque.",
            "Say whether the register is complete, and what it lacks.",
        ),
    )(check)
    app.add_typer(group, name="register")


def export(
    policy: options.PolicyArgument,
    out: Annotated[
        Path,
        typer.Option("--out", metavar="FILE", help=both("Fichier à écrire.", "File to write.")),
    ],
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help=both("Forme\u202f; sinon, d’après le nom du fichier.", "Form; else by the file’s name."),
        ),
    ] = None,
) -> int:
    """Write one file; 0 written, 2 the policy or the form is unusable."""
    from garant.policy.loader import load_policy

    chosen = form or _form_of(out)
    document = load_policy(policy).document
    raw = _writer(chosen)(document, spoken(), FROM_FILES)
    with new_file(out) as (file, _):
        file.write(raw)
    note(f"Registre écrit dans {out}.", f"Register written to {out}.")
    return Exit.OK


def _form_of(out: Path) -> Format:
    try:
        return Format(out.suffix.removeprefix(".").lower())
    except ValueError:
        raise CommandError(
            Text(fr=f"{out}\u202f: cette forme n’est pas connue.", en=f"{out}: this form is not known."),
            Text(
                fr="Finissez le nom par .ods, .xlsx, .csv ou .pdf, ou ajoutez --format.",
                en="End the name with .ods, .xlsx, .csv or .pdf, or add --format.",
            ),
        ) from None


def _writer(form: Format) -> Callable[[Policy, Language, Text], bytes]:
    from garant.publish import register as made

    writers: dict[Format, Callable[[Policy, Language, Text], bytes]] = {
        Format.ODS: lambda policy, _, status: made.as_ods(policy, status),
        Format.XLSX: made.as_xlsx,
        Format.CSV: made.as_csv,
        Format.PDF: made.as_pdf,
    }
    return writers[form]


def take_over(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=both("Classeur ODS.", "ODS workbook."))],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="DIR",
            help=both("Dossier à créer pour la politique.", "Folder to make for the policy."),
        ),
    ],
) -> int:
    """Write the policy's folder, then what to know on standard error; 0 made, 2 nothing could be made."""
    from garant.policy.writer import write_policy
    from garant.publish.register import Refused, import_register

    try:
        with file.open("rb") as raw:
            imported = import_register(raw)
        write_policy(imported.policy, out)
    except Refused as refused:
        raise CommandError(refused.text) from None
    except FileExistsError:
        raise CommandError(
            Text(
                fr=f"{out} n’est pas vide\u202f: rien n’a été écrit.",
                en=f"{out} is not empty: nothing was written.",
            ),
            Text(fr="Nommez un dossier nouveau.", en="Name a new folder."),
        ) from None
    for one in imported.notes:
        err().print(escape(_told(one)), soft_wrap=True)
    _sum_up(imported.notes)
    note(f"Ensuite\u202f: garant check {out}", f"Next: garant check {out}")
    return Exit.OK


def _told(one: Note) -> str:
    colon = say("\u202f:", ":")
    where, text = one.where.say(spoken()), one.text.say(spoken())
    return f"{WORDS[one.kind].say(spoken())}{colon} {where}{colon} {text}"


def _sum_up(notes: tuple[Note, ...]) -> None:
    changes = sum(one.kind in {"changed", "added", "removed"} for one in notes)
    lost = sum(one.kind == "lost" for one in notes)
    rest = len(notes) - changes - lost
    parts = (
        plural(changes, ("changement", "changements"), ("change", "changes")),
        plural(lost, ("chose non reprise", "choses non reprises"), ("thing not taken over", "things not taken over")),
        plural(rest, ("à vérifier ou compléter", "à vérifier ou compléter"), ("to check or complete", "to check or complete")),
    )  # fmt: skip
    err().print(escape(", ".join(parts) + "."), soft_wrap=True)


def check(policy: options.PolicyArgument) -> int:
    """Tell the scores and what is missing; 0 complete, 1 not complete, 2 unusable."""
    from garant.policy.loader import load_policy
    from garant.publish.register import completeness

    loaded = load_policy(policy)
    found = completeness(loaded.document)
    lines = [_score(say("Registre", "Register"), found.overall.percent)]
    for key, score in found.sheets.items():
        label = loaded.document.activities[key].label.say(spoken()) or key
        lines += ["", _score(label, score.percent), *map(_line, score.missing)]
    if found.organisation.missing:
        lines += ["", say("Organisation", "Organisation"), *map(_line, found.organisation.missing)]
    sys.stdout.write("\n".join(lines) + "\n")
    return Exit.FINDINGS if found.overall.missing else Exit.OK


def _score(label: str, percent: int) -> str:
    return say(f"{label}\u202f: {percent}\u202f%", f"{label}: {percent}%")


def _line(one: Missing) -> str:
    place = ".".join(str(step) for step in one.place)
    return f"  {one.label.say(spoken())} ({one.source.say(spoken())}) – {place}"
