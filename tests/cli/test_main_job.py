"""The main job by its commands: plan, approval, run, looking again, ledger."""

from __future__ import annotations

import json
import random
import signal
import time
from pathlib import Path

import pytest

from garant.demo.build import DemoData
from tests.cli.company import Company, entry_keys, settle


def test_the_whole_job_from_an_empty_folder_to_a_proof(company: Company) -> None:
    init = company.garant("init", "--policy", "policy")
    assert init.code == 0
    assert init.out.index("Lost") < init.out.index("Keys made in")
    again = company.garant("init", "--policy", "policy")
    assert (again.code, "unchanged" in again.out) == (0, True)
    assert company.garant("check", "policy").code == 0

    before = company.contents()
    digest = company.plan()
    assert company.contents() == before
    assert company.plan_file.stat().st_mode & 0o777 == 0o600

    applied = company.garant("apply", "plan.json", "--approve", digest)
    assert applied.code == 0, applied.err
    assert "Verified: asked again, the systems have nothing left to treat" in applied.out
    assert company.contents() != before

    after = company.contents()
    again = company.garant("apply", "plan.json", "--approve", digest)
    assert (again.code, again.out) == (0, applied.out)
    assert company.contents() == after

    assert "Ledger verified: seipra-score" in company.garant("ledger", "verify").out
    replanned = company.garant("plan", "policy", "--as-of", "2026-11-01")
    assert "0 roots · 0 rows to change" in replanned.out


def test_evidence_verifies_elsewhere_without_a_database(ready_company: Company, tmp_path: Path) -> None:
    digest = ready_company.plan("--system", "maintenance")
    ready_company.garant("apply", "plan.json", "--approve", digest)
    exported = ready_company.garant("ledger", "export", "out.zip")
    assert exported.code == 0, exported.err
    key = ready_company.garant("keys", "show").out.split()[0]
    ready_company.extra = {
        "GARANT_HOME": str(tmp_path / "elsewhere"),
        "DATABASE_URL": "postgresql://nowhere/x",
    }
    verified = ready_company.garant("ledger", "verify", "out.zip", "--key", key)
    assert (verified.code, "Ledger verified." in verified.out) == (0, True)
    listed = ready_company.garant("ledger", "inspect", "out.zip")
    assert "batch.recorded" in listed.out

    archive = ready_company.folder / "out.zip"
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 1
    archive.write_bytes(data)
    assert ready_company.garant("ledger", "verify", "out.zip", "--key", key).code == 1


def test_one_receipt_is_proved_by_itself(ready_company: Company) -> None:
    digest = ready_company.plan("--system", "maintenance")
    ready_company.garant("apply", "plan.json", "--approve", digest)
    entry = f"{digest[:16]}/001/0001"
    proved = ready_company.garant("ledger", "prove", entry, "--out", "proof.json")
    assert (proved.code, "Neither Garant nor its database" in proved.out) == (0, True)
    assert "garant-inclusion-proof" in ready_company.garant("ledger", "prove", "2").out
    key = ready_company.garant("keys", "show").out.split()[0]
    assert ready_company.garant("ledger", "verify", "proof.json", "--key", key).code == 0
    rotated = ready_company.garant("keys", "rotate", "ledger-signature")
    assert rotated.code == 0, rotated.err
    assert ready_company.garant("ledger", "verify", "proof.json", "--key", key).code == 0
    proof = ready_company.folder / "proof.json"
    proof.write_text(proof.read_text().replace('"roots":', '"rooms":'))
    assert ready_company.garant("ledger", "verify", "proof.json", "--key", key).code == 1
    assert ready_company.garant("keys", "rotate", "subject-commitments").code == 0
    assert ready_company.garant("keys", "replace-lost").code == 0
    assert ready_company.garant("ledger", "verify").code == 0


def test_only_the_approved_digest_runs(ready_company: Company) -> None:
    digest = ready_company.plan()
    before = ready_company.contents()
    without = ready_company.garant("apply", "plan.json")
    assert (without.code, f"--approve {digest}" in without.err) == (2, True)
    other = ready_company.garant("apply", "plan.json", "--approve", "0" * 64)
    assert (other.code, "is not this plan’s" in other.err) == (2, True)
    assert ready_company.contents() == before
    assert "plan.approved" not in ready_company.garant("ledger", "inspect").out


