"""The frame's own pages: the front door, the language, errors, health."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from garant.apps.accounts import services as accounts
from garant.apps.accounts.access import came_from
from garant.apps.notices import services as notices


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Send staff to their organisations; show others the notices published here."""
    if request.user.is_authenticated:
        return redirect("organisations:portfolio")
    return render(request, "site/home.html", {"published": notices.publishing()})


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language of the pages: remembered with the account, else in a cookie."""
    chosen = "en" if request.POST.get("language") == "en" else "fr"
    target = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    response = redirect(target if safe else "/")
    if request.user.is_authenticated:
        accounts.set_language(request.user, chosen)  # pyright: ignore[reportArgumentType]
    else:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=365 * 86_400,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


@require_GET
def health(_: HttpRequest) -> HttpResponse:
    """Say that the site answers and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What a member whose role does not reach so far is told."""
    return render(request, "site/403.html", status=403)


def unusable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What is said of a message that nothing can be made of: too large, or not what a form sends."""
    large = isinstance(exception, RequestDataTooBig)
    return render(request, "site/400.html", {"large": large}, status=413 if large else 400)


def out_of_date(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from before its reader signed in again, or out, in another tab: nothing of it was done."""
    return render(request, "site/out_of_date.html", {"back": came_from(request)}, status=403)


def only_sent(request: HttpRequest) -> HttpResponse:
    """An address to which forms are sent, opened as a page: by a bookmark, or the bar of addresses."""
    return render(request, "site/405.html", status=405)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The same for what is not there and for what is not theirs."""
    return render(request, "site/404.html", status=404)


def closed(request: HttpRequest) -> HttpResponse:
    """Where allauth lets people change the address they are known by: it says whom four eyes tell apart, who decided what
    and whom a provider signs in, so that it is given with the account and nobody gives themselves another."""
    return not_found(request)


def failed(request: HttpRequest) -> HttpResponse:
    """What is said when it is our fault: nothing of what went wrong."""
    return render(request, "site/500.html", status=500)
