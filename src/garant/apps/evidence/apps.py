"""Django's entry to the room."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """The ledger of each organisation."""

    name = "garant.apps.evidence"
    label = "evidence"
    verbose_name = "evidence"
