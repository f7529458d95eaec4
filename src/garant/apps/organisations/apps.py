"""Django's entry to the room."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    """The companies whose policies Garant keeps."""

    name = "garant.apps.organisations"
    label = "organisations"
    verbose_name = "organisations"
