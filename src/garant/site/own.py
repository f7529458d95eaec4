"""The installation as an organisation among others, and where its own data are."""

from collections.abc import Iterable
from typing import Final

INSTALLATION: Final = "garant"
"""The organisation of the installation: the only one whose maps lead to Garant's own database."""
VARIABLE: Final = "GARANT_OWN_DATABASE"
"""What its map names as its connection. It need not be set: it means the database that Garant uses."""

FOLDERS: Final = {"GARANT_OWN_DELIVERIES": "deliveries", "GARANT_OWN_OUTBOX": "outbox"}
"""What its map names as its stores of files: folders of the data folder. They need not be set either."""


def is_ours(variables: Iterable[str]) -> bool:
    """Whether one of these variables leads to Garant's own data."""
    return any(one == VARIABLE or one in FOLDERS for one in variables)


def folder(variable: str) -> str | None:
    """The folder of Garant's own files that a variable means, made where it is not there yet; None for another's."""
    if variable not in FOLDERS:
        return None
    from garant.site import paths

    place = paths.home() / FOLDERS[variable]
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return str(place)


def address() -> str:
    """The SQLAlchemy URL of the database that Garant uses now. It may hold a password."""
    from garant.site import setup

    setup.wake()
    from django.db import connection

    from garant.site.databases import address_of

    return address_of(connection.settings_dict)
