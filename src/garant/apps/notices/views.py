"""The public pages: anyone, without an account, a cookie or a script."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, cast
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from garant.apps.notices import pages, services
from garant.apps.notices.pages import Form
from garant.apps.notices.sending import LONG, SOON, preferred, send
from garant.policy.text import LANGUAGES, Language

View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """Read only; where nothing is published, a page says so, in the language of the address."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except services.NothingPublishedError:
            return _nothing(request, kwargs.get("language"))

    return require_safe(answered)


@public
def entrance(request: HttpRequest, organisation: str) -> HttpResponse:
    """Send the reader to the notice in their language."""
    services.in_force(organisation)
    response = HttpResponseRedirect(f"/p/{organisation}/{preferred(request)}/")
    response.headers["Vary"] = "Accept-Language"
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@public
def notice(request: HttpRequest, organisation: str, language: str) -> HttpResponse:
    """The notice in force."""
    spoken = cast(Language, language)
    edition, shows = services.in_force(organisation), services.shows_state(organisation)
    response = send(request, pages.notice(edition, spoken, "html", shows=shows))
    response.headers["Link"] = _links(organisation, spoken)
    return response


@public
def form(request: HttpRequest, organisation: str, language: str, form: str) -> HttpResponse:
    """The notice in force as a PDF or as data."""
    page = pages.notice(services.in_force(organisation), cast(Language, language), cast(Form, form))
    response = send(request, page, open_to_sites=True)
    response.headers["Content-Disposition"] = f'inline; filename="{organisation}-{language}.{form}"'
    return response


@public
def history(request: HttpRequest, organisation: str, language: str) -> HttpResponse:
    """Every version, and what each changed."""
    return send(request, pages.history(organisation, cast(Language, language)))


@public
def version(request: HttpRequest, organisation: str, language: str, number: int) -> HttpResponse:
    """A version that is not in force any more, or not yet; the one in force has its own address."""
    found = services.edition(organisation, number)
    state = _state(organisation, found)
    if state == "in-force":
        return HttpResponseRedirect(f"/p/{organisation}/{language}/")
    cache = LONG if state == "past" else SOON  # the one to come is in force from a midnight on
    return send(request, pages.notice(found, cast(Language, language), "html", state), cache=cache)


@public
def directory(request: HttpRequest) -> HttpResponse:
    """What is published here, for programs."""
    return send(request, pages.directory(), open_to_sites=True)


@public
def schema(request: HttpRequest) -> HttpResponse:
    """The schema of the notice as JSON."""
    return send(request, pages.schema(), cache=LONG, open_to_sites=True)


@public
def nowhere(request: HttpRequest, rest: str) -> HttpResponse:
    """Every other address below /p/: the one that was meant, or nothing, said without a cookie."""
    parts = rest.split("/")
    if parts[-1] and "." not in parts[-1] and request.path_info == f"/p/{rest}":
        return HttpResponseRedirect(f"/p/{quote(rest)}/")
    return _nothing(request, next((part for part in parts if part in LANGUAGES), None))


def _state(organisation: str, found: services.Edition) -> str:
    try:
        current = services.in_force(organisation)
    except services.NothingPublishedError:
        current = None
    return pages.state_of(found, current, services.today(organisation))


def _nothing(request: HttpRequest, language: str | None) -> HttpResponse:
    spoken = cast(Language, language) if language in LANGUAGES else preferred(request)
    response = HttpResponse(pages.nothing(spoken), status=404)
    response.headers["Cache-Control"] = "no-store"
    return response


@lru_cache(maxsize=1024)
def _links(organisation: str, language: Language) -> str:
    """The other forms, for programs that ask for the page alone (RFC 8288)."""
    other = "en" if language == "fr" else "fr"
    return ", ".join(
        (
            f'<{pages.address(organisation, other)}>; rel="alternate"; hreflang="{other}"',
            *(
                f'<{pages.address(organisation, language, f"notice.{form}")}>; rel="alternate"; type="{kind}"'
                for form, kind in pages.KINDS.items()
                if form != "html"
            ),
            f'<{pages.address(organisation, language, "history/")}>; rel="version-history"',
        )
    )
