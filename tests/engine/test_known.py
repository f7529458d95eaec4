"""By what a system knows people: their own row, rows that are theirs alone, what is set apart; nobody else's."""

from __future__ import annotations

from typing import Any

from garant.engine.known import known_by
from tests.engine.support.archives import Vault
from tests.engine.support.shop import Shop
from tests.engine.test_apart import apart, carry, plan, systems
from tests.engine.test_statement_counts import counting

ADDRESS: dict[str, Any] = {"category": "contact-details", "erase": "blank", "identity": "email"}


def test_in_their_own_row_and_in_what_is_theirs_alone(shop: Shop, vault: Vault) -> None:
    """What several people own names nobody; a name alone neither."""
    shop.people(1, 2, 3)
    shop.database.run("UPDATE contact SET phone = NULL WHERE id = 2")
    tables = shop.document["tables"]
    tables["interaction"]["columns"]["body"] = ADDRESS
    tables["meeting"]["columns"]["title"] = ADDRESS
    tables["note"]["columns"]["body"] = ADDRESS
    found = known_by(systems(shop, vault)["crm"], "contact", [1, 2, 999])
    assert found == {
        1: [("email", "n1@x.example"), ("phone", "+33100000001"), ("email", "hello 1"), ("email", "note 1")],
        2: [("email", "n2@x.example"), ("email", "hello 2"), ("email", "note 2")],
        999: [],
    }


def test_a_row_that_leads_to_a_person_without_being_theirs_names_them_not(shop: Shop, vault: Vault) -> None:
    shop.people(1, 2)
    shop.document["tables"]["contact"]["links"].append(
        {"root": "contact", "column": "customer"}
    )  # the second row has the key of the first there
    shop.database.run("UPDATE contact SET customer = 1 WHERE id = 2")
    found = known_by(systems(shop, vault)["crm"], "contact", [1])
    assert found == {1: [("email", "n1@x.example"), ("phone", "+33100000001")]}


def test_many_are_asked_about_at_once_where_rows_say_whose_they_are(shop: Shop, vault: Vault) -> None:
    """As many statements for forty people as for one; of a row that two of them sign, both."""
    shop.people(*range(1, 41))
    table = shop.document["tables"]["interaction"]
    table["columns"]["body"] = ADDRESS
    table["links"].append({"root": "contact", "column": "id"})
    del shop.document["tables"]["meeting"]  # whose rows are owned by a row, not by a key
    shop.document["dispositions"]["erase"]["actions"].pop(3)
    source = systems(shop, vault)["crm"]
    counts: list[int] = []
    for keys in ([1], [*range(1, 41)]):
        with counting() as statements:
            known_by(source, "contact", keys)
        counts.append(len(statements))
    assert counts[1] <= counts[0]  # a connection learns something of its server first
    shop.database.run("UPDATE interaction SET contact_id = 2 WHERE id = 1")
    found = known_by(source, "contact", [1, 2])
    assert [("email", "hello 1") in found[key] for key in (1, 2)] == [True, True]


def test_what_is_set_apart_names_them_still(shop: Shop, vault: Vault) -> None:
    apart(shop).people(1, 2)
    carry(shop, vault, plan(shop, vault, "restriction"))
    found = known_by(systems(shop, vault)["crm"], "contact", [1, 2])
    assert {("email", "n1@x.example"), ("phone", "+33100000001")} <= set(found[1])
    assert found[2] == [("email", "n2@x.example"), ("phone", "+33100000002")]
