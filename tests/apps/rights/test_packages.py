"""Access and portability: the person receives what is theirs, once, and nobody else's name with it."""

from __future__ import annotations

import io
import os
import zipfile
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from garant.apps.evidence import services as evidence
from garant.apps.rights import services
from garant.apps.rights.each import packages, texts
from garant.ledger import LedgerError
from garant.policy.loader import load_policy
from garant.systems.port import ConnectorError
from tests.apps.rights.conftest import Letters, ask_system, change_system, somebody, work
from tests.apps.rights.steps import OFFICER, asked, post_form
from tests.conftest import ROOT
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def received(link: str) -> zipfile.ZipFile:
    """What the person downloads."""
    answer: Any = Client().post(urlsplit(link).path)
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def colleague_of(email: str) -> list[str]:
    """The addresses of those who share a firm or a meeting with somebody."""
    return [
        other
        for (other,) in ask_system(
            "GARANT_DEMO_CRM",
            """SELECT q.email FROM person p JOIN person q ON q.account_id = p.account_id
               WHERE p.email = ? AND q.email <> p.email""",
            email,
        )
        if other
    ]


def test_access_from_the_click_to_the_package(company: str, post: Letters) -> None:
    email = somebody()
    request, mine = asked(company, post, "access", email)
    officer = sign_in(OFFICER)
    page = f"/o/{company}/requests/{request.key}/"
    assert "Approuver et envoyer le paquet" in officer.get(page).content.decode()
    officer.post(f"{page}read/", {"names": ""})
    officer.post(f"{page}approve/")
    officer.post(f"{page}approve/")  # twice is once
    assert len(work(company, "request-package")) == 1
    request = services.find(company, request.key)
    assert (request.state, request.outcome) == ("answered", "fully")
    facts = post.last("package_ready")
    with received(facts["link"]) as package:
        names = package.namelist()
        text = b"".join(package.read(name) for name in names).decode("utf-8", "replace")
    assert email in text
    assert [other for other in colleague_of(email) if other in text] == []
    assert Client().post(urlsplit(facts["link"]).path).status_code == 404  # once
    post_form(Client(), mine, {"again": "1"})
    assert len(work(company, "request-package")) == 1
    assert post.kinds(request.key).count("package_ready") == 2


def test_others_named_in_a_sentence_are_masked_and_somebody_reads_before_it_goes(
    company: str, post: Letters
) -> None:
    """The maps know a colleague's name; a neighbour's only whoever reads sees."""
    email = somebody()
    said = "Rappel de Ludivine Colle (06 39 98 11 22) : elle en parle à Ludivine, et à Barnabé Voisin demain"
    change_system(
        "GARANT_DEMO_CRM",
        "UPDATE interaction SET summary = ? WHERE person_id = (SELECT id FROM person WHERE email = ?)", said, email,
    )  # fmt: skip
    change_system(
        "GARANT_DEMO_CRM",
        """UPDATE account SET contact_names = contact_names || ', Ludivine Colle'
           WHERE id = (SELECT account_id FROM person WHERE email = ?)""", email,
    )  # fmt: skip
    request, _ = asked(company, post, "access", email)
    with pytest.raises(LedgerError, match="free texts"):
        services.approve(company, request.key, actor=OFFICER)
    officer, page = sign_in(OFFICER), f"/o/{company}/requests/{request.key}/"
    shown = officer.get(page).content.decode()
    assert "Rappel de ••• (•••) : elle en parle à •••, et à Barnabé Voisin demain" in shown
    officer.post(f"{page}read/", {"names": " Barnabé  Voisin\n"})
    assert "Barnabé Voisin demain" not in officer.get(page).content.decode()
    services.approve(company, request.key, actor=OFFICER)
    work(company, "request-package")
    with received(post.last("package_ready")["link"]) as package:
        text = b"".join(package.read(name) for name in package.namelist()).decode("utf-8", "replace")
    assert "Rappel de ••• (•••) : elle en parle à •••, et à ••• demain" in text
    assert [name for name in ("Ludivine", "Barnabé", "Voisin", "06 39 98 11 22") if name in text] == []
    assert "la loi protège aussi ses droits" in text


