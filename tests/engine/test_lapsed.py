"""Who is past their term: duties and holds do not make anybody current, and nobody current is taken for past."""

from __future__ import annotations

import pytest

from garant.engine.planning.lapsed import Lapsed, lapsed
from tests.engine.support.archives import archiving_shop
from tests.engine.support.policies import policy, rule
from tests.engine.support.shop import AS_OF, RECENT, Shop


def asked(shop: Shop) -> Lapsed:
    (found,) = lapsed(shop.policy, shop.system(), as_of=AS_OF)
    return found


def test_those_past_their_term_are_known_by_key_and_by_identity(shop: Shop) -> None:
    shop.people(1, 2).people(3, at=RECENT).people(4, customer=1)
    found = asked(shop)
    assert (found.rule, found.system, found.root, sorted(found.keys)) == (
        "prospects",
        "crm",
        "contact",
        [1, 2],
    )
    assert sorted(found.identities) == [
        ("email", "n1@x.example"),
        ("email", "n2@x.example"),
        ("phone", "+33100000001"),
        ("phone", "+33100000002"),
    ]


def test_what_a_duty_keeps_is_past_its_term_all_the_same(shop: Shop) -> None:
    shop.document["dispositions"]["erase"]["actions"] = [{"table": "contact", "do": "treat"}]
    shop.people(1).invoice(1)
    shop.database.run("UPDATE contact SET email = NULL, phone = ''")
    assert (asked(shop).keys, asked(shop).identities) == ([1], [])


def test_who_is_current_under_the_same_address_is_not_past(shop: Shop) -> None:
    shop.people(1).people(2, at=RECENT, email="N1@X.example")
    found = asked(shop)
    assert (list(found.keys), found.identities) == ([1], [("phone", "+33100000001")])


def test_a_row_that_no_promise_is_about_keeps_nobody_current(shop: Shop) -> None:
    shop.people(1).people(2, at=RECENT, email="n1@x.example", customer=1)
    assert ("email", "n1@x.example") in asked(shop).identities


def test_another_row_that_reaches_a_root_is_not_it(shop: Shop) -> None:
    shop.document["tables"]["contact"]["links"].append({"root": "contact", "column": "rid"})
    shop.people(1).people(2, at=RECENT, rid=1)
    assert {value for _, value in asked(shop).identities} == {"n1@x.example", "+33100000001"}


@pytest.mark.parametrize(("activity", "past"), [("sales", False), ("club", True)])
def test_only_promises_on_the_same_activities_keep_somebody_current(
    shop: Shop, activity: str, *, past: bool
) -> None:
    shop.policy = policy(
        prospects=rule("P3Y", activities=("sales",)),
        members=rule("P3Y", activities=(activity,)),
        invoices="P10Y",
    )
    shop.document["roots"]["member"] = {"table": "contact", "key": "id"}
    shop.document["roles"]["member"] = {
        "root": "member",
        "query": "SELECT id AS key FROM contact WHERE customer = 1",
    }
    shop.document["tables"]["contact"]["links"].append({"root": "member", "column": "id"})
    by_email = "SELECT id AS key FROM contact WHERE customer = {n} AND lower(email) = lower(:identity)"
    shop.document["identities"]["email"] = [
        {"root": "contact", "query": by_email.format(n=0)},
        {"root": "member", "query": by_email.format(n=1)},
    ]
    at = {"root": "member", "type": "instant", "query": "SELECT contact_id AS key, at AS at FROM interaction"}
    shop.document["events"]["last-contact"].append(at)
    shop.document["dispositions"]["end"] = {
        "root": "member",
        "actions": [{"table": "contact", "do": "delete"}],
    }
    promise = {"rule": "members", "role": "member", "event": "last-contact", "dispositions": "end"}
    shop.document["promises"].append(promise)
    shop.people(1).people(2, at=RECENT, customer=1, email="n1@x.example")
    found = {one.rule: one for one in lapsed(shop.policy, shop.system(), as_of=AS_OF)}
    assert (list(found["prospects"].keys), list(found["members"].keys)) == ([1], [])
    assert (("email", "n1@x.example") in found["prospects"].identities) is past


def test_whoever_belongs_in_the_archive_is_past_the_active_phase(shop: Shop) -> None:
    archiving_shop(shop, active="P1Y", archive="P9Y")
    shop.people(1).people(2, at=RECENT)
    assert list(asked(shop).keys) == [1]
