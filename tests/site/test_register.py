"""The register's pages: a list with scores, a sheet for each activity, files; for those entitled to see them."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from garant.apps.accounts import services as accounts
from garant.apps.accounts.roles import Role
from garant.apps.accounts.services import Habilitation
from garant.apps.policies import services as policies
from garant.apps.register import services
from garant.policy import Policy, load_policy
from garant.publish.register import as_ods, import_register
from garant.publish.register.cnil.grid import read_grids
from tests.conftest import ROOT
from tests.publish.register.workbooks import Workbook, plain_workbook
from tests.site.conftest import Persona, user_of

pytestmark = pytest.mark.django_db

REFERENCE = load_policy(ROOT / "examples" / "seipra-score" / "policy").document


@pytest.fixture
def policy(site: str) -> Policy:
    """The reference policy, as the policy of the site's organisation."""
    organisation = REFERENCE.organisation.model_copy(update={"key": site})
    return REFERENCE.model_copy(update={"organisation": organisation})


@pytest.fixture
def draft(policy: Policy) -> policies.Version:
    return policies.import_document(policy, actor="dpo@demo.example")


def address(site: str, rest: str = "") -> str:
    return f"/o/{site}/register/{rest}"


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_site_without_a_policy_says_what_to_do(site: str, persona: Persona) -> None:
    assert f"/o/{site}/policy/" in text(persona("dpo").get(address(site)))
    assert "Qui rédige la politique la commence" in text(persona("auditor").get(address(site)))


@pytest.mark.parametrize(("language", "title"), [("fr", "Relation client"), ("en", "Customer relationship")])
def test_the_list_has_every_sheet_with_its_score(
    site: str, persona: Persona, draft: policies.Version, language: str, title: str
) -> None:
    client = persona("dpo")
    client.post("/language/", {"language": language})
    page = text(client.get(address(site)))
    assert f'href="/o/{site}/register/customer-relationship/">{title}</a>' in page
    assert page.count('<th scope="row">') == 4
    assert re.search("89 ?%", page)
    assert ("n’est pas publiée" if language == "fr" else "not published") in page


def test_a_sheet_says_all_of_it_and_links_what_is_missing(
    site: str, persona: Persona, draft: policies.Version
) -> None:
    page = text(persona("auditor").get(address(site, "remote-maintenance/")))
    assert "art. 30(2)" in page
    assert "1 mois après la réception, ou dès la fin de l’intervention si cela vient avant" in page
    links = re.findall(rf'href="/o/{site}/register/remote-maintenance/#([a-z-]+)"', page)
    assert "clients" in links
    assert set(links) <= set(re.findall(r'<h2 id="([a-z-]+)"', page))


def test_every_file(site: str, persona: Persona, draft: policies.Version, policy: Policy) -> None:
    client = persona("staff")
    for form, start in {"ods": b"PK", "xlsx": b"PK", "csv": b"\xef\xbb\xbf", "pdf": b"%PDF"}.items():
        answer = client.get(address(site, f"files/{form}/"))
        assert answer.status_code == 200
        assert answer.content.startswith(start)
        assert answer["Content-Disposition"] == f'attachment; filename="registre-{site}-1-non-publie.{form}"'
        if form == "ods":
            assert import_register(io.BytesIO(answer.content)).policy == policy
    assert client.get(address(site, "files/doc/")).status_code == 404


def test_another_version_may_be_asked_for(site: str, persona: Persona, draft: policies.Version) -> None:
    names = {**draft.policy.activities}
    names["recruitment"] = names["recruitment"].model_copy(
        update={"label": REFERENCE.activities["customer-relationship"].label, "reference": "T-2"}
    )
    other = policies.import_document(
        draft.policy.model_copy(update={"activities": names}), actor="dpo@demo.example"
    )
    client = persona("dpo")
    assert "T-2" not in text(client.get(address(site) + f"?version={draft.key}"))
    page = text(client.get(address(site) + f"?version={other.number}"))
    assert "T-2" in page
    assert f"register/recruitment/?version={other.number}" in page
    assert client.get(address(site) + "?version=nothing").status_code == 404
    assert client.get(address(site, "nothing/")).status_code == 404


def test_the_version_in_force_comes_first(site: str, persona: Persona, draft: policies.Version) -> None:
    policies.submit(site, draft.key, actor="delegate@demo.example")
    policies.approve(site, draft.key, digest=draft.digest, actor="dpo@demo.example")
    policies.publish(site, draft.key, actor="dpo@demo.example", on=policies.today(site))
    policies.import_document(draft.policy.model_copy(update={"promises": {}}), actor="dpo@demo.example")
    assert "en vigueur depuis" in text(persona("dpo").get(address(site)))


