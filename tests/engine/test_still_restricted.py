"""The end of a restriction beside others: what they are on stays, in a system and by hand, and the plan says which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from garant.engine.document import Gone, Plan, read_plan
from garant.engine.manual import ManualSource
from garant.engine.planning.restricted import (
    GONE,
    HELD_ON,
    NAMELESS,
    NO_LONGER,
    OTHERWISE,
    RENAMED,
    STILL,
    Place,
    Restricting,
    nothing_held,
)
from garant.engine.planning.subject import plan_subject, plan_subjects
from garant.policy.text import Text
from tests.engine.support.running import carry_out
from tests.engine.support.shop import AS_OF, Shop
from tests.engine.test_manual import archive

ONE, TWO = {"email": "n1@x.example"}, {"email": "n2@x.example"}


@pytest.fixture
def marked(shop: Shop) -> Shop:
    """Two people, both marked."""
    shop.document["restriction"]["contact"]["lift"] = {"state": "active"}
    shop.people(1, 2)
    plan = plan_subjects(shop.policy, shop.system(), [ONE, TWO], "restriction", as_of=AS_OF)
    assert carry_out(plan, shop.policy, shop.system())[1].verified
    return shop


def paper() -> dict[str, ManualSource]:
    return archive()


class Held:
    """What a restriction holds, beside any request unless said."""

    def __init__(self, *places: Place, why: Text = HELD_ON) -> None:
        self._places, self._why = set(places), why

    def __call__(self, asked: Sequence[Place]) -> Mapping[Place, Text]:
        return dict.fromkeys(self._places.intersection(asked), self._why)


def states(shop: Shop) -> list[str]:
    return [row["state"] for row in shop.rows("contact")["contact"].values()]


def by_hand(plan: Plan) -> list[tuple[str, bool, Text]]:
    return [(task.identities["email"], task.still, task.look_for) for task in plan.tasks]


def test_what_a_restriction_without_a_request_holds_is_left(marked: Shop) -> None:
    held = Held(("crm", "contact", 1))
    plan = plan_subjects(
        marked.policy,
        marked.system(),
        [ONE, TWO],
        "lifting",
        as_of=AS_OF,
        restricting=Restricting(holding=held),
        manual=paper(),
    )
    assert [(one.root, one.root_keys()) for one in plan.still] == [("contact", [1])]
    assert [(one.due, one.notes) for one in plan.selections] == [(0, [HELD_ON]), (1, [])]
    assert [said[:2] for said in by_hand(plan)] == [("n1@x.example", True), ("n2@x.example", False)]
    assert plan.tasks[0].look_for == HELD_ON
    assert read_plan(plan.document()) == plan
    assert carry_out(plan, marked.policy, marked.system())[1].verified
    assert states(marked) == ["restricted", "active"]


def test_of_a_request_and_another_restriction_the_request_is_named(marked: Shop) -> None:
    held = Held(("crm", "contact", 1))
    sources = marked.system()
    plan = plan_subject(
        marked.policy,
        sources,
        ONE,
        "lifting",
        as_of=AS_OF,
        restricting=Restricting([ONE], held),
        manual=paper(),
    )
    assert [one.notes for one in plan.selections] == [[STILL]]
    assert by_hand(plan) == [("n1@x.example", True, STILL)]
    erasure = plan_subject(
        marked.policy, sources, ONE, "erasure", as_of=AS_OF, restricting=Restricting(holding=held)
    )
    assert (erasure.still, erasure.selections[0].due) == ([], 1), "it says nothing of anything else"


def test_by_hand_who_is_named_alike_or_was_asked_about_is_left(marked: Shop) -> None:
    """Where no program knows anybody: by the words of those who ask, and by what was asked before."""
    nobody = {"email": "n9@x.example"}

    def lifted(
        others: Sequence[dict[str, str]] = (), held: Held | None = None, too: Sequence[dict[str, str]] = ()
    ) -> Plan:
        return plan_subject(
            marked.policy,
            marked.system(),
            nobody,
            "lifting",
            as_of=AS_OF,
            restricting=Restricting(others, held or nothing_held, too),
            manual=paper(),
        )

    assert [said[1] for said in by_hand(lifted())] == [False]
    assert [said[1] for said in by_hand(lifted([{"phone": "n9@x.example"}, TWO]))] == [False]
    assert by_hand(lifted([{"email": " N9@X.example"}])) == [("n9@x.example", True, STILL)]
    assert by_hand(lifted(held=Held(("archive", "email", "n9@x.example")))) == [
        ("n9@x.example", True, HELD_ON)
    ]
    assert [said[:2] for said in by_hand(lifted(too=[{"email": "n8@x.example"}]))] == [
        ("n9@x.example", False),
        ("n8@x.example", False),
    ]


def test_of_an_erasure_what_the_plan_before_was_about_is_left_and_said(marked: Shop) -> None:
    """One that is known otherwise may be somebody else's; one that is found is erased; one that is gone is not spoken of."""
    marked.database.run("UPDATE contact SET email = 'new@x.example' WHERE id = 1")

    def erasure(who: dict[str, str]) -> Plan:
        places = {("crm", "contact", key): False for key in (1, 2)}
        before = Restricting([ONE], Held(("crm", "contact", 2)), places=places)
        return plan_subject(marked.policy, marked.system(), who, "erasure", as_of=AS_OF, restricting=before)

    plan = erasure(TWO)
    assert [(one.root_keys(), list(one.notes)) for one in plan.selections] == [([], [NO_LONGER]), ([2], [])]
    assert carry_out(plan, marked.policy, marked.system())[1].verified
    assert states(marked) == ["restricted"]
    both = plan_subject(marked.policy, marked.system(), ONE, "erasure", as_of=AS_OF)
    assert [one.population for one in both.selections] == []


