"""After a restore the officer reads on the site what was forgotten, and says so: runs go on, and the ledger has it."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from garant.apps.archives.entries import ArchiveRevoked
from garant.apps.backups import unread
from garant.apps.backups.entries import BackupMade
from garant.apps.evidence import services as evidence
from garant.apps.mails import holding
from garant.apps.mails import services as mails
from garant.apps.promises.entries import BatchRecorded
from garant.apps.promises.refusals import RefusedError
from garant.apps.rights.entries import RequestAdded
from garant.ledger.entries import Entry, Payload
from garant.publish.letters import write
from tests.apps.mails.conftest import FACTS
from tests.site.conftest import Persona

pytestmark = pytest.mark.django_db(transaction=True)


def export(site: str, folder: Path, forgotten: int = 0, *payloads: Payload) -> bytes:
    """An export of the ledger, which has so many entries, and these, that the ledger has not any more."""
    path = folder / "kept.zip"
    made = [
        BackupMade(backup=f"{number:064x}", size=1, tables=1, rows=1, entries=1, archives=0)
        for number in range(forgotten)
    ]
    with transaction.atomic():
        for payload in (*made, *payloads):
            evidence.append(site, [Entry(payload, datetime.now(UTC), "garant")])
        evidence.checkpoint(site)
        evidence.export(site, path)
        transaction.set_rollback(True)
    return path.read_bytes()


def sent(content: bytes, *keys: object) -> dict[str, Any]:
    return {"export": SimpleUploadedFile("kept.zip", content), "keys": "\n".join(map(str, keys))}


def text(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def test_the_officer_reads_what_was_forgotten_and_runs_go_on(
    site: str, persona: Persona, tmp_path: Path
) -> None:
    officer, page = persona("dpo"), f"/o/{site}/settings/backups/"
    assert "restored/" not in text(officer.get(page))
    kept = export(site, tmp_path, forgotten=2)
    unread.note_shorter(site, "export")
    assert "restored/" in text(officer.get(page))
    with pytest.raises(RefusedError):
        unread.verify(site)
    shown = text(officer.post(f"{page}restored/", sent(kept, *evidence.verifier_keys(site))))
    assert "<dd>2</dd>" in shown
    assert "Garant a été sauvegardé." in shown
    assert "backup.made" not in shown
    token = re.search(r'name="token" value="([^"]+)"', shown)
    assert token is not None
    with pytest.raises(RefusedError):
        unread.verify(site)  # to see is not to attest
    done = officer.post(f"{page}restored/read/", {"token": token[1]}, follow=True)
    assert "Les exécutions reprennent" in text(done)
    unread.verify(site)
    (record,) = list(evidence.records(site, kind="garant.restore-read"))
    assert record.payload["missing"] == 2
    again = officer.post(f"{page}restored/read/", {"token": token[1]}, follow=True)
    assert "Rien n’attend plus" in text(again)
    assert not unread.waiting(site)
    seen = text(officer.post(f"{page}restored/", sent(kept, *evidence.verifier_keys(site))))
    assert "<dd>2</dd>" in seen
    assert 'name="token"' not in seen


def test_who_has_no_export_answers_for_it(site: str, persona: Persona) -> None:
    officer, page = persona("dpo"), f"/o/{site}/settings/backups/restored/"
    unread.note_shorter(site, "checkpoint")
    officer.post(f"{page}read/", {})
    assert unread.waits(site)
    officer.post(f"{page}read/", {"without": "1"})
    (record,) = list(evidence.records(site, kind="garant.restore-read"))
    assert record.payload.get("missing") is None
    assert not unread.waits(site)


def test_what_does_not_verify_is_not_read(site: str, persona: Persona, tmp_path: Path, settings: Any) -> None:
    officer, page = persona("dpo"), f"/o/{site}/settings/backups/restored/"
    unread.note_shorter(site, "checkpoint")
    kept, keys = export(site, tmp_path, forgotten=1), evidence.verifier_keys(site)
    for form, said in (
        (sent(b"nothing like it", *keys), "ne se vérifie pas"),
        (sent(kept[:-2000], *keys), "ne se vérifie pas"),
        (sent(kept, "nobody"), "ne se lit pas"),
        (sent(kept), "ne se vérifie pas"),
        ({"keys": "x"}, "Aucun export n’est choisi"),
    ):
        answer = text(officer.post(page, form))
        assert said in answer, said
        assert 'name="token"' not in answer
    for token in ("forged", "forged:a:b"):
        assert "n’a pas été montrée" not in text(officer.get(page))
        answer = officer.post(f"{page}read/", {"token": token}, follow=True)
        assert "ne vous a pas été montrée" in text(answer)
    assert unread.waits(site)


def test_what_was_shown_of_another_organisation_attests_nothing_here(
    site: str, neighbour: str, persona: Persona, tmp_path: Path
) -> None:
    unread.note_shorter(site, "checkpoint")
    unread.note_shorter(neighbour, "checkpoint")
    theirs = persona("neighbour").post(
        f"/o/{neighbour}/settings/backups/restored/",
        sent(export(neighbour, tmp_path, forgotten=1), *evidence.verifier_keys(neighbour)),
    )
    token = re.search(r'name="token" value="([^"]+)"', text(theirs))
    assert token is not None
    persona("dpo").post(f"/o/{site}/settings/backups/restored/read/", {"token": token[1]})
    assert unread.waits(site)


@pytest.mark.parametrize("role", ["dpo-delegate", "administrator", "technician", "auditor", "staff"])
def test_nobody_else_attests(site: str, persona: Persona, role: str) -> None:
    unread.note_shorter(site, "checkpoint")
    page = f"/o/{site}/settings/backups/"
    assert "restored/" not in text(persona(role).get(page))
    assert persona(role).get(f"{page}restored/").status_code == 403
    assert persona(role).post(f"{page}restored/read/", {"without": "1"}).status_code == 403
    assert persona("stranger").post(f"{page}restored/read/", {"without": "1"}).status_code in (302, 404)
    assert unread.waits(site)


def batch(run: str, archived: int) -> BatchRecorded:
    nothing = {"roots": 1, "skipped": 0, "files": 0, "tables": [], "blocks": []}
    return BatchRecorded.model_validate(
        {"run": run, "batch": "a/1", "state": "applied", "recovered": False, "system": "crm", **nothing}
        | {"archived": archived}
    )


def test_whose_access_comes_back_what_was_archived_and_what_people_added_are_told(
    site: str, persona: Persona, tmp_path: Path
) -> None:
    """Somebody who may not open the archive any more may again; rows left the systems for an archive that lacks them."""
    unread.note_shorter(site, "export")
    kept = export(
        site,
        tmp_path,
        0,
        ArchiveRevoked(person="person:0123456789abcdef"),
        RequestAdded(request="d-2026-17"),
        batch("aaaaaaaaaaaaaaaa", 2),
        batch("bbbbbbbbbbbbbbbb", 0),
    )
    shown = text(
        persona("dpo").post(
            f"/o/{site}/settings/backups/restored/", sent(kept, *evidence.verifier_keys(site))
        )
    )
    assert "habilitations à l’archive changés depuis" in shown
    assert "d-2026-17" in shown.split("ajouté depuis à leur demande")[1].split("</li>")[0]
    archived = shown.split("passés à l’archive depuis")[1].split("</li>")[0]
    assert ("aaaaaaaaaaaaaaaa" in archived, "bbbbbbbbbbbbbbbb" in archived) == (True, False)


def test_what_was_shown_before_another_restore_attests_nothing(
    site: str, persona: Persona, tmp_path: Path
) -> None:
    """Restored again within the hour, from an older backup: nobody has read what that one forgot."""
    officer, page = persona("dpo"), f"/o/{site}/settings/backups/restored/"
    unread.note_shorter(site, "export")
    kept, keys = export(site, tmp_path, forgotten=1), evidence.verifier_keys(site)
    with transaction.atomic():
        evidence.append(site, [Entry(ArchiveRevoked(person="person:aa"), datetime.now(UTC), "garant")])
        shown = text(officer.post(page, sent(kept, *keys)))
        transaction.set_rollback(True)
    token = re.search(r'name="token" value="([^"]+)"', shown)
    assert token is not None
    refused = officer.post(f"{page}read/", {"token": token[1]}, follow=True)
    assert "ne vous a pas été montrée" in text(refused)
    assert unread.waits(site)


def test_an_export_that_has_nothing_more_tells_nothing(site: str, persona: Persona, tmp_path: Path) -> None:
    """One of before the backup, or one that the restored Garant has just made of itself."""
    officer, page = persona("dpo"), f"/o/{site}/settings/backups/restored/"
    before = export(site, tmp_path)
    unread.note_shorter(site, "checkpoint")
    (tmp_path / "kept.zip").unlink()
    for kept in (before, export(site, tmp_path)):
        shown = text(officer.post(page, sent(kept, *evidence.verifier_keys(site))))
        assert "ne dit pas ce qui fut oublié" in shown
        assert 'name="token"' not in shown
    assert unread.waits(site)


def test_the_officer_decides_which_letters_go(site: str, persona: Persona) -> None:
    words = write("acknowledged", FACTS, "fr")
    going, staying = (mails.send(site, "a@b.example", words, about=f"request/R-{one}") for one in (1, 2))
    officer, page = persona("dpo"), f"/o/{site}/settings/backups/letters/"
    assert "aucune lettre n’est retenue" in text(officer.get(page))
    unread.note_shorter(site, "checkpoint")
    shown = text(officer.get(page))
    assert ("request/R-1" in shown, "a@b.example" in shown) == (True, False)
    assert "letters/" in text(officer.get(f"/o/{site}/settings/backups/"))
    officer.post(page, {"letter": going})
    assert {one.key for one in holding.held(site)} == {going, staying}
    unread.acknowledge(site, missing=None, actor="ann")
    done = text(officer.post(page, {"letter": going}, follow=True))
    assert "lettre part, 1" in done.replace("\u202f", " ").replace("\xa0", " ")
    assert holding.held(site) == []
    for role in ("administrator", "dpo-delegate", "auditor"):
        assert persona(role).post(page, {}).status_code == 403
