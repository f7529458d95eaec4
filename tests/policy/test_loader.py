"""A policy read from its folder, whatever the folder holds."""

import os
from pathlib import Path

import pytest

from garant.policy import LoadedPolicy, UnusablePolicy, digest_of, load_policy, loader, parse_policy

ORGANISATION = "organisation: {key: acme, name: Acme, time_zone: Europe/Paris}\n"
RULE = "label: {{fr: {0}, en: {0}}}, phases: [{{kind: active, period: P3Y}}]"


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def refused(folder: Path) -> list[tuple[str, str, int]]:
    with pytest.raises(UnusablePolicy) as caught:
        load_policy(folder)
    return [(found.code, Path(found.file).name, found.line) for found in caught.value.diagnostics]


def test_files_may_split_the_document_in_any_way(tmp_path: Path) -> None:
    write(
        tmp_path,
        organisation=ORGANISATION,
        retention__prospects="retention: {prospects: {" + RULE.format("a") + "}}",
        retention__others="retention:\n  customers: {" + RULE.format("b") + "}\n",
        categories="categories: {data: {badges: {label: {fr: B, en: B}}}}",
        more="categories: {data: {keys: {label: {fr: C, en: K}}}, events: {entry: {label: {fr: E, en: E}}}}",
    )
    (tmp_path / "notes.txt").write_text("not ours")
    (tmp_path / "also.yml").write_text("notice: {author: Acme}")
    loaded = load_policy(tmp_path)
    assert set(loaded.document.retention) == {"prospects", "customers"}
    assert set(loaded.document.categories.data) == {"badges", "keys"}
    assert loaded.document.notice.author == "Acme"
    place = loaded.positions.of_key(("retention", "customers"))
    assert (Path(place.file).name, place.line, place.column) == ("others.yaml", 2, 3)


def test_a_policy_may_be_one_file(tmp_path: Path) -> None:
    write(tmp_path, policy=ORGANISATION)
    assert load_policy(tmp_path / "policy.yaml").document.organisation.key == "acme"


def test_hidden_files_and_folders_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path, organisation=ORGANISATION)
    write(tmp_path / ".git", config="::: not yaml")
    (tmp_path / ".draft.yaml").write_text("::: not yaml")
    assert load_policy(tmp_path)


def test_a_part_written_in_two_files_is_refused_with_both_places(tmp_path: Path) -> None:
    write(
        tmp_path,
        a=ORGANISATION + "retention:\n  prospects: {" + RULE.format("a") + "}\n",
        b="retention: {prospects: {" + RULE.format("b") + "}}",
    )
    with pytest.raises(UnusablePolicy) as caught:
        load_policy(tmp_path)
    (found,) = caught.value.diagnostics
    assert (found.code, found.line, found.column) == ("GAR004", 1, 13)
    assert found.message.en == f"“retention.prospects” is already written in {tmp_path / 'a.yaml'}, line 3."


def test_what_is_wrong_with_each_file_is_said_at_once(tmp_path: Path) -> None:
    write(tmp_path, a="a: [", b="- x", c="", d="x: !!python/none", e=ORGANISATION)
    assert refused(tmp_path) == [
        ("GAR003", "a.yaml", 1),
        ("GAR010", "b.yaml", 1),
        ("GAR010", "c.yaml", 1),
        ("GAR005", "d.yaml", 1),
    ]


def test_what_does_not_fit_is_said_in_its_own_file(tmp_path: Path) -> None:
    write(tmp_path, a=ORGANISATION, b="notice:\n  author: 42\n", c="cookies:\n  baner: {}\n")
    assert refused(tmp_path) == [("GAR022", "b.yaml", 2), ("GAR020", "c.yaml", 2)]


def test_an_empty_or_absent_folder_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path) == [("GAR001", tmp_path.name, 1)]
    assert refused(tmp_path / "nowhere") == [("GAR001", "nowhere", 1)]
    assert refused(Path("a\0b"))[0][0] == "GAR001"


