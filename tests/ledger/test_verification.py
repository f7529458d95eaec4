"""Whatever is done to an export is found out."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.ledger import ExportUnusableError, Problem, Report, VerifierKey, verify_export
from garant.ledger.problems import MOST, SENTENCES, Problems
from garant.ledger.tiles import bundle_path, pack_bundle, unpack_bundle
from tests.ledger.logs import ORIGIN, MemoryLog, key, signed_log

SIZE = 300
TRUSTED: list[VerifierKey] = [key(1).verifier(ORIGIN)]
LAST_BUNDLE = bundle_path(1, SIZE - 256)


def codes(report: Report) -> set[str]:
    return {problem.code for problem in report.problems}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good export; never changed."""
    return signed_log(SIZE).export(tmp_path_factory.mktemp("good") / "export")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory, exported: Path) -> Path:
    """A copy to be changed, and put right again after each example."""
    return Path(shutil.copytree(exported, tmp_path_factory.mktemp("scratch") / "export"))


@pytest.fixture
def copy(tmp_path: Path, exported: Path) -> Path:
    """A copy to be changed at will."""
    return Path(shutil.copytree(exported, tmp_path / "export"))


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("size", [0, 2, 3, 255, 256, 257, 511, 512, 513, 1000])
@pytest.mark.parametrize("name", ["export", "export.zip"])
def test_a_good_export_of_any_size_verifies(tmp_path: Path, size: int, name: str) -> None:
    log = MemoryLog()
    if size:
        log.open().fill(size)
    log.sign()
    report = verify_export(log.export(tmp_path / name), TRUSTED)
    assert report.ok, report.describe("en")
    assert (report.head.size if report.head else None) == size
    assert report.signers == tuple(TRUSTED)


@pytest.mark.slow
def test_a_log_of_three_tile_levels_verifies(tmp_path: Path) -> None:
    log = MemoryLog().open().fill(256**2 + 300)
    log.sign()
    assert verify_export(log.export(tmp_path / "export.zip"), TRUSTED).ok


@given(st.data())
def test_any_flipped_byte_is_detected(scratch: Path, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(files(scratch)))
    good = path.read_bytes()
    position = data.draw(st.integers(0, len(good) - 1))
    flipped = bytes([good[position] ^ data.draw(st.integers(1, 255))])
    try:
        path.write_bytes(good[:position] + flipped + good[position + 1 :])
        assert not verify_export(scratch, TRUSTED).ok
    finally:
        path.write_bytes(good)


@given(st.data())
def test_any_byte_added_or_missing_is_detected(scratch: Path, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(files(scratch)))
    good = path.read_bytes()
    position = data.draw(st.integers(0, len(good)))
    added = data.draw(st.binary(max_size=3))
    bad = good[:position] + added + good[position + data.draw(st.integers(0, 40)) :]
    try:
        path.write_bytes(bad)
        assert verify_export(scratch, TRUSTED).ok == (bad == good)
    finally:
        path.write_bytes(good)


def test_any_missing_file_is_detected(copy: Path) -> None:
    for path in files(copy):
        good = path.read_bytes()
        path.unlink()
        report = verify_export(copy, TRUSTED)
        # An earlier checkpoint alone is not missed: nothing that was signed is lost with it.
        assert report.ok == (path.parent.name == "checkpoints"), path
        path.write_bytes(good)


@pytest.mark.parametrize(
    "name", ["note.txt", "tile/0/002", "tile/entries/000.p/3", "checkpoints/7.deadbeef", "tile/1/000.p/2"]
)
def test_any_added_file_is_detected(copy: Path, name: str) -> None:
    path = copy / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    assert not verify_export(copy, TRUSTED).ok


def test_a_checkpoint_under_another_name_is_detected(copy: Path) -> None:
    earlier = next((copy / "checkpoints").iterdir())
    earlier.rename(earlier.with_name("1.00000000"))
    assert codes(verify_export(copy, TRUSTED)) == {"unexpected"}


Change = Callable[[list[bytes]], list[bytes]]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda entries: [entries[1], entries[0], *entries[2:]], "entry"),
        (lambda entries: entries[:-1], "count"),
        (lambda entries: [*entries, entries[0]], "count"),
        (lambda entries: [*entries[1:], entries[0]], "entry"),
        (lambda entries: [b"x" + entries[0], *entries[1:]], "entry"),
    ],
)
def test_reordered_removed_and_added_entries_are_detected(copy: Path, change: Change, code: str) -> None:
    path = copy / LAST_BUNDLE
    path.write_bytes(pack_bundle(change(unpack_bundle(path.read_bytes()))))
    assert code in codes(verify_export(copy, TRUSTED))


