"""Django's entry to the archives room."""

from django.apps import AppConfig


class ArchivesConfig(AppConfig):
    """The room where archived records are consulted."""

    name = "garant.apps.archives"
    label = "archives"
    verbose_name = "archives"
