"""`garant register`: out, in, and how complete."""

from __future__ import annotations

from pathlib import Path

import pytest

from garant.cli import application
from garant.policy import load_policy
from tests.conftest import ROOT
from tests.publish.register.workbooks import Workbook, plain_workbook

Said = pytest.CaptureFixture[str]
POLICY = ROOT / "examples" / "seipra-score" / "policy"


def run(*words: object, language: str = "en") -> int:
    return application.run(["--language", language, "register", *map(str, words)])


def test_a_register_goes_out_and_comes_back(tmp_path: Path, capsys: Said) -> None:
    out, folder = tmp_path / "register.ods", tmp_path / "policy"
    assert run("export", POLICY, "--out", out) == 0
    assert run("import", out, "--out", folder) == 0
    assert load_policy(folder).document == load_policy(POLICY).document
    said = capsys.readouterr()
    assert said.err == "0 changes, 0 things not taken over, 0 to check or complete.\n"
    assert f"Next: garant check {folder}" in said.out


def test_what_was_changed_by_hand_is_told(tmp_path: Path, capsys: Said) -> None:
    out, folder = tmp_path / "register.ods", tmp_path / "policy"
    assert run("export", POLICY, "--out", out) == 0
    out.write_bytes(Workbook(out.read_bytes()).write("Fiche 1", "Nom du", 1, "Clients").saved().getvalue())
    assert run("import", out, "--out", folder, language="fr") == 0
    assert load_policy(folder).document.activities["customer-relationship"].label.fr == "Clients"
    said = capsys.readouterr().err.replace("\u202f", " ")
    assert "modifié : Fiche 1 - Relation client, nom : « Relation client » devient « Clients »." in said
    assert "1 changement, 0 chose non reprise, 1 à vérifier ou compléter." in said


@pytest.mark.parametrize(
    ("form", "start"),
    [("ods", b"PK"), ("xlsx", b"PK"), ("csv", b"\xef\xbb\xbfVersion,Role,"), ("pdf", b"%PDF-")],
)
def test_every_form(form: str, start: bytes, tmp_path: Path) -> None:
    by_name, by_option = tmp_path / f"register.{form.upper()}", tmp_path / "register"
    assert run("export", POLICY, "--out", by_name) == 0
    assert run("export", POLICY, "--format", form, "--out", by_option) == 0
    assert by_name.read_bytes().startswith(start)
    assert by_option.read_bytes().startswith(start)


def test_what_cannot_be_done_is_refused_and_leaves_nothing(tmp_path: Path, capsys: Said) -> None:
    folder = tmp_path / "policy"
    assert run("export", POLICY, "--out", tmp_path / "register.doc") == 2
    (tmp_path / "other.ods").write_bytes(plain_workbook({"Budget": [["Loyer", "12"]]}).getvalue())
    assert run("import", tmp_path / "other.ods", "--out", folder) == 2
    assert run("import", tmp_path / "missing.ods", "--out", folder) == 2
    assert not folder.exists()
    assert run("export", POLICY, "--out", tmp_path / "register.ods") == 0
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    assert run("import", tmp_path / "register.ods", "--out", folder) == 2
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]
    said = capsys.readouterr().err
    assert "this form is not known" in said
    assert "This workbook is no register" in said
    assert "is not empty: nothing was written" in said


def test_the_score_and_what_is_missing(capsys: Said) -> None:
    assert run("check", POLICY) == 1
    said = capsys.readouterr().out
    assert "Customer relationship: 89%" in said
    assert (
        "  Contact details: “The clients whose on-board equipment we supply and maintain” (GDPR, art. 30(2)(a)) – "
        "activities.remote-maintenance.clients.maintenance-clients.contact"
    ) in said
