"""Django's entry to the room."""

from django.apps import AppConfig

from garant.apps import scoping


class OrganisationsConfig(AppConfig):
    """The companies whose policies Garant keeps."""

    name = "garant.apps.organisations"
    label = "organisations"
    verbose_name = "organisations"

    def ready(self) -> None:
        """Close what a query could slip through unscoped."""
        scoping.close_gaps()
