"""The policy edited in pages, without YAML and without JavaScript; nothing is lost on the way."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from garant.apps.accounts import services as accounts
from garant.apps.accounts.roles import Role
from garant.apps.accounts.services import Habilitation
from garant.apps.jobs import doing
from garant.apps.policies import services
from garant.apps.policies.editor import mentions
from garant.apps.policies.models import Version
from garant.policy import Policy
from tests.apps.policies.pages import editor, forms, get
from tests.apps.policies.support import ORGANISATION, changed, in_force

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("installation")]

BASE = f"/o/{ORGANISATION}/policy/"


@pytest.fixture
def draft(reference: Policy) -> Version:
    """A draft of the reference policy."""
    return services.import_document(reference, actor="ana@demo.example")


@pytest.fixture
def ana(draft: Version, settings: Settings) -> Client:
    """The officer's delegate, who writes in English."""
    return person("ana", Role.DPO_DELEGATE, settings)


def person(name: str, role: Role, settings: Settings) -> Client:
    """Somebody signed in."""
    settings.GARANT_MFA_REQUIRED = False
    user = accounts.ensure_user(f"{name}@demo.example", name, language="en")
    accounts.give(ORGANISATION, user, Habilitation(role), actor="garant")
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def now(version: Version) -> Policy:
    """What the draft says now."""
    return services.find(ORGANISATION, version.key).policy


def every_page(version: Version) -> list[str]:
    """Every page of the editor that has a form: parts, and entries of parts."""
    paths: list[str] = []
    for part in services.overview(version):
        path = f"{BASE}{version.number}/edit/{part.page.key}/"
        paths += [f"{path}{one.key}/" for one in part.entries] if part.page.entries else [path]
    return paths


def test_saving_every_page_as_it_is_changes_nothing(draft: Version, ana: Client, reference: Policy) -> None:
    pages = every_page(draft)
    assert len(pages) > 30
    for path in pages:
        form = editor(get(ana, path))
        answer = ana.post(path, form.data(do="save"))
        if answer.status_code == 200:  # a part that is not written yet has required fields
            assert "Nothing is saved yet" in answer.content.decode()
            continue
        saved = now(draft)
        assert saved == reference, path
        assert services.find(ORGANISATION, draft.key).digest == draft.digest
    assert list(now(draft).activities) == list(reference.activities)


def test_every_page_can_be_read(draft: Version, ana: Client) -> None:
    for language in ("fr", "en"):
        ana.post("/language/", {"language": language})
        for path in [BASE, f"{BASE}1/", f"{BASE}1/review/", f"{BASE}import/", *every_page(draft)]:
            html = get(ana, path)
            assert html.count("<h1") == 1, path


def test_a_period_is_changed_without_yaml(draft: Version, ana: Client) -> None:
    path = f"{BASE}1/edit/retention/prospects/"
    form = editor(get(ana, path))
    assert form.data()["p.phases.0.period.years"] == ["3"]
    ana.post(path, form.data(**{"do": "save", "p.phases.0.period.years": "2"}))
    assert str(now(draft).retention["prospects"].total_period) == "P2Y"


def test_what_is_wrong_stands_beside_its_field(draft: Version, ana: Client) -> None:
    path = f"{BASE}1/edit/retention/prospects/"
    form = editor(get(ana, path))
    answer = ana.post(path, form.data(**{"do": "check", "p.legal_source.fr": "", "p.legal_source.en": ""}),
                      headers={"HX-Request": "true"})  # fmt: skip
    found = answer.content.decode()
    assert "<form" not in found
    spot = found.index('id="m-p--legal_source"')
    assert "GAR" in found[spot : found.index("</div>", spot)]
    assert now(draft).retention["prospects"].legal_source is not None
    longer = ana.post(path, form.data(**{"do": "check", "p.phases.0.period.years": "4"})).content.decode()
    spot = longer.index('id="m-p--phases"')
    assert "GAR221" in longer[spot : longer.index("</div>", spot)]


