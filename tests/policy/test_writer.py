"""A policy written is the policy read: same document, same order, same digest."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garant.policy import Policy, Text, UnusablePolicy, load_policy, parse_policy
from garant.policy.document import Organisation
from garant.policy.writer import to_yaml, write_policy
from garant.policy.yaml_source import Json, parse_yaml, plain_value
from garant.policy.yaml_writing import WIDTH, as_yaml
from tests.conftest import ROOT
from tests.policy.policies import CLEAN
from tests.support.policies import KEYS, WORDS, policies

REFERENCE = ROOT / "examples" / "seipra-score" / "policy"
ACME = Organisation(key="acme", name="Acme", time_zone="Europe/Paris")
DATA = st.recursive(
    WORDS | st.integers(-(10**17), 10**17) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(data=st.dictionaries(KEYS | WORDS.filter(lambda key: key != "<<"), DATA, min_size=1, max_size=3))
def test_any_data_is_read_back(data: dict[str, Json]) -> None:
    assert parse_yaml(as_yaml(data)).data == data


@settings(max_examples=60)
@given(policy=policies())
def test_any_policy_is_read_back(policy: Policy, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("policies") / "policy"
    write_policy(policy, folder)
    read = load_policy(folder).document
    assert read == policy
    assert ordered(read) == ordered(policy)


def ordered(policy: Policy) -> list[list[str]]:
    return [list(section) for section in (policy.activities, policy.retention, policy.recipients)]


def test_the_reference_policy_is_written_by_convention_and_read_back(tmp_path: Path) -> None:
    loaded = load_policy(REFERENCE)
    write_policy(loaded.document, tmp_path / "new" / "policy")
    again = load_policy(tmp_path / "new" / "policy")
    assert (again.document, again.digest) == (loaded.document, loaded.digest)
    found = {path.relative_to(tmp_path / "new" / "policy").as_posix() for path in tmp_path.rglob("*.yaml")}
    assert {"organisation.yaml", "retention.yaml", "activities/recruitment.yaml"} <= found
    assert list(tmp_path.rglob(".*")) == []


def test_what_is_written_is_pleasant_to_read() -> None:
    files = to_yaml(load_policy(REFERENCE).document)
    assert 'label: {fr: "Recrutement", en: "Recruitment"}' not in files["activities/recruitment.yaml"]
    assert "label: {fr: Recrutement, en: Recruitment}" in files["activities/recruitment.yaml"]
    assert "updated: 2024-06-10" in files["organisation.yaml"]
    long = [line for text in files.values() for line in text.splitlines() if len(line) > WIDTH]
    assert long == []
    assert "format:" not in "".join(files.values())  # defaults are left out


def test_activities_keep_their_order() -> None:
    label = "{role: processor, label: {fr: A, en: A}}"
    sorted_already = parse_policy(f"{ORGANISATION}activities: {{a: {label}, b: {label}}}").document
    turned = parse_policy(f"{ORGANISATION}activities: {{b: {label}, a: {label}}}").document
    assert [name for name in to_yaml(sorted_already) if "/" in name] == [
        "activities/a.yaml",
        "activities/b.yaml",
    ]
    assert [name for name in to_yaml(turned) if "/" in name] == [
        "activities/1-b.yaml",
        "activities/2-a.yaml",
    ]


ORGANISATION = "organisation: {key: acme, name: Acme, time_zone: Europe/Paris}\n"


def test_many_activities_stand_together_and_large_files_are_divided(tmp_path: Path) -> None:
    policy = wordy(600, "mot" * 667)
    files = to_yaml(policy)
    assert sorted(files) == [
        "activities-1-1.yaml",
        "activities-1-2.yaml",
        "activities-2-1.yaml",
        "activities-2-2.yaml",
        "organisation.yaml",
    ]
    write_policy(policy, tmp_path / "policy")
    read = load_policy(tmp_path / "policy").document
    assert read == policy
    assert list(read.activities) == list(policy.activities)


@pytest.mark.parametrize("odd", ["a\x00b", "a\rb", "\x1b[31m", "\x7f", "\ud800"])
def test_what_no_policy_may_hold_is_refused_with_its_place(odd: str) -> None:
    policy = Policy(organisation=ACME.model_copy(update={"mission": Text(fr=odd)}))
    with pytest.raises(UnusablePolicy, match=r"GAR002 “organisation\.mission\.fr” holds a control character"):
        to_yaml(policy)


def test_a_policy_too_large_to_be_read_is_not_written() -> None:
    part = Organisation.model_copy(ACME, update={"mission": Text(fr="x" * 600_000)})
    with pytest.raises(UnusablePolicy, match=r"organisation[-12]*\.yaml:1:1: GAR007"):
        to_yaml(Policy(organisation=part))
    with pytest.raises(UnusablePolicy, match="GAR007"):
        to_yaml(wordy(15, "x" * 300_000))


def wordy(number: int, description: str) -> Policy:
    """A policy of many activities, in falling order."""
    one = parse_policy(CLEAN).document.activities["maintenance"]
    said = Text(fr=description, en="word")
    keys = [f"m-{step}" for step in range(number, 0, -1)]
    return Policy(
        organisation=ACME, activities={key: one.model_copy(update={"description": said}) for key in keys}
    )


def test_nothing_is_written_over(tmp_path: Path) -> None:
    policy = Policy(organisation=ACME)
    (tmp_path / "empty").mkdir()
    write_policy(policy, tmp_path / "empty")
    assert load_policy(tmp_path / "empty").document == policy
    (tmp_path / "file").write_text("x")
    for taken in ("empty", "file"):
        with pytest.raises(FileExistsError):
            write_policy(policy, tmp_path / taken)


def test_a_policy_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, target: Path) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space left"):
        write_policy(Policy(organisation=ACME), tmp_path / "policy")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("plain", "value"), [("null", None), ("12", 12), ("1.50", 1.5), ("0042", "0042")])
def test_a_word_without_quotes_is_what_it_looks_like(plain: str, value: Json) -> None:
    assert plain_value(plain) == value
