"""A Fides dataset becomes a data map that checks, and nothing that it said is dropped in silence."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.policy.diagnostics import Diagnostic, UnusableDocument
from garant.systems.checks.static import check_map
from garant.systems.fides import Imported, NotImportable, import_dataset
from garant.systems.fides.categories import translated
from garant.systems.fides.writing import as_yaml, told
from garant.systems.loader import LoadedMap, parse_map
from garant.systems.model import Do, Link, Relation

HERE = Path(__file__).parent
EXAMPLES = sorted(HERE.glob("*.yaml"))


def imported(name: str) -> Imported:
    return import_dataset(HERE / f"{name}.yaml", shown=f"{name}.yaml")


def written(made: Imported) -> LoadedMap:
    return parse_map(as_yaml(made, "fr"))


def losses(made: Imported, kind: str) -> list[str]:
    return [told(loss, "en") for loss in made.losses if loss.kind == kind]


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_the_map_checks_and_comes_back_from_its_file(file: Path) -> None:
    made = import_dataset(file)
    loaded = written(made)
    assert loaded.map == made.map
    assert check_map(loaded) == []


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_every_field_is_in_the_map_or_told(file: Path) -> None:
    made = import_dataset(file)
    columns = {
        name
        for table in made.map.tables.values()
        for name in [*table.columns, table.key, *_ways(table.links)]
    }
    told_lines = {loss.position.line for loss in made.losses}
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if re.match(r" {,10}- {name: ", line):
            name = line.partition("name: ")[2].split(",")[0].rstrip("}")
            assert name in columns or number in told_lines, line


def _ways(links: list[Link]) -> set[str | None]:
    return {name for link in links for name in (link.column, link.parent_column)}


def test_a_shared_row_goes_with_the_last_and_after_who_points_at_it() -> None:
    made = imported("shop")
    address = made.map.tables["address"]
    assert [link.relation for link in address.links] == [Relation.CO_OWNED]
    tables = [action.table for action in made.map.dispositions["erase-customer"].actions]
    assert tables.index("customer") < tables.index("address")
    assert tables.index("order_line") < tables.index("order") < tables.index("customer")


def test_what_is_read_only_is_shown_and_stays() -> None:
    made = imported("shop")
    assert [link.relation for link in made.map.tables["invoice"].links] == [Relation.VISIBLE]
    payroll = imported("hr").map
    assert [(a.table, a.do) for a in payroll.dispositions["erase-user"].actions if a.table == "payroll"] == [
        ("payroll", Do.TREAT)
    ]
    assert payroll.tables["payroll"].columns["pay"].erase == "keep"


def test_the_protected_category_wins() -> None:
    assert imported("shop").map.tables["order"].columns["note"].category == "health"


def test_names_that_are_words_of_sql_are_quoted() -> None:
    queries = [one.query for one in imported("hr").map.identities["email"]]
    assert queries == ['SELECT key AS key FROM user WHERE lower("select") = lower(:identity)']


def test_only_a_root_s_own_name_may_be_corrected() -> None:
    clinic = imported("clinic").map
    assert clinic.tables["visit"].columns["doctor"].identity is None
    assert imported("shop").map.tables["customer"].columns["full_name"].identity == "name"


def test_losses_say_file_line_and_what() -> None:
    lost = losses(imported("clinic"), "lost")
    assert "clinic.yaml:15: lost: identity of “email”, inside a document, has no counterpart." in lost
    assert "clinic.yaml:45: lost: A data map cannot name the table “odd name; --”." in lost
    assert any("another system" in line and line.startswith("clinic.yaml:37:") for line in lost)
    assert any("close a circle" in line and line.startswith("clinic.yaml:22:") for line in lost)
    complete = losses(imported("hr"), "complete")
    assert any("“member” has no key of one column" in line for line in complete)
    assert any("roles:" in line for line in complete)


def test_both_languages_are_spoken() -> None:
    for file in EXAMPLES:
        for loss in import_dataset(file).losses:
            assert loss.text.fr
            assert loss.text.en
            assert " :" not in loss.text.fr


@pytest.mark.parametrize(
    ("said", "key", "exact"),
    [
        ("user.contact.email", "email-address", True),
        ("user.contact.address.street", "postal-address", False),
        ("user.content.private", "correspondence", True),
        ("user.nothing.of.that.kind", "identity", False),
        ("user.financial", "economic", True),
    ],
)
def test_categories_are_translated_upwards(said: str, key: str, exact: bool) -> None:
    found = translated(said)
    assert found is not None
    assert (found.key, found.exact) == (key, exact)


def test_what_is_no_person_s_has_no_category() -> None:
    assert translated("system.operations") is None


def _refused(tmp_path: Path, text: str, key: str | None = None) -> NotImportable:
    file = tmp_path / "dataset.yaml"
    file.write_text(text)
    with pytest.raises(NotImportable) as refused:
        import_dataset(file, key)
    return refused.value


def test_several_datasets_are_taken_one_at_a_time(tmp_path: Path) -> None:
    one = "{fides_key: KEY, collections: [{name: t, fields: [{name: id, fides_meta: {identity: email}}]}]}"
    text = f"dataset:\n  - {one.replace('KEY', 'a')}\n  - {one.replace('KEY', 'b')}\n"
    assert "this file has: a, b" in _refused(tmp_path, text).text.en
    assert "this file has: a, b" in _refused(tmp_path, text, "c").text.en
    assert import_dataset(tmp_path / "dataset.yaml", "b").dataset == "b"


def test_a_dataset_without_identity_is_refused_with_words(tmp_path: Path) -> None:
    refused = _refused(
        tmp_path, "dataset: [{fides_key: a, collections: [{name: t, fields: [{name: id}]}]}]\n"
    )
    assert "nobody can be found" in refused.text.en
    assert "identity: email" in refused.mend.en


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "dataset: []",
        "dataset: [{}]",
        "dataset: [{fides_key: 3}]",
        "a: b",
        "dataset: {a: b}",
        "collections: 3",
    ],
)
def test_what_is_no_dataset_is_said_with_its_place(tmp_path: Path, text: str) -> None:
    file = tmp_path / "dataset.yaml"
    file.write_text(text)
    with pytest.raises(UnusableDocument) as refused:
        import_dataset(file)
    assert all(diagnostic.line for diagnostic in refused.value.diagnostics)


_NAMES = st.sampled_from(["a", "b", "id", "order", "Key", "select", "odd name", "x.y", "é", "null", "a'b"])
_CATEGORIES = st.sampled_from(
    ["user.name", "user.contact.email", "system", "user", "user.financial.x", "…", ""]
)
_WAYS = st.tuples(st.sampled_from(["d", "e"]), _NAMES, _NAMES, st.sampled_from(["from", "to", None]))


@st.composite
def _fields(draw: st.DrawFn, depth: int = 1) -> dict[str, object]:
    meta: dict[str, object] = {
        "identity": draw(st.sampled_from([None, None, "email", "phone_number", "…", "Loyalty No"])),
        "primary_key": draw(st.sampled_from([None, True, False])),
        "data_type": draw(st.sampled_from([None, "integer", "string", "object", "string[]", "bytes"])),
        "read_only": draw(st.sampled_from([None, None, True])),
        "references": [
            {"dataset": dataset, "field": f"{table}.{column}", "direction": direction}
            for dataset, table, column, direction in draw(st.lists(_WAYS, max_size=2))
        ],
    }
    field: dict[str, object] = {
        "name": draw(_NAMES),
        "data_categories": draw(st.lists(_CATEGORIES, max_size=2)),
        "fides_meta": meta,
    }
    if depth and draw(st.booleans()):
        field["fields"] = draw(st.lists(_fields(0), max_size=2))
    return field


@given(
    collections=st.lists(
        st.builds(
            lambda name, fields, last: {
                "name": name,
                "fields": fields,
                "fides_meta": {"erase_after": [f"d.{last}"]},
            },
            _NAMES,
            st.lists(_fields(), min_size=1, max_size=4),
            _NAMES,
        ),
        min_size=1,
        max_size=4,
    ),
    schema=st.sampled_from([None, "shop", "odd schema"]),
)
def test_any_dataset_gives_a_map_that_checks_or_is_refused_with_words(
    tmp_path_factory: pytest.TempPathFactory, collections: list[object], schema: str | None
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    dataset = {"fides_key": "d", "collections": collections, "fides_meta": {"namespace": {"schema": schema}}}
    file.write_text(json.dumps({"dataset": [dataset]}, ensure_ascii=False))
    try:
        made = import_dataset(file)
    except NotImportable:
        return
    loaded = written(made)
    assert loaded.map == made.map
    assert _unexplained(check_map(loaded), made) == []


def _unexplained(found: list[Diagnostic], made: Imported) -> list[Diagnostic]:
    """Findings save those that the import tells a person to complete."""
    whole = any("All of" in loss.text.en for loss in made.losses)
    return [one for one in found if not (whole and one.code == "GAR524")]