def test_a_register_that_is_not_the_one_in_force_says_so(
    site: str, persona: Persona, draft: policies.Version
) -> None:
    """Of a version of before, and of one to come, the page said that it is in force; its file said nothing."""

    def publish(version: policies.Version, in_days: int) -> None:
        policies.submit(site, version.key, actor="delegate@demo.example")
        policies.approve(site, version.key, digest=version.digest, actor="dpo@demo.example")
        day = policies.today(site) + timedelta(days=in_days)
        policies.publish(site, version.key, actor="dpo@demo.example", on=day)

    publish(draft, 0)
    client, said = persona("dpo"), draft.policy
    for in_days in (0, 30):
        said = said.model_copy(update={"promises": dict(list(said.promises.items())[1:])})
        publish(policies.import_document(said, actor="dpo@demo.example"), in_days)
    for number, words, end, said_in_it in (
        (1, "n’est plus en vigueur", "-ancien", "ce n’est plus le registre en vigueur"),
        (2, "en vigueur depuis", "", "Version 2, en vigueur depuis le "),
        (3, "ne s’appliquera que le", "-a-venir", "ce n’est pas encore le registre en vigueur"),
    ):
        for rest in ("", "recruitment/"):
            page = html.unescape(text(client.get(address(site, rest) + f"?version={number}")))
            assert words in page, number
        answer = client.get(address(site, "files/pdf/") + f"?version={number}")
        assert f'filename="registre-{site}-{number}{end}.pdf"' in answer["Content-Disposition"]
        of = policies.find(site, str(number)).policy
        assert answer.content != services.file(of, "pdf", "fr"), "printed under its title"
        raw = client.get(address(site, "files/csv/") + f"?version={number}").content.decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(raw, newline="")))
        assert all(said_in_it in line[0] for line in lines[1:])
        ods = client.get(address(site, "files/ods/") + f"?version={number}").content
        assert all(said_in_it in grid.cells[1, 0] for grid in read_grids(io.BytesIO(ods))[:3])
        assert import_register(io.BytesIO(ods)).policy == of


def test_a_habilitation_for_some_activities_shows_these_alone(
    site: str, neighbour: str, draft: policies.Version
) -> None:
    user = user_of("staff", site, neighbour)
    accounts.give(site, user, Habilitation(Role.STAFF, None, ("recruitment",)), actor="garant")
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    page = text(client.get(address(site)))
    assert page.count('<th scope="row">') == 1
    assert "files/" not in page
    assert client.get(address(site, "recruitment/")).status_code == 200
    assert client.get(address(site, "customer-relationship/")).status_code == 404
    assert client.get(address(site, "files/csv/")).status_code == 403


def sent(client: Client, site: str, raw: bytes) -> Any:
    file = SimpleUploadedFile("registre.ods", raw, services.FORMS["ods"])
    return client.post(address(site, "files/import/"), {"file": file})


def test_a_register_changed_by_hand_becomes_a_draft(
    site: str, persona: Persona, draft: policies.Version, policy: Policy
) -> None:
    client = persona("dpo")
    raw = Workbook(as_ods(policy)).write("Fiche 1", "Nom du traitement", 1, "Clients").saved().getvalue()
    page = text(sent(client, site, raw))
    assert "« Relation client » devient « Clients »" in page
    made = policies.versions(site)[0]
    assert (made.number, made.state) == (2, policies.State.DRAFT)
    assert made.policy.activities["customer-relationship"].label.fr == "Clients"
    assert f"?version={made.key}" in page
    assert "dit la même chose" in text(sent(client, site, as_ods(policy)))
    assert len(policies.versions(site)) == 2


def test_a_plain_register_is_taken_as_this_organisation_s(site: str, persona: Persona) -> None:
    raw = plain_workbook(
        {"Paie": [["Nom du traitement", "Paie"], ["Finalité principale", "Payer"]]}
    ).getvalue()
    page = text(sent(persona("dpo"), site, raw))
    assert "à compléter" in page
    made = policies.versions(site)[0]
    assert made.policy.organisation.key == site
    assert list(made.policy.activities) == ["paie"]


def test_a_register_that_cannot_be_taken_is_refused_in_words(
    site: str, persona: Persona, draft: policies.Version
) -> None:
    client = persona("dpo")
    for raw, words in ((b"nothing", "pas un classeur ODS"), (as_ods(REFERENCE), "seipra-score")):
        answer = sent(client, site, raw)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert sent(persona("staff"), site, b"").status_code == 403
    assert len(policies.versions(site)) == 1


def test_what_is_missing_in_a_draft_can_be_written_at_once(
    site: str, persona: Persona, draft: policies.Version
) -> None:
    page = text(persona("dpo").get(address(site, "recruitment/")))
    editor = f"/o/{site}/policy/1/edit/activities/recruitment/"
    assert editor in page
    assert persona("dpo").get(editor).status_code == 200
    assert editor not in text(persona("auditor").get(address(site, "recruitment/")))
