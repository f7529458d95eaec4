"""Django's entry to the room of the register."""

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """The room of the register. It keeps nothing of its own."""

    name = "garant.apps.register"
    label = "register"
    verbose_name = "register"
