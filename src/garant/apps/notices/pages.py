"""From a version and a language to finished bytes: the page, its other forms, the history, the directory."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, Final, Literal

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from garant.apps.notices import services
from garant.apps.notices.shelf import Finished, Shelf, finished
from garant.apps.policies.services import Edition
from garant.policy import Policy
from garant.policy.text import LANGUAGES, Language
from garant.publish.notice import Notice, build_notice, notice_json, notice_schema
from garant.publish.notice.html import notice_html
from garant.publish.notice.linked import linked_json
from garant.publish.notice.pdf import notice_pdf

Form = Literal["html", "pdf", "json", "jsonld"]

KINDS: Final[dict[Form, str]] = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "json": "application/json",
    "jsonld": "application/ld+json",
}
SCHEMA: Final = "/.well-known/garant/notice-1.json"
LINKSET: Final = "application/linkset+json"

SHELF: Final = Shelf()


def notice(
    edition: Edition, language: Language, form: Form, state: str = "in-force", *, shows: bool = False
) -> Finished:
    """One form of one version. `state` says on the page whether it is in force, past, to come or replaced.

    `shows`: the page leads to the state of the promises, which the organisation shows.
    """
    name = (edition, language, form, state, shows)
    return SHELF.get(name, lambda: finished(_made(edition, language, form, state, shows), KINDS[form]))


def history(organisation: str, language: Language) -> Finished:
    """Every version with what it changed, in words."""
    known = tuple(services.editions(organisation))
    name = (known, services.today(organisation), language)

    def make() -> Finished:
        told = services.chapters(organisation)
        names = {"chapters": told, "title": _called(told[0].policy), "organisation": organisation}
        return finished(_page("notices/history.html", language, names), KINDS["html"])

    return SHELF.get(name, make)


def nothing(language: Language) -> bytes:
    """What is said where nothing is published."""
    return _page("notices/nothing.html", language, {})


def schema() -> Finished:
    """The JSON Schema of the notice as JSON."""
    body = json.dumps({"$id": f"{settings.GARANT_URL}{SCHEMA}", **notice_schema()}, indent=1)
    return SHELF.get("schema", lambda: finished(body.encode(), "application/schema+json"))


def directory() -> Finished:
    """What is published here, as a set of links (RFC 9264) whose relations are registered ones."""
    links = [_links(edition) for _, edition in services.publishing()]
    return finished(json.dumps({"linkset": links}, indent=1).encode(), LINKSET)


def address(organisation: str, language: Language | None = None, end: str = "") -> str:
    """The whole address of a public page."""
    return f"{settings.GARANT_URL}/p/{organisation}/{f'{language}/' if language else ''}{end}"


def _made(edition: Edition, language: Language, form: Form, state: str, shows: bool) -> bytes:
    policy = services.document(edition)
    if form == "jsonld":
        return linked_json(policy, edition.digest, address(edition.organisation)).encode()
    made = build_notice(policy, language, edition.digest)
    if form == "pdf":
        return notice_pdf(made)
    if form == "json":
        return notice_json(made, f"{settings.GARANT_URL}{SCHEMA}").encode()
    return _framed(made, edition, state, shows)


def _framed(made: Notice, edition: Edition, state: str, shows: bool) -> bytes:
    end = "" if state == "in-force" else f"history/{edition.number}/"
    own = {tongue: f"/p/{edition.organisation}/{tongue}/{end}" for tongue in LANGUAGES}
    names = {
        "notice": made,
        "body": notice_html(made),
        "edition": edition,
        "state": state,
        "shows": shows,
        "organisation": edition.organisation,
        "paths": own,
        "addresses": {tongue: f"{settings.GARANT_URL}{path}" for tongue, path in own.items()},
        "description": made.sections[0].answer,
    }
    return _page("notices/notice.html", made.language, names)


def _called(policy: Policy) -> str:
    return policy.organisation.trade_name or policy.organisation.name


def _page(template: str, language: Language, names: dict[str, Any]) -> bytes:
    with translation.override(language):
        other = "en" if language == "fr" else "fr"
        return render_to_string(template, {"language": language, "other": other, **names}).encode()


def _links(edition: Edition) -> dict[str, Any]:
    """The links of one organisation: relations of RFC 6903, 5829, 8288 and 8574."""
    key = edition.organisation
    forms: list[dict[str, Any]] = []
    for language in ("fr", "en"):
        forms += (
            {"href": address(key, language), "type": "text/html", "hreflang": [language]},
            {"href": address(key, language, "notice.pdf"), "type": "application/pdf", "hreflang": [language]},
            {
                "href": address(key, language, "notice.json"),
                "type": "application/json",
                "hreflang": [language],
            },
        )
    forms.append({"href": address(key, "fr", "notice.jsonld"), "type": "application/ld+json"})
    return {
        "anchor": address(key),
        "privacy-policy": forms,
        "version-history": [
            {"href": address(key, language, "history/"), "type": "text/html", "hreflang": [language]}
            for language in ("fr", "en")
        ],
        "describedby": [{"href": f"{settings.GARANT_URL}{SCHEMA}", "type": "application/schema+json"}],
    }


def state_of(edition: Edition, current: Edition | None, today: date) -> str:
    """Whether a version is in force, past, to come, or replaced before it ever applied."""
    if current is not None and edition.key == current.key:
        return "in-force"
    if edition.replaced:
        return "replaced"
    return "to-come" if edition.effective_on > today else "past"
