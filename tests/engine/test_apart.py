"""A restriction where the map has no mark: values wait in the archive, and come back to the byte."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest

from garant.engine.document import Kind, Plan
from garant.engine.holds import Hold
from garant.engine.manual import Keeper
from garant.engine.planning.asked import Rectification
from garant.engine.planning.restricted import Restricting
from garant.engine.planning.subject import NotSupported, find_subject, plan_subject, plan_subjects
from garant.engine.running.execution import Execution, PlanRefused
from garant.engine.telling.export import export_subject
from garant.engine.telling.portions import Portions
from garant.engine.terms import Source
from garant.systems.archive.connector import ArchiveConnector
from garant.systems.archive.data_map import SYSTEM, archive_map
from garant.systems.sql import SqlConnector
from garant.systems.sql.returning import NO_WAY_BACK
from tests.engine.support.archives import REASON, Vault
from tests.engine.support.crashes import ARCHIVE_SEAMS, SEAMS, Run
from tests.engine.support.running import PSEUDONYM_KEY, Notebook, carry_out, retention
from tests.engine.support.shop import AS_OF, TABLES, Shop
from tests.support.again import again

NAMED = {
    "contact": {"name": {"pseudonymise": {}}, "email": "blank", "phone": "blank"},
    "interaction": {"body": "blank"},
    "note": {"body": "blank"},
}
KEEPER = Keeper("DPO", "dpo@x.example")


def apart(shop: Shop, **tables: Any) -> Shop:
    """The shop, whose map sets apart instead of marking."""
    shop.document.pop("restriction")
    shop.document["apart"] = {"contact": tables or NAMED}
    return shop


def systems(shop: Shop, vault: Vault) -> dict[str, Source]:
    """The shop, and the archive once there is one."""
    data_map = shop.map()
    connector = SqlConnector(
        data_map, shop.database.url, pseudonym_key=PSEUDONYM_KEY, stores=shop.stores, archive=vault.archive
    )
    found = {"crm": shop.remember(Source(data_map, "map-1", connector, vault.archive))}
    if vault.store.exists:
        of_archive = archive_map({"prospects": REASON}, apart=True)
        found[SYSTEM] = shop.remember(
            Source(of_archive, "archive-map", ArchiveConnector(of_archive, vault.store))
        )
    return found


def plan(shop: Shop, vault: Vault, kind: Kind, number: int = 1, **more: Any) -> Plan:
    who = {"email": f"n{number}@x.example"}
    return plan_subject(shop.policy, systems(shop, vault), who, kind, as_of=AS_OF, **more)


def carry(shop: Shop, vault: Vault, made: Plan) -> None:
    _, checked = carry_out(made, shop.policy, systems(shop, vault))
    assert checked.verified, checked


def test_values_wait_in_the_archive_and_come_back_to_the_byte(shop: Shop, vault: Vault) -> None:
    apart(shop).people(1, 2)
    before = shop.rows()
    made = plan(shop, vault, "restriction")
    assert [(a.table, a.treated) for a in made.selections[0].actions] == [
        ("contact", 1), ("interaction", 1), ("note", 1),
    ]  # fmt: skip
    carry(shop, vault, made)
    during = shop.rows()
    text = str([row for rows in during.values() for rid, row in rows.items() if rid == 1])
    for value in ("N1", "n1@x.example", "+33100000001", "hello 1", "note 1"):
        assert f"'{value}'" not in text
    for table in TABLES:
        assert {r: v for r, v in during[table].items() if r != 1} == {
            r: v for r, v in before[table].items() if r != 1
        }
    assert b"n1@x.example" not in vault.bytes()
    places = find_subject(systems(shop, vault), {"email": "n1@x.example"})
    assert [(place.system, place.keys) for place in places if place.system == "crm"] == [("crm", (1,))]

    back = plan(shop, vault, "lifting")
    assert [(a.table, a.treated) for a in back.selections[-1].actions] == [
        ("contact", 1), ("interaction", 1), ("note", 1),
    ]  # fmt: skip
    carry(shop, vault, back)
    assert shop.rows() == before
    assert vault.records("apart") == []


def test_what_the_system_wrote_meanwhile_is_not_overwritten(shop: Shop, vault: Vault) -> None:
    """The name's pseudonym says that it is the same person: the other values come back, that one does not."""
    apart(shop).people(1)
    before = shop.rows()
    carry(shop, vault, plan(shop, vault, "restriction"))
    shop.database.run("UPDATE contact SET phone = '+33199', state = 'called' WHERE id = 1")
    back = plan(shop, vault, "lifting", keeper=KEEPER)
    (record,) = vault.records("apart")
    (task,) = [task for task in back.tasks if task.system == "crm"]
    assert "phone" in task.look_for.en
    assert record in task.look_for.en
    carry(shop, vault, back)
    after = shop.rows()
    mine = {**before["contact"][1], "phone": "+33199", "state": "called"}
    assert after == {**before, "contact": {1: mine}}
    assert vault.records("left") == [record], "the value that did not come back is not lost"
    assert vault.records("apart") == []
    assert vault.rows(record)["contact"][0]["phone"] == "+33100000001"
    erased = plan(shop, vault, "erasure")
    assert [one.rows > 0 for one in erased.selections] == [True, True], "nothing holds any more"
    carry(shop, vault, erased)
    assert vault.records("left") == []


