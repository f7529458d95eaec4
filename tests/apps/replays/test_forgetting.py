"""The suppression list is forgotten when no copy is that old: never of a day to come, nor of another system than was named."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from garant.apps.evidence import services as evidence
from garant.apps.promises.refusals import RefusedError
from garant.apps.replays import services
from garant.apps.replays.models import Suppressed
from garant.apps.scoping import scoped
from garant.engine.planning.replay import Kin
from garant.policy import Period
from garant.policy.text import Text
from garant.systems.model import Copy


def erase(organisation: str, system: str, mark: str, ago: timedelta, before: str = "b") -> None:
    """Put one root on the list, as if it had been erased so long ago; today, it is left as it is put there."""
    kin = Kin(system, "contact", ("email",))
    services.remember(services.Erasure(organisation, kin, None, "run"), [(mark, before, None)])
    if not ago:
        return
    with scoped(organisation):
        Suppressed.objects.filter(mark=mark).update(at=datetime.now(UTC) - ago)


def days(number: int) -> timedelta:
    return timedelta(days=number)


def day(ago: int) -> date:
    return datetime.now(UTC).date() - days(ago)


def crm(kept: str | None) -> Any:
    """A map that declares one backup."""
    period = Period.parse(kept) if kept else None
    copy = Copy(key="nightly", label=Text(fr="Sauvegarde", en="Nightly"), kind="backup", kept=period)
    return SimpleNamespace(system="crm", copies=[copy])


def test_a_day_to_come_forgets_nothing(demo: str) -> None:
    erase(demo, "crm", "m1", days(0))
    with pytest.raises(RefusedError, match="has not come yet"):
        services.forget(demo, day(-400), actor="dpo")
    assert services.length(demo) == 1


def test_what_a_declared_copy_may_bring_back_is_not_forgotten(demo: str) -> None:
    erase(demo, "crm", "m1", days(40))
    erase(demo, "crm", "m2", days(20))
    with pytest.raises(RefusedError, match=r"“Nightly”, keeps for 30.days") as refused:
        services.forget(demo, day(10), maps=[crm("P30D")], actor="dpo")
    latest = date.fromisoformat(refused.value.mend.en.split("--forget-before ")[1].split()[0])
    assert services.forget(demo, latest, maps=[crm("P30D"), crm(None)], actor="dpo") == 1
    assert services.length(demo) == 1


def test_the_erasures_of_the_named_system_alone_are_forgotten(demo: str) -> None:
    erase(demo, "crm", "m1", days(40))
    erase(demo, "erp", "m2", days(40))
    assert services.forget(demo, day(10), systems=["crm"], maps=[crm(None)], actor="dpo") == 1
    assert [one.system for one in services.counted(demo)] == ["erp"]
    (said,) = evidence.records(demo, kind="suppression.forgotten")
    assert (said.payload["system"], said.payload["marks"]) == ("crm", 1)


def test_who_is_erased_a_second_time_counts_from_then(demo: str) -> None:
    """Erased, come again as they were, and erased again: a copy from between the two brings them back."""
    erase(demo, "crm", "m1", days(400))
    erase(demo, "crm", "m1", days(0))
    assert services.forget(demo, day(100), actor="dpo") == 0
    assert services.length(demo) == 1
