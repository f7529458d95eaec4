"""`garant import`: what another tool knows becomes a document of Garant."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from garant.cli.exits import Exit
from garant.cli.language import both, plural, say, spoken
from garant.cli.newfile import new_file
from garant.cli.output import CommandError, err

if TYPE_CHECKING:
    from garant.systems.fides import Imported


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help=both(
            "Reprendre ce qu’un autre outil sait déjà.",
            "Take over what another tool knows already.",
        ),
        no_args_is_help=True,
    )
    group.callback()(_group)
    group.command(
        "fides",
        help=both(
            "Fait d’un jeu de données Fides une carte ; dit tout ce qui n’a pas d’équivalent.",
            "Make a data map of a Fides dataset; say everything that has no counterpart.",
        ),
    )(fides)
    app.add_typer(group, name="import")


def _group() -> None: ...


def fides(
    file: Annotated[
        Path, typer.Argument(metavar="DATASET", help=both("Fichier YAML de Fides.", "YAML file of Fides."))
    ],
    dataset: Annotated[
        str | None,
        typer.Option(
            "--dataset",
            metavar="KEY",
            help=both("Lequel, si le fichier en a plusieurs.", "Which one, where the file has several."),
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help=both(
                "Écrit la carte ici ; sinon, sur la sortie.", "Write the map here; else to the output."
            ),
        ),
    ] = None,
) -> int:
    """Write the map, then the losses on standard error; 0 made, 2 nothing could be made."""
    from garant.systems.fides import NotImportable, import_dataset
    from garant.systems.fides.writing import as_yaml

    try:
        imported = import_dataset(file, dataset)
    except NotImportable as refused:
        raise CommandError(refused.text, refused.mend) from None
    text = as_yaml(imported, spoken())
    if out is None:
        sys.stdout.write(text)
    else:
        with new_file(out) as (raw, _):
            raw.write(text.encode())
    _tell(imported, out)
    return Exit.OK


def _tell(imported: Imported, out: Path | None) -> None:
    from garant.systems.fides.writing import told

    console = err()
    for loss in imported.losses:
        console.print(escape(told(loss, spoken())), soft_wrap=True)
    lost = sum(loss.kind == "lost" for loss in imported.losses)
    rest = len(imported.losses) - lost
    console.print(
        escape(
            ", ".join(
                (
                    plural(lost, ("chose perdue", "choses perdues"), ("thing lost", "things lost")),
                    plural(
                        rest,
                        ("à vérifier ou compléter.", "à vérifier ou compléter."),
                        ("to check or complete.", "to check or complete."),
                    ),
                )
            )
        ),
        soft_wrap=True,
    )
    name = out if out is not None else say("CARTE", "MAP")
    console.print(
        escape(
            say(f"Ensuite : garant map check {name} --offline", f"Next: garant map check {name} --offline")
        ),
        soft_wrap=True,
    )
