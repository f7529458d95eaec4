"""The pages of a package: HTML that opens without a connection, for everyone; each carries the number of the request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from garant.policy import Policy
from garant.policy.text import Language, Text
from garant.publish import words
from garant.publish.letters.speech import CNIL
from garant.publish.packages import information
from garant.publish.packages.content import About, PackageKind, Table
from garant.publish.packages.masking import HIDDEN
from garant.publish.packages.values import encoded, spoken
from garant.publish.typography import typeset

ROWS: Final = 250
"""Rows of a page."""


@dataclass
class Shown:
    """A table as the first page lists it."""

    table: Table
    place: int
    rows: int = 0
    pages: int = 0
    retention: list[Text] = field(default_factory=list[Text])

    @property
    def categories(self) -> list[str]:
        """The categories of its columns, each once."""
        return list(dict.fromkeys(one.category for one in self.table.fields if one.category))

    def page(self, number: int) -> str:
        """The name of one of its pages."""
        return f"pages/{self.place:03d}-{number:05d}.html"


def style() -> bytes:
    """The style of the pages."""
    return (files("garant.publish.packages") / "templates" / "style.css").read_bytes()


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("garant.publish.packages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def _common(about: About) -> dict[str, Any]:
    language: Language = about.language

    def say(fr: str, en: str) -> str:
        return typeset(fr if language == "fr" else en, language)

    def its(text: Text) -> str:
        return typeset(text.say(language), language)

    day = words.day(about.at.date(), language)
    mark = say(
        f"Demande n° {about.number} · préparé le {day} pour la personne qui l'a faite, et pour elle seule",
        f"Request no. {about.number} · prepared on {day} for the person who made it, and for them alone",
    )
    return {"about": about, "language": language, "say": say, "its": its, "mark": mark}


def table_page(about: About, shown: Shown, rows: Sequence[Sequence[Any]], *, first: int, last: bool) -> bytes:
    """One page of the rows of a table.

    Args:
        about: whose package it is.
        shown: the table.
        rows: those of this page, masked already.
        first: the number of the first of them, counted from 1.
        last: no page follows.
    """
    number = shown.pages
    used = [
        at for at in range(len(shown.table.fields)) if any(row[at] not in (None, "") for row in rows)
    ] or [0]
    page = _template("table.html.jinja").render(
        **_common(about),
        shown=shown,
        fields=[shown.table.fields[at] for at in used],
        left_out=len(shown.table.fields) - len(used),
        body=_body(rows, used, about.language),
        first=first,
        to=first + len(rows) - 1,
        before=f"{shown.place:03d}-{number - 1:05d}.html" if number > 1 else None,
        after=None if last else f"{shown.place:03d}-{number + 1:05d}.html",
        hidden=HIDDEN,
    )
    return encoded(page)


def _body(rows: Sequence[Sequence[Any]], used: Sequence[int], language: Language) -> str:
    """The rows, escaped here: a template would take ten times as long for a person with 200,000 of them."""
    lines: list[str] = []
    for row in rows:
        head, *rest = [escape(spoken(row[at], language)) for at in used]
        cells = "".join(f"<td>{cell}</td>" for cell in rest)
        lines.append(f'<tr><th scope="row">{head}</th>{cells}</tr>\n')
    return "".join(lines)


def index(
    about: About,
    kind: PackageKind,
    policy: Policy,
    tables: Sequence[Shown],
    attached: Sequence[str],
    copies: Mapping[str, Sequence[str]],
) -> bytes:
    """The first page.

    Args:
        about: whose package it is.
        kind: of package.
        policy: what says why the data are there.
        tables: what was found.
        attached: files that rows name, by their place in the package.
        copies: files of processors, by the key of the processor.
    """
    found = [category for shown in tables for category in shown.categories]
    activities = information.concerned(policy, found) if kind == "access" else []
    tree = policy.data_categories
    contact = policy.rights.contact or policy.organisation.dpo
    page = _template("index.html.jinja").render(
        **_common(about),
        kind=kind,
        tables=tables,
        attached=attached,
        copies=[(one, copies.get(one.key, ())) for one in about.copies],
        activities=[
            (sheet, [(part, information.cells(part, about.language)) for part in sheet.tables])
            for sheet in (information.told(policy, one) for one in activities)
        ],
        automated=list(information.automated(policy)),
        labels={key: tree[key].label if key in tree else Text(fr=key, en=key) for key in found},
        contact=contact.email if contact is not None and contact.email else "",
        cnil=CNIL,
        hidden=HIDDEN,
    )
    return encoded(page)
