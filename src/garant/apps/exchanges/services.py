"""The only way exchanges with other organisations are written and read."""

from __future__ import annotations

from datetime import datetime

from garant.apps.exchanges import callbacks
from garant.apps.exchanges.keys import domain, fingerprint
from garant.apps.exchanges.peers import (
    ROLES,
    Link,
    behind,
    comes,
    confirm,
    end,
    find,
    issue,
    link,
    listing,
    parties,
    systems,
)
from garant.apps.exchanges.processor import (
    base,
    cancel,
    certificate,
    discovery,
    incoming,
    peer_of,
    receive,
    status,
)
from garant.apps.exchanges.refusals import (
    ExchangeRefusedError,
    MalformedError,
    NotBelievedError,
    UnknownExchangeError,
)

__all__ = [
    "ROLES",
    "ExchangeRefusedError",
    "Link",
    "MalformedError",
    "NotBelievedError",
    "UnknownExchangeError",
    "attempt",
    "base",
    "behind",
    "cancel",
    "certificate",
    "comes",
    "confirm",
    "discovery",
    "domain",
    "end",
    "find",
    "fingerprint",
    "gather",
    "incoming",
    "issue",
    "link",
    "listing",
    "parties",
    "peer_of",
    "receive",
    "status",
    "systems",
]


def gather(now: datetime | None = None) -> list[str]:
    """The names of the attempts that are due: what waits to be told to other organisations."""
    return list(callbacks.gather(now))


def attempt(name: str) -> bool:
    """Make an attempt by its name, once; whether what it tells was taken."""
    _, row, _ = name.split("/")
    return callbacks.deliver(int(row))
