"""A request is answered from the archive too, where the person is nowhere else."""

from __future__ import annotations

import pytest

from garant.apps.promises import services as promises
from garant.apps.promises.opening.published import open_published
from garant.apps.promises.running import execution
from garant.apps.rights import services
from garant.engine.planning.plan import plan_retention
from tests.apps.rights.conftest import Letters, ask_system
from tests.apps.rights.steps import asked

pytestmark = pytest.mark.django_db(transaction=True)


def test_whoever_is_only_in_the_archive_is_found(company: str, post: Letters) -> None:
    """Not slow: no other of the short tests goes from a request to the archive; it has to archive somebody first."""
    with open_published(company) as workspace:
        plan = plan_retention(
            workspace.policy, workspace.sources, as_of=services.today(company), tolerance=1.0
        )
        due = [one for one in plan.selections if one.archive and one.due and one.system == "crm"]
        plan = promises.anew(plan.model_copy(update={"selections": due}))
        keys = ", ".join(str(key) for one in due for key in one.root_keys())
        query = f"SELECT email FROM person WHERE id IN ({keys}) AND email LIKE '%@%' ORDER BY id LIMIT 1"
        ((email,),) = ask_system("GARANT_DEMO_CRM", query)
        execution.apply_plan(plan, workspace, digest=plan.digest, actor="cli")
    assert not ask_system("GARANT_DEMO_CRM", "SELECT 1 FROM person WHERE lower(email) = lower(?)", email)
    request, _ = asked(company, post, "access", email)
    found = {one.system: one.rows > 0 for one in services.story(request).searches}
    assert found == {"archive": True, "crm": False, "maintenance": False, "recruitment": False}
