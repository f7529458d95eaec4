"""Many people ask at once: one plan, that is the sum of theirs, and says who is known by what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garant.engine.document import Kind, Plan, Selection, UnreadablePlan, read_plan
from garant.engine.planning.asked import Rectification
from garant.engine.planning.plan import terms_of
from garant.engine.planning.steps import duties_of
from garant.engine.planning.subject import NotSupported, plan_subject, plan_subjects
from garant.systems.finding import RootKey
from tests.engine.support.databases import SqliteFile
from tests.engine.support.running import carry_out
from tests.engine.support.shop import AS_OF, Shop

Person = Mapping[str, str]


def ask(shop: Shop, people: Sequence[Person], kind: Kind = "erasure", **corrections: str) -> Plan:
    return plan_subjects(
        shop.policy, shop.system(), people, kind, as_of=AS_OF, rectification=Rectification(corrections)
    )


def email(number: int) -> Person:
    return {"email": f"N{number}@X.example"}


def test_each_key_says_who_asked_for_it(shop: Shop) -> None:
    """The first two are one contact; the third is two; nobody knows the fourth."""
    shop.people(1, 2, 3, 4)
    shared = {**email(2), "phone": "01 00 00 00 03"}
    shop.database.run("UPDATE contact SET phone = '+33100000003' WHERE id = 3")
    plan = ask(shop, [email(1), {"phone": "+33 1 00 00 00 01"}, shared, email(99)])
    [selection] = plan.selections
    assert selection.asked_by() == {1: [0, 1], 2: [2], 3: [2]}
    assert (selection.root_keys(), plan.people, plan.unknown) == ([1, 2, 3], 4, [3])
    results, verification = carry_out(plan, shop.policy, shop.system())
    assert (results[0].counts["roots"], verification.verified) == (3, True)
    assert shop.ids("contact") == shop.ids("note") == [4]


def test_nobody_known_is_a_plan_of_nothing_that_says_so(shop: Shop) -> None:
    shop.people(1)
    plan = ask(shop, [email(8), email(9)])
    assert (plan.selections, plan.people, plan.unknown) == ([], 2, [0, 1])
    assert shop.ids("contact") == [1]


def test_one_person_is_planned_as_ever(shop: Shop) -> None:
    shop.people(1, 2)
    alone = ask(shop, [email(1)])
    assert alone == plan_subject(shop.policy, shop.system(), email(1), "erasure", as_of=AS_OF)
    assert (alone.people, alone.unknown, alone.selections[0].asked) == (0, [], "")
    assert alone.selections[0].asked_by() == {}
    assert not {"people", "unknown", "asked"} & alone.model_dump(exclude_defaults=True).keys()


def test_many_are_restricted_at_once(shop: Shop) -> None:
    shop.people(1, 2, 3)
    plan = ask(shop, [email(1), email(3)], "restriction")
    _, verification = carry_out(plan, shop.policy, shop.system())
    assert verification.verified
    rows = shop.rows("contact")["contact"].values()
    assert [row["state"] for row in rows] == ["restricted", None, "restricted"]


def test_values_that_look_like_sql_are_only_values(shop: Shop) -> None:
    shop.people(1, 2)
    hostile = "x' OR '1'='1' -- ; DROP TABLE contact; :identity %s \\ é € 𝔘"
    plan = ask(shop, [{"email": hostile}, email(2), {"phone": hostile}])
    assert [(one.root_keys(), one.asked_by()) for one in plan.selections] == [([2], {2: [1]})]
    assert plan.unknown == [0, 2]


def test_a_query_that_cannot_be_asked_for_all_is_asked_for_each(shop: Shop) -> None:
    """An aggregate over all who ask would say something else."""
    shop.people(1, 2, 3)
    last = "SELECT max(id) AS key FROM contact WHERE lower(email) = lower(:identity)"
    shop.document["identities"]["email"] = [{"root": "contact", "query": last}]
    plan = ask(shop, [email(1), email(3), email(9)])
    assert (plan.selections[0].asked_by(), plan.unknown) == ({1: [0], 3: [1]}, [2])


def test_a_kind_that_no_system_knows_is_refused_whoever_gives_it(shop: Shop) -> None:
    with pytest.raises(NotSupported, match="no system finds people by “shoe-size”"):
        ask(shop, [email(1), {"shoe-size": "42"}])


def test_where_no_program_looks_any_kind_will_do(sqlite_shop: Shop) -> None:
    plan = plan_subjects(sqlite_shop.policy, {}, [{"shoe-size": "42"}, email(1)], "erasure", as_of=AS_OF)
    assert (plan.selections, plan.people, plan.unknown) == ([], 2, [0, 1])


def test_a_plan_read_back_knows_who_asked(sqlite_shop: Shop) -> None:
    sqlite_shop.people(1, 2)
    plan = ask(sqlite_shop, [email(1), email(2), email(7)])
    assert read_plan(plan.document()) == plan


@pytest.mark.parametrize("damage", [{"people": -1}, {"people": 2.5}, {"unknown": ["x"]}])
def test_a_damaged_plan_is_not_read(sqlite_shop: Shop, damage: dict[str, object]) -> None:
    sqlite_shop.people(1, 2)
    document = ask(sqlite_shop, [email(1), email(2)]).document()
    with pytest.raises(UnreadablePlan):
        read_plan({**document, **damage})


# ---------------------------------------------------------------- the sum of each one's plan

PEOPLE = 12
KINDS: st.SearchStrategy[Kind] = st.sampled_from(["erasure", "restriction"])
IDENTITIES = st.fixed_dictionaries(
    {},
    optional={
        "email": st.integers(0, PEOPLE + 3).map(lambda n: f"n{n}@x.example"),
        "phone": st.integers(0, PEOPLE + 3).map(lambda n: f"+331000000{n:02d}"),
    },
).filter(bool)


@pytest.fixture(scope="module")
def crowd() -> Iterator[Shop]:
    """Twelve people who share nothing; some have an invoice, which keeps a part of them."""
    with TemporaryDirectory() as folder:
        shop = Shop(SqliteFile(Path(folder) / "crm.sqlite")).create()
        yield shop.people(*range(1, PEOPLE + 1)).invoice(2, 3, 3, 5, 8)
        shop.close()


def keys(plan: Plan) -> set[RootKey]:
    return {key for selection in plan.selections for key in selection.root_keys()}


def sums(selections: Sequence[Selection]) -> dict[tuple[str, str], int]:
    """Rows by table and by what happens to them."""
    found: dict[tuple[str, str], int] = {}
    for action in (action for selection in selections for action in selection.actions):
        kept = sum(rows.rows for rows in action.kept)
        for what, rows in (("deleted", action.deleted), ("treated", action.treated), ("kept", kept)):
            found[action.table, what] = found.get((action.table, what), 0) + rows
    return {place: rows for place, rows in found.items() if rows}


@settings(max_examples=40, deadline=None)
@given(people=st.lists(IDENTITIES, min_size=2, max_size=8), kind=KINDS)
def test_the_plan_of_many_is_the_sum_of_theirs(crowd: Shop, people: list[dict[str, str]], kind: Kind) -> None:
    """The oracle is the plan of each; where they share a root, it counts once."""
    system = crowd.system()
    together = plan_subjects(crowd.policy, system, people, kind, as_of=AS_OF)
    alone = [plan_subject(crowd.policy, system, one, kind, as_of=AS_OF) for one in people]
    assert keys(together) == set[RootKey]().union(*map(keys, alone))
    asked = together.selections[0].asked_by() if together.selections else {}
    assert asked == {
        key: [place for place, one in enumerate(alone) if key in keys(one)] for key in keys(together)
    }
    assert together.unknown == [place for place, one in enumerate(alone) if not keys(one)]
    once = [
        plan_subject(crowd.policy, system, {"email": f"n{key}@x.example"}, kind, as_of=AS_OF).selections[0]
        for key in sorted(keys(together), key=str)
    ]
    assert sums(together.selections) == sums(once)


def test_as_many_keys_as_are_sent_come_back_in_order(shop: Shop) -> None:
    """A system may give numbers as they come, or thousands of them in one text."""
    keys = [2**62, -30_001, -7, 0, *range(25_000, 0, -1), 40_000_000]
    held = [key for key in keys if key % 2 == 0 and 0 < key < 25_000]
    shop.invoice(*held)
    terms = terms_of(shop.policy, AS_OF)
    with shop.system()["crm"].connector.snapshot() as snapshot:
        asked = terms.duty_questions(shop.map(), duties_of(shop.map(), "contact"))
        found = snapshot.find_held("contact", keys, asked)
    assert found.keys == sorted(keys)
    assert found.held == dict.fromkeys(held, 1)


@pytest.mark.parametrize("rest", ["GROUP BY id", "GROUP BY id HAVING COUNT(*) > 0", "ORDER BY id"])
def test_whatever_the_query_makes_of_rows_each_is_led_to_their_own(shop: Shop, rest: str) -> None:
    """Two identities of one contact, and one of another: asked together, they are told what each is alone."""
    shop.people(1, 2)
    where = "WHERE email = :identity OR phone = :identity"
    sql = f"SELECT id AS key FROM contact {where} {rest}"
    shop.database.run(
        "UPDATE contact SET email = 'a', phone = 'b' WHERE id = 1",
        "UPDATE contact SET email = 'c' WHERE id = 2",
    )
    asked = ["a", "b", "c", "d"]
    with shop.system()["crm"].connector.snapshot() as snapshot:
        alone = [(n, key) for n, one in enumerate(asked) for key in snapshot.find_identity(sql, one)]
        assert sorted(snapshot.find_identities(sql, asked)) == alone == [(0, 1), (1, 1), (2, 2)]
