"""The versions of a policy by their commands: from a folder of files to the day it takes effect."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
import time_machine
from pytest_django.fixtures import Settings

from garant.cli import application
from garant.demo.build import DemoData
from garant.policy import digest_of, load_policy
from tests.apps.evidence.conftest import installation
from tests.cli.company import AS_OF, EXAMPLE
from tests.cli.conftest import demo_template
from tests.examples.oracles import enquirers, prospects, readers

__all__ = ["demo_template", "installation"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("installation")]

Command = Callable[..., str]


@pytest.fixture(autouse=True)
def one_day() -> Iterator[None]:
    """Every test happens on the same day."""
    with time_machine.travel("2026-11-25T10:00:00+00:00", tick=False):
        yield


@pytest.fixture
def garant(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """A command of somebody's, in this process: what it said, once it answered as expected."""

    def run(*arguments: str, who: str = "Ana", code: int = 0, language: str = "en") -> str:
        monkeypatch.setenv("GARANT_ACTOR", who)
        answer = application.run(["--language", language, "policy", *arguments])
        said = capsys.readouterr()
        assert answer == code, said.err
        return said.out + said.err

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A policy of the test's own."""
    return shutil.copytree(EXAMPLE / "policy", tmp_path / "policy")


def change(folder: Path, name: str, old: str, new: str) -> None:
    """Edit a file as a person does."""
    text = (folder / name).read_text(encoding="utf-8")
    assert text.count(old) >= 1
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def in_force(garant: Command, folder: Path) -> str:
    """The policy of a folder, in force today; its digest."""
    garant("import", str(folder))
    digest = garant("submit", "1").split("--approve ")[1].split()[0]
    garant("approve", "1", "--approve", digest, who="Boris")
    garant("publish", "1", who="Boris")
    return digest


def test_from_files_to_publication_and_back(garant: Command, folder: Path, tmp_path: Path) -> None:
    digest = in_force(garant, folder)
    assert digest == digest_of(load_policy(folder).document)
    shown = garant("show", "1")
    assert "Version 1: published, since 2026-11-25" in shown
    assert "submitted by: Ana" in shown
    assert "published by: Boris" in shown
    (listed,) = json.loads(garant("list", "--format", "json"))
    assert (listed["state"], listed["in_force"], listed["effective_on"]) == ("published", True, "2026-11-25")
    garant("export", "1", str(tmp_path / "out"))
    assert load_policy(tmp_path / "out").digest == digest
    garant("export", "1", str(tmp_path / "out"), code=2)


def test_since_when_each_version_holds_and_whether_it_ever_does(garant: Command, folder: Path) -> None:
    in_force(garant, folder)
    for number, period in (("2", "P2Y"), ("3", "P1Y")):
        change(folder, "retention.yaml", "P3Y" if number == "2" else "P2Y", period)
        garant("import", str(folder))
        digest = garant("submit", number).split("--approve ")[1].split()[0]
        garant("approve", number, "--approve", digest, who="Boris")
        garant("publish", number, "--on", "2026-11-26", who="Boris")
    listed = " ".join(garant("list").split())
    assert "since 2026-11-25" in listed
    assert "from 2026-11-26" in listed
    assert "Version 2: published, never: replaced before 2026-11-26, its day" in garant("show", "2")
    assert "à partir du 26/11/2026" in garant("show", "3", language="fr")
    with time_machine.travel("2026-11-26T09:00:00+00:00"):
        assert "Version 1: published, from 2026-11-25 to the next one" in garant("show", "1")


def test_the_same_person_cannot_approve(garant: Command, folder: Path) -> None:
    garant("import", str(folder))
    digest = garant("submit", "1").split("--approve ")[1].split()[0]
    said = garant("approve", "1", "--approve", digest, code=2, language="fr")
    assert "une autre personne doit l’approuver" in said
    assert "is a draft again" in garant("reject", "1", "--reason", "Too long.", who="Boris")
    assert "sent back: Too long." in garant("show", "1")


