"""The language of a page, and the headers that every answer carries."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

from csp.constants import NONE
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django.utils import timezone, translation

PUBLIC = "/p/"
"""Pages for anyone: no session is looked at, no cookie is set; the address says the language."""

_OPEN: Final = (PUBLIC, "/.well-known/")

PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"

Answer = Callable[[HttpRequest], HttpResponse]


class PublicMiddleware:
    """What is for anyone is answered here: no session, no account, no cookie, whatever the browser sends."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Call the view of a public address; leave the others to the rest of the site."""
        if not request.path_info.startswith(_OPEN):
            return self._answer(request)
        request.COOKIES = {}
        found = resolve(request.path_info)
        request.resolver_match = found
        with timezone.override(settings.GARANT_ZONE):
            response = found.func(request, *found.args, **found.kwargs)
        response.headers["Content-Security-Policy"] = content_policy()
        response.headers["X-Frame-Options"] = settings.X_FRAME_OPTIONS
        return response


@cache
def content_policy() -> str:
    """The policy of content of every public page, written once: none has a script, and none could be slipped in."""
    return build_policy(
        replace={
            "script-src": [NONE],
            "connect-src": [NONE],
            "require-trusted-types-for": ["'script'"],
            "trusted-types": [NONE],
        }
    )


class LanguageMiddleware:
    """French first: what the person chose, else the reader's preference, else French."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Speak one language for the time of a request."""
        with translation.override(_chosen(request)):
            timezone.activate(settings.GARANT_ZONE)
            response = self._answer(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "fr")
            return response


class OnlySentMiddleware:
    """Where a form is sent there is no page to open: whoever opens it as one is told so, not shown a blank page."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Put words where Django has none."""
        response = self._answer(request)
        if response.status_code != 405 or response.content or request.method != "GET":
            return response
        from garant.site.views import only_sent

        said = only_sent(request)
        said.headers["Allow"] = response.headers["Allow"]
        return said


class HeadersMiddleware:
    """What browsers may do with our pages, beyond what Django and django-csp say."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers."""
        response = self._answer(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


def _chosen(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return "en" if user.language == "en" else "fr"
    named = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    if named in ("fr", "en"):
        return named
    return translation.get_language_from_request(request)
