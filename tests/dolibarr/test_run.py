"""The run on the dump: what was to go is gone everywhere, and nothing else has moved."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection, text

from garant.engine.document import Plan
from tests.dolibarr import oracles
from tests.dolibarr.conftest import Sweep, chosen
from tests.dolibarr.footprint import gone, may_change, new
from tests.dolibarr.scan import Trace, Wanted, traces


def _all_chosen(plan: Plan) -> dict[str, set[int]]:
    return {
        "thirdparties": chosen(plan, "prospect") | chosen(plan, "customer"),
        "candidates": chosen(plan, "unselected-candidate"),
        "tickets": chosen(plan, "support-request"),
        "invoices": chosen(plan, "customer-invoice"),
    }


def test_zero_left_and_nothing_blocked(swept: Sweep) -> None:
    assert swept.verification.verified
    assert all(check.overdue == 0 and not check.left for check in swept.verification.selections)
    assert all(not result.blocks for result in swept.results)


def test_another_plan_finds_nothing_more_to_do(swept: Sweep) -> None:
    again = swept.dolibarr.plan()
    assert [(s.role, s.due) for s in again.selections if s.due] == []


def test_the_run_does_what_the_plan_counted(swept: Sweep) -> None:
    planned: Counter[tuple[str, str]] = Counter()
    done: Counter[tuple[str, str]] = Counter()
    for one in swept.plan.selections:
        for action in one.actions:
            planned[action.table, "deleted"] += action.deleted
            planned[action.table, "treated"] += action.treated
    for result in swept.results:
        for table, counts in result.counts["tables"].items():
            done[table, "deleted"] += counts["deleted"]
            done[table, "treated"] += counts["treated"]
    assert +done == +planned


def test_other_peoples_rows_are_identical_tms_included(swept: Sweep) -> None:
    with swept.before.connect() as connection:
        allowed = may_change(connection, **_all_chosen(swept.plan))
    lost = gone(swept.rows_before, swept.rows_after)
    for table, rows in lost.items():
        assert set(rows) <= allowed.get(table, set()), f"{table}: rows of other people changed"
    for table, rows in new(swept.rows_before, swept.rows_after).items():
        changed = {row[0] for row in lost.get(table, ())}
        assert {row[0] for row in rows} <= changed, f"{table}: rows appeared"


def test_our_own_writes_leave_tms_where_it_was(swept: Sweep) -> None:
    """221 columns move by themselves at every write; validating an invoice had moved 52 of these."""
    for table in ("llx_societe", "llx_socpeople", "llx_facture", "llx_actioncomm", "llx_ticket"):
        key = "id" if table == "llx_actioncomm" else "rowid"
        query = text(f"SELECT {key}, tms, datec FROM {table}")
        with swept.before.connect() as before, swept.dolibarr.connect() as after:
            then, now = set(before.execute(query).all()), set(after.execute(query).all())
        assert now <= then, table
    for table, treated in (("llx_facture", 43), ("llx_societe", 34 + 13), ("llx_socpeople", 10)):
        assert len(swept.rows_after[table] - swept.rows_before[table]) == treated, table


def test_the_invoices_stay_with_what_the_law_wants_of_them(swept: Sweep) -> None:
    figures = text(
        "SELECT count(*), sum(total_ht), sum(total_ttc), count(DISTINCT ref), count(DISTINCT fk_soc),"
        " (SELECT sum(total_ttc) FROM llx_facturedet) FROM llx_facture"
    )
    customers = text(
        "SELECT f.rowid, s.nom, s.address, s.zip, s.town, s.siren FROM llx_facture f"
        " JOIN llx_societe s ON s.rowid = f.fk_soc WHERE YEAR(f.datef) >= 2016 ORDER BY 1"
    )
    with swept.before.connect() as before, swept.dolibarr.connect() as after:
        assert before.execute(figures).one() == after.execute(figures).one()
        assert before.execute(customers).all() == after.execute(customers).all()


def test_a_customer_in_the_books_is_emptied_not_deleted(swept: Sweep) -> None:
    ids = oracles.among(chosen(swept.plan, "customer"))
    with swept.dolibarr.connect() as connection:
        left = list(connection.execute(text(f"SELECT * FROM llx_societe WHERE rowid IN ({ids})")).mappings())
        recent = oracles.keys(
            connection, f"SELECT fk_soc FROM llx_facture WHERE YEAR(datef) >= 2016 AND fk_soc IN ({ids})"
        )
        contacts = oracles.keys(connection, f"SELECT rowid FROM llx_socpeople WHERE fk_soc IN ({ids})")
    assert len(left) == 34
    assert contacts == set()
    for row in left:
        assert (row["email"], row["phone"], row["note_private"], row["status"]) == (None, None, None, 0)
        named = row["nom"] != "Tiers effacé"
        assert named == (row["rowid"] in recent)
        assert (row["town"] is not None) == named
    assert len(recent) == 28


def test_a_supported_prospect_keeps_a_name_and_loses_what_was_said_and_remarks(swept: Sweep) -> None:
    ids = oracles.among(chosen(swept.plan, "prospect"))
    with swept.before.connect() as connection:
        supported = oracles.keys(
            connection,
            f"SELECT rowid FROM llx_societe s WHERE rowid IN ({ids}) AND EXISTS"
            " (SELECT 1 FROM llx_ticket t WHERE t.fk_soc = s.rowid)",
        )
        names = connection.execute(
            text(
                f"SELECT rowid, nom, email, phone FROM llx_societe WHERE rowid IN ({oracles.among(supported)})"
            )
        ).all()
    with swept.dolibarr.connect() as connection:
        left = oracles.keys(connection, f"SELECT rowid FROM llx_societe WHERE rowid IN ({ids})")
        after = connection.execute(
            text(f"SELECT rowid, nom, email, phone FROM llx_societe WHERE rowid IN ({oracles.among(left)})")
        ).all()
        remarks = oracles.keys(
            connection, f"SELECT note_private FROM llx_societe WHERE rowid IN ({oracles.among(left)})"
        )
        said = oracles.keys(
            connection,
            "SELECT DISTINCT concat_ws('|', label, note, location, email_subject, email_to) FROM llx_actioncomm"
            f" WHERE fk_soc IN ({ids}) AND (elementtype IS NULL OR elementtype <> 'ticket')",
        )
    assert left == supported
    assert after == names
    assert len(left) == 13
    assert (remarks, said) == ({None}, {"Événement"})


def test_what_is_left_of_a_supported_prospect_says_as_before_when_its_tickets_go(swept: Sweep) -> None:
    ids = chosen(swept.plan, "prospect")
    with swept.before.connect() as before, swept.dolibarr.connect() as after:
        left = oracles.keys(after, f"SELECT rowid FROM llx_societe WHERE rowid IN ({oracles.among(ids)})")
        ended = [
            [oracles.ended(connection, years) & left for years in range(3, 8)]
            for connection in (before, after)
        ]
    assert ended[0] == ended[1]
    assert len({frozenset(one) for one in ended[0]}) > 1


# --- the whole database, looked through for each erased person --------------------------------------

NAMESAKES = """
    SELECT nom, email, phone FROM llx_societe
    UNION ALL SELECT concat(firstname, ' ', lastname), email, phone FROM llx_socpeople
    UNION ALL SELECT NULL, NULL, phone_mobile FROM llx_socpeople
    UNION ALL SELECT concat(firstname, ' ', lastname), email, phone FROM llx_recruitment_recruitmentcandidature
    UNION ALL SELECT NULL, origin_email, NULL FROM llx_ticket
    UNION ALL SELECT substr(label, 11), NULL, NULL FROM llx_actioncomm
