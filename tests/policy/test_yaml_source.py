"""YAML with places, and nothing of YAML that could surprise."""

import os
from pathlib import Path

import pytest

from garant.policy.diagnostics import Position, UnusableDocument
from garant.policy.places import Positions
from garant.policy.yaml_source import DEEPEST, LARGEST_FILE, Json, parse_yaml, read_yaml
from tests.support.spending import spends


def refusal(text: str) -> tuple[str, int, int]:
    with pytest.raises(UnusableDocument) as caught:
        parse_yaml(text, "f.yaml")
    found = caught.value.diagnostics[0]
    assert found.file == "f.yaml"
    return found.code, found.line, found.column


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1", 1),
        ("a: -12", -12),
        ("a: 1.50", 1.5),
        ("a: true", True),
        ("a: FALSE", False),
        ("a: null", None),
        ("a: ~", None),
        ("a:", None),
        ("a: yes", "yes"),
        ("a: NO", "NO"),
        ("a: off", "off"),
        ("a: '1'", "1"),
        ('a: "true"', "true"),
        ("a: 01000", "01000"),
        ("a: +33478664200", "+33478664200"),
        ("a: 1e5", "1e5"),
        ("a: 0x1F", "0x1F"),
        ("a: .inf", ".inf"),
        ("a: 1234567890123456789012", "1234567890123456789012"),
        ("a: 2026-11-01", "2026-11-01"),
        ("a: 12:30:45", "12:30:45"),
        ("a: |\n  deux\n  lignes\n", "deux\nlignes\n"),
        ("a: >-\n  deux\n  lignes\n", "deux lignes"),
        ('a: "tab\\there"', "tab\there"),
        ("a: [1, [2], {b: c}]", [1, [2], {"b": "c"}]),
        ("a: 🧑‍⚖️ l’été", "🧑‍⚖️ l’été"),
    ],
)
def test_scalars_mean_what_they_look_like(text: str, value: Json) -> None:
    assert parse_yaml(text).data == {"a": value}


def test_keys_are_always_text() -> None:
    assert parse_yaml("1: a\ntrue: b\nnull: c\n2026-11-01: d\n'': e").data == {
        "1": "a", "true": "b", "null": "c", "2026-11-01": "d", "": "e",
    }  # fmt: skip


def test_every_part_has_its_place() -> None:
    positions = parse_yaml("a:\n  - b: 1\n  - c:   deux\n", "f.yaml").positions
    assert positions.of(()) == Position("f.yaml", 1, 1, "a:")
    assert positions.of(("a", 1, "c")) == Position("f.yaml", 3, 10, "  - c:   deux")
    assert positions.of_key(("a", 1, "c")) == Position("f.yaml", 3, 5, "  - c:   deux")
    assert positions.of_key(("a", 0)) == Position("f.yaml", 2, 5, "  - b: 1")
    assert ("a", 0, "b") in positions
    assert ("a", 0, "z") not in positions


def test_what_is_nowhere_is_placed_at_what_surrounds_it() -> None:
    positions = parse_yaml("a:\n  b: 1\n", "f.yaml").positions
    assert positions.of(("a", "z", 3)) == positions.of(("a",))
    assert positions.of_key(("z",)) == positions.of(())


def test_columns_count_characters() -> None:
    assert refusal("é🧑: &a [*a]") == ("GAR006", 1, 9)


def test_line_breaks_of_every_kind_count() -> None:
    assert parse_yaml("a: 1\r\nb: 2\r\nc: 3", "f").positions.of(("c",)) == Position("f", 3, 4, "c: 3")


def test_positions_can_be_seen_from_inside_and_joined() -> None:
    positions = parse_yaml("a:\n  b: 1\n", "f").positions
    inside = positions.below(("a",))
    assert inside.of(("b",)) == positions.of(("a", "b"))
    assert inside.of_key(("b",)) == positions.of_key(("a", "b"))
    other = Positions({(): Position("g"), ("z",): Position("g", 9)}, {})
    joined = positions.joined(other)
    assert (joined.of(()).file, joined.of(("z",)).line) == ("f", 9)


def test_positions_under_a_place_of_another_document() -> None:
    positions = parse_yaml("a: {b: 1}\n", "x.yaml").positions
    around = positions.under(("list", 0))
    assert around.of(("list", 0, "a", "b")) == positions.of(("a", "b"))
    assert around.of_key(("list", 0, "a")) == positions.of_key(("a",))
    assert around.of(("list",)) == positions.of(())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b: c", ("GAR003", 1, 5)),
        ("a: [1", ("GAR003", 1, 6)),
        ("a: '", ("GAR003", 1, 5)),
        ("\ta: 1", ("GAR003", 1, 1)),
        ("%YAML 1.99999\n---\na: 1", ("GAR003", 1, 1)),
        ("a: 1\nb: 2\na: 3", ("GAR004", 3, 1)),
        ("a: {b: 1, c: 2, b: 3}", ("GAR004", 1, 17)),
        ("a: !!python/object/apply:os.system [ls]", ("GAR005", 1, 4)),
        ("!!str a: 1", ("GAR005", 1, 1)),
        ("a: !tag {}", ("GAR005", 1, 4)),
        ("a: !!binary aGk=", ("GAR005", 1, 4)),
        ("a: &a [*a]", ("GAR006", 1, 8)),
        ("a: &a {b: {c: *a}}", ("GAR006", 1, 15)),
        ("a: *nowhere", ("GAR006", 1, 4)),
        ("? [a, b]\n: c", ("GAR009", 1, 3)),
        ("*a : 1", ("GAR009", 1, 1)),
        ("a: 1\n<<: {b: 2}", ("GAR009", 2, 1)),
        ("a: 1\n---\nb: 2", ("GAR009", 2, 1)),
        ("---\n---\n", ("GAR009", 2, 1)),
        ('a: "\\0"', ("GAR002", 1, 4)),
        ('a: "\\x1b[31m"', ("GAR002", 1, 4)),
        ('a: "\\uD83D"', ("GAR002", 1, 4)),
        ('"\\x07": 1', ("GAR002", 1, 1)),
    ],
)
def test_what_could_surprise_is_refused_where_it_stands(text: str, expected: tuple[str, int, int]) -> None:
    assert refusal(text) == expected