def test_portability_takes_what_the_person_provided(company: str, post: Letters) -> None:
    policy = load_policy(ROOT / "examples" / "seipra-score" / "policy").document
    portable = packages.portable(policy)
    assert "name" in portable
    assert "assessment" in portable or "cv" in portable
    request, _ = asked(company, post, "portability", somebody())
    services.texts_read(company, request.key, [], actor=OFFICER)
    services.approve(company, request.key, actor=OFFICER)
    (made,) = work(company, "request-package")
    assert made["rows"] > 0
    with received(post.last("package_ready")["link"]) as package:
        assert "data.json" in package.namelist()
        assert not any("-shared" in name or name.endswith(".html") for name in package.namelist())


APPLIED = """SELECT c.email, d.store_key FROM document d
    JOIN application a ON d.owner_type = 'application' AND d.owner_id = a.id
    JOIN candidate c ON c.id = a.candidate_id
    WHERE c.email LIKE '%@%' AND d.store_key IS NOT NULL
      AND (SELECT count(*) FROM candidate q WHERE lower(q.email) = lower(c.email)) = 1 ORDER BY d.id LIMIT 1"""


def test_files_are_looked_at_and_left_out_one_by_one_each_a_decision_in_the_ledger(
    company: str, post: Letters
) -> None:
    ((email, name),) = ask_system("GARANT_DEMO_RECRUITMENT", APPLIED)
    request, _ = asked(company, post, "access", email)
    whom = services.opened(services.find(company, request.key))
    assert whom is not None
    names = [one["name"] for one in whom.files]
    assert name in names
    with pytest.raises(LedgerError, match="free texts"):
        services.approve(company, request.key, actor=OFFICER)
    officer, page = sign_in(OFFICER), f"/o/{company}/requests/{request.key}/"
    assert name in officer.get(page).content.decode()
    officer.post(f"{page}read/", {"names": "", "out": [str(names.index(name))]})
    (entry,) = [one.payload for one in evidence.records(company, kind="request.files-read")]
    assert (entry["files"], entry["left_out"], len(entry["decisions"])) == (len(names), 1, len(names))
    assert name not in str(entry)
    services.approve(company, request.key, actor=OFFICER)
    work(company, "request-package")
    with received(post.last("package_ready")["link"]) as package:
        inside = [each.rsplit("/", 1)[-1] for each in package.namelist() if each.startswith("files/")]
        index = package.read("index.html").decode()
    assert len(inside) == len(names) - 1
    assert "Des fichiers qui concernent" in index


def test_portability_waits_for_its_sentences_to_be_read(company: str, post: Letters) -> None:
    ((email, _),) = ask_system("GARANT_DEMO_RECRUITMENT", APPLIED)
    said = "Je suis disponible en mars ; Barnabé Voisin, mon ami, peut vous le dire"
    change_system(
        "GARANT_DEMO_RECRUITMENT",
        """UPDATE document SET extracted_text = ? WHERE owner_type = 'application' AND owner_id IN
           (SELECT a.id FROM application a JOIN candidate c ON c.id = a.candidate_id WHERE c.email = ?)""",
        said,
        email,
    )
    request, _ = asked(company, post, "portability", email)
    with pytest.raises(LedgerError, match="free texts"):
        services.approve(company, request.key, actor=OFFICER)
    services.texts_read(company, request.key, ["Barnabé Voisin"], actor=OFFICER)
    services.approve(company, request.key, actor=OFFICER)
    work(company, "request-package")
    with received(post.last("package_ready")["link"]) as package:
        text = package.read("data.json").decode()
    assert "Voisin" not in text


def test_nobody_found_is_left_to_a_person_to_answer(company: str, post: Letters) -> None:
    request, _ = asked(company, post, "access", "personne@nulle.example")
    services.approve(company, request.key, actor=OFFICER)
    work(company, "request-package")
    request = services.find(company, request.key)
    assert request.state == "searching"
    officer = sign_in(OFFICER)
    officer.post(
        f"/o/{company}/requests/{request.key}/answer/", {"outcome": "refused", "ground": "nothing-held"}
    )
    assert services.find(company, request.key).outcome == "refused"
    (letter,) = [one for one in services.sent(request) if one.kind == "refused"]
    assert "CNIL" in letter.text
    assert "saisir la justice" in letter.text


