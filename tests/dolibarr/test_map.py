"""The shipped map against itself, the reference policy and the catalogue of Dolibarr 20."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from garant.policy.loader import load_policy
from garant.systems.checks.live import check_live
from garant.systems.checks.static import check_map
from garant.systems.loader import LoadedMap, parse_map, shipped_maps
from garant.systems.model import Relation
from garant.systems.paths import owning_paths
from tests.dolibarr.conftest import Dolibarr

POLICY = Path(__file__).resolve().parents[2] / "examples" / "seipra-score" / "policy"


def test_the_map_ships_with_garant_in_several_files() -> None:
    assert "dolibarr20" in shipped_maps()
    files = [f.name for f in resources.files("garant.systems.maps").joinpath("dolibarr20").iterdir()]
    assert len([name for name in files if name.endswith(".yaml")]) == 4


def test_a_company_starts_from_it_and_says_its_own(dolibarr_map: LoadedMap) -> None:
    own = parse_map(
        "use: dolibarr20\nsystem: erp\nzone: Europe/Paris\n"
        "connection: {env: ERP_URL}\nlabel: {fr: Notre ERP, en: Our ERP}\n"
    )
    assert (own.map.system, own.map.connection.env, own.map.zone) == ("erp", "ERP_URL", "Europe/Paris")
    assert own.map.roles == dolibarr_map.map.roles


def test_the_checks_find_nothing_alone_nor_against_the_reference_policy(dolibarr_map: LoadedMap) -> None:
    assert check_map(dolibarr_map) == []
    assert [d for d in check_map(dolibarr_map, load_policy(POLICY).document) if d.severity == "error"] == []


def test_against_the_live_catalogue_only_known_wishes_remain(
    dolibarr_map: LoadedMap, untouched: Dolibarr
) -> None:
    """Columns that say who did it (and would show a colleague other people's rows), and one clock."""
    engine = create_engine(untouched.url.replace("mysql+", "mariadb+"))
    try:
        found = check_live(dolibarr_map, engine)
    finally:
        engine.dispose()
    by_code = {code: [d.message.en for d in found if d.code == code] for code in {d.code for d in found}}
    assert set(by_code) == {"GAR610", "GAR612", "GAR618"}
    assert all(re.search(r"\.(fk_user|user_id) seems to point at “user”", said) for said in by_code["GAR610"])
    assert all(re.search(r"by fk_user_(creat|modif|m)\b", said) for said in by_code["GAR612"])
    assert {said.split(" ")[0] for said in by_code["GAR618"]} == {
        "llx_recruitment_recruitmentcandidature.tms"
    }


# --- every reference to a person is decided ---------------------------------------------------------

PEOPLE = (
    "llx_societe", "llx_socpeople", "llx_recruitment_recruitmentcandidature", "llx_ticket", "llx_adherent",
    "llx_don", "llx_actioncomm", "llx_facture",
)  # fmt: skip

KEYS = f"""
    SELECT table_name, column_name FROM information_schema.key_column_usage
    WHERE table_schema = DATABASE() AND referenced_table_name IN ({", ".join(repr(t) for t in PEOPLE)})
"""

DECIDED_KEYS = {
    ("llx_facture", "fk_facture_source"): "a credit note's invoice: both stay",
    ("llx_societe_remise_except", "fk_facture"): "reached by fk_soc; invoices are never removed",
    ("llx_societe_remise_except", "fk_facture_source"): "reached by fk_soc; invoices are never removed",
}


def _declared(loaded: LoadedMap) -> set[tuple[str, str]]:
    return {(table, link.column) for table, spec in loaded.map.tables.items() for link in spec.links}


def test_every_foreign_key_to_a_person_is_decided(dolibarr_map: LoadedMap, untouched: Dolibarr) -> None:
    with untouched.connect() as connection:
        found = {(table, column) for table, column in connection.execute(text(KEYS))}
    assert len([column for _, column in found if column in ("fk_soc", "fk_socpeople")]) == 24
    assert found - _declared(dolibarr_map) == set(DECIDED_KEYS)


BY_NAME = re.compile(
    r"fk_(soc|socpeople|thirdparty|contact|adherent|member|ticket|actioncomm|facture|don|donation"
    r"|recruitmentcandidature)"
)

DECIDED_NAMES = {
    "llx_actioncomm_resources.fk_actioncomm": "declared the other way round; a colleague's row is two numbers",
    "llx_adherent.fk_adherent_type": "the kind of membership",
    "llx_eventorganization_conferenceorboothattendee.fk_actioncomm": "the conference, not a person",
    "llx_expensereport_det.fk_facture": "an expense charged again: the house's own",
    "llx_facture.fk_facture_source": "a credit note's invoice: both stay",
    "llx_facture_fourn.fk_facture_source": "supplier",
    "llx_prelevement.fk_facture": "two numbers; the debit and the invoice both stay",
    "llx_prelevement_rejet.fk_facture": "reached by its debit",
    "llx_societe_remise_except.fk_facture": "reached by fk_soc",
    "llx_societe_remise_except.fk_facture_line": "reached by fk_soc",
    "llx_societe_remise_except.fk_facture_source": "reached by fk_soc",
}


def test_every_column_named_like_a_reference_is_decided(dolibarr_map: LoadedMap, untouched: Dolibarr) -> None:
    """52 columns fk_soc and fk_socpeople, of which 24 are constrained."""
    with untouched.connect() as connection:
        columns = connection.execute(
            text(
                "SELECT table_name, column_name FROM information_schema.columns"
                " WHERE table_schema = DATABASE() AND column_name LIKE 'fk\\_%'"
            )
        ).all()
    found = {(table, column) for table, column in columns if BY_NAME.match(column)}
    supplier = {(t, c) for t, c in found if c.startswith(("fk_facture_fourn", "fk_facturefourn"))}
    assert len([column for _, column in found if column in ("fk_soc", "fk_socpeople")]) == 52
    undecided = {f"{t}.{c}" for t, c in found - supplier - _declared(dolibarr_map)}
    assert undecided == set(DECIDED_NAMES)


POLYMORPHIC = """
    SELECT DISTINCT a.table_name FROM information_schema.columns a
    JOIN information_schema.columns b ON b.table_schema = a.table_schema AND b.table_name = a.table_name
    WHERE a.table_schema = DATABASE()
      AND a.column_name IN ('elementtype', 'element_type', 'object_type', 'objecttype', 'objet_type', 'type_object',
                            'src_object_type', 'source_type', 'sourcetype', 'targettype', 'resource_type',
                            'doc_type', 'element', 'origin_type', 'fk_c_type_contact')
      AND b.column_name IN ('fk_element', 'element_id', 'object_id', 'objectid', 'objet_id', 'fk_object',
                            'src_object_id', 'source_id', 'fk_source', 'fk_target', 'resource_id', 'fk_doc',
                            'origin_id', 'fk_socpeople')
"""

DECIDED_POLYMORPHIC = {
    "llx_bank": "reached by llx_bank_url, which names the third party",
    "llx_comment": "comments on projects and tasks, by colleagues",
    "llx_element_element": "pairs of numbers between documents: no word",
    "llx_element_resources": "rooms and vehicles",
    "llx_event_element": "pairs of numbers: no word",
    "llx_hrm_skillrank": "skills of a post or of a colleague",
    "llx_mrp_production": "products and their origin",
    "llx_notify": "reached by its third party and its contact",
    "llx_notify_def_object": "what a colleague asked to be told of",
    "llx_object_lang": "translations of products and categories",
    "llx_societe_contacts": "reached by its third party and its contact",
    "llx_website_page": "pages of the site",
}


def test_every_polymorphic_reference_is_decided(dolibarr_map: LoadedMap, untouched: Dolibarr) -> None:
    with untouched.connect() as connection:
        found = set(connection.execute(text(POLYMORPHIC)).scalars())
    conditional = {
        table
        for table, spec in dolibarr_map.map.tables.items()
        if any(link.when for link in spec.links) or table == "llx_element_time"
    }
    assert found - conditional == set(DECIDED_POLYMORPHIC)


HOUSE = re.compile(
    r"fk_user(_(creat|create|creation|author|modif|mod|update|valid|valider|validator|cloture|close|closing|done"
    r"|action|appro|approve|approve2|refuse|cancel|rappro|trans|credit|demande|ouverture|signature|assign"
    r"|recruiter|supervisor|expense_validator|holiday_validator|c|m))?$"
)


def test_every_reference_to_a_user_is_who_did_it_or_decided(untouched: Dolibarr) -> None:
    """“Who did it” names nobody by itself: the account keeps its row, emptied."""
    with untouched.connect() as connection:
        columns = connection.execute(
            text(
                "SELECT column_name FROM information_schema.columns"
                " WHERE table_schema = DATABASE() AND column_name LIKE 'fk\\_user%'"
            )
        ).scalars()
        others = {column for column in columns if not HOUSE.match(column)}
    assert others == {"fk_user_survey", "fk_usergroup"}


def test_the_extra_fields_of_a_person_go_with_the_person(
    dolibarr_map: LoadedMap, untouched: Dolibarr
) -> None:
    with untouched.connect() as connection:
        tables = set(connection.execute(text("SHOW TABLES LIKE '%\\_extrafields'")).scalars())
    mapped = dolibarr_map.map.tables
    wanted = {
        f"{table}_extrafields"
        for table, spec in mapped.items()
        if any(link.relation is not Relation.VISIBLE for link in spec.links)
    }
    assert wanted & tables <= set(mapped)


def test_no_event_counts_from_the_clock_of_the_base(dolibarr_map: LoadedMap) -> None:
    """tms moves with every write; Dolibarr dates no refusal, and there alone it is a ceiling."""
    read = [
        (name, source.root)
        for name, sources in dolibarr_map.map.events.items()
        for source in sources
        if re.search(r"\btms\b", source.query)
    ]
    assert read == [("last-contact", "candidate")] * 2


@pytest.mark.parametrize("table", ["llx_facture", "llx_facturedet", "llx_paiement", "llx_ticket", "llx_don"])
def test_what_the_law_keeps_does_not_go_with_its_third_party(dolibarr_map: LoadedMap, table: str) -> None:
    """A customer's erasure must not open the invoices nor the support requests."""
    assert owning_paths(dolibarr_map.map, table, "thirdparty") == []


def test_no_request_leads_to_an_invoice(dolibarr_map: LoadedMap) -> None:
    roots = {identity.root for kind in dolibarr_map.map.identities.values() for identity in kind}
    assert roots == set(dolibarr_map.map.roots) - {"invoice"}


def test_a_correction_never_writes_a_number_nor_half_a_name(dolibarr_map: LoadedMap) -> None:
    kinds = {
        (name, str(column.identity))
        for spec in dolibarr_map.map.tables.values()
        for name, column in spec.columns.items()
        if column.identity
    }
    assert {name for name, kind in kinds if kind == "name"} == {"nom"}
    assert "number" not in {kind for _, kind in kinds}
    parts = {"given-name", "family-name"}
    for spec in dolibarr_map.map.tables.values():
        assert len(parts & {str(column.identity) for column in spec.columns.values()}) in (0, 2)
