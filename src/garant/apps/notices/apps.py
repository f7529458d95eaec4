"""Django's entry to the room."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """The public pages."""

    name = "garant.apps.notices"
    label = "notices"
    verbose_name = "notices"
