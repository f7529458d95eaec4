"""`garant ledger verify` against a checkpoint kept from another day, and of what no checkpoint has signed yet."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from garant.apps.evidence import services as evidence
from garant.apps.permissions import services as permissions
from garant.cli import application
from garant.ledger import Entry, SubjectKeysDestroyed
from tests.site.conftest import company, demo, demo_systems, installation, site

__all__ = ["company", "demo", "demo_systems", "installation", "site"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def garant(company: str, capsys: pytest.CaptureFixture[str]) -> object:
    def run(*arguments: str) -> tuple[int, str]:
        code = application.run(["--language", "en", "ledger", *arguments])
        return code, " ".join("".join(capsys.readouterr()).split())

    return run


def checkpoint(export: Path, kept: Path) -> Path:
    with zipfile.ZipFile(export) as content:
        kept.write_bytes(content.read("checkpoint"))
    return kept


def test_a_log_cut_short_since_a_checkpoint_is_refused(company: str, garant: object, tmp_path: Path) -> None:
    assert callable(garant)
    before, after = tmp_path / "before.zip", tmp_path / "after.zip"
    here = ("--organisation", company)
    keys = [part for key in evidence.verifier_keys(company) for part in ("--key", str(key))]
    assert garant("export", str(before), *here)[0] == 0
    permissions.consent(company, [("email", "a@x.example")], "recruitment/hiring", given=True, actor="s")
    assert garant("export", str(after), *here)[0] == 0
    early, late = checkpoint(before, tmp_path / "early"), checkpoint(after, tmp_path / "late")
    assert garant("verify", str(after), *keys, "--checkpoint", str(early))[0] == 0
    assert garant("verify", str(before), *keys, "--checkpoint", str(early))[0] == 0
    code, said = garant("verify", str(before), *keys, "--checkpoint", str(late))
    assert code == 1, said
    code, said = garant("verify", "--checkpoint", str(early), *here)
    assert (code, "compared with an export: nothing was verified" in said) == (2, True)


def test_entries_that_no_checkpoint_signs_yet_are_counted(company: str, garant: object) -> None:
    assert callable(garant)
    here = ("--organisation", company)
    evidence.checkpoint(company)
    code, said = garant("verify", *here)
    assert (code, "signed by no checkpoint yet" in said) == (0, False)
    entry = Entry(SubjectKeysDestroyed(keys=1), datetime.now(UTC), "garant")
    evidence.append(company, [entry, entry, entry])
    code, said = garant("verify", *here)
    assert code == 0
    assert "3 of the last entries are signed by no checkpoint yet" in said
