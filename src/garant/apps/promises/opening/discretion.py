"""Keeping secrets out of whatever Garant writes: messages, plans, receipts, tracebacks.

Two nets: the password part of anything that looks like a URL, and the very values of the
environment variables that hold connections and passwords.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from urllib.parse import unquote

HIDDEN = "***"

_URL_PASSWORD = re.compile(r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*://[^\s:/@]*):[^\s/]*@")
_KEYWORD_PASSWORD = re.compile(
    r"(?i)\b(password|passwd|pwd|secret|token)([\"']?\s*[=:]\s*)('[^']*'|\"[^\"]*\"|[^\s,;&]+)"
)
_SECRET_NAME = re.compile(r"(?i)(_URL|_DSN|PASSWORD|SECRET|TOKEN|_KEY)$")
_SHORTEST = 4

LONGEST = 400
"""Characters kept of a message that Garant did not write."""


def scrub(text: str) -> str:
    """Remove passwords of URLs, `password=…` pairs and the values of secret variables."""
    text = _URL_PASSWORD.sub(rf"\g<scheme>:{HIDDEN}@", text)
    text = _KEYWORD_PASSWORD.sub(rf"\1\2{HIDDEN}", text)
    for secret in sorted(set(_secrets()), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def _secrets() -> Iterator[str]:
    for name, value in os.environ.items():
        if not _SECRET_NAME.search(name):
            continue
        password = _password(value) if "://" in value else value
        for form in {password, unquote(password)}:
            if len(form) >= _SHORTEST:
                yield form


def _password(url: str) -> str:
    user_info, at, _ = url.partition("://")[2].rpartition("@")
    return user_info.partition(":")[2] if at else ""


def brief(error: BaseException) -> str:
    """Give the first line of an exception's message, without secrets, and its length bounded."""
    lines = scrub(str(error)).strip().splitlines()
    return lines[0][:LONGEST] if lines else type(error).__name__
