"""The map of a system worked by hand: read like the others, and never taken for one that a program reaches."""

from __future__ import annotations

from pathlib import Path

import pytest

from garant.policy import parse_policy
from garant.systems.checks.manual import check_manual
from garant.systems.loader import LoadedManual, UnusableMap, load_folder, load_maps, parse_any, parse_map

ARCHIVE = """\
system: archive
label: {fr: Archives papier, en: Paper archive}
connector: manual
responsible: {name: Camille Exemple, email: camille@archive.example}
days: 14
promises:
  - {rule: customers, look_for: {fr: "Boîtes C : détruire.", en: "Boxes C: destroy."}}
"""
POLICY = """\
organisation: {key: acme, name: Acme, time_zone: Europe/Paris}
retention:
  customers: {label: {fr: Clients}, trigger: end-of-relationship, phases: [{kind: active, period: P5Y}], fate: erase}
"""


def manual(text: str = ARCHIVE) -> LoadedManual:
    loaded = parse_any(text)
    assert isinstance(loaded, LoadedManual)
    return loaded


def test_it_is_read_with_its_places_and_a_digest() -> None:
    loaded = manual()
    assert loaded.map.responsible.name == "Camille Exemple"
    assert loaded.positions.of(("promises", 0, "rule")).line == 7
    assert len(loaded.digest) == 64
    assert manual(ARCHIVE.replace("14", "15")).digest != loaded.digest


@pytest.mark.parametrize(
    "change",
    [
        ("days: 14", "days: 0"),
        ("days: 14", "days: 3650"),
        ("camille@archive.example", "camille"),
        ("Camille Exemple", "''"),
        (', en: "Boxes C: destroy."', ""),
        ("days: 14", "days: 14\nkey: not-a-key"),
        ("days: 14", "days: 14\ntables: {}"),
        ("days: 14", "days: 14\nrequests: {erasure: {fr: Brûlez tout.}}"),
        (
            "promises:\n",
            "promises:\n  - {rule: customers, look_for: {fr: Deux fois, en: Twice}}\n",
        ),
    ],
)
def test_what_a_person_could_not_work_with_is_refused(change: tuple[str, str]) -> None:
    with pytest.raises(UnusableMap):
        parse_any(ARCHIVE.replace(*change))


def test_it_is_not_taken_for_a_database() -> None:
    with pytest.raises(UnusableMap, match="GAR043"):
        parse_map(ARCHIVE)


def test_a_folder_holds_both_kinds(tmp_path: Path) -> None:
    (tmp_path / "archive.yaml").write_text(ARCHIVE)
    assert list(load_folder(tmp_path)) == ["archive"]
    assert load_maps(tmp_path) == {}
    (tmp_path / "again.yaml").write_text(ARCHIVE)
    with pytest.raises(UnusableMap, match="GAR042"):
        load_folder(tmp_path)


def test_its_rules_are_those_of_the_policy() -> None:
    policy = parse_policy(POLICY).document
    assert check_manual(manual()) == []
    assert check_manual(manual(), policy) == []
    found = check_manual(manual(ARCHIVE.replace("rule: customers", "rule: custommers")), policy)
    assert [(one.code, one.line) for one in found] == [("GAR511", 7)]
    assert "customers" in found[0].mend.en
    far = check_manual(manual(ARCHIVE.replace("rule: customers", "rule: zzz")), policy)
    assert "Write" not in far[0].mend.en
