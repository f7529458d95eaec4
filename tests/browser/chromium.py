"""Debian's Chromium, driven by playwright, and what a person sees of a page in it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, sync_playwright

from tests.servers.installation import Software
from tests.servers.lending import RUN

CHROMIUM = Software("Chromium", ("chromium",), "chromium", Path("/usr/bin"), "GARANT_CHROMIUM_PROGRAMS")
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 320, "height": 640}
ZOOMED = {"width": 320, "height": 256}
"""A screen of 1280 × 1024 at 400 %."""

_EVERYTHING = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""The rules of axe that read a colour."""
_PLACES = {
    "type": "rule",
    "values": [*_COLOURS["values"], "target-size", "scrollable-region-focusable"],
}
"""The rules of axe that read a colour, or where things are."""
_RUN_AXE = """rules => axe.run(document, {resultTypes: ["violations"], runOnly: rules})"""
ALIKE = """() => { try { return ![...document.styleSheets].flatMap(sheet => [...sheet.cssRules])
  .filter(rule => rule.media && /width/.test(rule.conditionText)).flatMap(rule => [...rule.cssRules])
  .some(rule => !rule.style || [...rule.style].some(name => !/^(grid-template|margin)/.test(name)));
  } catch (unread) { if (unread.name === "SecurityError") return false; throw unread; } }"""
"""Whether no style sheet of the page does more for a width than to move what is there; of a file's, nobody may read it."""
_TOO_WIDE = """() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser, closed at the end; Debian's package is installed where it is missing."""
    with (Path(os.environ[RUN]) / "chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        program = CHROMIUM.programs() / CHROMIUM.program
    # Playwright runs a loop in this thread; the tests ask the database from it all the same.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    arguments = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
    ]
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=arguments)
            yield browser
            browser.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class Visit:
    """A page being looked at, and everything that went wrong on the way."""

    page: Page
    host: str
    wrong: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note errors of scripts and of the content policy, failed requests, and requests to other hosts."""
        self.page.on(
            "console", lambda said: self._note("console", said.text) if said.type == "error" else None
        )
        self.page.on("pageerror", lambda error: self._note("script", str(error)))
        self.page.on("request", self._requested)
        self.page.on("response", self._answered)

    def _note(self, kind: str, what: str) -> None:
        self.wrong.append(f"{kind}: {what}")

    def _requested(self, request: Request) -> None:
        if urlsplit(request.url).netloc not in ("", self.host):
            self._note("another host", request.url)

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            self._note("failed", f"{response.status} {response.url}")


@dataclass(frozen=True)
class Eyes:
    """Looks at the pages of a running site as people do: both languages, both themes, phone, zoom, and axe."""

    browser: Browser
    address: str
    languages: tuple[str, ...] = ("fr", "en")
    """Those that `assert_accessible` looks at."""
    windows: dict[str, Visit] = field(default_factory=dict)
    """Language → the window of `assert_accessible`."""

    @contextmanager
    def open(
        self,
        path: str,
        *,
        client: Client | None = None,
        language: str = "fr",
        script: bool = True,
        **options: Any,
    ) -> Iterator[Visit]:
        """A page, as whoever `client` is signed in as sees it. `options` go to the browser's context.

        `{language}` in the path is replaced; elsewhere the language is chosen as people do, by the site's own button.
        """
        visit = self._begin(language, java_script_enabled=script, **options)
        try:
            self._go(visit, path, client, language)
            yield visit
        finally:
            visit.page.context.close()

    def assert_accessible(self, path: str, *, client: Client | None = None, status: int = 200) -> None:
        """axe finds nothing, nothing is cut off at 320 px or at 400 %, nothing comes from elsewhere.

        In French and in English (or in those of `languages`), light and dark. `status` is what the page answers with.
        """
        wrong: list[str] = []
        for language in self.languages:
            visit = self._kept(language)
            self._go(visit, path, client, language)
            answered = visit.page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus")
            if answered != status:
                wrong.append(f"{language}: answered {answered}, expected {status}")
            if visit.page.get_attribute("html", "lang") != language:
                wrong.append(f"{language}: the page says another language")
            visit.page.evaluate(AXE)
            wrong += (f"{language}, {found}" for found in looked_at(visit.page))
            ours = [said for said in visit.wrong if status < 400 or str(status) not in said]
            wrong += (f"{language}, {said}" for said in ours)
        assert wrong == [], "\n".join(["", path, *wrong])

    def close(self) -> None:
        """Close the windows that were kept."""
        for visit in self.windows.values():
            visit.page.context.close()

    def _kept(self, language: str) -> Visit:
        """The test's window in this language, as when it was opened: a window takes longer to open than a page to show."""
        visit = self.windows.get(language) or self.windows.setdefault(language, self._begin(language))
        visit.wrong.clear()
        visit.page.context.clear_cookies()
        visit.page.set_viewport_size(WIDE)  # pyright: ignore[reportArgumentType]
        visit.page.emulate_media(color_scheme="light")
        return visit

    def _begin(self, language: str, **options: Any) -> Visit:
        context = self.browser.new_context(viewport=WIDE, reduced_motion="reduce", locale=language, **options)
        visit = Visit(context.new_page(), urlsplit(self.address).netloc)
        visit.watch()
        return visit

    def _go(self, visit: Visit, path: str, client: Client | None, language: str) -> None:
        if client is not None:
            self._sign_in(visit.page.context, client, language)
        visit.page.goto(self.address + path.replace("{language}", language))

    def _sign_in(self, context: BrowserContext, client: Client, language: str) -> None:
        client.post("/language/", {"language": language})
        context.add_cookies(
            [
                {"name": name, "value": morsel.value, "url": self.address}
                for name, morsel in client.cookies.items()
                if name in (settings.SESSION_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME)
            ]
        )


def looked_at(page: Page) -> Iterator[str]:
    """What is wrong with the page in each theme and size.

    axe is not asked twice for the same: the dark theme changes colours alone, and how high the window is changes
    nothing that axe reads (test_frame holds the style sheet to both). Nor, where nothing is shown, hidden or coloured
    by how wide it is, does the width change more than where things are; letters are never larger on a phone.
    """
    alike = page.evaluate(ALIKE)
    everything, colours = _EVERYTHING, _COLOURS
    asked = {
        "wide": {"light": everything, "dark": None if alike else colours},
        "320 px": {"light": _PLACES if alike else everything, "dark": colours},
        "400 %": {"light": None, "dark": None},
    }
    for name, size in (("wide", WIDE), ("320 px", PHONE), ("400 %", ZOOMED)):
        page.set_viewport_size(size)  # pyright: ignore[reportArgumentType]
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            rules = asked[name][theme]
            for found in page.evaluate(_RUN_AXE, rules)["violations"] if rules else []:
                places = [" ".join(map(str, node["target"])) for node in found["nodes"][:3]]
                yield f"{theme}, {name}: {found['id']} ({found['help']}) at {places}"
            if (beyond := page.evaluate(_TOO_WIDE)) > 0:
                yield f"{theme}, {name}: {beyond} px beyond the edge"
