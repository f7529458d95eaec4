"""The promises of the installation and the work of each night say the same: the promises look behind it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from garant.apps.installation import services
from garant.apps.mails import services as mails
from garant.apps.rights.clock import KEPT_AFTER
from garant.demo.stage import example
from garant.policy.loader import load_policy
from garant.policy.periods import expiry
from tests.own.tenant import Tenant


def test_the_night_forgets_no_later_than_the_policy_promises() -> None:
    rules = services.own_policy(load_policy(example() / "policy").document.organisation).retention
    assert rules["requests"].total_period == KEPT_AFTER
    for month in range(1, 13):
        sent = datetime(2026, month, 28, tzinfo=UTC)
        gone = (sent + mails.KEPT + timedelta(days=1)).date()  # the night after
        assert gone <= expiry(sent.date(), rules["letters"].total_period)


def test_where_the_night_did_not_run_the_promise_is_broken_until_it_has(house: Tenant) -> None:
    house.ask("fill", name="night", old=1, new=0)
    assert house.ask("look")["retention.requests"] == "broken"
    assert house.ask("night")["forgotten"] == 1
    assert house.ask("look")["retention.requests"] == "kept"
