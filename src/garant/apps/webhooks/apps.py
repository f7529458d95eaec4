"""Django's entry to the room."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class WebhooksConfig(AppConfig):
    """The room of those who are told."""

    name = "garant.apps.webhooks"
    label = "webhooks"
    verbose_name = "webhooks"

    def ready(self) -> None:
        """Know every kind of entry that somebody may be told of."""
        autodiscover_modules("entries")
