"""Commands that only look: check, map check, plan, subject find and export, explain, schema."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from rich.console import Console
from ruamel.yaml import YAML

from garant.cli import application, commands_markdown, registration, state
from garant.cli.planfiles import read_plan_file
from garant.cli.views.plan import show_plan
from garant.policy.diagnostics import RULES
from garant.site.setup import NotReadyError
from tests.cli.company import AS_OF, Company

Said = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def here(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands run inside the company's folder."""
    monkeypatch.chdir(company.folder)
    for name, value in company.environment.items():
        if name != "DATABASE_URL":
            monkeypatch.setenv(name, value)
    monkeypatch.setattr(state, "ready", _not_ready)


def _not_ready() -> None:
    raise NotReadyError("Pas installé.", "Not set up.")


def garant(*arguments: str) -> int:
    """Run a command in this process."""
    return application.run(arguments)


def person(company: Company) -> str:
    """The address of somebody that the CRM knows well."""
    query = (
        "SELECT email FROM person JOIN interaction ON person_id = person.id GROUP BY 1 ORDER BY count(*) DESC"
    )
    return str(company.rows("crm", query)[0][0])


def test_the_reference_policy_is_clean(capsys: Said) -> None:
    assert garant("check", "policy") == 0
    assert capsys.readouterr().out == "Nothing to report.\n"


def test_findings_are_told_in_each_form(company: Company, capsys: Said) -> None:
    retention = company.policy / "retention.yaml"
    retention.write_text(retention.read_text().replace("P3Y", "P30Y"))
    assert garant("check", "policy", "--format", "json") == 1
    found = json.loads(capsys.readouterr().out)["diagnostics"]
    assert any(one["file"].endswith("retention.yaml") for one in found)
    assert garant("check", "policy", "--format", "sarif") == 1
    assert json.loads(capsys.readouterr().out)["version"] == "2.1.0"
    assert garant("check", "policy", "--language", "fr") == 1
    assert "Pourquoi" in capsys.readouterr().out


def test_an_unusable_policy_stops_every_command(company: Company, capsys: Said) -> None:
    (company.policy / "retention.yaml").write_text("retention: [")
    assert garant("check", "policy") == 2
    assert "retention.yaml:1" in capsys.readouterr().out
    assert garant("map", "check", "maps", "--policy", "policy") == 2
    capsys.readouterr()
    assert garant("plan", "policy") == 2
    assert "retention.yaml:1" in capsys.readouterr().err


def test_maps_are_held_against_themselves_and_the_live_systems(company: Company, capsys: Said) -> None:
    assert garant("map", "check", "maps", "--policy", "policy", "--offline") == 0
    capsys.readouterr()
    company.change("crm", "ALTER TABLE person RENAME COLUMN email TO courriel")
    assert garant("map", "check", "maps/crm.yaml") == 1
    said = capsys.readouterr().out
    assert "GAR6" in said
    assert "email" in said


def test_a_broken_map_is_not_held_against_anything(company: Company, capsys: Said) -> None:
    (company.maps / "crm.yaml").write_text("system: crm\n")
    assert garant("map", "check", "maps/crm.yaml") == 2
    assert "crm.yaml" in capsys.readouterr().out


def test_a_missing_connection_names_its_variable(monkeypatch: pytest.MonkeyPatch, capsys: Said) -> None:
    monkeypatch.delenv("GARANT_DEMO_CRM")
    for command in (("map", "check", "maps/crm.yaml"), ("plan", "policy", "--system", "crm")):
        assert garant(*command) == 2
        assert "GARANT_DEMO_CRM is not set" in capsys.readouterr().err


def test_an_unknown_system_is_refused(capsys: Said) -> None:
    assert garant("plan", "policy", "--system", "erp") == 2
    said = capsys.readouterr().err
    assert "No data map speaks of system “erp”" in said
    assert "crm, maintenance, recruitment" in said


def test_a_plan_says_what_why_and_until_when(capsys: Said) -> None:
    assert garant("plan", "policy", "--as-of", AS_OF, "--language", "fr") == 0
    said = capsys.readouterr().out
    assert "échus sur" in said
    assert "dernier fait au plus tard le 31/10/2023 (last-contact, P3Y)" in said
    assert "la ligne entière" in said
    assert "gardés" in said
    assert re.search(r"jusqu’au \d\d/\d\d/20\d\d", said)
    assert all(line == line.rstrip() for line in said.splitlines())
    assert "Rien n’a été changé" in said


