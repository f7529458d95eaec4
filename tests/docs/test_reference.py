"""The reference is written from the code, and says everything that the code takes or says."""

from __future__ import annotations

from typing import ClassVar, Literal

import pytest
from pydantic import Field

from garant.cli import registration
from garant.ledger.entries import Commitment, Count, Day, Digest, Key, Payload
from garant.ledger.words import Text
from garant.policy.diagnostics import RULES
from garant.policy.document.policy import Policy
from garant.policy.text import Language
from garant.systems.manual import ManualMap
from garant.systems.model import DataMap
from scripts import reference
from scripts.reference.entries import kind_markdown
from tests.docs.pages import ROOT, headings

FOLDER = ROOT / "docs" / "reference"


class Part(Payload):
    """A part of an entry."""

    system: Key = Field(description="where")


@pytest.mark.parametrize(("name", "language"), reference.PAGES)
def test_the_page_is_what_the_code_says(name: str, language: Language) -> None:
    committed = reference.place(name, language).read_text(encoding="utf-8")
    assert committed == reference.written(name, language), (
        "The code changed: type scripts/docs and commit the pages."
    )


def test_no_page_is_left_that_nothing_writes() -> None:
    expected = {reference.place(name, language) for name, language in reference.PAGES}
    assert {*FOLDER.iterdir(), *(ROOT / "docs" / "fr" / "reference").iterdir()} == expected


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
    assert [key.path for key in expected if key.meaning.missing()] == []


def test_every_command_has_its_heading() -> None:
    found = headings(FOLDER / "commands.md")
    node = registration.command("en")
    assert [name for name in node.commands if f"`garant {name}`" not in found] == []


def test_every_kind_of_ledger_entry_has_its_heading() -> None:
    assert [
        kind for kind in reference.all_kinds() if f"`{kind}`" not in headings(FOLDER / "ledger-entries.md")
    ] == []


def test_a_field_of_an_entry_is_said_in_a_few_words() -> None:
    class Made(Payload):
        """A test."""

        title: ClassVar[Text] = Text(fr="Essai.", en="Test.")
        digest: Digest = Field(description="a digest")
        day: Day = Field(description="a day")
        rows: Count = Field(description="how many")
        state: Literal["applied", "blocked"] = Field(description="what became of it")
        one: Literal["only"] = Field(default="only", description="always the same")
        parts: list[Part] = Field(description="the parts")
        commitment: Commitment | None = Field(default=None, description="to a person")

    english, french = (kind_markdown("test.made", Made, language) for language in ("en", "fr"))
    assert english.startswith("### `test.made`\n\nTest.\n\n| field | form | meaning |\n|---|---|---|\n")
    assert english.splitlines()[6:] == [
        "| `digest` | digest | a digest |",
        "| `day` | date | a day |",
        "| `rows` | integer | how many |",
        "| `state` | `applied` or `blocked` | what became of it |",
        "| `one` | `only` | always the same |",
        "| `parts` | list of: part | the parts |",
        "| `parts[].system` | key | where |",
        "| `commitment` | commitment, or nothing | to a person |",
    ]
    assert french.startswith("### `test.made`\n\nEssai.\n\n| champ | forme | sens |\n|---|---|---|\n")
    assert "| `state` | `applied` ou `blocked` | état |" in french
    assert "| `commitment` | engagement, ou rien | engagement |" in french


def test_every_operation_of_the_api_has_its_heading() -> None:
    from garant.site.api import api

    found = headings(FOLDER / "api.md")
    expected = [
        f"`{method.upper()} {path}`"
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
    ]
    assert found[1:] == expected