def test_a_key_given_to_somebody_else_gets_nobody_elses_values(shop: Shop, vault: Vault) -> None:
    apart(shop, contact={"email": "blank", "phone": "blank"}).people(1)
    carry(shop, vault, plan(shop, vault, "restriction"))
    shop.database.run("DELETE FROM contact WHERE id = 1")
    gone = plan(shop, vault, "lifting")
    assert gone.selections[-1].rows == 0
    assert "no more" in gone.selections[-1].notes[-1].en
    shop.database.insert("contact", [{"id": 1, "name": "Somebody else", "customer": 0, "rid": 7}])
    before = shop.rows()
    carry(shop, vault, plan(shop, vault, "lifting"))
    assert shop.rows() == before
    assert len(vault.records("left")) == 1


def test_restricted_twice_what_came_between_comes_back_too(shop: Shop, vault: Vault) -> None:
    apart(shop).people(1)
    carry(shop, vault, plan(shop, vault, "restriction"))
    shop.add("interaction", {"id": 9, "contact_id": 1, "at": "2026-05-05 10:00:00", "body": "again"})
    shop.database.run("UPDATE contact SET phone = '+33177' WHERE id = 1")
    carry(shop, vault, plan(shop, vault, "restriction"))
    assert len(vault.records("apart")) == 2
    row = shop.rows()["contact"][1]
    assert row["phone"] is None
    back = plan(shop, vault, "lifting", keeper=KEEPER)
    carry(shop, vault, back)
    rows = shop.rows()
    assert {str(row["body"]) for row in rows["interaction"].values()} == {"hello 1", "again"}
    assert str(rows["contact"][1]["phone"]) == "+33177", "the last of two values, and the first stays sealed"
    assert str(rows["contact"][1]["email"]) == "n1@x.example"
    assert len(vault.records("left")) == 1


def test_restricted_by_two_requests_values_come_back_with_the_last(shop: Shop, vault: Vault) -> None:
    apart(shop).people(1, 2)
    before = shop.rows()
    carry(shop, vault, plan(shop, vault, "restriction"))
    carry(shop, vault, plan(shop, vault, "restriction"))
    during, records = shop.rows(), vault.records("apart")
    first = plan(shop, vault, "lifting", restricting=Restricting([{"phone": "+33100000001"}]), keeper=KEEPER)
    assert first.tasks == []
    carry(shop, vault, first)
    assert shop.rows() == during
    assert vault.records("apart") == records
    carry(shop, vault, plan(shop, vault, "lifting"))
    assert shop.rows() == before
    assert vault.records("apart") == []


