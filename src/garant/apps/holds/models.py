"""What is remembered of holds. Only :mod:`garant.apps.holds.services` writes here.

Whom a hold is about is sealed: encrypted under a key that the installation's master key wraps, and
wiped when the hold ends. Who holds, why and when stays, to account for it (GDPR art. 5(2)).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from django.db import models
from django_scopes import ScopedManager

_fields: Any = models
"""Django's fields, seen by the type checker as the values that rows hold."""


class Hold(models.Model):
    """One hold, in force until its last day is over or someone ends it."""

    key: str = _fields.CharField(max_length=40, primary_key=True)
    organisation: str = _fields.CharField(max_length=80, db_index=True)
    on: str = _fields.CharField(max_length=20)
    owner: str = _fields.CharField(max_length=200)
    reason: str = _fields.TextField()
    until: date | None = _fields.DateField(null=True)
    review: date | None = _fields.DateField(null=True)
    activity: str = _fields.CharField(max_length=80, blank=True, default="")
    sealed: bytes | None = _fields.BinaryField(null=True)
    placed_at: datetime = _fields.DateTimeField()
    placed_by: str = _fields.CharField(max_length=200)
    ended_at: datetime | None = _fields.DateTimeField(null=True)
    ended_by: str = _fields.CharField(max_length=200, blank=True, default="")

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """In the order they were placed."""

        ordering: ClassVar = ["placed_at", "key"]

    def __str__(self) -> str:
        return f"{self.key} ({self.on})"

    @property
    def ended(self) -> bool:
        """Whether it holds nothing any more."""
        return self.ended_at is not None