def test_what_is_no_policy_is_not_saved(draft: Version, ana: Client, reference: Policy) -> None:
    path = f"{BASE}1/edit/organisation/"
    form = editor(get(ana, path))
    html = ana.post(path, form.data(**{"do": "save", "p.time_zone": "Mars/Olympus"})).content.decode()
    assert "Nothing is saved yet" in html
    spot = html.index('id="m-p--time_zone"')
    assert "IANA time zone" in html[spot : html.index("</div>", spot)]
    assert 'value="Mars/Olympus"' in html
    assert now(draft) == reference


def test_a_field_left_empty_is_said_beside_it_without_the_words_of_files(draft: Version, ana: Client) -> None:
    path = f"{BASE}1/edit/retention/prospects/"
    form = editor(get(ana, path))
    html = ana.post(path, form.data(**{"do": "save", "p.phases.0.kind": ""})).content.decode()
    spot = html.index('id="m-p--phases--0--kind"')
    found = html[spot : html.index("</div>", spot)]
    assert "This field is to be filled in." in found
    assert "retention.prospects" not in found


def test_a_recipient_is_added_from_its_name(draft: Version, ana: Client) -> None:
    answer = ana.post(f"{BASE}1/edit/recipients/", {"label": "L’école d’à côté"})
    assert answer.status_code == 302
    path = answer["Location"]
    assert path.startswith(f"{BASE}1/edit/recipients/l-ecole-d-a-cote/?")
    html = get(ana, path)
    assert "Not saved yet" in html
    form = editor(html)
    assert form.data()["p.label.en"] == ["L’école d’à côté"]
    refused = ana.post(path, form.data(do="save")).content.decode()
    assert "is missing" in refused
    done = ana.post(path, form.data(**{"do": "save", "p.kind": "partner", "p.label.fr": "L’école"}))
    assert done.status_code == 302, done.content.decode()
    assert now(draft).recipients["l-ecole-d-a-cote"].kind == "partner"
    assert list(now(draft).recipients)[-1] == "l-ecole-d-a-cote"


def test_nested_lists_and_maps_by_their_buttons(draft: Version, ana: Client, reference: Policy) -> None:
    path = f"{BASE}1/edit/activities/customer-relationship/"

    def press(html: str, do: str, **filled: str) -> str:
        answer = ana.post(path, editor(html).data(do=do, **filled))
        assert answer.status_code == 200
        return answer.content.decode()

    html = press(get(ana, path), "add:p.purposes", **{"p.purposes.new": "Fidélité"})
    html = press(html, "add:p.purposes.fidelite.details")
    html = press(
        html, "add:p.purposes.fidelite.legal_basis", **{"p.purposes.fidelite.legal_basis.new": "consent"}
    )
    html = press(html, "up:p.purposes.fidelite")
    html = press(html, "refresh", **{"p.purposes.support.legal_basis.ground": "legal-obligation"})
    html = press(html, "remove:p.sources.0")
    html = press(html, "add:p.owner")
    assert now(draft) == reference, "nothing is saved before it is asked"
    filled = {
        "p.purposes.fidelite.label.fr": "Fidélité",
        "p.purposes.fidelite.details.0.fr": "Vous récompenser",
        "p.purposes.fidelite.details.0.en": "Reward you",
        "p.purposes.support.legal_basis.legal_text.fr": "Une loi",
        "p.owner.email": "owner@demo.example",
    }
    answer = ana.post(path, editor(html).data(do="save", **filled))
    assert answer.status_code == 302, answer.content.decode()
    made: Any = now(draft).activities["customer-relationship"]
    assert list(made.purposes)[-2:] == ["fidelite", "information"]
    assert made.purposes["fidelite"].details[0].en == "Reward you"
    assert made.purposes["fidelite"].legal_basis.ground == "consent"
    assert made.purposes["support"].legal_basis.ground == "legal-obligation"
    assert (made.sources, made.owner.email) == ((), "owner@demo.example")