def test_what_changes_in_plain_words(garant: Command, folder: Path) -> None:
    in_force(garant, folder)
    assert "Nothing changes" in garant("diff", "1")
    change(folder, "retention.yaml", "P3Y", "P2Y")
    garant("import", str(folder))
    said = garant("diff", "2", code=1, language="fr")
    assert "Change ce qui est promis (1 changement)" in said
    assert "Durée\u202f: 3\u00a0ans → 2\u00a0ans" in said
    (one,) = json.loads(garant("diff", "2", "--against", "1", "--format", "json", code=1))
    assert (one["weight"], one["place"]) == ("substance", ["retention", "prospects", "phases", 0, "period"])
    assert "“Prospects: three years" in one["en"]
    back = garant("diff", "1", "--against", "2", code=1)
    assert "Weighs on people (1 change)" in back
    assert "2\u00a0years → 3\u00a0years" in back


def test_people_are_told_first(garant: Command, folder: Path) -> None:
    in_force(garant, folder)
    text = (folder / "remote-maintenance.yaml").read_text(encoding="utf-8")
    assert "processors: [it-provider]" in text
    change(folder, "remote-maintenance.yaml", "[it-provider]", "[it-provider, accountant]")
    garant("import", str(folder))
    digest = garant("submit", "2").split("--approve ")[1].split()[0]
    said = garant("approve", "2", "--approve", digest, who="Boris")
    assert (
        "a new sub-processor, Our accounting firm, for “Remote maintenance of video surveillance images”"
        in said
    )
    assert "Nobody was." in said
    assert "have to be told beforehand" in garant("publish", "2", code=2, who="Boris")
    told = garant("notice", "2", "--channel", "E-mail", "--evidence", "Mailing 12")
    assert "may take effect from 2026-11-26" in told
    assert "2026-11-25 is too soon" in garant("publish", "2", code=2, who="Boris")
    assert "in force from 2026-11-26" in garant("publish", "2", "--on", "2026-11-26", who="Boris")
    assert "from 2026-11-26" in garant("list")


def test_what_it_would_change_on_the_systems(
    garant: Command,
    folder: Path,
    demo_template: DemoData,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
) -> None:
    for name, value in demo_template.environment().items():
        monkeypatch.setenv(name, value)
    in_force(garant, folder)
    change(folder, "retention.yaml", "P3Y", "P2Y")
    garant("import", str(folder))
    settings.GARANT_MAPS = folder
    assert "No data map in" in garant("consequences", "2", code=2)
    maps = shutil.copytree(EXAMPLE / "maps", folder.parent / "maps")
    said = garant("consequences", "2", "--maps", str(maps), "--as-of", AS_OF)
    assert "Counted on the systems, for 2026-11-01:" in said
    lines = [line for line in said.splitlines() if "more record" in line]
    assert len(lines) == 1
    assert lines[0].strip().startswith("Prospects: three years after the last exchange: ")
    crm = next(one.database for one in demo_template.systems if one.key == "crm")
    # Two years over today is three years over in a year.
    now, later = (
        sum(len(find(crm, date(year, 11, 1))) for find in (prospects, enquirers, readers))
        for year in (2026, 2027)
    )
    counted = later - now
    assert f": {counted} more records would be erased on that day (" in lines[0]
    shown = garant("show", "2")
    assert lines[0] in shown
    assert "To know before approving:" in shown
    assert "as the one in force does, and does not say the same" in shown
    assert "To know before approving:" in garant("submit", "2")
    in_french = garant("show", "2", language="fr")
    assert f"{counted} dossiers de plus seraient effacés ce jour-là" in in_french


def test_maps_that_do_not_go_with_a_version(
    garant: Command, folder: Path, demo_template: DemoData, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in demo_template.environment().items():
        monkeypatch.setenv(name, value)
    change(folder, "retention.yaml", "  prospects:\n", "  leads:\n")
    garant("import", str(folder))
    said = garant("consequences", "1", "--maps", str(EXAMPLE / "maps"))
    assert "Maps to mend: " in said
    assert "prospects" in said
