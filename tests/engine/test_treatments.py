"""What becomes of a value, on both databases alike: and once done, there is nothing left to do."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest

from garant.systems.sql.dialects import hmac_pads, pseudonym_digest
from tests.engine.support.running import PSEUDONYM_KEY, carry_out
from tests.engine.support.shop import Shop


def treat(shop: Shop, how: Any, *values: Any, column: str = "text") -> list[Any]:
    """Give each value to a contact of its own, treat the column, and read it back."""
    shop.database.run(f"ALTER TABLE contact ADD COLUMN it {column}")
    shop.document["tables"]["contact"]["columns"] = {"it": {"category": "identity", "erase": how}}
    shop.document["dispositions"]["erase"]["actions"] = [{"table": "contact", "do": "treat"}]
    for number, value in enumerate(values, 1):
        shop.people(number, it=value)
    plan = shop.plan()
    _, verification = carry_out(plan, shop.policy, shop.system())
    assert verification.verified
    again = shop.plan().selections[0]
    assert (again.due, again.rows, again.settled) == (0, 0, len(values)), "once is enough"
    return [row["it"] for _, row in sorted(shop.rows("contact")["contact"].items())]


ODD = (
    "Élodie",
    "O'Brien",
    "🦊",
    "",
    "a\nb",
    "anon-",
    "\\",
    "anon-0123456789ABCDEF",
    " anon-0123456789abcdef",
)


def test_blank(shop: Shop) -> None:
    assert treat(shop, "blank", *ODD) == [None] * len(ODD)


def test_a_constant_replaces_what_is_there_and_only_that(shop: Shop) -> None:
    assert treat(shop, {"constant": "Supprimé d'office"}, "Ana", None, "Supprimé d'office", "") == [
        "Supprimé d'office", None, "Supprimé d'office", "Supprimé d'office",
    ]  # fmt: skip


@pytest.mark.parametrize(("constant", "value"), [(0, 12), (False, True), (7, 0)])
def test_a_constant_may_be_a_number_or_a_truth(shop: Shop, constant: Any, value: Any) -> None:
    kind = "boolean" if isinstance(constant, bool) and shop.database.name == "postgresql" else "integer"
    [found] = treat(shop, {"constant": constant}, value, column=kind)
    assert found in (constant, str(constant).lower(), str(int(constant)))


def hashed(value: str, length: int = 16) -> str:
    return hmac.new(PSEUDONYM_KEY, value.encode(), "sha256").hexdigest()[:length]


def test_a_pseudonym_is_the_same_on_every_database(shop: Shop) -> None:
    """HMAC-SHA256, written in SQL where the database has no function for it."""
    assert treat(shop, {"pseudonymise": {}}, *ODD) == [f"anon-{hashed(value)}" for value in ODD]


@pytest.mark.parametrize("prefix", ["p[*]-", "a?c", "x.y$", "(^|", "é🦊~", "a\\b", "100%_"])
def test_a_pseudonym_keeps_its_prefix_whatever_it_is(shop: Shop, prefix: str) -> None:
    how = {"pseudonymise": {"prefix": prefix, "suffix": "@x.invalid", "length": 64}}
    done = f"{prefix}{'a' * 64}@x.invalid"
    assert treat(shop, how, "Ana", done, done + "x", None) == [
        f"{prefix}{hashed('Ana', 64)}@x.invalid", done, f"{prefix}{hashed(done + 'x', 64)}@x.invalid", None,
    ]  # fmt: skip


def test_two_equal_values_stay_equal(shop: Shop) -> None:
    first, second, third = treat(shop, {"pseudonymise": {}}, "Ana", "Ana", "Bob")
    assert first == second != third


@pytest.mark.parametrize("size", [1, 63, 64, 65, 200])
def test_keys_of_every_length(size: int) -> None:
    """RFC 2104: a key longer than a block is hashed first."""
    key = bytes(range(size % 256)) or b"k"
    inner, outer = hmac_pads(key)
    value = "Élodie".encode()
    byhand = hashlib.sha256(outer + hashlib.sha256(inner + value).digest()).hexdigest()
    assert byhand == hmac.new(key, value, "sha256").hexdigest() == pseudonym_digest(key, "Élodie")
    assert pseudonym_digest(key, None) is None


@pytest.mark.parametrize(("unit", "first"), [("year", "2020-01-01"), ("month", "2020-02-01")])
def test_a_date_is_kept_less_precise(shop: Shop, unit: str, first: str) -> None:
    kind = "text" if shop.database.name == "sqlite" else "date"
    assert treat(shop, {"generalise": unit}, "2020-02-29", None, first, "9999-12-31", column=kind) == [
        first, None, first, "9999-01-01" if unit == "year" else "9999-12-01",
    ]  # fmt: skip


def test_a_code_is_cut(shop: Shop) -> None:
    assert treat(shop, {"generalise": {"prefix": 2}}, "75011", "7", None, "🦊🦊🦊", "") == [
        "75",
        "7",
        None,
        "🦊🦊",
        "",
    ]


def test_a_copy_is_computed_again(shop: Shop) -> None:
    how = {"refresh": "upper(name) || ': ' || coalesce(phone, '?')"}
    assert treat(shop, how, "old", None, "N3: +33100000003") == [
        "N1: +33100000001",
        "N2: +33100000002",
        "N3: +33100000003",
    ]


def test_a_copy_follows_what_goes_in_the_same_batch(shop: Shop) -> None:
    """Counted in the plan, though it is right as long as the rows it is copied from are there."""
    shop.document["tables"]["meeting"]["columns"]["title"]["erase"] = {
        "refresh": "(SELECT count(*) FROM attendee WHERE attendee.meeting_id = meeting.id) || ' people'"
    }
    shop.document["tables"]["meeting"]["links"][0]["relation"] = "owned"
    actions = shop.document["dispositions"]["erase"]["actions"]
    actions[3]["do"] = "treat"
    shop.people(1).people(2, customer=1).meet(1, 1, 2)
    shop.database.run("UPDATE meeting SET title = '2 people'")
    plan = shop.plan()
    assert plan.selections[0].actions[3].treated == 1
    _, verification = carry_out(plan, shop.policy, shop.system())
    assert verification.verified
    assert [row["title"] for row in shop.rows("meeting")["meeting"].values()] == ["1 people"]


def test_an_actions_own_columns_replace_those_of_the_table(shop: Shop) -> None:
    shop.document["dispositions"]["erase"]["actions"][4] = {
        "table": "contact", "do": "treat", "columns": {"name": {"constant": "x"}, "email": "keep"},
    }  # fmt: skip
    shop.people(1)
    plan = shop.plan()
    assert plan.selections[0].actions[4].columns == {"name": "constant", "phone": "blank"}
    carry_out(plan, shop.policy, shop.system())
    [row] = shop.rows("contact")["contact"].values()
    assert (row["name"], row["email"], row["phone"]) == ("x", "n1@x.example", None)


def test_rows_whose_parents_go_first_are_gathered_before(shop: Shop) -> None:
    """The order of a disposition is free: what hangs on a deleted parent is not lost from sight."""
    actions = shop.document["dispositions"]["erase"]["actions"]
    actions.insert(0, actions.pop(4))
    shop.document["tables"]["answer"] = {
        "key": "id", "links": [{"parent": "note", "column": "note_id"}], "columns": {"body": {"category": "correspondence"}},
    }  # fmt: skip
    actions.append({"table": "answer", "do": "delete"})
    shop.database.run("CREATE TABLE answer (id integer PRIMARY KEY, note_id integer, body text, rid integer)")
    shop.people(1, 2).meet(1, 1, 2)
    shop.add(
        "answer",
        {"id": 1, "note_id": 1, "body": "a"},
        {"id": 2, "note_id": 2, "body": "b"},
        {"id": 3, "note_id": 9, "body": "c"},
    )
    _, verification = carry_out(shop.plan(), shop.policy, shop.system(), 1)
    assert verification.verified
    assert shop.ids("answer") == [3]
    assert shop.ids("note") == shop.ids("meeting") == shop.ids("contact") == []


@pytest.mark.parametrize("kept", [["body"], ["res_id"], ["model"]])
def test_the_way_to_a_row_may_be_treated_with_it(shop: Shop, kept: list[str]) -> None:
    """What duties keep splits a table's columns into steps: the first must not hide the row from the next."""
    blank = {"category": "identity", "erase": "blank"}
    shop.document["tables"]["note"]["columns"] = {"res_id": blank, "model": blank, "body": blank}
    shop.document["dispositions"]["erase"]["actions"] = [{"table": "note", "do": "treat"}]
    shop.document["duties"][0]["keeps"] = {"note": {"row": False, "columns": kept}}
    shop.people(1, 2).invoice(2)
    _, verification = carry_out(shop.plan(), shop.policy, shop.system())
    assert verification.verified
    first, second = shop.rows("note")["note"].values()
    assert (first["res_id"], first["model"], first["body"]) == (None, None, None)
    assert [name for name in ("res_id", "model", "body") if second[name] is not None] == kept


def test_a_link_that_an_earlier_step_blanks_does_not_hide_what_hangs_on_it(shop: Shop) -> None:
    """A map check warns of it; the engine does not count on the warning."""
    shop.document["tables"]["attendee"]["columns"]["contact_id"] = {"category": "identity", "erase": "blank"}
    actions = shop.document["dispositions"]["erase"]["actions"]
    actions[2]["do"] = "treat"
    shop.people(1).meet(1, 1)
    _, verification = carry_out(shop.plan(), shop.policy, shop.system())
    assert verification.verified
    assert shop.ids("meeting") == []
