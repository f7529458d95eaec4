"""Who is told of what, and what they were told. Only the services write here."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django_scopes import ScopedManager

_fields: Any = models
"""Django's fields, seen by the type checker as the values that rows hold."""


class Endpoint(models.Model):
    """An address that is told of the entries of some kinds, in order, from the one after its making."""

    key: str = _fields.CharField(max_length=20, primary_key=True)
    organisation: str = _fields.CharField(max_length=80, db_index=True)
    url: str = _fields.CharField(max_length=500)
    kinds: list[str] = _fields.JSONField()
    """Kinds of entries, or their beginning and a star (`run.*`); `*` for all."""
    sealed: bytes = _fields.BinaryField()
    """The secret of its signatures, encrypted under a key of the organisation."""
    next_index: int = _fields.BigIntegerField()
    """The first entry that was not looked at for it."""
    failures: int = _fields.PositiveIntegerField(default=0)
    """Messages in a row that it never took."""
    created_at: datetime = _fields.DateTimeField()
    ended_at: datetime | None = _fields.DateTimeField(null=True)

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """In the order they were made."""

        ordering: ClassVar = ["created_at", "key"]

    def __str__(self) -> str:
        return f"{self.key} {self.url}"


class DeliveryState(models.TextChoices):
    """Where a message stands."""

    WAITING = "waiting"
    TAKEN = "taken"
    LOST = "lost"
    """Tried as often as it is tried."""


class Delivery(models.Model):
    """One entry told to one address."""

    key: str = _fields.CharField(max_length=60, primary_key=True)
    endpoint: Endpoint = _fields.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    index: int = _fields.BigIntegerField()
    kind: str = _fields.CharField(max_length=80)
    state: str = _fields.CharField(
        max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING
    )
    attempts: int = _fields.PositiveIntegerField(default=0)
    status: int | None = _fields.PositiveSmallIntegerField(null=True)
    """The HTTP status of the last attempt; none where there was no answer."""
    due_at: datetime = _fields.DateTimeField()
    """When it is tried next, where it waits."""
    written_at: datetime = _fields.DateTimeField()

    objects: ClassVar[Any] = ScopedManager(organisation="endpoint__organisation")

    class Meta:
        """The latest first."""

        ordering: ClassVar = ["-index", "key"]
        indexes: ClassVar = [models.Index(fields=["state", "due_at"], name="deliveries_due")]

    def __str__(self) -> str:
        return f"{self.key} ({self.state})"
