"""A file that anyone may have made: refused quickly, with a sentence, and never with anything else."""

from __future__ import annotations

import contextlib
import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garant.policy import load_policy
from garant.publish.register import Refused, as_ods, import_register
from garant.publish.register.cnil.grid import read_grids
from tests.conftest import ROOT
from tests.publish.register.workbooks import Workbook, archive, plain_workbook, sheet
from tests.support.spending import spends

RAW = as_ods(load_policy(ROOT / "examples" / "seipra-score" / "policy").document)
CELL = '<table:table-cell office:value-type="string"{}><text:p>x</text:p></table:table-cell>'


def row(cell: str = CELL.format(""), attributes: str = "") -> str:
    return f"<table:table-row{attributes}>{cell}</table:table-row>"


def refusal(file: io.BytesIO) -> str:
    """Why it is refused; within half a second of processor time, or the test fails."""
    told: list[Refused] = []

    def refused() -> None:
        file.seek(0)
        with pytest.raises(Refused) as caught:
            import_register(file)
        told.append(caught.value)

    assert spends(refused, 0.5) < 0.5
    assert told[0].text.missing() == ()
    return told[0].text.en


LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {two} '{f'&{one};' * 10}'>" for one, two in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "prolog", [LAUGHS + "]>", "<!DOCTYPE x SYSTEM 'file:///etc/passwd'>", "<!DOCTYPE x>"]
)
def test_document_types(prolog: str) -> None:
    assert "declares an XML document type" in refusal(archive(sheet(row(), prolog)))


def test_a_bomb() -> None:
    assert "too large" in refusal(archive(b"<a>" + b" " * 200_000_000))


def test_a_bomb_that_lies_about_its_size() -> None:
    raw = bytearray(archive(b"<a>" + b" " * 50_000_000).getvalue())
    at = raw.rfind(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<I", 10)
    assert refusal(io.BytesIO(bytes(raw)))


@pytest.mark.parametrize(
    "rows",
    [
        row(CELL.format(' table:number-columns-repeated="1000000"')),
        row(attributes=' table:number-rows-repeated="1000000"'),
        row(CELL.format(' table:number-columns-repeated="1000"') * 1000),
        row(CELL.format(' table:number-columns-repeated="1000"'), ' table:number-rows-repeated="1000"'),
        "<table:table-row>" * 100_000 + "</table:table-row>" * 100_000,
        "</table:table>".join('<table:table table:name="x">' for _ in range(3000)) + "</table:table>",
    ],
    ids=["columns", "rows", "wide", "both", "deep", "sheets"],
)
def test_what_repeats_without_end(rows: str) -> None:
    assert "too large" in refusal(archive(sheet(rows)))


def test_what_repeats_empty_costs_nothing() -> None:
    empty = '<table:table-cell table:number-columns-repeated="999999999"/>'
    grids = read_grids(archive(sheet(row(empty, ' table:number-rows-repeated="999999999"') * 50 + row())))
    assert list(grids[0].cells.values()) == ["x"]


@pytest.mark.parametrize("formula", ["of:=WEBSERVICE(&quot;https://x.example&quot;)", "of:=1+1", "DDE(1)"])
def test_formulas(formula: str) -> None:
    assert "A1 of the sheet “Fiche” holds a formula" in refusal(
        archive(sheet(row(CELL.format(f' table:formula="{formula}"'))))
    )


def test_a_cell_that_shows_another_is_no_danger() -> None:
    shows = row(CELL.format(" table:formula=\"of:=[$'2 - Liste'.$A$10]\""))
    assert read_grids(archive(sheet(shows)))[0].cells == {(0, 0): "x"}


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "C:\\windows\\x", "a\\..\\..\\b"])
def test_paths_that_lead_out(name: str) -> None:
    assert "leads out of the workbook" in refusal(archive(sheet(row()), **{name: b"x"}))


def test_other_files_and_no_file_at_all() -> None:
    for raw in (b"", b"PK\x03\x04", b"%PDF-1.7", b"a,b\n1,2\n", RAW[:-400], RAW[400:]):
        assert "not an ODS workbook" in refusal(io.BytesIO(raw))
    assert "not an ODS workbook" in refusal(archive("<a>", "other.xml"))
    assert "not an ODS workbook" in refusal(archive("<a><b></a>"))
    assert "not an ODS workbook" in refusal(archive("<a/>"))
    assert "no register" in refusal(plain_workbook({"Budget": [["Poste", "Somme"], ["Loyer", "12"]]}))
    assert "too large" in refusal(io.BytesIO(b"x" * (17 * 1024 * 1024)))


def test_a_password() -> None:
    raw = bytearray(archive(sheet(row())).getvalue())
    at = raw.rfind(b"PK\x01\x02")
    raw[at + 8] |= 1
    assert "protected by a password" in refusal(io.BytesIO(bytes(raw)))


def test_too_many_members() -> None:
    out = archive(sheet(row()))
    with zipfile.ZipFile(out, "a") as made:
        for number in range(600):
            made.writestr(str(number), b"")
    assert "too large" in refusal(out)


@pytest.mark.parametrize(
    ("pointer", "value", "why"),
    [
        ("/organisation", '"x"', "is one too many"),
        ("/organisation/name", '{"a": ', "is damaged"),
        ("/organisation/name", "[" * 100_000, "is damaged"),
        ("/organisation/registration", "12", "organisation/registration"),
        ("/x/" + "y/" * 50, "1", "too deep"),
        ("/extra", "1", "extra"),
    ],
)
def test_garant_s_own_sheet_may_be_anything(pointer: str, value: str, why: str) -> None:
    workbook = Workbook(RAW).insert_row("Garant", "/organisation/name", pointer, value)
    assert why in refusal(workbook.saved())


@settings(max_examples=60)
@given(data=st.data())
def test_any_damage_is_refused_or_read(data: st.DataObject) -> None:
    content = zipfile.ZipFile(io.BytesIO(RAW)).read("content.xml")
    start = data.draw(st.integers(0, len(content)))
    stop = start + data.draw(st.integers(0, 2000))
    piece = data.draw(st.sampled_from([b"", b"<", b"&x;", b"<table:table-cell/>", content[start:stop] * 2]))
    with contextlib.suppress(Refused):
        import_register(archive(content[:start] + piece + content[stop:]))
