"""May I? For business systems written in Python that run where Garant does: ``from garant.may import may``.

It asks Garant's own database, in this process; elsewhere, the API answers the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from garant.policy.permission import Answer

__all__ = ["may"]


def may(organisation: str, subject: Mapping[str, str], purpose: str, data: Collection[str] = ()) -> Answer:
    """Whether a person's data may be used for a purpose, today, and because of what.

    Args:
        organisation: its key.
        subject: by what the person is known: ``{"email": …}``, ``{"phone": …}``, ``{"row": "SYSTEM/ROOT/KEY"}``
            or another identity; several are of one person.
        purpose: ``activity/purpose``, or the purpose alone where one activity has it.
        data: keys of the data categories to be used; all those of the purpose where empty.

    Raises:
        NotReadyError: Garant is not set up here.
        PermissionRefusedError: nobody is named, or no policy is in force.

    Whatever is raised, take it for a no.
    """
    _ready()
    from garant.apps.permissions import services

    return services.may(organisation, subject.items(), purpose, data)


@cache
def _ready() -> None:
    from garant.site import setup

    setup.ready()
