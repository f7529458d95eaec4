"""A person exercises a right: found everywhere, corrected, restricted, erased; what stays is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from garant.engine.document import Kind, Plan, Replacement
from garant.engine.identities import variants
from garant.engine.manual import Keeper
from garant.engine.planning.asked import Rectification
from garant.engine.planning.notes import UNPROMISED
from garant.engine.planning.restricted import Restricting, any_of_others, sharing
from garant.engine.planning.subject import NotSupported, find_subject, plan_subject
from garant.engine.running.execution import BatchResult, Execution, PlanRefused
from garant.engine.running.verify import Verification
from garant.systems.model import Relation
from tests.engine.support.running import carry_out
from tests.engine.support.shop import AS_OF, WHY, Shop

ONE = {"email": "n1@x.example"}


def places(shop: Shop, **identities: str) -> dict[str, int]:
    found = find_subject(shop.system(), identities or ONE)
    return {table.table: table.rows for place in found for table in place.tables}


def request(shop: Shop, kind: Kind, **corrections: str) -> tuple[Plan, list[BatchResult], Verification]:
    plan = plan_subject(
        shop.policy, shop.system(), ONE, kind, as_of=AS_OF, rectification=Rectification(corrections)
    )
    return plan, *carry_out(plan, shop.policy, shop.system())


# ---------------------------------------------------------------- find


def test_every_place_is_shown_with_its_rows(shop: Shop) -> None:
    shop.people(1, 2).meet(1, 1, 2).invoice(1)
    [place] = find_subject(shop.system(), {"email": " N1@X.example "})
    assert (place.system, place.root, place.keys) == ("crm", "contact", (1,))
    assert {t.table: (t.rows, t.relation, t.categories) for t in place.tables} == {
        "contact": (1, Relation.OWNED, ("contact-details", "identity")),
        "interaction": (1, Relation.OWNED, ("correspondence",)),
        "note": (1, Relation.OWNED, ("correspondence",)),
        "attendee": (1, Relation.OWNED, ("correspondence",)),
        "meeting": (1, Relation.CO_OWNED, ("correspondence",)),
    }


def test_what_is_only_visible_is_shown_too(shop: Shop) -> None:
    shop.document["tables"]["invoice"] = {
        "key": "id",
        "links": [{"root": "contact", "column": "contact_id", "relation": "visible"}],
        "columns": {"label": {"category": "invoices"}},
    }
    shop.people(1).invoice(1, 1)
    assert places(shop)["invoice"] == 2
    _, results, verification = request(shop, "erasure")
    assert verification.verified
    assert "invoice" not in results[0].counts["tables"]
    assert len(shop.rows("invoice")["invoice"]) == 2


def test_any_identity_is_enough_and_one_person_is_found_once(shop: Shop) -> None:
    shop.people(1, 2)
    [place] = find_subject(shop.system(), {"email": "n1@x.example", "phone": "+33 1 00 00 00 02"})
    assert place.keys == (1, 2)
    assert find_subject(shop.system(), {"email": "nobody@x.example"}) == []


def test_an_identity_no_system_knows_is_refused(shop: Shop) -> None:
    with pytest.raises(NotSupported, match="no system finds people by “shoe-size”; they do by: email, phone"):
        find_subject(shop.system(), {"shoe-size": "42"})


@pytest.mark.parametrize(
    "written", ["0123456789", "01 23 45 67 89", "+33123456789", "+33 1 23 45 67 89", "01.23.45.67.89"]
)
def test_a_phone_is_found_however_it_is_written(written: str) -> None:
    assert {"+33123456789", "01 23 45 67 89", "0123456789", "+33 1 23 45 67 89"} <= set(
        variants("phone", written)
    )


def test_what_is_no_phone_is_searched_as_it_is() -> None:
    assert variants("phone", " none of it ") == ["none of it"]
    assert variants("number", " C-0042 ") == ["C-0042"]


# ---------------------------------------------------------------- rectify (art. 16)


def test_every_owned_copy_is_corrected(shop: Shop) -> None:
    shop.document["tables"]["note"]["columns"]["body"]["identity"] = "email"
    shop.people(1, 2)
    shop.database.run("UPDATE note SET body = NULL WHERE id = 2")
    plan, results, verification = request(shop, "rectification", email="new@x.example")
    assert verification.verified
    assert {(a.table, a.do, a.treated) for a in plan.selections[0].actions} == {
        ("contact", "treat", 1),
        ("note", "treat", 1),
    }
    rows = shop.rows("contact", "note")
    assert {row["email"] for row in rows["contact"].values()} == {"new@x.example", "n2@x.example"}
    assert {row["body"] for row in rows["note"].values()} == {"new@x.example", None}
    assert places(shop, email="new@x.example")["contact"] == 1
    assert "new@x.example" not in str(results)


def test_a_sealed_row_is_not_corrected(shop: Shop) -> None:
    """The document stays as it was issued."""
    shop.document["seals"] = [
        {"table": "contact", "when": "state = 'closed'", "columns": ["email"], "why": {"fr": "x", "en": "y"}}
    ]
    shop.people(1, state="closed")
    plan, _, verification = request(shop, "rectification", email="new@x.example")
    assert (plan.selections[0].actions[0].treated, plan.selections[0].actions[0].sealed) == (0, 1)
    assert verification.verified
    assert {row["email"] for row in shop.rows("contact")["contact"].values()} == {"n1@x.example"}


def test_what_no_column_can_correct_is_refused(shop: Shop) -> None:
    shop.people(1)
    with pytest.raises(NotSupported, match="no column of contact is marked identity: number"):
        request(shop, "rectification", number="42")


# ---------------------------------------------------------------- restrict (art. 18)


def test_a_restriction_marks_the_person_whatever_stood_there(shop: Shop) -> None:
    """An empty mark is a mark to make."""
    shop.people(1, 2)
    _, results, verification = request(shop, "restriction")
    assert verification.verified
    assert results[0].counts["tables"]["contact"]["treated"] == 1
    assert [row["state"] for row in shop.rows("contact")["contact"].values()] == ["restricted", None]


@pytest.mark.parametrize("mark", ["restricted", 1, True, False])
def test_a_mark_is_made_once(shop: Shop, mark: str | int | bool) -> None:
    column = "integer" if shop.database.name == "sqlite" or (mark == 1 and mark is not True) else "boolean"
    kind = "text" if isinstance(mark, str) else column
    shop.database.run(f"ALTER TABLE contact ADD COLUMN mark {kind}")
    shop.document["restriction"]["contact"]["set"] = {"mark": mark}
    shop.people(1)
    first, _, verification = request(shop, "restriction")
    again, *_ = request(shop, "restriction")
    assert (first.selections[0].rows, again.selections[0].rows, verification.verified) == (1, 0, True)


def test_no_mark_no_restriction(shop: Shop) -> None:
    shop.document["restriction"] = {}
    shop.people(1)
    with pytest.raises(NotSupported, match="no restriction mark for contact"):
        request(shop, "restriction")


@pytest.mark.parametrize(
    ("kind", "said"), [("restriction", "no restriction mark"), ("rectification", "no column")]
)
def test_where_nothing_can_be_marked_or_corrected_the_plan_says_so(shop: Shop, kind: Kind, said: str) -> None:
    shop.document["roots"]["parcel"] = {"table": "parcel", "key": "id"}
    shop.document["tables"]["parcel"] = {"key": "id", "links": [{"root": "parcel", "column": "id"}]}
    by_email = {"root": "parcel", "query": "SELECT id AS key FROM parcel WHERE mail = :identity"}
    shop.document["identities"]["email"].append(by_email)
    shop.database.run("CREATE TABLE parcel (id integer PRIMARY KEY, mail varchar(80))")
    shop.database.run("INSERT INTO parcel VALUES (7, 'n1@x.example')")
    shop.people(1)
    corrections = {"email": "right@x.example"} if kind == "rectification" else {}
    plan = plan_subject(
        shop.policy,
        shop.system(),
        {"email": "n1@x.example"},
        kind,
        as_of=AS_OF,
        rectification=Rectification(corrections),
    )
    found = {one.root: one for one in plan.selections}
    assert (found["contact"].due, found["parcel"].due, found["parcel"].population) == (1, 0, 1)
    assert said in found["parcel"].notes[0].en


def test_a_restriction_is_lifted_where_the_map_says_how(shop: Shop) -> None:
    shop.document["restriction"]["contact"]["lift"] = {"state": "active"}
    shop.people(1, 2)
    request(shop, "restriction")
    _, _, verification = request(shop, "lifting")
    assert verification.verified
    assert [row["state"] for row in shop.rows("contact")["contact"].values()] == ["active", None]


def test_what_another_request_restricts_stays_marked_until_that_one_ends(shop: Shop) -> None:
    """The same person by a telephone; somebody else, who shares nothing, holds nothing back."""
    shop.document["restriction"]["contact"]["lift"] = {"state": "active"}
    shop.people(1, 2, 3)
    shop.database.run("UPDATE contact SET email = 'n1@x.example' WHERE id = 2")
    marked = {"phone": "+33100000002"}
    request(shop, "restriction")
    during = shop.rows("contact")
    others = [{"email": "n3@x.example"}, marked, {"phone": "+33999"}]
    assert sharing(shop.system(), ONE, others) == [1]
    assert sharing(shop.system(), ONE, []) == []
    sources, system = shop.system(), next(iter(shop.system()))
    ends = [(system, "contact", 1), (system, "contact", 4)]
    assert not any_of_others(sources, others, ends)
    assert any_of_others(sources, others, [*ends, (system, "contact", 2)])
    assert not any_of_others(sources, others, [])
    plan = plan_subject(
        shop.policy, shop.system(), ONE, "lifting", as_of=AS_OF, restricting=Restricting(others)
    )
    assert [(one.due, one.population) for one in plan.selections] == [(0, 1), (1, 1)]
    assert "until it ends" in plan.selections[0].notes[0].en
    _, checked = carry_out(plan, shop.policy, shop.system())
    assert checked.verified
    after = shop.rows("contact")
    assert [row["state"] for row in after["contact"].values()] == ["active", "restricted", None]
    assert after["contact"][2] == during["contact"][2]
    last = plan_subject(shop.policy, shop.system(), marked, "lifting", as_of=AS_OF)
    assert carry_out(last, shop.policy, shop.system())[1].verified
    assert [row["state"] for row in shop.rows("contact")["contact"].values()] == ["active", "active", None]


def test_where_others_restrict_all_of_it_nothing_is_lifted_and_nobody_is_asked(shop: Shop) -> None:
    shop.people(1)
    keeper = Keeper("DPO", "dpo@x.example")
    for mark in ({"state": "active"}, {}):  # as the map says how, and by hand
        shop.document["restriction"]["contact"]["lift"] = mark
        request(shop, "restriction")
        before = shop.rows()
        made = plan_subject(
            shop.policy,
            shop.system(),
            ONE,
            "lifting",
            as_of=AS_OF,
            restricting=Restricting([ONE]),
            keeper=keeper,
        )
        assert made.tasks == []
        assert carry_out(made, shop.policy, shop.system())[1].verified
        assert shop.rows() == before


def test_what_takes_a_mark_off_is_not_guessed(shop: Shop) -> None:
    shop.people(1)
    with pytest.raises(NotSupported, match="does not say how to lift"):
        request(shop, "lifting")


# ---------------------------------------------------------------- erase (art. 17)


def test_an_erasure_leaves_nothing_of_the_person_and_everything_of_others(shop: Shop) -> None:
    shop.people(1, 2).meet(1, 1, 2).meet(2, 1)
    others = shop.rows()
    plan, results, verification = request(shop, "erasure")
    assert verification.verified
    assert (plan.tolerance, plan.selections[0].due, results[0].counts["roots"]) == (0, 1, 1)
    assert places(shop) == {}
    assert shop.ids("contact") == shop.ids("note") == [2]
    assert shop.ids("meeting") == [1]
    for table, rows in shop.rows().items():
        assert rows.items() <= others[table].items()


def test_a_duty_keeps_what_it_names_and_says_until_when(shop: Shop) -> None:
    shop.people(1).invoice(1, at="2025-03-15 12:00:00")
    plan, _, verification = request(shop, "erasure")
    [duty] = plan.selections[0].duties
    assert (duty.rule, duty.roots, str(duty.until)) == ("invoices", 1, "2035-03-15")
    assert verification.verified
    [row] = shop.rows("contact")["contact"].values()
    assert (row["name"], row["email"], row["phone"]) == ("N1", None, None)
    assert places(shop, phone="+33100000001") == {}


@pytest.mark.parametrize(("customer", "told"), [(0, []), (1, [UNPROMISED.en])])
def test_a_plan_says_where_no_promise_will_find_what_a_duty_keeps(
    shop: Shop, customer: int, told: list[str]
) -> None:
    """The duty of an invoice ends; whoever bought is no prospect, and is in the role of no other promise."""
    shop.people(1, customer=customer).invoice(1, at="2025-03-15 12:00:00")
    assert [note.en for note in request(shop, "erasure")[0].selections[0].notes] == told


def test_what_a_seal_keeps_needs_no_promise(shop: Shop) -> None:
    shop.document["duties"] = [
        {
            "seal": True,
            "root": "contact",
            "role": "invoiced",
            "why": WHY,
            "keeps": {"contact": {"columns": ["name"]}},
        }
    ]
    shop.people(1, customer=1).invoice(1)
    assert request(shop, "erasure")[0].selections[0].notes == []


def test_a_system_with_no_disposition_says_so(shop: Shop) -> None:
    shop.document["dispositions"], shop.document["promises"] = {}, []
    shop.people(1)
    with pytest.raises(NotSupported, match="no disposition for contact"):
        request(shop, "erasure")


def test_nobody_found_is_a_plan_of_nothing(shop: Shop) -> None:
    plan, results, verification = request(shop, "erasure")
    assert (plan.selections, results, verification.verified) == ([], [], True)


# ---------------------------------------------------------------- restrict by hand, where the map has no mark

OFFICER = Keeper("Camille Exemple", "dpo@acme.example")


@pytest.mark.parametrize(
    ("kind", "to_do"), [("restriction", "Put aside"), ("lifting", "put it back into use")]
)
def test_where_the_map_has_no_mark_somebody_is_asked(shop: Shop, kind: Kind, to_do: str) -> None:
    """Nothing is moved that could not be put back: a person sets it apart, and says so."""
    shop.document["restriction"] = {}
    shop.people(1)
    before = shop.rows()
    plan = plan_subject(shop.policy, shop.system(), ONE, kind, as_of=AS_OF, keeper=OFFICER)
    [task] = plan.tasks
    assert (task.system, task.email, task.identities, task.days) == ("crm", "dpo@acme.example", ONE, 3)
    assert to_do in task.look_for.en
    assert [(one.due, one.population) for one in plan.selections] == [(0, 1)]
    _, verification = carry_out(plan, shop.policy, shop.system())
    assert verification.verified
    assert shop.rows() == before
    another = {"crm": replace(shop.system()["crm"], digest="map-2")}
    with pytest.raises(PlanRefused, match="data map has changed"):
        Execution(plan, shop.policy, another)


def test_nobody_is_asked_for_what_the_map_marks_or_where_nobody_is(shop: Shop) -> None:
    shop.people(1)
    plan = plan_subject(shop.policy, shop.system(), ONE, "restriction", as_of=AS_OF, keeper=OFFICER)
    assert (plan.tasks, plan.selections[0].due) == ([], 1)
    nobody = {"email": "nobody@x.example"}
    shop.document["restriction"] = {}
    assert (
        plan_subject(shop.policy, shop.system(), nobody, "restriction", as_of=AS_OF, keeper=OFFICER).tasks
        == []
    )
    wrong = [Replacement(kind="number", was="1", becomes="2")]
    with pytest.raises(NotSupported, match="no column"):
        plan_subject(
            shop.policy,
            shop.system(),
            ONE,
            "rectification",
            as_of=AS_OF,
            rectification=Rectification(replacements=wrong),
            keeper=OFFICER,
        )
