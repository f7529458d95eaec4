"""A copy of a real system swept on the days given, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Protocol

from garant.engine.planning.plan import plan_retention
from garant.engine.running.execution import Execution
from garant.engine.terms import Source
from garant.policy.loader import LoadedPolicy
from tests.engine.support.running import Notebook

EVERYTHING_DUE = date(2045, 1, 1)
ON_THE_WAY = date(2033, 1, 1)
"""What is about a person's past is due by then, and most of what a duty keeps is not."""


class System(Protocol):
    """A copy of a dump, as each room of tests has it."""

    @property
    def policy(self) -> LoadedPolicy: ...

    def sources(self) -> AbstractContextManager[Mapping[str, Source]]: ...


def sweep(system: System, *days: date, batch_size: int = 100) -> None:
    """Plans and carries out what is due on each of the days: nothing blocks, all of it verified."""
    for day in days:
        with system.sources() as sources:
            plan = plan_retention(system.policy, sources, as_of=day)
            execution, journal = Execution(plan, system.policy, sources, batch_size=batch_size), Notebook()
            results = [execution.execute(key, journal) for key in execution.batch_keys()]
            verification = execution.verify(journal)
        assert [s.blocks for s in plan.selections] == [[]] * len(plan.selections)
        assert [block for result in results for block in result.blocks] == []
        assert verification.verified


def files_below(folder: Path) -> dict[str, bytes]:
    """Each file below a folder, by its path from there."""
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}
