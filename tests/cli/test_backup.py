"""`garant backup`, `restore` and `drill`, on both databases, killed, cut, forged and in the wrong place."""

from __future__ import annotations

import json
import random
import shutil
import signal
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from garant.apps.backups import bundle
from garant.apps.backups.refusals import BackupRefusedError
from garant.ledger.keys import KeyFolder
from tests.cli.club import DUE, Club, found_club
from tests.cli.company import Company
from tests.cli.test_archive import archived, archiving, records, vault
from tests.servers.postgres import PostgresServer
from tests.support.again import again

__all__ = ["archived", "archiving"]

pytestmark = pytest.mark.timeout(400)


def ready(club: Club) -> Club:
    """Initialised, swept once, with a key for its backups."""
    club.environment["GARANT_BACKUP_IDENTITY"] = str(club.folder / "backup.key")
    assert club.garant("init", "--policy", "policy").code == 0
    made = club.garant("backup", "--new-key", "backup.key")
    club.environment["GARANT_BACKUP_RECIPIENTS"] = made.out.split()[-1]
    assert club.garant("apply", "plan.json", "--approve", club.plan()).code == 0
    return club


@pytest.fixture(scope="module", params=[again("sqlite"), "postgresql"])
def swept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Club]:
    """A club whose state is on one database or the other, after a sweep and a backup; shared, never restored over."""
    folder = tmp_path_factory.mktemp("club")
    (folder / "club.sqlite").touch()
    system = f"sqlite:///{folder / 'club.sqlite'}"
    if request.param == "sqlite":
        yield backed_up(ready(found_club(folder, system)))
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.database() as state:
        yield backed_up(ready(found_club(folder, system, state)))


def backed_up(club: Club) -> Club:
    done = club.garant("backup")
    assert done.code == 0, done.err
    return club


def entries(company: Company, kind: str) -> list[dict[str, Any]]:
    """The payloads of one kind of entry, looked at from outside."""
    url = company.environment["DATABASE_URL"]
    if not url:
        with closing(
            sqlite3.connect(Path(company.environment["GARANT_HOME"]) / "garant.sqlite3")
        ) as database:
            rows = database.execute(
                'SELECT data FROM evidence_ledgerentry WHERE kind = ? ORDER BY "index"', [kind]
            )
            return [json.loads(bytes(data))["payload"] for (data,) in rows]
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as connection:
        rows = connection.execute(
            'SELECT data FROM evidence_ledgerentry WHERE kind = %s ORDER BY "index"', [kind]
        )
        return [json.loads(bytes(data))["payload"] for (data,) in rows]


def backups(company: Company) -> list[Path]:
    return sorted((company.folder / "home" / "backups").iterdir())


def leftovers(company: Company) -> list[Path]:
    """What a command must not leave behind: copies of everything, in clear."""
    return [
        path
        for name in (".backup", ".restore", ".drill")
        if (path := company.folder / "home" / name).exists()
    ]


def elsewhere(company: Company, folder: Path, url: str = "") -> Company:
    """An empty place, with the keys of the company."""
    shutil.copytree(company.folder / "home" / "keys", folder / "home" / "keys")
    moved = {"GARANT_HOME": str(folder / "home"), "DATABASE_URL": url}
    return Company(company.folder, {**company.environment, **moved})


def test_a_backup_says_what_it_holds_and_only_its_owner_reads_it(swept: Club) -> None:
    (made,) = entries(swept, "backup.made")
    (file,) = backups(swept)
    assert (made["backup"], made["size"]) == (bundle.digest(file), file.stat().st_size)
    assert made["rows"] > made["entries"] > 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((swept.folder / "backup.key").stat().st_mode) == 0o600
    assert b"organisation" not in file.read_bytes()
    assert leftovers(swept) == []
    assert swept.garant("backup", str(file)).code == 2, "a file that is there is not overwritten"


