"""What webhooks refuse, in words."""

from __future__ import annotations

from garant.ledger import LedgerError


class WebhookRefusedError(LedgerError):
    """An address that is not told, as asked."""


class NotTakenError(Exception):
    """A message was not taken: it is tried again."""

    def __init__(self, status: int | None, why: str) -> None:
        super().__init__(why)
        self.status = status


def bad_address(why_fr: str, why_en: str) -> WebhookRefusedError:
    """Not an address that Garant calls."""
    return WebhookRefusedError(
        fr=f"Cette adresse n’est pas appelée\u202f: {why_fr}.", en=f"This address is not called: {why_en}."
    )


def inside(host: str) -> WebhookRefusedError:
    """An address of this machine or of its network: nobody outside says what Garant asks there."""
    return bad_address(
        f"{host} est sur cette machine ou son réseau (GARANT_WEBHOOKS=private le permet)",
        f"{host} is on this machine or its network (GARANT_WEBHOOKS=private allows it)",
    )


def unknown_kind(kind: str) -> WebhookRefusedError:
    """No entry is of that kind."""
    return WebhookRefusedError(
        fr=f"Aucune entrée n’est du genre {kind[:60]!r}. Le registre les connaît\u202f: docs/reference/ledger-entries.md",
        en=f"No entry is of the kind {kind[:60]!r}. The ledger knows them: docs/reference/ledger-entries.md",
    )


def unknown_webhook(key: str) -> WebhookRefusedError:
    """None has that key."""
    return WebhookRefusedError(
        fr=f"Aucun webhook n’a la clé «\u202f{key[:30]}\u202f».", en=f"No webhook has the key “{key[:30]}”."
    )
