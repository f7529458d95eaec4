"""The only way exchanges with other organisations are written and read."""

from __future__ import annotations

from datetime import datetime

from garant.apps.exchanges import callbacks, controller, reception, transmission
from garant.apps.exchanges.certificates import install as install_certificate
from garant.apps.exchanges.certificates import renew as renew_certificate
from garant.apps.exchanges.certificates import request as certificate_request
from garant.apps.exchanges.certificates import until as certificate_until
from garant.apps.exchanges.collecting import ask as ask_for_copies
from garant.apps.exchanges.controller import called_back, outgoing
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
    look_again,
    parties,
    systems,
)
from garant.apps.exchanges.processor import (
    base,
    cancel,
    certificate,
    discovery,
    forget,
    incoming,
    peer_of,
    receive,
    results,
    status,
)
from garant.apps.exchanges.reception import discard, inbox, receipt, unseal
from garant.apps.exchanges.reception import peer_of as sender_of
from garant.apps.exchanges.reception import receive as receive_package
from garant.apps.exchanges.refusals import (
    ExchangeRefusedError,
    MalformedError,
    NotBelievedError,
    UnknownExchangeError,
)
from garant.apps.exchanges.transmission import of_request, prepare, receivers, to_peer
from garant.apps.exchanges.vouching import Voucher, vouched

__all__ = [
    "ROLES",
    "ExchangeRefusedError",
    "Link",
    "MalformedError",
    "NotBelievedError",
    "UnknownExchangeError",
    "Voucher",
    "ask_for_copies",
    "attempt",
    "base",
    "behind",
    "called_back",
    "cancel",
    "certificate",
    "certificate_request",
    "certificate_until",
    "comes",
    "confirm",
    "destroy_due",
    "discard",
    "discovery",
    "domain",
    "end",
    "find",
    "fingerprint",
    "forget",
    "gather",
    "inbox",
    "incoming",
    "install_certificate",
    "issue",
    "link",
    "listing",
    "look_again",
    "of_request",
    "outgoing",
    "parties",
    "peer_of",
    "prepare",
    "receipt",
    "receive",
    "receive_package",
    "receivers",
    "renew_certificate",
    "results",
    "sender_of",
    "status",
    "systems",
    "to_peer",
    "unseal",
    "vouched",
]


def gather(now: datetime | None = None, *, look: bool = True) -> list[str]:
    """The names of the attempts that are due: what waits to be told, and sent, to other organisations.

    Args:
        now: the instant at which they are; this one unless given.
        look: for recipients that are to be told of a request, too.
    """
    return [*callbacks.gather(now), *controller.gather(now, look=look), *transmission.gather(now)]


def attempt(name: str) -> bool:
    """Make an attempt by its name, once; whether what it tells was taken."""
    kind, key, _ = name.split("/")
    if kind == "package":
        return transmission.deliver(key)
    return callbacks.deliver(int(key)) if kind == "callback" else controller.deliver(int(key))


def destroy_due(now: datetime) -> int:
    """Destroy packages whose day has come, and files that nobody knows; how many."""
    return reception.destroy_due(now) + transmission.destroy_strays(now)
