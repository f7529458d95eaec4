"""The register as CSV, XLSX and PDF: all of it, in both languages, inert, and read by others."""

from __future__ import annotations

import csv
import io
from typing import Any

import openpyxl
import pikepdf
import pytest
from hypothesis import given, settings

from garant.policy import Language, Policy, Text, load_policy
from garant.publish.register import as_csv, as_ods, as_pdf, as_xlsx, import_register, register_sheets
from garant.publish.register.cnil.grid import read_grids
from tests.conftest import ROOT
from tests.policy.policies import changed
from tests.support.policies import policies

REFERENCE = load_policy(ROOT / "examples" / "seipra-score" / "policy").document
HOSTILE = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", " =1", "＝1+1")


def lines(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_csv_has_a_line_for_each_activity(language: Language) -> None:
    head, *rows = lines(as_csv(REFERENCE, language))
    assert [row[2] for row in rows] == [one.title.say(language) for one in register_sheets(REFERENCE)]
    assert {len(row) for row in rows} == {len(head)}
    text = as_csv(REFERENCE, language).decode("utf-8-sig")
    kept = {
        "fr": "5\u202fans après la fin de la relation",
        "en": "5\u202fyears after the end of the business",
    }
    assert kept[language] in text
    assert text.count("\r\n") == len(rows) + 1


STATUS = Text(fr="Version 3, qui n’est pas publiée", en="Version 3, which is not published & not in force")


def test_csv_and_xlsx_say_on_each_line_which_register_it_is() -> None:
    head, *rows = lines(as_csv(REFERENCE, "fr", STATUS))
    assert head[:2] == ["Version", "Rôle"]
    assert {row[0] for row in rows} == {STATUS.fr}
    assert [row[1:] for row in [head, *rows]] == lines(as_csv(REFERENCE, "fr"))
    book: Any = openpyxl.load_workbook(io.BytesIO(as_xlsx(REFERENCE, "en", STATUS)))
    for sheet in book:
        first = [cell.value for cell in sheet["A"]]
        assert first[0] == "Version"
        assert set(first[1:]) <= {STATUS.en}, "nothing but a heading where no activity has such a part"
        assert sheet.oddHeader.left.text.replace("&&", "&") == STATUS.en


def test_a_cell_that_holds_no_more_is_cut_and_seen_to_be() -> None:
    """Excel opens no cell of more than 32,767 characters; CSV has all of it."""
    words = "mot " * 8_250
    policy = changed(("activities.customers.label", {"fr": words, "en": words})).document
    book: Any = openpyxl.load_workbook(io.BytesIO(as_xlsx(policy, "fr")))
    cut = [
        cell.value for sheet in book for row in sheet for cell in row if str(cell.value).startswith("mot mot")
    ]
    assert cut
    assert set(cut) == {f"{words[:32_000]} […]"}
    assert any(words in cell for row in lines(as_csv(policy, "fr")) for cell in row)


def test_ods_says_under_its_titles_which_register_it_is_and_is_read_back_the_same() -> None:
    raw = as_ods(REFERENCE, STATUS)
    grids = {grid.name: grid for grid in read_grids(io.BytesIO(raw))}
    said = [grid.name for grid in grids.values() if grid.cells.get((1, 0)) == STATUS.fr]
    assert len(said) == 1 + len(REFERENCE.controller_activities), "the list, and each record"
    taken = import_register(io.BytesIO(raw))
    assert (taken.policy, taken.notes) == (REFERENCE, import_register(io.BytesIO(as_ods(REFERENCE))).notes)


def test_a_reader_that_computes_finds_nothing_to_compute() -> None:
    for words in HOSTILE:
        policy = changed(("activities.customers.label", {"fr": words, "en": words})).document
        cells = [cell for row in lines(as_csv(policy, "fr")) for cell in row]
        assert f"'{words}" in cells
        assert not any(cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


def test_xlsx_has_a_sheet_for_each_part_and_no_formula() -> None:
    policy = changed(("activities.customers.label", {"fr": HOSTILE[0], "en": HOSTILE[0]})).document
    book: Any = openpyxl.load_workbook(io.BytesIO(as_xlsx(policy, "en")))
    assert book.sheetnames[:3] == ["Register", "Purposes", "Data and retention periods"]
    assert {"Clients", "Operations done for clients", "Security measures"} <= set(book.sheetnames)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert any(cell.value == HOSTILE[0] for cell in cells)
    assert all(sheet.print_title_rows == "$1:$1" for sheet in book)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_pdf_is_tagged_and_says_its_language(language: Language) -> None:
    raw = as_pdf(REFERENCE, language)
    assert raw == as_pdf(REFERENCE, language)
    with pikepdf.open(io.BytesIO(raw)) as pdf:
        assert str(pdf.Root.Lang)[:2] == language
        assert pdf.Root.MarkInfo.Marked
        assert b"pdfuaid:part" in pdf.Root.Metadata.read_bytes()
        width, height = (float(side) for side in pdf.pages[0].MediaBox[2:])
        assert width > height
        kinds = tags(pdf.Root.StructTreeRoot)
        assert {"/Table", "/TH", "/TD", "/H1", "/H2"} <= kinds
        assert len(list(pdf.open_outline().root)) >= 1


def tags(node: Any) -> set[str]:
    """The kinds of all parts of the structure."""
    found: set[str] = set()
    pending, seen = [node], 0
    while pending and seen < 20_000:
        one, seen = pending.pop(), seen + 1
        if isinstance(one, pikepdf.Dictionary):
            found.add(str(one.get("/S", "")))
            kids = one.get("/K")
            pending += list(kids) if isinstance(kids, pikepdf.Array) else [kids] if kids is not None else []
    return found


@settings(max_examples=15)
@given(policy=policies())
def test_any_policy_can_be_written(policy: Policy) -> None:
    for language in ("fr", "en"):
        assert len(lines(as_csv(policy, language))) == 1 + len(policy.activities)
        openpyxl.load_workbook(io.BytesIO(as_xlsx(policy, language)))
    assert as_pdf(policy, "fr").startswith(b"%PDF")