def test_nothing_is_erased_or_corrected_while_values_are_apart(shop: Shop, vault: Vault) -> None:
    apart(shop).people(1, 2)
    carry(shop, vault, plan(shop, vault, "restriction"))
    during = shop.rows()
    made = plan(shop, vault, "erasure")
    (crm,) = [one for one in made.selections if one.system == "crm"]
    (archived,) = [one for one in made.selections if one.system == SYSTEM]
    assert (crm.rows, [hold.hold for hold in crm.holds]) == (0, ["restriction:art-18"])
    assert archived.rows == 0
    assert archived.duties[-1].roots == 1
    carry(shop, vault, made)
    swept = retention(shop.policy, systems(shop, vault), AS_OF)
    carry(shop, vault, swept)
    left = shop.rows()
    assert left["contact"] == {1: during["contact"][1]}, "the other was swept"
    right = plan(shop, vault, "rectification", rectification=Rectification({"email": "new@x.example"}))
    assert sum(one.rows for one in right.selections) == 0
    carry(shop, vault, plan(shop, vault, "lifting"))
    swept = retention(shop.policy, systems(shop, vault), AS_OF)
    carry(shop, vault, swept)
    assert shop.ids("contact") == []


def test_a_hold_keeps_values_where_they_are(shop: Shop, vault: Vault) -> None:
    apart(shop).people(1)
    hold = Hold("trial", "counsel", "a trial", identities=(("email", "n1@x.example"),))
    with pytest.raises(NotSupported, match="hold"):
        plan(shop, vault, "restriction", holds=[hold])
    made = plan(shop, vault, "restriction", holds=[hold], keeper=KEEPER)
    assert [task.system for task in made.tasks] == ["crm"]
    before = shop.rows()
    made = plan(shop, vault, "restriction")
    execution = Execution(made, shop.policy, systems(shop, vault), holding=lambda: [hold])
    execution.execute(execution.batch_keys()[0], Notebook())
    assert shop.rows() == before, "placed since the plan was made"


TRIGGERS = {
    "sqlite": ["CREATE TRIGGER stamp AFTER UPDATE ON contact BEGIN UPDATE contact SET state = 'touched' WHERE id = NEW.id; END"],
    "postgresql": [
        "CREATE FUNCTION stamp() RETURNS trigger AS $$ BEGIN NEW.state := 'touched'; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER stamp BEFORE UPDATE ON contact FOR EACH ROW EXECUTE FUNCTION stamp()",
    ],
    "mariadb": ["CREATE TRIGGER stamp BEFORE UPDATE ON contact FOR EACH ROW SET NEW.state = 'touched'"],
}  # fmt: skip
LOUD = {
    "sqlite": ["CREATE TRIGGER loud BEFORE UPDATE ON contact WHEN OLD.email IS NULL BEGIN SELECT RAISE(ABORT, 'no'); END"],
    "postgresql": [
        ("CREATE FUNCTION loud() RETURNS trigger AS $$ BEGIN IF OLD.email IS NULL THEN RAISE 'no'; END IF; RETURN NEW; END $$ "
        "LANGUAGE plpgsql"),
        "CREATE TRIGGER loud BEFORE UPDATE ON contact FOR EACH ROW EXECUTE FUNCTION loud()",
    ],
    "mariadb": [
        ("CREATE TRIGGER loud BEFORE UPDATE ON contact FOR EACH ROW "
        "IF OLD.email IS NULL THEN SIGNAL SQLSTATE '45000'; END IF")
    ],
}  # fmt: skip


@pytest.mark.parametrize("triggers", [TRIGGERS, LOUD], ids=["stamps", "refuses"])
def test_where_the_way_back_leads_elsewhere_nothing_is_set_apart(
    shop: Shop, vault: Vault, triggers: dict[str, list[str]]
) -> None:
    """The way back is walked before the restriction is committed: a trigger would leave another row."""
    apart(shop).people(1)
    shop.database.run(*triggers[shop.database.name])
    before = shop.rows()
    results, checked = carry_out(plan(shop, vault, "restriction"), shop.policy, systems(shop, vault))
    assert [(b["table"], b["constraint"]) for r in results for b in r.blocks] == [("contact", NO_WAY_BACK)]
    assert not checked.verified
    assert shop.rows() == before
    assert vault.records("apart") == vault.records("pending") == []


