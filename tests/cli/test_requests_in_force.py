"""What a terminal does beside the requests of people: it runs none of their plans, and ends none of their restrictions."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from garant.apps.permissions import services as permissions
from garant.apps.promises import decisions
from garant.apps.promises import services as promises
from garant.apps.rights import services
from garant.apps.rights.words import Outcome
from garant.cli import application
from garant.cli.exits import Exit
from garant.cli.planfiles import write_plan
from garant.demo.stage import example
from tests.apps.rights.conftest import Letters, ask_system, forget_workflows, post, somebody, unhurried, work
from tests.apps.rights.steps import OFFICER, asked, carried_out
from tests.apps.seen import seen
from tests.site.conftest import company, demo, demo_systems, installation, site

__all__ = ["company", "demo", "demo_systems", "installation", "post", "site", "unhurried"]

pytestmark = pytest.mark.django_db(transaction=True)

ARCHIVED = "SELECT archived FROM person WHERE email = ?"
Garant = Callable[..., tuple[int, str]]


@pytest.fixture
def garant(company: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Garant:
    """A command, typed where the site keeps its requests; its exit code and what it says."""
    forget_workflows()
    monkeypatch.setenv("GARANT_HOME", str(settings.GARANT_HOME))
    monkeypatch.setattr("garant.site.setup.has_state", lambda: True)  # a database of tests may be no file

    def typed(*arguments: str) -> tuple[int, str]:
        said = io.StringIO()
        with redirect_stdout(said), redirect_stderr(said):
            code = application.run(["--language", "en", *arguments])
        return code, said.getvalue()

    return typed


def folders(company: str, settings: Any) -> tuple[str, ...]:
    return "--policy", str(example() / "policy"), "--maps", str(settings.GARANT_MAPS / company)


def restricted(company: str, post: Letters, email: str, minute: int = 0) -> str:
    """A request that restricts, granted and carried out; its number."""
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=minute)):
        request, _ = asked(company, post, "restriction", email)
    carried_out(company, request.key)
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    return request.key


def lifted(company: str, key: str) -> None:
    """The restriction of a request told to end, ended and carried out."""
    today = services.today(company)
    services.tell_lift(company, key, "Accord trouvé.", today + timedelta(days=10), actor=OFFICER)
    seen(services.find(company, key).__class__).filter(key=key).update(lift_on=today)
    assert services.night(company)["lifted"] == 1
    services.approve_lift(company, key, actor=OFFICER)
    work(company, "run")


def test_the_plan_of_a_request_is_not_carried_out_from_a_file(
    company: str, post: Letters, garant: Garant, tmp_path: Path, settings: Any
) -> None:
    email = somebody()
    request, _ = asked(company, post, "erasure", email)
    plan = decisions.document(company, request.plan)
    file = tmp_path / "plan.json"
    write_plan(file, plan, policy=example() / "policy", maps=settings.GARANT_MAPS / company)
    for more in (("--approve", plan.digest), ()):
        code, said = garant("apply", str(file), *more)
        assert (code, f"This plan answers request {request.key}." in said) == (Exit.REFUSED, True)
        assert "Approve it on the page of the request" in said
    assert ask_system("GARANT_DEMO_CRM", "SELECT count(*) FROM person WHERE email = ?", email) == [(1,)]
    assert not decisions.find(company, plan.digest).approved
    who = ("--identity", f"email={email}", "--approve", plan.digest)
    erase = ("subject", "erase", *who, *folders(company, settings))
    services.approve(company, request.key, actor=OFFICER)
    promises.start_run(decisions.find(company, plan.digest), actor=OFFICER, batch_size=10)
    code, said = garant(*erase)
    assert (code, f"request {request.key}" in said) == (Exit.REFUSED, True), "begun by the site"
    work(company, "run")
    assert ask_system("GARANT_DEMO_CRM", "SELECT count(*) FROM person WHERE email = ?", email) == [(0,)]
    code, said = garant(*erase)
    assert (code, request.key in said) == (0, False), "what was done with it is shown"


def test_a_lifting_leaves_what_a_request_restricts(
    company: str, post: Letters, garant: Garant, tmp_path: Path, settings: Any
) -> None:
    """Restricted by a terminal and by a request; the plan of the terminal's end, made before the request, is refused."""
    email = somebody()
    who, where = ("--identity", f"email={email}"), folders(company, settings)

    def digest_of(said: str) -> str:
        return said.rsplit("--approve ", 1)[1].split()[0]

    _, said = garant("subject", "restrict", *who, *where)
    code, said = garant("subject", "restrict", *who, *where, "--approve", digest_of(said))
    assert code == 0, said
    assert ask_system("GARANT_DEMO_CRM", ARCHIVED, email) == [(1,)]
    before = tmp_path / "lift.json"
    code, said = garant("subject", "restrict", "--lift", *who, *where, "--out", str(before))
    assert (code, "until it ends" in said, "nobody looked" in said) == (0, False, False)
    early = digest_of(said)
    key = restricted(company, post, email)
    for late in (("apply", str(before)), ("subject", "restrict", "--lift", *who, *where)):
        code, said = garant(*late, "--approve", early)
        assert code == Exit.REFUSED, said
    assert "A request in force restricts data" in garant("apply", str(before), "--approve", early)[1]
    code, said = garant("subject", "restrict", "--lift", *who, *where)
    assert (code, "until it ends" in said) == (0, True)
    assert garant("subject", "restrict", "--lift", *who, *where, "--approve", digest_of(said))[0] == 0
    assert ask_system("GARANT_DEMO_CRM", ARCHIVED, email) == [(1,)]
    lifted(company, key)
    assert ask_system("GARANT_DEMO_CRM", ARCHIVED, email) == [(0,)]


def test_may_says_no_until_the_request_ends_whoever_lifts(
    company: str, post: Letters, garant: Garant
) -> None:
    here, use = ("--organisation", company), "customer-relationship/support"
    assert garant("may", "look", *here)[0] == 0
    alone = "SELECT email FROM person WHERE email LIKE '%@%' GROUP BY lower(email) HAVING count(*) = 1"
    known = [email for (email,) in ask_system("GARANT_DEMO_CRM", alone)]
    email = next(one for one in known if permissions.may(company, [("email", one)], use).allowed)
    who, purpose = ("--identity", f"email={email}"), ("--purpose", use)
    code, said = garant("may", "ask", *who, *purpose, *here)
    assert code == 0, said
    key = restricted(company, post, email)
    assert garant("may", "ask", *who, *purpose, *here)[0] == 1
    assert garant("may", "restrict", *who, *here) == (0, "Recorded.\n")
    code, said = garant("may", "restrict", *who, "--lift", *here)
    assert (code, "still restricts these data" in said) == (Exit.FINDINGS, True)
    code, said = garant("may", "ask", *who, *purpose, *here)
    assert (code, "restricted" in said) == (1, True)
    assert garant("may", "restrict", *who, *here)[0] == 0
    lifted(company, key)
    assert garant("may", "ask", *who, *purpose, *here)[0] == 1, (
        "the request ended, and not what the terminal told"
    )
    assert garant("may", "restrict", *who, "--lift", *here) == (0, "Recorded.\n")
    assert garant("may", "ask", *who, *purpose, *here)[0] == 0
