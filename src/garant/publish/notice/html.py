"""The notice as HTML: a fragment for a page that has its own head, or a page that stands alone."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from garant.publish import words
from garant.publish.notice.document import Notice
from garant.publish.notice.icons import ICONS

_STYLE: Final = files("garant.publish.notice") / "static" / "notice.css"


def notice_html(notice: Notice) -> str:
    """The notice as a fragment: a table of contents and twelve sections, below a first-level heading of the page's.

    Nothing in it runs or is fetched: no script, no inline style, no picture from elsewhere. Its style is
    `notice_css()`.
    """
    return _template("notice.html.jinja").render(notice=notice, icons=ICONS)


def notice_page(notice: Notice) -> str:
    """The notice as one HTML file, its style within, to be read, printed or sent as it is."""
    return _template("page.html.jinja").render(
        notice=notice, body=notice_html(notice), css=notice_css(), day=words.day
    )


@cache
def notice_css() -> str:
    """The style of a notice: light and dark, narrow and wide, on paper."""
    return _STYLE.read_text(encoding="utf-8")


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("garant.publish.notice", "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
