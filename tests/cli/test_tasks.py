"""The whole way by hand: a plan asks, a run waits, a person signs elsewhere, the run ends."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.cli.company import AS_OF, Company, entry_keys

ARCHIVE = """\
system: paper
label: {fr: Archives papier, en: Paper archive}
connector: manual
responsible: {name: Camille Exemple, email: camille@archive.example}
days: 14
promises:
  - rule: prospects
    look_for: {fr: "Tiroir P : détruire les fiches.", en: "Drawer P: destroy the cards."}
requests:
  erasure: {fr: "Tiroirs A à Z : détruire.", en: "Drawers A to Z: destroy."}
"""
UNKNOWN = "email=nobody@nowhere.example"


def by_hand(company: Company) -> None:
    (company.folder / "maps" / "paper.yaml").write_text(ARCHIVE)


def key(company: Company) -> str:
    """Camille's own key, and its public half."""
    done = company.garant("task", "key", "camille.key", "--name", "camille")
    assert done.code == 0, done.err
    return done.out.splitlines()[-1]


def task_key(company: Company) -> str:
    listed = company.garant("task", "list")
    return next(word for word in listed.out.split() if "-paper-" in word).strip("()")


def test_from_the_plan_to_the_signed_answer(ready_company: Company) -> None:
    company = ready_company
    by_hand(company)
    checked = company.garant("map", "check", "maps/paper.yaml", "--policy", "policy")
    assert checked.code == 0, checked.out
    options = ["--as-of", AS_OF, "--system", "paper", "--out", "plan.json"]
    planned = company.garant("plan", "policy", *options)
    assert "Task for Camille Exemple" in planned.out
    assert "Number unknown: unproven until the signed answer has come." in planned.out
    assert "Drawer P: destroy the cards." in planned.out
    digest = json.loads((company.folder / "plan.json").read_text())["digest"]
    ran = company.garant("apply", "plan.json", "--approve", digest)
    assert ran.code == 1
    assert "waiting for 1 answer" in ran.out
    task = task_key(company)
    assert company.garant("task", "list").code == 0

    public = key(company)
    early = company.garant(
        "task", "answer", task, "--outcome", "done", "--found", "3", "--key", "camille.key"
    )
    assert early.code == 2
    assert "No public key is known" in early.err
    assert company.garant("task", "trust", "paper", public).code == 0

    shown = company.garant("task", "show", task, "--out", "task.json")
    assert "to hand to Camille Exemple" in shown.out
    signed = company.garant(
        "task", "sign", "task.json", "--outcome", "done", "--found", "3", "--key", "camille.key", "--out", "answer.txt"
    )  # fmt: skip
    assert signed.code == 0, signed.err
    received = company.garant("task", "answer", "answer.txt")
    assert received.code == 0, received.err
    assert "is closed: everything was done" in received.out
    assert company.garant("task", "answer", "answer.txt").code == 2
    assert "No task awaits an answer." in company.garant("task", "list").out
    assert "done" in company.garant("task", "list", "--all").out
    assert company.garant("ledger", "verify").code == 0
    keys = entry_keys(company)
    assert f"{task}/created" in keys
    assert f"{task}/answered" in keys


def test_a_person_found_nowhere_by_program_is_asked_for_by_hand(ready_company: Company) -> None:
    company = ready_company
    by_hand(company)
    found = company.garant("subject", "find", "--identity", UNKNOWN)
    assert "Paper archive was not looked at: that is for Camille Exemple" in found.err
    asked = company.garant("subject", "erase", "--identity", UNKNOWN)
    assert asked.code == 0, asked.err
    assert "Drawers A to Z: destroy." in asked.out
    digest = asked.out.split("--approve ")[1].split()[0]
    ran = company.garant("subject", "erase", "--identity", UNKNOWN, "--approve", digest)
    assert ran.code == 1
    assert "waiting for 1 answer" in ran.out
    task = task_key(company)
    whole = company.garant("task", "show", task)
    assert "nobody@nowhere.example" in whole.out
    key(company)
    reminded = company.garant("--language", "fr", "task", "remind", task)
    assert "La réponse est attendue pour le" in reminded.out
    assert "nobody@" not in reminded.out
    said = ["--outcome", "refused", "--reason", "The archive burnt down", "--key", "camille.key"]
    assert company.garant("task", "answer", task, *said).code == 2
    assert b"nobody@nowhere" not in (company.folder / "home" / "garant.sqlite3").read_bytes()


