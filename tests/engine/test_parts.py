"""An address and a name are corrected in all their parts at once; what is missing goes where there is place, and only there."""

from __future__ import annotations

from typing import Any

import pytest

from garant.engine.document import Added, Plan, Replacement
from garant.engine.manual import Keeper
from garant.engine.planning.asked import NotSupported, Rectification
from garant.engine.planning.parts import parts_of, whole_names
from garant.engine.planning.subject import plan_subject
from garant.systems.model import DataMap
from tests.engine.support.running import BatchResult, Verification, carry_out
from tests.engine.support.shop import AS_OF, Shop, map_document

OLD = "12, rue des Écoles\nBât. B\n69003\nLyon\n"
NEW = "5 avenue Foch\n75008\nParis\nFR"
ADDRESS = {
    "street": "street", "street2": "street", "zip": "postcode", "city": "town",
    "country_id": "country", "state": "address-rest", "land": "country",
}  # fmt: skip
NUMBER = "04 99 00 00 77"


def housed(shop: Shop) -> Shop:
    """Contacts with an address in seven columns, a name in three, and two telephones."""
    shop.database.run("CREATE TABLE country (id integer, code varchar(2))")
    shop.database.run("INSERT INTO country VALUES (33, 'FR'), (34, 'ES')")
    columns: dict[str, Any] = shop.document["tables"]["contact"]["columns"]
    for name, kind in {**ADDRESS, "first": "given-name", "last": "family-name", "mobile": "phone"}.items():
        numeric = name == "country_id"
        if name != "state":
            shop.database.run(
                f"ALTER TABLE contact ADD COLUMN {name} {'integer' if numeric else 'varchar(200)'}"
            )
        columns[name] = {"category": "contact-details", "identity": kind}
    columns["state"]["erase"] = {"constant": "-"}
    columns["country_id"]["listed"] = {"table": "country", "key": "id", "code": "code"}
    shop.document["additions"] = [
        {"root": "contact", "kind": "phone", "table": "contact", "columns": ["phone", "mobile"]},
        {
            "root": "contact",
            "kind": "email",
            "table": "contact",
            "columns": ["last"],
            "along": {"last": ["first"]},
        },
        {"root": "contact", "kind": "address", "table": "contact"},
    ]
    return shop


def proposed(shop: Shop, *wanted: Replacement | Added, keeper: Keeper | None = None) -> Plan:
    return plan_subject(
        shop.policy,
        shop.system(),
        {"email": "n1@x.example"},
        "rectification",
        as_of=AS_OF,
        rectification=Rectification(
            replacements=[one for one in wanted if isinstance(one, Replacement)],
            additions=[one for one in wanted if isinstance(one, Added)],
        ),
        keeper=keeper,
    )


def correct(shop: Shop, *wanted: Replacement | Added) -> tuple[Plan, list[BatchResult], Verification]:
    plan = proposed(shop, *wanted)
    return plan, *carry_out(plan, shop.policy, shop.system())


def contact(shop: Shop, number: int = 1) -> dict[str, Any]:
    names = ["name", "first", "last", "phone", "mobile", *ADDRESS]
    row = {name: shop.database.scalar(f"SELECT {name} FROM contact WHERE id = {number}") for name in names}
    return {**row, "zip": str(row["zip"])}


def lives(**other: Any) -> dict[str, Any]:
    return {
        "street": "12 RUE des Écoles", "street2": "Bât B", "zip": "69 003", "city": "lyon", "country_id": 34,
        "state": "Rhône", "land": "ES", **other,
    }  # fmt: skip


def test_who_moves_house_moves_in_every_part_and_an_address_that_only_resembles_stays(shop: Shop) -> None:
    housed(shop).people(1, 2, **lives())
    shop.database.run("UPDATE contact SET street = '13 RUE des Écoles' WHERE id = 2")
    kept = contact(shop, 2)
    plan, _, verification = correct(shop, Replacement(kind="address", was=OLD, becomes=NEW))
    assert verification.verified
    assert [one.treated for one in plan.selections[0].actions if one.treated] == [1]
    assert {name: contact(shop)[name] for name in ADDRESS} == {
        "street": "5 avenue Foch", "street2": None, "zip": "75008", "city": "Paris", "country_id": 33,
        "state": "-", "land": "FR",
    }  # fmt: skip
    assert contact(shop, 2) == kept
    assert "Paris" in plan.right_values()["address (12, rue des Écoles, Bât. B, 69003, Lyon)"]