def test_a_doctored_plan_is_refused(ready_company: Company) -> None:
    digest = ready_company.plan()
    document = json.loads(ready_company.plan_file.read_text())
    document["tolerance"] = 1.0
    ready_company.plan_file.write_text(json.dumps(document))
    done = ready_company.garant("apply", "plan.json", "--approve", digest)
    assert (done.code, "the plan was changed" in done.err) == (2, True)


def test_a_changed_policy_is_refused(ready_company: Company) -> None:
    digest = ready_company.plan()
    retention = ready_company.policy / "retention.yaml"
    retention.write_text(retention.read_text().replace("P3Y", "P2Y"))
    done = ready_company.garant("apply", "plan.json", "--approve", digest)
    assert (done.code, "The policy changed since the plan" in done.err) == (2, True)


def test_a_changed_map_is_refused(ready_company: Company) -> None:
    digest = ready_company.plan()
    crm = ready_company.maps / "crm.yaml"
    crm.write_text(crm.read_text().replace("zone: ", "zone: Europe/Madrid # "))
    done = ready_company.garant("apply", "plan.json", "--approve", digest)
    assert (done.code, "The map of system “crm” changed" in done.err) == (2, True)


def test_a_reality_that_drifted_is_refused(ready_company: Company) -> None:
    digest = ready_company.plan()
    ready_company.change("crm", "UPDATE interaction SET at = '2026-10-01'")
    before = ready_company.contents()
    done = ready_company.garant("apply", "plan.json", "--approve", digest)
    assert (done.code, "drifted from the plan beyond its tolerance" in done.err) == (2, True)
    assert ready_company.contents() == before


def test_a_constraint_that_blocks_is_named_and_the_rest_goes_on(ready_company: Company) -> None:
    digest = ready_company.plan()
    ready_company.change(
        "recruitment",
        "CREATE TABLE prize (candidate_id INTEGER REFERENCES candidate(id))",
        "INSERT INTO prize SELECT candidate_id FROM application WHERE status = 'refused'"
        " ORDER BY decided_on LIMIT 2",
    )
    done = ready_company.garant("apply", "plan.json", "--approve", digest)
    assert done.code == 3, done.out + done.err
    assert "prize" in done.out
    assert "Not verified" in done.out
    again = ready_company.garant("apply", "plan.json", "--approve", digest)
    assert (again.code, again.out) == (3, done.out)
    assert ready_company.garant("ledger", "verify").code == 0


def test_killed_again_and_again_it_ends_like_an_undisturbed_run(
    ready_company: Company, demo_template: DemoData, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = settle(tmp_path_factory.mktemp("undisturbed"), demo_template)
    other.garant("init", "--policy", "policy")
    # The same key makes the same pseudonyms, so that the two ends can be compared whole.
    for name in ("subject-commitments", "ledger-signature"):
        key = ready_company.folder / "home" / "keys" / f"{name}.key"
        (other.folder / "home" / "keys" / key.name).write_bytes(key.read_bytes())
    digest = ready_company.plan()
    (other.folder / "plan.json").write_text(ready_company.plan_file.read_text())
    command = ("apply", "plan.json", "--approve", digest, "--batch-size", "3")

    dice = random.Random(7)
    for _ in range(6):
        ready_company.kill_after(dice.uniform(1.2, 3.2), *command)
    finished = ready_company.garant(*command)
    undisturbed = other.garant(*command)
    assert finished.code == undisturbed.code == 0, finished.err + undisturbed.err
    assert ready_company.contents() == other.contents()
    assert _numbers(finished.out) == _numbers(undisturbed.out)
    assert ready_company.garant("ledger", "verify").code == 0
    receipts = [key for key in entry_keys(ready_company) if key.count("/") == 2]
    assert len(receipts) == len(set(receipts)) > 30


def test_ctrl_c_stops_between_two_batches_and_the_same_command_goes_on(ready_company: Company) -> None:
    digest = ready_company.plan()
    command = ("apply", "plan.json", "--approve", digest, "--batch-size", "1")
    process = ready_company.start(*command)
    while "batch.recorded" not in ready_company.garant("ledger", "inspect").out:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in err) == (130, False)
    assert ready_company.garant(*command).code == 0


def _numbers(out: str) -> list[str]:
    """The receipts without what a recovery adds."""
    return [line for line in out.splitlines() if "recovered" not in line and "batches" not in line]
