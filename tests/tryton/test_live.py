"""Tryton from PyPI: its own API fills a database, Garant ends what is due by SQL, Tryton goes on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import text

from garant.engine.planning.plan import plan_retention
from garant.engine.running.execution import Execution
from garant.engine.running.verify import Verification
from tests.engine.support.running import Notebook
from tests.odoo.scan import Wanted
from tests.servers.postgres import PostgresServer
from tests.tryton.conftest import Tryton, chosen
from tests.tryton.live.driver_names import PEOPLE
from tests.tryton.live.installation import Installation, NoTryton, install, template
from tests.tryton.live.talking import Talk
from tests.tryton.oracles import AS_OF
from tests.tryton.scan import all_traces

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def installation(postgres_server: PostgresServer) -> Installation:
    """Tryton, installed by the first worker that asks."""
    try:
        return install(postgres_server)
    except NoTryton as problem:
        pytest.fail(str(problem), pytrace=False)


@dataclass(frozen=True)
class Story:
    """What Tryton said before and after, in one process that was never restarted."""

    tryton: Tryton
    ids: dict[str, int]
    chosen: dict[str, set[int]]
    verification: Verification
    before: dict[str, Any]
    after: dict[str, Any]
    texts_before: dict[str, str]
    texts_after: dict[str, str]
    found: dict[str, list[int]]
    files: list[list[str]]
    objections: dict[str, str | None]
    left_by_tryton: set[tuple[str, str]]
    files_left_by_tryton: int


AROUND = (
    "account_move",
    "account_invoice_tax",
    "account_period",
    "account_fiscalyear",
    "ir_model",
    "res_user",
)
"""Tables that the map does not name, and that refer to those it does or are referred to."""

INVOICES = ("customer-invoice", "invoiced-invoice", "living-customer-invoice")


@pytest.fixture(scope="session")
def story(
    installation: Installation,
    postgres_server: PostgresServer,
    tmp_path_factory: pytest.TempPathFactory,
    tryton_map: Any,
    tryton_policy: Any,
) -> Iterator[Story]:
    """Fill, copy for comparison, plan, carry out, ask again."""
    empty = template(postgres_server, installation)
    folder = tmp_path_factory.mktemp("live")
    with postgres_server.database(empty) as url:
        with Talk(installation, url, folder) as talk:
            ids: dict[str, int] = talk.ask("fill")
        tryton = Tryton(url, folder / talk.database, tryton_map, tryton_policy)
        comparison = _tryton_erases(installation, postgres_server, tryton, ids)
        with Talk(installation, url, folder) as talk:
            yield _story(tryton, talk, ids, comparison)


Comparison = tuple[dict[str, str | None], set[tuple[str, str]], int]


def _story(tryton: Tryton, talk: Talk, ids: dict[str, int], comparison: Comparison) -> Story:
    models: list[str] = talk.ask("models", tables=[*tryton.loaded.map.tables, *AROUND])
    before, texts_before = talk.ask("look", models=models), _texts(talk, ids)
    with tryton.sources() as sources:
        plan = plan_retention(tryton.policy, sources, as_of=AS_OF)
        execution, journal = Execution(plan, tryton.policy, sources), Notebook()
        for key in execution.batch_keys():
            execution.execute(key, journal)
        verification = execution.verify(journal)
    return Story(
        tryton,
        ids,
        {role: chosen(plan, role) for role in ("prospect", "customer", "customer-invoice")},
        verification,
        before,
        talk.ask("look", models=models),
        texts_before,
        _texts(talk, ids),
        {name: talk.ask("search", text=PEOPLE[name]) for name in PEOPLE},
        talk.ask("download"),
        *comparison,
    )


def _texts(talk: Talk, ids: dict[str, int]) -> dict[str, str]:
    return {name: talk.ask("render", invoice=ids[name])["text"] for name in INVOICES}


def _tryton_erases(
    installation: Installation, server: PostgresServer, tryton: Tryton, ids: dict[str, int]
) -> Comparison:
    """Tryton's own wizard on a copy: whom it refuses, and where the one it erased still shows."""
    with server.database(tryton.url.rpartition("/")[2]) as url:
        files = tryton.files.parent / url.rpartition("/")[2]
        shutil.copytree(tryton.files, files)
        with Talk(installation, url, files.parent) as talk:
            people = ("prospect", "living-prospect", "customer", "invoiced")
            objections = {name: talk.ask("erase", party=ids[name]) for name in people}
        with replace(tryton, url=url, files=files).connect() as connection:
            left = {(t.table, t.column) for t in all_traces(connection, _wanted("prospect"))}
        said = [
            path for path in files.rglob("*") if path.is_file() and PEOPLE["prospect"] in path.read_text()
        ]
    return objections, left, len(said)


def _wanted(*names: str) -> Wanted:
    wanted = Wanted()
    for name in names:
        key = name.replace("-", ".")
        wanted.add(
            name,
            emails=[f"{key}@perso.example", f"{key}@compte.example"],
            names=[PEOPLE[name], f"{PEOPLE[name]} avant"],
        )
    return wanted


def places(story: Story, *names: str) -> set[tuple[str, str]]:
    """Where people still show in the whole database."""
    with story.tryton.connect() as connection:
        return {(t.table, t.column) for t in all_traces(connection, _wanted(*names))}