def test_what_was_restricted_is_let_go_of_whatever_it_is_named_now(marked: Shop) -> None:
    """Under another address than at the time; what another request holds, or may be somebody else's, is left and said."""
    marked.database.run("UPDATE contact SET email = 'new@x.example' WHERE id = 1")

    def lifted(known: bool, held: Held | None = None) -> Plan:
        places = {("crm", "contact", 1): known, ("elsewhere", "contact", 2): True}
        return plan_subject(
            marked.policy,
            marked.system(),
            ONE,
            "lifting",
            as_of=AS_OF,
            restricting=Restricting(holding=held or nothing_held, places=places),
        )

    def said(plan: Plan) -> list[tuple[list[int | str], list[Text]]]:
        return [(one.root_keys(), list(one.notes)) for one in plan.selections]

    assert said(lifted(known=False)) == [([], [OTHERWISE])]
    assert said(lifted(known=True, held=Held(("crm", "contact", 1), why=STILL))) == [([], [STILL])]
    plan = lifted(known=True)
    assert said(plan) == [([1], [])]
    assert carry_out(plan, marked.policy, marked.system())[1].verified
    assert states(marked) == ["active", "restricted"]
    places = {("crm", "contact", 2): True}
    both = plan_subject(
        marked.policy, marked.system(), TWO, "lifting", as_of=AS_OF, restricting=Restricting(places=places)
    )
    assert said(both) == [([2], [])], "once"


def test_a_restriction_whose_record_is_gone_ends_with_the_plan(marked: Shop) -> None:
    """Nothing is changed there for it; of another system, nothing is said where it is not asked."""
    lost = [
        Gone(system="crm", root="contact", restrictions=["run/0", "run/1"]),
        Gone(system="elsewhere", root="person", restrictions=["run/2"]),
    ]
    plan = plan_subject(
        marked.policy,
        marked.system(),
        {"email": "n7@x.example"},
        "lifting",
        as_of=AS_OF,
        restricting=Restricting(places={("crm", "contact", 2): False}, otherwise=RENAMED, gone=lost),
    )
    said = [(one.population, one.due, one.notes) for one in plan.selections]
    assert said == [(1, 0, [RENAMED]), (2, 0, [GONE])]
    assert plan.gone == lost[:1], "what is not looked at does not end"
    assert read_plan(plan.document()) == plan
    assert carry_out(plan, marked.policy, marked.system())[1].verified
    assert states(marked) == ["restricted"] * 2
    beside = plan_subject(
        marked.policy, marked.system(), ONE, "restriction", as_of=AS_OF, restricting=Restricting(gone=lost)
    )
    assert beside.gone == [], "a restriction ends nothing"


def test_what_is_left_of_a_record_that_no_name_leads_to_is_told_of(shop: Shop) -> None:
    """The first was erased but for what a duty keeps, the second lost its name by itself, the third is not there."""
    shop.people(1, 2).invoice(1)
    erased = plan_subject(shop.policy, shop.system(), ONE, "erasure", as_of=AS_OF)
    assert carry_out(erased, shop.policy, shop.system())[1].verified
    assert 1 in shop.rows("contact")["contact"], "a duty keeps the row"
    shop.database.run("UPDATE contact SET email = NULL, phone = NULL")
    before = Restricting(
        nameless=[*(("crm", "contact", key) for key in (1, 2, 3)), ("elsewhere", "contact", 2)]
    )
    plan = plan_subject(shop.policy, shop.system(), TWO, "erasure", as_of=AS_OF, restricting=before)
    assert [(one.root_keys(), list(one.notes)) for one in plan.selections] == [([], [NAMELESS])]
    assert carry_out(plan, shop.policy, shop.system())[1].verified
    assert set(shop.rows("contact")["contact"]) == {1, 2}
