"""Who may open a page: the one door of every staff view.

A stranger is told that there is nothing here (404), exactly as for an organisation that does not exist; a member
whose role does not reach so far is told so (403). Inside, the organisation's scope is open: a query of another
organisation's rows raises.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from garant.apps.accounts import services
from garant.apps.accounts.roles import May
from garant.apps.organisations import services as organisations
from garant.site.words import say

View = Callable[..., HttpResponseBase]


def member(what: May = May.SEE, *, writes: May | None = None, whole: bool = False) -> Callable[[View], View]:
    """Let in the members of the organisation of the address whose role allows it.

    Args:
        what: what reading the page takes.
        writes: what sending its form takes; the same unless said.
        whole: whether it is about the whole organisation, so that a habilitation to a part of it does not reach.

    The view gets a request with ``organisation`` (its key), ``company`` (its row) and ``membership``.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, organisation: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            turned = _turned_away(request)
            if turned is not None:
                return turned
            held = services.membership(organisation, request.user)  # pyright: ignore[reportArgumentType]
            if held is None:
                raise Http404
            needed = writes if writes is not None and request.method not in ("GET", "HEAD") else what
            if not held.may(needed) or (whole and held.narrow):
                raise PermissionDenied
            some: Any = request
            some.organisation, some.company, some.membership = organisation, held.organisation, held
            with organisations.scoped(organisation):
                return _finished(view(request, *args, **kwargs))

        vars(guarded)["needs"] = (what, writes)  # for the tests that walk every address
        vars(guarded)["whole"] = whole
        return guarded

    return decorate


def signed_in(view: View) -> View:
    """Let in whoever is signed in, with the second factor that the installation asks for."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return _turned_away(request) or view(request, *args, **kwargs)

    return guarded


def has_second_factor(request: Any) -> bool:
    """Whether the person has a one-time code generator or a passkey."""
    from allauth.mfa.utils import is_mfa_enabled

    return is_mfa_enabled(request.user)


def _turned_away(request: HttpRequest) -> HttpResponseBase | None:
    """Where to go first: to sign in, or to add the second factor that staff must have."""
    if not request.user.is_authenticated:
        return _to_sign_in(request)
    if settings.GARANT_MFA_REQUIRED and not has_second_factor(request):
        return redirect("mfa_index")
    return None


def came_from(request: HttpRequest) -> str:
    """The page of the site whose form was sent, or nothing: what is sent cannot be opened as a page."""
    named = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(named, {request.get_host()}, require_https=request.is_secure()):
        return ""
    parts = urlsplit(named)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Back to the page that was open; whoever sent a form meanwhile is told that nothing was done of it."""
    if request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path())
    words = "Votre session était terminée\u202f: rien de ce que vous demandiez n’a été fait. Connectez-vous, puis recommencez."
    messages.warning(
        request,
        say(words, "Your session was over: nothing of what you asked was done. Sign in, then do it again."),
    )
    return redirect_to_login(came_from(request) or reverse("home"))


def _finished(response: HttpResponseBase) -> HttpResponseBase:
    """Render inside the scope: a template that asks further rows asks them of this organisation."""
    render = getattr(response, "render", None)
    if render is not None and not getattr(response, "is_rendered", True):
        render()
    response.headers.setdefault("Cache-Control", "no-store")
    return response