def test_removing_what_others_refer_to_says_who(draft: Version, ana: Client) -> None:
    path = f"{BASE}1/edit/recipients/police/delete/"
    html = get(ana, path)
    assert "Processing activities › Recruitment › Recipients" in html
    assert f'href="{BASE}1/edit/activities/recruitment/#p--recipients"' in html
    ana.post(path, {"revision": "1"})
    assert "police" not in now(draft).recipients
    justice = f"{BASE}1/edit/recipients/justice/delete/"
    ana.post(justice, {"revision": "2", "do": "everywhere"})
    assert "justice" not in str(now(draft).activities)
    assert ana.get(justice).status_code == 404
    assert ana.post(f"{BASE}1/edit/organisation/delete/", {"revision": "3"}).status_code == 404
    overview = get(ana, f"{BASE}1/")
    assert "errors" in overview
    assert f'href="{BASE}1/edit/activities/recruitment/#p--recipients"' in overview
    purpose = f"{BASE}1/edit/categories/"
    form = editor(get(ana, purpose))
    said = ana.post(purpose, form.data(do="remove:p.data.professional-contact")).content.decode()
    assert "is referred to elsewhere" in said
    assert "Processing activities › Customer relationship › Categories of data" in said


def test_two_people_do_not_overwrite_each_other(draft: Version, ana: Client, settings: Settings) -> None:
    path = f"{BASE}1/edit/notice/"
    first, second = editor(get(ana, path)), editor(get(ana, path))
    assert ana.post(path, first.data(**{"do": "save", "p.author": "Ana"})).status_code == 302
    boris = person("boris", Role.DPO, settings)
    html = boris.post(path, second.data(**{"do": "save", "p.author": "Boris"})).content.decode()
    assert "was changed meanwhile by ana@demo.example" in html
    assert 'value="Boris"' in html
    assert now(draft).notice.author == "Ana"


def test_what_another_saved_meanwhile_is_not_lost_by_saving_again(
    draft: Version, ana: Client, settings: Settings
) -> None:
    """Pressed again, or after a button of the page, “save” took the page for one that had read what the other wrote."""
    path = f"{BASE}1/edit/notice/"
    boris = person("boris", Role.DPO, settings)
    read = editor(get(boris, path))
    assert ana.post(path, editor(get(ana, path)).data(**{"do": "save", "p.author": "Ana"})).status_code == 302
    html = boris.post(path, read.data(**{"do": "add:p.related", "p.author": "Boris"})).content.decode()
    assert "ana@demo.example saved this page while you were writing it" in html
    for _ in range(2):
        html = boris.post(path, editor(html).data(do="save")).content.decode()
        assert "was changed meanwhile by ana@demo.example" in html
        assert 'value="Boris"' in html
        assert now(draft).notice.author == "Ana"
    buttons = [value for name, value in editor(html).buttons if name == "do"]
    assert buttons[0] == "save", "what Enter presses"
    (instead,) = [value for value in buttons if value.startswith("save:")]
    assert boris.post(path, editor(html).data(do="save:" + "0" * 32)).status_code == 200
    assert now(draft).notice.author == "Ana"
    assert boris.post(path, editor(html).data(do=instead)).status_code == 302
    assert now(draft).notice.author == "Boris"


def test_pages_that_two_people_write_at_once_are_both_kept(
    draft: Version, ana: Client, settings: Settings
) -> None:
    notice, prospects = f"{BASE}1/edit/notice/", f"{BASE}1/edit/retention/prospects/"
    boris = person("boris", Role.DPO, settings)
    mine, theirs = editor(get(ana, notice)), editor(get(boris, prospects))
    assert ana.post(notice, mine.data(**{"do": "save", "p.author": "Ana"})).status_code == 302
    changed_to = theirs.data(**{"do": "save", "p.phases.0.period.years": "2"})
    assert boris.post(prospects, changed_to).status_code == 302
    assert now(draft).notice.author == "Ana"
    assert str(now(draft).retention["prospects"].total_period) == "P2Y"


