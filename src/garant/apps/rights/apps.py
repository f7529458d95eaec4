"""Django's entry to the room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.apps import AppConfig

from garant.apps.holds.asked import ASKING

if TYPE_CHECKING:
    from garant.engine.holds import Hold


class RightsConfig(AppConfig):
    """The room of requests."""

    name = "garant.apps.rights"
    label = "rights"
    verbose_name = "rights"

    def ready(self) -> None:
        """Have whom a request keeps kept from sweeps."""
        ASKING.append(_keeping)


def _keeping(organisation: str) -> Sequence[Hold]:
    from garant.apps.rights import services  # once all rooms are there

    return services.keeping(organisation)
