"""`garant replay`: after a backup was restored, erase again what had been erased, before anyone reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from garant.cli import options, state
from garant.cli.carrying import carry_out
from garant.cli.exits import Exit
from garant.cli.language import both, plural, say
from garant.cli.output import note, out, warn
from garant.cli.planfiles import write_plan
from garant.cli.views.plan import show_plan
from garant.policy.text import Text

if TYPE_CHECKING:
    from garant.apps.promises.opening.workspace import Workspace
    from garant.apps.promises.services import Run
    from garant.engine.planning.replay import Question, Replay

_SHOWN = 20
"""Keys of doubtful roots that are shown."""

CheckOption = Annotated[
    bool,
    typer.Option(
        "--check", help=both("Regarde seulement ; 0\u202f: rien à refaire.", "Look only; 0: nothing to do.")
    ),
]

OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help=both("Écrit le plan dans ce fichier (JSON).", "Write the plan to this file (JSON)."),
    ),
]

OthersOption = Annotated[
    bool,
    typer.Option(
        "--others-are-known",
        help=both(
            "Quelqu’un a vérifié les clés données à d’autres\u202f: elles ne comptent plus.",
            "Someone has checked the keys that others have now: they no longer count.",
        ),
    ),
]

ForgetOption = Annotated[
    datetime | None,
    typer.Option(
        "--forget-before",
        formats=["%Y-%m-%d"],
        metavar="DATE",
        help=both(
            "Oublie les effacements d’avant ce jour, quand aucune sauvegarde n’est plus si ancienne.",
            "Forget the erasures before this day, once no backup is that old.",
        ),
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        name="replay",
        help=both(
            "Après la restauration d’une sauvegarde, efface de nouveau ce qui l’avait été. "
            "N’ouvrez pas le système avant qu’elle réponde 0.",
            "After a backup was restored, erase again what had been erased. "
            "Do not open the system before it answers 0.",
        ),
    )(replay)


def replay(
    policy: options.PolicyArgument,
    maps: options.MapsOption = None,
    system: options.SystemOption = None,
    check: CheckOption = False,
    out_file: OutOption = None,
    approve: options.ApproveOption = None,
    others_are_known: OthersOption = False,
    forget_before: ForgetOption = None,
) -> int:
    """Hold the suppression list against the systems; plan, or carry out, what must go again."""
    from garant.apps.promises.opening.workspace import open_workspace
    from garant.engine.document import read_plan

    state.ready()
    folder = options.maps_folder(policy, maps)
    with open_workspace(policy, folder, state.keys(), only=system or ()) as workspace:
        state.ensure_organisation(workspace.policy.document.organisation)
        if forget_before is not None:
            return _forget(workspace, forget_before, system or [])
        if approve is not None and (run := _begun(approve)) is not None:
            return carry_out(read_plan(run.plan.document), run.plan.digest, workspace)
        found = _look(workspace, every=not system)
        _tell(found)
        _tell_unlooked(found)
        _tell_archived(workspace)
        if found.due:
            show_plan(out(), found.plan)
        if approve is not None and found.due:
            code = carry_out(found.plan, approve.strip().lower(), workspace)
            return code if code else _answer(found, 0, others_are_known)
        if out_file is not None:
            write_plan(out_file, found.plan, policy=policy, maps=folder)
        if found.due and not check:
            note(
                f"Rien n’a été changé. Pour l’exécuter, ajoutez à la même commande\u202f: --approve {found.plan.digest}",
                f"Nothing was changed. To carry it out, add to the same command: --approve {found.plan.digest}",
            )
        return _answer(found, found.due, others_are_known)


def _begun(approve: str) -> Run | None:
    """Give the run that this approval began and did not end: some of the roots have gone again already."""
    from garant.apps.promises import services

    run = services.run_of_digest(approve.strip().lower(), kind="replay")
    return run if run is not None and run.open else None


def _look(workspace: Workspace, *, every: bool) -> Replay:
    from garant.apps.replays import services

    zone = workspace.policy.document.organisation.time_zone
    found = services.look(
        workspace.policy,
        workspace.sources,
        as_of=options.day(None, zone),
        actor=state.actor(),
        every=every,
    )
    return replace(found, plan=state.anew(found.plan))  # restored twice in a day, they go twice


def _tell(found: Replay) -> None:
    """Say how many were looked for, how many are there, and what a person must look at."""
    note(
        f"{plural(found.looked_for, ('effacement cherché', 'effacements cherchés'), ('', ''))}, "
        f"{plural(found.found, ('clé présente', 'clés présentes'), ('', ''))}, "
        f"{plural(found.due, ('dossier à effacer de nouveau', 'dossiers à effacer de nouveau'), ('', ''))}.",
        f"{plural(found.looked_for, ('', ''), ('erasure', 'erasures'))} looked for, "
        f"{plural(found.found, ('', ''), ('key', 'keys'))} there, "
        f"{plural(found.due, ('', ''), ('root to erase again', 'roots to erase again'))}.",
    )
    for question in found.others:
        warn(
            Text(
                fr=f"{_named(question)}\u202f: la clé est celle d’un dossier effacé, la ligne n’est pas la sienne. "
                "Une autre personne l’a reçue, la même est revenue depuis d’elle-même, ou la ligne a changé depuis la "
                "sauvegarde. Garant n’y touche pas.",
                en=f"{_named(question)}: the key is that of an erased root, and the row is not its own. Somebody "
                "else was given it, the same person has come again since, or the row is older than its erasure. "
                "Garant leaves it alone.",
            )
        )
    for question in found.doubtful:
        warn(
            Text(
                fr=f"{_named(question)}\u202f: un effacement avait été demandé, et il reste à effacer\u202f; la ligne ne "
                "dit pas si c’est revenu ou nouveau. Refaites la demande si c’est revenu.",
                en=f"{_named(question)}: erasure had been asked for, and something is left to erase; the row "
                "does not tell whether it came back or is new. Make the request again if it came back.",
            )
        )


def _tell_unlooked(found: Replay) -> None:
    """Nobody knows whether these came back."""
    for one in found.unlooked:
        warn(
            Text(
                fr=f"{one.system} · {one.root}\u202f: "
                f"{plural(one.marks, ('effacement n’est cherché', 'effacements ne sont cherchés'), ('', ''))} "
                "nulle part\u202f: aucune carte n’a ce système, ou cette racine, sous ce nom. Rendez-le-lui\u202f; ou, si ce "
                "système n’existe plus, nommez les autres avec --system.",
                en=f"{one.system} · {one.root}: {plural(one.marks, ('', ''), ('erasure is', 'erasures are'))} looked for "
                "nowhere: no map has that system, or that root, by that name. Give it its name back; or, where that system is "
                "no more, name the others with --system.",
            )
        )


def _tell_archived(workspace: Workspace) -> None:
    """Whoever was archived is not on the list: they are still to be kept, elsewhere."""
    maps = [source.data_map for source in workspace.sources.values()]
    if not any(promise.archive for data_map in maps for promise in data_map.promises):
        return
    warn(
        Text(
            fr="Qui était passé dans l’archive intermédiaire est revenu avec une sauvegarde d’avant\u202f: après le rejeu, "
            "faites la purge (garant plan, garant apply) avant d’ouvrir le système.",
            en="Whoever had moved to the intermediate archive is back with a backup from before that: after the replay, "
            "sweep (garant plan, garant apply) before you open the system.",
        )
    )


def _named(question: Question) -> str:
    keys = ", ".join(map(str, question.keys[:_SHOWN]))
    more = len(question.keys) - _SHOWN
    rest = say(f" et {more} autres", f" and {more} more") if more > 0 else ""
    return f"{question.system} · {question.root} {keys}{rest}"


def _answer(found: Replay, due: int, others_are_known: bool) -> int:
    """0 when the systems may be opened."""
    left = due or found.doubtful or found.unlooked or (found.others and not others_are_known)
    return Exit.FINDINGS if left else Exit.OK


def _forget(workspace: Workspace, before: datetime, systems: list[str]) -> int:
    from garant.apps.replays import services

    organisation = workspace.policy.document.organisation.key
    maps = [source.data_map for source in workspace.sources.values()]
    gone = services.forget(organisation, before.date(), maps=maps, systems=systems, actor=state.actor())
    note(
        f"{plural(gone, ('effacement oublié', 'effacements oubliés'), ('', ''))}.",
        f"{plural(gone, ('', ''), ('erasure forgotten', 'erasures forgotten'))}.",
    )
    return Exit.OK
