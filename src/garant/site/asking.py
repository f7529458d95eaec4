"""“May I?” over HTTP, answered before Django's handler: business systems ask it before each use of somebody's data.

Only the plain question with a plain answer is answered here. Whatever is refused, malformed, unknown or out of the
ordinary goes on to the site, which answers as it answers every program; its tests hold both answers to be the same.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, Final

from django.conf import settings
from django.db import close_old_connections
from django.utils import translation
from pydantic import ValidationError

from garant.apps.accounts.roles import May
from garant.apps.permissions import services as permissions
from garant.apps.permissions.api import AskIn
from garant.apps.tokens import services as tokens
from garant.ledger import LedgerError
from garant.policy.permission import Answer
from garant.site.middleware import PERMISSIONS, content_policy
from garant.site.rates import buckets, caller

_LARGEST: Final = 65_536
"""Bytes of a question at most; a longer one is for the site to look at."""
_ADDRESS: Final = re.compile(r"/api/v1/organisations/([a-z0-9-]+)/may", re.ASCII)
_NOT_PLAIN: Final = (
    "HTTP_IDEMPOTENCY_KEY",
    "HTTP_TRANSFER_ENCODING",
    "HTTP_CONTENT_ENCODING",
    "QUERY_STRING",
)

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class Asking:
    """The site, with this one question taken before it."""

    def __init__(self, site: Application) -> None:
        self._site = site

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer (PEP 3333)."""
        asked = _ADDRESS.fullmatch(environ.get("PATH_INFO", ""))
        answer = _answered(environ, asked[1]) if asked and _is_plain(environ) else None
        if answer is None:
            return self._site(environ, start_response)
        language = _language(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        because = answer.because.en if language.startswith("en") else answer.because.fr
        said = {"allowed": answer.allowed, "code": answer.code, "because": because, "source": answer.source}
        body = json.dumps(said).encode()
        start_response("200 OK", [*_headers(language), ("Content-Length", str(len(body)))])
        return (body,)


def _is_plain(environ: Environ) -> bool:
    length = environ.get("CONTENT_LENGTH") or ""
    return (
        environ["REQUEST_METHOD"] == "POST"
        and length.isdecimal()
        and int(length) <= _LARGEST
        and not any(environ.get(name) for name in _NOT_PLAIN)
        and (_is_secure(environ) or not settings.SECURE_SSL_REDIRECT)
    )


def _is_secure(environ: Environ) -> bool:
    header, value = settings.SECURE_PROXY_SSL_HEADER or ("wsgi.url_scheme", "https")
    return environ.get(header, "").split(",")[0].strip() == value


def _answered(environ: Environ, organisation: str) -> Answer | None:
    """The answer; None where the site is to look at it, with the body there to be read again."""
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    environ["wsgi.input"] = io.BytesIO(body)
    scheme, _, text = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    close_old_connections()
    try:
        question = AskIn.model_validate_json(body)
        bearer = tokens.recognise(text.strip())
        if bearer is None or bearer.organisation != organisation or May.ASK not in bearer.granted:
            return None
        if any(buckets()["ask"].take(name) for name in (caller(environ), bearer.token)):
            return None
        return permissions.may(organisation, question.subject.items(), question.purpose, question.data)
    except (ValidationError, LedgerError):
        return None


@lru_cache(maxsize=1000)
def _language(accepted: str) -> str:
    asking: Any = SimpleNamespace(META={"HTTP_ACCEPT_LANGUAGE": accepted}, COOKIES={})
    return translation.get_language_from_request(asking)


@lru_cache(maxsize=100)
def _headers(language: str) -> tuple[tuple[str, str], ...]:
    lasting = settings.SECURE_HSTS_SECONDS
    return (
        ("Content-Type", "application/json; charset=utf-8"),
        ("Content-Language", language),
        ("Vary", "Accept-Language, Authorization"),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", content_policy()),
        ("X-Frame-Options", settings.X_FRAME_OPTIONS),
        ("Permissions-Policy", PERMISSIONS),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", settings.SECURE_REFERRER_POLICY),
        ("Cross-Origin-Opener-Policy", settings.SECURE_CROSS_ORIGIN_OPENER_POLICY),
        *([("Strict-Transport-Security", f"max-age={lasting}")] if lasting else ()),
    )