def record(looked: dict[str, Any], model: str, key: int) -> dict[str, Any] | None:
    """A record as Tryton reads it."""
    return looked["found"][model].get(str(key))


def test_garant_chooses_who_is_due(story: Story) -> None:
    assert story.chosen == {
        "prospect": {story.ids["prospect"]},
        "customer": {story.ids["customer"], story.ids["invoiced"]},
        "customer-invoice": {story.ids["customer-invoice"]},
    }
    assert story.verification.verified


def test_tryton_reads_every_model_touched_as_before(story: Story) -> None:
    """No field of any record of the models refuses to be read that did not refuse before."""
    assert len(story.after["found"]) > 60
    assert set(story.after["refused"]) <= set(story.before["refused"])


def test_the_prospect_is_gone_for_tryton_too(story: Story) -> None:
    assert record(story.before, "party.party", story.ids["prospect"]) is not None
    assert record(story.after, "party.party", story.ids["prospect"]) is None
    assert story.found["prospect"] == []
    [lead] = [r for r in story.after["found"]["sale.opportunity"].values() if r["start_date"] == "2019-03-01"]
    assert (lead["party"], lead["description"], lead["comment"]) == (None, None, None)
    assert places(story, "prospect") == set()


def test_a_customer_whose_books_are_closed_is_emptied(story: Story) -> None:
    party = record(story.after, "party.party", story.ids["customer"])
    assert party is not None
    assert (party["name"], party["active"], party["contact_mechanisms"]) == ("Personne effacée", False, [])
    assert party["code"].startswith("efface-")
    assert places(story, "customer") == set()


def test_the_old_invoice_opens_and_renders_without_the_person(story: Story) -> None:
    before, after = story.texts_before["customer-invoice"], story.texts_after["customer-invoice"]
    assert PEOPLE["customer"] in before
    assert "1 rue de customer" in before
    assert PEOPLE["customer"] not in after
    assert "1 rue de customer" not in after
    assert "120.00" in after
    invoice = record(story.after, "account.invoice", story.ids["customer-invoice"])
    past = record(story.before, "account.invoice", story.ids["customer-invoice"])
    assert invoice is not None
    assert past is not None
    for field in ("number", "invoice_date", "state", "total_amount", "move", "party", "invoice_address"):
        assert invoice[field] == past[field], field


def test_an_invoice_of_less_than_ten_years_keeps_its_customers_name_and_address(story: Story) -> None:
    assert story.texts_after["invoiced-invoice"] == story.texts_before["invoiced-invoice"]
    assert PEOPLE["invoiced"] in story.texts_after["invoiced-invoice"]
    party = record(story.after, "party.party", story.ids["invoiced"])
    assert party is not None
    assert (party["name"], party["contact_mechanisms"], party["active"]) == (PEOPLE["invoiced"], [], False)
    kept = {"account_invoice", "account_invoice_line", "party_party", "party_party__history"}
    assert {table for table, _ in places(story, "invoiced")} == kept


# What Tryton computes of the whole from other records (a count of notes, a tree), not what it stores.
LIVING = ("living-prospect", "living-customer")


@pytest.mark.parametrize("name", LIVING)
def test_other_people_are_the_same_field_by_field(story: Story, name: str) -> None:
    for model, link in (
        ("party.party", "id"),
        ("party.address", "party"),
        ("party.contact_mechanism", "party"),
        ("party.identifier", "party"),
        ("web.user", "party"),
        ("sale.opportunity", "party"),
        ("account.invoice", "party"),
    ):
        before = {k: r for k, r in story.before["found"][model].items() if r[link] == story.ids[name]}
        after = {k: r for k, r in story.after["found"][model].items() if r[link] == story.ids[name]}
        assert before == after
        assert before or model in ("sale.opportunity", "account.invoice")
    assert story.found[name] == [story.ids[name]]


def test_the_files_of_the_others_are_still_served(story: Story) -> None:
    assert sorted(story.files) == sorted(
        [f"contrat {name}.txt", f"Contrat de {PEOPLE[name]}"] for name in LIVING
    )
    on_disk = [path.read_text() for path in story.tryton.files.rglob("*") if path.is_file()]
    assert sorted(on_disk) == sorted(f"Contrat de {PEOPLE[name]}" for name in LIVING)


def test_trytons_own_wizard_leaves_copies_that_garant_does_not(story: Story) -> None:
    """The comparison: its vetoes are ours but for unpaid invoices; what it leaves, we do not."""
    assert story.objections["prospect"] is None
    assert story.objections["customer"] is not None
    assert "pending receivable/payable" in story.objections["customer"]
    assert story.left_by_tryton == {
        ("party_contact_mechanism", "value_compact"),
        ("sale_opportunity", "description"),
        ("sale_opportunity", "comment"),
        ("sale_opportunity__history", "description"),
        ("sale_opportunity__history", "comment"),
    }
    assert story.files_left_by_tryton == 1


def test_the_map_of_the_dump_is_the_map_of_todays_tryton(story: Story) -> None:
    """The tables that the shipped map names are all there, as the packages of PyPI make them."""
    with story.tryton.connect() as connection:
        there = set(
            connection.execute(
                text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
            ).scalars()
        )
    assert set(story.tryton.loaded.map.tables) <= there
