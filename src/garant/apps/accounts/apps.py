"""Django's entry to the room."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, and what each may do in each organisation."""

    name = "garant.apps.accounts"
    label = "accounts"
    verbose_name = "accounts"
