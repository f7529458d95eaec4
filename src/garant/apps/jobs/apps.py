"""Django's entry to the room."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Work asked for by the site."""

    name = "garant.apps.jobs"
    label = "jobs"
    verbose_name = "jobs"
