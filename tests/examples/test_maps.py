"""The example's maps on the demo systems: counts as found by hand, no trace left, nobody else harmed."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from garant.demo import DemoData, build_demo
from garant.engine.document import Plan
from garant.engine.planning.plan import plan_retention
from garant.engine.running.execution import Execution
from garant.engine.terms import Source
from garant.policy.loader import LoadedPolicy
from garant.systems.archive.archive import RecordArchive
from garant.systems.archive.reading import ArchivedRow, read_record
from garant.systems.archive.store import ArchiveStore
from garant.systems.loader import load_maps
from tests.examples import oracles
from tests.examples.conftest import AS_OF, EXAMPLE, KEY, Memory, opened

ORACLES = {
    ("crm", "prospect"): oracles.prospects,
    ("crm", "enquirer"): oracles.enquirers,
    ("crm", "reader"): oracles.readers,
    ("crm", "former-customer"): oracles.former_customers,
    ("crm", "invoice"): oracles.invoices,
    ("recruitment", "unselected-candidate"): oracles.candidates,
    ("maintenance", "former-client-contact"): oracles.client_contacts,
    ("maintenance", "received-image"): oracles.images,
}


def base(folder: Path, system: str) -> Path:
    return folder / f"{system}.sqlite"


ARCHIVED = {
    ("crm", "former-customer"): oracles.left_customers,
    ("maintenance", "former-client-contact"): oracles.left_contacts,
}


def planned(plan: Plan, *, archive: bool = False) -> dict[tuple[str, str], set[int]]:
    """Whom each promise ends or, with `archive`, archives."""
    chosen = [s for s in plan.selections if s.archive is archive]
    return {(s.system, s.role or ""): {int(k) for k in s.root_keys()} for s in chosen}


@pytest.mark.parametrize(
    "as_of", [AS_OF, date(2026, 11, 2), date(2027, 2, 28), date(2028, 2, 29), date(2028, 3, 1)]
)
def test_a_plan_selects_whom_a_person_would_select_by_hand(
    demo: DemoData, sources: dict[str, Source], policy: LoadedPolicy, as_of: date
) -> None:
    plan = plan_retention(policy, sources, as_of=as_of)
    found = planned(plan)
    assert set(found) == set(ORACLES)
    for (system, role), oracle in ORACLES.items():
        assert found[system, role] == oracle(base(demo.folder, system), as_of), role
    archived = planned(plan, archive=True)
    assert set(archived) == set(ARCHIVED)
    for (system, role), oracle in ARCHIVED.items():
        assert archived[system, role] == set(oracle(base(demo.folder, system), as_of)), role


def test_edges_of_terms_fall_with_the_day_in_paris(tmp_path: Path, policy: LoadedPolicy) -> None:
    """Noon of the last day, late evening of that day; then the day before: only its noon is over."""
    for as_of in (date(2026, 11, 1), date(2026, 7, 14)):
        demo = build_demo(tmp_path / as_of.isoformat(), as_of=as_of, people=400)
        with opened(demo) as sources:
            plan = plan_retention(policy, sources, as_of=as_of)
        assert {1, 2, 3, 4} & planned(plan)["crm", "prospect"] == {3}
        undated = [s.undated for s in plan.selections if s.role == "prospect"]
        assert undated == [3]


def test_a_plan_writes_nothing(demo: DemoData, sources: dict[str, Source], policy: LoadedPolicy) -> None:
    before = {s.key: s.database.read_bytes() for s in demo.systems}
    plan_retention(policy, sources, as_of=AS_OF)
    assert {s.key: s.database.read_bytes() for s in demo.systems} == before


def test_a_plan_foresees_no_refusal(sources: dict[str, Source], policy: LoadedPolicy) -> None:
    plan = plan_retention(policy, sources, as_of=AS_OF)
    assert [block for s in plan.selections for block in s.blocks] == []


def test_invoices_keep_whom_they_name(
    demo: DemoData, sources: dict[str, Source], policy: LoadedPolicy
) -> None:
    plan = plan_retention(policy, sources, as_of=AS_OF)
    left = next(s for s in plan.selections if s.role == "former-customer")
    crm = base(demo.folder, "crm")
    former = oracles.former_customers(crm, AS_OF)
    held = former & oracles.people_on_kept_invoices(crm, AS_OF)
    beside = former & oracles.people_of_billed_firms(crm, AS_OF)
    person = next(action for action in left.actions if action.table == "person")
    assert [rows.rows for rows in person.kept] == [len(held), len(beside)]
    assert person.deleted == left.due - len(held | beside)
    years = [int(row[0][:4]) for row in oracles.rows(crm, f"""
        SELECT max(issued_on) FROM invoice WHERE person_id IN ({",".join(map(str, held))})""")]  # fmt: skip
    assert [duty.until for duty in left.duties if duty.roots == len(held)] == [date(years[0] + 10, 12, 31)]


@dataclass
class Swept:
    """The demo before and after a run, and who was due."""

    before: Path
    after: Path
    due: dict[tuple[str, str], set[int]]
    plan: Plan
    blocks: list[object]
    verified: bool
    left: list[tuple[str, int]]
    erased: dict[str, int]
    archived: dict[tuple[str, str], set[int]]
    store: ArchiveStore


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory, policy: LoadedPolicy) -> Swept:
    demo = build_demo(tmp_path_factory.mktemp("swept"), as_of=AS_OF, people=4_000)
    before = tmp_path_factory.mktemp("before") / "demo"
    shutil.copytree(demo.folder, before)
    store = ArchiveStore(before / "archive" / "seipra.sqlite3", KEY)
    with opened(demo, RecordArchive(store)) as sources:
        plan = plan_retention(policy, sources, as_of=AS_OF)
        journal = Memory()
        execution = Execution(plan, policy, sources, batch_size=97)
        results = [execution.execute(key, journal) for key in execution.batch_keys()]
        verified = execution.verify(journal).verified
        again = plan_retention(policy, sources, as_of=AS_OF)
    left = [(s.role or "", s.due) for s in again.selections]
    blocks = [block for result in results for block in result.blocks]
    erased = Counter[str]()
    for result in results:
        erased.update({table: rows["deleted"] for table, rows in result.counts["tables"].items()})
    due, archived = planned(plan), planned(plan, archive=True)
    every = {place: keys | archived.get(place, set()) for place, keys in due.items()}
    return Swept(before, demo.folder, every, plan, blocks, verified, left, dict(erased), archived, store)


def test_a_run_keeps_every_promise(swept: Swept) -> None:
    assert swept.blocks == []
    assert swept.verified
    assert [due for _, due in swept.left] == [0] * (len(ORACLES) + len(ARCHIVED))


def test_the_archive_has_whole_rows_of_whoever_left_and_of_nobody_else(swept: Swept) -> None:
    """Each record, decrypted, has its person's rows as they were before the run, and the day they count from."""
    found: dict[tuple[str, str], dict[int, date]] = {place: {} for place in ARCHIVED}
    with swept.store.opened() as database:
        records = database.execute("SELECT id, system, counted_from FROM record").fetchall()
    for record, system, counted_from in records:
        rows = [part for part in read_record(swept.store.content(record)) if isinstance(part, ArchivedRow)]
        table = "person" if system == "crm" else "client_contact"
        (root,) = [row for row in rows if row.table == table]
        key = root.as_dict()["id"]
        (before,) = oracles.rows(base(swept.before, system), f"SELECT * FROM {table} WHERE id = {key}")
        assert root.values == before
        if system == "crm":
            calls = [row.values for row in rows if row.table == "interaction"]
            sql = f"SELECT * FROM interaction WHERE person_id = {key} ORDER BY id"
            assert sorted(calls) == oracles.rows(base(swept.before, system), sql)
        place = next(one for one in ARCHIVED if one[0] == system)
        found[place][key] = date.fromisoformat(counted_from)
    for place, oracle in ARCHIVED.items():
        assert found[place] == oracle(base(swept.before, place[0]), AS_OF)


