"""`garant opposition`: who does not want to be written to; add, end, check, list, filter a mailing."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from garant.cli import options, state
from garant.cli.exits import Exit
from garant.cli.language import both, count, plural, say
from garant.cli.output import CommandError, note, out, table, warn
from garant.policy.text import Text

if TYPE_CHECKING:
    from garant.apps.oppositions.contacts import Contact
    from garant.policy.loader import LoadedPolicy

POLICY = Path("policy")

IdentityOption = Annotated[
    list[str],
    typer.Option(
        "--identity",
        metavar="KIND=VALUE",
        help=both("email=… ou phone=… ; peut se répéter.", "email=… or phone=…; may be repeated."),
    ),
]

PurposeOption = Annotated[
    str | None,
    typer.Option(
        "--purpose",
        metavar="KEY",
        help=both(
            "Finalité de la politique ; sans elle, toute prospection.",
            "Purpose of the policy; without it, all direct marketing.",
        ),
    ),
]

_COMMANDS = {
    "add": both("Inscrit une opposition (art. 21).", "Record an objection (art. 21)."),
    "end": both(
        "Retire une opposition, à la demande de la personne.", "Withdraw one, at the person’s request."
    ),
    "check": both(
        "Dit si on peut écrire ; 1 si la personne s’oppose.", "Say whether one may write; 1 if they object."
    ),
    "list": both("Compte les oppositions par finalité.", "Count the objections by purpose."),
    "filter": both(
        "Rend, d’un fichier d’envoi, les lignes à qui on peut écrire.",
        "Give back, of a mailing’s file, the lines of those who may be written to.",
    ),
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help=both(
            "Liste d’opposition : elle survit à l’effacement (RGPD, art. 21).",
            "Opposition list: it outlives erasure (GDPR, art. 21).",
        ),
        no_args_is_help=True,
    )
    commands = (("add", add), ("end", end), ("check", check), ("list", show), ("filter", sift))
    for name, command in commands:
        group.command(name, help=_COMMANDS[name])(command)
    app.add_typer(group, name="opposition")


def add(
    identity: IdentityOption, purpose: PurposeOption = None, policy: options.PolicyOption = POLICY
) -> int:
    """Record an objection."""
    loaded = _policy(policy)
    from garant.apps.oppositions import services

    fresh = services.record(loaded, _contacts(identity), purpose, actor=state.actor())
    note(
        plural(fresh, ("inscription nouvelle.", "inscriptions nouvelles."), ("", "")),
        plural(fresh, ("", ""), ("new record.", "new records.")),
    )
    return Exit.OK


def end(
    identity: IdentityOption, purpose: PurposeOption = None, policy: options.PolicyOption = POLICY
) -> int:
    """Withdraw an objection."""
    loaded = _policy(policy)
    from garant.apps.oppositions import services

    gone = services.end(loaded, _contacts(identity), purpose, actor=state.actor())
    note(
        plural(gone, ("inscription retirée.", "inscriptions retirées."), ("", "")),
        plural(gone, ("", ""), ("record withdrawn.", "records withdrawn.")),
    )
    return Exit.OK if gone else Exit.FINDINGS


def check(
    identity: IdentityOption, purpose: PurposeOption = None, policy: options.PolicyOption = POLICY
) -> int:
    """Say whether this person may be written to, by every address and number given."""
    loaded = _policy(policy)
    from garant.apps.oppositions import services

    if any(services.opposed(loaded, _contacts(identity), purpose)):
        note("La personne s’oppose : n’écrivez pas.", "The person objects: do not write.")
        return Exit.FINDINGS
    note("Aucune opposition.", "No objection.")
    return Exit.OK


def show(policy: options.PolicyOption = POLICY) -> int:
    """Count the objections by purpose: nobody can be read from the list."""
    loaded = _policy(policy)
    from garant.apps.oppositions import services

    shown = table(say("Finalité", "Purpose"), say("Oppositions", "Objections"))
    shown.columns[1].justify = "right"
    for purpose, number in services.counts(loaded).items():
        shown.add_row(purpose or say("toute prospection", "all direct marketing"), count(number))
    out().print(shown)
    return Exit.OK


def sift(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help=both(
                "Une adresse ou un numéro par ligne, ou un CSV ; - : l’entrée.",
                "One address or number per line, or a CSV; -: the input.",
            ),
        ),
    ],
    column: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=both("Colonne d’un CSV avec en-têtes.", "Column of a CSV with a header."),
        ),
    ] = None,
    purpose: PurposeOption = None,
    policy: options.PolicyOption = POLICY,
) -> int:
    """Write the lines of those who may be written to; who cannot be read is left out, and said."""
    loaded = _policy(policy)
    from garant.apps.oppositions import services

    asked = left = unreadable = 0
    with _opened(file) as lines:
        for line, allowed in services.allowed(loaded, _read(lines, column), purpose):
            asked += 1
            unreadable += allowed is None
            if allowed:
                left += 1
                sys.stdout.write(line)
    warn(
        Text(
            fr=f"{count(left)} sur {count(asked)} peuvent recevoir l’envoi ; {count(unreadable)} illisibles, écartés.",
            en=f"{count(left)} of {count(asked)} may be written to; {count(unreadable)} unreadable, left out.",
        )
    )
    return Exit.OK


def _policy(folder: Path) -> LoadedPolicy:
    from garant.policy.loader import load_policy

    state.ready()
    loaded = load_policy(folder)
    state.ensure_organisation(loaded.document.organisation)
    return loaded


def _contacts(identity: list[str]) -> list[Contact]:
    from garant.apps.oppositions.contacts import contact

    return [contact(kind, value) for kind, value in _pairs(identity)]


def _pairs(identity: list[str]) -> Iterator[tuple[str, str]]:
    """The same kind may come several times: a person has several addresses."""
    for one in identity:
        yield from options.pairs([one], "--identity").items()


@contextmanager
def _opened(file: Path) -> Iterator[IO[str]]:
    opened = nullcontext(sys.stdin) if str(file) == "-" else file.open(encoding="utf-8-sig", newline="")
    with opened as lines:
        yield lines


def _read(lines: IO[str], column: str | None) -> Iterator[tuple[str, str]]:
    """Each line as it is given back, and the address or number in it; a header is given back first."""
    if column is None:
        yield from (
            (line if line.endswith("\n") else f"{line}\n", line.strip()) for line in lines if line.strip()
        )
        return
    header = lines.readline()
    form = csv.Sniffer().sniff(header, ",;\t") if any(mark in header for mark in ",;\t") else csv.excel
    names = next(csv.reader([header], form), [])
    if column not in names:
        raise CommandError(
            Text(
                fr=f"La colonne {column} n’est pas dans l’en-tête : {', '.join(names)}",
                en=f"The column {column} is not in the header: {', '.join(names)}",
            )
        )
    sys.stdout.write(header)
    place = names.index(column)
    for row in csv.reader(lines, form):
        if row:
            yield _line(row, form), row[place] if place < len(row) else ""


def _line(row: list[str], form: type[csv.Dialect]) -> str:
    """A row of a CSV as it was written, quoted where it has to be."""
    marks = (form.delimiter, '"', "\n", "\r")
    cells = [
        f'"{cell.replace(chr(34), chr(34) * 2)}"' if any(m in cell for m in marks) else cell for cell in row
    ]
    return form.delimiter.join(cells) + "\n"
