"""An installation of Garant in a folder of its own, whose processes may be killed.

``python -m tests.own.house HOME DATABASE_URL`` reads orders in JSON, one a line; a child carries each out and writes its
answer to a file, if it lives. Real files and real connections: that is what it is about.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.own.somebody import OWN, fill, leave


def main(home: str, url: str) -> None:
    os.environ.update(GARANT_HOME=home, DATABASE_URL=url, GARANT_KEYS="", GARANT_LANGUAGE="en")
    os.environ.update(GARANT_MAPS=f"{home}/maps", GARANT_MFA="optional")
    from garant.site import setup

    setup.wake()
    import garant.apps.jobs.kinds
    import garant.apps.promises.opening.ownconnector
    import garant.apps.promises.running.workflows  # noqa: F401 - imported before the forks

    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _live(order)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        os.waitpid(child, 0)
        sys.stdout.write("ended\n")
        sys.stdout.flush()


def _live(order: dict[str, Any]) -> None:
    os.close(0)
    answer: object
    try:
        answer = ORDERS[order["do"]](**order.get("with", {}))
    except BaseException as error:
        answer = {"error": type(error).__name__, "trace": traceback.format_exc()}
    Path(order["answer"]).write_text(json.dumps(answer, default=str))
    os._exit(0)


def set_up() -> None:
    """Keys, the policy of the installation in force, its map."""
    from garant.apps.evidence import services as evidence
    from garant.apps.installation import services as installation
    from garant.apps.policies import services as policies
    from garant.apps.policies.reading import today
    from garant.demo.stage import example
    from garant.policy.loader import load_policy
    from garant.site import setup

    setup.prepare()
    evidence.create_keys()
    company = load_policy(example() / "policy").document.organisation
    installation.prepare(company, actor="one@garant.example")
    (draft,) = policies.versions(OWN)
    policies.submit(OWN, draft.key, actor="one@garant.example")
    policies.approve(OWN, draft.key, digest=draft.digest, actor="two@garant.example")
    policies.publish(OWN, draft.key, on=today(OWN), actor="two@garant.example")


def propose() -> dict[str, Any]:
    """Make the plan of today: its digest, and what is due by rule and root."""
    from garant.apps.jobs.kinds import propose_today
    from garant.apps.promises import decisions

    digest = propose_today(OWN, actor="one@garant.example")
    due = {f"{one.rule}/{one.root}": one.due for one in decisions.document(OWN, digest).selections if one.due}
    return {"digest": digest, "due": due}


def run(digest: str, size: int = 10_000) -> dict[str, Any]:
    """Approve the plan and carry it out, as the worker does."""
    from garant.apps.promises import decisions
    from garant.apps.promises.opening.published import open_published
    from garant.apps.promises.running import execution

    known = decisions.run_of(OWN, digest)
    if known is not None and not known.open:
        return _said(known)
    document = decisions.document(OWN, digest)
    with open_published(OWN, only=sorted(document.map_digests)) as workspace:
        known = {"policy_digest": workspace.policy.digest, "map_digests": workspace.map_digests}
        decisions.approve(OWN, digest, actor="two@garant.example", **known)
        ended = execution.apply_plan(
            document, workspace, digest=digest, actor="two@garant.example", batch_size=size
        )
    return _said(ended)


def job(digest: str) -> dict[str, Any]:
    """The job of a plan, taken up again after its run had ended."""
    from garant.apps.jobs import kinds
    from garant.apps.jobs.models import Job

    return kinds.run(
        Job(key="again", organisation=OWN, kind="run", arguments={"plan": digest}, asked_by="two")
    )


def _said(ended: Any) -> dict[str, Any]:
    receipts = [batch.receipt or {} for batch in ended.receipts()]
    tables: dict[str, int] = {}
    for receipt in receipts:
        for rows in receipt["tables"]:
            tables[rows["table"]] = tables.get(rows["table"], 0) + rows["deleted"] + rows["treated"]
    return {"state": ended.state, "receipts": len(receipts), "tables": {k: v for k, v in tables.items() if v}}


def erase(email: str) -> dict[str, Any]:
    """Plan the erasure of a person by the address they give, carry it out; what goes and what stays, and why."""
    from garant.apps.policies.reading import today
    from garant.apps.promises import decisions
    from garant.apps.promises.opening.published import open_published
    from garant.engine.planning.subject import plan_subject

    with open_published(OWN) as workspace:
        known = {"email": email}
        plan = plan_subject(workspace.policy, workspace.sources, known, "erasure", as_of=today(OWN))
    decisions.propose(plan, actor="one@garant.example")
    return {**run(plan.digest), "plan": plan.document()}


def request(email: str) -> list[str]:
    """Somebody's request to the installation, from its arrival to its answer; the states it went through."""
    from garant.apps.jobs import kinds
    from garant.apps.jobs.models import Job
    from garant.apps.rights import services as rights
    from garant.apps.rights.words import Channel, Method, Outcome, Right

    one, two = "one@garant.example", "two@garant.example"
    asked = rights.Asked(Right.ERASURE, rights.Whom(name="x", email=email), channel=Channel.LETTER)
    key = rights.receive(OWN, asked, actor=one).request.key
    states = [rights.find(OWN, key).state]
    rights.accept(OWN, key, Method.KNOWN_CONTACT, actor=one)
    rights.search(OWN, key)
    states.append(rights.find(OWN, key).state)
    plan = rights.approve(OWN, key, actor=two).plan
    kinds.run(Job(key=key, organisation=OWN, kind="run", arguments={"plan": plan}, asked_by=two))
    states.append(rights.find(OWN, key).state)
    states.append(rights.answer(OWN, key, Outcome.PARTLY, reason="r", actor=two).state)
    return states


