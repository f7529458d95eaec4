"""Django's entry to the tasks room."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    """The room where a plan asks a person."""

    name = "garant.apps.tasks"
    label = "tasks"
    verbose_name = "tasks"
