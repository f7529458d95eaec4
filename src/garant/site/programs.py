"""What every request of a program goes through: limits, its token, its organisation's scope, its idempotency key."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag

from garant.apps.organisations.services import scoped
from garant.apps.tokens import services as tokens
from garant.apps.tokens.services import Answer, Bearer
from garant.policy.text import Text
from garant.site.middleware import content_policy
from garant.site.problems import CONTENT_TYPE, problem
from garant.site.rates import buckets, caller

PREFIX: Final = "/api/"
ASKING: Final = "/may"
"""How the address ends that business systems ask before each use of somebody's data: far more often than any other."""
LARGEST: Final = 2_000_000
"""Bytes of a request's body at most; a package that another organisation sends is read in pieces, and has its own."""
_OPENDSR: Final = "/opendsr/v2/"
"""What is asked there is safe to repeat by itself, and its receipts hold whole requests: none is kept."""
_PACKAGE: Final = re.compile(r"/api/v1/organisations/[^/]+/opendsr/v2/packages/[^/]+", re.ASCII)

_log = logging.getLogger("garant.api")

Next = Callable[[HttpRequest], HttpResponse]


class ApiMiddleware:
    """The way in and out of the API: what programs ask is answered here, without session, account or cookie.

    Every other address passes by.
    """

    def __init__(self, answer: Next) -> None:
        self._pass = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a program, whatever happens with a problem that it can read."""
        if not request.path_info.startswith(PREFIX):
            return self._pass(request)
        request.COOKIES = {}
        with (
            translation.override(translation.get_language_from_request(request)),
            timezone.override(settings.GARANT_ZONE),
        ):
            response = self._plain(self._limited(request))
            response.headers.setdefault("Content-Language", translation.get_language() or "fr")
        patch_vary_headers(response, ["Accept-Language", "Authorization"])
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["Content-Security-Policy"] = content_policy()
        response.headers["X-Frame-Options"] = settings.X_FRAME_OPTIONS
        if not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        """Call the operation. Another organisation than the token's is not there; what nobody foresaw is said in the log,
        not to the program.
        """
        try:
            found = resolve(request.path_info)
        except Resolver404:
            return problem(404, "not-found")
        request.resolver_match = found
        bearer: Bearer | None = getattr(request, "bearer", None)
        if bearer is not None and found.kwargs.get("organisation") not in (None, bearer.organisation):
            return problem(404, "not-found")
        try:
            return found.func(request, *found.args, **found.kwargs)
        except Exception as error:
            _log.error("%s %s: %s", request.method, request.path_info, type(error).__name__, exc_info=error)
            return problem(500, "unexpected")

    def _limited(self, request: HttpRequest) -> HttpResponse:
        address = caller(request.META)
        asking = request.path_info.endswith(ASKING)
        wait = buckets()["ask" if asking else "address"].take(address)
        if wait:
            return _later(wait)
        presented = _presented(request)
        bearer = tokens.recognise(presented) if presented else None
        if presented and bearer is None:
            wait = buckets()["refused"].take(address)
        elif bearer is not None:
            wait = buckets()["ask" if asking else "token"].take(bearer.token)
        return _later(wait) if wait else self._admitted(request, bearer)

    def _admitted(self, request: HttpRequest, bearer: Bearer | None) -> HttpResponse:
        unusable = _unusable(request)
        if unusable is not None:
            return unusable
        vars(request)["bearer"] = bearer
        if bearer is None:
            return self._conditional(request)
        with scoped(bearer.organisation):
            key = request.headers.get("Idempotency-Key", "").strip()
            keeps = key and request.method == "POST" and _OPENDSR not in request.path_info
            return self._once(request, bearer, key) if keeps else self._conditional(request)

    def _conditional(self, request: HttpRequest) -> HttpResponse:
        """A read that has not changed since is not sent again."""
        response = self._answer(request)
        if request.method != "GET" or response.status_code != 200 or response.streaming:
            return response
        etag = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
        response.headers["ETag"] = etag
        return get_conditional_response(request, etag=etag, response=response) or response

    def _once(self, request: HttpRequest, bearer: Bearer, key: str) -> HttpResponse:
        """Do what is asked once under a key, and keep the answer in the transaction of what it says."""
        if len(key) > 200 or not key.isprintable():
            return problem(400, "idempotency-key", _BAD_KEY)
        told = _told(request)
        given = _again(tokens.kept(bearer, key), told)
        if given is not None:
            return given
        try:
            with transaction.atomic():
                reserved = tokens.reserve(bearer, key, told)
                response = self._plain(self._answer(request))
                if response.status_code >= 500:
                    transaction.set_rollback(True)
                    return response
                body = response.content.decode()
                tokens.keep(bearer, reserved, response.status_code, response.headers["Content-Type"], body)
                return response
        except IntegrityError:
            return _again(tokens.kept(bearer, key), told) or _later(1)

    def _plain(self, response: HttpResponse) -> HttpResponse:
        """No error leaves as a page for people."""
        status = response.status_code
        if status < 400 or response.headers.get("Content-Type", "").startswith(CONTENT_TYPE):
            return response
        kept = {name: response.headers[name] for name in ("Allow", "Retry-After") if name in response.headers}
        return problem(status, headers=kept)


_BAD_KEY = Text(
    fr="Idempotency-Key\u202f: 200 caractères imprimables au plus.",
    en="Idempotency-Key: 200 printable characters at most.",
)
_OTHER = Text(
    fr="Cette clé d’idempotence a servi à une autre demande\u202f: prenez-en une nouvelle.",
    en="This idempotency key was used for another request: take a new one.",
)


def _again(answer: Answer | None, told: str) -> HttpResponse | None:
    """The answer that was given, to the same request; a refusal, to another."""
    if answer is None:
        return None
    if answer.request != told:
        return problem(422, "idempotency-key", _OTHER)
    headers = {"Idempotency-Replayed": "true"}
    return HttpResponse(answer.body, status=answer.status, content_type=answer.content_type, headers=headers)


def _told(request: HttpRequest) -> str:
    head = f"{request.method} {request.get_full_path()}\n{request.headers.get('Content-Type', '')}\n"
    return hashlib.sha256(head.encode(errors="replace") + request.body).hexdigest()


def _unusable(request: HttpRequest) -> HttpResponse | None:
    """What no database takes: a NUL, half a character; and what is too large to be meant."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    streamed = request.method == "PUT" and _PACKAGE.fullmatch(request.path_info)
    if not length.isdecimal() or (int(length) > LARGEST and not streamed):
        return problem(413)
    address = request.get_full_path()
    if "\0" in request.path_info or "%00" in address or not _whole(request.path_info):
        return problem(400)
    return None


def _whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _presented(request: HttpRequest) -> str:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""


def _later(seconds: int) -> HttpResponse:
    said = Text(
        fr=f"Revenez dans {seconds} s.",
        en=f"Come back in {seconds} s.",
    )
    return problem(429, "rate", said, headers={"Retry-After": str(seconds)})
