"""What exchanges refuse, in words."""

from __future__ import annotations

from garant.ledger import LedgerError


class ExchangeRefusedError(LedgerError):
    """Something is not exchanged as asked."""


class MalformedError(ExchangeRefusedError):
    """What another program sent is not what the standard says."""


class UnknownExchangeError(ExchangeRefusedError):
    """Nothing here has this number, for whoever asks."""


class NotBelievedError(ExchangeRefusedError):
    """A signature is missing, or is not theirs."""


def malformed(fr: str, en: str) -> MalformedError:
    """A message of a program that is refused: which field, and why."""
    return MalformedError(fr=fr, en=en)


def unknown(number: str) -> UnknownExchangeError:
    """No such exchange with this organisation."""
    return UnknownExchangeError(
        fr=f"Aucune demande n’a le numéro {number[:36]!r} ici.",
        en=f"No request has the number {number[:36]!r} here.",
    )


def unknown_peer(key: str) -> UnknownExchangeError:
    """No such linked organisation."""
    return UnknownExchangeError(
        fr=f"Aucune organisation reliée n’a la clé {key[:20]!r}.",
        en=f"No linked organisation has the key {key[:20]!r}.",
    )


def not_linked(role: str) -> ExchangeRefusedError:
    """The token is of somebody who does not come for a linked organisation in this role."""
    return ExchangeRefusedError(
        fr=f"Ce jeton n’est celui d’aucune organisation reliée comme «\u202f{role}\u202f».",
        en=f"This token is of no organisation that is linked as “{role}”.",
    )


def no_systems() -> ExchangeRefusedError:
    """A controller's requests reach the systems that hold its data, and no others."""
    return ExchangeRefusedError(
        fr="Dites quels systèmes tiennent les données de ce client\u202f: ses demandes n’atteignent qu’eux.",
        en="Say which systems hold this client’s data: its requests reach no other.",
    )


def unknown_system(name: str) -> ExchangeRefusedError:
    """No such system."""
    return ExchangeRefusedError(
        fr=f"Aucun système ne s’appelle {name[:80]!r}.", en=f"No system is called {name[:80]!r}."
    )


def unknown_party(key: str) -> ExchangeRefusedError:
    """The policy names nobody so."""
    return ExchangeRefusedError(
        fr=f"La politique n’a ni destinataire ni sous-traitant {key[:80]!r}.",
        en=f"The policy has no recipient and no processor {key[:80]!r}.",
    )


def no_role() -> ExchangeRefusedError:
    """Linked for something."""
    return ExchangeRefusedError(
        fr="Dites ce que cette organisation fera avec la vôtre.",
        en="Say what this organisation will do with yours.",
    )


def no_discovery(why: str) -> ExchangeRefusedError:
    """Their service does not say what it does."""
    return ExchangeRefusedError(
        fr=f"Cette adresse ne répond pas comme un service OpenDSR\u202f: {why}.",
        en=f"This address does not answer as an OpenDSR service: {why}.",
    )


def not_theirs(why_fr: str, why_en: str) -> NotBelievedError:
    """What comes is not signed by whom it says."""
    return NotBelievedError(fr=f"Signature refusée\u202f: {why_fr}.", en=f"Signature refused: {why_en}.")


def too_late() -> ExchangeRefusedError:
    """It is being carried out, or ended."""
    return ExchangeRefusedError(
        fr="Cette demande n’est plus en attente\u202f: elle ne s’annule plus.",
        en="This request is not pending any more: it cannot be cancelled.",
    )


def other_body() -> MalformedError:
    """One number, one request."""
    return malformed(
        "ce subject_request_id a déjà servi à une autre demande",
        "this subject_request_id was used for another request already",
    )


def other_package() -> ExchangeRefusedError:
    """One number, one package."""
    return ExchangeRefusedError(
        fr="Ce numéro est déjà celui d’un autre paquet.", en="This number is that of another package already."
    )


def too_large(most: int) -> ExchangeRefusedError:
    """Beyond what is taken."""
    return ExchangeRefusedError(
        fr=f"Un paquet a {most // 1024**2} Mio au plus, et n’est pas vide.",
        en=f"A package has {most // 1024**2} MiB at most, and is not empty.",
    )


def too_many(most: int) -> ExchangeRefusedError:
    """Nobody opens them."""
    return ExchangeRefusedError(
        fr=f"{most} paquets de cette organisation attendent déjà.",
        en=f"{most} packages of this organisation wait already.",
    )


def no_room() -> ExchangeRefusedError:
    """The disk is full."""
    return ExchangeRefusedError(fr="La place manque pour ce paquet.", en="There is no room for this package.")


def not_ours() -> ExchangeRefusedError:
    """It opens with another key, or was altered."""
    return ExchangeRefusedError(
        fr="Ce paquet ne s’ouvre pas avec notre clé\u202f: il est pour d’autres, ou a été altéré.",
        en="This package does not open with our key: it is for others, or was altered.",
    )


def no_packages() -> ExchangeRefusedError:
    """Their service does not take packages, or does not sign what it says of itself."""
    return ExchangeRefusedError(
        fr="Ce service ne reçoit pas de paquets\u202f: il n’annonce pas de clé age qu’il ait signée.",
        en="This service takes no packages: it announces no age key that it signed.",
    )
