"""What is restricted at a terminal where no program reaches: asked of a person, answered, put back, and never dropped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from garant.apps.evidence import services as evidence
from garant.apps.permissions import knowing
from garant.apps.promises import services as promises
from garant.apps.promises.refusals import RefusedError as PlanRefusedError
from garant.apps.rights import services
from garant.apps.rights.models import Request
from garant.apps.rights.words import Outcome
from garant.apps.tasks import services as tasks
from garant.apps.tasks.answers import Answer, sign, statement_digest
from garant.apps.tasks.models import Task
from garant.apps.tasks.refusals import RefusedError
from garant.ledger import LedgerError
from garant.ledger.notes import SigningKey
from tests.apps.rights.conftest import Letters, ask_system, post, unhurried, work
from tests.apps.rights.steps import OFFICER, asked, carried_out
from tests.apps.seen import seen
from tests.cli.test_requests_in_force import ARCHIVED, Garant, folders, garant, lifted
from tests.cli.test_restricted_is_told import approved, usable
from tests.site.conftest import company, demo, demo_systems, installation, sign_in, site

__all__ = ["company", "demo", "demo_systems", "garant", "installation", "post", "site", "unhurried"]

pytestmark = pytest.mark.django_db(transaction=True)

KEY = SigningKey(bytes(range(32)))
PAPER = f"""
system: paper
label: {{fr: Archives papier, en: Paper archive}}
connector: manual
responsible: {{name: Camille Exemple, email: camille@archive.example}}
days: 14
key: {KEY.verifier("paper")}
"""


@pytest.fixture
def paper(company: str, settings: Any) -> str:
    """The company, with a cupboard of paper."""
    (settings.GARANT_MAPS / company / "paper.yaml").write_text(PAPER)
    return company


def waiting(company: str) -> list[Task]:
    return [one for one in tasks.tasks(company) if one.statement["system"] == "paper"]


def answered(task: Task, outcome: Any = "done", reason: str = "") -> str:
    """The signed answer of whoever looked; what its run is then."""
    found = 0 if outcome == "nothing-found" else 1
    treated = 1 if outcome == "done" else 0
    said = Answer(task.key, statement_digest(task.statement), outcome, found, treated, reason)
    return promises.receive_answer(sign(said, KEY, "paper")).state


def restricted(company: str, email: str) -> bool:
    return knowing.restricted(company, [("email", email.lower())])


def test_each_person_of_a_file_is_asked_about(
    paper: str, garant: Garant, settings: Any, tmp_path: Path
) -> None:
    """Two who ask at once are two tasks: restricted, answered, lifted, answered."""
    people = [email for _, email, _ in usable(paper, 2)]
    (tmp_path / "people.txt").write_text("".join(f"email={email}\n" for email in people))
    restrict = ("subject", "restrict", "--from", str(tmp_path / "people.txt"), *folders(paper, settings))
    for lift in ((), ("--lift",)):
        code, said = approved(garant, *restrict, *lift)
        assert code == 1, said  # waits for who looks
        asked = waiting(paper)
        assert sorted(tasks.whom(one)["identities"]["email"] for one in asked) == sorted(people)
        assert {one.purpose for one in asked} == {"lifting" if lift else "restriction"}
        assert [restricted(paper, one) for one in people] == [not lift] * 2
        assert [answered(one) for one in asked] == ["waiting", "kept"]
    done = [record.payload for record in evidence.records(paper, kind="task.answered")]
    assert [one["outcome"] for one in done] == ["done"] * 4
    assert all(one.sealed is None and one.answer for one in seen(Task).filter(organisation=paper))
    evidence.verify_database(paper)


def test_who_refuses_to_look_leaves_the_answer_no(paper: str, garant: Garant, settings: Any) -> None:
    ((_, email, _),) = usable(paper)
    restrict = ("subject", "restrict", "--identity", f"email={email}", *folders(paper, settings))
    approved(garant, *restrict)
    (task,) = waiting(paper)
    assert answered(task, "refused", "Le local est inondé.") == "not-kept"
    with pytest.raises(RefusedError):
        answered(task)
    assert restricted(paper, email)
    approved(garant, *restrict, "--lift")
    (task,) = waiting(paper)
    assert answered(task, "nothing-found") == "kept"
    assert not restricted(paper, email)


def archived(email: str) -> int:
    ((found,),) = ask_system("GARANT_DEMO_CRM", ARCHIVED, email)
    return found


def by_request(company: str, post: Letters, email: str, minute: int = 0) -> str:
    """A request that restricts, whoever looks by hand too; its number."""
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=minute)):
        request, _ = asked(company, post, "restriction", email)
    carried_out(company, request.key)
    for task in waiting(company):
        answered(task)
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    return request.key


def test_the_end_of_a_request_leaves_what_a_terminal_restricts(
    paper: str, post: Letters, garant: Garant, settings: Any
) -> None:
    """Marked, answered no, and apart on paper, until the last of them ends; planned anew if one comes meanwhile."""
    ((_, email, _),) = usable(paper)
    restrict = ("subject", "restrict", "--identity", f"email={email}", *folders(paper, settings))
    key = by_request(paper, post, email)
    today = services.today(paper)
    services.tell_lift(paper, key, "Accord trouvé.", today + timedelta(days=10), actor=OFFICER)
    seen(Request).filter(key=key).update(lift_on=today)
    assert services.night(paper)["lifted"] == 1
    approved(garant, *restrict)
    answered(*waiting(paper))
    with pytest.raises(LedgerError, match="another"):
        services.approve_lift(paper, key, actor=OFFICER)
    page = f"/o/{paper}/plans/{services.find(paper, key).lift_plan}/"
    assert "exécutée sans demande" in sign_in(OFFICER).get(page).content.decode()
    services.approve_lift(paper, key, actor=OFFICER)
    work(paper, "run")
    assert services.find(paper, key).forget_on is not None
    assert (archived(email), restricted(paper, email), waiting(paper)) == (1, True, [])
    approved(garant, *restrict, "--lift")
    (task,) = waiting(paper)
    assert answered(task) == "kept"
    assert (archived(email), restricted(paper, email)) == (0, False)


def test_what_comes_between_the_approval_of_an_end_and_its_run_is_not_let_go_of(
    paper: str, post: Letters, garant: Garant, settings: Any
) -> None:
    """The worker was away: a terminal restricts meanwhile. The end is refused, and planned anew that night."""
    ((_, email, _),) = usable(paper)
    key = by_request(paper, post, email)
    today = services.today(paper)
    services.tell_lift(paper, key, "Accord trouvé.", today + timedelta(days=10), actor=OFFICER)
    seen(Request).filter(key=key).update(lift_on=today)
    assert services.night(paper)["lifted"] == 1
    services.approve_lift(paper, key, actor=OFFICER)
    approved(garant, "subject", "restrict", "--identity", f"email={email}", *folders(paper, settings))
    with pytest.raises(PlanRefusedError):
        work(paper, "run")
    assert (archived(email), restricted(paper, email)) == (1, True)
    assert services.night(paper)["lifted"] == 1
    services.approve_lift(paper, key, actor=OFFICER)
    work(paper, "run")
    assert (archived(email), restricted(paper, email)) == (1, True)


def test_a_lifting_that_leaves_all_to_a_request_is_the_end_of_what_the_terminal_held(
    paper: str, post: Letters, garant: Garant, settings: Any
) -> None:
    """Nobody is asked to put anything back; when the request ends, all of it comes back with nothing more to type."""
    ((_, email, _),) = usable(paper)
    restrict = ("subject", "restrict", "--identity", f"email={email}", *folders(paper, settings))
    approved(garant, *restrict)
    answered(*waiting(paper))
    key = by_request(paper, post, email)
    code, said = approved(garant, *restrict, "--lift")
    assert (code, "to answer" in said, "until it ends" in said) == (0, False, True), said
    assert (archived(email), restricted(paper, email), waiting(paper)) == (1, True, [])
    lifted(paper, key)
    assert answered(*waiting(paper)) == "kept"
    assert (archived(email), restricted(paper, email)) == (0, False)


def test_of_two_requests_the_last_puts_back_what_is_on_paper(paper: str, post: Letters) -> None:
    """Somebody whom no program knows: known by two requests, apart on paper until the second ends."""
    email = "inconnue@nulle-part.example"
    first, second = by_request(paper, post, email), by_request(paper, post, email, minute=1)
    lifted(paper, first)
    assert (restricted(paper, email), waiting(paper)) == (True, [])
    lifted(paper, second)
    assert not restricted(paper, email)
    (task,) = waiting(paper)
    assert tasks.whom(task)["identities"]["email"] == email
