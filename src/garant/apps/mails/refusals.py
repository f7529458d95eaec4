"""What mail refuses, in words."""

from __future__ import annotations

from garant.ledger import LedgerError


class MailRefusedError(LedgerError):
    """A letter that is not taken, as it is."""


class NotSentError(Exception):
    """No server took a letter now: it is tried again."""

    def __init__(self, status: int | None, why: str) -> None:
        super().__init__(why)
        self.status = status


class NoSuchAddressError(NotSentError):
    """A server said that letters for this address will never be taken."""


def bad_address() -> MailRefusedError:
    """Not an address of e-mail; it is not repeated."""
    return MailRefusedError(
        fr="Ce n’est pas une adresse électronique. Attendu\u202f: nom@domaine.example",
        en="This is not an e-mail address. Expected: name@domain.example",
    )


def bad_subject(about: str) -> MailRefusedError:
    """What a letter is about goes to the ledger."""
    return MailRefusedError(
        fr=f"Une lettre est à propos d’une clé, pas de {about[:30]!r}.",
        en=f"A letter is about a key, not {about[:30]!r}.",
    )


def unknown_mail(key: str) -> MailRefusedError:
    """None has that key."""
    return MailRefusedError(
        fr=f"Aucune lettre n’a la clé «\u202f{key[:40]}\u202f».", en=f"No letter has the key “{key[:40]}”."
    )


def unknown_arrival(key: str) -> MailRefusedError:
    """No message of that key waits."""
    return MailRefusedError(
        fr=f"Aucun message n’a la clé «\u202f{key[:40]}\u202f», ou il est déjà traité.",
        en=f"No message has the key “{key[:40]}”, or it is dealt with already.",
    )
