"""What is restricted at a terminal where no program reaches: asked of a person, answered, put back, and never dropped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from garant.apps.evidence import services as evidence
from garant.apps.permissions import knowing
from garant.apps.promises import services as promises
from garant.apps.tasks import services as tasks
from garant.apps.tasks.answers import Answer, sign, statement_digest
from garant.apps.tasks.models import Task
from garant.apps.tasks.refusals import RefusedError
from garant.ledger.notes import SigningKey
from tests.apps.rights.conftest import post, unhurried
from tests.apps.seen import seen
from tests.cli.test_requests_in_force import Garant, folders, garant
from tests.cli.test_restricted_is_told import approved, usable
from tests.site.conftest import company, demo, demo_systems, installation, site

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