def test_a_value_that_somebody_else_has_taken_blocks_its_root_alone(shop: Shop, vault: Vault) -> None:
    apart(shop, contact={"phone": "blank"}).people(1, 2)
    index = "phone(40)" if shop.database.name == "mariadb" else "phone"
    shop.database.run(f"CREATE UNIQUE INDEX once ON contact ({index})")
    both = [{"email": f"n{number}@x.example"} for number in (1, 2)]
    made = plan_subjects(shop.policy, systems(shop, vault), both, "restriction", as_of=AS_OF)
    carry(shop, vault, made)
    shop.people(3, phone="+33100000001")
    back = plan_subjects(shop.policy, systems(shop, vault), both, "lifting", as_of=AS_OF)
    results, checked = carry_out(back, shop.policy, systems(shop, vault))
    assert [block["roots"] for result in results for block in result.blocks] == [1]
    assert not checked.verified
    assert [row["phone"] is None for row in shop.rows()["contact"].values()] == [True, False, False]
    assert len(vault.records("apart")) == 1


@pytest.mark.parametrize("seam", [*SEAMS[:4], *ARCHIVE_SEAMS, "before let go"])
@pytest.mark.parametrize("number", [1, again(2)])
def test_killed_anywhere_it_goes_on(shop: Shop, vault: Vault, seam: str, number: int) -> None:
    apart(shop).people(1)
    before = shop.rows()
    for kind in ("restriction", "lifting"):
        run = Run(plan(shop, vault, kind), shop.policy, systems(shop, vault))
        run.go(seam, number)
        assert run.go(), "taken up again"
        assert run.verification is not None
        assert run.verification.verified
        if kind == "restriction":
            assert str(shop.rows()["contact"][1]["email"]) != "n1@x.example"
            assert len(vault.records("apart")) == 1
        totals = run.totals()
        assert totals == {"contact": (0, 1), "interaction": (0, 1), "note": (0, 1)}, kind
    assert shop.rows() == before
    assert vault.records("apart") == vault.records("pending") == []


def test_an_access_gives_everything_as_if_nothing_were_apart(shop: Shop, vault: Vault) -> None:
    apart(shop).people(1, 2)
    who = {"email": "n1@x.example"}

    def told() -> dict[tuple[str, str], list[list[str]]]:
        crm = {"crm": systems(shop, vault)["crm"]}
        return {
            (one.name, one.apart): [[str(value) for value in row] for row in one.rows]
            for one in Portions(crm, who).tables()
        }

    before = told()
    carry(shop, vault, plan(shop, vault, "restriction"))
    assert told() == before
    assert "hello 1" in str(before)
    file = io.BytesIO()
    export_subject(
        systems(shop, vault), who, file, organisation="Seipra", at=datetime.now(UTC), language="en"
    )
    with zipfile.ZipFile(file) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    (contact,) = [
        text for name, text in texts.items() if name.startswith("crm/contact/contact") and ".jsonl" in name
    ]
    assert "n1@x.example" in contact
    shop.database.run(
        "DELETE FROM interaction WHERE id = 1", "UPDATE contact SET phone = '+33199' WHERE id = 1"
    )
    after = told()
    assert "+33199" in str(after)
    assert "n1@x.example" in str(after)


def test_without_an_archive_somebody_is_asked(shop: Shop) -> None:
    apart(shop).people(1)
    who = {"email": "n1@x.example"}
    with pytest.raises(NotSupported, match="No archive is open"):
        plan_subject(shop.policy, shop.system(), who, "restriction", as_of=AS_OF)
    made = plan_subject(shop.policy, shop.system(), who, "restriction", as_of=AS_OF, keeper=KEEPER)
    assert ([task.system for task in made.tasks], made.selections[0].rows) == (["crm"], 0)


def test_a_run_needs_the_archive_that_its_plan_had(shop: Shop, vault: Vault) -> None:
    apart(shop).people(1)
    made = plan(shop, vault, "restriction")
    with pytest.raises(PlanRefused, match="no archive is open"):
        Execution(made, shop.policy, shop.system())