@pytest.mark.parametrize(
    ("text", "french"),
    [
        ("a: b: c", "un deux-points de trop sur cette ligne, ou un texte à mettre entre guillemets"),
        ("a: 1\nb\nc: 2", "une clé sans deux-points"),
        ("a: [1, 2", "il manque une virgule ou «\u202f]\u202f»"),
        ("a: {b: 1", "il manque une virgule ou «\u202f}\u202f»"),
        ("a:\n  b: 1\n - c", "l’alignement ne suit pas celui des lignes précédentes"),
        ("a: 1\n\tb: 2", "une tabulation\u202f; YAML s’aligne avec des espaces"),
        ("a: @b", "un texte qui commence par «\u202f@\u202f» se met entre guillemets"),
        ('a: "b', "un guillemet n’est pas refermé"),
        (
            'a: "c:\\windows"',
            "entre guillemets doubles, «\u202f\\w\u202f» n’existe pas\u202f; employer des guillemets simples",
        ),
        ("a: - b", "un tiret de liste à la mauvaise place"),
        ("a: !x!y b", "une étiquette («\u202f!…\u202f») inconnue"),
        ("a: |x\n b", "expected chomping or indentation indicators, but found 'x'"),
    ],
)
def test_broken_yaml_is_explained_in_everyday_words(text: str, french: str) -> None:
    with pytest.raises(UnusableDocument) as caught:
        parse_yaml(text)
    message = caught.value.diagnostics[0].message
    assert message.fr == f"Ce n’est pas du YAML\u202f: {french}."
    assert message.missing() == ()


def test_aliases_are_followed() -> None:
    assert parse_yaml("a: &x [1, &y 2]\nb: *x\nc: *y").data == {"a": [1, 2], "b": [1, 2], "c": 2}


def test_every_duplicate_is_said() -> None:
    with pytest.raises(UnusableDocument) as caught:
        parse_yaml("a: 1\na: 2\nb: 3\nb: 4\n")
    assert [(found.code, found.line) for found in caught.value.diagnostics] == [("GAR004", 2), ("GAR004", 4)]


def laughs() -> str:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 20)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (laughs(), "GAR006"),
        ('a: &a "' + "x" * 100_000 + '"\nb: [' + "*a, " * 90_000 + "]", "GAR006"),
        ("[" * 500_000, "GAR007"),
        ("{a: " * 120_000, "GAR007"),
        ("- " * 250_000, "GAR007"),
        ("? " * 250_000, "GAR009"),
        ("\n".join(" " * n + "a:" for n in range(900)), "GAR007"),
        ("x" * (LARGEST_FILE + 1), "GAR007"),
        ("&a " * 170_000, "GAR003"),
        ("! " * 250_000, "GAR005"),
    ],
)
def test_bombs_are_refused_quickly(text: str, code: str) -> None:
    codes = set[str]()
    assert spends(lambda: codes.add(refusal(text)[0]), 5) < 5
    assert codes <= {code, "GAR003"}


def test_the_depth_allowed_is_exact() -> None:
    assert parse_yaml("[" * DEEPEST + "]" * DEEPEST)
    assert refusal("[" * (DEEPEST + 2) + "]" * (DEEPEST + 2))[0] == "GAR007"


def test_a_text_of_nothing_says_nothing() -> None:
    for nothing in ("", "# a comment\n", "---\n", "\n\n"):
        source = parse_yaml(nothing, "f")
        assert source.data is None
        assert source.positions.of(("a",)).file == "f"


def test_files_are_read_with_their_name(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: \xc3\xa9\n")
    assert read_yaml(path).positions.of(("a",)).file == str(path)
    assert read_yaml(path, "shown.yaml").positions.of(("a",)).file == "shown.yaml"
    assert read_yaml(path).data == {"a": "é"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a: 1\nb: \xff\n", ("GAR002", 2, 4)),
        ("a: 1".encode("utf-16"), ("GAR002", 1, 1)),
        (b"a: 1\nbc: x\x00y\n", ("GAR002", 2, 6)),
        (b"a: \x1b[31m", ("GAR002", 1, 4)),
        (b"a: " + b"x" * LARGEST_FILE, ("GAR007", 1, 1)),
    ],
)
def test_bytes_that_are_not_plain_text_are_refused(
    tmp_path: Path, content: bytes, expected: tuple[str, int, int]
) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    with pytest.raises(UnusableDocument) as caught:
        read_yaml(path)
    found = caught.value.diagnostics[0]
    assert (found.code, found.line, found.column) == expected


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    for path in (tmp_path / "nowhere.yaml", tmp_path, pipe, Path("a\0b")):
        with pytest.raises(UnusableDocument) as caught:
            read_yaml(path)
        assert caught.value.diagnostics[0].code == "GAR001"


def test_a_file_that_may_not_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UnusableDocument, match="Permission denied"):
        read_yaml(path)