"""


def _erased_people(swept: Sweep) -> Wanted:
    """Everyone the plan ends, besides those whose row the plan says it keeps in clear."""
    thirdparties = chosen(swept.plan, "prospect") | chosen(swept.plan, "customer")
    with swept.dolibarr.connect() as connection:
        clear = oracles.keys(
            connection,
            f"SELECT rowid FROM llx_societe WHERE rowid IN ({oracles.among(thirdparties)})"
            " AND nom <> 'Tiers effacé'",
        )
    queries = {
        "third party": "SELECT rowid, nom, email, phone, NULL FROM llx_societe"
        f" WHERE rowid IN ({oracles.among(thirdparties - clear)})",
        # Of a customer whose invoice is kept, the contacts are gone all the same.
        "contact": "SELECT rowid, concat(firstname, ' ', lastname), email, phone, phone_mobile"
        f" FROM llx_socpeople WHERE fk_soc IN ({oracles.among(thirdparties - clear)})"
        f" OR fk_soc IN ({oracles.among(clear & chosen(swept.plan, 'customer'))})",
        "call": "SELECT id, substr(label, 11), NULL, NULL, NULL FROM llx_actioncomm"
        f" WHERE fk_soc IN ({oracles.among(thirdparties)})",
        "candidate": "SELECT rowid, concat(firstname, ' ', lastname), email, phone, NULL"
        " FROM llx_recruitment_recruitmentcandidature"
        f" WHERE rowid IN ({oracles.among(chosen(swept.plan, 'unselected-candidate'))})",
        "ticket": "SELECT rowid, NULL, origin_email, NULL, NULL FROM llx_ticket"
        f" WHERE rowid IN ({oracles.among(chosen(swept.plan, 'support-request'))})",
    }
    wanted = Wanted()
    with swept.before.connect() as connection:
        for kind, query in queries.items():
            for key, name, email, phone, mobile in connection.execute(text(query)):
                wanted.add(f"{kind} {key}", emails=[email], phones=[phone, mobile], names=[name])
    return wanted


def _without_namesakes(connection: Connection, wanted: Wanted) -> None:
    others = Wanted()
    for name, email, phone in connection.execute(text(NAMESAKES)):
        others.add("someone else", emails=[email], phones=[phone], names=[name])
    for address in set(wanted.emails) & set(others.emails):
        del wanted.emails[address]
    for number in set(wanted.phones) & set(others.phones):
        del wanted.phones[number]
    for words in set(wanted.names) & set(others.names):
        del wanted.names[words]


def _found(swept: Sweep) -> tuple[Wanted, list[Trace]]:
    wanted = _erased_people(swept)
    with swept.dolibarr.connect() as connection:
        _without_namesakes(connection, wanted)
        return wanted, traces(connection, wanted)


def test_no_email_phone_or_name_is_left_anywhere(swept: Sweep) -> None:
    wanted, found = _found(swept)
    assert len(wanted.emails) > 140
    assert len(wanted.phones) > 180
    assert len(wanted.names) > 100
    # Some streets of the seed bear a name, as streets do.
    assert [t for t in found if t.column != "address"] == []


def test_the_same_scan_found_them_all_before(swept: Sweep) -> None:
    wanted = _erased_people(swept)
    with swept.before.connect() as connection:
        owners = {trace.owner for trace in traces(connection, wanted)}
    assert owners == {*wanted.emails.values(), *wanted.phones.values(), *wanted.names.values()}


def test_no_reference_is_left_without_its_record(swept: Sweep) -> None:
    """Columns that no key holds: numbers of rows that no longer exist."""
    references = {
        "llx_socpeople.fk_soc": "llx_societe", "llx_actioncomm.fk_soc": "llx_societe",
        "llx_ticket.fk_soc": "llx_societe", "llx_facture.fk_soc": "llx_societe",
        "llx_societe_commerciaux.fk_soc": "llx_societe", "llx_projet.fk_soc": "llx_societe",
        "llx_element_contact.fk_socpeople": "llx_socpeople",
    }  # fmt: skip
    with swept.dolibarr.connect() as connection:
        for reference, target in references.items():
            table, column = reference.split(".")
            lost = oracles.keys(
                connection,
                f"SELECT {column} FROM {table} WHERE {column} > 0"
                f" AND {column} NOT IN (SELECT rowid FROM {target})",
            )
            assert lost == set(), reference
