"""Anyone reads the notice in force, its history and its other forms: no account, no cookie, no script."""

from __future__ import annotations

import gzip
import io
import json
import re
from typing import Any

import jsonschema
import pikepdf
import pytest
import time_machine
from django.test import Client
from rdflib import RDF, Graph, Namespace, URIRef

from garant.apps.notices import services
from garant.apps.organisations import services as organisations
from garant.policy import Policy
from garant.publish.notice import build_notice, notice_schema
from tests.apps.notices.conftest import shorter
from tests.apps.policies.support import TODAY, approved, changed, in_force
from tests.publish.notice.samples import strings

pytestmark = pytest.mark.django_db

BASE = "/p/seipra-score"
EVERY = [
    f"{BASE}/", f"{BASE}/fr/", f"{BASE}/en/", f"{BASE}/fr/notice.pdf", f"{BASE}/en/notice.json",
    f"{BASE}/fr/notice.jsonld", f"{BASE}/fr/history/", f"{BASE}/en/history/1/", f"{BASE}/fr/history/3/",
    "/.well-known/garant", "/.well-known/garant/notice-1.json", "/p/nobody/", "/p/nobody/en/", f"{BASE}/de/",
    f"{BASE}/fr/history/99/", "/p/no/such/thing",
]  # fmt: skip


def get(path: str, **headers: str) -> Any:
    return Client(headers={name.replace("_", "-"): value for name, value in headers.items()}).get(path)


def text(answer: Any) -> str:
    return re.sub(r"[\u202f\u00a0]", " ", answer.content.decode())


@pytest.mark.parametrize("path", EVERY)
def test_no_cookie_at_all(published: str, path: str) -> None:
    client = Client()
    client.cookies["language"] = "en"
    client.cookies["sessionid"] = "stale"
    answer = client.get(path)
    assert answer.status_code < 500
    assert "Set-Cookie" not in answer.headers
    assert not answer.cookies
    assert "Cookie" not in answer.headers.get("Vary", "")


@pytest.mark.parametrize("path", EVERY)
def test_nothing_can_be_sent(published: str, path: str) -> None:
    assert Client().post(path).status_code == 405
    assert Client().head(path).content == b""


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        ("", "fr"), ("en", "en"), ("en-GB,en;q=0.9", "en"), ("de,en;q=0.5,fr;q=0.4", "en"), ("de", "fr"),
        ("fr;q=0.2, en;q=0.8", "en"), ("*", "fr"), ("en;q=0, fr", "fr"), ("en;q=x", "fr"), (",,;;q=,", "fr"),
    ],
)  # fmt: skip
def test_the_entrance_speaks_the_readers_language(published: str, wishes: str, language: str) -> None:
    answer = get(f"{BASE}/", accept_language=wishes)
    assert answer.status_code == 302
    assert answer["Location"] == f"{BASE}/{language}/"
    assert "Accept-Language" in answer["Vary"]


def test_the_notice_is_the_one_in_force(published: str) -> None:
    french, english = text(get(f"{BASE}/fr/")), text(get(f"{BASE}/en/"))
    assert "2 ans après le dernier contact" in french
    assert "3 ans après le dernier contact" not in french
    assert "2 years after the last contact" in english
    assert 'lang="fr"' in french
    assert 'hreflang="en"' in french
    assert "Vos données chez SEIPRA Score" in french


def test_a_version_takes_effect_at_midnight_there(published: str) -> None:
    with time_machine.travel("2027-02-28T22:59:00+00:00", tick=False):
        assert "2 ans après le dernier contact" in text(get(f"{BASE}/fr/"))
    with time_machine.travel("2027-02-28T23:01:00+00:00", tick=False):
        assert "1 an après le dernier contact" in text(get(f"{BASE}/fr/"))


def test_the_midnight_is_that_of_the_zone_that_the_policy_says_now(published: str) -> None:
    """The organisation has moved: what is in force there is not told by the clock of the place that it has left."""
    with time_machine.travel("2027-02-28T12:00:00+00:00", tick=False):
        assert "2 ans après le dernier contact" in text(get(f"{BASE}/fr/"))
        organisations.rename(published, name="SEIPRA Score", time_zone="Pacific/Auckland", policy="0" * 64)
        services._LATELY.clear()  # a second later
        assert "1 an après le dernier contact" in text(get(f"{BASE}/fr/"))


