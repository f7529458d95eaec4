"""A restriction carried out beside any request is what `may` answers from: from the start of its run to its lifting's end."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from garant.apps.evidence import services as evidence
from garant.apps.jobs import services as jobs
from garant.apps.permissions import services as permissions
from garant.apps.promises import decisions
from garant.apps.promises import services as promises
from garant.apps.promises.opening.published import open_published
from garant.apps.rights import services
from garant.apps.rights.each import changes
from garant.cli.exits import Exit
from tests.apps.rights.conftest import Letters, ask_system, change_system, post, unhurried, work
from tests.apps.rights.steps import OFFICER
from tests.cli.club import MAP, Club, found_club, initialised
from tests.cli.test_requests_in_force import Garant, folders, garant, lifted, restricted
from tests.cli.test_subject import entries
from tests.site.conftest import company, demo, demo_systems, installation, site
from tests.support.again import again

__all__ = ["company", "demo", "demo_systems", "garant", "installation", "post", "site", "unhurried"]

in_process = pytest.mark.django_db(transaction=True)
USE = "customer-relationship/support"
HELD = """
import json, sys
from garant.site import setup
setup.ready()
from garant.apps.permissions import knowing, people
asked = [people.one_form([tuple(one)]) for one in json.loads(sys.argv[1])]
print(json.dumps([knowing.restricted("club", one) for one in asked]))
"""
LIFTED = MAP.replace("set: {active: false}}", "set: {active: false}, lift: {active: true}}")
TRIGGER = """CREATE TRIGGER undone AFTER UPDATE OF active ON member WHEN new.id = 7
BEGIN UPDATE member SET active = old.active WHERE id = 7; END"""


def digest_of(said: str) -> str:
    return said.rsplit("--approve ", 1)[1].split()[0]


def approved(garant: Garant, *command: str) -> tuple[int, str]:
    code, said = garant(*command)
    assert code == 0, said
    return garant(*command, "--approve", digest_of(said))


def usable(company: str, number: int = 1) -> list[tuple[int, str, str]]:
    """People whose data may be used, each known to the customer file alone by an address and a number of their own."""
    permissions.look(company)
    alone = (
        "SELECT id, email, phone FROM person WHERE email LIKE '%@%' AND phone <> ''"
        " GROUP BY lower(email) HAVING count(*) = 1 ORDER BY id"
    )
    numbers = [one for (one,) in ask_system("GARANT_DEMO_CRM", "SELECT phone FROM person")]
    found = [
        one
        for one in ask_system("GARANT_DEMO_CRM", alone)
        if numbers.count(one[2]) == 1 and set(answers(company, one)) == {"permitted"}
    ]
    return found[:number]


def answers(company: str, one: tuple[int, str, str]) -> list[str]:
    """What is answered of somebody, by each of what they are known by."""
    key, email, phone = one
    named = [("email", email), ("phone", phone), ("row", f"crm/person/{key}")]
    return [permissions.may(company, [who], USE).code for who in named]


def told(company: str) -> list[str]:
    kinds = [record.kind for record in evidence.records(company)]
    return [kind.partition(".")[2] for kind in kinds if kind.startswith("restriction.")]


@in_process
def test_restricted_and_lifted_at_a_terminal(company: str, garant: Garant, settings: Any) -> None:
    person, other = usable(company, 2)
    restrict = (
        *("subject", "restrict", "--identity", f"email={person[1].upper()}"),
        *folders(company, settings),
    )
    code, said = garant(*restrict)
    assert (code, answers(company, person)) == (0, ["permitted"] * 3), "a plan alone restricts nobody"
    first = digest_of(said)
    code, said = garant(*restrict, "--approve", first)
    assert (code, "“May I?” answers no for these data" in said) == (0, True), said
    assert answers(company, person) == ["restricted"] * 3, "by all that the system knows them by"
    assert answers(company, other) == ["permitted"] * 3
    code, said = garant(*restrict, "--approve", first)
    assert (code, "Already carried out" in said, told(company)) == (0, True, ["recorded"])

    who = ("--identity", f"email={person[1]}", "--organisation", company)
    code, said = garant("may", "restrict", "--lift", *who)
    assert (code, "a plan carried out (garant subject restrict)" in said) == (Exit.FINDINGS, True)
    assert answers(company, person) == ["restricted"] * 3
    change_system("GARANT_DEMO_CRM", "UPDATE person SET phone = '+33199009999' WHERE id = ?", person[0])

    code, said = approved(garant, *restrict, "--lift")
    assert (code, "May I?" in said) == (0, False), said
    assert answers(company, person) == ["permitted"] * 3, "under the number that they had, too"
    assert garant(*restrict, "--approve", first)[0] == 0
    assert answers(company, person) == ["permitted"] * 3, "a plan is carried out once"
    assert told(company) == ["recorded", "lifted", "lifted"]

    change_system("GARANT_DEMO_CRM", "UPDATE person SET phone = ? WHERE id = ?", person[2], person[0])
    code, said = approved(garant, *restrict)
    assert (code, "Already carried out" in said) == (0, False), (
        "the same plan, on the same day, to be done once more"
    )
    assert answers(company, person) == ["restricted"] * 3


@in_process
def test_a_lifting_ends_what_plans_hold_and_no_other(
    company: str, post: Letters, garant: Garant, settings: Any
) -> None:
    person = usable(company, 3)[2]  # nobody's run of another test: what is durable outlives it on PostgreSQL
    who = ("--identity", f"email={person[1]}")
    restrict = ("subject", "restrict", *who, *folders(company, settings))
    assert garant("may", "restrict", *who, "--organisation", company)[0] == 0
    code, said = approved(garant, *restrict)
    assert code == 0, said
    code, said = approved(garant, *restrict, "--lift")
    assert (code, "something else restricts these data" in said) == (0, True), said
    assert "restricted" in answers(company, person)
    assert garant("may", "restrict", "--lift", *who, "--organisation", company)[0] == 0
    assert answers(company, person) == ["permitted"] * 3

    yesterday = f"{services.today(company) - timedelta(days=1)}"  # the same plan is carried out once
    assert approved(garant, *restrict, "--as-of", yesterday)[0] == 0
    key = restricted(company, post, person[1])
    lifted(company, key)
    assert "restricted" in answers(company, person), "what the terminal carried out, it lifts"
    assert approved(garant, *restrict, "--lift", "--as-of", yesterday)[0] == 0
    assert answers(company, person) == ["permitted"] * 3


@in_process
def test_of_many_only_whom_is_lifted(company: str, garant: Garant, settings: Any, tmp_path: Path) -> None:
    people = usable(company, 2)
    (tmp_path / "people.txt").write_text("".join(f"email={email}\n" for _, email, _ in people))
    where = folders(company, settings)
    assert approved(garant, "subject", "restrict", "--from", str(tmp_path / "people.txt"), *where)[0] == 0
    assert [answers(company, one) for one in people] == [["restricted"] * 3] * 2
    lift = ("subject", "restrict", "--lift", "--identity", f"email={people[0][1]}", *where)
    assert approved(garant, *lift)[0] == 0
    assert [answers(company, one) for one in people] == [["permitted"] * 3, ["restricted"] * 3]


@in_process
def test_a_plan_that_the_worker_carries_out(company: str) -> None:
    (person,) = usable(company)
    for kind, after in (("restriction", "restricted"), ("lifting", "permitted")):
        with open_published(company) as workspace:
            plan = changes.plan_of(workspace, kind, {"email": person[1]})
            decisions.propose(plan, actor="garant")
            decisions.approve(
                company,
                plan.digest,
                actor=OFFICER,
                policy_digest=workspace.policy.digest,
                map_digests=workspace.map_digests,
            )
        jobs.want(company, "run", {"plan": plan.digest}, actor=OFFICER)
        work(company, "run")
        run = promises.run_of_digest(plan.digest, kind=kind)
        assert run is not None
        assert (run.state, answers(company, person)) == ("kept", [after] * 3)


def held(club: Club, *who: tuple[str, str]) -> list[bool]:
    """Whether somebody is restricted, asked in a process of its own."""
    process = club.start(json.dumps(who), code=HELD)
    out, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    return json.loads(out)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("way", ["marked", again("apart")])
def test_killed_midway_the_answer_is_no_until_all_is_lifted(tmp_path: Path, way: str) -> None:
    """Killed with one batch left, restricting and lifting: no for all; the same command goes on, and nothing is twice."""
    club = initialised(found_club(tmp_path, f"sqlite:///{tmp_path / 'club.sqlite'}"))
    (tmp_path / "maps" / "club.yaml").write_text(LIFTED)
    if way == "apart":
        apart = "apart:\n  member:\n    member: {email: {pseudonymise: {suffix: '@apart.invalid'}}, phone: blank}\n"
        (tmp_path / "maps" / "club.yaml").write_text(MAP.split("restriction:")[0] + apart)
    (tmp_path / "people.txt").write_text("".join(f"email=m{n}@club.example\n" for n in range(10)))
    everybody = [("email", f"m{n}@club.example") for n in range(10)] + [("phone", "+33199000003")]
    outside = ("email", "m10@club.example")

    def carried_out_but_killed(*more: str) -> None:
        planned = club.garant("subject", "restrict", *more, "--from", "people.txt", "--out", "plan.json")
        assert planned.code == 0, planned.err
        go_on = ("apply", "plan.json", "--batch-size", "5", "--approve", digest_of(planned.out))
        before = club.receipts()
        club.kill_after(lambda: club.receipts() > before, 0.1, *go_on)
        assert held(club, *everybody, outside) == [True] * 11 + [False]
        done = club.garant(*go_on)
        assert done.code == 0, done.err

    carried_out_but_killed()
    assert held(club, *everybody, outside) == [True] * 11 + [False]
    carried_out_but_killed("--lift")
    assert not any(held(club, *everybody, outside))
    assert [len(entry["people"]) for entry in entries(club, "restriction.recorded")] == [10]
    assert [len(entry["people"]) for entry in entries(club, "restriction.lifted")] == [10]
    assert club.garant("ledger", "verify").code == 0


@pytest.mark.timeout(400)
def test_what_is_done_in_part_only_is_answered_no(tmp_path: Path) -> None:
    club = initialised(found_club(tmp_path, f"sqlite:///{tmp_path / 'club.sqlite'}"))
    (tmp_path / "maps" / "club.yaml").write_text(LIFTED)
    command = ("subject", "restrict", "--identity", "email=m7@club.example")
    who = ("email", "m7@club.example")

    def carry_out(*more: str) -> tuple[int, str]:
        digest = digest_of(club.garant(*command, *more).out)
        done = club.garant(*command, *more, "--approve", digest)
        return done.code, done.out

    club.tell(TRIGGER)
    assert carry_out()[0] != 0, "the system undid it"
    assert held(club, who) == [True]
    club.tell("DROP TRIGGER undone")
    assert carry_out("--lift", "--as-of", "2026-11-20")[0] == 0
    assert held(club, who) == [False]
    assert carry_out("--as-of", "2026-11-21")[0] == 0
    club.tell(TRIGGER)
    code, said = carry_out("--lift", "--as-of", "2026-11-22")
    assert (code != 0, "not all of it was lifted" in said) == (True, True), said
    assert held(club, who) == [True]
    club.tell("DROP TRIGGER undone")
    assert carry_out("--lift", "--as-of", "2026-11-23")[0] == 0
    assert held(club, who) == [False]
