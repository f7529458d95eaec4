"""`garant task`: what persons are asked to do where no program reaches, and their signed answers."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from garant.cli import state
from garant.cli.exits import Exit
from garant.cli.language import both
from garant.cli.newfile import new_file
from garant.cli.output import note
from garant.cli.views.task import reminder, show_list, show_question, tell_answered

if TYPE_CHECKING:
    from garant.apps.tasks.answers import Answer


class Outcome(StrEnum):
    """What became of a task."""

    DONE = "done"
    NOTHING_FOUND = "nothing-found"
    REFUSED = "refused"


KeyArgument = Annotated[
    str, typer.Argument(metavar="TASK", help=both("Clé de la tâche.", "Key of the task."))
]
OutcomeOption = Annotated[
    Outcome | None,
    typer.Option("--outcome", help=both("Ce qu’il en est.", "What became of it.")),
]
FoundOption = Annotated[
    int, typer.Option("--found", min=0, help=both("Combien ont été trouvés.", "How many were found."))
]
TreatedOption = Annotated[
    int | None,
    typer.Option(
        "--treated",
        min=0,
        help=both(
            "Combien ont été détruits, corrigés ou mis de côté ; sinon, tous ceux trouvés.",
            "How many were destroyed, corrected or put aside; else all that were found.",
        ),
    ),
]
ReasonOption = Annotated[
    str,
    typer.Option(
        "--reason",
        help=both(
            "Pourquoi ; nécessaire à un refus, et s’il en reste. Ne nommez personne.",
            "Why; needed to refuse, and where some are left. Name nobody.",
        ),
    ),
]
PrivateOption = Annotated[
    Path | None,
    typer.Option(
        "--key",
        metavar="FILE",
        help=both("Clé privée de la personne qui répond.", "Private key of the person who answers."),
    ),
]

_HELP = {
    "list": both(
        "Ce qui attend une réponse, avec les jours qui restent ; répond 1 si l’une presse.",
        "What awaits an answer, with the days left; answers 1 where one is pressing.",
    ),
    "show": both(
        "Montre ce qui est demandé, et de qui il s’agit ; --out l’écrit pour qui signe ailleurs.",
        "Show what is asked, and about whom; --out writes it for who signs elsewhere.",
    ),
    "sign": both(
        "Signe une réponse à une tâche écrite dans un fichier. Ne demande pas d’installation.",
        "Sign an answer to a task written in a file. Needs no installation.",
    ),
    "answer": both(
        "Reçoit une réponse signée, ou signe et reçoit ; la vérifie et l’inscrit au registre.",
        "Receive a signed answer, or sign and receive it; verify it and write it to the ledger.",
    ),
    "remind": both(
        "Écrit le rappel à envoyer, ou tous ceux qui pressent, et l’inscrit au registre.",
        "Write the reminder to send, or all the pressing ones, and enter it in the ledger.",
    ),
    "key": both(
        "Crée la paire de clés d’une personne ; la moitié publique s’affiche.",
        "Make a person’s pair of keys; the public half is shown.",
    ),
    "trust": both(
        "Retient la clé publique qui vérifie les réponses d’un système.",
        "Remember the public key that verifies the answers for a system.",
    ),
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help=both(
            "Tâches : là où aucun programme n’atteint, une personne cherche et répond.",
            "Tasks: where no program reaches, a person looks and answers.",
        ),
        no_args_is_help=True,
    )
    commands = (
        ("list", list_tasks),
        ("show", show),
        ("sign", sign),
        ("answer", answer),
        ("remind", remind),
        ("key", key),
        ("trust", trust),
    )
    for name, command in commands:
        group.command(name, help=_HELP[name])(command)
    app.add_typer(group, name="task")


LateOption = Annotated[
    bool, typer.Option("--late", help=both("Seulement celles en retard.", "Only those that are late."))
]
WithinOption = Annotated[
    int | None,
    typer.Option(
        "--within",
        min=0,
        metavar="DAYS",
        help=both(
            "Compte aussi comme pressantes celles à rendre dans ce délai, en jours.",
            "Count as pressing those due within so many days too.",
        ),
    ),
]
EveryOption = Annotated[
    int,
    typer.Option(
        "--every",
        min=1,
        metavar="DAYS",
        help=both(
            "Pas deux rappels d’une tâche en moins de jours.", "No two reminders of a task in fewer days."
        ),
    ),
]


def list_tasks(
    every: Annotated[
        bool, typer.Option("--all", help=both("Aussi celles qui ont leur réponse.", "Answered ones too."))
    ] = False,
    late: LateOption = False,
    within: WithinOption = None,
    organisation: state.OrganisationOption = None,
) -> int:
    """List the tasks with the days they have left; 1 where one is late, or due within so many days."""
    state.ready()
    from garant.apps.tasks import services

    found = services.tasks(state.the_organisation(organisation), every=every)
    left = {task.key: services.days_left(task) for task in found}
    pressing = [task for task in found if services.is_pressing(task, within)]
    if late and not pressing:
        note("Aucune tâche ne presse.", "No task is pressing.")
    else:
        show_list(pressing if late else found, left, pressing)
    return Exit.FINDINGS if pressing else Exit.OK


def show(
    task: KeyArgument,
    out_file: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help=both(
                "Écrit la tâche ici (elle peut nommer une personne).", "Write it here (it may name a person)."
            ),
        ),
    ] = None,
) -> int:
    """Show one task, or write it to a file for who answers."""
    state.ready()
    from garant.apps.tasks import services
    from garant.apps.tasks.answers import statement_digest

    one = services.task(task)
    whom = services.whom(one)
    if out_file is None:
        show_question(one, whom, services.days_late(one))
        return Exit.OK
    document = {
        "format": "garant-task/1",
        "statement": one.statement,
        "asked": statement_digest(one.statement),
        **whom,
    }
    with new_file(out_file) as (raw, _):
        raw.write(json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n")
    note(
        f"{out_file} : à transmettre à {one.statement['responsible']}. Il peut nommer une personne.",
        f"{out_file}: to hand to {one.statement['responsible']}. It may name a person.",
    )
    return Exit.OK


def sign(
    task_file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help=both("Fichier de la tâche (garant task show).", "File of the task.")
        ),
    ],
    outcome: Annotated[
        Outcome, typer.Option("--outcome", help=both("Ce qu’il en est.", "What became of it."))
    ],
    private: Annotated[
        Path,
        typer.Option(
            "--key", metavar="FILE", help=both("Clé privée de qui répond.", "Private key of who answers.")
        ),
    ],
    out_file: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help=both("Écrit la réponse ici.", "Write the answer here.")),
    ] = None,
    found: FoundOption = 0,
    treated: TreatedOption = None,
    reason: ReasonOption = "",
) -> int:
    """Sign an answer, anywhere."""
    from garant.apps.tasks.answers import Answer

    task, asked = _question(task_file)
    kept = found if treated is None else treated
    signed = _sign(Answer(task, asked, outcome.value, found, kept, reason.strip()), private)
    if out_file is None:
        sys.stdout.write(signed.decode())
    else:
        with new_file(out_file) as (raw, _):
            raw.write(signed)
        note(f"{out_file} : réponse signée, à rendre.", f"{out_file}: signed answer, to hand in.")
    return Exit.OK


def answer(
    what: Annotated[
        str,
        typer.Argument(
            metavar="TASK|FILE",
            help=both(
                "Fichier d’une réponse signée ; ou clé d’une tâche, avec --outcome et --key.",
                "File of a signed answer; or key of a task, with --outcome and --key.",
            ),
        ),
    ],
    outcome: OutcomeOption = None,
    private: PrivateOption = None,
    found: FoundOption = 0,
    treated: TreatedOption = None,
    reason: ReasonOption = "",
) -> int:
    """Receive an answer; 1 where it refuses or others are still awaited."""
    state.ready()
    from garant.apps.promises import services as promises
    from garant.apps.tasks import services
    from garant.apps.tasks.answers import Answer, statement_digest

    if outcome is None or private is None:
        data = Path(what).read_bytes()
    else:
        one = services.task(what)
        kept = found if treated is None else treated
        asked = statement_digest(one.statement)
        data = _sign(Answer(one.key, asked, outcome.value, found, kept, reason.strip()), private)
    received = promises.receive_answer(data)
    return tell_answered(received, services.of_run(received.key))


def remind(
    task: Annotated[
        str | None,
        typer.Argument(
            metavar="TASK",
            help=both(
                "Clé de la tâche ; sans elle, toutes les pressantes.",
                "Key of the task; else every pressing one.",
            ),
        ),
    ] = None,
    within: WithinOption = None,
    every: EveryOption = 7,
    organisation: state.OrganisationOption = None,
) -> int:
    """Write the reminder of a task that waits, or of all that are pressing; 1 where none is to be written."""
    state.ready()
    from garant.apps.tasks import services

    if task is not None:
        due = [task]
    else:
        mine = state.the_organisation(organisation)
        due = [one.key for one in services.to_remind(mine, within=within, every=every)]
    for one in map(services.remind, due):
        sys.stdout.write(reminder(one, services.days_late(one)))
    if due:
        return Exit.OK
    note("Aucun rappel à écrire.", "No reminder to write.")
    return Exit.FINDINGS


def key(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help=both("Fichier de la clé privée.", "File of the private key.")),
    ],
    name: Annotated[
        str,
        typer.Option(
            "--name",
            help=both("Nom de la clé, sans espace ni « + ».", "Name of the key, without space or “+”."),
        ),
    ],
) -> int:
    """Make a pair of keys."""
    from garant.apps.tasks.answers import new_key_file
    from garant.apps.tasks.refusals import key_malformed
    from garant.ledger.notes import MalformedNoteError

    try:
        verifier = new_key_file(file, name)
    except MalformedNoteError as error:
        raise key_malformed(str(error)) from None
    note(
        f"{file} : votre clé privée ; ne la donnez à personne, gardez-en une copie. Clé publique :",
        f"{file}: your private key; give it to nobody, keep a copy. Public key:",
    )
    note(str(verifier), str(verifier))
    return Exit.OK


def trust(
    system: Annotated[str, typer.Argument(metavar="SYSTEM", help=both("Système.", "System."))],
    verifier: Annotated[str, typer.Argument(metavar="KEY", help=both("Clé publique.", "Public key."))],
    organisation: state.OrganisationOption = None,
) -> int:
    """Remember a public key."""
    state.ready()
    from garant.apps.tasks import services

    services.trust(state.the_organisation(organisation), system, verifier)
    note(
        f"Les réponses pour {system} seront vérifiées avec cette clé.",
        f"Answers for {system} will be verified with this key.",
    )
    return Exit.OK


def _sign(said: Answer, private: Path) -> bytes:
    from garant.apps.tasks.answers import read_key_file
    from garant.apps.tasks.answers import sign as signed

    signing, name = read_key_file(private)
    return signed(said, signing, name)


def _question(file: Path) -> tuple[str, str]:
    """The key of a task and the digest of what is asked, computed again from the words of the file."""
    from garant.apps.tasks.answers import statement_digest
    from garant.apps.tasks.refusals import task_file_unreadable

    try:
        document: Any = json.loads(file.read_bytes())
        statement = document["statement"]
        return str(statement["task"]), statement_digest(statement)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise task_file_unreadable(str(file)) from None
