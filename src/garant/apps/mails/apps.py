"""Django's entry to the room."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class MailsConfig(AppConfig):
    """The room of the letters that are sent."""

    name = "garant.apps.mails"
    label = "mails"
    verbose_name = "mails"

    def ready(self) -> None:
        """Know every kind of entry that this room writes."""
        autodiscover_modules("entries")
