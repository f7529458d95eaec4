"""Django's entry to the room."""

from django.apps import AppConfig


class InstallationConfig(AppConfig):
    """The room of Garant's own data."""

    name = "garant.apps.installation"
    label = "installation"
    verbose_name = "installation"
