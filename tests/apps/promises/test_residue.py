"""Values on their way out: in Garant's own database only as ciphertext, and not after the run."""

from __future__ import annotations

import stat
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from garant.apps.evidence import services as evidence
from garant.apps.organisations import services as organisations
from garant.apps.promises import services
from garant.apps.promises.models import Batch, Run
from garant.apps.promises.recording import canaries
from garant.engine.running.residue import PlaceState
from garant.policy.text import Text
from garant.systems.residue import Canary
from tests.apps.promises.tiny import MAP_DIGESTS, ORGANISATION, POLICY_DIGEST, Answer, result, tiny_plan
from tests.apps.seen import seen

pytestmark = pytest.mark.django_db

NAME = "Zéphyrine Quatrepommes"
SAID = Text(fr="bandes", en="tapes")
CANARY = Canary("people", "person", "name", NAME)
COUNTS: dict[str, Any] = {"rows": [1], "files": [], "skipped": [], "transaction": None}
REPORT: dict[str, Any] = {
    "system": "people",
    "cleaning": "light",
    "sought": 1,
    "kept": 0,
    "elsewhere": [{"table": "audit", "column": "line", "values": 1}],
    "cleaned": ["wal-truncated"],
    "places": [
        PlaceState("sqlite-file", "found", 1, 9, "person", "slack").details,
        PlaceState("copy-backup", "copy", reason="tapes", until=date(2026, 12, 25), label=SAID).details,
    ],
    "gone": False,
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run, in a home of its own."""
    monkeypatch.setattr(settings, "GARANT_HOME", tmp_path)
    evidence.create_keys()
    organisations.ensure_organisation(ORGANISATION, "Tiny", "Europe/Paris")
    plan = services.register_plan(tiny_plan())
    said = {"digest": plan.digest, "actor": "dpo", "policy_digest": POLICY_DIGEST, "map_digests": MAP_DIGESTS}
    return services.start_run(services.approve(plan, **said), actor="dpo")


def key_file(run: Run) -> Path:
    return Path(settings.GARANT_HOME) / "runs" / f"{run.key}.key"


def prepare(run: Run, key: str, *found: Canary) -> None:
    services.RunJournal(run.key).prepare(key, {**COUNTS, "canaries": found} if found else COUNTS)


def test_values_are_kept_encrypted_for_the_time_of_the_run(run: Run) -> None:
    prepare(run, "001/0001", CANARY, Canary("other", "person", "name", "Somebody Else"))
    row = seen(Batch).get(key="001/0001")
    assert NAME.encode() not in bytes(row.canaries)
    assert "canaries" not in row.prepared
    assert stat.S_IMODE(key_file(run).stat().st_mode) == 0o600
    assert services.ClosingJournal(run.key).canaries("people") == [CANARY]


def test_two_batches_share_a_key_and_a_value_is_never_written_alike(run: Run) -> None:
    prepare(run, "001/0001", CANARY)
    prepare(run, "001/0002", CANARY)
    one, two = (bytes(batch.canaries) for batch in seen(Batch).all())
    assert one != two
    assert services.ClosingJournal(run.key).canaries("people") == [CANARY, CANARY]


def test_a_batch_without_values_takes_back_those_of_a_lost_try(run: Run) -> None:
    prepare(run, "001/0001", CANARY)
    prepare(run, "001/0001")
    assert services.ClosingJournal(run.key).canaries("people") == []


def test_without_its_key_nothing_is_claimed(run: Run) -> None:
    prepare(run, "001/0001", CANARY)
    key_file(run).write_bytes(bytes(32))
    assert services.ClosingJournal(run.key).canaries("people") is None
    key_file(run).unlink()
    assert services.ClosingJournal(run.key).canaries("people") is None


def test_the_end_of_the_run_destroys_them(run: Run) -> None:
    prepare(run, "001/0001", CANARY)
    prepare(run, "001/0001a", CANARY)
    services.record_receipt(run.key, "001/0001", result(10))
    services.finish_run(run.key, Answer(0))
    services.forget_canaries(run.key)
    assert not seen(Batch).exclude(canaries=None).exists()
    assert not key_file(run).exists()
    services.forget_canaries(run.key)


def test_a_key_half_written_is_none(run: Run) -> None:
    key_file(run).parent.mkdir()
    key_file(run).with_suffix(".new").write_bytes(b"half")
    assert canaries.unlock(run.key, canaries.lock(run.key, [CANARY])) == [CANARY]


def test_what_is_found_is_written_once_in_the_run_and_in_the_ledger(run: Run) -> None:
    services.record_residue(run.key, REPORT)
    services.record_residue(run.key, {**REPORT, "sought": 99})
    assert services.read_run(run.key).residue == {"people": REPORT}
    (entry,) = [r.payload for r in evidence.records(ORGANISATION, kind="residue.searched")]
    assert (entry["run"], entry["sought"], entry["elsewhere"], entry["gone"]) == (run.key, 1, 1, False)
    assert [(p["place"], p["state"], p.get("until")) for p in entry["places"]] == [
        ("sqlite-file", "found", None),
        ("copy-backup", "copy", "2026-12-25"),
    ]
    assert NAME not in str(entry)
