"""The reference is written from the code, and says everything that the code takes or says."""

from __future__ import annotations

import pytest

from garant.cli import registration
from garant.policy.diagnostics import RULES
from garant.policy.document.policy import Policy
from garant.systems.manual import ManualMap
from garant.systems.model import DataMap
from scripts import reference
from tests.docs.pages import ROOT, headings

FOLDER = ROOT / "docs" / "reference"


@pytest.mark.parametrize("name", sorted(reference.PAGES))
def test_the_page_is_what_the_code_says(name: str) -> None:
    written = (FOLDER / name).read_text(encoding="utf-8")
    assert written == reference.PAGES[name](), "The code changed: type scripts/docs and commit the pages."


def test_every_diagnostic_has_its_heading() -> None:
    reference.all_rules()
    found = headings(FOLDER / "diagnostics.md")
    assert [heading.split(" · ")[0] for heading in found[1:]] == [rule.code for rule in RULES]


@pytest.mark.parametrize(
    ("page", "model"),
    [("policy-keys.md", Policy), ("map-keys.md", DataMap), ("manual-map-keys.md", ManualMap)],
)
def test_every_key_has_its_heading_and_its_meaning(
    page: str, model: type[Policy | DataMap | ManualMap]
) -> None:
    expected = reference.merged(reference.keys(model))
    assert headings(FOLDER / page)[1:] == [f"`{key.path}`" for key in expected]
    assert [key.path for key in expected if not key.english or not key.french] == []


def test_every_command_has_its_heading() -> None:
    found = headings(FOLDER / "commands.md")
    node = registration.command("en")
    assert [name for name in node.commands if f"`garant {name}`" not in found] == []


def test_every_kind_of_ledger_entry_has_its_heading() -> None:
    assert [
        kind for kind in reference.all_kinds() if f"`{kind}`" not in headings(FOLDER / "ledger-entries.md")
    ] == []


def test_every_operation_of_the_api_has_its_heading() -> None:
    from garant.site.api import api

    found = headings(FOLDER / "api.md")
    expected = [
        f"`{method.upper()} {path}`"
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
    ]
    assert found[1:] == expected
