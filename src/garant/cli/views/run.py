"""A run, as it goes and as it ended: a progress bar, the receipts, what the systems answered."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from garant.cli.exits import Exit
from garant.cli.language import count, plural, say
from garant.cli.output import err, out, table
from garant.cli.views.plan import not_reached
from garant.cli.views.residue import show_residue
from garant.engine.planning.notes import LEFT_TO_UNDATED
from garant.policy.text import Text

if TYPE_CHECKING:
    from garant.apps.promises.models import Batch, Run
    from garant.apps.promises.running.observers import Progress as Step


_STOPPING = (signal.SIGINT, signal.SIGTERM)
"""Ctrl-C, and what a service manager sends."""


class Watch:
    """Follows a run on standard error, and asks it to stop on Ctrl-C."""

    def __init__(self, bar: Progress) -> None:
        self.stop = threading.Event()
        self._bar = bar
        self._task = bar.add_task(say("Lots", "Batches"), total=None, rows=0)
        self._rows = 0
        self._shown = False

    def report(self, step: Step) -> None:
        """Show that one more batch has its receipt; the bar appears with the first."""
        if not self._shown:
            self._bar.start()
            self._shown = True
        self._rows += step.rows
        self._bar.update(self._task, total=step.total, completed=step.done, rows=count(self._rows))

    def end(self) -> None:
        """Leave the bar as it stands, where there is one."""
        if self._shown:
            self._bar.stop()

    def ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        """Stop between two batches; asked a second time, stop at once."""
        self.stop.set()
        for number in _STOPPING:
            signal.signal(number, signal.SIG_DFL)
        self._bar.console.print(say("Arrêt après le lot en cours…", "Stopping after the current batch…"))


@contextmanager
def watching() -> Iterator[Watch]:
    """Show a progress bar while a run goes on."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rows]} " + say("lignes", "rows")),
        TimeElapsedColumn(),
    )
    bar = Progress(*columns, console=err())
    watch = Watch(bar)
    before = {number: signal.signal(number, watch.ask_to_stop) for number in _STOPPING}
    try:
        yield watch
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        watch.end()


def conclude(run: Run, *, done_before: bool = False) -> int:
    """Print the receipts of a closed run and its verification; gives the exit code.

    Args:
        run: the run, closed.
        done_before: it was closed before this command, which therefore did nothing.
    """
    console = out()
    if done_before:
        _say_done_before(console, run)
        if _given_up(run):
            return Exit.FINDINGS
    batches = run.receipts()
    _receipts(console, batches)
    _blocks(console, batches)
    _verification(console, run)
    _unreached(console, run)
    show_residue(console, [run.residue[system] for system in sorted(run.residue)])
    if any(batch.state == "blocked" for batch in batches):
        return Exit.BLOCKED
    return Exit.OK if run.state == "kept" else Exit.FINDINGS


def _given_up(run: Run) -> bool:
    """Whether it was interrupted before it did anything, and refused since: no system was asked again."""
    asked = (run.verification or {}).get("selections")
    return run.state == "not-kept" and bool(run.plan.document["selections"]) and not asked


def _say_done_before(console: Console, run: Run) -> None:
    finished = (run.finished_at or run.started_at).astimezone(ZoneInfo(run.plan.document["zone"]))
    at_fr, at_en = f"{finished:%d/%m/%Y} à {finished:%H:%M}", f"{finished:%Y-%m-%d} at {finished:%H:%M}"
    if _given_up(run):
        words = say(
            f"Interrompu avant de rien faire, puis refusé le {at_fr}\u202f: ce plan est clos, et rien n’a été touché. "
            "Refaites-le, relisez-le, approuvez le nouveau.",
            f"Interrupted before it did anything, then refused on {at_en}: this plan has ended, and nothing was touched. "
            "Make it again, read it, approve the new one.",
        )
    else:
        words = say(
            f"Déjà exécuté le {at_fr}\u202f; rien n’a été fait cette fois. Voici les reçus d’alors.",
            f"Already carried out on {at_en}; nothing was done this time. These are the receipts of then.",
        )
    console.print(f"[bold yellow]{escape(words)}[/]", soft_wrap=True)


def _awaiting(console: Console, run: Run) -> None:
    from garant.apps.tasks import services

    waiting = sum(task.waiting for task in services.of_run(run.key))
    still = plural(waiting, ("réponse", "réponses"), ("answer", "answers"))
    words = say(
        f"Non prouvé : attend {still} (exécution {run.key}). Là où un programme atteint, tout est vérifié. "
        "Voyez : garant task list",
        f"Unproven: waiting for {still} (run {run.key}). Where a program reaches, everything is verified. "
        "See: garant task list",
    )
    console.print(f"[bold yellow]{escape(words)}[/]", soft_wrap=True)


