"""Django's entry to the room."""

from django.apps import AppConfig


class RightsConfig(AppConfig):
    """The room of requests."""

    name = "garant.apps.rights"
    label = "rights"
    verbose_name = "rights"
