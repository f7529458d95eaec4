"""Connections that trust nobody: pymysql reads every certificate of the machine for each one, which takes 20 ms.

The private servers speak without TLS. What needs the outside world asks for ``trusting()``.
"""

from __future__ import annotations

import os

_NAME = "SSL_CERT_FILE"
_KEPT = "GARANT_TEST_CERTIFICATES"


def trust_nobody() -> None:
    """For this process and those it starts."""
    os.environ.setdefault(_KEPT, os.environ.get(_NAME, ""))
    os.environ[_NAME] = os.devnull


def trusting() -> dict[str, str]:
    """The environment as it came."""
    environment = dict(os.environ)
    kept = environment.pop(_KEPT, None)
    if kept is not None:
        del environment[_NAME]
    return {**environment, **({_NAME: kept} if kept else {})}