def test_receipts_count_what_was_planned_and_what_went(swept: Swept) -> None:
    planned_rows = Counter[str]()
    for selection in swept.plan.selections:
        planned_rows.update({action.table: action.deleted for action in selection.actions})
    went = Counter(swept.erased)
    # A meeting of two people whom two promises let go leaves with the second of them: each alone would leave it.
    assert went.pop("meeting") >= planned_rows.pop("meeting")
    assert +went == +planned_rows
    for system, table in (("crm", "meeting"), ("crm", "note"), ("crm", "quote"), ("recruitment", "document")):
        gone = [oracles.number(base(folder, system), f"SELECT count(*) FROM {table}")
                for folder in (swept.before, swept.after)]  # fmt: skip
        assert swept.erased[table] == gone[0] - gone[1] > 0


def test_the_erased_leave_no_address_behind(swept: Swept) -> None:
    """An e-mail address belongs to one person: it must be nowhere in the file, free pages included."""
    tables = {
        ("crm", "prospect"): ("person", "email"),
        ("crm", "enquirer"): ("lead", "email"),
        ("crm", "reader"): ("newsletter_subscriber", "email"),
        ("crm", "former-customer"): ("person", "email"),
        ("recruitment", "unselected-candidate"): ("candidate", "email"),
        ("maintenance", "former-client-contact"): ("client_contact", "email"),
    }
    for (system, role), (table, column) in tables.items():
        keys = swept.due[system, role]
        old = base(swept.before, system)
        gone = {text for key, text in oracles.rows(old, f"SELECT id, {column} FROM {table}") if key in keys}
        assert len(gone) == len(keys)
        raw = base(swept.after, system).read_bytes()
        assert [text for text in gone if text.encode() in raw] == [], role


