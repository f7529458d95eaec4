"""The JSON Schema says yes to what the loader reads, and explains it."""

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from garant.policy.document import Policy
from garant.policy.schema import file_schema, policy_schema
from garant.policy.shapes import keys_at
from garant.policy.yaml_source import parse_yaml, read_yaml

from .policies import CLEAN

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = sorted((ROOT / "examples" / "seipra-score" / "policy").rglob("*.yaml"))
EXAMPLES = sorted((ROOT / "src/garant/policy/checks/examples").glob("*.yaml"))


def accepts(schema: dict[str, Any], data: Any) -> None:
    jsonschema.Draft202012Validator(schema).validate(data)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_schemas_are_schemas(language: Any) -> None:
    for schema in (policy_schema(language), file_schema(language)):
        jsonschema.Draft202012Validator.check_schema(schema)
        assert "x-fr" not in str(schema)


def test_a_whole_policy_is_accepted() -> None:
    accepts(policy_schema(), parse_yaml(CLEAN).data)


@pytest.mark.parametrize("path", REFERENCE, ids=lambda path: path.name)
def test_each_file_of_the_reference_policy_is_accepted(path: Path) -> None:
    accepts(file_schema(), read_yaml(path).data)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_each_example_is_accepted(path: Path) -> None:
    for example in path.read_text(encoding="utf-8").split("---\n"):
        accepts(file_schema(), parse_yaml(example).data)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "- a",
        "notice: {zzz: 1}",
        "rights: {deadline: 1 month}",
        "activities: {a: {role: x}}",
        "format: 2",
    ],
)
def test_what_the_loader_refuses_is_refused(text: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        accepts(file_schema(), parse_yaml(text).data)


def test_the_two_languages_differ_in_their_words_only() -> None:
    def bare(part: Any) -> Any:
        if isinstance(part, dict):
            return {
                name: bare(inner)
                for name, inner in part.items()
                if not (name == "description" and isinstance(inner, str))
            }
        return [bare(inner) for inner in part] if isinstance(part, list) else part

    french, english = policy_schema("fr"), policy_schema("en")
    assert bare(french) == bare(english)
    assert french["properties"]["cookies"]["description"] == "Cookies et autres traceurs."
    assert english["properties"]["cookies"]["description"] == "Cookies and other trackers."


def properties(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    parts = {"Policy": schema, **schema["$defs"]}
    return {
        f"{name}.{key}": field
        for name, part in parts.items()
        for key, field in part.get("properties", {}).items()
    }


def test_every_key_is_explained_in_both_languages_with_their_typography() -> None:
    french, english = properties(policy_schema("fr")), properties(policy_schema("en"))
    explained = {name for name in english if not name.endswith((".role", ".ground"))}
    assert len(explained) > 150
    for name in explained:
        assert english[name].get("description", "").endswith("."), name
        said = french[name].get("description", "")
        assert said.endswith("."), name
        assert "'" not in said, name
        assert not re.search(r"[^\u202f\w]:|[^\u202f\w»)][;?]| [:;?!]", said), name


def test_keys_are_found_in_any_shape() -> None:
    schema = Policy.model_json_schema()
    assert "retention" in keys_at(schema, {}, ())
    assert "operations" not in keys_at(
        schema, {"activities": {"a": {"role": "controller"}}}, ("activities", "a")
    )
    assert {"operations", "purposes"} <= set(keys_at(schema, {"activities": {"a": 3}}, ("activities", "a")))
    assert keys_at(schema, {"notice": {"related": [{}]}}, ("notice", "related", 7)) == ["fr", "en"]
    assert keys_at(schema, {}, ("format", "a")) == []


def test_the_clean_policy_is_read_the_same_by_another_reader() -> None:
    yaml: Any = YAML(typ="safe", pure=True)
    other = yaml.load(CLEAN.replace("2026-11-01", "'2026-11-01'").replace("2026-01-01", "'2026-01-01'"))
    assert parse_yaml(CLEAN).data == other
