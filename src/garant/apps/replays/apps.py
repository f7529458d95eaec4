"""Django's entry to the room of replays."""

from django.apps import AppConfig


class ReplaysConfig(AppConfig):
    """The room of what must not come back."""

    name = "garant.apps.replays"
    label = "replays"
    verbose_name = "replays"
