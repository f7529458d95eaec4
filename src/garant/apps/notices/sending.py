"""How finished bytes leave: compressed, tagged, cached by whoever stands between, readable from any site."""

from __future__ import annotations

import re
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from garant.apps.notices.shelf import Finished
from garant.policy.text import Language

SOON: Final = "public, max-age=300, stale-while-revalidate=86400"
"""A version may take effect at any midnight: caches ask again after five minutes."""

LONG: Final = "public, max-age=86400"
"""What was in force once does not change, and will not be again."""


def send(
    request: HttpRequest, page: Finished, *, cache: str = SOON, open_to_sites: bool = False
) -> HttpResponse:
    """The bytes, or 304 where the reader has them. `open_to_sites` lets scripts of other sites read them."""
    packed = page.packed if _takes_gzip(request) else None
    tag = f'"{page.tag}-gz"' if packed is not None else f'"{page.tag}"'
    known = [each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")]
    response: HttpResponse
    if tag in known or "*" in known:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(page.body if packed is None else packed, content_type=page.kind)
        if packed is not None:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.content))
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = cache
    if page.packed is not None:
        response.headers["Vary"] = "Accept-Encoding"
    if open_to_sites:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def preferred(request: HttpRequest) -> Language:
    """The language the reader's browser asks for, French unless it prefers English (RFC 9110, 12.5.4)."""
    wishes: list[tuple[float, int, str]] = []
    for place, part in enumerate(request.headers.get("Accept-Language", "").split(",")[:20]):
        tag, _, weight = part.partition(";")
        found = re.fullmatch(r"\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*", weight) if weight else None
        value = float(found[1]) if found else (0.0 if weight else 1.0)
        if value > 0:
            wishes.append((-value, place, tag.strip().lower().partition("-")[0]))
    for _, _, tag in sorted(wishes):
        if tag == "en":
            return "en"
        if tag in ("fr", "*"):
            return "fr"
    return "fr"


def _takes_gzip(request: HttpRequest) -> bool:
    for part in request.headers.get("Accept-Encoding", "").split(","):
        name, _, weight = part.partition(";")
        if name.strip().lower() in ("gzip", "*"):
            return not re.fullmatch(r"\s*q\s*=\s*0(?:\.0*)?\s*", weight)
    return False
