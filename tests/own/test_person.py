"""A member of staff who asks: found by the map in Garant's own database, erased but for what must stay."""

from __future__ import annotations

from tests.own.tenant import Tenant


def test_one_who_left_is_found_everywhere_and_what_goes_goes(house: Tenant) -> None:
    house.ask("leave", name="gone", days=30)
    house.ask("leave", name="alongside", days=30)
    before = house.ask("rows", name="alongside")
    found = house.ask("find", email="GONE@people.example")
    assert {
        "accounts_user",
        "usersessions_usersession",
        "tokens_token",
        "promises_plan",
        "jobs_job",
    } <= found.keys()

    done = house.ask("erase", email="gone@people.example")
    assert done["state"] == "kept"
    left = house.ask("rows", name="gone@people")
    # For a year it can be said who had access, and who decided; who answers a request goes with the request.
    assert sorted(left) == ["accounts_user", "archives_consultation", "promises_plan", "rights_request"]
    assert house.ask("find", email="gone@people.example").get("mfa_authenticator", 0) == 0
    (kept,) = [one for one in done["plan"]["selections"] if one["root"] == "account"]
    assert "For one year we must be able to say" in str(kept)
    assert house.ask("rows", name="alongside") == before


def test_one_in_post_keeps_the_account_that_they_use(house: Tenant) -> None:
    house.ask("leave", name="inpost")
    before = house.ask("rows", name="inpost@people")["accounts_user"]
    done = house.ask("erase", email="inpost@people.example")
    assert "This account is in use" in str(done["plan"])
    assert house.ask("rows", name="inpost@people")["accounts_user"] == before


def test_a_request_to_the_installation_goes_its_whole_way_in_the_database_that_it_changes(
    house: Tenant,
) -> None:
    house.ask("leave", name="asking", days=10)
    states = house.ask("request", email="asking@people.example")
    assert states == ["identity", "planned", "running", "answered"]
    assert house.ask("find", email="asking@people.example").get("mfa_authenticator", 0) == 0
    assert "accounts_user" in house.ask("rows", name="asking@people")