def test_a_narrow_terminal_still_names_the_columns() -> None:
    plan = read_plan_file(_written_plan()).plan
    narrow, wide = (Console(file=io.StringIO(), width=width) for width in (60, 120))
    for console in (narrow, wide):
        show_plan(console, plan)
        words = console.file.getvalue()
        assert "the whole row" in words
        assert "emptied" in words


def _written_plan() -> Path:
    assert garant("plan", "policy", "--as-of", AS_OF, "--out", "plan.json") == 0
    return Path("plan.json")


def test_today_is_the_day_unless_said(capsys: Said) -> None:
    assert garant("plan", "policy", "--system", "maintenance") == 0
    assert " · as of 20" in capsys.readouterr().out


def test_a_person_is_found_everywhere(company: Company, capsys: Said) -> None:
    assert garant("subject", "find", "--identity", f"email={person(company)}") == 0
    said = capsys.readouterr().out
    assert "crm · person" in said
    assert "interaction" in said
    assert "correspondence" not in said, "a category by its key"


def test_nobody_is_found_plainly(capsys: Said) -> None:
    for command in ("find", "erase"):
        assert garant("subject", command, "--identity", "email=nobody@nowhere.example") == 1
        assert "Nobody is known by that" in capsys.readouterr().out


@pytest.mark.parametrize("value", ["x' OR '1'='1", "%", "*", "';DROP TABLE person;--", "🙂", "é" * 3000])
def test_an_identity_is_a_value_never_a_query(company: Company, value: str, capsys: Said) -> None:
    before = company.contents()
    assert garant("subject", "find", "--identity", f"email={value}") == 1
    assert "Nobody is known by that" in capsys.readouterr().out
    assert company.contents() == before


def test_an_identity_no_system_knows_is_refused(capsys: Said) -> None:
    assert garant("subject", "find", "--identity", "shoe-size=42") == 2
    assert "cannot answer this request" in capsys.readouterr().err


def test_a_request_is_planned_and_changes_nothing(company: Company, capsys: Said) -> None:
    before = company.contents()
    identity = f"email={person(company)}"
    assert garant("subject", "erase", "--identity", identity, "--as-of", AS_OF, "--out", "one.json") == 0
    said = capsys.readouterr().out
    digest = json.loads(Path("one.json").read_text())["digest"]
    assert f"--approve {digest}" in said
    assert garant("subject", "restrict", "--identity", identity, "--system", "crm", "--as-of", AS_OF) in (
        0,
        2,
    )
    assert (
        garant(
            "subject", "rectify", "--identity", identity, "--set-all", "phone=+33199001234", "--as-of", AS_OF
        )
        == 0
    )
    said = capsys.readouterr().out
    assert "New value: phone = +33199001234" in said
    assert "1 person found" in said
    assert company.contents() == before


def test_rules_are_explained(capsys: Said) -> None:
    assert garant("explain") == 0
    listed = capsys.readouterr().out.splitlines()
    assert len(listed) == len(RULES)
    assert {"GAR101", "GAR501", "GAR601"} <= {line.split()[0] for line in listed}
    for rule in RULES:
        assert garant("explain", rule.code.lower(), "--language", "en") == 0
        said = capsys.readouterr().out
        assert rule.slug in said
        assert "Good example" in said


@pytest.mark.parametrize("kind", ["policy", "map", "plan"])
def test_schemas_are_schemas_and_accept_what_the_company_has(
    kind: str, company: Company, capsys: Said
) -> None:
    assert garant("schema", kind) == 0
    schema = json.loads(capsys.readouterr().out)
    Draft202012Validator.check_schema(schema)
    if kind == "map":
        document = YAML(typ="safe").load(company.maps / "crm.yaml")
        Draft202012Validator(schema).validate(json.loads(json.dumps(document, default=str)))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_command_and_option_is_in_the_reference(language: str) -> None:
    page = commands_markdown(language)
    for command in (
        "check",
        "map check",
        "plan",
        "apply",
        "subject erase",
        "ledger prove",
        "keys rotate",
        "init",
    ):
        assert f"## `garant {command}`" in page
    for option in ("--approve", "--as-of", "--tolerance", "--batch-size", "--identity"):
        assert option in page
    assert "| 130 |" in page
    assert "\x1f" not in page


