"""Django's entry to the room of oppositions."""

from django.apps import AppConfig


class OppositionsConfig(AppConfig):
    """The room of who is not to be written to."""

    name = "garant.apps.oppositions"
    label = "oppositions"
    verbose_name = "oppositions"
