"""What waits in the archive for a batch that is never done does not stay there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import settings

from garant.apps.promises import services as promises
from garant.apps.promises.opening.archiving import archive_of
from garant.apps.promises.opening.published import open_published
from garant.apps.promises.refusals import RefusedError, RunInterruptedError
from garant.apps.promises.running import execution
from garant.apps.rights import services
from garant.engine.planning.plan import plan_retention
from garant.ledger.keys import key_source
from tests.apps.rights import killing
from tests.apps.rights.conftest import forget_workflows
from tests.apps.rights.test_stuck import crm, redrawn

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["crm"]


def states(company: str) -> set[str]:
    """Of the records of the archive."""
    archive = archive_of(company, key_source(settings.GARANT_KEYS, os.environ))
    assert archive is not None
    with archive.store.opened() as database:
        return {state for (state,) in database.execute("SELECT DISTINCT state FROM record")}


def test_a_run_that_is_refused_leaves_nothing_in_the_archive(company: str, crm: Path) -> None:
    """Killed while the system was about to let the rows go, and the map is another one when it would go on."""
    with open_published(company) as workspace:
        today = services.today(company)
        plan = plan_retention(workspace.policy, workspace.sources, as_of=today, tolerance=1.0)
    assert any(one.archive and one.due for one in plan.selections)
    plan = plan.model_copy(update={"selections": [one for one in plan.selections if one.archive and one.due]})
    plan = promises.anew(plan)
    forget_workflows()

    def apply() -> None:
        with open_published(company) as workspace:
            execution.apply_plan(plan, workspace, digest=plan.digest, actor="cli")

    with killing.killed("archived"), pytest.raises(RunInterruptedError):
        apply()
    assert states(company) == {"pending"}
    redrawn(crm)
    with pytest.raises(RefusedError, match="changed since the plan"):
        apply()
    assert states(company) == set()
