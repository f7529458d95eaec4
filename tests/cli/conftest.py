"""The made-up company, built once, copied for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from garant.demo.build import DemoData
from tests.cli.company import Company, build_template, settle


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory: pytest.TempPathFactory) -> DemoData:
    """The systems, never changed."""
    return build_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def company(tmp_path: Path, demo_template: DemoData) -> Company:
    """A company of the test's own; Garant is not set up there yet."""
    return settle(tmp_path, demo_template)


@pytest.fixture
def ready_company(company: Company) -> Company:
    """The same, after `garant init`."""
    done = company.garant("init", "--policy", "policy")
    assert done.code == 0, done.err
    return company
