"""The oracles themselves, on the dump as it came."""

from tests.dolibarr import oracles
from tests.dolibarr.conftest import Dolibarr
from tests.dolibarr.scan import Wanted, traces


def test_the_counts_of_the_reference_date(untouched: Dolibarr) -> None:
    with untouched.connect() as connection:
        found = {
            "prospects": len(oracles.prospects_due(connection)),
            "prospects-if-tickets-count": len(oracles.prospects_due_if_tickets_count(connection)),
            "prospects-already-invoiced": len(oracles.prospects_already_invoiced(connection)),
            "customers": len(oracles.customers_due(connection)),
            "invoices": len(oracles.invoices_due(connection)),
            "closed-years": len(oracles.closed_years_due(connection)),
            "candidates": len(oracles.candidates_due(connection)),
            "candidates-by-application-date": len(oracles.candidates_by_application_date(connection)),
            "tickets": len(oracles.tickets_due(connection)),
        }
    assert found == oracles.EXPECTED


def test_the_application_date_alone_would_erase_four_people_too_early(untouched: Dolibarr) -> None:
    with untouched.connect() as connection:
        early = oracles.candidates_by_application_date(connection) - oracles.candidates_due(connection)
        applied = oracles.keys(
            connection,
            "SELECT status FROM llx_recruitment_recruitmentcandidature"
            f" WHERE rowid IN ({oracles.among(early)}) AND tms >= '2024-11-01'",
        )
    assert (len(early), applied) == (4, {9})


def test_the_scan_finds_what_is_there(untouched: Dolibarr) -> None:
    wanted = Wanted()
    wanted.add("Stéphane", emails=["cand219@perso.example"], phones=["02 76 52 14 69"])
    wanted.add("Grégoire", names=["Grégoire Bonnin"])
    with untouched.connect() as connection:
        places = {(trace.table, trace.column) for trace in traces(connection, wanted)}
    assert places == {
        ("llx_recruitment_recruitmentcandidature", "email"),
        ("llx_recruitment_recruitmentcandidature", "phone"),
        ("llx_actioncomm", "label"),
    }
