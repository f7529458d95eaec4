"""`garant subject`: a person exercises a right; find, export, erase, rectify, restrict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from garant.cli import correcting, options, state
from garant.cli.carrying import carry_out
from garant.cli.exits import Exit
from garant.cli.language import both, plural, spoken
from garant.cli.output import CommandError, note, out
from garant.cli.people import Asking, read_people, tell_missing
from garant.cli.planfiles import write_plan
from garant.cli.views.places import show_places, tell_by_hand
from garant.cli.views.plan import show_plan
from garant.cli.views.run import conclude
from garant.cli.views.task import tell_asked
from garant.policy.text import Text
from garant.systems.residue import Cleaning

if TYPE_CHECKING:
    from garant.apps.promises.opening.workspace import Workspace
    from garant.apps.promises.services import Run
    from garant.engine.document import Kind, Plan
    from garant.engine.planning.asked import Rectification

POLICY = Path("policy")

PlanOut = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help=both("Écrit le plan dans ce fichier.", "Write the plan to this file."),
    ),
]


_COMMANDS = {
    "find": both(
        "Montre chaque endroit où la personne figure.",
        "Show every place where the person is.",
    ),
    "export": both(
        "Écrit ses données dans un ZIP : JSON Lines, CSV, et une page à lire.",
        "Write their data to a ZIP: JSON Lines, CSV, and a page to read.",
    ),
    "erase": both(
        "Prépare l’effacement ; avec --approve, l’exécute. Ce que la loi garde reste.",
        "Plan the erasure; with --approve, carry it out. What the law keeps stays.",
    ),
    "rectify": both(
        "Prépare la correction de ses coordonnées ; avec --approve, l’exécute.",
        "Plan the correction of their details; with --approve, carry it out.",
    ),
    "restrict": both(
        "Prépare la limitation du traitement ; avec --approve, l’exécute.",
        "Plan the restriction of processing; with --approve, carry it out.",
    ),
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help=both(
            "Répond à une personne qui exerce ses droits (RGPD, art. 15 à 20).",
            "Answer a person who exercises their rights (GDPR, art. 15 to 20).",
        ),
        no_args_is_help=True,
    )
    for command in (find, export, erase, rectify, restrict):
        group.command(command.__name__, help=_COMMANDS[command.__name__])(command)
    app.add_typer(group, name="subject")


def find(
    identity: options.IdentityOption,
    policy: options.PolicyOption = POLICY,
    maps: options.MapsOption = None,
    system: options.SystemOption = None,
) -> int:
    """Count the person's rows, system by system and table by table."""
    identities = options.pairs(identity, "--identity")
    with _workspace(policy, maps, system) as workspace:
        recorded = state.can_record(workspace.policy.document.organisation)
        from garant.apps.promises.people import subjects

        places = subjects.find(workspace, identities, recorded=recorded)
    tell_by_hand(workspace)
    if not places:
        return _nobody()
    show_places(places, workspace)
    return Exit.OK


def export(
    identity: options.IdentityOption,
    out_file: Annotated[
        Path,
        typer.Option("--out", metavar="ZIP", help=both("Archive à écrire.", "Archive to write.")),
    ],
    policy: options.PolicyOption = POLICY,
    maps: options.MapsOption = None,
    system: options.SystemOption = None,
) -> int:
    """Stream the person's data to an archive that is whole or not there."""
    from garant.cli.newfile import new_file

    identities = options.pairs(identity, "--identity")
    state.ready()
    from garant.apps.promises.people import subjects

    with _workspace(policy, maps, system) as workspace, new_file(out_file) as (file, whole):
        state.ensure_organisation(workspace.policy.document.organisation)
        done = subjects.export(workspace, identities, file, language=spoken())
        made = done.made
        if not made.tables:
            whole.discard()
    tell_asked(done.asked)
    if not made.tables:
        return _nobody()
    rows = plural(made.rows, ("ligne", "lignes"), ("row", "rows"))
    tables = plural(len(made.tables), ("table", "tables"), ("table", "tables"))
    files = plural(made.files, ("fichier", "fichiers"), ("file", "files"))
    note(f"{out_file} : {rows}, {tables}, {files}", f"{out_file}: {rows}, {tables}, {files}")
    return Exit.OK


