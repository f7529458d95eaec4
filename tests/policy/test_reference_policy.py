"""The reference organisation's policy is clean, and every fault that the rules are for is found in it."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from garant.policy import Policy, check_policy, load_policy, parse_policy

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "seipra-score" / "policy"
DAY = date(2026, 11, 1)
BOTH = {"fr": "a", "en": "a"}
TRANSFER = {"label": BOTH, "to": "it-provider", "country": "IN"}
COOKIE = {"name": "a", "purpose": BOTH, "set_when": "on-consent"}
CLIENTS = "activities.customer-relationship"


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    return load_policy(FOLDER).document.model_dump(mode="json", exclude_defaults=True)


def test_it_is_clean() -> None:
    assert check_policy(FOLDER, DAY) == []


def test_what_is_dumped_reads_back_the_same(written: dict[str, Any]) -> None:
    loaded = load_policy(FOLDER)
    again = parse_policy(json.dumps(written))
    assert again.document == loaded.document
    assert again.digest == loaded.digest
    assert Policy.model_validate_json(json.dumps(written)) == loaded.document


def part_at(document: dict[str, Any], path: str) -> tuple[Any, Any]:
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    part: Any = document
    for step in way:
        part = part[step] if isinstance(part, list) else part.setdefault(step, {})
    return part, last


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (f"{CLIENTS}.purposes.support.legal_basis", None, "GAR101"),
        (f"{CLIENTS}.purposes.information.legal_basis.balancing", None, "GAR102"),
        ("activities.recruitment.purposes.selection.legal_basis.withdrawal", None, "GAR104"),
        ("activities.technical-development.data", ["identity", "professional-life", "health"], "GAR351"),
        ("activities.technical-development.data", ["identity", "professional-life", "health"], "GAR106"),
        (f"{CLIENTS}.data", ["identity", "professional-life", "economic", "commercial-relationship", "nir"], "GAR107"),
        ("activities.technical-development.purposes", {"a": {"label": BOTH, "data": ["identity"]}}, "GAR152"),
        ("retention.customers", None, "GAR201"),
        ("retention.prospects.trigger", None, "GAR202"),
        ("retention.prospects.phases.0.period", "P3Y1D", "GAR221"),
        ("retention.candidates.phases.0.period", "P25M", "GAR222"),
        ("retention.cctv-images.phases.0.period", "P31D", "GAR223"),
        ("retention.invoices.phases.0.period", "P6Y", "GAR224"),
        ("recipients.press", {"label": BOTH, "kind": "partner"}, "GAR251"),
        ("activities.remote-maintenance.instructions", None, "GAR257"),
        ("activities.remote-maintenance.clients", None, "GAR256"),
        ("transfers.cloud", TRANSFER, "GAR301"),
        ("transfers.cloud", TRANSFER, "GAR354"),
        ("transfers.cloud", {**TRANSFER, "country": "US", "safeguard": {"kind": "adequacy"}}, "GAR302"),
        ("processors.it-provider.country", "IN", "GAR304"),
        (f"{CLIENTS}.purposes.information.profiling", True, "GAR353"),
        (f"{CLIENTS}.purposes.support.automated_decision", {"logic": BOTH, "consequences": BOTH}, "GAR352"),
        ("rights.offered.post-mortem", None, "GAR361"),
        ("organisation.dpo.email", None, None),
        ("organisation.authority", None, "GAR402"),
        ("cookies.categories.functionality.items.a", {**COOKIE, "lifetime": "P14M"}, "GAR421"),
        ("cookies.categories.functionality.items.a", {**COOKIE, "set_when": "on-arrival"}, "GAR423"),
        ("measures.testing", None, "GAR412"),
        ("notice.introduction.en", None, "GAR405"),
        ("retention.prospects.activities", ["customer-relationships"], "GAR431"),
    ],
)  # fmt: skip
def test_a_fault_put_in_is_found(written: dict[str, Any], path: str, value: Any, code: str | None) -> None:
    document = json.loads(json.dumps(written))
    part, last = part_at(document, path)
    if value is None:
        del part[last]
    else:
        part[last] = value
    codes = {found.code for found in check_policy(parse_policy(json.dumps(document)), DAY)}
    assert (code in codes) if code else (codes == set())