@pytest.mark.parametrize(
    ("table", "column", "why"),
    [
        ("contact", "customer", "reads it"),
        ("contact", "id", "a key"),
        ("interaction", "at", "reads it"),
        ("interaction", "contact_id", "link"),
        ("note", "file", "file"),
        ("note", "model", "reads it"),
        ("attendee", "said", "no key"),
        ("meeting", "title", "alone"),
        ("nowhere", "what", "does not describe"),
    ],
)
def test_what_could_not_come_back_is_asked_of_somebody(
    sqlite_shop: Shop, vault: Vault, table: str, column: str, why: str
) -> None:
    apart(sqlite_shop, **{table: {column: "blank"}}).people(1)
    with pytest.raises(NotSupported, match=why):
        plan(sqlite_shop, vault, "restriction")
    made = plan(sqlite_shop, vault, "restriction", keeper=KEEPER)
    assert [task.system for task in made.tasks] == ["crm"]


def test_nobody_is_made_unfindable(sqlite_shop: Shop, vault: Vault) -> None:
    shop = apart(sqlite_shop).people(1)
    shop.document["tables"]["contact"]["columns"]["phone"].pop("identity")
    with pytest.raises(NotSupported, match="found again"):
        plan(shop, vault, "restriction")
    shop.document["tables"]["contact"]["columns"]["phone"]["identity"] = "phone"
    shop.document["roots"]["user"] = {"table": "interaction", "key": "id"}
    other = "SELECT i.id AS key FROM interaction i JOIN contact c ON c.id = i.contact_id WHERE c.email = :identity"
    shop.document["identities"]["email"].append({"root": "user", "query": other})
    with pytest.raises(NotSupported, match="found again"):
        plan(shop, vault, "restriction")


def test_two_people_one_of_whom_was_restricted_by_hand(shop: Shop, vault: Vault) -> None:
    """What is apart comes back; of the other, somebody is asked."""
    apart(shop).people(1, 2)
    carry(shop, vault, plan(shop, vault, "restriction"))
    both = [{"email": f"n{number}@x.example"} for number in (2, 1)]
    made = plan_subjects(shop.policy, systems(shop, vault), both, "lifting", as_of=AS_OF, keeper=KEEPER)
    crm = [one for one in made.selections if one.system == "crm"]
    assert [(one.due, one.asked_by()) for one in crm] == [(1, {1: [1]}), (0, {})]
    assert [task.identities for task in made.tasks if task.system == "crm"] == both


def test_the_plan_of_a_lifting_is_of_one_moment(shop: Shop, vault: Vault) -> None:
    """Somebody writes between the plan and the run: planned anew."""
    apart(shop).people(1)
    carry(shop, vault, plan(shop, vault, "restriction"))
    back = plan(shop, vault, "lifting")
    shop.database.run("UPDATE note SET body = 'new' WHERE id = 1")
    with pytest.raises(PlanRefused, match="rows"):
        Execution(back, shop.policy, systems(shop, vault))


def test_a_root_that_the_map_no_longer_has_holds_nothing(shop: Shop, vault: Vault) -> None:
    apart(shop).people(1)
    carry(shop, vault, plan(shop, vault, "restriction"))
    with vault.store.opened() as database:
        database.execute("UPDATE record SET root = 'person'")
    made = plan(shop, vault, "erasure")
    assert [hold.hold for one in made.selections for hold in one.holds] == []


def test_a_column_that_has_gone_is_left_to_somebody(shop: Shop, vault: Vault) -> None:
    apart(shop).people(1)
    carry(shop, vault, plan(shop, vault, "restriction"))
    shop.database.run("ALTER TABLE note DROP COLUMN body")
    back = plan(shop, vault, "lifting", keeper=KEEPER)
    assert any("body" in task.look_for.en for task in back.tasks)
    carry(shop, vault, back)
    assert str(shop.rows("contact")["contact"][1]["email"]) == "n1@x.example"
    assert len(vault.records("left")) == 1
