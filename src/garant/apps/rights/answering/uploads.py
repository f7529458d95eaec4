"""Files that others send are hostile until looked at: what is taken, by what it is and not by what it says it is.

Nothing is unpacked here. What is refused is what harms whoever opens it: programs, pages with scripts, archives that
unfold beyond measure or outside their folder, and files that are two things at once.
"""

from __future__ import annotations

import re
import stat
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from garant.apps.rights import refusals
from garant.publish.zips import DAMAGED

LARGEST: Final = 1024**3
"""Bytes of a file at most."""
MEMBERS: Final = 20_000
"""Files in an archive at most."""
UNFOLDED: Final = 4 * 1024**3
"""Bytes to which an archive unfolds at most, by what it says and by how it is compressed."""
RATIO: Final = 200
"""Times that an archive unfolds at most."""
PIECE: Final = 64 * 1024
_PAGES: Final = 64 * 1024**2
"""Bytes of the pages of an archive that are looked through for scripts."""
_KINDS: Final[dict[str, tuple[bytes, frozenset[str]]]] = {
    "pdf": (b"%PDF-", frozenset({".pdf"})),
    "png": (b"\x89PNG\r\n\x1a\n", frozenset({".png"})),
    "jpeg": (b"\xff\xd8\xff", frozenset({".jpg", ".jpeg"})),
    "zip": (b"PK\x03\x04", frozenset({".zip", ".docx", ".xlsx", ".odt", ".ods"})),
}
"""By what each kind begins, and how its names end; what is none of them is text."""
_TEXTS: Final = frozenset({".json", ".csv", ".tsv", ".txt"})
_PROGRAMS: Final = frozenset(
    {
        *(".apk", ".app", ".bat", ".cmd", ".com", ".cpl", ".dll", ".exe", ".hta", ".jar", ".js", ".jse"),
        *(".lnk", ".mjs", ".msi", ".pif", ".ps1", ".scr", ".sh", ".vbe", ".vbs", ".wsf"),
    }
)
_SCRIPT: Final = re.compile(rb"<\s*(script|iframe|object|embed)|javascript:|\son\w+\s*=", re.IGNORECASE)
_ACTIVE: Final = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia)\b")
_UNSAFE: Final = re.compile(r"[^\w.() -]")


def named(name: str) -> str:
    """A name without a folder, a command or a disguise. Raises RequestRefusedError: how it ends is not taken."""
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = _UNSAFE.sub("_", plain).strip(". ")
    end = PurePosixPath(plain).suffix.lower()
    if end not in _TEXTS.union(*(ends for _, ends in _KINDS.values())):
        raise refusals.not_taken_file(
            f"une fin de nom «\u202f{end or 'sans point'}\u202f»", f"a name that ends in “{end or 'no dot'}”"
        )
    return f"{plain[: -len(end)][:80].strip('. ') or 'copie'}{end}"


def check(file: BinaryIO, name: str) -> str:
    """Look at a file before it is kept; gives the name under which it is. It is read again from its beginning after.

    Args:
        file: which can be read at any place.
        name: as its sender calls it.

    Raises:
        RequestRefusedError: empty, too large, of no kind that is taken, not what its name says, or harmful.
    """
    safe = named(name)
    size = file.seek(0, 2)
    if not size or size > LARGEST:
        raise refusals.file_size(LARGEST)
    file.seek(0)
    first = file.read(16)
    kind = next((key for key, (begin, _) in _KINDS.items() if first.startswith(begin)), "text")
    ends = _KINDS[kind][1] if kind in _KINDS else _TEXTS
    if PurePosixPath(safe).suffix.lower() not in ends:
        raise refusals.not_taken_file(
            "un contenu qui n’est pas ce que dit son nom", "content that is not what its name says"
        )
    if kind == "zip":
        _check_archive(file, size)
    elif zipfile.is_zipfile(file):
        raise _two_things()
    if kind == "text":
        _check_text(file)
    if kind == "pdf" and _holds(file, _ACTIVE):
        raise refusals.not_taken_file("un PDF qui contient un programme", "a PDF that holds a program")
    file.seek(0)
    return safe


def pieces(file: BinaryIO) -> Iterator[bytes]:
    """Its bytes, from the beginning."""
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece


def _two_things() -> Exception:
    return refusals.not_taken_file(
        "un fichier qui est aussi une archive", "a file that is an archive as well"
    )


def _check_text(file: BinaryIO) -> None:
    """Text is text from one end to the other, in UTF-8 or in the code page of Windows."""
    file.seek(0)
    first = file.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"%pdf-" in first or first.startswith((b"<", b"#!", b"mz")):
        raise refusals.not_taken_file("une page ou un programme", "a page or a program")
    file.seek(0)
    while piece := file.read(PIECE):
        if re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", piece):
            raise refusals.not_taken_file("un texte qui n’en est pas un", "a text that is none")


def _holds(file: BinaryIO, what: re.Pattern[bytes]) -> bool:
    file.seek(0)
    rest = b""
    while piece := file.read(PIECE):
        if what.search(rest + piece):
            return True
        rest = piece[-32:]
    return False


def _check_archive(file: BinaryIO, size: int) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            if archive.comment:
                raise _two_things()
            _check_members(archive.infolist(), size)
            _check_pages(archive)
    except DAMAGED:
        raise refusals.not_taken_file(
            "une archive abîmée ou chiffrée", "an archive that is broken or encrypted"
        ) from None


def _check_members(members: list[zipfile.ZipInfo], size: int) -> None:
    whole = sum(one.file_size for one in members)
    if len(members) > MEMBERS or whole > UNFOLDED or whole > size * RATIO:
        raise refusals.not_taken_file(
            "une archive qui se déplie sans mesure", "an archive that unfolds beyond measure"
        )
    end = 0
    for one in sorted(members, key=lambda each: each.header_offset):
        if one.header_offset < end:  # several members of the same bytes: a bomb that says nothing of it
            raise refusals.not_taken_file(
                "une archive qui se déplie sans mesure", "an archive that unfolds beyond measure"
            )
        end = one.header_offset + one.compress_size
        _check_member(one)
    if members and min(one.header_offset for one in members) != 0:
        raise _two_things()


def _check_member(one: zipfile.ZipInfo) -> None:
    path = PurePosixPath(one.filename.replace("\\", "/"))
    outside = path.is_absolute() or ".." in path.parts or ":" in one.filename or "\x00" in one.filename
    if outside or stat.S_ISLNK(one.external_attr >> 16):
        raise refusals.not_taken_file(
            "une archive qui sort de son dossier", "an archive that leaves its folder"
        )
    if one.flag_bits & 1:
        raise ValueError("encrypted")
    if path.suffix.lower() in _PROGRAMS:
        raise refusals.not_taken_file(
            "une archive qui contient un programme", "an archive that holds a program"
        )


def _check_pages(archive: zipfile.ZipFile) -> None:
    """Pages open in a browser, on the person's machine: they have no script."""
    left = _PAGES
    for one in archive.infolist():
        if PurePosixPath(one.filename).suffix.lower() not in (".html", ".htm", ".xhtml", ".svg"):
            continue
        left -= one.file_size
        if left < 0:
            raise refusals.not_taken_file(
                "trop de pages pour être regardées", "too many pages to look through"
            )
        with archive.open(one) as page:
            if _SCRIPT.search(page.read(one.file_size)):
                raise refusals.not_taken_file(
                    "une page qui contient un programme", "a page that holds a program"
                )