def test_the_files_of_the_erased_are_gone_and_shared_ones_stay(swept: Swept) -> None:
    for system, table in (("recruitment", "document"), ("maintenance", "image_sequence")):
        wanted = {row[0] for row in oracles.rows(base(swept.after, system), f"SELECT store_key FROM {table}")}
        folder = swept.after / f"{system}-files"
        assert {str(path.relative_to(folder)) for path in folder.glob("??/*")} == wanted
        before = {
            row[0] for row in oracles.rows(base(swept.before, system), f"SELECT store_key FROM {table}")
        }
        assert wanted < before


def test_nothing_dangles(swept: Swept) -> None:
    queries = {
        "crm": [
            "SELECT count(*) FROM interaction WHERE person_id NOT IN (SELECT id FROM person)",
            "SELECT count(*) FROM lead WHERE person_id NOT IN (SELECT id FROM person)",
            "SELECT count(*) FROM meeting_attendee WHERE person_id NOT IN (SELECT id FROM person)",
            "SELECT count(*) FROM meeting WHERE id NOT IN (SELECT meeting_id FROM meeting_attendee)",
            "SELECT count(*) FROM quote WHERE person_id NOT IN (SELECT id FROM person)",
            """SELECT count(*) FROM note WHERE entity_type = 'person'
               AND entity_id NOT IN (SELECT id FROM person)""",
            "SELECT count(*) FROM note WHERE entity_type = 'lead' AND entity_id NOT IN (SELECT id FROM lead)",
            "SELECT count(*) FROM person_history WHERE person_id NOT IN (SELECT id FROM person)",
            "SELECT count(*) FROM account WHERE id NOT IN (SELECT account_id FROM person)",
            "SELECT count(*) FROM invoice WHERE person_id NOT IN (SELECT id FROM person)",
            "SELECT count(*) FROM invoice WHERE account_id NOT IN (SELECT id FROM account)",
            "SELECT count(*) FROM payment WHERE invoice_id NOT IN (SELECT id FROM invoice)",
        ],
        "recruitment": [
            "SELECT count(*) FROM message WHERE application_id NOT IN (SELECT id FROM application)",
            "SELECT count(*) FROM interview WHERE id NOT IN (SELECT interview_id FROM interview_candidate)",
            """SELECT count(*) FROM document WHERE owner_type = 'application'
               AND owner_id NOT IN (SELECT id FROM application)""",
            "SELECT count(*) FROM candidate_history WHERE candidate_id NOT IN (SELECT id FROM candidate)",
        ],
        "maintenance": [
            "SELECT count(*) FROM ticket WHERE contact_id NOT IN (SELECT id FROM client_contact)",
            "SELECT count(*) FROM control_consent WHERE contact_id NOT IN (SELECT id FROM client_contact)",
        ],
    }
    for system, counts in queries.items():
        database = base(swept.after, system)
        assert oracles.rows(database, "PRAGMA foreign_key_check") == []
        for sql in counts:
            assert oracles.number(database, sql) == 0, sql