def find(email: str) -> dict[str, int]:
    """Where a person is found by the address they give: rows by table."""
    from garant.apps.promises.opening.published import open_published
    from garant.apps.promises.people import subjects

    with open_published(OWN) as workspace:
        places = subjects.find(workspace, {"email": email}, recorded=False)
    return {table.table: table.rows for place in places for table in place.tables}


def rows(name: str) -> dict[str, list[list[str]]]:
    """Every row of every model in which this name stands, by table."""
    from django.apps import apps

    found: dict[str, list[list[str]]] = {}
    for model in apps.get_models():
        if model._meta.app_label == "evidence":
            continue
        names = [field.attname for field in model._meta.concrete_fields]
        every = [[_text(value) for value in row] for row in model._base_manager.values_list(*names)]
        mine = [row for row in every if any(name in value for value in row)]
        if mine:
            found[model._meta.db_table] = sorted(mine)
    return found


def _text(value: object) -> str:
    return bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else str(value)


def verify() -> dict[str, Any]:
    """Whether the ledger is whole, and how many receipts it holds, each once."""
    from garant.apps.evidence import services as evidence

    evidence.verify_database(OWN)
    keys = [record.key for record in evidence.records(OWN, kind="batch.recorded")]
    return {"entries": len(keys), "once": len(keys) == len(set(keys))}


def journal() -> list[str]:
    """What becomes of a batch's journal: kept with its transaction, lost with it, refused a second time."""
    import sqlalchemy as sa

    from garant.apps.promises import services
    from garant.apps.promises.models import Run
    from garant.apps.promises.opening import ownjournal
    from garant.engine.journal import write_counts
    from garant.site.own import address
    from garant.systems.changing import Counts
    from garant.systems.port import Interrupted
    from garant.systems.sql.engines import read_url

    run = Run._base_manager.values_list("pk", flat=True)[0]
    engine = sa.create_engine(read_url(address(), OWN))
    counts, said = write_counts(Counts((1,)), []), list[str]()
    for key, fate in (("999/1", "rollback"), ("999/1", "commit"), ("999/1", "commit")):
        with engine.connect() as changing, changing.begin() as transaction:
            try:
                with ownjournal.by(changing):
                    services.prepare_batch(run, key, counts)
            except Interrupted as refusal:
                said.append(str(refusal))
                transaction.rollback()
                continue
            transaction.commit() if fate == "commit" else transaction.rollback()
        said.append(str(services.prepared_counts(run, key) is not None))
    engine.dispose()
    return said


def night() -> dict[str, int]:
    """The night's work on requests."""
    from garant.apps.rights import services as rights

    return rights.night(OWN)


def look() -> dict[str, str]:
    """How each promise of the installation stands."""
    from garant.apps.controls import services as controls

    controls.look(OWN)
    return {one.promise: one.state for _, _, some in controls.board(OWN).articles for one in some}


def undecided() -> list[str]:
    """The columns of the database, and the names in the data folder, that nobody decided about."""
    from django.conf import settings

    from garant.apps.installation import completeness
    from garant.apps.promises.opening.published import maps_folder
    from garant.systems.loader import load_maps

    data_map = load_maps(maps_folder(OWN))["garant"].map
    columns = completeness.undecided(data_map, completeness.catalogue())
    files = {one.name for one in settings.GARANT_HOME.iterdir()} - completeness.declared().files.keys()
    return [f"{table}.{column}" for table, column in columns] + sorted(files)


def check() -> list[str]:
    """What is wrong with the map, beside the live database."""
    from garant.apps.controls import systems

    tested = systems.test(OWN, "garant")
    assert tested is not None
    assert tested.reached
    return [f"{one.code} {one.message.en}" for one in tested.findings]


def durable() -> list[str]:
    """The tables of durable execution, of runs and of jobs, that nobody decided about."""
    import sqlalchemy as sa

    from garant.apps.installation import completeness
    from garant.apps.promises.running.durability import workflow_database

    engine = sa.create_engine(workflow_database().replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        schemas = [
            name for name in inspector.get_schema_names() if name not in ("public", "information_schema")
        ]
        found = {table for schema in schemas for table in inspector.get_table_names(schema)}
    engine.dispose()
    return sorted(found - completeness.declared().durable.keys())


ORDERS: dict[str, Callable[..., object]] = {
    "set up": set_up,
    "fill": fill,
    "leave": leave,
    "propose": propose,
    "run": run,
    "job": job,
    "rows": rows,
    "erase": erase,
    "find": find,
    "request": request,
    "verify": verify,
    "look": look,
    "night": night,
    "journal": journal,
    "undecided": undecided,
    "check": check,
    "durable": durable,
}

if __name__ == "__main__":
    main(*sys.argv[1:])
