"""A lifting looks once more, at its end, for the records that were gone when it was planned: one may be there again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from garant.apps.promises.opening.workspace import Workspace
from garant.apps.promises.people import absent
from garant.apps.promises.recording.work import BatchResult, Checked, Journal, Work
from garant.engine.document import Plan
from garant.engine.running.verify import Left, SelectionCheck
from garant.systems.finding import RootKey
from garant.systems.model import Do


@dataclass(frozen=True, slots=True)
class _Back:
    """What the systems answered, and the records that came back: their mark is on them, and nothing took it off."""

    checked: Checked
    found: Sequence[SelectionCheck]

    @property
    def verified(self) -> bool:
        """Whether nothing of the plan is left."""
        return self.checked.verified and not self.found

    @property
    def details(self) -> Mapping[str, Any]:
        """What is left, selection by selection."""
        checked = self.checked.details
        return {**checked, "selections": [*checked["selections"], *map(asdict, self.found)]}

    @property
    def unsettled(self) -> Sequence[frozenset[RootKey]]:
        """Selection by selection, the roots for which something is left."""
        return self.checked.unsettled


@dataclass(frozen=True, slots=True)
class Returning:
    """The work of a lifting that ends what restricts records that are gone."""

    work: Work
    plan: Plan
    workspace: Workspace

    def batch_keys(self) -> Sequence[str]:
        """List the batches of the plan, in order."""
        return self.work.batch_keys()

    def execute(self, key: str, journal: Journal) -> BatchResult:
        """Carry out one batch."""
        return self.work.execute(key, journal)

    def verify(self, journal: Journal) -> Checked:
        """Ask the systems again; a record that came back is left, and so is what restricts it.

        Raises:
            ConnectorError: a system did not answer.
        """
        checked, back = self.work.verify(journal), absent.came_back(self.workspace, self.plan)
        return _Back(checked, [self._left(*place, number) for place, number in back.items()])

    def _left(self, system: str, root: str, number: int) -> SelectionCheck:
        table = self.workspace.sources[system].data_map.roots[root].table
        return SelectionCheck(system, None, number, number, 0, (Left(table, Do.TREAT.value, number),))