def test_a_version_to_come_is_kept_by_nobody_beyond_its_day(published: str) -> None:
    assert "max-age=300" in get(f"{BASE}/fr/history/3/")["Cache-Control"]
    assert "max-age=86400" in get(f"{BASE}/fr/history/1/")["Cache-Control"]


def test_what_is_not_published_is_not_shown(installation: Any, reference: Policy) -> None:
    approved(reference)
    for path in (
        f"{BASE}/",
        f"{BASE}/fr/",
        f"{BASE}/fr/history/",
        f"{BASE}/fr/history/1/",
        f"{BASE}/fr/notice.json",
    ):
        answer = get(path)
        assert answer.status_code == 404
        assert "Rien n’est publié ici" in text(answer)
    assert json.loads(get("/.well-known/garant").content) == {"linkset": []}


def test_what_is_announced_is_shown_as_such(published: str) -> None:
    coming = text(get(f"{BASE}/fr/history/3/"))
    assert "Ce texte ne s’applique pas encore." in coming
    assert "S’appliquera le" in coming
    assert "1 an après le dernier contact" in coming
    assert '<meta name="robots" content="noindex">' in coming


def test_what_applied_is_still_read(published: str) -> None:
    answer = get(f"{BASE}/fr/history/1/")
    assert "Ce texte ne s’applique plus." in text(answer)
    assert "3 ans après le dernier contact" in text(answer)
    assert get(f"{BASE}/fr/history/2/")["Location"] == f"{BASE}/fr/"


def test_only_versions_to_come(installation: Any, reference: Policy) -> None:
    from datetime import timedelta

    in_force(reference, TODAY + timedelta(days=1))
    in_force(changed(reference, lambda content: content["notice"].pop("author")), TODAY + timedelta(days=1))
    assert get(f"{BASE}/fr/").status_code == 404
    assert "Ce texte ne s’applique pas encore." in text(get(f"{BASE}/fr/history/2/"))
    assert "remplacé avant son jour : il ne s’applique jamais." in text(get(f"{BASE}/fr/history/1/"))


def test_the_history_says_what_changed(published: str) -> None:
    said = text(get(f"{BASE}/fr/history/"))
    assert re.findall(r'id="version-(\d)"', said) == ["3", "2", "1"]
    assert said.index("À venir") < said.index("En vigueur")
    assert said.count("3 ans → 2 ans") == 1
    assert said.count("2 ans → 1 an") == 1
    assert "OPTIMEX DATA" in said
    assert "La première version publiée ici." in said
    assert "3 years → 2 years" in text(get(f"{BASE}/en/history/"))


def test_every_link_of_every_page_leads_somewhere(published: str) -> None:
    seen: set[str] = set()
    waiting = [f"{BASE}/fr/", f"{BASE}/en/"]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        answer = get(page)
        assert answer.status_code in (200, 302), page
        if answer.get("Content-Type", "").startswith("text/html") and answer.status_code == 200:
            for href in re.findall(r'href="([^"#]+)(?:#[^"]*)?"', answer.content.decode()):
                if href.startswith(("https:", "mailto:", "data:", "/static/")) or href == "/":
                    continue
                from urllib.parse import urljoin, urlsplit

                waiting.append(urlsplit(urljoin(page, href)).path)
    assert {f"{BASE}/fr/notice.pdf", f"{BASE}/en/notice.jsonld", f"{BASE}/en/history/1/"} <= seen