def test_a_country_that_is_not_said_stays_and_one_that_no_list_has_is_emptied(shop: Shop) -> None:
    housed(shop).people(1, **lives())
    there = Replacement(kind="address", was=OLD, becomes="1 place\nEscalier C\nCour 2\n1000\nBruxelles\n")
    correct(shop, there)
    row = contact(shop)
    assert (row["street"], row["street2"], row["country_id"]) == ("1 place", "Escalier C\nCour 2", 34)
    _, _, verification = correct(
        shop, Replacement(kind="address", was=there.becomes, becomes="1 place\n1000\nBruxelles\nBE")
    )
    assert verification.verified
    assert (contact(shop)["country_id"], contact(shop)["land"]) == (None, "BE")


def test_first_last_and_whole_name_change_together(shop: Shop) -> None:
    housed(shop).people(1, name="MARTIN Sabine", first="Sabine", last="Martin")
    _, _, verification = correct(
        shop, Replacement(kind="names", was="Sabine\nMartin", becomes="Sabine\nLe Goff")
    )
    assert verification.verified
    row = contact(shop)
    assert (row["name"], row["first"], row["last"]) == ("Le Goff Sabine", "Sabine", "Le Goff")


def test_names_are_looked_for_as_a_whole_where_a_table_has_but_one_part(shop: Shop) -> None:
    housed(shop).people(1, name="Sabine Martin", first="Sabine", last="Martin")
    del shop.document["tables"]["contact"]["columns"]["first"]
    shop.document["additions"] = []
    correct(shop, Replacement(kind="names", was="Sabine\nMartin", becomes="Sabine\n"))
    assert (contact(shop)["name"], contact(shop)["last"]) == ("Sabine", "Martin")


@pytest.mark.parametrize(
    ("phone", "mobile", "after"),
    [
        (None, None, (NUMBER, None)),
        ("01 99 00 00 01", None, ("01 99 00 00 01", NUMBER)),
        ("01 99 00 00 01", "", ("01 99 00 00 01", NUMBER)),
        ("01 99 00 00 01", "06 99 00 00 02", ("01 99 00 00 01", "06 99 00 00 02")),
        (None, "+33499000077", (None, "+33499000077")),
    ],
)
def test_a_telephone_is_added_where_there_is_place_and_never_over_another(
    shop: Shop, phone: str | None, mobile: str | None, after: tuple[str | None, str | None]
) -> None:
    housed(shop).people(1, phone=phone, mobile=mobile)
    plan, _, verification = correct(shop, Added(kind="phone", value=NUMBER))
    assert verification.verified
    row = contact(shop)
    assert (row["phone"], row["mobile"]) == after
    goes = NUMBER in after
    assert sum(one.treated for one in plan.selections[0].actions) == int(goes)
    assert [note.en[:23] for note in plan.selections[0].notes] == (
        [] if goes else ["Nothing is added here: "]
    )


def test_a_copy_of_what_is_added_is_written_along_and_an_address_where_there_is_none(shop: Shop) -> None:
    housed(shop).people(1, 2)
    correct(
        shop,
        Added(kind="email", value="New@X.example"),
        Added(kind="address", value=NEW),
    )
    row = contact(shop)
    assert (row["last"], row["first"]) == ("New@X.example", "new@x.example")
    assert (row["street"], row["city"], row["country_id"]) == ("5 avenue Foch", "Paris", 33)
    assert contact(shop, 2)["city"] is None


def test_what_a_copy_is_compared_by_is_as_given_where_it_is_no_number(shop: Shop) -> None:
    housed(shop).people(1, phone="")
    shop.document["additions"][0]["along"] = {"phone": ["first"]}
    correct(shop, Added(kind="phone", value="poste"))
    assert contact(shop)["first"] == "poste"
    correct(shop, Added(kind="phone", value=NUMBER))
    assert contact(shop)["mobile"] == NUMBER


