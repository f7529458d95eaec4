"""Django's entry to the room."""

from django.apps import AppConfig


class ClientsConfig(AppConfig):
    """The clients' own pages; nothing is kept here."""

    name = "garant.apps.clients"
    label = "clients"
    verbose_name = "clients"
