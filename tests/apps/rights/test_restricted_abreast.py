"""A restriction that begins while the end of another, of the same record, is being carried out in another process."""

from __future__ import annotations

from typing import Any

import pytest

from garant.apps.permissions.models import BEFORE, Fact
from garant.apps.promises import services as promises
from garant.apps.promises.opening.published import open_published
from garant.apps.promises.people import restrictions
from garant.apps.promises.running import execution
from garant.apps.rights import services
from garant.apps.rights.words import Outcome
from garant.engine.document import Plan
from garant.engine.planning.restricted import Restricting
from garant.engine.planning.subject import plan_subject
from tests.apps.rights.conftest import Letters, change_system, forget_workflows, somebody, work
from tests.apps.rights.steps import OFFICER, asked
from tests.apps.rights.test_restricted_midway import CRM, archived, ends_today, lifted
from tests.apps.seen import seen

pytestmark = pytest.mark.django_db(transaction=True)


def planned(company: str, kind: Any, email: str) -> Plan:
    """A restriction, or its end, as a terminal plans it."""
    with open_published(company) as workspace:
        restricting = Restricting(stays=restrictions.staying(company), restricted=restrictions.known(company))
        plan = plan_subject(
            workspace.policy,
            workspace.sources,
            {"email": email},
            kind,
            as_of=services.today(company),
            restricting=restricting,
        )
    return promises.anew(plan)


def applied(company: str, plan: Plan, email: str) -> None:
    with open_published(company) as workspace:
        execution.apply_plan(plan, workspace, digest=plan.digest, actor="cli", asked=[{"email": email}])


@pytest.mark.parametrize("archived_before", [False, True])
def test_its_mark_is_not_taken_for_one_that_was_there_before(
    company: str, post: Letters, monkeypatch: pytest.MonkeyPatch, archived_before: bool
) -> None:
    """The second looks at the mark of the first, which goes before the second begins; its own end leaves what was there."""
    email, really, ended = somebody(), execution._opened, list[str]()
    change_system(CRM, "UPDATE person SET archived = ? WHERE email = ?", int(archived_before), email)
    forget_workflows()
    applied(company, planned(company, "restriction", email), email)
    ending = planned(company, "lifting", email)

    def opened(*given: Any) -> Any:
        """A terminal ends the first once the second has looked at the mark, and before it begins."""
        work = really(*given)
        if not ended:
            ended.append(email)
            applied(company, ending, email)
        return work

    request, _ = asked(company, post, "restriction", email)
    services.approve(company, request.key, actor=OFFICER)
    monkeypatch.setattr(execution, "_opened", opened)
    work(company, "run")
    assert (ended, archived(email)) == ([email], 1)
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    assert seen(Fact).filter(kind=BEFORE).exists() == archived_before
    ends_today(company, request.key)
    lifted(company, request.key)
    assert archived(email) == int(archived_before)