def test_a_copy_of_a_number_is_written_in_its_international_form(shop: Shop) -> None:
    housed(shop).people(1, phone=None)
    shop.document["additions"][0]["along"] = {"phone": ["first"]}
    correct(shop, Added(kind="phone", value=NUMBER))
    assert (contact(shop)["phone"], contact(shop)["first"]) == (NUMBER, "+33499000077")


@pytest.mark.parametrize("with_a_place_for_another", [True, False])
def test_where_the_map_has_no_place_a_person_adds_it(
    sqlite_shop: Shop, with_a_place_for_another: bool
) -> None:
    shop = housed(sqlite_shop).people(1)
    shop.document["additions"] = shop.document["additions"][2:] if with_a_place_for_another else []
    wanted = [Added(kind="phone", value=NUMBER)]
    wanted += [Added(kind="address", value=NEW)] if with_a_place_for_another else []
    plan = proposed(shop, *wanted, keeper=Keeper("Dominique", "dpo@x.example"))
    assert [(one.system, one.email) for one in plan.tasks] == [("crm", "dpo@x.example")]
    assert "Add it" in plan.tasks[0].look_for.en
    if with_a_place_for_another:
        assert "a person adds it" in proposed(shop, *wanted).selections[0].notes[0].en
    else:
        with pytest.raises(NotSupported, match="phone"):
            proposed(shop, *wanted)


def test_a_map_without_a_street_corrects_no_address(sqlite_shop: Shop) -> None:
    shop = housed(sqlite_shop).people(1, **lives())
    for name in ("street", "street2"):
        shop.document["tables"]["contact"]["columns"][name].pop("identity")
    with pytest.raises(NotSupported):
        proposed(shop, Replacement(kind="address", was=OLD, becomes=NEW))
    with pytest.raises(NotSupported):
        proposed(shop, Added(kind="address", value=NEW))


def test_a_sealed_part_keeps_the_whole_address(sqlite_shop: Shop) -> None:
    shop = housed(sqlite_shop).people(1, **lives())
    shop.document["seals"] = [
        {
            "table": "contact",
            "when": "customer = 0",
            "columns": ["city"],
            "why": {"fr": "clos", "en": "closed"},
        }
    ]
    plan = proposed(shop, Replacement(kind="address", was=OLD, becomes=NEW))
    assert [(one.treated, one.sealed) for one in plan.selections[0].actions] == [(0, 1)]


@pytest.mark.parametrize(
    "wrong",
    [
        Replacement(kind="address", was=OLD, becomes="5 avenue Foch, Paris"),
        Replacement(kind="names", was="Sabine Martin", becomes="Sabine\nLe Goff"),
        Added(kind="address", value="Paris"),
    ],
)
def test_parts_are_written_a_line_each(sqlite_shop: Shop, wrong: Replacement | Added) -> None:
    with pytest.raises(NotSupported, match="line"):
        proposed(housed(sqlite_shop).people(1), wrong)


def test_what_has_parts_is_read_line_by_line() -> None:
    assert parts_of("address", "a\nb\nc\nd\n") == {
        "street": "a\nb",
        "postcode": "c",
        "town": "d",
        "country": "",
    }
    assert whole_names("Sabine\n") == ("Sabine",)


@pytest.mark.parametrize(
    "place",
    [
        {"root": "contact", "kind": "phone", "table": "contact", "columns": ["nowhere"]},
        {"root": "contact", "kind": "phone", "table": "nowhere", "columns": []},
        {"root": "nobody", "kind": "phone", "table": "contact", "columns": ["phone"]},
        {"root": "contact", "kind": "phone", "table": "contact"},
        {"root": "contact", "kind": "address", "table": "contact", "columns": ["phone"]},
    ],
)
def test_a_place_is_one_that_the_map_knows(place: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="additions"):
        DataMap.model_validate({**map_document(), "additions": [place]})