def test_restored_it_is_the_installation_that_was(
    swept: Club, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    state = swept.environment["DATABASE_URL"]
    with empty_database(state, request) as url:
        other = elsewhere(swept, tmp_path, url)
        done = other.garant("restore", str(backups(swept)[0]))
        assert done.code == 0, done.err
        assert "garant replay" in done.err
        verified = other.garant("ledger", "verify")
        assert verified.code == 0, verified.err
        (made,) = entries(swept, "backup.made")
        assert f"{made['entries'] + 1} entries" in verified.out, "and that it was restored"
        assert other.garant("hold", "list").code == 0
        assert entries(other, "garant.restored")[0]["backup"] == bundle.digest(backups(swept)[0])
        # The plan was carried out: restored, its run is known, and nothing is done twice.
        again = other.garant("apply", "plan.json", "--approve", entries(swept, "plan.approved")[0]["plan"])
        assert again.code == 0, again.err
        assert len(entries(other, "run.started")) == 1
        over = other.garant("restore", str(backups(swept)[0]))
        assert (over.code, "is not empty" in over.err) == (2, True)
        assert not (tmp_path / "home" / ".restore").exists()


@contextmanager
def empty_database(state: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Another database of the same kind."""
    if not state:
        yield ""
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.database() as url:
        yield url


def test_a_drill_leaves_evidence_and_nothing_else(swept: Club) -> None:
    before = databases(swept)
    done = swept.garant("drill")
    assert done.code == 0, done.err
    passed = entries(swept, "drill.passed")[-1]
    (made,) = entries(swept, "backup.made")
    assert {name: passed[name] for name in ("backup", "tables", "rows", "entries")} == {
        name: made[name] for name in ("backup", "tables", "rows", "entries")
    }
    assert (passed["marks"], passed["forgotten"], passed["found"]) == (DUE, 0, 0)
    assert passed["replayed"] is True
    assert leftovers(swept) == []
    assert databases(swept) == before
    assert swept.garant("ledger", "verify").code == 0


def databases(club: Club) -> list[str]:
    """The databases on the server of the club's state: a drill gives its own back."""
    url = club.environment["DATABASE_URL"]
    if not url:
        return []
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'garant_drill%'")
        return [name for (name,) in found]


def test_a_drill_that_fails_is_in_the_ledger_too(swept: Club, tmp_path: Path) -> None:
    cut = tmp_path / "cut.garant.age"
    whole = backups(swept)[0].read_bytes()
    cut.write_bytes(whole[: len(whole) * 2 // 3])
    done = swept.garant("drill", str(cut))
    assert (done.code, "cannot be read whole" in done.err) == (2, True)
    failed = entries(swept, "drill.failed")[-1]
    assert (failed["backup"], failed["reason"]) == (bundle.digest(cut), "unreadable")
    assert leftovers(swept) == []


def test_a_drill_that_has_no_place_is_in_the_ledger_too(small: Club, tmp_path: Path) -> None:
    """No room on the disk, or no right to write there: nothing was restored, and the ledger does not keep quiet about it."""
    before = entries(small, "drill.failed")
    assert small.garant("drill", str(tmp_path / "none.garant.age")).code == 2, "there is nothing to try"
    assert entries(small, "drill.failed") == before
    (small.folder / "home" / ".drill").touch()
    try:
        assert small.garant("drill").code == 2
    finally:
        (small.folder / "home" / ".drill").unlink()
    failed = entries(small, "drill.failed")[len(before) :]
    assert [(one["backup"], one["reason"]) for one in failed] == [
        (bundle.digest(backups(small)[0]), "scratch")
    ]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Club:
    """A club on SQLite."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "club.sqlite").touch()
    return backed_up(ready(found_club(folder, f"sqlite:///{folder / 'club.sqlite'}")))


@pytest.mark.slow
def test_an_export_kept_elsewhere_says_what_a_restored_garant_forgot(small: Club, tmp_path: Path) -> None:
    """Garant's own state comes back older than what it did: requests, holds and runs since are named, to be done again."""
    key = small.garant("keys", "show").out.split()[0]
    assert small.garant("ledger", "export", str(tmp_path / "before.zip")).code == 0
    placed = small.garant(
        *("hold", "add", "--owner", "Legal", "--reason", "dispute", "--review", "2027-05-01"),
        *("--identity", "email=nobody@club.example", "--policy", "policy"),
    )
    assert placed.code == 0, placed.err
    assert small.garant("ledger", "export", str(tmp_path / "kept.zip")).code == 0
    other = elsewhere(small, tmp_path)
    done = other.garant("restore", str(backups(small)[0]))
    assert done.code == 0, done.err
    assert "garant ledger since" in " ".join((done.out + done.err).split())
    told = other.garant("ledger", "since", str(tmp_path / "kept.zip"), "--key", key)
    assert told.code == 1, told.err
    assert "Holds placed" in told.err + told.out
    assert placed.out.split()[2].rstrip(",") in told.out, "which one"
    assert "hold.placed" in told.out
    same = small.garant("ledger", "since", str(tmp_path / "kept.zip"), "--key", key)
    assert same.code == 0, same.err
    forged = tmp_path / "forged.zip"
    forged.write_bytes((tmp_path / "kept.zip").read_bytes().replace(b"hold.placed", b"hold.placid"))
    assert other.garant("ledger", "since", str(forged), "--key", key).code != 0


def test_nothing_runs_after_a_restore_until_somebody_has_read_what_was_forgotten(
    small: Club, tmp_path: Path
) -> None:
    key = small.garant("keys", "show").out.split()[0]
    assert small.garant("ledger", "export", str(tmp_path / "kept.zip")).code == 0
    other = elsewhere(small, tmp_path)
    assert other.garant("restore", str(backups(small)[0])).code == 0
    assert not (tmp_path / "home" / "restored").exists(), "the ledger says it"

    refused = sweep(other)
    assert (refused.code, "nothing is carried out" in " ".join(refused.err.split())) == (2, True)
    assert "garant ledger since --without-export" in " ".join(refused.err.split())
    assert "rien ne s’exécute" in " ".join(sweep(other, "fr").err.split())
    compared = ("ledger", "since", str(tmp_path / "kept.zip"), "--key", key)
    told = other.garant(*compared)
    assert told.code == 1
    digest = told.err.split("--read")[1].split()[0]
    assert other.garant(*compared, "--read", "0" * 16).code == 2
    assert sweep(other).code == 2, "not what was shown"
    read = other.garant(*compared, "--read", digest)
    assert (read.code, entries(other, "garant.restore-read")) == (
        0,
        [{"missing": told_beyond(told.out + told.err)}],
    )
    assert sweep(other).code == 0
    assert other.garant(*compared).code == 1, "what was forgotten is still told"
    assert sweep(other).code == 0, "and was read"
    assert other.garant("ledger", "verify").code == 0


def sweep(club: Company, language: str = "en") -> Any:
    """Carry out what is due today: nothing, since the plan of before was carried out."""
    name = f"plan-{random.randrange(10**9)}.json"
    made = club.garant("plan", "policy", "--out", name)
    assert (club.folder / name).is_file(), made.err
    digest = json.loads((club.folder / name).read_text())["digest"]
    return club.garant("apply", name, "--approve", digest, "--language", language)


def told(done: Any) -> str:
    return " ".join((done.out + done.err).split())


def told_beyond(text: str) -> int:
    return int(text.split("the export has ")[1].split()[0].replace(",", ""))


def test_whoever_has_no_export_says_so(small: Club, tmp_path: Path) -> None:
    other = elsewhere(small, tmp_path)
    assert other.garant("restore", str(backups(small)[0])).code == 0
    assert other.garant("ledger", "since").code == 2, "neither the one nor the other"
    done = other.garant("ledger", "since", "--without-export")
    assert (done.code, "you answer for it" in " ".join(done.err.split())) == (0, True)
    assert entries(other, "garant.restore-read") == [{}]
    assert "Nothing waits" in told(other.garant("ledger", "since", "--without-export"))
    (tmp_path / "home" / "restored").write_text(
        bundle.digest(backups(small)[0])
    )  # as a restore leaves it, killed
    assert sweep(other).code == 2
    assert len(entries(other, "garant.restored")) == 2
    assert not (tmp_path / "home" / "restored").exists()


@pytest.mark.slow
def test_a_database_put_back_by_other_means_is_known_by_its_last_checkpoint(
    small: Club, tmp_path: Path
) -> None:
    """The file of the database is put back, and what lies beside it is not: the checkpoint there is of a longer ledger."""
    other = elsewhere(small, tmp_path)
    assert other.garant("restore", str(backups(small)[0])).code == 0
    assert other.garant("ledger", "since", "--without-export").code == 0
    database = tmp_path / "home" / "garant.sqlite3"
    shutil.copy(database, tmp_path / "old.sqlite3")
    for number in range(2):
        placed = other.garant(
            *("hold", "add", "--owner", "Legal", "--reason", f"dispute {number}", "--review", "2027-05-01"),
            *("--identity", "email=nobody@club.example", "--policy", "policy"),
        )
        assert placed.code == 0, placed.err
    assert other.garant("ledger", "export", str(tmp_path / "kept.zip")).code == 0
    for end in ("", "-wal", "-shm"):
        database.with_name(f"garant.sqlite3{end}").unlink(missing_ok=True)
    shutil.copy(tmp_path / "old.sqlite3", database)

    refused = sweep(other)
    assert (refused.code, "had signed" in " ".join(refused.err.split())) == (2, True)
    key = other.garant("keys", "show").out.split()[0]
    compared = ("ledger", "since", str(tmp_path / "kept.zip"), "--key", key)
    told = other.garant(*compared)
    assert "hold.placed" in told.out
    read = other.garant(*compared, "--read", told.err.split("--read")[1].split()[0])
    assert read.code == 0, read.err
    assert sweep(other).code == 0
    assert other.garant("ledger", "verify").code == 0
    aside = [path.name for path in (tmp_path / "home").rglob("*.before-restore")]
    assert len(aside) == 1, "kept as evidence"


def test_without_the_keys_nothing_is_restored(small: Club, tmp_path: Path) -> None:
    other = elsewhere(small, tmp_path)
    (tmp_path / "home" / "keys" / "archive.key").unlink()
    done = other.garant("restore", str(backups(small)[0]))
    assert (done.code, "The keys of this backup are not here: archive." in done.err) == (2, True)
    assert not (tmp_path / "home" / "garant.sqlite3").exists()


def test_another_secret_key_opens_nothing_and_none_is_asked_for(small: Club, tmp_path: Path) -> None:
    bundle.new_identity(tmp_path / "other.key")
    file = str(backups(small)[0])
    other = elsewhere(small, tmp_path)
    done = other.garant("restore", file, "--identity", str(tmp_path / "other.key"))
    assert (done.code, "cannot be read whole" in done.err) == (2, True)
    del other.environment["GARANT_BACKUP_IDENTITY"]
    assert "needs its secret key" in other.garant("restore", file).err
    (tmp_path / "empty.key").write_text("nothing\n")
    assert (
        "holds no secret key" in other.garant("restore", file, "--identity", str(tmp_path / "empty.key")).err
    )


def test_whom_to_encrypt_for_must_be_said(small: Club) -> None:
    asked = Company(small.folder, {**small.environment, "GARANT_BACKUP_RECIPIENTS": ""})
    assert "say for which key" in asked.garant("backup").err
    assert "is not a public key of age" in asked.garant("backup", "--recipient", "age1nobody").err


def test_a_dump_of_one_database_does_not_go_into_another_kind(small: Club, tmp_path: Path) -> None:
    other = elsewhere(small, tmp_path, "postgresql://nobody@127.0.0.1:1/none")
    done = other.garant("restore", str(backups(small)[0]))
    assert (done.code, "is of a sqlite database" in done.err) == (2, True)


def opened(file: Path, key: Path, into: Path) -> tuple[bundle.Manifest, bytes, str]:
    into.mkdir()
    return bundle.read(file, bundle.identities(key), into)


@pytest.mark.parametrize("change", ["count", "file", "extra"])
def test_whoever_has_the_public_key_alone_cannot_make_one_up(
    small: Club, tmp_path: Path, change: str
) -> None:
    keys = KeyFolder(small.folder / "home" / "keys")
    key = small.folder / "backup.key"
    manifest, text, mac = opened(backups(small)[0], key, tmp_path / "opened")
    bundle.refuse_forged(text, mac, keys)
    if change == "file":
        with closing(sqlite3.connect(tmp_path / "opened" / "garant.sqlite3")) as database, database:
            database.execute("DELETE FROM replays_suppressed")
        sealed = bundle.seal(tmp_path / "opened", list(manifest.files))
        manifest = manifest.model_copy(update={"files": sealed})
    elif change == "count":
        manifest = manifest.model_copy(update={"counts": {**manifest.counts, "replays_suppressed": 0}})
    else:
        (tmp_path / "opened" / "more").write_text("more")
        sealed = {**manifest.files, "more": bundle.seal(tmp_path / "opened", ["more"])["more"]}
        manifest = manifest.model_copy(update={"files": sealed})
    theirs = KeyFolder(tmp_path / "theirs")
    theirs.create("subject-commitments")
    to = bundle.recipients([small.environment["GARANT_BACKUP_RECIPIENTS"]])
    forged = tmp_path / "forged.garant.age"
    for name in ("manifest.json", "manifest.mac"):
        (tmp_path / "opened" / name).unlink()
    bundle.write(tmp_path / "opened", manifest, theirs, forged, to)
    _, text, mac = opened(forged, key, tmp_path / "again")
    with pytest.raises(BackupRefusedError, match="MAC"):
        bundle.refuse_forged(text, mac, keys)
    other = elsewhere(small, tmp_path)
    assert other.garant("restore", str(forged)).code == 2
    assert not (tmp_path / "home" / "garant.sqlite3").exists()


@pytest.mark.slow
def test_killed_a_backup_is_whole_or_is_not_there(small: Club, tmp_path: Path) -> None:
    dice = random.Random(7)
    for turn in range(8):
        process = small.start("backup", str(tmp_path / f"{turn}.garant.age"))
        deadline = time.monotonic() + 20
        staged = small.folder / "home" / ".backup"
        while not staged.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(dice.uniform(0, 0.08))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    for number, file in enumerate(sorted(tmp_path.glob("*.garant.age"))):
        opened(file, small.folder / "backup.key", tmp_path / f"opened-{number}")
    assert small.garant("backup", str(tmp_path / "last.garant.age")).code == 0
    assert leftovers(small) == []
    assert small.garant("ledger", "verify").code == 0


def test_a_killed_restore_goes_on(small: Club, tmp_path: Path) -> None:
    other = elsewhere(small, tmp_path)
    home = tmp_path / "home"
    (home / ".restoring").touch()
    (home / ".restore").mkdir()
    (home / ".restore" / "garant.sqlite3").write_text("half")
    (home / "workflows.sqlite3").write_text("half")
    done = other.garant("restore", str(backups(small)[0]))
    assert done.code == 0, done.err
    assert not (home / ".restoring").exists()
    assert other.garant("ledger", "verify").code == 0


@pytest.mark.slow
def test_a_drill_finds_in_the_restored_archive_whoever_was_erased_since(archived: Company) -> None:
    _age(archived)
    made = archived.garant("backup", "--new-key", "backup.key")
    assert archived.garant("backup", "--recipient", made.out.split()[-1]).code == 0
    kept = records(archived)
    digest = archived.plan("--system", "archive")
    done = archived.garant("apply", "plan.json", "--approve", digest)
    assert done.code == 0, done.err
    gone = len(kept) - len(records(archived))
    assert gone > 0
    archived.environment["GARANT_BACKUP_IDENTITY"] = str(archived.folder / "backup.key")
    done = archived.garant("drill", "--policy", "policy")
    assert done.code == 0, done.err
    (passed,) = entries(archived, "drill.passed")
    assert (passed["replayed"], passed["found"]) == (True, gone)
    assert passed["forgotten"] >= gone
    assert archived.garant("drill").code == 0
    assert entries(archived, "drill.passed")[-1]["replayed"] is False


def _age(company: Company) -> None:
    """Let a few records have been counted from long ago, so that their time in the archive is over."""
    with closing(sqlite3.connect(vault(company))) as database, database:
        database.execute(
            "UPDATE record SET counted_from = '2001-01-01' WHERE id IN (SELECT id FROM record LIMIT 3)"
        )