def test_the_changed_entry_is_named(copy: Path) -> None:
    path = copy / LAST_BUNDLE
    entries = unpack_bundle(path.read_bytes())
    entries[5] = entries[5].replace(b'"keys":261', b'"keys":262')
    path.write_bytes(pack_bundle(entries))
    report = verify_export(copy, TRUSTED)
    assert report.problems[0] == Problem("entry", "entry 261", f"tile/0/001.p/{SIZE - 256}")


def rebuilt(change: Change, *, signer: int = 1) -> MemoryLog:
    """A log someone wrote anew, with tiles and roots that all fit."""
    log = MemoryLog(key(signer))
    log.append(*change(signed_log(SIZE).entries))
    log.sign()
    return log


CHANGES: list[Change] = [
    lambda entries: entries[:-1],
    lambda entries: [*entries, entries[-1]],
    lambda entries: [*entries[:10], entries[11], entries[10], *entries[12:]],
    lambda entries: [*entries[:10], *entries[11:]],
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_log_written_anew_without_the_key_is_refused(tmp_path: Path, change: Change) -> None:
    forged = rebuilt(change, signer=2)
    assert "signature" in codes(verify_export(forged.export(tmp_path / "forged"), TRUSTED))


@pytest.mark.parametrize("change", CHANGES[2:3])
def test_another_tree_under_the_good_checkpoint_is_refused(tmp_path: Path, change: Change) -> None:
    forged = rebuilt(change)
    forged.notes = [signed_log(SIZE).notes[-1]]
    assert codes(verify_export(forged.export(tmp_path / "forged"), TRUSTED)) == {"root"}


@pytest.mark.parametrize("change", CHANGES)
def test_a_log_written_anew_with_the_key_is_refused_by_an_older_checkpoint(
    tmp_path: Path, change: Change
) -> None:
    older = signed_log(SIZE).notes[-1].encode()
    path = rebuilt(change).export(tmp_path / "export")
    assert verify_export(path, TRUSTED).ok
    found = codes(verify_export(path, TRUSTED, older))
    assert found <= {"truncated", "forked"}
    if len(change(signed_log(SIZE).entries)) > SIZE:
        assert not found
    else:
        assert found


def test_a_truncated_log_is_found_out_by_an_older_checkpoint(tmp_path: Path) -> None:
    log = signed_log(SIZE)
    short = MemoryLog().open().fill(SIZE // 2)
    short.sign()
    path = short.export(tmp_path / "export.zip")
    report = verify_export(path, TRUSTED, log.notes[-1].encode())
    assert codes(report) == {"truncated"}
    assert "tronqué" in report.describe("fr")
    assert "cut short" in report.describe("en")


def test_a_log_that_goes_on_fits_its_older_checkpoint(exported: Path) -> None:
    report = verify_export(exported, TRUSTED, signed_log(SIZE).notes[0].encode())
    assert report.ok
    assert report.older is not None
    assert report.older.size == SIZE // 2
    assert "It continues the checkpoint of 150 entries." in report.describe("en")
    assert "Il prolonge le point de contrôle de 150 entrées." in report.describe("fr")


@pytest.mark.parametrize("older", [b"", b"nonsense", b"\xff"])
def test_an_older_checkpoint_that_is_none_is_a_problem(exported: Path, older: bytes) -> None:
    assert codes(verify_export(exported, TRUSTED, older)) == {"note"}


def test_an_older_checkpoint_of_another_log_is_a_problem(exported: Path) -> None:
    other = MemoryLog(origin="garant/other").open()
    other.sign()
    trusted = [*TRUSTED, other.verifier]
    assert codes(verify_export(exported, trusted, other.notes[-1].encode())) == {"origin"}


def test_a_key_of_another_name_does_not_sign_this_log(tmp_path: Path) -> None:
    log = MemoryLog().open()
    log.sign()
    other = key(1).verifier("garant/other")
    note = log.notes[-1]
    log.notes = [type(note)(note.text, (key(1).signature("garant/other", note.text),))]
    assert codes(verify_export(log.export(tmp_path / "export"), [other])) == {"origin"}


def test_without_a_trusted_key_nothing_is_verified(exported: Path) -> None:
    for trusted in ([], [key(2).verifier(ORIGIN)]):
        report = verify_export(exported, trusted)
        assert codes(report) == {"signature"}
        assert report.signers == ()


def test_a_signature_of_an_unknown_key_is_said(copy: Path) -> None:
    path = copy / "checkpoint"
    note = signed_log(SIZE).notes[-1]
    both = type(note).signed(note.text, ORIGIN, key(1), key(2))
    path.write_bytes(both.encode())
    assert codes(verify_export(copy, TRUSTED)) == {"unknown-signature"}


def test_a_checkpoint_that_lies_about_the_size_costs_nothing(copy: Path) -> None:
    log = MemoryLog()
    lie = type(signed_log(SIZE).notes[-1]).signed(
        signed_log(SIZE).notes[-1].text.replace(f"\n{SIZE}\n", "\n999999999999999999\n"), ORIGIN, log.signer
    )
    (copy / "checkpoint").write_bytes(lie.encode())
    assert "missing" in codes(verify_export(copy, TRUSTED))


def test_links_and_absurd_sizes_are_refused(copy: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes((copy / "checkpoint").read_bytes())
    (copy / "checkpoint").unlink()
    (copy / "checkpoint").symlink_to(outside)
    assert codes(verify_export(copy, TRUSTED)) == {"size"}
    (copy / "checkpoint").unlink()
    (copy / "checkpoint").write_bytes(b"x" * 70_000)
    assert codes(verify_export(copy, TRUSTED)) == {"size"}


def test_a_damaged_bundle_is_said(copy: Path) -> None:
    (copy / LAST_BUNDLE).write_bytes(b"\xff\xff")
    assert "bundle" in codes(verify_export(copy, TRUSTED))


def test_file_names_that_are_not_text_are_shown_escaped(copy: Path) -> None:
    Path(str(copy) + "/bad\udcff").write_bytes(b"")
    report = verify_export(copy, TRUSTED)
    assert report.problems == (Problem("unexpected", "bad\\udcff"),)
    assert report.describe("fr").encode()


def test_an_archive_that_was_changed_is_refused(tmp_path: Path) -> None:
    path = signed_log(SIZE).export(tmp_path / "export.zip")
    with path.open("r+b") as file:
        file.seek(10)  # the time of the first file, which no program reads
        file.write(b"\x01")
    report = verify_export(path, TRUSTED)
    assert codes(report) == {"archive"}
    assert report.head is None
    assert report.describe("fr").startswith("Registre NON vérifié.\n")


@given(st.data())
def test_any_change_of_an_archive_is_detected(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "mutated.zip"
    if not path.exists():
        signed_log(20).export(path)
    good = path.read_bytes()
    position = data.draw(st.integers(0, len(good) - 1))
    try:
        path.write_bytes(
            good[:position] + bytes([good[position] ^ data.draw(st.integers(1, 255))]) + good[position + 1 :]
        )
        assert not verify_export(path, TRUSTED).ok
    finally:
        path.write_bytes(good)


def test_where_there_is_no_export_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(ExportUnusableError, match="no export"):
        verify_export(tmp_path / "nothing", TRUSTED)
    assert codes(verify_export(tmp_path, TRUSTED)) == {"missing"}


@pytest.mark.parametrize("name", ["export", "export.zip"])
def test_nothing_is_written_over(tmp_path: Path, name: str) -> None:
    path = signed_log(3).export(tmp_path / name)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ExportUnusableError, match="nothing is overwritten"):
        signed_log(3).export(path)
    assert sorted(tmp_path.rglob("*")) == before


def test_no_half_archive_stays(tmp_path: Path) -> None:
    log = MemoryLog().open()
    log.sign()
    log.entries.clear()
    log.edge.tiles.clear()
    with pytest.raises(IndexError):
        log.export(tmp_path / "export.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_report_speaks_both_languages(exported: Path) -> None:
    report = verify_export(exported, TRUSTED)
    assert report.describe("fr").startswith(f"Registre vérifié.\n{ORIGIN} · {SIZE} entrées · ")
    assert report.describe("en").startswith(f"Ledger verified.\n{ORIGIN} · {SIZE} entries · ")
    assert str(TRUSTED[0]) in report.describe("en")


def test_problems_end_where_a_person_stops_reading() -> None:
    problems = Problems()
    for number in range(MOST + 10):
        problems.add("entry", str(number))
    assert len(problems.all()) == MOST + 1
    assert problems.all()[-1].code == "too-many"


@pytest.mark.parametrize("code", SENTENCES)
def test_every_problem_is_said_in_both_languages(code: str) -> None:
    problem = Problem(code, "here", "seen")
    assert problem.describe("fr").startswith(f"{code} · here\u202f: ")
    assert problem.describe("en").startswith(f"{code} · here: ")
    assert problem.describe("en").endswith("(seen)")
