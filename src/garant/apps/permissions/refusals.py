"""What permissions refuse, in words."""

from __future__ import annotations

from garant.ledger import LedgerError


class PermissionRefusedError(LedgerError):
    """What was told cannot be recorded as told."""


def unknown_purpose(name: str) -> PermissionRefusedError:
    """The policy in force has no such purpose, or several activities have it."""
    return PermissionRefusedError(
        fr=f"{name!r} n’est pas une, et une seule, finalité de la politique en vigueur.",
        en=f"{name!r} is not one, and only one, purpose of the policy in force.",
    )


def no_consent_there(name: str) -> PermissionRefusedError:
    """The purpose does not rest on consent: recording one would mislead the person."""
    return PermissionRefusedError(
        fr=f"{name} ne repose pas sur le consentement\u202f: il n’y a rien à enregistrer.",
        en=f"{name} does not rest on consent: there is nothing to record.",
    )


def nobody() -> PermissionRefusedError:
    """No identity, or one that cannot be read."""
    return PermissionRefusedError(
        fr="Dites de qui il s’agit\u202f: email, phone, row (SYSTÈME/RACINE/CLÉ) ou une autre identité.",
        en="Say who it is: email, phone, row (SYSTEM/ROOT/KEY) or another identity.",
    )


def nothing_published(organisation: str) -> PermissionRefusedError:
    """There is no policy to answer from."""
    return PermissionRefusedError(
        fr=f"Aucune politique n’est en vigueur pour {organisation}.",
        en=f"No policy is in force for {organisation}.",
    )
