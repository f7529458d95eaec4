"""Who does which tests when several workers share them: what is long first, and what is built once on one worker.

The tests of a module stay together, so that what the module builds is built once; worksteal would build it on each.
"""

from __future__ import annotations

from collections import Counter

import pytest
from xdist.remote import Producer
from xdist.scheduler.loadscope import LoadScopeScheduling

TOGETHER = {
    "tests/odoo/test_plan.py": "tests/odoo/test_run.py",
    "tests/tryton/test_plan.py": "tests/tryton/test_run.py",
    "tests/dolibarr/test_plan.py": "tests/dolibarr/test_run.py",
    "tests/dolibarr/test_documents.py": "tests/dolibarr/test_traps.py",
}
"""Modules that ask for the same copy of a whole database, planned or swept."""

LONG = (
    "tests/browser/test_frame.py",
    "tests/tryton/test_live.py",
    "tests/odoo/",
    "tests/engine/test_owners_of_each_other.py",
    "tests/engine/test_crash.py",
    "tests/engine/test_archiving",
    "tests/engine/test_against_oracle.py",
    "tests/engine/test_holds_against_oracle.py",
    "tests/cli/test_both_databases.py",
    "tests/cli/test_archive.py",
    "tests/cli/test_main_job.py",
    "tests/apps/promises/test_kill.py",
    "tests/together/",
    "tests/tryton/",
    "tests/dolibarr/",
    "tests/browser/",
    "tests/fire/",
    "tests/bench/",
    "tests/own/",
    "tests/site/test_reach.py",
    "tests/servers/",
    "tests/residue/",
    "tests/apps/exchanges/test_queue.py",
    "tests/publish/register/",
    "tests/engine/",
    "tests/cli/",
)
"""What takes longest, in this order: begun first, so that nobody ends alone."""


class Sharing(LoadScopeScheduling):
    """Whole modules, in the order of the collection."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return _kept_with(nodeid.partition("::")[0])


def _kept_with(module: str) -> str:
    return TOGETHER.get(module, module)


def _rank(module: str) -> int:
    return next((n for n, begin in enumerate(LONG) if module.startswith(begin)), len(LONG))


def long_first(items: list[pytest.Item]) -> None:
    """Put what takes longest first, module by module; then the modules of many tests."""
    modules = [_kept_with(item.nodeid.partition("::")[0]) for item in items]
    size = Counter(modules)
    place = {item: (_rank(one), -size[one], one) for item, one in zip(items, modules, strict=True)}
    items.sort(key=place.__getitem__)
