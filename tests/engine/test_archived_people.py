"""Those whose data are in the archive: what they find, what a request and a hold do to it."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime

import pytest

from garant.engine.document import Plan
from garant.engine.holds import Hold
from garant.engine.planning.asked import Rectification
from garant.engine.planning.subject import find_subject, plan_subject
from garant.engine.running.execution import Execution
from garant.engine.telling.export import export_subject
from garant.systems.archive.data_map import SYSTEM
from tests.engine.support.archives import (
    BETWEEN,
    LATER,
    REASON,
    Vault,
    archiving_shop,
    sweep,
)
from tests.engine.support.running import Notebook, carry_out, retention
from tests.engine.support.shop import AS_OF, Shop


def test_a_person_finds_and_gets_what_is_archived(shop: Shop, vault: Vault) -> None:
    archiving_shop(shop).people(1, 2, at=BETWEEN)
    sweep(shop, vault)
    systems = vault.systems(shop)
    for identity in ({"email": " N1@x.example"}, {"phone": "+33 1 00 00 00 01"}):
        (place,) = find_subject(systems, identity)
        assert (place.system, place.root) == ("archive", "record")
        assert place.keys == tuple(r for r in vault.records() if vault.lines(r)[0]["key"] == 1)
    out = io.BytesIO()
    made = export_subject(
        systems, {"email": "n1@x.example"}, out, organisation="Shop", at=datetime(2026, 11, 1, tzinfo=UTC)
    )
    assert made.files == 1
    with zipfile.ZipFile(out) as archive:
        (name,) = [name for name in archive.namelist() if name.startswith("archive/files/")]
        assert b"hello 1" in archive.read(name)


def test_a_column_of_several_kinds_is_filed_under_each(shop: Shop, vault: Vault) -> None:
    """As in systems with one table of contact details, where a type says what the value is."""
    archiving_shop(shop).people(1, 2, at=BETWEEN)
    shop.document["tables"]["contact"]["columns"]["phone"]["identity"] = [
        {"kind": "phone", "when": "id > 0"}, {"kind": "number", "when": "id < 0"}, {"kind": "name", "when": "id < 0"},
    ]  # fmt: skip
    sweep(shop, vault)
    for kind in ("phone", "number"):
        (place,) = find_subject(vault.systems(shop), {kind: "+33 1 00 00 00 01"})
        assert [vault.lines(str(record))[0]["key"] for record in place.keys] == [1]


def test_a_record_that_no_identity_leads_to_is_found_by_its_key(shop: Shop, vault: Vault) -> None:
    """A card without address or number: whoever knows it by its number in the system still finds the record."""
    archiving_shop(shop).people(1, 2, at=BETWEEN)
    shop.database.run("UPDATE contact SET email = NULL, phone = NULL WHERE id = 1")
    sweep(shop, vault)
    systems = {SYSTEM: shop.remember(vault.source())}
    for key in (1, 2):
        (place,) = find_subject(systems, {"key": f"crm/contact/{key}"})
        assert [vault.lines(str(record))[0]["key"] for record in place.keys] == [key]
    assert find_subject(systems, {"key": "crm/invoice/1"}) == []


def test_a_request_does_not_end_the_archive_sooner(shop: Shop, vault: Vault) -> None:
    archiving_shop(shop).people(1, at=BETWEEN)
    sweep(shop, vault)
    systems, who = vault.systems(shop), {"email": "n1@x.example"}
    plan = plan_subject(shop.policy, systems, who, "erasure", as_of=AS_OF)
    (selection,) = plan.selections
    assert selection.rows == 0
    assert [(d.rule, d.roots, d.until, d.why) for d in selection.duties] == [
        ("prospects", 1, date(2027, 5, 5), REASON)
    ]
    _, checked = carry_out(plan, shop.policy, systems)
    assert checked.verified
    assert len(vault.records()) == 1
    for kind, word in (("rectification", "corrected"), ("restriction", "apart")):
        left = plan_subject(
            shop.policy,
            systems,
            who,
            kind,
            as_of=AS_OF,
            rectification=Rectification({"phone": "+33 1 00 00 00 99"}),
        )
        (selection,) = left.selections
        assert (selection.due, selection.population) == (0, 1)
        assert word in selection.notes[0].en
        assert carry_out(left, shop.policy, systems)[0] == []


HOLDS = {
    "person": Hold(
        "h-1",
        "Legal",
        "Litigation",
        date(2028, 1, 31),
        identities=(("email", "n1@x.example"), ("phone", "nobody")),
    ),
    "activity": Hold("h-2", "Legal", "Inspection", review=date(2028, 1, 31), activity="crm"),
}
"""On the first of two people, and on both."""


@pytest.mark.parametrize(
    ("on", "placed"), [("person", "before the plan"), ("activity", "before the plan"), ("person", "after it")]
)
def test_a_hold_beats_the_archive_and_the_end_of_what_is_archived(
    shop: Shop, vault: Vault, on: str, placed: str
) -> None:
    """In the words of the plan; and placed after the approval, as the run sees it."""
    hold, held = HOLDS[on], {"person": [1], "activity": [1, 2]}[on]
    archiving_shop(shop).people(1, 2, at=BETWEEN)

    def sweep_on(as_of: date, *holds: Hold) -> Plan:
        told = holds if placed == "before the plan" else ()
        plan = retention(shop.policy, vault.systems(shop), as_of, holds=told)
        execution = Execution(plan, shop.policy, vault.systems(shop), holding=lambda: holds)
        notebook = Notebook()
        for key in execution.batch_keys():
            execution.execute(key, notebook)
        assert execution.verify(notebook).verified
        return plan

    active = sweep_on(AS_OF, hold)
    assert shop.ids("contact") == shop.ids("note") == held
    assert sorted(vault.by_key()) == [n for n in (1, 2) if n not in held]
    sweep_on(AS_OF)
    assert shop.ids("contact") == []
    whole = vault.by_key()
    archived = sweep_on(LATER, hold)
    assert {n: rows for n, rows in whole.items() if n in held} == vault.by_key()
    if placed == "before the plan":
        moving = next(s for s in active.selections if s.archive)
        ending = next(s for s in archived.selections if s.system == "archive")
        for selection in (moving, ending):
            assert (selection.on_hold, selection.due) == (len(held), 2 - len(held))
            assert [(h.hold, h.owner, h.reason, h.roots) for h in selection.holds] == [
                (hold.key, "Legal", hold.reason, len(held))
            ]
    sweep_on(LATER)
    assert vault.records() == []
