"""Django's entry to the room."""

from django.apps import AppConfig


class PermissionsConfig(AppConfig):
    """The room of “may I?”."""

    name = "garant.apps.permissions"
    label = "permissions"
    verbose_name = "permissions"
