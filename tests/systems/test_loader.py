"""Maps are loaded whole or not at all; secrets in them are never shown."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.policy.diagnostics import RULES
from garant.systems import loader
from garant.systems.loader import UnusableMap, digest_of, load_map, load_maps, parse_map, shipped_maps
from tests.systems.example_map import EXAMPLE, section


def refusal(text: str) -> UnusableMap:
    with pytest.raises(UnusableMap) as caught:
        parse_map(text)
    return caught.value


def codes(text: str) -> list[str]:
    return [diagnostic.code for diagnostic in refusal(text).diagnostics]


def test_loads_a_file(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(EXAMPLE, encoding="utf-8")
    loaded = load_map(file)
    assert loaded.map.system == "shop"
    assert loaded.file == str(file)
    assert loaded.digest == digest_of(loaded.map)
    assert loaded.positions.of(("roots", "client", "key")).line == 6


def test_the_digest_is_of_what_is_said_not_of_how() -> None:
    other = "# a comment\n" + EXAMPLE.replace('"—"', "'—'")
    assert parse_map(other).digest == parse_map(EXAMPLE).digest
    assert parse_map(EXAMPLE.replace("P5Y", "P6Y").replace("fr: Boutique", "fr: Magasin")).digest != (
        parse_map(EXAMPLE).digest
    )


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("GAR003", "system: {"),
        ("GAR010", "- system"),
        ("GAR020", EXAMPLE + "extra: 1\n"),
        ("GAR021", EXAMPLE.replace("system: shop\n", "")),
        ("GAR022", EXAMPLE.replace("zone: Europe/Paris", "zone: [1]")),
        ("GAR024", EXAMPLE.replace("system: shop", "system: Shop!")),
        ("GAR040", "use: no-such-system"),
        ("GAR040", "use: ../odoo18"),
        ("GAR040", "use: [odoo18]"),
    ],
)
def test_refuses(code: str, text: str) -> None:
    assert code in codes(text)


SECRETS = [
    "postgresql://garant:hunter2@db.example/crm",
    "postgresql+psycopg://u:hunter2@/x",
    "mysql://db/crm?password=hunter2",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_are_refused_without_being_shown(secret: str) -> None:
    for text in (
        EXAMPLE.replace("env: GARANT_SHOP_URL", f"env: '{secret}'"),
        EXAMPLE.replace("env: GARANT_SHOP_URL", f"url: '{secret}'"),
        EXAMPLE + f"notes: ['{secret}']\n",
        EXAMPLE.replace("env: GARANT_SHOP_URL", "env: GARANT_SHOP_URL, password: hunter2"),
    ):
        problem = refusal(text)
        assert [d.code for d in problem.diagnostics] == ["GAR041"]
        assert "hunter2" not in repr(problem.diagnostics) + str(problem)


def test_loads_a_folder(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(EXAMPLE, encoding="utf-8")
    (tmp_path / "a.yml").write_text(EXAMPLE.replace("system: shop", "system: crm"), encoding="utf-8")
    (tmp_path / "README.md").write_text("not a map", encoding="utf-8")
    assert list(load_maps(tmp_path)) == ["crm", "shop"]


def test_says_all_that_is_wrong_in_a_folder(tmp_path: Path) -> None:
    for name, text in (("a.yaml", EXAMPLE), ("b.yaml", EXAMPLE), ("c.yaml", "- x")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UnusableMap) as caught:
        load_maps(tmp_path)
    assert [(d.file, d.code) for d in caught.value.diagnostics] == [
        ("b.yaml", "GAR042"),
        ("c.yaml", "GAR010"),
    ]


@pytest.mark.parametrize("name", ["", "nowhere"])
def test_a_folder_without_maps_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnusableMap, match="GAR001"):
        load_maps(tmp_path / name)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableMap, match="GAR001"):
        load_map(tmp_path / "none.yaml")


class TestShipped:
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "shop.yaml").write_text(EXAMPLE, encoding="utf-8")
        (tmp_path / "__init__.py").touch()
        (tmp_path / "split").mkdir()
        head, _, tail = EXAMPLE.partition("tables:")
        (tmp_path / "split" / "1.yaml").write_text(head + "seals: []\n", encoding="utf-8")
        first, second = tail.split("promises:")
        (tmp_path / "split" / "2.yaml").write_text(
            "tables:" + first + "roles: {other: {root: client, query: SELECT id AS key FROM client}}\n"
            "promises:\n  - {rule: one, role: other, event: end, dispositions: erase-client}\n"
            "zone: UTC\n",
            encoding="utf-8",
        )
        (tmp_path / "split" / "3.yaml").write_text("promises:" + second, encoding="utf-8")
        (tmp_path / "empty").mkdir()
        monkeypatch.setattr(loader, "_maps", lambda: tmp_path)

    def test_names(self) -> None:
        assert shipped_maps() == ["shop", "split"]

    def test_what_the_file_says_wins(self) -> None:
        loaded = parse_map(
            "use: shop\n"
            "system: store\n"
            "connection: {env: OTHER_URL}\n"
            "tables:\n"
            "  client:\n"
            "    columns:\n"
            "      phone: null\n"
            "      name: {erase: {pseudonymise: {prefix: anon-}}}\n"
            "files: []\n",
            "store.yaml",
        )
        assert loaded.map.system == "store"
        assert loaded.map.connection.env == "OTHER_URL"
        assert list(loaded.map.tables["client"].columns) == ["name", "email", "portrait"]
        assert loaded.map.tables["client"].columns["name"].identity == "name"
        assert loaded.map.files == []
        assert loaded.positions.of(("system",)).file == "store.yaml"
        assert loaded.positions.of(("zone",)).file == "garant:shop/shop.yaml"
        assert loaded.file == "store.yaml"

    def test_a_shipped_map_may_be_a_folder(self) -> None:
        loaded = parse_map("use: split\nsystem: shop\nconnection: {env: URL}\n")
        assert sorted(loaded.map.roles) == ["client", "other"]
        assert [promise.rule for promise in loaded.map.promises] == ["one", "customers"]
        position = loaded.positions.of(("promises", 1))
        assert (position.file, position.line) == ("garant:split/3.yaml", 2)
        assert loaded.map.zone == "UTC"

    def test_alone_it_is_itself(self) -> None:
        assert parse_map("use: shop").digest == parse_map(EXAMPLE).digest


def test_the_maps_that_ship() -> None:
    assert "odoo18" in shipped_maps()


VALUES = st.recursive(
    st.integers() | st.booleans() | st.text(max_size=5) | st.lists(st.integers(), max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=12,
)
SECTIONS = st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4)


@given(SECTIONS, SECTIONS)
def test_merging_keeps_both_and_prefers_the_second(base: loader.Section, over: loader.Section) -> None:
    merged = loader._merged(base, over)
    assert set(merged) == set(base) | set(over)
    assert loader._merged(merged, over) == merged
    assert loader._merged({}, over) == over
    assert loader._merged(base, {}) == base
    assert loader._merged(base, dict.fromkeys(base)) == {}


def test_the_unusable_rules_have_examples() -> None:
    for code in ("GAR040", "GAR041"):
        assert code in codes(RULES[code].bad)
    assert section(RULES["GAR041"].good) == {"connection": {"env": "GARANT_CRM_URL"}}
