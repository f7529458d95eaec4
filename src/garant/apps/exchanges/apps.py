"""Django's entry to the room."""

from django.apps import AppConfig


class ExchangesConfig(AppConfig):
    """The room of linked organisations."""

    name = "garant.apps.exchanges"
    label = "exchanges"
    verbose_name = "exchanges"
