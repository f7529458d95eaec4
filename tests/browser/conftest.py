"""Pages seen in Chromium: one browser for each module, a running site of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import Eyes, chromium
from tests.site.conftest import company, demo, demo_systems, installation, neighbour, persona, site

__all__ = ["company", "demo", "demo_systems", "installation", "neighbour", "persona", "site"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without a window; closed with the module, for what drives it is an event loop, which runs forbid."""
    with chromium() as opened:
        yield opened


@pytest.fixture
def eyes(browser: Browser, live_server: Any, site: str) -> Iterator[Eyes]:
    """Eyes on the site: `eyes.assert_accessible("/o/demo/people/", client=persona("dpo"))`."""
    eyes = Eyes(browser, live_server.url)
    yield eyes
    eyes.close()
