"""The main job told in a minute: check, plan, approve, run, look again, prove."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)

from garant.cli.exits import Exit
from garant.cli.language import count, plural, say, spoken
from garant.demo import views
from garant.demo.archived import ArchiveStory
from garant.demo.build import PEOPLE
from garant.demo.stage import Stage, set_stage
from garant.demo.views import heading, people, tell, typed
from garant.demo.witness import Witness, choose_witness, files_naming, places_of

if TYPE_CHECKING:
    from garant.apps.promises.opening.workspace import Workspace
    from garant.engine.document import Plan

FOLDER = Path("demo")
OFFICER = "deleguee@demo.example"
"""Who approves in the demo: an imaginary data protection officer."""


def run_demo(
    folder: Path | None = None,
    console: Console | None = None,
    as_of: date | None = None,
    people: int = PEOPLE,
) -> int:
    """Play the demo in `folder` (`./demo` unless said) and give its exit code.

    Args:
        folder: made if missing; an earlier demo there is replaced, anything else is left alone.
        console: where to write; the standard output unless said.
        as_of: the day on which terms are judged; today in Paris unless said.
        people: how many to make up, a hundred at least.

    Raises:
        CommandError: the folder holds something else than a demo.
    """
    screen = console or Console(file=sys.stdout, highlight=False)
    day = as_of or datetime.now(ZoneInfo("Europe/Paris")).date()
    return _Story(screen, folder or FOLDER, day).play(people)


class _Story:
    def __init__(self, console: Console, folder: Path, as_of: date) -> None:
        self.console = console
        self.folder = folder
        self.as_of = as_of
        self.started = time.perf_counter()

    def play(self, number: int) -> int:
        """Every step in turn; 0 when all of it holds."""
        stage = self._prepare(number)
        self._wake()
        from garant.apps.promises.opening.workspace import open_workspace
        from garant.cli import state

        clean = self._check(stage)
        with open_workspace(stage.policy, stage.maps, state.keys()) as workspace:
            plan = self._measure(workspace)
            witness = self._witness(stage, workspace, plan)
            former = choose_witness(stage, _keys(plan, "former-customer", archive=True))
            self._show_plan(stage, plan)
            self._approve(plan)
            receipts, kept = self._run(workspace, plan)
            kept = self._look_again(stage, workspace, witness) and kept
        kept = ArchiveStory(self.console, stage, self.as_of, OFFICER).told(former) and kept
        proved = self._prove(stage, workspace.policy.document.organisation.key, receipts)
        return self._conclude(stage, clean and kept and proved)

    # -- the steps ---------------------------------------------------------------------

    def _prepare(self, number: int) -> Stage:
        self.console.print(
            Panel(
                say(
                    "La politique de confidentialité qui se tient toute seule.\n"
                    "Tout ce qui suit se passe sur une entreprise de démonstration\u202f: la politique est "
                    "réelle, les personnes sont inventées.",
                    "The privacy policy that keeps itself.\n"
                    "All that follows happens on a demo company: the policy is real, the people are made up.",
                ),
                title="[bold]Garant[/]",
                border_style="cyan",
                padding=(0, 2),
            )
        )
        with self._busy("Construction des trois systèmes…", "Building the three systems…"):
            stage = set_stage(self.folder, as_of=self.as_of, people=number)
        rows = sum(system.rows for system in stage.data.systems)
        tell(
            self.console,
            f"Trois bases construites dans [bold]{escape(str(self.folder))}[/]\u202f: relation client, "
            f"recrutement, télémaintenance. {people(number)}, {count(rows)} lignes, des fichiers.",
            f"Three databases built in [bold]{escape(str(self.folder))}[/]: customer relations, "
            f"recruitment, remote maintenance. {people(number)}, {count(rows)} rows, some files.",
        )
        return stage

    def _wake(self) -> None:
        from garant.site import setup

        setup.prepare()
        from garant.apps.evidence import services as evidence

        evidence.create_keys()

    def _check(self, stage: Stage) -> bool:
        from garant.policy.checks import findings
        from garant.policy.diagnostics import RULES
        from garant.policy.loader import load_policy
        from garant.systems.checks.static import check_map
        from garant.systems.loader import load_maps

        heading(self.console, 1, "La politique se tient-elle\u202f?", "Does the policy hold together?")
        loaded = load_policy(stage.policy)
        document = loaded.document
        maps = load_maps(stage.maps)
        found = findings(loaded, self.as_of)
        found += [finding for one in maps.values() for finding in check_map(one, document)]
        purposes = sum(1 for _ in document.purposes())
        tell(
            self.console,
            f"{document.organisation.name}\u202f: {len(document.activities)} activités, {purposes} finalités, "
            f"{len(document.retention)} règles de conservation, {len(document.rights.offered)} droits, "
            f"{len(document.promises)} promesses d’abstention\u202f; {len(maps)} cartes de données.",
            f"{document.organisation.name}: {len(document.activities)} activities, {purposes} purposes, "
            f"{len(document.retention)} retention rules, {len(document.rights.offered)} rights, "
            f"{len(document.promises)} promises of restraint; {len(maps)} data maps.",
        )
        known = len(RULES)
        colour = "red" if found else "green"
        verdict = plural(len(found), ("remarque", "remarques"), ("finding", "findings"))
        tell(
            self.console,
            f"Confrontée à {known} règles tirées de la loi\u202f: [bold {colour}]{verdict}[/].",
            f"Held against {known} rules drawn from the law: [bold {colour}]{verdict}[/].",
        )
        typed(self.console, "garant check POLICY", "garant map check MAPS --policy POLICY")
        return not found

    def _measure(self, workspace: Workspace) -> Plan:
        from garant.engine.planning.plan import plan_retention

        heading(
            self.console, 2, "À quelle distance la réalité est-elle des promesses\u202f?",
            "How far is reality from the promises?",
        )  # fmt: skip
        with self._busy("Question posée aux systèmes…", "Asking the systems…") as update:
            plan = plan_retention(
                workspace.policy,
                workspace.sources,
                as_of=self.as_of,
                progress=lambda system, rule: update(f"{system} · {rule}"),
            )
        found = views.standings(plan)
        views.show(self.console, views.promises_table(found))
        broken = [one for one in found if not one.kept]
        tell(
            self.console,
            f"[bold red]{len(broken)} promesses sur {len(found)} sont rompues[/], "
            f"au {views.day(self.as_of)}.{_early(found)}",
            f"[bold red]{len(broken)} promises of {len(found)} are broken[/], "
            f"as of {views.day(self.as_of)}.{_early(found)}",
        )
        typed(self.console, "garant plan POLICY")
        return plan

    def _witness(self, stage: Stage, workspace: Workspace, plan: Plan) -> Witness:
        """Show every place where one overdue person is, to look again afterwards."""
        witness = choose_witness(stage, _keys(plan, "prospect"))
        places = places_of(workspace, witness)
        where = ", ".join(f"{rows} {table}" for table, rows in places)
        tell(
            self.console,
            f"Par exemple [bold]{escape(witness.name)}[/], prospect que plus personne n’appelle, est encore "
            f"dans {len(places)} tables\u202f: {where}.",
            f"For instance [bold]{escape(witness.name)}[/], a prospect nobody calls any more, is still in "
            f"{len(places)} tables: {where}.",
        )
        typed(self.console, "garant subject find --identity email=…")
        return witness

    def _show_plan(self, stage: Stage, plan: Plan) -> None:
        from garant.cli.planfiles import write_plan

        heading(
            self.console, 3, "Le plan\u202f: rien n’est encore changé", "The plan: nothing is changed yet"
        )
        views.show(self.console, views.plan_table(plan))
        write_plan(stage.folder / "plan.json", plan, policy=stage.policy, maps=stage.maps)
        due = sum(selection.due for selection in plan.selections)
        gone = sum(a.deleted for s in plan.selections for a in s.actions if not s.archive)
        set_apart = sum(a.deleted for s in plan.selections for a in s.actions if s.archive)
        tell(
            self.console,
            f"{count(due)} personnes et documents\u202f: {count(gone)} lignes à effacer, {count(set_apart)} à archiver. "
            "Le plan est figé et porte une empreinte\u202f: c’est elle que l’on approuve.",
            f"{count(due)} people and documents: {count(gone)} rows to erase, {count(set_apart)} to archive. The plan is "
            "frozen and has a digest: that is what one approves.",
        )
        typed(self.console, "garant plan POLICY --out plan.json")

    def _approve(self, plan: Plan) -> None:
        heading(self.console, 4, "Une personne l’approuve", "A person approves it")
        tell(
            self.console,
            f"La déléguée à la protection des données ({OFFICER}) approuve ce plan, et lui seul\u202f:",
            f"The data protection officer ({OFFICER}) approves this plan, and no other:",
        )
        self.console.print(f"    [bold]{plan.digest}[/]", soft_wrap=True)
        typed(self.console, f"garant apply plan.json --approve {plan.digest[:12]}…")

    def _run(self, workspace: Workspace, plan: Plan) -> tuple[list[dict[str, Any]], bool]:
        from garant.apps.promises.running import execution
        from garant.cli import state

        heading(self.console, 5, "L’exécution", "The run")
        state.ensure_organisation(workspace.policy.document.organisation)
        with self._batches() as (bar, task):
            total = 0

            def report(step: Any) -> None:
                nonlocal total
                total += step.rows
                bar.update(task, total=step.total, completed=step.done, rows=count(total))

            # The story's day is its clock: it may be told on another day than today.
            run = execution.apply_plan(
                plan, workspace, digest=plan.digest, actor=OFFICER, observer=report, now=self._noon()
            )
        receipts = [dict(batch.receipt) for batch in run.receipts() if batch.receipt]
        views.show(self.console, views.receipts_table(receipts))
        tell(
            self.console,
            f"{count(views.erased(receipts))} lignes parties des bases. Chaque lot est une transaction\u202f; interrompue "
            "n’importe où, la même commande reprend, sans rien compter deux fois ni rien oublier.",
            f"{count(views.erased(receipts))} rows gone from the databases. Each batch is one transaction; interrupted "
            "anywhere, the same command goes on, counting nothing twice and forgetting nothing.",
        )
        return receipts, run.state == "kept"

    def _noon(self) -> datetime:
        return datetime.combine(self.as_of, datetime.min.time().replace(hour=12), ZoneInfo("Europe/Paris"))

    def _look_again(self, stage: Stage, workspace: Workspace, witness: Witness) -> bool:
        from garant.engine.planning.plan import plan_retention

        heading(self.console, 6, "Regarder de nouveau", "Look again")
        with self._busy("Même question, posée de nouveau…", "The same question, asked again…"):
            again = plan_retention(workspace.policy, workspace.sources, as_of=self.as_of)
        found = views.standings(again)
        views.show(self.console, views.promises_table(found))
        traces = len(places_of(workspace, witness)) + files_naming(stage, witness)
        gone = say("introuvable", "nowhere") if not traces else say("encore là", "still there")
        tell(
            self.console,
            f"[bold]{escape(witness.name)}[/] est {gone}, jusque dans les octets des fichiers.{_undated(found)}",
            f"[bold]{escape(witness.name)}[/] is {gone}, down to the bytes of the files.{_undated(found)}",
        )
        return all(one.kept for one in found) and not traces

    def _prove(self, stage: Stage, organisation: str, receipts: Sequence[dict[str, Any]]) -> bool:
        from garant.apps.evidence import services as evidence
        from garant.ledger import verify_export

        heading(self.console, 8, "La preuve", "The proof")
        export = stage.folder / "ledger.zip"
        evidence.export(organisation, export)
        keys = evidence.verifier_keys(organisation)
        report = verify_export(export, keys)
        tell(
            self.console,
            f"{plural(len(receipts), ('reçu', 'reçus'), ('receipt', 'receipts'))}, inscrits dans un registre "
            "qu’on ne peut ni tronquer ni réécrire sans que cela se voie, et sans aucune donnée personnelle. "
            "Vérifié ici sans la base, sur le seul export\u202f:",
            f"{plural(len(receipts), ('reçu', 'reçus'), ('receipt', 'receipts'))}, entered in a ledger that "
            "cannot be cut short or rewritten unseen, and holds no personal data. Verified here without the "
            "database, on the export alone:",
        )
        self.console.print(Padding(escape(report.describe(spoken())), (0, 0, 0, 4)), style="bold")
        typed(self.console, "garant ledger export ledger.zip", "garant ledger verify ledger.zip --key …")
        return report.ok

    def _conclude(self, stage: Stage, holds: bool) -> int:
        seconds = round(time.perf_counter() - self.started)
        env = f". .venv/bin/activate && . {escape(str(stage.env_file))}"
        self.console.print()
        self.console.print(
            Panel(
                say(
                    f"Tout est dans [bold]{escape(str(stage.folder))}[/]. Pour continuer à y jouer\u202f:\n"
                    f"[green]$ {env}[/]   puis   [green]garant plan {escape(str(stage.policy))}[/]\n"
                    "Sur vos données\u202f: [green]garant init[/], une politique, une carte par système. "
                    "Le dossier [bold]docs[/] vous y mène.",
                    f"All of it is in [bold]{escape(str(stage.folder))}[/]. To go on playing there:\n"
                    f"[green]$ {env}[/]   then   [green]garant plan {escape(str(stage.policy))}[/]\n"
                    "On your data: [green]garant init[/], a policy, a map per system. "
                    "The [bold]docs[/] folder leads you there.",
                ),
                border_style="cyan",
                padding=(0, 2),
            )
        )
        if holds:
            words = say(
                f"✔ Toutes les promesses sont tenues, et prouvées, en {seconds} s\u202f: verified",
                f"✔ Every promise is kept, and proved, in {seconds} s: verified",
            )
            self.console.print(f"[bold green]{words}[/]")
            return Exit.OK
        words = say(
            "✘ Quelque chose n’est pas tenu\u202f: voir plus haut.", "✘ Something is not kept: see above."
        )
        self.console.print(f"[bold red]{words}[/]")
        return Exit.FINDINGS

    # -- the screen --------------------------------------------------------------------

    @contextlib.contextmanager
    def _busy(self, fr: str, en: str) -> Iterator[Callable[[str], None]]:
        """A spinner with a line that may change."""
        with self.console.status(say(fr, en)) as status:
            yield status.update

    @contextlib.contextmanager
    def _batches(self) -> Iterator[tuple[Progress, Any]]:
        columns = (
            TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(),
            TextColumn("{task.fields[rows]} " + say("lignes changées", "rows changed")), TimeElapsedColumn(),
        )  # fmt: skip
        with Progress(*columns, console=self.console) as bar:
            yield bar, bar.add_task(say("Lots", "Batches"), total=None, rows="0")


def _keys(plan: Plan, role: str, *, archive: bool = False) -> list[int]:
    """The people of the customer system that a promise selects, to end them or to archive them."""
    chosen = next(s for s in plan.selections if s.role == role and s.archive is archive)
    return [int(key) for key in chosen.root_keys()]


def _early(found: Sequence[views.Standing]) -> str:
    """What the table does not say: the terms that an event ended early."""
    sooner = sum(one.sooner for one in found)
    if not sooner:
        return ""
    return say(
        f" {count(sooner)} échéances ont été avancées par un retrait ou par la fin d’une réparation.",
        f" {count(sooner)} terms were brought forward by a withdrawal or by the end of a repair.",
    )


def _undated(found: Sequence[views.Standing]) -> str:
    """What nobody can prove, said rather than guessed."""
    undated = sum(one.undated for one in found)
    if not undated:
        return ""
    return say(
        f" {people(undated)} n’ont aucune date\u202f: Garant ne devine pas, quelqu’un doit les regarder.",
        f" {people(undated)} have no date at all: Garant does not guess, somebody has to look at them.",
    )
