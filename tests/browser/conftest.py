"""Pages seen in Chromium: one browser for each module, a running site of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import Eyes, chromium
from tests.site.conftest import company, demo, demo_systems, installation, neighbour, persona, site
from tests.support.again import again

__all__ = ["company", "demo", "demo_systems", "installation", "neighbour", "persona", "site"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without a window; closed with the module, for what drives it is an event loop, which runs forbid."""
    with chromium() as opened:
        yield opened


@pytest.fixture
def eyes(browser: Browser, live_server: Any, site: str) -> Iterator[Eyes]:
    """Eyes on the site: `eyes.open("/o/demo/people/", client=persona("dpo"))`; `pages` for what is held to axe."""
    eyes = Eyes(browser, live_server.url)
    yield eyes
    eyes.close()


@pytest.fixture(params=["fr", again("en")])
def pages(request: pytest.FixtureRequest, eyes: Eyes) -> Eyes:
    """Eyes that look at pages in one language: in French for each change, in English by `make slow`."""
    return replace(eyes, languages=(request.param,))
