"""What deliveries refuse, in words."""

from __future__ import annotations

from garant.ledger import LedgerError


class DeliveryRefusedError(LedgerError):
    """A file that is not prepared, as asked."""


class NothingHereError(LookupError):
    """A link that leads nowhere: never made, taken, expired, forgotten or being taken. They are told the same."""


def bad_subject(about: str) -> DeliveryRefusedError:
    """What a file is about goes to the ledger."""
    return DeliveryRefusedError(
        fr=f"Un fichier est à propos d’une clé, pas de {about[:30]!r}.",
        en=f"A file is about a key, not {about[:30]!r}.",
    )


def bad_recipient() -> DeliveryRefusedError:
    """Not a public key of age."""
    return DeliveryRefusedError(
        fr="Ce n’est pas une clé publique age. Attendu\u202f: age1…",
        en="This is not a public key of age. Expected: age1…",
    )
