"""Django's entry to the promises room."""

from django.apps import AppConfig


class PromisesConfig(AppConfig):
    """The room where plans become runs."""

    name = "garant.apps.promises"
    label = "promises"
    verbose_name = "promises"