def test_a_mention_whose_list_would_then_say_all_stays(reference: Policy, settings: Settings) -> None:
    """A rule for one kind of data became, with that kind deleted “with its mentions”, a rule for all data."""

    def narrow(content: dict[str, Any]) -> None:
        content["retention"]["invoices"]["data"] = ["invoicing"]
        content["retention"]["customers"]["activities"] = ["technical-development"]

    services.import_document(changed(reference, narrow), actor="ana@demo.example")
    ana = person("ana", Role.DPO_DELEGATE, settings)
    path = f"{BASE}1/edit/activities/technical-development/delete/"
    assert "stays, to be mended" in get(ana, path)
    ana.post(path, {"revision": "1", "do": "everywhere"})
    policy = services.find(ORGANISATION, "1").policy
    assert "technical-development" not in policy.activities
    assert policy.retention["customers"].activities == ("technical-development",)
    with pytest.raises(services.RefusedError, match="errors"):
        services.submit(ORGANISATION, services.find(ORGANISATION, "1").key, actor="Ana")
    kept = {mention.where.en: mention.stays for mention in mentions(reference, ("activities", "recruitment"))}
    assert kept["Retention rules › Unselected candidates: two years after the last contact, if they agree › Activities the "
                "rule applies to"]  # fmt: skip


def test_the_whole_way_in_pages(draft: Version, ana: Client, settings: Settings, reference: Policy) -> None:
    boris = person("boris", Role.DPO, settings)
    step = f"{BASE}1/do/"
    ana.post(step, {"do": "submit"})
    assert ana.post(step, {"do": "approve", "digest": draft.digest}).status_code == 403
    html = get(boris, f"{BASE}1/review/")
    approve = next(form for form in forms(html) if ("do", "approve") in form.buttons)
    boris.post(approve.action, approve.data(do="approve"))
    html = get(boris, f"{BASE}1/review/")
    publish = next(form for form in forms(html) if ("do", "publish") in form.buttons)
    for unread in ("", "31/12/2026", "2026-02-30"):
        boris.post(publish.action, publish.data(do="publish", on=unread))
        assert services.find(ORGANISATION, "1").state == "approved", (
            "nothing is published for good by mistake"
        )
    boris.post(publish.action, publish.data(do="publish"))
    current = services.published(ORGANISATION)
    assert current is not None
    assert current.policy == reference
    page = get(boris, f"{BASE}1/edit/notice/")
    assert "only a draft is" in page
    assert "add:" not in page.split("<fieldset")[0]
    path = f"{BASE}1/edit/notice/"
    refused = boris.post(path, editor(page).data(do="save")).content.decode()
    assert "is published" in refused


def test_a_new_draft_and_what_it_changes(reference: Policy, settings: Settings) -> None:
    in_force(reference)
    ana = person("ana", Role.DPO_DELEGATE, settings)
    begin = next(form for form in forms(get(ana, BASE)) if "from" in form.names())
    assert ana.post(BASE, begin.data())["Location"] == f"{BASE}2/"
    path = f"{BASE}2/edit/retention/prospects/"
    ana.post(path, editor(get(ana, path)).data(**{"do": "save", "p.phases.0.period.years": "5"}))
    html = get(ana, f"{BASE}2/review/")
    assert "What weighs on people" in html
    assert "<del>3\u202fyears</del>" in html
    assert "<ins>5\u202fyears</ins>" in html
    assert "Nobody has asked the systems yet" in html


def test_files_out_and_in_again(draft: Version, ana: Client, reference: Policy) -> None:
    sent = ana.get(f"{BASE}1/export.zip")
    assert sent["Content-Disposition"] == f'attachment; filename="{ORGANISATION}-1.zip"'
    services.discard(ORGANISATION, draft.key, actor="Ana")
    files = SimpleUploadedFile("policy.zip", sent.content)
    assert ana.post(f"{BASE}import/", {"files": files})["Location"] == f"{BASE}1/"
    assert services.find(ORGANISATION, "1").digest == draft.digest
    bad = SimpleUploadedFile("retention.yaml", b"retention:\n  x: {labell: 3}\n")
    said = ana.post(f"{BASE}import/", {"files": bad}).content.decode()
    assert "retention.yaml, line 2" in said
    assert "GAR0" in said
    nothing = ana.post(f"{BASE}import/", {"files": SimpleUploadedFile("a.txt", b"x")}).content.decode()
    assert "No .yaml file was sent" in nothing
    broken = ana.post(f"{BASE}import/", {"files": SimpleUploadedFile("a.zip", b"PK")}).content.decode()
    assert "damaged" in broken