def test_an_export_asks_by_hand_what_no_program_reads(ready_company: Company) -> None:
    """Found by programs or not, the person is asked for where they cannot look, once; and the copy says so."""
    company = ready_company
    by_hand(company)
    (known,) = company.rows("crm", "SELECT email FROM person WHERE email IS NOT NULL LIMIT 1")
    for identity, code in ((UNKNOWN, 1), (f"email={known[0]}", 0), (f"email={known[0]}", 0)):
        exported = company.garant("subject", "export", "--identity", identity, "--out", f"{code}.zip")
        assert exported.code == code, exported.err
        assert "Paper archive was not looked at: Camille Exemple" in exported.err
        assert "Nothing is complete before the answer" in exported.err
        (company.folder / "0.zip").rename(company.folder / "her.zip") if code == 0 else None
    tasks = [word for word in company.garant("task", "list").out.split() if "-paper-access" in word]
    assert len(tasks) == 2, "asked again, the same question is the same task"
    with zipfile.ZipFile(company.folder / "her.zip") as copy:
        assert "still looking by hand in Paper archive" in copy.read("index.html").decode()
        assert json.loads(copy.read("manifest.json"))["by_hand"] == ["paper"]
    assert company.garant("task", "trust", "paper", key(company)).code == 0
    for task in tasks:
        said = ["--outcome", "done", "--found", "2", "--key", "camille.key"]
        answered = company.garant("task", "answer", task, *said)
        assert answered.code == 0, answered.err
        assert "Request access-" in answered.out
        assert "is closed: everything was done" in answered.out
    home = (company.folder / "home" / "garant.sqlite3").read_bytes()
    assert (b"nobody@nowhere" in home, known[0].encode() in home) == (False, False)
    assert company.garant("ledger", "verify").code == 0


def test_a_scheduler_is_told_what_presses_and_reminds_at_intervals(ready_company: Company) -> None:
    company = ready_company
    by_hand(company)
    company.garant("subject", "export", "--identity", UNKNOWN, "--out", "her.zip")
    listed = company.garant("task", "list")
    assert (listed.code, "14 days" in listed.out) == (0, True)
    assert company.garant("task", "list", "--within", "14").code == 1
    assert company.garant("task", "list", "--within", "13").code == 0
    assert company.garant("task", "list", "--late").out == "No task is pressing.\n"
    assert company.garant("task", "remind").code == 1
    make_late(company)
    late = company.garant("task", "list", "--late")
    assert (late.code, "− 3 days" in late.out) == (1, True)
    assert company.garant("task", "remind").out.startswith("To: camille@archive.example")
    again = company.garant("task", "remind", "--every", "2")
    assert (again.code, again.out) == (1, "No reminder to write.\n")


def test_what_is_late_is_said_loudly(ready_company: Company, tmp_path: Path) -> None:
    company = ready_company
    by_hand(company)
    company.garant("plan", "policy", "--as-of", AS_OF, "--system", "paper", "--out", "plan.json")
    digest = json.loads((company.folder / "plan.json").read_text())["digest"]
    company.garant("apply", "plan.json", "--approve", digest)
    make_late(company)
    listed = company.garant("task", "list")
    assert listed.code == 1
    assert listed.out.startswith("LATE by 3 days: paper, Camille Exemple")
    planned = company.garant("--language", "fr", "plan", "policy", "--as-of", AS_OF, "--system", "paper")
    assert "EN RETARD de 3 jours" in planned.err
    shown = company.garant("task", "show", task_key(company))
    assert "LATE by 3 days" in shown.out
    assert "3 days ago" in company.garant("task", "remind", task_key(company)).out


def make_late(company: Company) -> None:
    """Time passes: the due day is three days behind."""
    day = datetime.now(ZoneInfo("Europe/Paris")).date() - timedelta(days=3)
    with closing(sqlite3.connect(company.folder / "home" / "garant.sqlite3")) as database:
        database.execute("UPDATE tasks_task SET due_on = ?", (day.isoformat(),))
        database.commit()


def test_signing_needs_no_installation_and_says_what_is_wrong(company: Company) -> None:
    assert company.garant("task", "key", "camille.key", "--name", "two words").code == 2
    key(company)
    assert company.garant("task", "key", "camille.key", "--name", "camille").code == 2
    options = ["--outcome", "done", "--key", "camille.key"]
    (company.folder / "task.json").write_text("[]")
    assert "is not a task of Garant" in company.garant("task", "sign", "task.json", *options).err
    statement = {"statement": {"task": "run-paper-prospects"}}
    (company.folder / "task.json").write_text(json.dumps(statement))
    signed = company.garant("task", "sign", "task.json", *options)
    assert signed.code == 0, signed.err
    assert signed.out.startswith("garant-answer/1\ntask run-paper-prospects\n")
    refused = company.garant("task", "sign", "task.json", "--outcome", "refused", "--key", "camille.key")
    assert refused.code == 2
