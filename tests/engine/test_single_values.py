"""A correction of one value among many: the cells that hold it change, and no other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.engine.document import Plan, Replacement
from garant.engine.identities import same
from garant.engine.planning.asked import Rectification
from garant.engine.planning.subject import NotSupported, plan_subject
from garant.engine.running.execution import BatchResult
from garant.engine.running.verify import Verification
from tests.engine.support.databases import Contents
from tests.engine.support.examples import examples
from tests.engine.support.running import Remembering, carry_out
from tests.engine.support.shop import AS_OF, Shop

LANDLINE, MOBILE, RIGHT = "+33 1 99 00 00 01", "06 39 98 00 02", "+33 1 99 00 12 34"


def proposed(shop: Shop, *pairs: tuple[str, str, str], email: str = "n1@x.example") -> Plan:
    wanted = [Replacement(kind=kind, was=was, becomes=becomes) for kind, was, becomes in pairs]
    return plan_subject(
        shop.policy,
        shop.system(),
        {"email": email},
        "rectification",
        as_of=AS_OF,
        rectification=Rectification(replacements=wanted),
    )


def correct(shop: Shop, *pairs: tuple[str, str, str]) -> tuple[Plan, list[BatchResult], Verification]:
    plan = proposed(shop, *pairs)
    return plan, *carry_out(plan, shop.policy, shop.system())


def with_mobiles(shop: Shop) -> Shop:
    """Contacts with a second telephone, and a note whose text is one."""
    shop.database.run("ALTER TABLE contact ADD COLUMN mobile varchar(40)")
    shop.document["tables"]["contact"]["columns"]["mobile"] = {
        "category": "contact-details", "erase": "blank", "identity": "phone",
    }  # fmt: skip
    shop.document["tables"]["note"]["columns"]["body"]["identity"] = "phone"
    return shop


def counted(plan: Plan) -> dict[str, int]:
    return {one.table: one.treated for one in plan.selections[0].actions if one.treated}


def test_the_other_telephone_of_the_same_person_stays(shop: Shop) -> None:
    with_mobiles(shop).people(1, 2, phone=LANDLINE, mobile=MOBILE)
    shop.database.run(f"UPDATE note SET body = '{LANDLINE}'")
    plan, results, verification = correct(shop, ("phone", "01.99.00.00.01", RIGHT))
    assert verification.verified
    assert counted(plan) == {"contact": 1, "note": 1}
    assert plan.selections[0].actions[0].columns == {"phone": "replace"}
    rows = shop.rows("contact", "note")
    assert [(row["phone"], row["mobile"]) for row in rows["contact"].values()] == [
        (RIGHT, MOBILE), (LANDLINE, MOBILE),
    ]  # fmt: skip
    assert [row["body"] for row in rows["note"].values()] == [RIGHT, LANDLINE]
    assert RIGHT not in str(results)
    assert counted(proposed(shop, ("phone", LANDLINE, RIGHT))) == {}


def test_several_values_are_corrected_at_once_each_by_its_own(shop: Shop) -> None:
    with_mobiles(shop).people(1, phone=LANDLINE, mobile=MOBILE)
    _, _, verification = correct(
        shop, ("phone", LANDLINE, RIGHT), ("phone", MOBILE, "0639980099"), ("name", "N1", "Ñandú O’Brien")
    )
    assert verification.verified
    [row] = shop.rows("contact")["contact"].values()
    assert (row["phone"], row["mobile"], row["name"]) == (RIGHT, "0639980099", "Ñandú O’Brien")


def test_a_value_is_only_written_otherwise(shop: Shop) -> None:
    """The same number, with its country: what is to become of it is one of its own forms."""
    with_mobiles(shop).people(1, phone="0199001234", mobile=RIGHT.replace(" ", "."))
    plan, _, verification = correct(shop, ("phone", "01 99 00 12 34", RIGHT))
    assert (verification.verified, counted(plan)) == (True, {"contact": 2})
    assert counted(proposed(shop, ("phone", RIGHT, RIGHT))) == {}


@pytest.mark.parametrize("accented", ["Helene", "hélène", "HÉLÈNE", "Hélène B"])
def test_a_name_is_the_same_to_the_letter(shop: Shop, accented: str) -> None:
    shop.people(1, name=accented)
    assert counted(proposed(shop, ("name", "Hélène", "Hélène Martin"))) == {}
    assert counted(proposed(shop, ("name", f" {accented} ", "Hélène"))) == {"contact": 1}


def test_a_copy_that_is_found_by_the_value_is_corrected_too(shop: Shop) -> None:
    """A reader is tied to the card by the very address that changes."""
    shop.database.run("CREATE TABLE reader (id integer PRIMARY KEY, mail varchar(80), rid integer)")
    shop.database.run("INSERT INTO reader VALUES (1, 'n1@x.example', 1), (2, 'n2@x.example', 2)")
    shop.document["tables"]["reader"] = {
        "key": "id",
        "links": [{"parent": "contact", "column": "mail", "parent_column": "email"}],
        "columns": {"mail": {"category": "contact-details", "erase": "blank", "identity": "email"}},
    }
    shop.people(1, 2)
    plan, _, verification = correct(shop, ("email", "N1@X.example", "right@x.example"))
    assert (verification.verified, counted(plan)) == (True, {"contact": 1, "reader": 1})
    assert [row["mail"] for row in shop.rows("reader")["reader"].values()] == [
        "right@x.example",
        "n2@x.example",
    ]


def test_corrections_that_cross_are_refused(shop: Shop) -> None:
    with_mobiles(shop).people(1, phone=LANDLINE, mobile=MOBILE)
    with pytest.raises(NotSupported, match="cross"):
        proposed(shop, ("phone", LANDLINE, MOBILE), ("phone", MOBILE, LANDLINE))


def test_what_no_column_holds_is_refused(shop: Shop) -> None:
    shop.people(1)
    with pytest.raises(NotSupported, match="no column of contact is marked identity: number"):
        proposed(shop, ("number", "42", "43"))


def test_what_the_right_value_holds_as_well_is_not_searched_for(shop: Shop) -> None:
    """The bytes of the old name are in the new one: to find them there is no failure."""
    shop.people(1, name="Marie-Hélène Durand", phone=LANDLINE)
    plan = proposed(
        shop, ("name", "Marie-Hélène Durand", "Marie-Hélène Durand-Petit"), ("phone", LANDLINE, RIGHT)
    )
    journal = Remembering()
    carry_out(plan, shop.policy, shop.system(), journal=journal, sample=50)
    assert {canary.column for canary in journal.canaries} == {"phone"}


NUMBERS = st.sampled_from(["199001234", "639980002", "199000001"])
WRITTEN = st.builds(
    lambda number, before, between: (
        before + between.join([number[0], *(number[n : n + 2] for n in (1, 3, 5, 7))])
    ),
    NUMBERS,
    st.sampled_from(["0", "+33", "+33 ", "0033", "+33 (0)", "(0)", "33"]),
    st.sampled_from(["", " ", ".", "-", "\u00a0", "\u202f"]),
)


CELL = st.one_of(st.none(), WRITTEN, st.sampled_from(["", "poste 12", "199001234 ", "+33", "Ana"]))


@examples(15)
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=4), WRITTEN)
def test_no_other_cell_changes(shop: Shop, cells: list[tuple[str | None, str | None]], was: str) -> None:
    """Whatever else of that kind the person has: changed are the cells whose number is the one pointed at."""
    shop.database.clear()
    fresh = with_mobiles(Shop(shop.database).create())
    for number, (phone, mobile) in enumerate(cells, 1):
        fresh.people(
            number, email="n1@x.example" if number > 1 else "N1@X.example", phone=phone, mobile=mobile
        )
    before: Contents = fresh.rows("contact", "note", "interaction")
    plan, _, verification = correct(fresh, ("phone", was, RIGHT))
    after = fresh.rows("contact", "note", "interaction")
    changed = 0
    for table, rows in before.items():
        for key, row in rows.items():
            for column, value in row.items():
                hit = column in ("phone", "mobile") and value is not None and _digits(value) == _digits(was)
                assert after[table][key][column] == (RIGHT if hit else value)
                changed += hit and value != RIGHT
    assert (verification.verified, sum(counted(plan).values())) == (True, changed)
    fresh.close()


def _digits(written: str) -> str:
    """An oracle of its own: the last nine digits, of what is made of digits alone."""
    return "".join(filter(str.isdigit, written))[-9:] if not any(map(str.isalpha, written)) else written


@given(WRITTEN, WRITTEN)
def test_however_a_number_is_written_it_is_the_same_number(one: str, other: str) -> None:
    digits = ["".join(filter(str.isdigit, each))[-9:] for each in (one, other)]
    assert same("phone", one, other) == (digits[0] == digits[1])
    assert same("phone", other, one) == same("phone", one, other)


@pytest.mark.parametrize("odd", ["01 99 00 12 34 poste 12", "none of it", "+", "+33", "1", ""])
def test_what_is_no_number_is_the_same_as_itself_alone(odd: str) -> None:
    assert same("phone", odd, odd)
    assert not same("phone", odd, "01 99 00 12 34")
    assert not same("phone", "01 99 00 12 34", odd)


def test_a_person_who_does_it_by_hand_reads_what_is_wrong_and_what_is_right(shop: Shop) -> None:
    with_mobiles(shop).people(1, phone=LANDLINE, mobile=MOBILE)
    plan = proposed(shop, ("phone", LANDLINE, RIGHT)).model_copy(update={"corrections": {"name": "Ana"}})
    assert plan.right_values() == {"name": "Ana", f"phone ({LANDLINE})": RIGHT}
