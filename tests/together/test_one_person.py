"""One person, a customer with sealed invoices here, a prospect there, a refused candidate elsewhere, asks once.

Everything is looked through after each request: every text, JSON and binary column of every table of the three systems,
and every file. It is the one question that no receipt can answer for itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from garant.engine.document import Added, Kind, Plan, Replacement
from garant.engine.planning.asked import Rectification
from garant.engine.planning.subject import plan_subject
from garant.engine.running.execution import Execution
from tests.engine.support.running import Notebook
from tests.odoo import oracles
from tests.together.conftest import Together, changed, streets

INVOICED = {
    ("odoo18", "account_move", "invoice_partner_display_name"),
    ("odoo18", "account_move_line", "name"),
    ("odoo18", "res_partner", "complete_name"),
    ("odoo18", "res_partner", "name"),
    ("odoo18", "res_partner", "street"),
}
"""Where somebody is named by a sealed invoice that is not ten years old, and nowhere else."""
CORRECTED = "sabine.mariee@fournisseur.example"


def carry_out(
    together: Together,
    before: dict[str, Any],
    kind: Kind,
    *replacements: Replacement,
    additions: Sequence[Added] = (),
) -> Plan:
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
            rectification=Rectification(replacements=replacements, additions=additions),
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


@pytest.mark.slow
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


NAMES = {
    ("odoo18", "res_partner", "name"),
    ("odoo18", "res_partner", "complete_name"),
    ("tryton82", "party_party", "name"),
    ("tryton82", "party_party__history", "name"),
    ("dolibarr20", "llx_recruitment_recruitmentcandidature", "lastname"),
}
"""Where the maps have names; elsewhere sentences, addresses made of a name, and sealed invoices keep the old one."""
NEW_HOME = "1 place des Grands-Hommes\nEscalier C\n33000\nBordeaux\nBE"
SECOND = "04 99 00 00 77"


def test_moved_renamed_and_reached_by_one_more_number_in_every_system(together: Together) -> None:
    """An address, a name in two parts and a second telephone, in one request; and nothing old is left anywhere."""
    person = together.person
    home = at_one_address(together)
    first, _, last = person.name.partition(" ")
    named = together.scan_for(names=[person.name])
    rows = together.rows()
    plan = carry_out(
        together,
        rows,
        "rectification",
        Replacement(kind="address", was=home, becomes=NEW_HOME),
        Replacement(kind="names", was=f"{first}\n{last}", becomes=f"{first}\nLe Goff-Test"),
        additions=[Added(kind="phone", value=SECOND)],
    )
    with together.odoo.connect() as connection:
        row = connection.execute(text(ODOO), {"key": person.partner}).one()
        assert tuple(row) == (
            "1 place des Grands-Hommes",
            "Escalier C",
            "33000",
            "Bordeaux",
            "BE",
            SECOND,
            person.phone,
        )
    with together.tryton.connect() as connection:
        rows_there = {tuple(row) for row in connection.execute(text(TRYTON), {"key": person.party})}
        assert rows_there == {("1 place des Grands-Hommes\nEscalier C", "33000", "Bordeaux", None, None)}, (
            "no country rather than a wrong one: its list has no Belgium"
        )
    with together.dolibarr.connect() as connection:
        row = connection.execute(text(DOLIBARR), {"key": person.candidate}).one()
        assert tuple(row) == (first, "Le Goff-Test", person.phone)
    street = home.partition("\n")[0]
    for system in (together.odoo, together.tryton):
        with system.connect() as connection:
            assert not streets(connection, street), "the old street is left somewhere"
    left = {one for one in together.scan_for(names=[person.name]) if one[1] != "file"}
    assert left < named, "the name went from somewhere"
    assert left.isdisjoint(NAMES), "an old name is left where the maps have names"
    notes = {one.system: [note.en for note in one.notes] for one in plan.selections}
    assert "a person adds it" in notes["tryton82"][0]
    assert "Nothing is added" in notes["dolibarr20"][0], "its one telephone is taken"


ODOO = """
    SELECT p.street, p.street2, p.zip, p.city, c.code, p.mobile, p.phone FROM res_partner p
    JOIN res_country c ON c.id = p.country_id WHERE p.id = :key
"""
TRYTON = """
    SELECT a.street_unstructured, a.postal_code, a.city, c.code, a.building_number FROM party_address a
    LEFT JOIN country_country c ON c.id = a.country WHERE a.party = :key
"""
DOLIBARR = "SELECT firstname, lastname, phone FROM llx_recruitment_recruitmentcandidature WHERE rowid = :key"


def at_one_address(together: Together) -> str:
    """The person lives in Tryton where they live in Odoo, written otherwise; how Odoo writes it, line by line."""
    with together.odoo.connect() as connection:
        asked = text("SELECT street, coalesce(street2, ''), zip, city FROM res_partner WHERE id = :key")
        street, more, postcode, town = connection.execute(asked, {"key": together.person.partner}).one()
        connection.execute(
            text("UPDATE res_partner SET mobile = NULL WHERE id = :key"), {"key": together.person.partner}
        )
    with together.tryton.connect() as connection:
        for table in ("party_address", "party_address__history"):
            connection.execute(
                text(
                    f"UPDATE {table} SET street_unstructured = :street, postal_code = :postcode, city = :town"
                    " WHERE party = :key"
                ),
                {
                    "street": f"{street.upper()},\n{more}",
                    "postcode": postcode,
                    "town": town.upper(),
                    "key": together.person.party,
                },
            )
    return "\n".join([street, *filter(None, [more]), postcode, town, ""])


def _addresses(found: set[tuple[str, str, str]]) -> set[Any]:
    """Without the CV, which is the person's own document: nobody rewrites it."""
    return {one for one in found if one[1] != "file"}
