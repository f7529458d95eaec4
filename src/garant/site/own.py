"""The installation as an organisation among others, and where its own data are."""

from typing import Final

INSTALLATION: Final = "garant"
"""The organisation of the installation: the only one whose maps lead to Garant's own database."""
VARIABLE: Final = "GARANT_OWN_DATABASE"
"""What its map names as its connection. It need not be set: it means the database that Garant uses."""


def address() -> str:
    """The SQLAlchemy URL of the database that Garant uses now. It may hold a password."""
    from garant.site import setup

    setup.wake()
    from django.db import connection

    from garant.site.databases import address_of

    return address_of(connection.settings_dict)
