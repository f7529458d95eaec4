"""What waits to be handed over. Only the services write here."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django_scopes import ScopedManager

_fields: Any = models
"""Django's fields, seen by the type checker as the values that rows hold."""


class DeliveryState(models.TextChoices):
    """Where a file stands."""

    READY = "ready"
    TAKEN = "taken"
    EXPIRED = "expired"
    FORGOTTEN = "forgotten"


class Handover(models.Model):
    """One file for one person."""

    key: str = _fields.CharField(max_length=40, primary_key=True)
    organisation: str = _fields.CharField(max_length=80, db_index=True)
    about: str = _fields.CharField(max_length=128, db_index=True)
    lookup: str = _fields.CharField(max_length=64, unique=True)
    """What the link's secret is found by: a digest, which opens nothing."""
    sealed: bytes | None = _fields.BinaryField(null=True)
    """The name of the file and the age key that opens it, under a key of the matter and the link's secret together."""
    size: int = _fields.BigIntegerField()
    """Bytes that the person receives."""
    state: str = _fields.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.READY)
    begun: int = _fields.PositiveIntegerField(default=0)
    """Times that somebody began to take it."""
    begun_at: datetime | None = _fields.DateTimeField(null=True)
    """When the one that has not ended began."""
    made_at: datetime = _fields.DateTimeField()
    until: datetime = _fields.DateTimeField()
    ended_at: datetime | None = _fields.DateTimeField(null=True)

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """The oldest first."""

        ordering: ClassVar = ["made_at", "key"]

    def __str__(self) -> str:
        return f"{self.key} ({self.state})"