def erase(
    identity: options.AnyIdentityOption = None,
    from_file: options.FromOption = None,
    approve: options.ApproveOption = None,
    policy: options.PolicyOption = POLICY,
    maps: options.MapsOption = None,
    system: options.SystemOption = None,
    as_of: options.AsOfOption = None,
    out_file: PlanOut = None,
    clean: options.CleanOption = Cleaning.LIGHT,
) -> int:
    """Plan the erasure of a person, or of many (art. 17), or carry the approved plan out."""
    with _workspace(policy, maps, system) as workspace:
        begun = _begun(approve, "erasure")
        if begun is not None:
            return _go_on(begun, workspace, clean)
        asking = _asked(workspace, identity, from_file)
        made = _plan(workspace, asking.people, "erasure", as_of)
        tell_missing(asking, made.unknown)
        return _propose_or_apply(made, approve, workspace, _Where(policy, maps, out_file, clean))


def rectify(
    identity: options.IdentityOption,
    correct: correcting.CorrectOption = None,
    every: correcting.EveryOption = None,
    add: correcting.AddOption = None,
    approve: options.ApproveOption = None,
    policy: options.PolicyOption = POLICY,
    maps: options.MapsOption = None,
    system: options.SystemOption = None,
    as_of: options.AsOfOption = None,
    out_file: PlanOut = None,
    clean: options.CleanOption = Cleaning.LIGHT,
) -> int:
    """Plan the correction of a person's details (art. 16), or carry the approved plan out."""
    from garant.engine.planning.asked import Rectification

    corrections = options.pairs(every or [], "--set-all")
    replacements, additions = correcting.replacements(correct or []), correcting.additions(add or [])
    if not corrections and not replacements and not additions:
        raise correcting.nothing_said()
    with _workspace(policy, maps, system) as workspace:
        begun = _begun(approve, "rectification")
        if begun is not None:
            return _go_on(begun, workspace, clean)
        wanted = Rectification(corrections, replacements, additions)
        people = [options.pairs(identity, "--identity")]
        made = _plan(workspace, people, "rectification", as_of, wanted)
        return _propose_or_apply(made, approve, workspace, _Where(policy, maps, out_file, clean))


def restrict(
    identity: options.AnyIdentityOption = None,
    from_file: options.FromOption = None,
    approve: options.ApproveOption = None,
    policy: options.PolicyOption = POLICY,
    maps: options.MapsOption = None,
    system: options.SystemOption = None,
    as_of: options.AsOfOption = None,
    out_file: PlanOut = None,
    lift: Annotated[
        bool,
        typer.Option(
            "--lift",
            help=both("Prépare la levée de la limitation.", "Plan the end of the restriction."),
        ),
    ] = False,
) -> int:
    """Plan the restriction of a person's data (art. 18), or its end, or carry the approved plan out."""
    kind: Kind = "lifting" if lift else "restriction"
    with _workspace(policy, maps, system) as workspace:
        begun = _begun(approve, kind)
        if begun is not None:
            return _go_on(begun, workspace)
        asking = _asked(workspace, identity, from_file)
        made = _plan(workspace, asking.people, kind, as_of)
        tell_missing(asking, made.unknown)
        return _propose_or_apply(made, approve, workspace, _Where(policy, maps, out_file), asking.people)


class _Where:
    """Where a plan comes from and goes to, and how far systems are cleaned after it."""

    def __init__(
        self, policy: Path, maps: Path | None, file: Path | None, clean: Cleaning = Cleaning.LIGHT
    ) -> None:
        self.clean = clean
        self.policy = policy
        self.maps = options.maps_folder(policy, maps)
        self.file = file


