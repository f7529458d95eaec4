"""What a rectification says at a terminal: which value is wrong, that every one is, or that one is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from garant.cli import options
from garant.cli.language import both
from garant.cli.output import CommandError
from garant.policy.text import Text

if TYPE_CHECKING:
    from garant.engine.document import Added, Replacement

CorrectOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KIND:WRONG=RIGHT",
        help=both(
            "Une valeur fausse et la bonne, par exemple phone:0199=0198 ; les autres restent.",
            "A wrong value and the right one, for instance phone:0199=0198; the others stay.",
        ),
    ),
]

EveryOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set-all",
        metavar="KIND=VALUE",
        help=both(
            "Remplace toutes les valeurs de ce genre, quelles qu’elles soient.",
            "Replaces every value of that kind, whatever it is.",
        ),
    ),
]

AddOption = Annotated[
    list[str] | None,
    typer.Option(
        "--add",
        metavar="KIND=VALUE",
        help=both(
            "Une valeur qui manque (email, phone, address), là où il y a place ; une adresse prend une ligne par partie.",
            "A value that is missing (email, phone, address), where there is place; an address takes a line for each part.",
        ),
    ),
]


def replacements(values: list[str]) -> list[Replacement]:
    from garant.engine.document import Replacement

    return [
        Replacement(kind=kind, was=was, becomes=right)
        for kind, was, right in options.corrections(values, "--set")
    ]


def additions(values: list[str]) -> list[Added]:
    """What is missing; a line of an address may be written `\\n`, as shells do not make one."""
    from garant.engine.document import Added

    added = options.pairs(values, "--add")
    unknown = sorted(added.keys() - {"email", "phone", "address"})
    if unknown:
        raise CommandError(
            Text(
                fr=f"--add ne prend pas {', '.join(unknown)} : ce genre-là se corrige, il ne s’ajoute pas.",
                en=f"--add does not take {', '.join(unknown)}: that kind is corrected, not added.",
            ),
            Text(
                fr="Par exemple : --add 'phone=01 99 00 12 34' ; --add 'address=2 rue Neuve\\n75011\\nParis\\nFR'",
                en="For instance: --add 'phone=01 99 00 12 34'; --add 'address=2 rue Neuve\\n75011\\nParis\\nFR'",
            ),
        )
    return [Added(kind=kind, value=value.replace("\\n", "\n")) for kind, value in added.items()]


def nothing_said() -> CommandError:
    """A rectification says what is right."""
    return CommandError(
        Text(fr="Dites ce qui est faux et ce qui est juste.", en="Say what is wrong and what is right."),
        Text(
            fr="Par exemple : --set 'phone:01 99 00 00 01=01 99 00 12 34'",
            en="For instance: --set 'phone:01 99 00 00 01=01 99 00 12 34'",
        ),
    )
