"""Django's entry to the room of policies."""

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    """The room of the versions of policies."""

    name = "garant.apps.policies"
    label = "policies"
    verbose_name = "policies"
