"""The page of a link: a button, so that a program that looks at the links of letters takes nothing."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from garant.apps.deliveries import services
from garant.apps.deliveries.refusals import NothingHereError
from garant.apps.organisations import services as organisations
from garant.publish.packages import package_schema
from garant.site.rates import Buckets, caller

_WRONG: Final = Buckets(30, 20)
"""Links that lead nowhere: so many a minute, from one address."""


@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest, organisation: str, language: str, secret: str) -> HttpResponseBase:
    """Show what waits, or hand it over."""
    with translation.override(language):
        try:
            response = (
                _taken(organisation, secret)
                if request.method == "POST"
                else _shown(request, organisation, language, secret)
            )
        except NothingHereError:
            response = _nothing(request, organisation, language)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Content-Language"] = language
    return response


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The schema of the data in a package, for programs that receive one."""
    response = JsonResponse(package_schema(), json_dumps_params={"ensure_ascii": False})
    response.headers["Cache-Control"] = "public, max-age=86400"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _shown(request: HttpRequest, organisation: str, language: str, secret: str) -> HttpResponseBase:
    found = services.offered(organisation, secret)
    shown = {"file": found, "language": language, "name": organisations.organisation(organisation).name}
    return render(request, "deliveries/file.html", shown)


def _taken(organisation: str, secret: str) -> HttpResponseBase:
    found, pieces = services.take(organisation, secret)
    response = StreamingHttpResponse(pieces, content_type="application/octet-stream")
    response.headers["Content-Length"] = str(found.size)
    response.headers["Content-Disposition"] = str(content_disposition_header(True, found.name))
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _nothing(request: HttpRequest, organisation: str, language: str) -> HttpResponse:
    """One answer for every link that leads nowhere; too many of them, and there is none."""
    wait = _WRONG.take(caller(request.META))
    if wait:
        refused = HttpResponse(status=429)
        refused.headers["Retry-After"] = str(wait)
        return refused
    return render(
        request, "deliveries/nothing.html", {"language": language, "organisation": organisation}, status=404
    )
