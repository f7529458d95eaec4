"""What a system keeps of what is gone, concluded from what its store says."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from garant.engine.document import Plan
from garant.engine.planning.subject import plan_subject
from garant.engine.running.execution import Execution
from garant.engine.running.residue import Aftermath, ResidueReport, examine, touched, touched_tables
from garant.engine.terms import Source
from garant.policy.periods import Period
from garant.policy.text import Text
from garant.systems.model import Copy
from garant.systems.port import ConnectorError
from garant.systems.residue import Canary, Cleaning, Looked, StillThere
from tests.engine.support.running import Remembering, carry_out
from tests.engine.support.shop import AS_OF, Shop

TODAY = date(2026, 11, 25)
NAME = Text(fr="bandes", en="tapes")


@dataclass
class Store:
    """A store that answers what a test says; the real ones are in tests/residue."""

    looked: Sequence[Looked] = ()
    rows: StillThere = field(default_factory=StillThere)
    cleaning: ConnectorError | None = None
    searching: ConnectorError | None = None

    def residue(self) -> Store:
        return self

    def clean(self, level: Cleaning, tables: Collection[str]) -> list[str]:
        if self.cleaning:
            raise self.cleaning
        return [f"{level}-{'-'.join(tables)}"]

    def search(self, texts: Sequence[str], tables: Collection[str], seconds: float) -> list[Looked]:
        if self.searching:
            raise self.searching
        return list(self.looked)

    def still_there(self, texts: Sequence[str], wanted: Iterable[int]) -> StillThere:
        return self.rows


def source(connector: object, *copies: Copy) -> Source:
    data_map: Any = SimpleNamespace(system="crm", copies=list(copies))
    return Source(data_map, "map-1", cast("Any", connector))


def look(store: object, *copies: Copy, texts: Sequence[str] = ("canary one", "canary two")) -> ResidueReport:
    return examine(source(store, *copies), texts, ["contact"], today=TODAY)


def hits(*numbers: int) -> frozenset[int]:
    return frozenset(numbers)


def test_gone_is_said_only_when_everything_was_read_and_is_empty() -> None:
    report = look(Store([Looked("sqlite-file", size=9), Looked("sqlite-wal", size=1)]))
    assert report.gone
    assert report.details["gone"]
    assert report.cleaned == ("none-contact",)


@pytest.mark.parametrize(
    ("looked", "state"),
    [
        (Looked("a", hits(0), 9, reason="why"), "found"),
        (Looked("a", hits(0), 9, whole=False, reason="time"), "found"),
        (Looked("a", size=9, whole=False, reason="time"), "partly"),
        (Looked("a", whole=False, reason="time"), "unsearched"),
    ],
)
def test_anything_less_is_said_with_its_reason(looked: Looked, state: str) -> None:
    report = look(Store([looked]))
    assert not report.gone
    assert [(place.state, place.reason) for place in report.places] == [(state, looked.reason)]


def test_what_rows_hold_by_right_is_no_residue() -> None:
    found = [Looked("sqlite-file", hits(0, 1), 9, reason="slack")]
    assert look(Store(found, StillThere(hits(0, 1)))).gone
    half = look(Store(found, StillThere(hits(0))))
    assert (half.gone, half.kept, half.places[0].found) == (False, 1, 1)


def test_a_column_without_a_map_is_neither_by_right_nor_in_dead_bytes() -> None:
    found = [Looked("sqlite-file", hits(0), 9)]
    report = look(Store(found, StillThere(unmapped=(("audit", "line", hits(0)),))))
    assert (report.gone, report.kept, report.elsewhere) == (False, 0, (("audit", "line", 1),))
    assert report.places[0].state == "clean"
    assert report.details["elsewhere"] == [{"table": "audit", "column": "line", "values": 1}]


def test_a_copy_out_of_reach_is_said_with_its_last_day() -> None:
    copies = [
        Copy(key="tapes", label=NAME, kind="backup", kept=Period.parse("P30D")),
        Copy(key="standby", label=NAME, kind="replica"),
    ]
    report = look(Store([Looked("sqlite-file", size=9)]), *copies)
    assert not report.gone
    tapes, standby = report.places[1:]
    assert (tapes.place, tapes.state, tapes.until) == ("copy-backup", "copy", date(2026, 12, 25))
    assert (standby.place, standby.until) == ("copy-replica", None)
    assert report.details["places"][1]["until"] == "2026-12-25"
    assert report.details["places"][1]["label"] == {"fr": "bandes", "en": "tapes"}


def test_without_anything_distinctive_nothing_is_claimed() -> None:
    report = look(Store(), texts=())
    assert (report.gone, report.sought, report.places) == (False, 0, ())


def test_a_store_that_refuses_or_cannot_be_read_is_said() -> None:
    assert look(Store([Looked("a", size=1)], cleaning=ConnectorError("no"))).cleaned == ("clean-refused",)
    refused = look(Store(searching=ConnectorError("no")))
    assert [(p.place, p.state, p.reason) for p in refused.places] == [("system", "unsearched", "refused")]
    blind = look(object())
    assert [(p.place, p.state, p.reason) for p in blind.places] == [("system", "unsearched", "no-bytes")]


def test_a_lost_key_is_said(shop: Shop) -> None:
    report = Aftermath(shop.plan(), shop.system(), AS_OF).look("crm", None)
    assert (report.gone, report.places[0].reason) == (False, "key-lost")


def test_a_run_says_what_it_took_away_and_only_its_own_tables_are_cleaned(shop: Shop) -> None:
    shop.people(1, name="Zéphyrine Quatrepommes", email="zephyrine@x.example").people(2)
    systems = shop.system()
    me = {"email": "zephyrine@x.example"}
    plan = plan_subject(shop.policy, systems, me, "erasure", as_of=AS_OF)
    assert touched(plan, "crm") == ["contact", "interaction", "note"]
    assert touched_tables(plan) == {"crm": ["contact", "interaction", "note"]}
    aftermath = Aftermath(plan, systems, AS_OF)
    assert aftermath.systems() == ["crm"]
    journal = Remembering()
    carry_out(plan, shop.policy, systems, journal=journal, sample=1)
    assert Canary("crm", "contact", "email", "zephyrine@x.example") in journal.canaries
    assert aftermath.look("crm", journal.canaries).sought == 2


def test_no_value_is_looked_for_where_the_plan_takes_nothing(shop: Shop) -> None:
    shop.people(1)
    shop.database.run("DELETE FROM interaction")
    systems = shop.system()
    plan = plan_subject(shop.policy, systems, {"email": "n1@x.example"}, "erasure", as_of=AS_OF)
    (course,) = Execution(plan, shop.policy, systems).courses
    assert (course.untouched & {"contact", "interaction", "note"}) == {"interaction"}
    assert course.change(course.keys).unsampled == course.untouched


def test_a_restriction_takes_nothing_away(shop: Shop) -> None:
    shop.people(1)
    systems = shop.system()
    plan = plan_subject(shop.policy, systems, {"email": "n1@x.example"}, "restriction", as_of=AS_OF)
    assert Aftermath(plan, systems, AS_OF).systems() == []
    journal = Remembering()
    carry_out(plan, shop.policy, systems, journal=journal, sample=100)
    assert journal.canaries == []


def test_an_empty_plan_has_no_system_to_look_at(shop: Shop) -> None:
    plan: Plan = shop.plan()
    assert Aftermath(plan, shop.system(), AS_OF).systems() == []
    assert touched_tables(plan) == {}


def test_a_place_that_the_store_itself_empties_is_said_with_its_day() -> None:
    report = look(Store([Looked("maria-binlog", hits(0), 9, reason="binlog", days=10)]))
    assert report.places[0].until == date(2026, 12, 5)
