"""Files that others send: taken by what they are, and nothing that harms whoever opens them."""

from __future__ import annotations

import io
import os
import stat
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from garant.apps.rights.answering import uploads
from garant.apps.rights.refusals import RequestRefusedError
from tests.conftest import ROOT


def taken(content: bytes, name: str) -> str:
    return uploads.check(io.BytesIO(content), name)


def archive(*members: tuple[str, bytes], comment: bytes = b"", link: bool = False) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            if link:
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
            out.writestr(info, content)
        out.comment = comment
    return made.getvalue()


PAGES = archive(("index.html", b"<h1>Vos donn\xc3\xa9es</h1>"), ("data.json", b"{}"))


@pytest.mark.parametrize(
    ("content", "name", "kept"),
    [
        (b'{"name": "Jeanne"}', "export.json", "export.json"),
        ("nom;prénom\nEssai;Jeanne\n".encode(), "export.csv", "export.csv"),
        (
            "nom;prénom\nEssai;Jeanne\n".encode("cp1252"),
            "C:\\bureau\\../fiche client.CSV",
            "fiche client.csv",
        ),
        (b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF", "dossier.pdf", "dossier.pdf"),
        (b"\x89PNG\r\n\x1a\n...", "photo.png", "photo.png"),
        (PAGES, "R-1234.zip", "R-1234.zip"),
        (b"a", "../../etc/passwd.txt", "passwd.txt"),
        (b"a", "..-..txt", "-.txt"),
        (b"a", "x" * 300 + ".txt", "x" * 80 + ".txt"),
    ],
)
def test_what_is_taken(content: bytes, name: str, kept: str) -> None:
    assert taken(content, name) == kept


def encrypted() -> bytes:
    made = bytearray(PAGES)
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = made.find(signature) + place
        (flags,) = struct.unpack_from("<H", made, at)
        struct.pack_into("<H", made, at, flags | 1)
    return bytes(made)


def overlapping() -> bytes:
    """The second entry of the directory names the bytes of the first."""
    made = bytearray(archive(("a.txt", b"0" * 1000), ("b.txt", b"0" * 1000)))
    second = made.find(b"PK\x01\x02", made.find(b"PK\x01\x02") + 4)
    struct.pack_into("<I", made, second + 42, 0)
    return bytes(made)


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"", "a.txt", "empty"),
        (b"MZ\x90\x00", "a.exe", "ends in “.exe”"),
        (b"x", "sans-point", "no dot"),
        (b"MZ\x90\x00", "a.csv", "page or a program"),
        (b"#!/bin/sh\n", "a.txt", "page or a program"),
        (b"\xef\xbb\xbf <html><script>", "a.txt", "page or a program"),
        (b"a,b\x00c", "a.csv", "text that is none"),
        (b"%PDF-1.7", "a.json", "not what its name says"),
        (PAGES, "a.json", "not what its name says"),
        (b"a" + PAGES, "a.csv", "an archive as well"),
        (b"%PDF-1.7\n" + PAGES, "a.pdf", "an archive as well"),
        (b"  \n%PDF-1.7", "a.txt", "page or a program"),
        (b"%PDF-1.7 << /OpenAction << /S /JavaScript >>", "a.pdf", "a PDF that holds a program"),
        (archive(("a.txt", b"a"), comment=b"%PDF-1.7"), "a.zip", "an archive as well"),
        (archive(("../a.txt", b"a")), "a.zip", "leaves its folder"),
        (archive(("/etc/a.txt", b"a")), "a.zip", "leaves its folder"),
        (archive(("a.txt", b"/etc/passwd"), link=True), "a.zip", "leaves its folder"),
        (archive(("a/setup.EXE", b"MZ")), "a.zip", "holds a program"),
        (archive(("a.html", b"<p onclick='x'>")), "a.zip", "a page that holds a program"),
        (archive(("a.svg", b"<svg><ScRiPt>")), "a.zip", "a page that holds a program"),
        (archive(("a.txt", b"\x00" * 30_000_000)), "a.zip", "beyond measure"),
        (overlapping(), "a.zip", "beyond measure"),
        (encrypted(), "a.zip", "broken or encrypted"),
        (b"PK\x03\x04 and nothing more", "a.zip", "broken or encrypted"),
        (PAGES[:-30], "a.zip", "broken or encrypted"),
    ],
)  # fmt: skip
def test_what_is_not(content: bytes, name: str, why: str) -> None:
    with pytest.raises(RequestRefusedError, match=why):
        taken(content, name)


def test_an_archive_of_many_pages_or_members_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MEMBERS", 1)
    with pytest.raises(RequestRefusedError, match="beyond measure"):
        taken(PAGES, "a.zip")
    monkeypatch.setattr(uploads, "MEMBERS", 2)
    monkeypatch.setattr(uploads, "_PAGES", 3)
    with pytest.raises(RequestRefusedError, match="too many pages"):
        taken(PAGES, "a.zip")


LARGE = """
import resource, sys
from pathlib import Path
from garant.site import setup
setup.prepare()
sys.path.insert(0, sys.argv[1])
from garant.apps.deliveries import services
from garant.apps.rights.answering import uploads
from garant.policy.text import Text
from garant.publish.packages import Copied, package
from tests.publish.packages.test_packages import POLICY, Given, about
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
given, before = Path(sys.argv[2]), peak()
with given.open("rb") as file:
    uploads.check(file, given.name)
    kept = services.encrypt(uploads.pieces(file))
said = Text(fr="reçue", en="received")
copies = (Copied("host", said, "received", said, files=((given.name, services.content(kept.key, kept.identity)),)),)
whole = services.encrypt(package(Given([]), about(copies=copies), POLICY))
print(peak() - before, kept.written.plain)
"""


def test_memory_does_not_grow_with_what_a_processor_sends(tmp_path: Path) -> None:
    """Taken, kept encrypted, and put into the package: in an address space of 512 MiB, though it is of 192 MiB."""
    given = tmp_path / "copie.csv"
    line = b"jeanne@demo.example;what a processor holds;2026-01-01\n"
    with given.open("wb") as out:
        out.writelines([line * 19_000] * 200)
    environment = {**os.environ, "GARANT_HOME": str(tmp_path / "home"), "DATABASE_URL": ""}
    done = subprocess.run(
        ["sh", "-c", 'ulimit -v 524288; exec "$@"', "sh", sys.executable, "-c", LARGE, str(ROOT), str(given)],
        check=False, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    grown, size = map(int, done.stdout.split())
    assert (size, grown < 16_000) == (given.stat().st_size, True), f"{grown} KiB"
