"""What is refused about accounts, in words."""

from __future__ import annotations

from garant.apps.accounts.roles import Role
from garant.ledger import LedgerError


class AccountRefusedError(LedgerError):
    """An account or a role cannot be made as asked."""


def unknown_role(role: str) -> AccountRefusedError:
    """No such role."""
    known = ", ".join(one.value for one in Role)
    return AccountRefusedError(
        fr=f"Rôle inconnu : {role!r}. Choisissez parmi : {known}",
        en=f"Unknown role: {role!r}. Choose among: {known}",
    )


def no_end(role: str) -> AccountRefusedError:
    """A role that ends needs its day."""
    return AccountRefusedError(
        fr=f"Le rôle {role!r} prend fin un jour : dites lequel.",
        en=f"The role {role!r} ends on a day: say which.",
    )


def past_end() -> AccountRefusedError:
    """The day is over already."""
    return AccountRefusedError(fr="Ce jour est déjà passé.", en="That day is over already.")


def not_an_address(email: str) -> AccountRefusedError:
    """Nobody signs in with this."""
    return AccountRefusedError(
        fr=f"{email!r} n’est pas une adresse électronique.", en=f"{email!r} is not an e-mail address."
    )


def no_member() -> AccountRefusedError:
    """Nobody of that address here."""
    return AccountRefusedError(
        fr="Personne, ici, n’a d’habilitation à cette adresse.",
        en="Nobody here has a habilitation at this address.",
    )


def last_manager() -> AccountRefusedError:
    """Somebody must be able to give roles."""
    return AccountRefusedError(
        fr="Il ne resterait personne pour gérer les habilitations. Donnez d’abord ce rôle à quelqu’un d’autre.",
        en="Nobody would be left to manage habilitations. Give that role to somebody else first.",
    )


def already_member() -> AccountRefusedError:
    """Nobody is invited to where they are."""
    return AccountRefusedError(
        fr="Cette personne a déjà une habilitation ici : changez-la sur sa page.",
        en="This person has a habilitation here already: change it on their page.",
    )


def invitation_over() -> AccountRefusedError:
    """Used, withdrawn, replaced, expired, or never there: nobody is told which."""
    return AccountRefusedError(
        fr="Ce lien n’ouvre plus rien. Demandez une nouvelle invitation à la personne qui vous l’a envoyé.",
        en="This link opens nothing any more. Ask whoever sent it to you for a new invitation.",
    )


def sign_in_first() -> AccountRefusedError:
    """An account is there already: its holder signs in."""
    return AccountRefusedError(
        fr="Un compte existe déjà à cette adresse : connectez-vous, puis acceptez.",
        en="There is an account at this address already: sign in, then accept.",
    )


def another_person() -> AccountRefusedError:
    """Whoever is signed in is not who was invited."""
    return AccountRefusedError(
        fr="Cette invitation est pour une autre adresse que celle de votre compte.",
        en="This invitation is for another address than your account’s.",
    )
