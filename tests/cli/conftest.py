"""The made-up company, built once, copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from garant.demo.build import DemoData
from tests.cli.company import Company, build_template, settle


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory: pytest.TempPathFactory) -> DemoData:
    """The systems, never changed."""
    return build_template(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def home_template(tmp_path_factory: pytest.TempPathFactory, demo_template: DemoData) -> Path:
    """Garant's own folder just after `garant init`, never used."""
    company = settle(tmp_path_factory.mktemp("initialised"), demo_template)
    done = company.garant("init", "--policy", "policy")
    assert done.code == 0, done.err
    return company.folder / "home"


@pytest.fixture
def company(tmp_path: Path, demo_template: DemoData) -> Company:
    """A company of the test's own; Garant is not set up there yet."""
    return settle(tmp_path, demo_template)


@pytest.fixture
def ready_company(company: Company, home_template: Path) -> Company:
    """The same, after `garant init`."""
    shutil.copytree(home_template, company.folder / "home")
    return company


@pytest.fixture
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory, demo_template: DemoData, home_template: Path
) -> Company:
    """A twin of the ready company: same data, same keys, so that two ends can be compared whole."""
    twin = settle(tmp_path_factory.mktemp("twin"), demo_template)
    shutil.copytree(home_template, twin.folder / "home")
    return twin
