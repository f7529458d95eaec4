"""What plans, requests and promises are about, in words: those of the maps and of the policy, the keys beside them."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings

from garant.apps.controls import services as controls
from garant.apps.jobs.kinds import propose_today
from garant.apps.promises.opening.naming import names_of
from garant.site.words import Named
from garant.systems.archive.data_map import SYSTEM as ARCHIVE
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
OFFICER = "deleguee@demo.example"
KEY = re.compile(r' <small class="key">[^<]*</small>')


def heard(company: str, page: str, language: str = "fr") -> str:
    """A page as it is read aloud, without the keys that stand small beside the words."""
    client = sign_in(OFFICER)
    client.post("/language/", {"language": language})
    found = client.get(f"/o/{company}/{page}").content.decode()
    return unescape(KEY.sub("", found.partition("<main")[2])).replace("\u202f", " ")


def test_a_plan_names_its_tables_and_its_columns_in_words(company: str) -> None:
    digest = propose_today(company, actor="garant")
    page = f"plans/{digest}/"
    french, english = heard(company, page), heard(company, page, "en")
    for words in ("Relation client · Interlocuteur ·", "Entreprises", "vidé : ", "recalculé : Nom et prénom"):
        assert words in french
    for words in ("Customer relations · Contact person ·", "Companies", "emptied: ", "worked out again: "):
        assert words in english
    for key in ("meeting_attendee", "contact_names", "first_name", "invoice_line"):
        assert key not in french + english
    assert (
        '<small class="key">meeting_attendee</small>'
        in sign_in(OFFICER).get(f"/o/{company}/{page}").content.decode()
    )
    rows = heard(company, f"{page}sample/")
    assert "Relation client · Interlocuteurs" in rows
    assert "full_name" not in rows


def test_a_promise_names_the_systems_that_showed_it(company: str) -> None:
    controls.look(company)
    assert "<dd>Relation client</dd>" in heard(company, "promises/retention.prospects/")
    assert "<dd>Customer relations</dd>" in heard(company, "promises/retention.prospects/", "en")


def test_what_has_no_words_keeps_its_key(company: str) -> None:
    names = names_of(company)
    assert names.system("crm") == Named("Relation client", "crm")
    assert names.system(ARCHIVE).words == "Archive intermédiaire"
    assert names.root("crm", "person") == Named("Interlocuteur", "person")
    assert names.rule("prospects").words.startswith("Prospects")
    for one in (
        names.system("gone"),
        names.root("gone", "gone"),
        names.root("crm", "gone"),
        names.rule("gone"),
    ):
        assert one == Named("gone")
    for one in (names.table("crm", "gone"), names.table("gone", "gone"), names.column("crm", "gone", "gone")):
        assert one == Named("gone")
    assert names.column("crm", "person", "gone") == Named("gone")
    columns = names.columns("crm", "person", ["first_name", "last_name", "gone"])
    assert columns == Named("Nom et prénom\u202f; gone", "first_name, last_name, gone")


def test_a_table_without_a_label_is_called_as_its_records_are(company: str) -> None:
    crm = Path(settings.GARANT_MAPS) / company / "crm.yaml"
    written = crm.read_text(encoding="utf-8")
    crm.write_text(
        re.sub(r'^    label: \{fr: "[^\n]*\n(?=    links)', "", written, flags=re.M), encoding="utf-8"
    )
    names = names_of(company)
    assert names.table("crm", "person") == Named("Interlocuteur", "person")
    assert names.table("crm", "payment") == Named("payment")


def test_a_map_that_cannot_be_read_hides_no_page(company: str) -> None:
    digest = propose_today(company, actor="garant")
    (Path(settings.GARANT_MAPS) / company / "crm.yaml").write_text("system: [", encoding="utf-8")
    assert "crm · person" in heard(company, f"plans/{digest}/")