def test_the_pdf(published: str) -> None:
    answer = get(f"{BASE}/en/notice.pdf")
    assert answer["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        assert str(pdf.Root.Lang) == "en"


def test_the_data_are_for_any_site(published: str, reference: Policy) -> None:
    answer = get(f"{BASE}/fr/notice.json")
    assert answer["Access-Control-Allow-Origin"] == "*"
    said = json.loads(answer.content)
    jsonschema.validate({name: value for name, value in said.items() if name != "$schema"}, notice_schema())
    assert said["$schema"].endswith("/.well-known/garant/notice-1.json")
    schema = json.loads(get("/.well-known/garant/notice-1.json").content)
    assert schema["$id"] == said["$schema"]
    expected = build_notice(changed(reference, dict), "fr")
    assert said["promises"] == expected.model_dump(mode="json")["promises"]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_the_linked_data_name_the_page(published: str) -> None:
    read = Graph()
    read.parse(data=get(f"{BASE}/fr/notice.jsonld").content, format="json-ld")
    dpv = Namespace("https://w3id.org/dpv#")
    page = URIRef("http://127.0.0.1:8000/p/seipra-score/")
    assert (page, RDF.type, dpv.PrivacyNotice) in read
    assert (URIRef(f"{page}#retention.prospects"), RDF.type, dpv.StorageDuration) in read


def test_programs_find_what_is_published(published: str) -> None:
    answer = get("/.well-known/garant")
    assert answer["Content-Type"] == "application/linkset+json"
    (found,) = json.loads(answer.content)["linkset"]
    assert found["anchor"] == "http://127.0.0.1:8000/p/seipra-score/"
    for _, href in strings(found):
        if href.startswith("http://127.0.0.1:8000/"):
            assert get(href.removeprefix("http://127.0.0.1:8000")).status_code in (200, 302)
    links = get(f"{BASE}/fr/")["Link"]
    assert 'rel="alternate"; type="application/pdf"' in links


def test_a_reader_who_has_it_is_told_so(published: str) -> None:
    first = get(f"{BASE}/fr/", accept_encoding="gzip")
    assert first["Content-Encoding"] == "gzip"
    assert first["Cache-Control"].startswith("public, max-age=300")
    plain = get(f"{BASE}/fr/", accept_encoding="gzip;q=0")
    assert "Content-Encoding" not in plain
    assert gzip.decompress(first.content) == plain.content
    assert first["ETag"] != plain["ETag"]
    again = get(f"{BASE}/fr/", accept_encoding="gzip", if_none_match=f'"x", W/{first["ETag"]}')
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert get(f"{BASE}/en/", accept_encoding="gzip", if_none_match=first["ETag"]).status_code == 200


def test_a_page_costs_two_small_queries_a_second(published: str, django_assert_num_queries: Any) -> None:
    get(f"{BASE}/fr/")
    services._LATELY.clear()
    with django_assert_num_queries(2) as asked:
        assert get(f"{BASE}/fr/").status_code == 200
    assert not any(
        '"document"' in query["sql"] or " document" in query["sql"] for query in asked.captured_queries
    )
    with django_assert_num_queries(0):
        assert get(f"{BASE}/fr/").status_code == 200


def test_what_is_published_for_today_is_seen_after_a_second(
    installation: Any, reference: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_force(reference)
    assert "3 ans après" in text(get(f"{BASE}/fr/"))
    with time_machine.travel("2026-11-25T23:40:00+00:00", tick=False):
        in_force(changed(reference, shorter))
    monkeypatch.setattr(services, "AGAIN", 0.0)
    assert "2 ans après" in text(get(f"{BASE}/fr/"))


def test_it_is_light_and_asks_for_one_style(published: str) -> None:
    page = get(f"{BASE}/fr/", accept_encoding="gzip")
    style = Client().get("/static/notice.css")
    styled = gzip.compress(b"".join(style.streaming_content) if style.streaming else style.content)  # type: ignore[attr-defined]
    assert len(page.content) + len(styled) < 40_000  # the limit of the house is 200 kB
    source = gzip.decompress(page.content).decode()
    assert len(re.findall(r'rel="stylesheet"', source)) == 1
    assert not re.search(r"<(script|img|iframe|style)\b| style=| on\w+=", source)


def test_a_forgotten_slash(published: str) -> None:
    assert get(f"{BASE}/fr")["Location"] == f"{BASE}/fr/"
    assert get("/p//evil")["Location"] == "/p//evil/"
    assert get("/p/no/file.txt").status_code == 404


def test_the_policy_of_content_is_strict(published: str) -> None:
    policy = get(f"{BASE}/fr/")["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "script-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "trusted-types 'none'" in policy


def test_the_front_door_leads_to_what_is_published(installation: Any, reference: Policy) -> None:
    approved(reference)
    assert "Aucune politique n’est encore publiée ici." in text(get("/", accept_language="fr"))


def test_the_front_door_names_who_publishes(published: str) -> None:
    assert f'<a href="{BASE}/fr/">SEIPRA Score</a>' in text(get("/", accept_language="fr"))
    assert f'<a href="{BASE}/en/">SEIPRA Score</a>' in text(get("/", accept_language="en"))


def test_it_leads_to_the_state_of_promises_where_it_is_shown(
    published: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 'href="state/"' not in text(get(f"{BASE}/fr/"))
    monkeypatch.setattr(services, "AGAIN", 0.0)
    organisations.configure(published, shows_state=True, actor="dpo")
    assert 'href="state/"' in text(get(f"{BASE}/fr/"))
    assert 'href="state/"' not in text(get(f"{BASE}/fr/history/1/"))