@contextmanager
def _workspace(policy: Path, maps: Path | None, only: list[str] | None) -> Iterator[Workspace]:
    from garant.apps.promises.opening.workspace import open_workspace

    folder = options.maps_folder(policy, maps)
    with open_workspace(policy, folder, state.keys(), only=only or ()) as workspace:
        yield workspace


def _begun(approve: str | None, kind: Kind) -> Run | None:
    """Give the run that this approval began: its person may be half gone, or gone, already."""
    if approve is None:
        return None
    state.ready()
    from garant.apps.promises import services

    return services.run_of_digest(approve.strip().lower(), kind=kind)


def _go_on(run: Run, workspace: Workspace, clean: Cleaning = Cleaning.LIGHT) -> int:
    """Carry an interrupted run on from the plan as it was approved; an ended one is only shown."""
    from garant.engine.document import read_plan

    if not run.open:
        return conclude(run, done_before=True)
    plan = read_plan(run.plan.document)
    return carry_out(plan, plan.digest, workspace, clean=clean)


def _asked(workspace: Workspace, identity: list[str] | None, file: Path | None) -> Asking:
    """Who asks: one person, or those of a file."""
    if bool(identity) == (file is not None):
        raise CommandError(
            Text(
                fr="Dites qui demande : --identity pour une personne, ou --from pour un fichier, pas les deux.",
                en="Say who asks: --identity for one person, or --from for a file, not both.",
            )
        )
    if file is None:
        return Asking([options.pairs(identity or [], "--identity")])
    kinds = {kind for source in workspace.sources.values() for kind in source.data_map.identities}
    return read_people(file, sorted(kinds))


def _plan(
    workspace: Workspace,
    people: Sequence[Mapping[str, str]],
    kind: Kind,
    as_of: datetime | None,
    rectification: Rectification | None = None,
) -> Plan:
    from garant.engine.planning.asked import NOTHING_WRONG
    from garant.engine.planning.restricted import ALONE, RENAMED, Restricting
    from garant.engine.planning.subject import plan_subjects

    organisation = workspace.policy.document.organisation
    day = options.past_day(as_of, organisation.time_zone)
    restricting = Restricting(forgotten=state.forgotten(organisation.key)) if kind == "restriction" else ALONE
    if kind == "lifting":
        places, gone = state.absent(workspace, people)
        others = state.restricting(organisation.key)
        stays, known = state.marked(organisation.key)
        restricting = Restricting(
            *others, places=places, otherwise=RENAMED, gone=gone, stays=stays, restricted=known
        )
    made = plan_subjects(
        workspace.policy,
        workspace.sources,
        people,
        kind,
        as_of=day,
        rectification=rectification or NOTHING_WRONG,
        holds=state.holds(organisation.key, destroys=kind == "erasure"),
        manual=workspace.manual,
        restricting=restricting,
    )
    return state.anew(made)


def _propose_or_apply(
    plan: Plan,
    approve: str | None,
    workspace: Workspace,
    where: _Where,
    asked: Sequence[Mapping[str, str]] = (),
) -> int:
    if not any(selection.population for selection in plan.selections) and not plan.tasks:
        return _nobody()
    show_plan(out(), plan)
    if approve is not None:
        state.ready()
        return carry_out(plan, approve.strip().lower(), workspace, clean=where.clean, asked=asked)
    if where.file is not None:
        write_plan(where.file, plan, policy=where.policy, maps=where.maps)
    note(
        f"Rien n’a été changé. Pour l’exécuter, ajoutez à la même commande : --approve {plan.digest}",
        f"Nothing was changed. To carry it out, add to the same command: --approve {plan.digest}",
    )
    return Exit.OK


def _nobody() -> int:
    note(
        "Personne n’est connu ainsi dans ces systèmes.",
        "Nobody is known by that in these systems.",
    )
    return Exit.FINDINGS
