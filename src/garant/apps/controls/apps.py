"""Django's entry to the room."""

from django.apps import AppConfig


class ControlsConfig(AppConfig):
    """Controls of promises, and what they found."""

    name = "garant.apps.controls"
    label = "controls"
    verbose_name = "controls"