def _nodes(node: object) -> list[object]:
    return [node, *(below for child in getattr(node, "commands", {}).values() for below in _nodes(child))]


def test_everything_has_its_help_in_both_languages() -> None:
    for language in ("fr", "en"):
        for node in _nodes(registration.command(language)):
            assert node.help, node.name
            assert all(getattr(parameter, "help", None) for parameter in node.params), node.name


@pytest.mark.parametrize("command", [["replay"], ["serve"], ["hold", "add"]])
def test_a_help_page_speaks_french_alone(capsys: Said, command: list[str]) -> None:
    assert garant(*command, "--help", "--language", "fr") == 0
    page = capsys.readouterr().out
    assert "Montre cette aide." in page
    assert "[variable : GARANT_" in page or command == ["serve"]
    for word in ("Show this", "env var", "default", "required", "<bool>", "<str>", "range>"):
        assert word not in page, word


def _paths(node: Any) -> list[tuple[str, ...]]:
    below: dict[str, Any] = getattr(node, "commands", {})
    return [(), *((name, *path) for name, child in below.items() for path in _paths(child))]


def _at(node: Any, path: tuple[str, ...]) -> Any:
    return _at(node.commands[path[0]], path[1:]) if path else node


def _said(node: Any) -> list[Any]:
    return [node.name, node.help, *((one.name, one.opts, one.help, one.required) for one in node.params)]


def test_of_what_is_asked_nothing_else_is_made_and_it_is_the_same() -> None:
    whole = registration.command("en")
    for path in _paths(whole):
        alone = registration.command("en", [*path, "--help"])
        assert [list(_at(alone, path[:n]).commands) for n in range(len(path))] == [[name] for name in path]
        assert _paths(_at(alone, path)) == _paths(_at(whole, path))
        for one, other in zip(_nodes(_at(alone, path)), _nodes(_at(whole, path)), strict=True):
            assert _said(one) == _said(other)
    for slip in ([], ["--help"], ["plam"]):
        assert _paths(registration.command("en", slip)) == _paths(whole)


@pytest.mark.parametrize("said", [["--set", "phone=+33199001234"], ["--set", "phone:0199="], []])
def test_a_correction_says_which_value_is_wrong(company: Company, capsys: Said, said: list[str]) -> None:
    identity = f"email={person(company)}"
    assert garant("subject", "rectify", "--identity", identity, *said, "--as-of", AS_OF) != 0
    assert "phone:01 99 00 00 01=01 99 00 12 34" in capsys.readouterr().err


def test_a_wrong_value_and_the_right_one_are_planned(company: Company, capsys: Said) -> None:
    identity, right = f"email={person(company)}", "phone:01 99 00 00 01=+33 1 99 00 12 34"
    assert garant("subject", "rectify", "--identity", identity, "--set", right, "--as-of", AS_OF) == 0
    assert "New value: phone (01 99 00 00 01) = +33 1 99 00 12 34" in capsys.readouterr().out


def test_a_value_that_is_missing_is_planned(company: Company, capsys: Said) -> None:
    identity = f"email={person(company)}"
    assert (
        garant(
            "subject", "rectify", "--identity", identity, "--add", "phone=+33 1 99 00 12 34", "--as-of", AS_OF
        )
        == 0
    )
    assert "New value: + phone = +33 1 99 00 12 34" in capsys.readouterr().out
    moved = r"address=2 rue Neuve\n75011\nParis\nFR"
    assert garant("subject", "rectify", "--identity", identity, "--add", moved, "--as-of", AS_OF) in (0, 2)
    assert "on four lines" not in capsys.readouterr().err
    for wrong, why in (("name=Jeanne", "corrected, not added"), ("address=2 rue Neuve", "four lines")):
        assert garant("subject", "rectify", "--identity", identity, "--add", wrong, "--as-of", AS_OF) == 2
        assert why in " ".join(capsys.readouterr().err.split()), wrong
