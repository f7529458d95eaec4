"""Django's entry to the room."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class DeliveriesConfig(AppConfig):
    """The room of what is handed over."""

    name = "garant.apps.deliveries"
    label = "deliveries"
    verbose_name = "deliveries"

    def ready(self) -> None:
        """Know every kind of entry that this room writes."""
        autodiscover_modules("entries")
