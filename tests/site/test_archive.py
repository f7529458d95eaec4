"""The archive's pages: counted for members, opened one record at a time by the entitled, for a reason, in the ledger."""

from __future__ import annotations

import io
import os
import re
import zipfile
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from garant.apps.accounts import services as accounts
from garant.apps.accounts.roles import Role
from garant.apps.accounts.services import Habilitation
from garant.apps.archives import looking, services
from garant.apps.controls import services as controls
from garant.apps.evidence import services as evidence
from garant.apps.jobs.kinds import propose_today
from garant.apps.organisations import services as organisations
from garant.apps.policies import services as policies
from garant.apps.promises.opening.archiving import archive_of
from garant.apps.promises.refusals import RefusedError
from garant.ledger.keys import KeyFolder
from garant.systems.archive.archive import RecordArchive
from garant.systems.archive.store import SET_APART, Group
from garant.systems.archiving import LeavingRows, Origin
from garant.systems.model import Files
from tests.site.conftest import Persona, sign_in

pytestmark = pytest.mark.django_db

OFFICER, DELEGATE = "deleguee@demo.example", "adjointe@demo.example"
REASON = "Litige sur la commande de mars"
NAME, ADDRESS = "Zoé Lemaître-Zqx", "zoe.zqx@client.example"
LEFT = date(2026, 3, 31)
PDF = b"%PDF-1.7 made up"


