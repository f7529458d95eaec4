"""Django's entry to the room."""

from django.apps import AppConfig


class TokensConfig(AppConfig):
    """The room of the programs' door."""

    name = "garant.apps.tokens"
    label = "tokens"
    verbose_name = "tokens"
