"""Django's entry to the backups room."""

from django.apps import AppConfig


class BackupsConfig(AppConfig):
    """The room where Garant's own state is backed up, put back and tried out. It has no tables."""

    name = "garant.apps.backups"
    label = "backups"
    verbose_name = "backups"
