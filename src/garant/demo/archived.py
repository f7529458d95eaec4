"""The archive's part of the story: rows set apart, one record opened for a reason, the first of them destroyed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from rich.console import Console
from rich.markup import escape

from garant.cli.language import count, plural, say_text, spoken
from garant.demo import views
from garant.demo.stage import Stage
from garant.demo.views import heading, tell, typed
from garant.demo.witness import Witness
from garant.policy.text import Text

if TYPE_CHECKING:
    from garant.apps.promises.opening.workspace import Workspace
    from garant.systems.archive.store import ArchiveStore, Group, RecordEntry

CURIOUS = "stagiaire@demo.example"
"""Somebody who asks and is not entitled."""
REASON = Text(
    fr="Litige sur la dernière commande, courrier de l’avocat.",
    en="Dispute about the last order, letter from the lawyer.",
)


@dataclass(frozen=True)
class ArchiveStory:
    """The archive of the demo, looked at by its data protection officer on the story's day."""

    console: Console
    stage: Stage
    as_of: date
    officer: str

    def told(self, former_customer: Witness) -> bool:
        """Tell it; whether the records are where they should be, and gone when they should be."""
        from garant.apps.promises.opening.workspace import open_workspace
        from garant.cli import state

        heading(self.console, 7, "L’archive intermédiaire", "The intermediate archive")
        with open_workspace(self.stage.policy, self.stage.maps, state.keys()) as workspace:
            store = _store(workspace)
            sealed = self._set_apart(store, workspace, former_customer)
            opened = self._consult(store, workspace, former_customer)
            return self._destroy(store, workspace) and sealed and opened

    def _set_apart(self, store: ArchiveStore, workspace: Workspace, witness: Witness) -> bool:
        groups = store.groups()
        records, rows = _counted(groups)
        sealed = not _in_bytes(store.path, [witness.email.encode(), witness.name.encode()])
        tell(
            self.console,
            f"{count(records)} dossiers, {count(rows)} lignes, ont quitté les bases pour une archive chiffrée, "
            "chacun sous sa propre clé. "
            + ("Son fichier ne dit le nom de personne." if sealed else "Mais son fichier nomme quelqu’un."),
            f"{count(records)} records, {count(rows)} rows, have left the databases for an encrypted archive, "
            "each under a key of its own. "
            + ("Its file names nobody." if sealed else "But its file names somebody."),
        )
        for rule in dict.fromkeys(group.rule for group in groups):
            phase = workspace.policy.document.retention[rule].archive_phase
            if phase is not None and phase.access is not None:
                own = [group for group in groups if group.rule == rule]
                views.fact(self.console, f"{count(_counted(own)[0])} · {rule}", say_text(phase.access))
        typed(self.console, "garant archive list")
        return sealed

    def _consult(self, store: ArchiveStore, workspace: Workspace, witness: Witness) -> bool:
        """Somebody curious is refused; somebody entitled opens one record, and says why."""
        from garant.apps.archives import services
        from garant.apps.promises.refusals import RefusedError

        record = _found(workspace, witness)
        organisation = workspace.policy.document.organisation.key
        services.allow(organisation, self.officer, until=None, by=self.officer)
        refused = True
        with suppress(RefusedError):
            services.consult(organisation, store, record, actor=CURIOUS, reason=self._why, today=self.as_of)
            refused = False
        entry = services.consult(
            organisation, store, record, actor=self.officer, reason=self._why, today=self.as_of
        )
        whole = self._show(store, entry, witness)
        typed(
            self.console,
            "garant archive allow NAME",
            "garant archive find --identity email=…",
            "garant archive consult RECORD --reason …",
        )
        return refused and whole

    @property
    def _why(self) -> str:
        return REASON.say(spoken())

    def _show(self, store: ArchiveStore, entry: RecordEntry, witness: Witness) -> bool:
        from garant.systems.archive.reading import ArchivedRow, read_record

        rows = [part for part in read_record(store.content(entry.id)) if isinstance(part, ArchivedRow)]
        tables = ", ".join(dict.fromkeys(row.table for row in rows))
        whole = len(rows) == entry.rows and any(witness.email in row.values for row in rows)
        tell(
            self.console,
            f"Quelqu’un de curieux est refusé. La déléguée, habilitée, ouvre un seul dossier, celui de "
            f"[bold]{escape(witness.name)}[/] ({plural(len(rows), ('ligne', 'lignes'), ('', ''))}\u202f: {tables}), "
            f"et dit pourquoi\u202f: «\u202f{self._why}\u202f» Le refus et la consultation sont au registre.",
            f"Somebody curious is refused. The officer, who is entitled, opens one record, "
            f"[bold]{escape(witness.name)}[/]’s ({plural(len(rows), ('', ''), ('row', 'rows'))}: {tables}), "
            f"and says why: “{self._why}” The refusal and the consultation are in the ledger.",
        )
        return whole

    def _destroy(self, store: ArchiveStore, workspace: Workspace) -> bool:
        """A year later by the story's clock: a plan like any other, of the archive alone."""
        from garant.apps.promises.running import execution
        from garant.engine.planning.plan import plan_retention

        later = self.as_of + relativedelta(years=1)
        archive = {name: one for name, one in workspace.sources.items() if name == "archive"}
        plan = plan_retention(workspace.policy, archive, as_of=later)
        before, due = _counted(store.groups())[0], sum(selection.due for selection in plan.selections)
        ending = [str(key) for selection in plan.selections for key in selection.root_keys()]
        keys = store.wrapped_keys(ending)
        noon = datetime.combine(later, time(12), ZoneInfo("Europe/Paris"))
        run = execution.apply_plan(plan, workspace, digest=plan.digest, actor=self.officer, now=noon)
        left = _counted(store.groups())[0]
        shredded = not _in_bytes(store.path, keys) and len(keys) == due
        tell(
            self.console,
            f"Un an plus tard, le {views.day(later)}, le même plan trouve {count(due)} dossiers au terme de leur "
            f"règle\u202f: ils sont détruits, leurs clés d’abord. Il en reste {count(left)}.",
            f"A year later, on {views.day(later)}, the same plan finds {count(due)} records at the end of their "
            f"rule: they are destroyed, their keys first. {count(left)} remain.",
        )
        typed(self.console, "garant plan POLICY --system archive")
        return run.state == "kept" and due > 0 and left == before - due and shredded


def _store(workspace: Workspace) -> ArchiveStore:
    from garant.systems.archive.connector import ArchiveConnector

    connector = workspace.sources["archive"].connector
    assert isinstance(connector, ArchiveConnector)
    return connector.records


def _found(workspace: Workspace, witness: Witness) -> str:
    """The number of the witness's record, found by their address."""
    from garant.engine.identities import roots_found

    source = workspace.sources["archive"]
    with source.connector.snapshot() as snapshot:
        keys = roots_found(source.data_map, snapshot, [("email", witness.email)])
    return str(next(key for of_root in keys.values() for key in of_root))


def _counted(groups: Sequence[Group]) -> tuple[int, int]:
    """How many records and rows."""
    return sum(group.records for group in groups), sum(group.rows for group in groups)


def _in_bytes(file: Path, values: Sequence[bytes]) -> bool:
    content = file.read_bytes()
    return any(value in content for value in values)