@pytest.fixture
def archive(company: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RecordArchive:
    """The archive of the company; nothing is in it yet."""
    monkeypatch.setenv("GARANT_ARCHIVE", str(tmp_path / "archive"))
    keys = KeyFolder(Path(settings.GARANT_KEYS))
    if not (Path(settings.GARANT_KEYS) / "archive.key").exists():
        keys.create("archive")
    opened = archive_of(company, keys)
    assert opened is not None
    return opened


@pytest.fixture
def record(archive: RecordArchive) -> str:
    """One record, of a former customer."""
    return archived(archive, rows=1)


def archived(archive: RecordArchive, rows: int, rule: str = "customers", left: date = LEFT) -> str:
    batch = f"plan/{rule}"
    archivist = archive.archivist(batch, Origin("crm", "person", rule, "ab" * 32, date(2026, 11, 1), {}))
    columns = ["id", "full_name", "email", "phone", "asleep", "born", "photo", "seen"]
    values = (1, NAME, ADDRESS, None, True, date(1980, 2, 29), b"abc", "")
    columns, values = [*columns, "contract"], (*values, "contrat.pdf")
    named = Files.model_validate(
        {"table": "person", "column": "contract", "store": {"env": "GARANT_DOCUMENTS"}}
    )
    archivist.take(
        LeavingRows("person", columns, [(1, (n, *values[1:])) for n in range(rows)], [named]),
        lambda _env, _name: iter([PDF]),
    )
    archivist.close({1: left})
    archive.keep(batch)
    with archive.store.opened() as database:
        return database.execute("SELECT id FROM record ORDER BY rowid DESC").fetchone()[0]


def kinds(organisation: str) -> list[str]:
    """The kinds of the entries about the archive and about looks, in order."""
    every = [one.kind for one in evidence.records(organisation)]
    return [one for one in every if one.startswith("archive.") or one == "personal-data.read"]


def entitle(organisation: str, who: str = OFFICER, until: date | None = None) -> Client:
    services.allow(organisation, who, until=until, by="garant")
    return sign_in(who)


def page(client: Client, organisation: str, rest: str = "", **data: str) -> tuple[int, str]:
    """What a page answers, read aloud; sent as a form where there is data."""
    address = f"/o/{organisation}/archive/{rest}"
    answer = client.post(address, data) if data else client.get(address)
    return answer.status_code, unescape(answer.content.decode()).replace("\u202f", " ").replace(
        "\xa0", " "
    ).partition("<main")[2]


def test_the_list_counts_and_names_nobody(company: str, record: str, persona: Persona) -> None:
    for who in ("technicien@demo.example", OFFICER):
        status, shown = page(sign_in(who), company)
        assert status == 200
        assert "<dt>Dossiers</dt><dd>1</dd>" in shown
        assert "31 mars 2031" in shown
        assert "Relation client" in shown
        for secret in (record, NAME, ADDRESS):
            assert secret not in shown
    assert kinds(company) == []


def test_an_empty_archive_says_so(company: str, archive: RecordArchive) -> None:
    assert "L’archive est vide" in page(sign_in(OFFICER), company)[1]
    assert page(entitle(company), company, "ab" * 16 + "/")[0] == 404


def test_whoever_is_entitled_reads_one_record_and_the_ledger_has_it_first(company: str, record: str) -> None:
    officer = entitle(company)
    status, asked = page(officer, company, f"{record}/")
    assert (status, NAME in asked) == (200, False)
    assert "Dites pourquoi" in asked
    status, short = page(officer, company, f"{record}/", reason="litige")
    assert (status, NAME in short) == (200, False)
    assert "archive.consulted" not in kinds(company)
    answer = officer.post(f"/o/{company}/archive/{record}/", {"reason": REASON})
    shown = unescape(answer.content.decode()).replace("\u202f", " ").replace("\xa0", " ")
    assert answer["Cache-Control"] == "no-store"
    for said in (NAME, ADDRESS, "<dd>oui</dd>", "29 février 1980", "Nom et prénom", "La politique promet"):
        assert said in shown
    assert re.search(r"<dd>3\s*octets</dd>", shown)
    assert kinds(company)[-1] == "archive.consulted"
    assert REASON not in str([one.payload for one in evidence.records(company)])
    assert NAME not in page(officer, company, f"{record}/")[1]  # nothing of it is kept


def test_who_is_not_entitled_is_refused_and_the_refusal_is_an_entry(company: str, record: str) -> None:
    delegate = sign_in(DELEGATE)
    status, shown = page(delegate, company, f"{record}/")
    assert (status, "Vous n’êtes pas habilité" in shown, kinds(company)) == (403, True, [])
    status, shown = page(delegate, company, f"{record}/", reason=REASON)
    assert (status, NAME in shown, kinds(company)) == (403, False, ["archive.refused"])
    assert page(delegate, company, kind="email", value=ADDRESS)[0] == 403
    late = entitle(company, DELEGATE, policies.today(company) - timedelta(days=1))
    assert page(late, company, f"{record}/", reason=REASON)[0] == 403
    assert kinds(company) == ["archive.refused", "archive.allowed", "archive.refused"]


def test_an_entitlement_opens_nothing_to_a_role_that_may_not_see_people(company: str, record: str) -> None:
    technician = entitle(company, "technicien@demo.example")
    status, shown = page(technician, company)
    assert (status, "Chercher les dossiers" in shown) == (200, False)
    assert page(technician, company, f"{record}/")[0] == 403
    assert page(technician, company, f"{record}/", reason=REASON)[0] == 403
    assert page(technician, company, kind="email", value=ADDRESS)[0] == 403
    assert "archive.consulted" not in kinds(company)


def test_an_entitlement_opens_nothing_to_who_sees_a_part(company: str, record: str) -> None:
    part = Habilitation("dpo", None, (), ("crm",))
    accounts.give(company, accounts.ensure_user("part@demo.example"), part, actor="garant")
    client = entitle(company, "part@demo.example")
    for rest in ("", f"{record}/"):
        assert page(client, company, rest)[0] == 403
        assert page(client, company, rest, reason=REASON)[0] == 403


def test_the_record_of_one_organisation_is_not_another_s(
    company: str, record: str, neighbour: str, persona: Persona
) -> None:
    elsewhere = persona("neighbour")
    assert page(elsewhere, company, f"{record}/", reason=REASON)[0] == 404
    services.allow(neighbour, "neighbour@demo.example", until=None, by="garant")
    status, shown = page(elsewhere, neighbour, f"{record}/", reason=REASON)
    assert (status, NAME in shown) == (404, False)
    assert page(Client(), company, f"{record}/", reason=REASON)[0] == 302
    assert kinds(company) == []


def test_a_record_whose_key_was_destroyed_shows_nothing(
    company: str, archive: RecordArchive, record: str
) -> None:
    officer = entitle(company)
    with archive.store.opened() as database:
        database.execute("UPDATE record SET wrapped = zeroblob(length(wrapped))")
    status, shown = page(officer, company, f"{record}/", reason=REASON)
    assert (status, NAME in shown, "ne s’ouvre pas" in shown) == (409, False, True)
    assert kinds(company)[-1] == "archive.consulted"  # it was asked for
    with archive.store.opened() as database:
        database.execute("DELETE FROM record")
    assert page(officer, company, f"{record}/")[0] == 404
    status, shown = page(officer, company, f"{record}/", reason=REASON)
    assert (status, "n’a pas de dossier" in shown) == (404, True)


def test_without_the_archive_s_key_the_pages_say_so(company: str, record: str) -> None:
    officer = entitle(company)
    (Path(settings.GARANT_KEYS) / "archive.key").rename(Path(settings.GARANT_KEYS) / "away")
    status, shown = page(officer, company)
    assert (status, "L’archive ne se lit pas" in shown) == (200, True)
    assert page(officer, company, kind="email", value=ADDRESS)[0] == 200
    for data in ({}, {"reason": REASON}):
        status, shown = page(officer, company, f"{record}/", **data)
        assert (status, NAME in shown) == (409, False)
    assert "archive.consulted" not in kinds(company)


def test_somebody_s_records_are_looked_for_by_their_key_and_the_look_is_an_entry(
    company: str, record: str
) -> None:
    officer = entitle(company)
    status, shown = page(officer, company, kind="key", value="crm/person/1")
    assert (status, record in shown, NAME in shown) == (200, True, False)
    assert "Aucun dossier" in page(officer, company, kind="email", value="nobody@client.example")[1]
    looks = [one.payload for one in evidence.records(company, kind="personal-data.read")]
    assert looks == [{"place": "archive", "people": 1}] * 2
    assert "nobody@client.example" not in str([one.payload for one in evidence.records(company)])


def test_a_long_record_is_shown_in_part_and_says_so(company: str, archive: RecordArchive) -> None:
    number = archived(archive, rows=203)
    shown = page(entitle(company), company, f"{number}/", reason=REASON)[1]
    assert shown.count(NAME) == 200
    assert re.search(r"3\s*lignes de plus", shown)


def test_who_manages_people_says_who_may_consult(company: str) -> None:
    officer = sign_in(OFFICER)
    assert page(officer, company, "allow/", actor=DELEGATE, until="2001-01-01")[0] == 200
    assert page(officer, company, "allow/", actor="technicien@demo.example")[0] == 200
    assert services.entitled(company) == []
    assert page(officer, company, "allow/", actor=DELEGATE)[0] == 302
    assert services.entitled(company) == [(DELEGATE, None)]
    assert page(sign_in(DELEGATE), company, "revoke/", actor=DELEGATE)[0] == 403
    assert page(officer, company, "revoke/", actor=DELEGATE)[0] == 302
    assert page(officer, company, "revoke/", actor=DELEGATE)[0] == 302
    assert kinds(company) == ["archive.allowed", "archive.revoked"]


def test_days_are_counted_by_the_policy_and_gathered_by_year(company: str) -> None:
    policy = policies.in_force(company)
    assert policy is not None
    groups = [
        Group("crm", "customers", date(2026, 3, 31), 1, 2),
        Group("crm", "customers", date(2026, 5, 1), 2, 3),
        Group("crm", "customers", date(2027, 1, 1), 4, 5),
        Group("crm", "forgotten", date(2027, 1, 1), 6, 7),
        Group("crm", "forgotten", date(2028, 1, 1), 1, 1),
    ]
    assert looking.by_year(policy.document, groups) == [
        looking.Ending("crm", "customers", date(2031, 3, 31), date(2031, 5, 1), 3, 5),
        looking.Ending("crm", "customers", date(2032, 1, 1), date(2032, 1, 1), 4, 5),
        looking.Ending("crm", "forgotten", None, None, 7, 8),
    ]


def test_the_whole_record_is_given_with_its_files_and_the_ledger_has_it_first(
    company: str, archive: RecordArchive, record: str
) -> None:
    officer, address = entitle(company), f"/o/{company}/archive/{record}/files/"
    assert "contrat.pdf" in page(officer, company, f"{record}/", reason=REASON)[1]
    assert officer.get(address).status_code == 405
    assert officer.post(address, {"reason": "litige"}).status_code == 302
    assert kinds(company) == ["archive.allowed", "archive.consulted"]
    given = officer.post(address, {"reason": REASON})
    assert (given["Content-Type"], given["Cache-Control"]) == ("application/zip", "no-store")
    assert given["Content-Disposition"] == f'attachment; filename="archive-{record[:8]}.zip"'
    with zipfile.ZipFile(io.BytesIO(b"".join(given))) as whole:  # pyright: ignore[reportArgumentType]
        assert whole.read("files/0001-contrat.pdf") == PDF
        assert NAME in whole.read("rows.jsonl").decode()
    assert kinds(company) == ["archive.allowed", "archive.consulted", "archive.consulted"]
    delegate = sign_in(DELEGATE)
    assert delegate.post(address, {"reason": REASON}).status_code == 403
    assert kinds(company)[-1] == "archive.refused"
    with archive.store.opened() as database:
        database.execute("UPDATE record SET wrapped = zeroblob(length(wrapped))")
    status, shown = page(officer, company, f"{record}/files/", reason=REASON)
    assert (status, NAME in shown, 'role="alert"' in shown) == (409, False, True)
    assert page(officer, company, "0" * 32 + "/files/", reason=REASON)[0] == 409


def test_without_an_archive_nothing_is_given_nor_destroyed(company: str, archive: RecordArchive) -> None:
    officer, number = entitle(company), "ab" * 16
    assert page(officer, company, f"{number}/files/", reason=REASON)[0] == 404
    assert page(officer, company, f"{number}/release/", decision=REASON, sure="on")[0] == 404


@pytest.fixture
def left(archive: RecordArchive) -> str:
    """Values set apart that did not come back when the restriction was lifted."""
    number = archived(archive, rows=1, rule=SET_APART)
    archive.leave([number])
    return number


def test_what_a_lifted_restriction_left_ends_by_two_people_who_saw_it(
    company: str, archive: RecordArchive, left: str
) -> None:
    officer, decided = entitle(company), {"decision": "Le nouveau numéro est le bon", "sure": "on"}
    assert f"/archive/{left}/" in page(officer, company)[1]
    assert page(officer, company, f"{left}/release/", **decided)[0] == 409, "nobody has seen it"
    assert "Une autre personne habilitée" in page(officer, company, f"{left}/", reason=REASON)[1]
    assert page(officer, company, f"{left}/release/", **decided)[0] == 409, "one person alone"
    delegate = entitle(company, DELEGATE)
    assert "Détruire ces valeurs" not in page(delegate, company, f"{left}/", reason=REASON)[1]
    assert page(delegate, company, f"{left}/release/", **decided)[0] == 403
    assert page(sign_in("technicien@demo.example"), company, f"{left}/release/", **decided)[0] == 403
    assert "Détruire ces valeurs" in page(officer, company, f"{left}/", reason=REASON)[1]
    assert page(officer, company, f"{left}/release/", decision="non", sure="on")[0] == 302
    assert page(officer, company, f"{left}/release/", decision=decided["decision"])[0] == 302
    assert archive.store.entry(left).id == left
    answer = officer.post(f"/o/{company}/archive/{left}/release/", decided, follow=True)
    assert "sont détruites" in answer.content.decode()
    assert archive.store.left() == []
    assert kinds(company)[-1] == "archive.released"
    assert page(officer, company, f"{left}/release/", **decided)[0] == 409, "a second click"
    assert kinds(company).count("archive.released") == 1


def test_a_record_that_a_rule_keeps_is_not_released(
    company: str, archive: RecordArchive, record: str
) -> None:
    organisations.configure(company, four_eyes=False)
    officer = entitle(company)
    decided = {"decision": "Le nouveau numéro est le bon", "sure": "on"}
    assert "Détruire" not in page(officer, company, f"{record}/", reason=REASON)[1]
    assert page(officer, company, f"{record}/release/", **decided)[0] == 409
    assert archive.store.entry(record).id == record
    number = archived(archive, rows=1, rule=SET_APART)
    archive.leave([number])
    assert "Détruire ces valeurs" in page(officer, company, f"{number}/", reason=REASON)[1]
    assert page(officer, company, f"{number}/release/", **decided)[0] == 302
    assert archive.store.left() == []


def test_whose_name_is_of_a_terminal_is_said(company: str) -> None:
    services.allow(company, "a.martin", until=None, by="garant")
    shown = page(sign_in(OFFICER), company)[1]
    assert 'a.martin <span class="hint">(au terminal seulement)' in shown
    assert "GARANT_ACTOR" in shown


def test_whoever_leaves_and_comes_back_is_not_entitled_as_before(company: str, record: str) -> None:
    """Nobody has entitled them anew: the permission to consult the archive goes with the habilitation."""
    delegate = entitle(company, DELEGATE)
    assert NAME in page(delegate, company, f"{record}/", reason=REASON)[1]
    accounts.take(company, DELEGATE, actor="garant")
    assert kinds(company)[-1] == "archive.revoked"
    again = Habilitation(Role.DPO_DELEGATE)
    accounts.give(company, accounts.ensure_user(DELEGATE), again, actor="garant")
    status, shown = page(delegate, company, f"{record}/", reason=REASON)
    assert (status, NAME in shown) == (403, False)
    accounts.give(
        company, accounts.ensure_user(DELEGATE), again, actor="garant"
    )  # another habilitation, no gap
    entitle(company, DELEGATE)
    accounts.give(company, accounts.ensure_user(DELEGATE), again, actor="garant")
    assert page(delegate, company, f"{record}/", reason=REASON)[0] == 200


def test_a_record_past_its_end_is_a_promise_that_is_not_kept(company: str, archive: RecordArchive) -> None:
    """The look of the night asks the archive too: nobody may be said not to be kept there where nobody looked."""

    def standing(promise: str) -> Any:
        return controls.standing(company, promise)

    controls.look(company)
    before = standing("retention.customers")
    archived(archive, rows=1)
    controls.look(company)
    assert (standing("retention.customers").measure, standing("system.archive")) == (before.measure, None)
    archived(archive, rows=1, left=date(2001, 1, 31))
    controls.look(company)
    now = standing("retention.customers")
    assert (now.state, now.measure) == ("broken", before.measure + 1)
    assert "archive" in now.evidence["systems"]


def test_an_archive_that_cannot_be_asked_leaves_no_term_proved(
    company: str, archive: RecordArchive, tmp_path: Path
) -> None:
    archived(archive, rows=1, rule="of-before")
    controls.look(company)
    said = controls.standing(company, "system.archive")
    assert said is not None
    assert (said.state, "of-before" in str(said.why), "Publiez une version" in str(said.why)) == (
        "broken",
        True,
        True,
    )
    with pytest.raises(RefusedError, match="records of rules that the policy has no more") as refused:
        propose_today(company, actor="garant")
    assert "has these rules again" in refused.value.mend.en, "no map says what mends it"
    with archive.store.opened() as database:
        database.execute("UPDATE record SET rule = 'customers'")
    archive.store.replace_master(os.urandom(32))
    controls.look(company)
    states = {one.promise: one.state for _, _, every in controls.board(company).articles for one in every}
    assert states["system.archive"] == "broken"
    assert "kept" not in {state for promise, state in states.items() if promise.startswith("retention.")}


def test_whoever_answers_for_the_archive_sees_who_opened_what_and_why(company: str, record: str) -> None:
    officer = entitle(company)
    assert "Aucun dossier n’a été consulté" in page(officer, company, "uses/")[1]
    page(officer, company, f"{record}/", reason=REASON)
    page(sign_in(DELEGATE), company, f"{record}/", reason=REASON)
    status, shown = page(officer, company, "uses/")
    (index,) = [
        number for number, one in enumerate(evidence.records(company)) if one.kind == "archive.consulted"
    ]
    assert status == 200
    for said in (OFFICER, REASON, record[:8], f"/ledger/{index}/proof/", "Consultations refusées"):
        assert said in shown, said
    assert "aucune entrée n’a cette empreinte" not in shown
    assert kinds(company)[-1] == "personal-data.read"
    assert "uses/" in page(officer, company)[1]
    assert page(sign_in("technicien@demo.example"), company, "uses/")[0] == 403
