"""Garant's own database, swept by its own engine: plan, approval, run, second look, receipts."""

from __future__ import annotations

from tests.own.tenant import Tenant

DUE = {
    "accounts/account": 1,
    "invitations/invitation": 1,
    "sign-ins/session": 1,
    "sign-ins/sign-in": 1,
    "sign-ins/counter": 1,
    "consultations/consultation": 1,
    "requests/request": 1,
    "request-courses/request": 1,
    "directives/directive": 1,
    "letters/letter": 2,
    "messages/message": 1,
    "files-handed-over/handover": 1,
    "files-handed-over/package": 1,
    "tasks/task": 1,
    "holds/hold": 1,
    "plans/plan": 1,
    "jobs/job": 1,
    "jobs/kept-answer": 1,
}
"""Of one person whose every term is over."""


LEFT = [
    "exchanges_peer",
    "rights_directive",
    "rights_request",
    "rights_step",
]
"""Where their keys still stand: requests and directives that are about nobody now, a restriction in force."""


def files(house: Tenant) -> list[str]:
    return sorted(
        str(file.relative_to(house.home))
        for name in ("deliveries", "outbox")
        for file in (house.home / name).iterdir()
    )


def test_what_is_past_its_term_goes_and_the_rest_is_as_it_was(house: Tenant) -> None:
    house.ask("fill", name="sweep")
    before = house.ask("rows", name="sweep-new")
    said = house.ask("look")
    assert {said[f"retention.{rule}"] for rule in ("accounts", "requests", "sign-ins", "letters")} == {
        "broken"
    }

    plan = house.ask("propose")
    assert plan["due"] == DUE
    ended = house.ask("run", digest=plan["digest"])
    assert ended["state"] == "kept"

    # A job that was killed after the end of its run is taken up again, and the plan says no more about whom it was.
    assert house.ask("job", digest=plan["digest"])["state"] == "kept"

    assert house.ask("rows", name="sweep-new") == before
    left = house.ask("rows", name="sweep-old")
    assert sorted(left) == LEFT
    assert files(house) == ["deliveries/sweep-new-0.age", "outbox/sweep-new-0.eml"]

    # About nobody now, the course of the request that was forgotten last is past its five years itself.
    again = house.ask("propose")
    assert again["due"] == {"request-courses/request": 1}
    after = house.ask("run", digest=again["digest"])
    assert after["state"] == "kept"
    said = house.ask("look")
    assert {state for promise, state in said.items() if promise.startswith("retention.")} == {"kept"}
    assert house.ask("verify") == {"entries": ended["receipts"] + after["receipts"], "once": True}
