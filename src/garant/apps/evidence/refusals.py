"""What the evidence room refuses, and how it says so."""

from __future__ import annotations

from collections.abc import Sequence

from garant.apps.evidence.models import Log
from garant.ledger import LedgerError, Problem


class LedgerUnverifiableError(LedgerError):
    """The stored ledger is not what was signed. Garant stops: it promises nothing it cannot prove."""

    def __init__(self, organisation: str, problems: Sequence[Problem]) -> None:
        """Name the ledger and what does not fit."""
        self.organisation = organisation
        self.problems = tuple(problems)
        said = {
            language: "\n".join(f"  {problem.describe(language)}" for problem in problems)
            for language in ("fr", "en")
        }
        super().__init__(
            fr=f"LE REGISTRE DE {organisation} N’EST PLUS VÉRIFIABLE. Garant s’arrête.\n{said['fr']}\n"
            "Ne réparez rien à la main : gardez une copie de la base, restaurez la dernière sauvegarde "
            "saine, "
            "puis tapez : garant ledger verify",
            en=f"THE LEDGER OF {organisation} CAN NO LONGER BE VERIFIED. Garant stops.\n{said['en']}\n"
            "Mend nothing by hand: keep a copy of the database, restore the last sound backup, "
            "then type: garant ledger verify",
        )


class LogMissingError(LedgerError):
    """The organisation has no ledger."""


class LogExistsError(LedgerError):
    """The organisation already has a ledger."""


class ConflictingEntryError(LedgerError):
    """An idempotency key is already there with another content."""


class SigningKeyForeignError(LedgerError):
    """The signature key at hand is not the one the ledger names."""


class RetiredKeyError(LedgerError):
    """The signature key at hand was replaced before in the ledger: it signs nothing more of it."""


class EntryMissingError(LedgerError):
    """The ledger has no such entry."""


def unfit(log: Log, place: str, found: str) -> LedgerUnverifiableError:
    """For a ledger that does not fit together at one place."""
    return LedgerUnverifiableError(log.pk, [Problem("database", place, found)])


def no_log(organisation: str) -> LogMissingError:
    """For a ledger that is not there."""
    return LogMissingError(
        fr=f"L’organisation {organisation!r} n’a pas de registre ici. Tapez : garant init",
        en=f"The organisation {organisation!r} has no ledger here. Type: garant init",
    )


def log_exists(organisation: str) -> LogExistsError:
    """For a ledger that is already open."""
    return LogExistsError(
        fr=f"L’organisation {organisation!r} a déjà un registre.",
        en=f"The organisation {organisation!r} already has a ledger.",
    )


def conflict(key: str, index: int) -> ConflictingEntryError:
    """For a key that says something else already."""
    return ConflictingEntryError(
        fr=f"Le registre porte déjà la clé {key} (entrée {index}), avec un autre contenu. Rien n’est "
        "inscrit.",
        en=f"The ledger already holds the key {key} (entry {index}) with another content. Nothing is "
        "written.",
    )


def foreign_key(origin: str, wanted: str) -> SigningKeyForeignError:
    """For a key that is not the ledger's own."""
    return SigningKeyForeignError(
        fr=f"La clé de signature présente n’est pas celle du registre {origin}, qui attend {wanted}. "
        "Restaurez la bonne clé ; si elle est perdue, tapez : garant keys replace-lost",
        en=f"The signature key at hand is not that of the ledger {origin}, which expects {wanted}. "
        "Restore the right key; if it is lost, type: garant keys replace-lost",
    )


def retired_key(origin: str) -> RetiredKeyError:
    """For a key that the ledger had before the one that is lost."""
    return RetiredKeyError(
        fr=f"La clé de signature présente a déjà été remplacée dans le registre {origin}\u202f: elle n’y signe plus rien. "
        "Mettez le fichier ledger-signature.key de côté, tapez garant init, qui en crée une nouvelle, puis garant keys "
        "replace-lost.",
        en=f"The signature key at hand was replaced before in the ledger {origin}: it signs nothing more of it. Put the "
        "file ledger-signature.key aside, type garant init, which makes a new one, then garant keys replace-lost.",
    )


def no_entry(organisation: str, wanted: str) -> EntryMissingError:
    """For an entry that is not there."""
    return EntryMissingError(
        fr=f"Le registre de {organisation} n’a pas d’entrée {wanted}.",
        en=f"The ledger of {organisation} has no entry {wanted}.",
    )