@pytest.mark.parametrize("role", [Role.STAFF, Role.AUDITOR])
def test_who_may_not_edit_changes_nothing(draft: Version, settings: Settings, role: Role) -> None:
    settings.GARANT_MFA_REQUIRED = False
    user = accounts.ensure_user("reader@demo.example", language="en")
    until = services.today(ORGANISATION) + timedelta(days=3) if role is Role.AUDITOR else None
    accounts.give(ORGANISATION, user, Habilitation(role, until), actor="garant")
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    path = f"{BASE}1/edit/notice/"
    html = get(client, path)
    assert "only a draft is" in html
    assert client.post(path, editor(html).data(do="save")).status_code == 403
    assert client.post(f"{BASE}1/do/", {"do": "submit"}).status_code == 403
    assert client.post(BASE, {"from": draft.key}).status_code == 403
    assert client.get(f"{BASE}import/").status_code == 403
    assert client.get(f"{BASE}1/edit/recipients/police/delete/").status_code == 403


@pytest.mark.parametrize(
    "path", ["9/", "1/edit/nothing/", "1/edit/retention/nobody/", "1/edit/notice/x/", "9/edit/notice/"]
)
def test_what_is_not_there(draft: Version, ana: Client, path: str) -> None:
    assert ana.get(BASE + path).status_code == 404


@pytest.mark.parametrize("do", ["add:p.nothing", "burn:p.author", "add:p.author", "remove:x", "add:", "up:p"])
def test_a_button_that_is_not_there(draft: Version, ana: Client, do: str) -> None:
    path = f"{BASE}1/edit/notice/"
    assert ana.post(path, editor(get(ana, path)).data(do=do)).status_code in {404, 200}
    assert now(draft) == services.find(ORGANISATION, "1").policy


def test_what_a_page_says_of_itself_is_what_is_written(draft: Version) -> None:
    assert json.loads(draft.document)["organisation"]["key"] == ORGANISATION
    assert changed(draft.policy, lambda _: None) == draft.policy


def test_a_policy_is_begun_without_a_file(demo: str, settings: Settings) -> None:
    settings.GARANT_MFA_REQUIRED = False
    user = accounts.ensure_user("new@demo.example", language="fr")
    accounts.give(demo, user, Habilitation(Role.DPO), actor="garant")
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    base = f"/o/{demo}/policy/"
    assert "Aucune version encore" in get(client, base)
    begin = next(form for form in forms(get(client, base)) if ("from", "") in form.buttons)
    assert client.post(base, begin.data(**{"from": ""}))["Location"] == f"{base}1/"
    made = services.find(demo, "1").policy
    assert (made.organisation.name, made.organisation.time_zone) == ("Démonstration", "Europe/Paris")
    way = client.post(f"{base}1/edit/activities/", {"label": "Billetterie", "tag": "controller"})["Location"]
    form = editor(get(client, way))
    saved = client.post(way, form.data(**{"do": "save", "p.subjects": "customers", "p.data": ["identity"]}))
    assert saved.status_code == 302
    assert services.find(demo, "1").policy.activities["billetterie"].data == ("identity",)
    page = get(client, f"{base}1/edit/activities/billetterie/")
    spot = page.index('id="m-p--purposes"')
    assert "GAR151" in page[spot : page.index("</div>", spot)]
    clause = f"{base}1/edit/transfer-clause/"
    written = editor(get(client, clause)).data(**{"do": "save", "p.statement.fr": "Rien ne part."})
    assert client.post(clause, written).status_code == 302
    gone = client.post(f"{clause}delete/", {"revision": "3"})
    assert gone["Location"] == f"{base}1/"
    assert services.find(demo, "1").policy.transfer_clause is None


