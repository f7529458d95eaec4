"""The sections of an organisation, in the order of the menu: a room adds one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from garant.apps.accounts.roles import May
from garant.policy.text import Text


@dataclass(frozen=True, slots=True)
class Room:
    """One section: the name of its first page, its label, and what seeing it takes."""

    page: str
    label: Text
    needs: May = May.SEE
    whole: bool = False
    """Whether it is about the whole organisation: closed to a habilitation to a part of it."""
    also: tuple[str, ...] = ()
    """Other rooms whose pages stand under this section."""

    @property
    def namespaces(self) -> tuple[str, ...]:
        """The section's pages have one of them."""
        return (self.page.partition(":")[0], *self.also)


ROOMS: Final = (
    Room("clients:home", Text(fr="Fait pour vous", en="Done for you"), May.SEE_CLIENT),
    Room("promises:dashboard", Text(fr="Promesses", en="Promises")),
    Room("requests:list", Text(fr="Demandes", en="Requests"), whole=True, also=("mails",)),
    Room("plans:list", Text(fr="Plans", en="Plans")),
    Room("policies:versions", Text(fr="Politique", en="Policy"), whole=True),
    Room("register:index", Text(fr="Registre", en="Register")),
    Room("evidence:ledger", Text(fr="Preuves", en="Evidence"), whole=True),
    Room("holds:list", Text(fr="Suspensions", en="Holds")),
    Room("archives:list", Text(fr="Archive", en="Archive"), whole=True),
    Room("systems:list", Text(fr="Systèmes", en="Systems")),
    Room("organisations:people", Text(fr="Habilitations", en="Habilitations")),
    Room(
        "settings:organisation",
        Text(fr="Réglages", en="Settings"),
        also=("tokens", "webhooks", "exchanges", "backups", "lists"),
    ),
)