def _receipts(console: Console, batches: list[Batch]) -> None:
    sums = _sums(batches)
    shown = table(
        say("Système", "System"),
        say("Table", "Table"),
        say("Supprimées", "Deleted"),
        say("Traitées", "Treated"),
        title=say("Reçus", "Receipts"),
    )
    for column in shown.columns[2:]:
        column.justify = "right"
    for (system, name), (deleted, treated) in sums.items():
        shown.add_row(system, name, count(deleted), count(treated))
    console.print(shown)
    recovered = sum(batch.recovered for batch in batches)
    words = [plural(len(batches), ("lot", "lots"), ("batch", "batches"))]
    words.append(plural(sum(b.rows for b in batches), ("ligne", "lignes"), ("row", "rows")))
    archived = sum((batch.receipt or {}).get("archived", 0) for batch in batches)
    if archived:
        words.append(
            plural(
                archived, ("dossier archivé", "dossiers archivés"), ("record archived", "records archived")
            )
        )
    if recovered:
        words.append(
            plural(recovered, ("repris après arrêt", "repris après arrêt"), ("recovered", "recovered"))
        )
    console.print(" · ".join(words), soft_wrap=True)


def _sums(batches: list[Batch]) -> dict[tuple[str, str], tuple[int, int]]:
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for batch in batches:
        receipt: Mapping[str, Any] = batch.receipt or {}
        for rows in receipt["tables"]:
            place = (receipt["system"], rows["table"])
            deleted, treated = sums.get(place, (0, 0))
            sums[place] = (deleted + rows["deleted"], treated + rows["treated"])
    return {place: rows for place, rows in sums.items() if any(rows)}


def _blocks(console: Console, batches: list[Batch]) -> None:
    for batch in batches:
        receipt: Mapping[str, Any] = batch.receipt or {}
        for block in receipt["blocks"]:
            refers = f" ← {block['referring_table']}" if block["referring_table"] else ""
            roots = plural(
                block["roots"], ("dossier laissé", "dossiers laissés"), ("root left", "roots left")
            )
            rows = plural(block["rows"], ("ligne", "lignes"), ("row", "rows"))
            place = f"{receipt['system']}: {block['table']}{refers} · {block['constraint']}"
            words = f"{say('Bloqué', 'Blocked')} {batch.key} · {place} · {roots}, {rows}"
            console.print(f"[red]{escape(words)}[/]", soft_wrap=True)


def _unreached(console: Console, run: Run) -> None:
    """A run that is verified has still not looked there."""
    said: dict[str, list[dict[str, str]]] = run.plan.document.get("unreached", {})
    every = {system: [Text(**words) for words in texts] for system, texts in said.items()}
    for line in not_reached(every):
        console.print(f"[yellow]{escape(line)}[/]", soft_wrap=True)


def _verification(console: Console, run: Run) -> None:
    details = run.verification or {"selections": []}
    for check in details["selections"]:
        spared = check["no_longer_due"]
        if spared:
            words = plural(
                spared,
                ("n’était plus échu", "n’étaient plus échus"),
                ("was no longer due", "were no longer due"),
            )
            console.print(escape(f"{check['system']} · {check['rule'] or ''}: {words}"), soft_wrap=True)
        if check.get("since"):
            console.print(escape(_since(check)), soft_wrap=True)
        for left in check["left"]:
            rows = plural(left["rows"], ("ligne reste", "lignes restent"), ("row is left", "rows are left"))
            why = f" · {say(LEFT_TO_UNDATED.fr, LEFT_TO_UNDATED.en)}" if left.get("undated") else ""
            console.print(
                f"[red]{escape(check['system'])} · {escape(left['table'])}: {rows}{escape(why)}[/]",
                soft_wrap=True,
            )
    if run.state == "kept":
        run_said = f"({say('exécution', 'run')} {run.key})"
        words = say(
            f"Vérifié : les systèmes, interrogés de nouveau, n’ont plus rien à traiter {run_said}.",
            f"Verified: asked again, the systems have nothing left to treat {run_said}.",
        )
        console.print(f"[bold green]{escape(words)}[/]", soft_wrap=True)
    elif run.state == "waiting":
        _awaiting(console, run)
    else:
        words = say(
            f"Non vérifié : il reste ce qui est dit ci-dessus (exécution {run.key}).",
            f"Not verified: what is said above is left (run {run.key}).",
        )
        console.print(f"[bold red]{escape(words)}[/]", soft_wrap=True)


def _since(check: Mapping[str, Any]) -> str:
    """Who came to be past their term after the plan was made: the run has left them and what they share as it was."""
    words = plural(
        check["since"],
        (
            "est arrivé à son terme depuis le plan : laissé tel quel, le prochain plan le prendra",
            "sont arrivés à leur terme depuis le plan : laissés tels quels, le prochain plan les prendra",
        ),
        (
            "has come past its term since the plan: left as it was, the next plan takes it",
            "have come past their terms since the plan: left as they were, the next plan takes them",
        ),
    )
    return f"{check['system']} · {check['rule'] or ''}: {words}"