def test_copies_of_names_follow(swept: Swept) -> None:
    copies = [
        ("crm", "account", "contact_names", "person", "account_id", "full_name"),
        ("crm", "meeting", "attendee_names", "meeting_attendee", "meeting_id", "display_name"),
        (
            "recruitment",
            "interview",
            "candidate_names",
            "interview_candidate",
            "interview_id",
            "display_name",
        ),
        ("maintenance", "client", "contact_names", "client_contact", "client_id", "full_name"),
    ]
    for system, table, copy, rows, parent, name in copies:
        database = base(swept.after, system)
        for key, text in oracles.rows(database, f"SELECT id, {copy} FROM {table}"):
            names = [
                r[0] for r in oracles.rows(database, f"SELECT {name} FROM {rows} WHERE {parent} = {key}")
            ]
            assert sorted(text.split(", ") if text else []) == sorted(
                ", ".join(names).split(", ") if names else []
            )


def test_nobody_else_loses_anything(swept: Swept) -> None:
    """Rows of people who are not due are the same, byte for byte, before and after."""
    people = swept.due["crm", "prospect"] | swept.due["crm", "former-customer"]
    owned = {
        "crm": [
            ("person", "id", people),
            ("interaction", "person_id", people),
            ("quote", "person_id", people),
            ("meeting_attendee", "person_id", people),
            ("person_history", "person_id", people),
            ("invoice", "id", swept.due["crm", "invoice"]),
            ("invoice_line", "invoice_id", swept.due["crm", "invoice"]),
            ("payment", "invoice_id", swept.due["crm", "invoice"]),
        ],
        "recruitment": [
            ("candidate", "id", swept.due["recruitment", "unselected-candidate"]),
            ("application", "candidate_id", swept.due["recruitment", "unselected-candidate"]),
            ("employee", "candidate_id", set()),
        ],
        "maintenance": [
            ("client_contact", "id", swept.due["maintenance", "former-client-contact"]),
            ("ticket", "contact_id", swept.due["maintenance", "former-client-contact"]),
            ("image_sequence", "id", swept.due["maintenance", "received-image"]),
        ],
    }
    for system, tables in owned.items():
        for table, owner, gone in tables:
            sql = f"SELECT {owner}, * FROM {table} WHERE {owner} IS NOT NULL"
            before = [row for row in oracles.rows(base(swept.before, system), sql) if row[0] not in gone]
            after = [row for row in oracles.rows(base(swept.after, system), sql) if row[0] not in gone]
            assert after == before, table
            assert before


def test_held_people_keep_their_name_alone(swept: Swept) -> None:
    """And their colleagues an emptied card, which says whose their firm is."""
    crm, before = base(swept.after, "crm"), base(swept.before, "crm")
    former = swept.due["crm", "former-customer"]
    billed = oracles.people_on_kept_invoices(before, AS_OF)
    there = former & {row[0] for row in oracles.rows(crm, "SELECT id FROM person")}
    assert there == former & (billed | oracles.people_of_billed_firms(before, AS_OF))
    assert there & billed < there
    for key in there:
        row = oracles.rows(crm, f"""SELECT full_name, first_name, last_name, email, phone, mobile, job_title,
            birth_year FROM person WHERE id = {key}""")[0]  # fmt: skip
        assert all(row[:3]) if key in billed else row[:3] == ("(effacé)", None, None)
        assert row[3:] == (None,) * 5


def test_maps_speak_the_policy_s_words(policy: LoadedPolicy) -> None:
    document = policy.document
    for loaded in load_maps(EXAMPLE / "maps").values():
        data_map = loaded.map
        categories = {c.category for table in data_map.tables.values() for c in table.columns.values()}
        assert categories <= set(document.data_categories)
        assert {r.subjects for r in data_map.roles.values() if r.subjects} <= set(document.subject_categories)
        for promise in data_map.promises:
            assert promise.event == document.retention[promise.rule].trigger
