"""One person, a customer with sealed invoices here, a prospect there, a refused candidate elsewhere, asks once.

Everything is looked through after each request: every text, JSON and binary column of every table of the three systems,
and every file. It is the one question that no receipt can answer for itself.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

from garant.engine.document import Kind, Plan, Replacement
from garant.engine.execution import Execution
from garant.engine.subject import plan_subject
from tests.engine.support.running import Notebook
from tests.odoo import oracles
from tests.together.conftest import Together, changed

INVOICED = {
    ("odoo18", "account_move", "invoice_partner_display_name"),
    ("odoo18", "account_move_line", "name"),
    ("odoo18", "res_partner", "complete_name"),
    ("odoo18", "res_partner", "name"),
    ("odoo18", "res_partner", "street"),
}
"""Where somebody is named by a sealed invoice that is not ten years old, and nowhere else."""
CORRECTED = "sabine.mariee@fournisseur.example"


def carry_out(together: Together, before: dict[str, Any], kind: Kind, *replacements: Replacement) -> Plan:
    """Plan a request on the three systems, carry it out, look again; and nobody else's row may have changed.

    `before` is every row of every table, and becomes what there is after.
    """
    own = together.own()
    with together.sources() as sources:
        plan = plan_subject(
            together.policy,
            sources,
            together.person.identities,
            kind,
            as_of=oracles.AS_OF,
            replacements=replacements,
        )
        execution, journal = Execution(plan, together.policy, sources), Notebook()
        for key in execution.batch_keys():
            execution.execute(key, journal)
        assert execution.verify(journal).verified
    after = together.rows()
    lost = changed(before, after)
    before.update(after)
    for (system, table), rows in lost.items():
        assert set(rows) <= own[system].get(table, set()), f"{system}.{table}: rows of other people changed"
    counts = {place: sum(rows.values()) for place, rows in lost.items()}
    if kind == "rectification":  # counts cells: a row may hold the wrong value twice
        assert counts.keys() == planned(plan).keys()
        assert all(counts[place] <= cells for place, cells in planned(plan).items())
    else:
        assert counts == planned(plan)
    return plan


def planned(plan: Plan) -> dict[tuple[str, str], int]:
    """How many rows of each table a plan says will change or go, those that foreign keys take away included."""
    counted: Counter[tuple[str, str]] = Counter()
    for one in plan.selections:
        for action in one.actions:
            counted[one.system, action.table] += action.deleted + action.treated
        for block in one.cascades:
            counted[one.system, block.referring_table or ""] += block.rows or 0
    return dict(+counted)


def test_restricted_corrected_then_erased_everywhere_but_where_the_answer_says(together: Together) -> None:
    known = together.scan()
    assert {system for system, *_ in known} == {"odoo18", "tryton82", "dolibarr20"}
    assert INVOICED | {("dolibarr20", "file", "cv.pdf")} < known

    rows = together.rows()
    carry_out(together, rows, "restriction")
    assert together.scan() == known, "what is restricted is stored, all of it"
    carry_out(together, rows, "lifting")

    wrong = Replacement(kind="email", was=together.person.email.upper(), becomes=CORRECTED)
    carry_out(together, rows, "rectification", wrong)
    assert not _addresses(together.scan_for(emails=[together.person.email])), (
        "the old address is left somewhere"
    )
    together = replace(together, person=replace(together.person, email=CORRECTED))
    assert {system for system, *_ in together.scan_for(emails=[CORRECTED])} == {
        "odoo18",
        "tryton82",
        "dolibarr20",
    }

    plan = carry_out(together, rows, "erasure")
    assert together.scan() == INVOICED
    said = {duty.rule: duty.until for one in plan.selections for duty in one.duties if duty.roots}
    assert said["invoices"] == date(2028, 12, 31), "what stays is said, with the day it goes"
    with together.odoo.connect() as connection:
        assert oracles.hash_chain(connection) == oracles.ChainReport(490, ())


def _addresses(found: set[tuple[str, str, str]]) -> set[Any]:
    """Without the CV, which is the person's own document: nobody rewrites it."""
    return {one for one in found if one[1] != "file"}
