"""Django's entry to the room of holds."""

from django.apps import AppConfig


class HoldsConfig(AppConfig):
    """The room of reasons that stop destruction."""

    name = "garant.apps.holds"
    label = "holds"
    verbose_name = "holds"