def test_a_package_that_could_not_be_made_is_made_again(
    company: str, post: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, _ = asked(company, post, "access", somebody())
    services.texts_read(company, request.key, [], actor=OFFICER)
    services.approve(company, request.key, actor=OFFICER)
    there = os.environ["GARANT_DEMO_CRM"]
    monkeypatch.setenv("GARANT_DEMO_CRM", "postgresql://nobody@127.0.0.1:1/nowhere")
    with pytest.raises(ConnectorError):
        work(company, "request-package")
    assert services.find(company, request.key).state == "running"
    assert "package_ready" not in post.kinds(request.key)
    monkeypatch.setenv("GARANT_DEMO_CRM", there)
    officer, page = sign_in(OFFICER), f"/o/{company}/requests/{request.key}/"
    assert "Refaire le paquet" in officer.get(page).content.decode()
    officer.post(f"{page}pack/")
    work(company, "request-package")
    assert services.find(company, request.key).outcome == "fully"


def write_about(email: str, summary: str) -> None:
    """Somebody writes what was said, in the customer database."""
    change_system(
        "GARANT_DEMO_CRM",
        """UPDATE interaction SET summary = ? WHERE id =
           (SELECT max(id) FROM interaction WHERE person_id = (SELECT id FROM person WHERE email = ?))""", summary, email,
    )  # fmt: skip


def test_what_is_written_after_it_was_read_does_not_go_unread(company: str, post: Letters) -> None:
    """Before the package is made, it is read again; once it went, what is written since stays out, and it says so."""
    email = somebody()
    write_about(email, "Rappel du client au sujet de sa facture de mai")
    request, mine = asked(company, post, "access", email)
    services.texts_read(company, request.key, [], actor=OFFICER)
    services.approve(company, request.key, actor=OFFICER)
    write_about(email, "Selon Barnabé Voisin, le client déménage au printemps")
    work(company, "request-package")
    assert "package_ready" not in post.kinds(request.key)
    assert services.find(company, request.key).state == "searching"
    work(company, "request-search")
    shown = sign_in(OFFICER).get(f"/o/{company}/requests/{request.key}/").content.decode()
    assert "Selon Barnabé Voisin" in shown
    assert "à relire" in shown
    with pytest.raises(LedgerError, match="free texts"):
        services.approve(company, request.key, actor=OFFICER)
    services.texts_read(company, request.key, ["Barnabé Voisin"], actor=OFFICER)
    services.approve(company, request.key, actor=OFFICER)
    work(company, "request-package")
    assert "Selon •••, le client déménage" in text_of(post.last("package_ready")["link"])
    write_about(email, "Sa voisine Hortense Autre demande qu’on la rappelle demain")
    post_form(Client(), mine, {"again": "1"})
    work(company, "request-package")
    text = text_of(post.last("package_ready")["link"])
    assert "Hortense" not in text
    assert "que personne n’a relu" in text


def text_of(link: str) -> str:
    with received(link) as package:
        return b"".join(package.read(name) for name in package.namelist()).decode("utf-8", "replace")


def test_more_texts_than_are_shown_are_told_of(
    company: str, post: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "MOST", 1)
    email = somebody()
    for number in range(3):
        change_system(
            "GARANT_DEMO_CRM",
            """INSERT INTO interaction (person_id, happened_at, kind, summary)
               SELECT id, '2026-11-02', 'call', ? FROM person WHERE email = ?""",
            f"Le client a dit au téléphone la chose numéro {number}", email,
        )  # fmt: skip
    request, _ = asked(company, post, "access", email)
    shown = sign_in(OFFICER).get(f"/o/{company}/requests/{request.key}/").content.decode()
    assert "les autres ne sont pas montrés ici" in shown
    services.texts_read(company, request.key, [], actor=OFFICER)
    services.approve(company, request.key, actor=OFFICER)
    work(company, "request-package")
    text = text_of(post.last("package_ready")["link"])
    assert [number for number in range(3) if f"la chose numéro {number}" not in text] == []