def test_a_version_sent_back_announced_and_too_soon(
    reference: Policy, settings: Settings, tmp_path: Path
) -> None:
    in_force(reference)
    ana, boris = person("ana", Role.DPO_DELEGATE, settings), person("boris", Role.DPO, settings)

    def sub_processor(content: dict[str, Any]) -> None:
        content["activities"]["remote-maintenance"]["processors"].append("accountant")

    services.import_document(changed(reference, sub_processor), actor="ana@demo.example")
    step = f"{BASE}2/do/"

    def said(client: Client, page: str, **sent: str) -> str:
        assert client.post(step, sent).status_code == 302
        return get(client, f"{BASE}2/{page}")

    said(ana, "", do="submit")
    assert "with a reason" in said(boris, "review/", do="reject", reason=" ")
    assert "Sent back for this reason: Not yet." in said(boris, "", do="reject", reason="Not yet.")
    said(ana, "", do="submit")
    said(ana, "", do="withdraw", reason="A comma.")
    said(ana, "", do="submit")
    digest = services.find(ORGANISATION, "2").digest
    html = said(boris, "review/", do="approve", digest=digest)
    assert "a new sub-processor, Our accounting firm" in html
    day = services.today(ORGANISATION)
    assert "have to be told beforehand" in said(boris, "review/", do="publish", on=day.isoformat())
    html = said(ana, "review/", do="notice", channel="E-mail", evidence="Mailing 12", on=day.isoformat())
    assert "Told on" in html
    assert "Mailing 12" in html
    assert "is too soon" in said(boris, "review/", do="publish", on=day.isoformat())
    settings.GARANT_MAPS = tmp_path
    job = ana.post(f"{BASE}2/count/")["Location"]
    assert doing.main(job.split("/")[-2]) == 0
    assert "No data map in" in get(ana, job)
    assert "No data map in" in get(ana, f"{BASE}2/review/")
    tomorrow = (day + timedelta(days=1)).isoformat()
    assert "The version is published" in said(boris, "review/", do="publish", on=tomorrow)
    assert ana.post(step, {"do": "burn"}).status_code == 404
    assert "Compared with version" in get(ana, f"{BASE}1/review/?against=2")


def test_a_draft_is_given_up(draft: Version, ana: Client) -> None:
    """Asked first, and of what was read: what another wrote since is not thrown away with it."""
    html = get(ana, f"{BASE}1/")
    assert "All that is written in it is lost" in html
    give_up = next(form for form in forms(html) if ("do", "discard") in form.buttons)
    services.save_draft(
        ORGANISATION, draft.key, draft.policy, revision=draft.revision, actor="boris@demo.example"
    )
    for sent in ({"do": "discard"}, give_up.data(do="discard")):
        ana.post(give_up.action, sent)
        assert len(services.versions(ORGANISATION)) == 1
    assert "was changed meanwhile by boris@demo.example" in get(ana, f"{BASE}1/")
    give_up = next(form for form in forms(get(ana, f"{BASE}1/")) if ("do", "discard") in form.buttons)
    assert ana.post(give_up.action, give_up.data(do="discard"))["Location"] == BASE
    assert services.versions(ORGANISATION) == []


def test_two_files_of_one_name_are_both_read(draft: Version, ana: Client, folder: Path) -> None:
    """Chosen from two folders, the second took the place of the first: half of a policy was imported, and nothing said."""
    parts = sorted(folder.glob("*.yaml"))
    files = [SimpleUploadedFile("policy.yaml", one.read_bytes()) for one in parts]
    assert ana.post(f"{BASE}import/", {"files": files})["Location"] == f"{BASE}1/", (
        "the same draft: nothing is missing"
    )
    shadow = SimpleUploadedFile("._policy.yaml", b"\x00\x05\x16\x07\x00")
    files = [*(SimpleUploadedFile(one.name, one.read_bytes()) for one in parts), shadow]
    assert ana.post(f"{BASE}import/", {"files": files})["Location"] == f"{BASE}1/"
    twice = [SimpleUploadedFile("a.yaml", parts[0].read_bytes()) for _ in range(2)]
    assert "GAR0" in ana.post(f"{BASE}import/", {"files": twice}).content.decode()


def test_a_number_that_is_none_is_no_version(draft: Version, ana: Client) -> None:
    assert ana.get(f"{BASE}1/review/?against={'9' * 5000}").status_code == 200
