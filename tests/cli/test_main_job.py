"""The main job by its commands: plan, approval, run, looking again, ledger."""

from __future__ import annotations

import json
import random
from functools import partial
from pathlib import Path

import pytest

from tests.cli.company import Company, entry_keys

pytestmark = pytest.mark.timeout(400)


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
    first, _, rest = again.out.partition("\n")
    assert (again.code, rest) == (0, applied.out)
    assert first.startswith("Already carried out on ")
    assert "nothing was done this time" in first
    assert company.contents() == after

    assert "Ledger verified: seipra-score" in company.garant("ledger", "verify").out
    company.plan()
    left = json.loads(company.plan_file.read_text())["selections"]
    assert [selection["due"] for selection in left] == [0] * len(left)


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
    assert (proved.code, "without Garant or its database" in proved.out) == (0, True)
    assert "garant-inclusion-proof" in ready_company.garant("ledger", "prove", "2").out
    key = ready_company.garant("keys", "show").out.split()[0]
    assert ready_company.garant("ledger", "verify", "proof.json", "--key", key).code == 0
    rotated = ready_company.garant("keys", "rotate", "ledger-signature")
    assert rotated.code == 0, rotated.err
    assert ready_company.garant("ledger", "verify", "proof.json", "--key", key).code == 0
    proof = ready_company.folder / "proof.json"
    proof.write_text(proof.read_text().replace("roots", "rooms"))
    assert ready_company.garant("ledger", "verify", "proof.json", "--key", key).code == 1
    assert ready_company.garant("keys", "rotate", "subject-commitments").code == 0
    assert ready_company.garant("keys", "replace-lost").code == 0
    assert ready_company.garant("ledger", "verify").code == 0


def test_what_was_not_approved_is_refused_and_changes_nothing(ready_company: Company) -> None:
    digest = ready_company.plan()
    before = ready_company.contents()

    def refused(*options: str) -> str:
        done = ready_company.garant("apply", "plan.json", *options)
        assert done.code == 2, done.err
        assert ready_company.contents() == before
        return done.err

    assert f"--approve {digest}" in refused()
    assert "is not this plan’s" in refused("--approve", "0" * 64)
    doctored = json.loads(ready_company.plan_file.read_text()) | {"tolerance": 1.0}
    kept = ready_company.plan_file.read_text()
    ready_company.plan_file.write_text(json.dumps(doctored))
    assert "the plan was changed" in refused("--approve", digest)
    ready_company.plan_file.write_text(kept)
    assert ready_company.receipts() == 0


@pytest.mark.slow
def test_killed_again_and_again_it_ends_like_an_undisturbed_run(
    ready_company: Company, undisturbed: Company
) -> None:
    digest = ready_company.plan()
    (undisturbed.folder / "plan.json").write_text(ready_company.plan_file.read_text())
    command = ("apply", "plan.json", "--approve", digest, "--batch-size", "3")
    dice = random.Random(7)
    for receipts in (1, 8, 17, 26):
        done_so_far = partial(_at_least, ready_company, receipts)
        killed = ready_company.kill_after(done_so_far, dice.uniform(0, 0.05), *command)
        assert ready_company.receipts() >= receipts, killed
    finished = ready_company.garant(*command)
    expected = undisturbed.garant(*command)
    assert finished.code == expected.code == 0, finished.err + expected.err
    assert ready_company.contents() == undisturbed.contents()
    assert _numbers(finished.out) == _numbers(expected.out)
    assert ready_company.garant("ledger", "verify").code == 0
    entered = [key for key in entry_keys(ready_company) if key.count("/") == 2]
    receipts_entered = [key for key in entered if "/residue/" not in key and "/rule/" not in key]
    assert len(receipts_entered) == len(set(receipts_entered)) == ready_company.receipts()


def _at_least(company: Company, receipts: int) -> bool:
    return company.receipts() >= receipts


def _numbers(out: str) -> list[str]:
    """The receipts without what a recovery adds."""
    return [line.replace(" · 1 recovered", "").replace(" · 2 recovered", "") for line in out.splitlines()]
