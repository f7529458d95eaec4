"""A person’s package: read by people and by machines, with nothing of others, and no heavier for being large."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from garant.policy import Policy, load_policy
from garant.policy.text import LANGUAGES, Language, Text
from garant.publish.packages import About, Field, File, Made, Table, package, package_schema
from garant.publish.packages.masking import HIDDEN, Mask, people
from garant.publish.packages.pages import ROWS
from garant.publish.packages.values import cell, spoken
from tests.conftest import ROOT

POLICY: Policy = load_policy(ROOT / "examples" / "seipra-score" / "policy").document
AT = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
NASTY = "</td><script>alert(1)</script>{{ 7*7 }}"
FIELDS = (
    Field("id", Text(fr="id", en="id")),
    Field("email", Text(fr="Coordonnées", en="Contact details"), "professional-contact", own=True),
    Field("body", Text(fr="Correspondance", en="Correspondence"), "correspondence"),
    Field("names", Text(fr="Participants", en="Attendees"), "name", others=True),
)


class Given:
    """Rows and files that a test makes up."""

    def __init__(self, rows: Sequence[Sequence[Any]], files: Sequence[tuple[str, bytes]] = ()) -> None:
        self._rows, self._files = rows, files

    def tables(self) -> Iterator[Table]:
        label = Text(fr="Échanges", en="Exchanges")
        yield Table("crm", Text(fr="Ventes", en="Sales"), "person", "mail", label, FIELDS, iter(self._rows))
        yield Table("crm", Text(fr="Ventes", en="Sales"), "person", "empty", label, FIELDS, iter(()))

    def files(self) -> Iterator[File]:
        for name, content in self._files:
            yield File("crm", name, iter([content]))


def about(language: Language = "fr", **more: Any) -> About:
    return About("R-2026-0012", "Société <Exemple>", language, AT, ("me@a.example", "+33612345678"), **more)


def made(content: Given, language: Language = "fr", **more: Any) -> zipfile.ZipFile:
    pieces = package(content, about(language), POLICY, **more)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert archive.testzip() is None
    return archive


ROWS_GIVEN = [
    (1, "me@a.example", f"bob@b.example called me@a.example {NASTY}", "Bob, Alice"),
    (2, "old@a.example", "=1+1", None),
]


def test_the_data_are_of_the_published_schema() -> None:
    archive = made(Given(ROWS_GIVEN))
    data = json.loads(archive.read("data.json"))
    schema = json.loads(archive.read("schema.json"))
    assert schema == package_schema()
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(data)
    assert (data["request"], data["kind"], data["made_at"]) == ("R-2026-0012", "access", AT.isoformat())
    (table,) = data["tables"]
    assert table["rows"] == [
        {"id": 1, "email": "me@a.example", "body": f"{HIDDEN} called me@a.example {NASTY}", "names": HIDDEN},
        {"id": 2, "email": "old@a.example", "body": "=1+1", "names": None},
    ]
    assert {"purposes", "data", "recipients", "transfers"} <= set(data["activities"][0]["parts"])


def test_the_sheet_says_the_same_and_holds_no_formula() -> None:
    archive = made(Given(ROWS_GIVEN))
    (name,) = [name for name in archive.namelist() if name.startswith("csv/")]
    rows = list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[0] == ["id", "email", "body", "names"]
    assert rows[2] == ["2", "old@a.example", "'=1+1", ""]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_carry_the_number_and_no_script(language: Language) -> None:
    archive = made(Given(ROWS_GIVEN), language)
    pages = [name for name in archive.namelist() if name.endswith(".html")]
    assert pages == ["pages/001-00001.html", "index.html"]
    for name in pages:
        page = archive.read(name).decode()
        assert page.count("R-2026-0012") == 2
        assert f'lang="{language}"' in page
        assert "<script" not in page
        assert "bob@b.example" not in page
        assert not re.search(r"(src|href)=[\"']?(https?:|//)", page)
        links = re.findall(r'href="([^"]+)"', page)
        folder = name.rpartition("/")[0]
        for link in links:
            target = link.removeprefix("../") if link.startswith("../") else f"{folder}/{link}".lstrip("/")
            assert target in archive.namelist(), link
    index = archive.read("index.html").decode()
    whys = {"fr": "Pourquoi nous les avons", "en": "Why we have them"}
    for said in (whys[language], "https://www.cnil.fr/fr/plaintes", "art.\u202f6(1)"):
        assert said in index
    assert "Société &lt;Exemple&gt;" in index


def test_how_long_each_item_is_kept_is_beside_it() -> None:
    index = made(Given(ROWS_GIVEN)).read("index.html").decode()
    table = index.split("<tbody>")[1].split("</tbody>")[0]
    assert "5\u202fans" in table


def test_many_rows_are_many_pages() -> None:
    count = ROWS * 2 + 1
    result = Made()
    archive = made(Given([(n, None, f"n{n}", None) for n in range(count)]), made=result)
    pages = [archive.read(f"pages/001-{n:05d}.html").decode() for n in (1, 2, 3)]
    assert [page.count("<tr><th") for page in pages] == [ROWS, ROWS, 1]
    assert ["Lignes précédentes" in page for page in pages] == [False, True, True]
    assert ["Lignes suivantes" in page for page in pages] == [True, True, False]
    assert "Colonnes vides" in pages[0]
    assert (result.rows, [one.pages for one in result.tables], result.files) == (count, [3], 0)
    assert len(json.loads(archive.read("data.json"))["tables"][0]["rows"]) == count


def test_nothing_found_and_what_follows_by_hand() -> None:
    archive = zipfile.ZipFile(
        io.BytesIO(b"".join(package(Given([]), about(by_hand=(Text(fr="Papier", en="Paper"),)), POLICY)))
    )
    index = archive.read("index.html").decode()
    assert "Aucune donnée n’a été trouvée" in index
    assert "Papier" in index
    assert json.loads(archive.read("data.json"))["tables"] == []


def test_files_stay_below_their_folder() -> None:
    files = [
        ("../../etc/passwd", b"a"),
        ("/abs", b"b"),
        ("a\\..\\b:c", b"c"),
        ("cv.pdf", b"d"),
        ("cv.pdf", b"e"),
        ("CV.PDF", b"the same on a machine that does not tell capitals"),
        ("..", b"f"),
    ]
    result = Made()
    archive = made(Given(ROWS_GIVEN, files), made=result)
    names = [name for name in archive.namelist() if name.startswith("files/")]
    assert names == [
        "files/crm/etc/passwd", "files/crm/abs", "files/crm/a/b_c", "files/crm/cv.pdf", "files/crm/cv (2).pdf",
        "files/crm/CV (3).PDF", "files/crm/_",
    ]  # fmt: skip
    assert (result.files, archive.read("files/crm/cv (2).pdf")) == (7, b"e")


def test_portability_is_the_data_alone_and_says_nothing_of_others() -> None:
    result = Made()
    archive = made(Given(ROWS_GIVEN, [("cv.pdf", b"d")]), kind="portability", made=result)
    assert [name for name in archive.namelist() if name.endswith((".html", ".pdf", ".css"))] == []
    data = json.loads(archive.read("data.json"))
    Draft202012Validator(package_schema()).validate(data)
    assert (data["kind"], data["activities"]) == ("portability", [])
    (table,) = data["tables"]
    assert [one["name"] for one in table["fields"]] == ["id", "email", "body"]
    assert set(table["rows"][0]) == {"id", "email", "body"}
    assert result.digest == hashlib.sha256(archive.read("data.json")).hexdigest()


def test_names_of_others_are_masked_in_sentences_and_ones_own_is_not() -> None:
    others = people(["Alice Durand, Bob Lé; Chloé O'Brien", " Rose  Petit et Jean Durand", "de la Tour"])
    assert others == {"Alice Durand", "Bob Lé", "Chloé O'Brien", "Rose Petit", "Jean Durand", "de la Tour"}
    mask = Mask(["me@a.example", "Marie Durand"], others)
    shown = mask(
        "Mme Durand a vu Alice, BOB LÉ, chloé o'brien et Chloé O'Brien ; la rose de Rose. Tour 3. Alicent."
    )
    assert (
        shown
        == f"Mme Durand a vu {HIDDEN}, {HIDDEN}, chloé o'brien et {HIDDEN} ; la rose de {HIDDEN}. {HIDDEN} 3. Alicent."
    )
    assert mask("Jean Durand") == HIDDEN
    assert Mask([], ["(.*", "a+b"])("Tout (.* et a+b, AAB") == f"Tout {HIDDEN} et a+b, AAB"


def test_a_package_hides_the_names_that_somebody_read() -> None:
    rows = [(1, "me@a.example", "Vu avec Zoé Martin ce matin à la gare", None)]
    pieces = package(Given(rows), about(names=("Zoé Martin",)), POLICY)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    every = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert "Martin" not in every
    assert f"Vu avec {HIDDEN} ce matin" in every


def test_others_are_masked_in_json_however_deep_and_in_its_keys() -> None:
    body = {"to": {"bob@b.example": ["read by carl@c.example"], "dora@d.example": 1, "me@a.example": None}}
    data = json.loads(made(Given([(1, "me@a.example", body, None)])).read("data.json"))
    assert data["tables"][0]["rows"][0]["body"] == {
        "to": {HIDDEN: [f"read by {HIDDEN}"], f"{HIDDEN} (2)": 1, "me@a.example": None}
    }


def test_half_a_surrogate_pair_does_not_keep_a_person_from_their_data() -> None:
    """JSON in PostgreSQL may hold one; UTF-8 cannot."""
    body = {"said": "a\ud800z", "\udfff": [1]}
    archive = made(Given([(1, "me@a.example", body, None), (2, "me@a.example", "b\udc80\\", None)]))
    rows = json.loads(archive.read("data.json"))["tables"][0]["rows"]
    assert [row["body"] for row in rows] == [body, "b\udc80\\"]
    assert "b\\udc80" in archive.read("pages/001-00001.html").decode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("me@a.example and ME@A.EXAMPLE", "me@a.example and ME@A.EXAMPLE"),
        ("write to bob.x+y@b.co.example.", f"write to {HIDDEN}."),
        ("06 12 34 56 78 or 0612345678", "06 12 34 56 78 or 0612345678"),
        ("07 12 34 56 78", HIDDEN),
        ("+44 20 7946 0018!", f"{HIDDEN}!"),
        ("+33 (0)6 99 34 56 78", HIDDEN),
        ("invoice 2026-000123 of 1200.00", "invoice 2026-000123 of 1200.00"),
        ("IBAN FR76 3000 6000 0112 3456 7890 189", "IBAN FR76 3000 6000 0112 3456 7890 189"),
    ],
)
def test_what_is_masked(text: str, shown: str) -> None:
    mask = Mask(["me@a.example", "+33 6 12 34 56 78"])
    assert mask(text) == shown
    assert mask({"a": [text]}) == {"a": [shown]}
    assert mask(12) == 12


@given(text=st.text(max_size=200))
def test_masking_never_fails_and_shows_no_foreign_address(text: str) -> None:
    shown = Mask([])(f"{text} bob@b.example {text}")
    assert "bob@b.example" not in shown


@given(
    value=st.one_of(
        st.text(),
        st.integers(),
        st.floats(),
        st.binary(),
        st.none(),
        st.dates(),
        st.datetimes(),
        st.decimals(),
    )
)
@settings(max_examples=20)
def test_any_value_is_shown(value: Any) -> None:
    archive = made(Given([(1, value, value, value)]))
    Draft202012Validator(package_schema()).validate(json.loads(archive.read("data.json")))
    assert not cell(value).startswith(("=", "@", "\t"))


def test_values_as_people_read_them() -> None:
    assert spoken(True, "fr") == "oui"
    assert spoken(False, "en") == "no"
    assert spoken(date(2026, 6, 1), "fr") == "1er juin 2026"
    assert spoken(datetime(2026, 6, 2, 9, 5, tzinfo=UTC), "en") == "2 June 2026, 09:05"
    assert spoken(memoryview(b"abc"), "fr") == "3 octets"
    assert spoken(Decimal("1.50"), "fr") == "1.50"
    assert spoken("x" * 3000, "fr").endswith("…")
    assert spoken([1, {"a": None}], "fr") == '[1, {"a": null}]'


BIG = """
import resource, sys
sys.path.insert(0, sys.argv[1])
from tests.publish.packages.test_packages import POLICY, Given, about, package
rows = ((n, "me@a.example", "call 07 12 34 56 78 about %d" % n, None) for n in range(int(sys.argv[2])))
print(sum(map(len, package(Given(rows), about(), POLICY))), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_person() -> None:
    peaks: list[int] = []
    for rows in (2_000, 200_000):
        done = subprocess.run(
            [sys.executable, "-c", BIG, str(ROOT), str(rows)], check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        peaks.append(int(done.stdout.split()[1]))
    assert peaks[1] - peaks[0] < 8_000, peaks  # KiB
