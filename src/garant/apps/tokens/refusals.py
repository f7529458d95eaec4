"""What is refused about tokens, in words."""

from __future__ import annotations

from garant.ledger import LedgerError


class TokenRefusedError(LedgerError):
    """A token cannot be made or revoked as asked."""


def unknown_scope(scope: str, known: list[str]) -> TokenRefusedError:
    """Nothing of that name can be granted."""
    return TokenRefusedError(
        fr=f"Droit inconnu\u202f: {scope!r}. Choisissez parmi\u202f: {', '.join(known)}",
        en=f"Unknown right: {scope!r}. Choose among: {', '.join(known)}",
    )


def no_scope() -> TokenRefusedError:
    """A token that may do nothing."""
    return TokenRefusedError(
        fr="Dites ce que le jeton peut faire\u202f: --scope see, par exemple.",
        en="Say what the token may do: --scope see, for instance.",
    )


def not_a_member(email: str, organisation: str) -> TokenRefusedError:
    """Nobody to act for."""
    return TokenRefusedError(
        fr=f"{email} n’a pas d’habilitation dans {organisation}. Donnez-en une\u202f: garant member add",
        en=f"{email} has no role in {organisation}. Give one: garant member add",
    )


def of_a_part() -> TokenRefusedError:
    """What is told to programs is not cut to a part."""
    return TokenRefusedError(
        fr="Une habilitation à certaines activités ou à certains systèmes n’ouvre pas l’API, qui montre tout.",
        en="A habilitation to some activities or systems does not open the API, which shows everything.",
    )


def beyond(scope: str) -> TokenRefusedError:
    """The person has not that right."""
    return TokenRefusedError(
        fr=f"Ce droit dépasse ceux de la personne\u202f: {scope}.",
        en=f"This right goes beyond the person’s: {scope}.",
    )


def bad_end(days: int) -> TokenRefusedError:
    """Over already, or too far away."""
    return TokenRefusedError(
        fr=f"Un jeton finit à un jour à venir, dans {days} jours au plus.",
        en=f"A token ends on a day to come, within {days} days.",
    )


def unknown_token(key: str) -> TokenRefusedError:
    """No token in force has this key."""
    return TokenRefusedError(
        fr=f"Aucun jeton en vigueur n’a la clé «\u202f{key[:30]}\u202f». Voyez-les\u202f: garant token list",
        en=f"No token in force has the key “{key[:30]}”. See them: garant token list",
    )
