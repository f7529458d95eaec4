"""A process that has everything imported and does nothing: its children carry plans out, and are killed.

``python -m tests.fire.zygote HOME URL``. Each line on its input is an order in JSON; each child writes its answer to a
file, if it lives. Forking saves the two seconds that a fresh interpreter would need, fifty times over.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import traceback
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

ORGANISATION = "seipra"
POLICY_DIGEST = "cd" * 32
MAP_DIGEST = "ab" * 32


def main(home: str, url: str) -> None:
    os.environ.update(GARANT_HOME=home, DATABASE_URL="", GARANT_KEYS="", GARANT_LANGUAGE="en")
    from garant.site import setup

    setup.wake()
    import garant.apps.promises.running.execution
    import garant.apps.promises.running.workflows  # noqa: F401 - imported before the forks
    import tests.engine.support.shop  # noqa: F401

    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _live(order, url)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        if order.get("beside"):
            continue
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _live(order: dict[str, Any], url: str) -> None:
    """One child's life: an order, its answer in a file, the end without any tidying."""
    from garant.systems.sql import engines

    os.setsid()
    os.close(0)
    code = 0
    try:
        if order.get("room"):
            resource.setrlimit(resource.RLIMIT_FSIZE, (order["room"], order["room"]))
        if order.get("patience"):
            engines.BUSY_SECONDS = order["patience"]
        answer = _ORDERS[order["do"]](order, url)
    except BaseException as error:
        answer = _refusal(error)
        code = 3
    if answer is not None:
        Path(order["answer"]).write_text(json.dumps(answer))
    os._exit(code)


def _refusal(error: BaseException) -> dict[str, Any]:
    from garant.cli.failures import explain_failure

    said = explain_failure(error) if isinstance(error, Exception) else None
    return {
        "error": type(error).__name__,
        "words": said.message.en if said else "",
        "fr": said.message.fr if said else "",
        "trace": traceback.format_exc(limit=-6),
    }


def _set_up(_order: dict[str, Any], _url: str) -> dict[str, Any]:
    from garant.apps.evidence import services as evidence
    from garant.apps.organisations import services as organisations
    from garant.site import setup

    setup.prepare()
    evidence.create_keys()
    organisations.ensure_organisation(ORGANISATION, "Seipra", "Europe/Paris")
    return {}


def _apply(order: dict[str, Any], url: str) -> dict[str, Any]:
    from garant.apps.promises.opening.workspace import Workspace
    from garant.apps.promises.running.execution import apply_plan
    from garant.apps.promises.running.observers import Progress
    from garant.engine.document import read_plan
    from garant.systems.model import DataMap
    from tests.engine.support.policies import policy
    from tests.engine.support.running import source
    from tests.engine.support.shop import map_document

    plan = read_plan(json.loads(Path(order["plan"]).read_text()))
    rules = policy(digest=POLICY_DIGEST, prospects="P3Y", invoices="P10Y")
    system = replace(source(DataMap.model_validate(map_document()), url), digest=MAP_DIGEST)
    now = datetime.fromisoformat(order["now"]) + timedelta(days=order.get("days", 0))
    workspace = Workspace(rules, {"crm": system})

    def stay(step: Progress) -> None:
        """After so many batches, do no more: whoever asked for that will kill this process."""
        while step.done == order.get("stay"):
            time.sleep(1)

    run = apply_plan(
        plan,
        workspace,
        digest=plan.digest,
        actor="dpo",
        batch_size=order.get("size", 4),
        now=now,
        observer=stay,
    )
    receipts = run.receipts()
    tables: dict[str, list[int]] = {}
    for batch in receipts:
        for rows in (batch.receipt or {})["tables"]:
            sums = tables.setdefault(rows["table"], [0, 0])
            sums[0] += rows["deleted"]
            sums[1] += rows["treated"]
    marked = sum((batch.receipt or {})["marked"] for batch in receipts)
    return {"state": run.state, "receipts": len(receipts), "tables": tables, "marked": marked}


def _verify(_order: dict[str, Any], _url: str) -> dict[str, Any]:
    from garant.apps.evidence import services as evidence

    evidence.verify_database(ORGANISATION)
    keys = [record.key for record in evidence.records(ORGANISATION, kind="batch.recorded")]
    return {"entries": len(keys), "once": len(keys) == len(set(keys))}


_ORDERS = {"set up": _set_up, "apply": _apply, "verify": _verify}

if __name__ == "__main__":
    main(*sys.argv[1:])