def test_links_that_lead_out_are_refused(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", secret=ORGANISATION)
    inside = write(tmp_path / "inside", organisation=ORGANISATION)
    (inside / "link.yaml").symlink_to(outside / "secret.yaml")
    (inside / "folder").symlink_to(outside)
    (inside / "loop.yaml").symlink_to(inside / "loop.yaml")
    (inside / "up.yaml").symlink_to("../outside/secret.yaml")
    assert refused(inside) == [
        ("GAR008", "folder", 1),
        ("GAR008", "link.yaml", 1),
        ("GAR008", "loop.yaml", 1),
        ("GAR008", "up.yaml", 1),
    ]


def test_links_that_stay_inside_are_followed_once(tmp_path: Path) -> None:
    write(tmp_path, organisation=ORGANISATION, real__notice="notice: {author: Acme}")
    (tmp_path / "again").symlink_to(tmp_path / "real")
    assert load_policy(tmp_path).document.notice.author == "Acme"


def test_a_linked_folder_may_itself_be_the_policy(tmp_path: Path) -> None:
    write(tmp_path / "real", organisation=ORGANISATION)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert load_policy(tmp_path / "link")


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    write(tmp_path, organisation=ORGANISATION)
    os.mkfifo(tmp_path / "pipe.yaml")
    assert refused(tmp_path) == [("GAR001", "pipe.yaml", 1)]


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "MOST_FILES", 2)
    write(tmp_path, a=ORGANISATION, b="notice: {}", c="cookies: {}")
    assert refused(tmp_path) == [("GAR007", tmp_path.name, 1)]


def test_too_much_to_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "LARGEST_POLICY", 100)
    write(tmp_path, a=ORGANISATION, b="notice: {author: " + "x" * 50 + "}")
    assert refused(tmp_path) == [("GAR007", tmp_path.name, 1)]


def test_files_small_on_disk_and_large_with_their_aliases_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "LARGEST_POLICY", 4000)
    bomb = "notice: {author: &a " + "x" * 400 + ", legal_framework: [" + "*a, " * 9 + "]}"
    write(tmp_path, a=ORGANISATION, b=bomb)
    assert refused(tmp_path) == [("GAR007", "b.yaml", 1)]


def loaded(text: str) -> LoadedPolicy:
    return parse_policy(text)


def test_two_policies_that_say_the_same_have_the_same_digest() -> None:
    one = loaded(ORGANISATION + "notice: {author: Acme, version: '2'}\n")
    other = loaded('# our policy\nnotice:\n  version: "2"\n  author: Acme\nformat: 1\n' + ORGANISATION)
    assert one.digest == other.digest == digest_of(one.document)
    assert len(one.digest) == 64


def test_any_change_of_meaning_changes_the_digest() -> None:
    rule = ORGANISATION + "retention: {a: {label: {fr: A, en: A}, phases: [{kind: active, period: %s}]}}"
    assert loaded(rule % "P3Y").digest != loaded(rule % "P4Y").digest
    assert loaded(rule % "P12M").digest != loaded(rule % "P1Y").digest


def test_the_digest_is_that_of_canonical_json() -> None:
    import hashlib

    canonical = '{"organisation":{"key":"acme","name":"Acmé","time_zone":"UTC"}}'
    found = loaded("organisation: {key: acme, name: Acmé, time_zone: UTC}")
    assert found.digest == hashlib.sha256(canonical.encode()).hexdigest()


@pytest.mark.parametrize("text", ["", "a", "- a", "a: [", "[]", "{}"])
def test_a_text_that_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(UnusablePolicy):
        parse_policy(text)


def test_the_error_says_how_many_and_which_first() -> None:
    with pytest.raises(UnusablePolicy, match=r"policy.yaml:1:1: GAR021 .* \(and 2 more\)"):
        parse_policy("organisation: {}")
